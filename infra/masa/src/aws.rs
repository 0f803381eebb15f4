//! `masa deploy` and `masa destroy`: the arguments as the library takes them, and the terminal as its operator.

use std::io::{IsTerminal, Write};

use deploy::{Data, Installation, Operator, PlaybookText, Source};
use secrecy::SecretString;

use crate::arguments::{Deploy, Destroy};
use crate::{Refusal, playbook};

pub async fn deploy(typed: &Deploy) -> Result<(), Refusal> {
    let read = |file: &std::path::PathBuf| {
        Ok::<_, Refusal>(PlaybookText { name: file.display().to_string(), text: playbook::read(file)? })
    };
    let deploy = deploy::Deploy {
        installation: Installation::parse(&typed.place.installation)?,
        region: typed.place.region.clone(),
        endpoint: typed.place.endpoint_url.clone(),
        playbooks: typed.playbook.iter().map(read).collect::<Result<_, _>>()?,
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
