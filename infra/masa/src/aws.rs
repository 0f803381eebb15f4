//! The commands for AWS: the arguments as the library takes them, and the terminal as its operator.

use std::io::{IsTerminal, Write};
use std::path::Path;

use deploy::{Data, Installation, Operator, PlaybookText, Source};
use secrecy::SecretString;
use shared::domain::email::EmailAddress;
use shared::domain::identity::Identity;
use shared::domain::ids::{JourneyName, LeadId, WorkId};
use shared::domain::phone::PhoneNumber;

use crate::arguments::{
    BusinessCommand, Deploy, Destroy, Doctor, Erase, Place, Publish, Redrive, Release, Where,
};
use shared::operator::Asked;

use crate::journeys::Effects;
use crate::publish::Moves;
use crate::tasks::OpenTask;
use crate::{Refusal, playbook};

pub async fn deploy(typed: &Deploy) -> Result<(), Refusal> {
    let deploy = deploy::Deploy {
        installation: Installation::parse(&typed.place.installation)?,
        region: typed.place.region.clone(),
        endpoint: typed.place.endpoint_url.clone(),
        playbooks: typed.playbook.iter().map(|file| read(file)).collect::<Result<_, _>>()?,
        table: typed.table.clone(),
        alarm_email: typed.alarm_email.clone(),
        graph_url: typed.graph_url.clone(),
        source: typed.prebuilt.clone().map_or(Source::Built, Source::Prebuilt),
        leads: typed.leads,
        dry_run: typed.dry_run,
        yes: typed.place.yes,
    };
    Ok(deploy::deploy(&deploy, &Terminal).await?)
}

pub async fn business(command: &BusinessCommand) -> Result<(), Refusal> {
    match command {
        BusinessCommand::Add(typed) => {
            let playbook = read(&typed.playbook)?;
            Ok(deploy::add_business(&place(&typed.place)?, &playbook, &Terminal).await?)
        }
        BusinessCommand::List(typed) => Ok(deploy::list_businesses(&place(&typed.place)?, &Terminal).await?),
    }
}

fn read(file: &Path) -> Result<PlaybookText, Refusal> {
    Ok(PlaybookText { name: file.display().to_string(), text: playbook::read(file)? })
}

pub async fn destroy(typed: &Destroy) -> Result<(), Refusal> {
    let data = match typed.data {
        true => Data::Deleted { confirmed: typed.confirm.clone() },
        false => Data::Kept,
    };
    let destroy = deploy::Destroy {
        installation: Installation::parse(&typed.place.installation)?,
        region: typed.place.region.clone(),
        endpoint: typed.place.endpoint_url.clone(),
        data,
        yes: typed.place.yes,
    };
    Ok(deploy::destroy(&destroy, &Terminal).await?)
}

pub async fn doctor(typed: &Doctor) -> Result<(), Refusal> {
    let doctor = deploy::Doctor {
        installation: Installation::parse(&typed.place.installation)?,
        region: typed.place.region.clone(),
        endpoint: typed.place.endpoint_url.clone(),
        graph_url: typed.graph_url.clone(),
        graph_version: typed.graph_version.clone(),
    };
    match deploy::doctor(&doctor, &Terminal).await? {
        true => Ok(()),
        false => Err("something is broken: see the lines above".into()),
    }
}

pub async fn release(typed: &Release) -> Result<(), Refusal> {
    let place = place(&typed.place)?;
    go_on(&typed.place, "What was held leaves now, paced. Go on? [y/N] ")?;
    Ok(deploy::release(&place, &Terminal).await?)
}

pub async fn publish(typed: &Publish, dry_run: bool) -> Result<Moves, Refusal> {
    let place = place_of(&typed.place)?;
    let journeys: Vec<JourneyName> = typed.moves.iter().map(|name| name.as_str().into()).collect();
    let moved = deploy::publish_playbook(&place, &read(&typed.file)?, &journeys, dry_run).await?;
    Ok(moved.into_iter().map(|(journey, people)| (journey.to_string(), people)).collect())
}

pub async fn journeys(typed: &Where) -> Result<Effects, Refusal> {
    let effects = deploy::journeys(&place_of(typed)?).await?;
    Ok(effects
        .into_iter()
        .map(|(business, journey, effect)| (business.to_string(), journey.to_string(), effect))
        .collect())
}

pub async fn operate(
    typed: &Where,
    business: Option<&str>,
    asked: &Asked,
) -> Result<Vec<serde_json::Value>, Refusal> {
    Ok(deploy::operate(&place_of(typed)?, business, asked).await?)
}

pub async fn tasks(typed: &Where) -> Result<Vec<OpenTask>, Refusal> {
    let open = deploy::tasks(&place_of(typed)?).await?;
    let open = open.into_iter().map(|(business, lead, task)| OpenTask {
        business: business.to_string(),
        name: format!("{lead}/{}", task.id),
        title: task.title,
        to: task.to,
        due_at: task.due_at,
    });
    Ok(open.collect())
}

pub async fn task_done(typed: &Where, lead: LeadId, task: WorkId) -> Result<bool, Refusal> {
    Ok(deploy::task_done(&place_of(typed)?, lead, task).await?)
}

fn place_of(typed: &Where) -> Result<deploy::Place, Refusal> {
    Ok(deploy::Place {
        installation: Installation::parse(typed.installation.as_deref().unwrap_or_default())?,
        region: typed.region.clone(),
        endpoint: typed.endpoint_url.clone(),
    })
}

pub async fn redrive(typed: &Redrive) -> Result<(), Refusal> {
    let place = place_of(&typed.place)?;
    Ok(deploy::redrive_all(&place, &Terminal).await?)
}

pub async fn erase(typed: &Erase) -> Result<(), Refusal> {
    let place = place(&typed.place)?;
    let who = match (&typed.who.phone, &typed.who.email, &typed.who.lead) {
        (Some(phone), ..) => Identity::Phone(PhoneNumber::parse(phone)?),
        (_, Some(email), _) => Identity::Email(EmailAddress::parse(email)?),
        (.., lead) => {
            let lead = lead.as_deref().and_then(LeadId::parse);
            Identity::Lead(lead.ok_or("a lead's id has 32 hexadecimal digits, as the logs show it")?)
        }
    };
    go_on(&typed.place, "This cannot be taken back. Erase this person? [y/N] ")?;
    Ok(deploy::erase_person(&place, &typed.business.as_str().into(), &who, &Terminal).await?)
}

fn place(typed: &Place) -> Result<deploy::Place, Refusal> {
    Ok(deploy::Place {
        installation: Installation::parse(&typed.installation)?,
        region: typed.region.clone(),
        endpoint: typed.endpoint_url.clone(),
    })
}

/// Goes on only after a yes, or where it was said before.
fn go_on(typed: &Place, question: &str) -> Result<(), Refusal> {
    match typed.yes || Terminal.agrees(question).ok_or("nobody can be asked here; say --yes to go on")? {
        true => Ok(()),
        false => Err("nothing was changed".into()),
    }
}

/// Whoever sits at the terminal. Without one nobody is asked.
struct Terminal;

impl Operator for Terminal {
    fn tell(&self, text: &str) {
        // Whoever stops reading does not stop a deployment half way.
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    fn agrees(&self, question: &str) -> Option<bool> {
        let answer = self.line(question)?;
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "כן"))
    }

    fn line(&self, question: &str) -> Option<String> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        print!("{question}");
        std::io::stdout().flush().ok()?;
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).ok()?;
        Some(line)
    }

    fn secret(&self, question: &str) -> Option<SecretString> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        rpassword::prompt_password(question).ok().map(SecretString::from)
    }

    fn env(&self, name: &str) -> Option<String> {
        shared::lambda::start::env(name)
    }
}
