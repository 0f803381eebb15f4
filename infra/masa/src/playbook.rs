//! `masa playbook`: what is wrong with a playbook, and what it needs.

use std::path::Path;

use shared::playbook::{parse, schema, templates};

use crate::Refusal;
use crate::arguments::{Language, PlaybookCommand};
use crate::publish::publish;
use crate::simulate::simulate;

pub async fn playbook(command: &PlaybookCommand) -> Result<(), Refusal> {
    match command {
        PlaybookCommand::Check { file, lang } => println!("{}", check(file, *lang)?),
        PlaybookCommand::Simulate(typed) => simulate(typed)?,
        PlaybookCommand::Publish(typed) => publish(typed).await?,
        PlaybookCommand::Schema => println!("{}", serde_json::to_string_pretty(&schema())?),
        PlaybookCommand::Templates { file } => {
            let playbook = parse(&file.display().to_string(), &read(file)?)?;
            for template in templates(&playbook) {
                println!(
                    "{} ({}, {})\n{}\n",
                    template.name,
                    template.language,
                    template.category.as_str(),
                    template.body
                );
            }
        }
    }
    Ok(())
}

fn check(file: &Path, language: Language) -> Result<String, Refusal> {
    let playbook = parse(&file.display().to_string(), &read(file)?).map_err(|faults| match language {
        Language::En => faults,
        Language::He => faults.in_hebrew(),
    })?;
    let (file, messages, journeys, campaigns) =
        (file.display(), playbook.messages.len(), playbook.journeys.len(), playbook.campaigns.len());
    Ok(match language {
        Language::En => {
            format!("{file}: sound. {messages} messages, {journeys} journeys, {campaigns} campaigns.")
        }
        Language::He => format!("{file}: תקין. {messages} הודעות, {journeys} מסעות, {campaigns} קמפיינים."),
    })
}

pub fn read(file: &Path) -> Result<String, Refusal> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("{} cannot be read: {error}", file.display()).into())
}
