//! `masa broadcasts`: a message to everybody of a segment.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;
use shared::operator::{Asked, AskedBroadcast};

use crate::Refusal;
use crate::arguments::{Broadcasts, BroadcastsCommand};
use crate::campaigns::{ask, ask_one, word};

pub async fn broadcasts(typed: &Broadcasts) -> Result<(), Refusal> {
    match &typed.command {
        None => print!("{}", table(&ask(&typed.place, None, &Asked::Broadcasts).await?)),
        Some(BroadcastsCommand::Preview { message, to, business, place }) => {
            let asked = Asked::PreviewBroadcast { message: message.clone(), segment: to.clone() };
            print!("{}", reach(&ask_one(place, business.as_deref(), &asked).await?));
        }
        Some(BroadcastsCommand::Send { message, to, name, at, per_minute, limit, business, place }) => {
            let asked = Asked::Broadcast(AskedBroadcast {
                name: name.clone(),
                message: message.clone(),
                segment: to.clone(),
                at: at.clone(),
                per_minute: *per_minute,
                limit: *limit,
            });
            let answer = ask_one(place, business.as_deref(), &asked).await?;
            print!("{}", reach(&answer["reach"]));
            println!(
                "The first leaves at {}. masa broadcasts shows how far it is.",
                word(&answer["next_at"])
            );
        }
        Some(BroadcastsCommand::Stop { name, business, place }) => {
            let asked = Asked::StopBroadcast { name: name.clone() };
            ask_one(place, business.as_deref(), &asked).await?;
            println!("It goes no further. What leaves within two minutes was planned already.");
        }
        Some(BroadcastsCommand::Resume { name, business, place }) => {
            let asked = Asked::ResumeBroadcast { name: name.clone() };
            ask_one(place, business.as_deref(), &asked).await?;
            println!("It goes on where it stood.");
        }
    }
    Ok(())
}

/// Who is reached, and who is not and why.
fn reach(tally: &Value) -> String {
    let mut text = format!("Of {} people {} are reached.\n", tally["seen"], tally["planned"]);
    for (reason, count) in tally["left_out"].as_object().into_iter().flatten() {
        text.push_str(&format!("  {count}: {reason}\n"));
    }
    text
}

fn table(businesses: &[Value]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["business", "name", "message", "to", "asked about", "planned", "left out", "state"]);
    for business in businesses {
        for one in business["broadcasts"].as_array().into_iter().flatten() {
            let left_out = one["left_out"].as_object().into_iter().flatten();
            let left_out: u64 = left_out.filter_map(|(_, count)| count.as_u64()).sum();
            table.add_row([
                word(&business["business"]).to_owned(),
                word(&one["name"]).to_owned(),
                word(&one["message"]).to_owned(),
                word(&one["segment"]).to_owned(),
                one["seen"].to_string(),
                one["planned"].to_string(),
                left_out.to_string(),
                word(&one["state"]).to_owned(),
            ]);
        }
    }
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arguments::Where;

    const OFFERS: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: ליאור }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources: { forms: { contact: { consent: { text: "אני מסכים", field: agree } } } }
segments: { everybody: { has: phone } }
messages:
  offer:
    kind: marketing
    channels: [whatsapp]
    text: "פרסומת: היי {{ first_name | default('') }}, כאן {{ business.name }}. יש מבצע. להסרה: הסר"
    whatsapp-template: { name: offer, params: ["first_name | default('לך')"] }
journeys: {}
"#;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_broadcast_is_previewed_sent_stopped_and_goes_on() {
        let stack = crate::demo::start_with(OFFERS).await.unwrap();
        let url = format!("http://{}", stack.address());
        let place = || Where { url: url.clone(), installation: None, region: None, endpoint_url: None };
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let fill_in = async |phone: &str, agree: bool| {
            let mut form = json!({ "name": "דנה כהן", "phone": phone, "_key": "sandbox-form-key" });
            if agree {
                form["agree"] = json!("on");
            }
            let address = format!("{url}/forms/neveh/contact");
            http.post(address).json(&form).send().await.unwrap().error_for_status().unwrap();
        };
        for (phone, agree) in [("0541234567", true), ("0541234568", true), ("0541234569", false)] {
            fill_in(phone, agree).await;
        }
        let preview = Asked::PreviewBroadcast { message: "offer".into(), segment: "everybody".into() };
        let tally = ask_one(&place(), None, &preview).await.unwrap();
        assert_eq!(
            reach(&tally),
            "Of 3 people 2 are reached.\n  1: a broadcast needs consent, and there is none on record\n"
        );
        let of = |command| Broadcasts { command: Some(command), place: place() };
        let send = |to: &str, per_minute| BroadcastsCommand::Send {
            message: "offer".into(),
            to: to.into(),
            name: "summer".into(),
            at: Some("2026-11-30 12:00".into()),
            per_minute,
            limit: None,
            business: None,
            place: place(),
        };
        let refusal = broadcasts(&of(send("nobody", 60))).await.unwrap_err().to_string();
        assert!(refusal.contains("it has: everybody"), "{refusal}");
        let refusal = broadcasts(&of(send("everybody", 0))).await.unwrap_err().to_string();
        assert!(refusal.contains("1 to 4800"), "{refusal}");
        broadcasts(&of(send("everybody", 60))).await.unwrap();
        let refusal = broadcasts(&of(send("everybody", 60))).await.unwrap_err().to_string();
        assert!(refusal.contains("another name"), "{refusal}");
        let named = |stop: bool| match stop {
            true => BroadcastsCommand::Stop { name: "summer".into(), business: None, place: place() },
            false => BroadcastsCommand::Resume { name: "summer".into(), business: None, place: place() },
        };
        broadcasts(&of(named(true))).await.unwrap();
        let all = || async { ask(&place(), None, &Asked::Broadcasts).await.unwrap() };
        assert!(table(&all().await).contains("stopped"));
        broadcasts(&of(named(false))).await.unwrap();
        let now = stack.clock().now();
        stack.move_clock(now + jiff::SignedDuration::from_hours(4)).await.unwrap();
        let sent = stack.sandbox().unwrap().sent();
        assert_eq!(sent.len(), 2, "{}", table(&all().await));
        assert!(table(&all().await).contains("ended"));
        stack.stop().await;
    }
}
