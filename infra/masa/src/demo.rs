//! `masa demo`: fifty days of the guide's travel agency, worked by the real stack in seconds.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use local::{ClockSetting, GraphSetting, LocalSettings, PlaybookFile, Secrets, Stack};
use sandbox::{Act, Sandbox};
use serde_json::{Value, json};

use self::cast::Cast;
use crate::Refusal;
use crate::arguments::{Demo, Language};
use crate::run::{ENGLISH_STARTER, STARTER, STARTER_NAME, Stop};

mod cast;
mod table;

const START: &str = "2026-11-30T09:00:00+02:00";
/// Chance from a seed, so that the table is the same each time.
const SEED: u64 = 7;

pub async fn demo(demo: Demo) -> Result<(), Refusal> {
    let mut stop = Stop::listen()?;
    let port = if demo.once { 0 } else { demo.port };
    let stack = start_in(demo.lang, port).await?;
    print!("{}", story(&stack, demo.lang).await?);
    if !demo.once {
        println!("\nThe phones stay up at http://{}/sandbox until Ctrl-C.", stack.address());
        stop.wait().await;
    }
    stack.stop().await;
    Ok(())
}

/// Who writes on Instagram gets a code if they follow, and else the word how to get it.
#[cfg(test)]
pub const GATED: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: ליאור }
channels: { instagram: { account: "17841400000000001" } }
messages:
  code: { kind: service, channels: [instagram], text: "הקוד: FOLLOW10" }
  first-follow:
    kind: service
    channels: [instagram]
    text: "עקבו אחרינו, ולחצו"
    buttons: [{ reply: "עוקבים!", payload: followed }]
journeys:
  gift:
    starts: [lead.replied]
    steps:
      - follow-gate: instagram
        then: [{ send: code }]
        else:
          - send: first-follow
          - wait-for: [{ lead.replied: followed }]
            up-to: 1 day
            then:
              - follow-gate: instagram
                then: [{ send: code }]
"#;

#[cfg(test)]
pub async fn start(port: u16) -> Result<Stack, Refusal> {
    start_in(Language::He, port).await
}

/// With another playbook of the same agency.
#[cfg(test)]
pub async fn start_with(playbook: &str) -> Result<Stack, Refusal> {
    start_on("playbook.yaml", playbook, 0).await
}

async fn start_in(language: Language, port: u16) -> Result<Stack, Refusal> {
    let (name, text) = match language {
        Language::He => (STARTER_NAME, STARTER),
        Language::En => ("infra/local/playbook.en.yaml", ENGLISH_STARTER),
    };
    start_on(name, text, port).await
}

async fn start_on(name: &str, text: &str, port: u16) -> Result<Stack, Refusal> {
    let names = ["MASA_META_TOKEN".to_owned()];
    let settings = LocalSettings {
        port,
        data: None,
        playbooks: vec![PlaybookFile { name: name.to_owned(), text: text.to_owned() }],
        clock: ClockSetting::Manual { start: START.parse()? },
        graph: GraphSetting::Sandbox,
        secrets: Secrets::read(|_| None, true, &names)?,
        seed: Some(SEED),
    };
    Ok(Stack::start(settings).await?)
}

/// Plays the days and returns what is to be seen of them.
async fn story(stack: &Stack, language: Language) -> Result<String, Refusal> {
    let played = Player {
        stack,
        sandbox: stack.sandbox().ok_or("the demo needs the sandbox")?,
        http: reqwest::Client::builder().no_proxy().build()?,
        start: START.parse()?,
        cast: cast::of(language),
    };
    played.play().await?;
    table::render(stack, &played.sandbox, &TimeZone::get("Asia/Jerusalem")?).await
}

struct Player<'s> {
    stack: &'s Stack,
    sandbox: std::sync::Arc<Sandbox>,
    http: reqwest::Client,
    start: Timestamp,
    cast: &'static Cast,
}

impl Player<'_> {
    async fn play(&self) -> Result<(), Refusal> {
        let cast = self.cast;
        // The first morning: an ad, the site, a call that nobody took, and comments.
        self.act(json!({ "person": cast.dana, "do": "lead", "on": "600600600600600" })).await?;
        self.minutes_later(5).await?;
        let (field, answer) = cast.destination;
        self.form(
            json!({ "name": cast.ron, "phone": "052-222-3344", "email": "ron@example.com", field: answer }),
        )
        .await?;
        self.form(json!({ "name": cast.shir, "phone": "053-333-4455" })).await?;
        self.form(json!({ "name": cast.yossi, "phone": "03-555-6677" })).await?;
        self.minutes_later(5).await?;
        for _ in 0..3 {
            self.call(json!({ "phone": "054-765-4321", "kind": "missed" })).await?;
        }
        self.minutes_later(5).await?;
        let on_facebook = json!({ "person": cast.michal, "do": "comment", "channel": "facebook", "text": cast.asks_the_price });
        self.act(on_facebook).await?;
        let on_instagram = json!({ "person": cast.omer, "do": "comment", "channel": "instagram", "text": cast.asks_for_more });
        self.act(on_instagram).await?;
        // The offer's post gives a code, the raffle's a number to whoever names a friend, and a story is thanked for.
        self.minutes_later(5).await?;
        let offer = "101010101010101_5501";
        self.act(json!({ "person": cast.lior, "do": "comment", "channel": "facebook", "on": offer, "text": cast.wants_the_code }))
            .await?;
        for person in [cast.noga, cast.lior] {
            self.act(json!({ "person": person, "do": "comment", "channel": "instagram", "on": "5502", "text": cast.names_a_friend }))
                .await?;
        }
        self.act(json!({ "person": cast.omer, "do": "tag" })).await?;
        self.act(json!({ "person": cast.noga, "do": "tag", "on": "caption", "text": "@neveh" })).await?;
        // Ron answers the next day: his follow-ups end. Shir refuses after the first one.
        self.hours_later(26).await?;
        self.act(
            json!({ "person": "052-222-3344", "do": "message", "channel": "whatsapp", "text": cast.answers }),
        )
        .await?;
        self.hours_later(6 * 24).await?;
        self.act(
            json!({ "person": "053-333-4455", "do": "message", "channel": "whatsapp", "text": cast.refuses }),
        )
        .await?;
        // And on to the end of Dana's journey.
        self.move_to(self.start + SignedDuration::from_hours(58 * 24)).await
    }

    async fn act(&self, act: Value) -> Result<(), Refusal> {
        let act: Act = serde_json::from_value(act)?;
        self.sandbox.act(self.stack.clock().now(), &act).map_err(|error| error.to_string())?;
        self.stack.sandbox_acted();
        self.stack.work_off().await;
        Ok(())
    }

    async fn form(&self, fields: Value) -> Result<(), Refusal> {
        self.post("/forms/neveh/contact", "x-form-key", "sandbox-form-key", fields).await
    }

    async fn call(&self, call: Value) -> Result<(), Refusal> {
        self.post("/calls/neveh", "authorization", "Bearer sandbox-api-key", call).await
    }

    async fn post(&self, path: &str, name: &str, key: &str, body: Value) -> Result<(), Refusal> {
        let address = format!("http://{}{path}", self.stack.address());
        self.http.post(address).header(name, key).json(&body).send().await?.error_for_status()?;
        self.stack.work_off().await;
        Ok(())
    }

    async fn minutes_later(&self, minutes: i64) -> Result<(), Refusal> {
        self.move_to(self.stack.clock().now() + SignedDuration::from_mins(minutes)).await
    }

    async fn hours_later(&self, hours: i64) -> Result<(), Refusal> {
        self.move_to(self.stack.clock().now() + SignedDuration::from_hours(hours)).await
    }

    async fn move_to(&self, to: Timestamp) -> Result<(), Refusal> {
        self.stack.move_clock(to).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn fifty_days_are_as_they_were() {
        for (language, name) in
            [(Language::He, "fifty_days_are_as_they_were"), (Language::En, "fifty_days_in_english")]
        {
            let stack = start_in(language, 0).await.unwrap();
            let shown = story(&stack, language).await.unwrap();
            stack.stop().await;
            insta::assert_snapshot!(name, shown);
        }
    }
}
