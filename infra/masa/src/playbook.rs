//! `masa playbook`: what is wrong with a playbook, and what it needs.

use std::path::Path;

use shared::playbook::{parse, templates};

use crate::Refusal;
use crate::arguments::PlaybookCommand;

pub fn playbook(command: &PlaybookCommand) -> Result<(), Refusal> {
    match command {
        PlaybookCommand::Check { file } => {
            let playbook = parse(&file.display().to_string(), &read(file)?)?;
            println!(
                "{}: sound. {} messages, {} journeys, {} campaigns.",
                file.display(),
                playbook.messages.len(),
                playbook.journeys.len(),
                playbook.campaigns.len()
            );
        }
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

pub fn read(file: &Path) -> Result<String, Refusal> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("{} cannot be read: {error}", file.display()).into())
}
