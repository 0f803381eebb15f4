//! Asks AWS, the table and Meta. Nothing is changed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use secrecy::SecretString;
use shared::adapters::graph::GraphSettings;
use shared::application::ports::{Attention, Clock, Store};
use shared::domain::ids::BusinessId;
use shared::domain::playbook::Playbook;
use shared::playbook::parse;
use shared::secrets::own;

use super::Doctor;
use super::facts::{Api, BusinessFacts, CodeState, Facts, FunctionFacts, MetaFacts, QueueFacts, TableFacts};
use super::meta::MetaReader;
use crate::aws::Aws;
use crate::fault::{AwsError, DeployError, explain};
use crate::installation::Installation;
use crate::secrets;
use crate::stacks::{self, Stack};

/// How many that wait for a person are counted one by one.
const ATTENTION_MAX: usize = 1_000;
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

pub async fn facts(aws: &Aws, typed: &Doctor) -> Result<Facts, DeployError> {
    let installation = &typed.installation;
    let data = stacks::read(aws, &installation.data_stack()).await?;
    let app = stacks::read(aws, &installation.app_stack()).await?;
    let status = |stack: &Option<Stack>| stack.as_ref().map(|stack| stack.status.clone());
    let mut facts = Facts {
        now: shared::adapters::system::SystemClock.now(),
        stacks: vec![(installation.data_stack(), status(&data)), (installation.app_stack(), status(&app))],
        ..Facts::default()
    };
    let Some(app) = &app else { return Ok(facts) };
    for function in cloud::FUNCTIONS {
        facts.functions.push(function_facts(aws, installation, app, function).await?);
    }
    for name in cloud::QUEUES {
        facts.queues.push(queue(aws, installation, name).await?);
    }
    if let Some(url) = app.outputs.get("ApiUrl") {
        facts.api = Some(api(url, facts.now).await);
    }
    let Some(table) = app.parameters.get("TableName") else { return Ok(facts) };
    let store = aws.store(table);
    facts.table = Some(table_facts(aws, table, &store).await?);
    facts.heartbeat = store.heartbeat().await?;
    let stored = secrets::stored(aws, installation).await?;
    let mut tokens = std::collections::BTreeSet::new();
    for business in store.businesses().await? {
        let playbook = playbook(&store, &business).await?;
        tokens.extend(playbook.iter().map(|playbook| playbook.channels.token.clone()));
        facts.businesses.push(business_facts(aws, typed, &store, business, playbook).await?);
    }
    let needed = secrets::needed(&tokens).into_iter().map(|secret| secret.name);
    facts.missing_secrets = needed.filter(|name| !tokens.contains(name) && !stored.contains(name)).collect();
    Ok(facts)
}

async fn function_facts(
    aws: &Aws,
    installation: &Installation,
    app: &Stack,
    function: cloud::Function,
) -> Result<FunctionFacts, AwsError> {
    let name = installation.function(function.name);
    let configuration = aws.function(&name).await?;
    // The key of the code ends with its hash.
    let told = app.parameters.get(function.code_parameter);
    let told = told.and_then(|key| key.rsplit('/').next()?.strip_suffix(".zip"));
    let told = told.and_then(|digits| hex::decode(digits).ok()).map(|hash| STANDARD.encode(hash));
    let is_told = configuration.as_ref().is_some_and(|found| found.code_sha256 == told);
    Ok(FunctionFacts {
        name: function.name,
        state: configuration.map(|found| found.state),
        code: if is_told { CodeState::AsDeployed } else { CodeState::Changed },
    })
}

async fn queue(aws: &Aws, installation: &Installation, name: &'static str) -> Result<QueueFacts, AwsError> {
    let of_installation = installation.queue(name);
    let waiting = aws.waiting(&of_installation).await?;
    let dead = aws.waiting(&format!("{of_installation}-dead")).await?;
    Ok(QueueFacts { name, waiting, dead })
}

async fn table_facts(aws: &Aws, table: &str, store: &dyn Store) -> Result<TableFacts, DeployError> {
    let asked = |error| explain("look at the table", aws.region(), &error);
    let described = aws.dynamodb.describe_table().table_name(table).send().await.map_err(asked)?;
    let expires = aws.dynamodb.describe_time_to_live().table_name(table).send().await;
    let backups = aws.dynamodb.describe_continuous_backups().table_name(table).send().await;
    let expires = expires.map_err(|error| explain("look at the table", aws.region(), &error))?;
    let backups = backups.map_err(|error| explain("look at the table", aws.region(), &error))?;
    let is_enabled = |status: &str| matches!(status, "ENABLED" | "ENABLING");
    let recovery =
        backups.continuous_backups_description().and_then(|all| all.point_in_time_recovery_description());
    Ok(TableFacts {
        name: table.to_owned(),
        expires_markers: expires
            .time_to_live_description()
            .and_then(|of| of.time_to_live_status())
            .is_some_and(|status| is_enabled(status.as_str())),
        can_be_restored: recovery
            .and_then(|of| of.point_in_time_recovery_status())
            .is_some_and(|status| is_enabled(status.as_str())),
        is_protected: described.table().and_then(|of| of.deletion_protection_enabled()).unwrap_or(false),
        released: store.released_table().await?,
    })
}

/// Whether the door answers from outside, and what time it is there.
async fn api(url: &str, now: Timestamp) -> Api {
    let asked = match reqwest::Client::builder().timeout(ANSWERS_WITHIN).build() {
        Ok(client) => client.get(format!("{url}/healthz")).send().await.ok(),
        Err(_) => None,
    };
    let told = asked.as_ref().and_then(|answer| answer.headers().get("date")?.to_str().ok());
    let there = told.and_then(|told| rfc2822::DateTimeParser::new().parse_timestamp(told).ok());
    Api {
        url: url.to_owned(),
        status: asked.as_ref().map(|answer| answer.status().as_u16()),
        clock_is_off_by: there.map(|there| now.duration_since(there)),
    }
}

async fn playbook(store: &dyn Store, business: &BusinessId) -> Result<Result<Playbook, String>, DeployError> {
    let Some(text) = store.playbook(business, None).await? else {
        return Ok(Err("its text is not in the table".to_owned()));
    };
    Ok(parse("the playbook", &text).map_err(|faults| faults.to_string()))
}

async fn business_facts(
    aws: &Aws,
    typed: &Doctor,
    store: &dyn Store,
    id: BusinessId,
    playbook: Result<Playbook, String>,
) -> Result<BusinessFacts, DeployError> {
    let attention = store.attention(&id, ATTENTION_MAX).await?;
    let notices = attention.iter().filter(|one| matches!(one, Attention::Notice { .. })).count();
    let meta = match &playbook {
        Ok(playbook) => Some(meta(aws, typed, &id, playbook).await?),
        Err(_) => None,
    };
    Ok(BusinessFacts {
        playbook: playbook.map(|playbook| playbook.version.to_string()),
        parked: attention.len() - notices,
        notices,
        meta,
        id,
    })
}

async fn meta(
    aws: &Aws,
    typed: &Doctor,
    business: &BusinessId,
    playbook: &Playbook,
) -> Result<MetaFacts, DeployError> {
    let name = &playbook.channels.token;
    let secret: Option<SecretString> =
        match secrets::find(aws, &typed.installation, &own(business, name)).await? {
            None => secrets::find(aws, &typed.installation, name).await?,
            of_business => of_business,
        };
    let Some(secret) = secret else {
        return Ok(MetaFacts { token_name: name.clone(), ..MetaFacts::default() });
    };
    let settings = GraphSettings {
        base_url: typed.graph_url.clone(),
        version: typed.graph_version.clone(),
        ..GraphSettings::default()
    };
    match MetaReader::new(&settings, &secret) {
        Ok(reader) => Ok(reader.read(playbook).await),
        Err(_) => Ok(MetaFacts { token_name: name.clone(), ..MetaFacts::default() }),
    }
}
