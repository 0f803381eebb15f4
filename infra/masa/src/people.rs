//! `masa answered`, `masa booked`: what people of the business know of a lead and Masa does not hear.

use shared::operator::Asked;

use crate::Refusal;
use crate::arguments::{Answered, Booked};
use crate::campaigns::ask_one;

pub async fn answered(typed: &Answered) -> Result<(), Refusal> {
    let asked = Asked::Answered { who: typed.who.clone(), refuses: typed.refuses };
    ask_one(&typed.place, typed.business.as_deref(), &asked).await?;
    match typed.refuses {
        true => println!("Noted: they answered, and get no more messages."),
        false => println!("Noted: they answered."),
    }
    Ok(())
}

pub async fn booked(typed: &Booked) -> Result<(), Refusal> {
    let asked = Asked::Booked { who: typed.who.clone(), at: typed.at.clone() };
    ask_one(&typed.place, typed.business.as_deref(), &asked).await?;
    match &typed.at {
        Some(at) => println!("Noted: their meeting is at {at}."),
        None => println!("Noted: their meeting is off."),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arguments::Where;
    use crate::demo::start_with;

    const MEETING: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: ליאור }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources: { forms: { contact: {} } }
messages:
  met:
    kind: service
    channels: [whatsapp]
    text: "נפגשים ב-{{ booking.starts_at_time | default('') }}."
    whatsapp-template: { name: met, params: ["booking.starts_at_time | default('-')"] }
  off:
    kind: service
    channels: [whatsapp]
    text: "הפגישה בוטלה."
    whatsapp-template: { name: off, params: [] }
  thanks:
    kind: service
    channels: [whatsapp]
    text: "תודה שענית."
    whatsapp-template: { name: thanks, params: [] }
journeys:
  meeting: { starts: [booking.made, booking.moved], steps: [{ send: met }] }
  off: { starts: [booking.cancelled], steps: [{ send: off }] }
  thanks: { starts: [lead.replied], steps: [{ send: thanks }] }
"#;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_people_of_the_business_know_moves_journeys() {
        let stack = start_with(MEETING).await.unwrap();
        let url = format!("http://{}", stack.address());
        let place = || Where { url: url.clone(), installation: None, region: None, endpoint_url: None };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let form = client.post(format!("{url}/forms/neveh/contact")).header("x-form-key", "sandbox-form-key");
        let details = json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" });
        form.json(&details).send().await.unwrap().error_for_status().unwrap();
        stack.work_off().await;
        let meets = async |who: &str, at: Option<&str>| {
            let (who, at) = (who.to_owned(), at.map(str::to_owned));
            let cancel = at.is_none();
            let done = booked(&Booked { who, at, cancel, business: None, place: place() }).await;
            stack.work_off().await;
            done.map_err(|error| error.to_string())
        };
        meets("0541234567", Some("2026-12-05 10:00")).await.unwrap();
        // The same meeting, at another time; and off; and another one.
        meets("dana@example.com", Some("2026-12-06 11:30")).await.unwrap();
        meets("+972 54-123-4567", None).await.unwrap();
        assert_eq!(meets("0541234567", None).await.unwrap_err(), "no meeting of theirs lies ahead");
        meets("0541234567", Some("2026-12-07 09:15")).await.unwrap();
        assert!(meets("0541234567", Some("2020-12-07 09:15")).await.unwrap_err().contains("is over"));
        assert!(meets("0541234567", Some("soon")).await.unwrap_err().contains("is no moment"));
        assert!(meets("0521111111", Some("2026-12-07 09:15")).await.unwrap_err().contains("nobody is known"));
        let who = "dana@example.com".to_owned();
        answered(&Answered { who, refuses: false, business: None, place: place() }).await.unwrap();
        stack.work_off().await;
        let sent: Vec<String> =
            stack.sandbox().unwrap().sent().iter().map(|sent| sent.body.clone()).collect();
        insta::assert_snapshot!(sent.join("\n"), @"
        נפגשים ב-10:00.
        נפגשים ב-11:30.
        הפגישה בוטלה.
        נפגשים ב-09:15.
        תודה שענית.
        ");
        stack.stop().await;
    }
}
