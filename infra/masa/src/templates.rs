//! `masa templates submit`: what WhatsApp has of a playbook's templates, and the submission of what it lacks.

use comfy_table::{ContentArrangement, Table, presets};
use shared::adapters::graph::{
    GraphSettings, KnownTemplate, Submitted, TemplateStatus, Token, WhatsAppTemplates,
};
use shared::lambda::start::env;
use shared::playbook::{Submission, submissions};
use shared::secrets::{SecretString, names};

use crate::arguments::{Submit, TemplatesCommand};
use crate::{Refusal, playbook};

pub async fn templates(command: &TemplatesCommand) -> Result<(), Refusal> {
    match command {
        TemplatesCommand::Submit(submit) => self::submit(submit, env).await,
    }
}

async fn submit(typed: &Submit, env: impl Fn(&str) -> Option<String>) -> Result<(), Refusal> {
    let text = playbook::read(&typed.playbook)?;
    let (table, refused) = submitted(&text, typed, env).await?;
    println!("{table}");
    match refused {
        0 => Ok(()),
        1 => Err("one template was not taken; the table says why".into()),
        _ => Err(format!("{refused} templates were not taken; the table says why").into()),
    }
}

/// What became of each template of the playbook with this text, and how many Meta did not take.
async fn submitted(
    text: &str,
    typed: &Submit,
    env: impl Fn(&str) -> Option<String>,
) -> Result<(String, usize), Refusal> {
    let file = typed.playbook.display().to_string();
    let (playbook, submissions) = submissions(&file, text)?;
    if submissions.is_empty() {
        return Ok((format!("{file} has no message with a WhatsApp template."), 0));
    }
    let account =
        playbook.channels.whatsapp_account.as_ref().ok_or("the playbook names no WhatsApp account")?;
    let token = token(&playbook.channels.token, env)?;
    let settings = GraphSettings {
        base_url: typed.graph_url.clone(),
        version: typed.graph_version.clone(),
        ..GraphSettings::default()
    };
    let meta = WhatsAppTemplates::new(&settings, &token)?;
    let known = meta.list(account.as_str()).await?;
    let (mut table, mut refused) = (new_table(), 0);
    for submission in &submissions {
        let same = |known: &&KnownTemplate| {
            (&known.name, &known.language) == (&submission.name, &submission.language)
        };
        let (category, words) = match known.iter().find(same) {
            Some(known) => (known.category.clone(), standing(submission, known)),
            None if typed.dry_run => (wanted(submission), "would be submitted".to_owned()),
            None => match meta.submit(account.as_str(), submission).await {
                Ok(submitted) => taken(submission, &submitted),
                Err(error) => {
                    refused += 1;
                    (wanted(submission), format!("not taken: {error}"))
                }
            },
        };
        table.add_row([&submission.name, &submission.language, &category, &words]);
    }
    Ok((table.to_string(), refused))
}

/// The token of the business, with its proof where the app secret is at hand to make one.
fn token(name: &str, env: impl Fn(&str) -> Option<String>) -> Result<SecretString, Refusal> {
    let set = |name: &str| env(name).filter(|value| !value.trim().is_empty()).map(SecretString::from);
    let token = set(name).ok_or_else(|| {
        format!(
            "{name} is not set: put the access token of the WhatsApp account into this environment variable"
        )
    })?;
    let is_bare = Token::read(&token).proof().is_none();
    Ok(match set(names::META_APP_SECRET).filter(|_| is_bare) {
        Some(app_secret) => Token::proven(&token, &app_secret),
        None => token,
    })
}

/// What a template that Meta has means for the messages that go by it.
fn standing(submission: &Submission, known: &KnownTemplate) -> String {
    let mut words = match &known.status {
        TemplateStatus::Approved => "approved: its messages go out".to_owned(),
        TemplateStatus::Pending => "waits for Meta's approval; its messages wait by themselves".to_owned(),
        TemplateStatus::Rejected => format!(
            "rejected by Meta ({}): edit it in WhatsApp Manager, or give the changed text a new name in the playbook and submit again",
            known.reason.as_deref().unwrap_or("no reason given")
        ),
        TemplateStatus::Paused => {
            "paused by Meta since people did not like it; its messages wait by themselves".to_owned()
        }
        TemplateStatus::Disabled => {
            "switched off by Meta for good: write another text under a new name, and submit again".to_owned()
        }
        TemplateStatus::Other(status) => format!("Meta says: {status}; look into WhatsApp Manager"),
    };
    if known.body.as_ref().is_some_and(|body| body.trim() != submission.body.trim()) {
        words.push_str(
            "; the playbook's text is another one: edit it in WhatsApp Manager, or give it a new name and submit again",
        );
    }
    if known.category != wanted(submission) {
        words.push_str(&other_category(submission));
    }
    words
}

fn taken(submission: &Submission, submitted: &Submitted) -> (String, String) {
    let mut words = match &submitted.status {
        TemplateStatus::Approved => "submitted and approved".to_owned(),
        TemplateStatus::Rejected => "submitted, and rejected at once: run this again to see why".to_owned(),
        _ => "submitted; its messages wait until Meta approves it".to_owned(),
    };
    let category = submitted.category.clone().unwrap_or_else(|| wanted(submission));
    if category != wanted(submission) {
        words.push_str(&other_category(submission));
    }
    (category, words)
}

/// Meta bills by its own category, and asks more of marketing.
fn other_category(submission: &Submission) -> String {
    format!("; the playbook has it as {}, and Meta bills its own category", wanted(submission))
}

fn wanted(submission: &Submission) -> String {
    submission.category.as_str().to_owned()
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["template", "language", "category", "where it stands"]);
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::STARTER;
    use shared::playbook::TemplateCategory;

    fn submission() -> Submission {
        Submission {
            name: "lead_welcome".into(),
            language: "he".into(),
            category: TemplateCategory::Utility,
            body: "היי {{1}}, כאן אנחנו".into(),
            samples: vec!["דנה".into()],
            buttons: Vec::new(),
        }
    }

    fn known(status: TemplateStatus) -> KnownTemplate {
        KnownTemplate {
            name: "lead_welcome".into(),
            language: "he".into(),
            category: "utility".into(),
            status,
            reason: Some("INVALID_FORMAT".into()),
            body: Some("היי {{1}}, כאן אנחנו".into()),
        }
    }

    #[test]
    fn each_standing_says_what_it_means_for_the_messages() {
        let statuses = [
            TemplateStatus::Approved,
            TemplateStatus::Pending,
            TemplateStatus::Rejected,
            TemplateStatus::Paused,
            TemplateStatus::Disabled,
            TemplateStatus::Other("limit exceeded".into()),
        ];
        let mut told: Vec<String> =
            statuses.into_iter().map(|status| standing(&submission(), &known(status))).collect();
        let changed = KnownTemplate {
            body: Some("שלום".into()),
            category: "marketing".into(),
            ..known(TemplateStatus::Approved)
        };
        told.push(standing(&submission(), &changed));
        let marketing = Some("marketing".to_owned());
        for (status, category) in [
            (TemplateStatus::Pending, None),
            (TemplateStatus::Approved, marketing),
            (TemplateStatus::Rejected, None),
        ] {
            let (category, words) = taken(&submission(), &Submitted { status, category });
            told.push(format!("{category}: {words}"));
        }
        insta::assert_snapshot!(told.join("\n"), @"
        approved: its messages go out
        waits for Meta's approval; its messages wait by themselves
        rejected by Meta (INVALID_FORMAT): edit it in WhatsApp Manager, or give the changed text a new name in the playbook and submit again
        paused by Meta since people did not like it; its messages wait by themselves
        switched off by Meta for good: write another text under a new name, and submit again
        Meta says: limit exceeded; look into WhatsApp Manager
        approved: its messages go out; the playbook's text is another one: edit it in WhatsApp Manager, or give it a new name and submit again; the playbook has it as utility, and Meta bills its own category
        utility: submitted; its messages wait until Meta approves it
        marketing: submitted and approved; the playbook has it as utility, and Meta bills its own category
        utility: submitted, and rejected at once: run this again to see why
        ");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_account_lacks_is_submitted_and_followed_until_it_is_approved() {
        let stack = crate::demo::start(0).await.unwrap();
        let text = STARTER.replace("name: missed_call", "name: missed_call_2");
        let mut told = Vec::new();
        for (dry_run, minutes_later) in [(true, 0), (false, 0), (false, 2), (false, 0)] {
            let typed = Submit {
                playbook: "playbook.yaml".into(),
                graph_url: format!("http://{}/sandbox/graph", stack.address()),
                graph_version: "v26.0".to_owned(),
                dry_run,
            };
            let token = |name: &str| (name == "MASA_META_TOKEN").then(|| "sandbox-token".to_owned());
            let (table, refused) = submitted(&text, &typed, token).await.unwrap();
            assert_eq!(refused, 0, "{table}");
            told.push(table);
            let later = stack.clock().now() + jiff::SignedDuration::from_mins(minutes_later);
            stack.move_clock(later).await.unwrap();
        }
        stack.stop().await;
        let of_new =
            |table: &String| table.lines().find(|line| line.contains("missed_call_2")).unwrap().to_owned();
        let expected = [
            "would be submitted",
            "submitted; its messages wait until Meta approves it",
            "waits for Meta's approval; its messages wait by themselves",
            "approved: its messages go out",
        ];
        for (table, expected) in told.iter().zip(expected) {
            let line = of_new(table);
            assert!(line.contains("utility") && line.contains(expected), "{line}");
        }
        // What the sandbox knows from the playbook with which it began.
        assert_eq!(told[0].matches("approved: its messages go out").count(), 11, "{}", told[0]);
    }

    #[test]
    fn without_a_token_the_operator_is_told_which_variable_to_set() {
        let error = token("NEVEH_TOKEN", |_| None).unwrap_err().to_string();
        assert!(error.starts_with("NEVEH_TOKEN is not set"), "{error}");
        let empty = |_: &str| Some(" ".to_owned());
        assert!(token("NEVEH_TOKEN", empty).is_err());
        let both = |name: &str| Some(if name == "NEVEH_TOKEN" { "key" } else { "secret" }.to_owned());
        let with_proof = token("NEVEH_TOKEN", both).unwrap();
        assert!(Token::read(&with_proof).proof().is_some());
    }
}
