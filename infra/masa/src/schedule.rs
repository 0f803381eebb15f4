//! `masa schedule`: messages that people of the business schedule, each for one person.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;
use shared::operator::Asked;

use crate::Refusal;
use crate::arguments::{ScheduleCommand, ScheduleOf};
use crate::campaigns::{ask, ask_one, word};

pub async fn schedule(typed: &ScheduleOf) -> Result<(), Refusal> {
    match &typed.command {
        None => print!("{}", table(&ask(&typed.place, None, &Asked::Scheduled).await?)),
        Some(ScheduleCommand::Add { to, message, at, note, business, place }) => {
            let asked = Asked::Schedule {
                to: to.clone(),
                message: message.clone(),
                at: at.clone(),
                note: note.clone(),
            };
            leaves(&ask_one(place, business.as_deref(), &asked).await?);
        }
        Some(ScheduleCommand::Move { name, at, business, place }) => {
            let (lead, work) = parts(name)?;
            let asked = Asked::Reschedule { lead, work, at: at.clone() };
            leaves(&ask_one(place, business.as_deref(), &asked).await?);
        }
        Some(ScheduleCommand::Cancel { name, business, place }) => {
            let (lead, work) = parts(name)?;
            ask_one(place, business.as_deref(), &Asked::CancelScheduled { lead, work }).await?;
            println!("It does not go.");
        }
    }
    Ok(())
}

fn leaves(answer: &Value) {
    println!(
        "It leaves at {}. Its name: {}/{}",
        word(&answer["leaves_at"]),
        word(&answer["lead"]),
        word(&answer["work"])
    );
}

fn parts(name: &str) -> Result<(String, String), Refusal> {
    let parts = name.split_once('/').map(|(lead, work)| (lead.to_owned(), work.to_owned()));
    parts.ok_or_else(|| "copy it as `masa schedule` shows it: two ids with a / between them".into())
}

fn table(businesses: &[Value]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["business", "at", "message", "name"]);
    for business in businesses {
        for one in business["scheduled"].as_array().into_iter().flatten() {
            let name = format!("{}/{}", word(&one["lead"]), word(&one["work"]));
            let row = [word(&business["business"]), word(&one["at"]), word(&one["message"]), &name];
            table.add_row(row.map(str::to_owned));
        }
    }
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arguments::Where;

    const NOTING: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: ליאור }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources: { forms: { contact: {} } }
quiet-hours: { nights: "21:00-08:00" }
messages:
  note:
    kind: service
    channels: [whatsapp]
    text: "היי {{ first_name | default('') }}, {{ fields.note | default('') }}. להתראות!"
    whatsapp-template: { name: note, params: ["first_name | default('לך')", "fields.note | default('-')"] }
journeys: {}
"#;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_message_is_scheduled_seen_moved_and_called_off() {
        let stack = crate::demo::start_with(NOTING).await.unwrap();
        let url = format!("http://{}", stack.address());
        let place = || Where { url: url.clone(), installation: None, region: None, endpoint_url: None };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let form = client.post(format!("{url}/forms/neveh/contact")).header("x-form-key", "sandbox-form-key");
        let details = json!({ "name": "דנה כהן", "phone": "054-123-4567" });
        form.json(&details).send().await.unwrap().error_for_status().unwrap();
        stack.work_off().await;
        let add = |to: &str, at: &str| Asked::Schedule {
            to: to.into(),
            message: "note".into(),
            at: at.into(),
            note: Some("הכרטיסים מחכים לך".into()),
        };
        let asked = async |asked: &Asked| ask_one(&place(), None, asked).await;
        // At night it waits for the morning, and says so.
        let first = asked(&add("+972 54-123-4567", "2026-12-03 22:30")).await.unwrap();
        assert_eq!(word(&first["leaves_at"]), "2026-12-04 08:00");
        asked(&add("0541234567", "2026-12-05 10:00")).await.unwrap();
        let third = asked(&add("0541234567", "2026-12-06 10:00")).await.unwrap();
        let all = || async { ask(&place(), None, &Asked::Scheduled).await.unwrap() };
        assert_eq!(all().await[0]["scheduled"].as_array().unwrap().len(), 3);
        let name = format!("{}/{}", word(&third["lead"]), word(&third["work"]));
        assert!(table(&all().await).contains(&name));
        let of = |command| ScheduleOf { command: Some(command), place: place() };
        let (moved, at) = (name.clone(), "2026-12-07 09:15".to_owned());
        schedule(&of(ScheduleCommand::Move { name: moved, at, business: None, place: place() }))
            .await
            .unwrap();
        let again = format!("{}/{}", word(&first["lead"]), word(&first["work"]));
        let cancel = || ScheduleCommand::Cancel { name: again.clone(), business: None, place: place() };
        schedule(&of(cancel())).await.unwrap();
        let gone = schedule(&of(cancel())).await.unwrap_err().to_string();
        assert_eq!(gone, "no such message is scheduled any more");
        stack.move_clock("2026-12-10T10:00:00+02:00".parse().unwrap()).await.unwrap();
        let left: Vec<(String, bool)> = stack
            .sandbox()
            .unwrap()
            .sent()
            .iter()
            .map(|sent| (sent.at.to_string(), sent.body.contains("הכרטיסים מחכים לך")))
            .collect();
        let expected = ["2026-12-05T08:00:00Z", "2026-12-07T07:15:00Z"].map(|at| (at.to_owned(), true));
        assert_eq!(left, expected);
        assert_eq!(all().await[0]["scheduled"], json!([]));
        stack.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_cannot_be_scheduled_says_why() {
        let stack = crate::demo::start_with(NOTING).await.unwrap();
        let place = Where {
            url: format!("http://{}", stack.address()),
            installation: None,
            region: None,
            endpoint_url: None,
        };
        let why = async |to: &str, at: &str| {
            let asked = Asked::Schedule { to: to.into(), message: "note".into(), at: at.into(), note: None };
            ask_one(&place, None, &asked).await.unwrap_err().to_string()
        };
        assert!(why("0541234567", "2026-12-05 10:00").await.starts_with("nobody is known by"));
        assert!(why("דנה", "2026-12-05 10:00").await.starts_with("nobody is known by"));
        assert!(why("0541234567", "tomorrow").await.contains("is no moment"));
        let named = parts("abc").unwrap_err();
        assert!(named.to_string().starts_with("copy it as"));
        stack.stop().await;
    }
}
