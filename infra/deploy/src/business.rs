//! `masa business`: one more business in an installation that runs, without a new deployment.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use shared::application::ports::{Store, StoreError};
use shared::domain::ids::AssetId;
use shared::secrets::own;

use crate::aws::Aws;
use crate::fault::DeployError;
use crate::operating::Place;
use crate::operator::Operator;
use crate::secrets::{API_KEY, FORM_KEY, Origin, Secret};
use crate::wanted::{self, PlaybookText, SoundPlaybook};
use crate::{secrets, stacks, table};

/// Lets a business in: its keys and its token below its own path, and its playbook, which brings its Pages, accounts and
/// numbers with it. Done again it changes what differs and keeps the keys.
pub async fn add_business(
    place: &Place,
    playbook: &PlaybookText,
    operator: &dyn Operator,
) -> Result<(), DeployError> {
    let sound = wanted::playbooks(std::slice::from_ref(playbook))?;
    let [sound] = &sound[..] else { return Ok(()) };
    let (aws, app) = running(place).await?;
    let table_name = app.parameters.get("TableName").cloned().unwrap_or_default();
    let store = aws.store(&table_name);
    let taken = taken_assets(&store, sound).await?;
    if let Some((asset, other)) = taken.first() {
        return Err(DeployError::AssetTaken { asset: asset.clone(), business: other.clone() });
    }
    let business = sound.business();
    let stored = secrets::stored(&aws, &place.installation).await?;
    let missing = missing(sound, &stored, operator);
    let given = secrets::ask(&missing, operator)?;
    for (name, value) in secrets::values(&missing, given)? {
        secrets::put(&aws, &place.installation, &name, &value).await?;
        operator.tell(&format!("  {name} is stored"));
    }
    table::publish_one(&aws, &table_name, sound).await?;
    operator.tell(&format!("  the playbook of {business} is published\n"));
    let form_key = secrets::find(&aws, &place.installation, &own(business, FORM_KEY)).await?;
    operator.tell(&page(
        sound,
        app.outputs.get("ApiUrl").map_or("", String::as_str),
        form_key.as_ref().map_or("", |key| key.expose_secret()),
        &place.installation.secret(&own(business, API_KEY)),
        aws.region(),
    ));
    Ok(())
}

/// Names the businesses of an installation.
pub async fn list_businesses(place: &Place, operator: &dyn Operator) -> Result<(), DeployError> {
    let (aws, app) = running(place).await?;
    let store = aws.store(app.parameters.get("TableName").map_or("", String::as_str));
    for business in store.businesses().await? {
        operator.tell(business.as_str());
    }
    Ok(())
}

async fn running(place: &Place) -> Result<(Aws, stacks::Stack), DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    aws.caller().await?;
    let app = stacks::read(&aws, &place.installation.app_stack()).await?;
    let app = app.filter(|app| app.parameters.contains_key("TableName"));
    Ok((aws, app.ok_or_else(|| DeployError::NotDeployed(place.installation.as_str().to_owned()))?))
}

/// Pages, accounts and numbers that are another business's: their messages would reach the wrong one.
async fn taken_assets(
    store: &dyn Store,
    sound: &SoundPlaybook,
) -> Result<Vec<(AssetId, shared::domain::ids::BusinessId)>, StoreError> {
    let mut taken = Vec::new();
    for asset in sound.playbook.channels.all() {
        if let Some(owner) = store.asset(asset).await?.filter(|owner| owner != sound.business()) {
            taken.push((asset.clone(), owner));
        }
    }
    Ok(taken)
}

/// The business's own secrets that are not stored yet. Its token may also be the one that all share.
fn missing(sound: &SoundPlaybook, stored: &BTreeSet<String>, operator: &dyn Operator) -> Vec<Secret> {
    let business = sound.business();
    let made_up = |name: &str, bytes| Secret { name: own(business, name), origin: Origin::MadeUp { bytes } };
    let token = &sound.playbook.channels.token;
    let own_token = Secret { name: own(business, token), origin: Origin::Given };
    let shares_a_token = stored.contains(token) && operator.env(token).is_none();
    let mut needed = vec![made_up(API_KEY, 32), made_up(FORM_KEY, 16)];
    needed.extend((!shares_a_token).then_some(own_token));
    needed.retain(|secret| !stored.contains(&secret.name));
    needed
}

fn page(sound: &SoundPlaybook, api_url: &str, form_key: &str, api_key_path: &str, region: &str) -> String {
    let business = sound.business();
    let forms: Vec<String> = sound
        .playbook
        .sources
        .forms
        .keys()
        .map(|form| format!("  Form {form:<8} POST {api_url}/forms/{business}/{form}\n"))
        .collect();
    format!(
        "{business} is in. Its messages, keys and leads are its own.\n\
         {forms}\
         \x20 Calls         POST {api_url}/calls/{business}\n\
         \x20 Form key      {form_key}   (X-Form-Key: public, it may stand in the site's page)\n\
         \x20 API key       aws ssm get-parameter --with-decryption --region {region} --name {api_key_path}\n\
         Subscribe its Page, Instagram account and WhatsApp account to your Meta app, and look with `masa doctor`.",
        forms = forms.concat(),
    )
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use shared::playbook::parse;

    use super::*;

    struct Knows(Option<&'static str>);

    impl Operator for Knows {
        fn tell(&self, _: &str) {}
        fn agrees(&self, _: &str) -> Option<bool> {
            None
        }
        fn line(&self, _: &str) -> Option<String> {
            None
        }
        fn secret(&self, _: &str) -> Option<SecretString> {
            None
        }
        fn env(&self, name: &str) -> Option<String> {
            self.0.filter(|known| *known == name).map(|_| "token".to_owned())
        }
    }

    fn second() -> SoundPlaybook {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/playbooks/second.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        SoundPlaybook { playbook: parse("second.yaml", &text).unwrap(), text }
    }

    fn names(stored: &[&str], known: Option<&'static str>) -> Vec<String> {
        let stored = stored.iter().map(|name| (*name).to_owned()).collect();
        missing(&second(), &stored, &Knows(known)).into_iter().map(|secret| secret.name).collect()
    }

    #[test]
    fn a_business_gets_keys_of_its_own_and_a_token_unless_it_shares_one() {
        let sound = second();
        let (business, token) = (sound.business().as_str(), sound.playbook.channels.token.as_str());
        let own = |name: &str| format!("{business}/{name}");
        let (api, form, of_token) = (own(API_KEY), own(FORM_KEY), own(token));
        assert_eq!(names(&[], None), [api.as_str(), &form, &of_token]);
        assert_eq!(names(&[token], None), [api.as_str(), &form], "the installation's token serves");
        let known = "MASA_META_TOKEN";
        assert_eq!(token, known);
        assert_eq!(names(&[token], Some(known)), [api.as_str(), &form, &of_token], "one was given");
        assert_eq!(names(&[&api, &form, &of_token], Some(known)), [] as [&str; 0], "again, nothing is asked");
    }

    #[test]
    fn the_page_says_where_forms_and_calls_go() {
        insta::assert_snapshot!(page(&second(), "https://api.example", "f0f0", "/masa/masa/x/MASA_API_KEY", "il-central-1"), @"
        galil is in. Its messages, keys and leads are its own.
          Form table POST https://api.example/forms/galil/table
          Calls         POST https://api.example/calls/galil
          Form key      f0f0   (X-Form-Key: public, it may stand in the site's page)
          API key       aws ssm get-parameter --with-decryption --region il-central-1 --name /masa/masa/x/MASA_API_KEY
        Subscribe its Page, Instagram account and WhatsApp account to your Meta app, and look with `masa doctor`.
        ");
    }
}
