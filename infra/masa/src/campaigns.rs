//! `masa campaigns`, `masa coupons load`, `masa raffle`: what campaigns give, and how fast.

use std::path::Path;

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde_json::Value;
use shared::operator::{Asked, CODES_PER_CALL_MAX};

use crate::arguments::{Campaigns, CampaignsCommand, CouponsCommand, RaffleCommand, Where};
use crate::{Refusal, aws};

/// How long a code may be.
const CODE_CHARS_MAX: usize = 60;

pub async fn campaigns(asked: &Campaigns) -> Result<(), Refusal> {
    let Campaigns { command, place } = asked;
    match command {
        None => print!("{}", shown(&ask(place, None, &Asked::Campaigns).await?)?),
        Some(CampaignsCommand::Replay { since, business, place }) => {
            let asked = Asked::Replay { since: since.clone() };
            let answer = ask_one(place, business.as_deref(), &asked).await?;
            println!(
                "Of {} connections comments and lead ads are read again; masa campaigns shows how far it is.",
                answer["connections"]
            );
        }
    }
    Ok(())
}

pub async fn coupons(command: &CouponsCommand) -> Result<(), Refusal> {
    let CouponsCommand::Load { file, campaign, business, place } = command;
    let codes = read_codes(file)?;
    let (mut added, mut known, mut left) = (0, 0, 0);
    for some in codes.chunks(CODES_PER_CALL_MAX) {
        let asked = Asked::LoadCoupons { campaign: campaign.clone(), codes: some.to_vec() };
        let answer = ask_one(place, business.as_deref(), &asked).await?;
        added += answer["added"].as_u64().unwrap_or_default();
        known += answer["known"].as_u64().unwrap_or_default();
        left = answer["left"].as_u64().unwrap_or_default();
    }
    println!("{added} codes are new, {known} were there already; nobody has {left} of them yet.");
    Ok(())
}

/// One code a line; of a table the first column. An empty line and a line `code` at the top are passed over.
fn read_codes(file: &Path) -> Result<Vec<String>, Refusal> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut codes = Vec::new();
    for (line, written) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let code = written.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"');
        if code.is_empty() || line == 0 && ["code", "coupon", "קוד"].contains(&code.to_lowercase().as_str())
        {
            continue;
        }
        if code.chars().count() > CODE_CHARS_MAX || code.chars().any(char::is_control) {
            let (file, line) = (file.display(), line + 1);
            return Err(
                format!("{file}:{line}: a code has at most {CODE_CHARS_MAX} visible characters").into()
            );
        }
        codes.push(code.to_owned());
    }
    match codes.is_empty() {
        true => Err(format!("{}: there is no code in it; write one a line", file.display()).into()),
        false => Ok(codes),
    }
}

pub async fn raffle(command: &RaffleCommand) -> Result<(), Refusal> {
    match command {
        RaffleCommand::Commit { raffle } => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|error| format!("the machine gives no chance: {error}"))?;
            let asked = Asked::CommitToRaffle {
                campaign: raffle.campaign.clone(),
                seed: shared::domain::raffle::hex(&seed),
            };
            let answer = ask_one(&raffle.place, raffle.business.as_deref(), &asked).await?;
            println!(
                "Publish this before the draw, under the post or in it: {}",
                word(&answer["commitment"])
            );
            println!(
                "It is the SHA-256 of a secret from which the winner follows. The draw shows the secret."
            );
        }
        RaffleCommand::Draw { raffle, winners } => {
            let asked = Asked::DrawRaffle { campaign: raffle.campaign.clone(), winners: *winners };
            let answer = ask_one(&raffle.place, raffle.business.as_deref(), &asked).await?;
            let winners = answer["winners"].as_array().cloned().unwrap_or_default();
            let winners: Vec<String> = winners.iter().map(Value::to_string).collect();
            println!("The numbers that won: {}", winners.join(", "));
            println!("Drawn at {} among {}.", word(&answer["drawn_at"]), answer["entrants"]);
            println!("The secret: {}", word(&answer["seed"]));
            println!("Its commitment: {}", word(&answer["commitment"]));
            println!("The list, by masa raffle export, has the SHA-256: {}", word(&answer["list"]));
            println!(
                "The n-th winner: the first 16 digits of SHA-256(\"secret:list:n\") as a number, modulo how many are still in."
            );
        }
        RaffleCommand::Export { raffle } => {
            let asked = Asked::RaffleEntrants { campaign: raffle.campaign.clone() };
            let entrants = ask_one(&raffle.place, raffle.business.as_deref(), &asked).await?;
            for entrant in entrants.as_array().into_iter().flatten() {
                println!("{},{}", entrant["number"], word(&entrant["lead"]));
            }
        }
    }
    Ok(())
}

pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The answer of the one business, or of the one that is named.
pub async fn ask_one(place: &Where, business: Option<&str>, asked: &Asked) -> Result<Value, Refusal> {
    let mut answers = ask(place, business, asked).await?;
    match (answers.len(), answers.pop()) {
        (1, Some(answer)) => Ok(answer),
        (0, _) => Err("there is no such business; leave --business out, or see masa campaigns".into()),
        _ => Err("there are several businesses; say which with --business".into()),
    }
}

/// What each business answers, or the one that is named. A question that changes something is asked of one.
pub async fn ask(place: &Where, business: Option<&str>, asked: &Asked) -> Result<Vec<Value>, Refusal> {
    if place.installation.is_some() {
        return aws::operate(place, business, asked).await;
    }
    let of = business.map(|business| format!("?business={business}")).unwrap_or_default();
    let address = format!("{}/sandbox/operator{of}", place.url.trim_end_matches('/'));
    let request = reqwest::Client::builder().no_proxy().build()?.post(&address).json(asked);
    let silent = |_| format!("nothing answers at {}; start it with `masa run`", place.url);
    let answer = request.send().await.map_err(silent)?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    match body {
        Value::Array(answers) if status.is_success() => Ok(answers),
        other => Err(word(&other["error"]["message"]).to_owned().into()),
    }
}

fn shown(businesses: &[Value]) -> Result<String, Refusal> {
    let mut given = table(["business", "campaign", "ends", "gave"]);
    let mut waits = table(["business", "connection", "waiting", "oldest since", "empty at", "state"]);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for business in businesses {
        let name = word(&business["business"]);
        for campaign in list(&business["campaigns"]) {
            given.add_row([name, word(&campaign["name"]), word(&campaign["ends_at"]), &gave(&campaign)]);
        }
        for connection in list(&business["connections"]) {
            let state = state(&connection)?;
            let asset = word(&connection["asset"]);
            let waiting = list(&connection["waiting"]);
            if waiting.is_empty() {
                waits.add_row([name, asset, "nothing", "", "", &state]);
            }
            for waiting in waiting {
                let what = format!("{} × {}", waiting["count"], word(&waiting["kind"]));
                let (oldest, empty) = (word(&waiting["oldest"]), word(&waiting["empty_at"]));
                waits.add_row([name, asset, &what, oldest, empty, &state]);
            }
        }
    }
    let again = again(businesses);
    Ok(format!("{given}\n\n{waits}\n{again}"))
}

/// What was read from the platforms again, a line a connection.
fn again(businesses: &[Value]) -> String {
    let mut lines = String::new();
    let connections = businesses.iter().filter_map(|business| business["connections"].as_array()).flatten();
    for connection in connections.filter(|connection| connection["catch_up"].is_object()) {
        let (asset, read) = (word(&connection["asset"]), &connection["catch_up"]);
        let when = match read["ended_at"].as_str() {
            Some(at) => format!("done at {at}"),
            None => format!("under way since {}", word(&read["started_at"])),
        };
        let trouble = read["trouble"].as_str().map(|why| format!("; {why}")).unwrap_or_default();
        lines += &format!(
            "{asset}: read again since {}, {when}: {} seen, {} of them new{trouble}\n",
            word(&read["since"]),
            read["seen"],
            read["found"],
        );
    }
    lines
}

fn gave(campaign: &Value) -> String {
    let mut gave = Vec::new();
    if let Some(numbers) = campaign["numbers"].as_u64().filter(|numbers| *numbers > 0) {
        let drawn = if campaign["is_drawn"] == true { ", drawn" } else { "" };
        gave.push(format!("{numbers} raffle numbers{drawn}"));
    }
    for place in campaign["places"].as_array().into_iter().flatten() {
        gave.push(format!("{} of the first {}", place["taken"], place["of"]));
    }
    if campaign["coupons"].is_object() {
        let coupons = &campaign["coupons"];
        gave.push(format!("{} codes, {} left", coupons["given"], coupons["left"]));
    }
    gave.join("; ")
}

fn state(connection: &Value) -> Result<String, Refusal> {
    let broken = &connection["broken"];
    if broken.is_object() {
        let (why, since) = (word(&broken["why"]), word(&broken["since"]));
        return Ok(format!("broken since {since}: {why}. Mend it, then masa redrive"));
    }
    Ok(match connection["paused_until"].as_str() {
        Some(until) => format!("paused by the platform until {}", until.parse::<Timestamp>()?),
        None => "works".to_owned(),
    })
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arguments::Raffle;

    fn place(url: &str) -> Where {
        Where { url: url.to_owned(), installation: None, region: None, endpoint_url: None }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_raffle_is_committed_to_entered_and_drawn_once() {
        let stack = crate::demo::start(0).await.unwrap();
        let url = format!("http://{}", stack.address());
        let raffle_of =
            |campaign: &str| Raffle { campaign: campaign.into(), business: None, place: place(&url) };
        let commit = RaffleCommand::Commit { raffle: raffle_of("raffle") };
        raffle(&commit).await.unwrap();
        let none = raffle(&RaffleCommand::Commit { raffle: raffle_of("coupon") }).await.unwrap_err();
        assert!(none.to_string().contains("no campaign coupon that gives"), "{none}");
        let draw = |winners| RaffleCommand::Draw { raffle: raffle_of("raffle"), winners };
        let nobody = raffle(&draw(1)).await.unwrap_err();
        assert_eq!(nobody.to_string(), "nobody has a number yet");
        let sandbox = stack.sandbox().unwrap();
        for person in ["דנה", "רון", "שיר"] {
            let act = json!({ "person": person, "do": "comment", "channel": "instagram", "on": "5502", "text": "@tal בואי" });
            sandbox.act(stack.clock().now(), &serde_json::from_value(act).unwrap()).unwrap();
        }
        stack.sandbox_acted();
        stack.work_off().await;
        let asked = Asked::DrawRaffle { campaign: "raffle".into(), winners: 2 };
        let drawn = ask_one(&place(&url), None, &asked).await.unwrap();
        assert_eq!(
            (drawn["entrants"].as_u64(), drawn["winners"].as_array().map(Vec::len)),
            (Some(3), Some(2))
        );
        // Anybody can work it out again from what is published.
        let entrants =
            ask_one(&place(&url), None, &Asked::RaffleEntrants { campaign: "raffle".into() }).await.unwrap();
        let list: Vec<_> = entrants
            .as_array()
            .unwrap()
            .iter()
            .map(|entrant| {
                let number = entrant["number"].as_u64().unwrap() as u32;
                (number, shared::domain::ids::LeadId::parse(word(&entrant["lead"])).unwrap())
            })
            .collect();
        assert_eq!(shared::domain::raffle::list_hash(&list), word(&drawn["list"]));
        let again = ask_one(&place(&url), None, &Asked::DrawRaffle { campaign: "raffle".into(), winners: 1 })
            .await
            .unwrap();
        assert_eq!(again, drawn, "a raffle is drawn once");
        let shown = shown(&ask(&place(&url), None, &Asked::Campaigns).await.unwrap()).unwrap();
        assert!(shown.contains("3 raffle numbers, drawn"), "{shown}");
        stack.stop().await;
    }

    const WITH_IMAGE: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: ליאור }
channels:
  facebook: { page: "101010101010101" }
  instagram: { account: "17841400000000001" }
messages:
  crete:
    kind: service
    text: "ארבעה ימים בכרתים\nהחל מ-399 יורו, עם טיסה"
    image: "https://example.com/crete.jpg"
    buttons: [{ reply: "מה כולל?", payload: included }]
  included: { kind: service, text: "מלון, טיסה, ארוחות בוקר" }
journeys:
  answer: { starts: [{ lead.replied: included }], steps: [{ send: included }] }
campaigns:
  crete: { kind: comment-reply, on: [facebook, instagram], posts: all, private-reply: crete }
"#;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_card_goes_to_whoever_comments_and_its_button_answers() {
        let stack = crate::demo::start_with(WITH_IMAGE).await.unwrap();
        let sandbox = stack.sandbox().unwrap();
        let acts = [("facebook", "101010101010101_1", "messenger"), ("instagram", "1", "instagram")];
        for (network, post, chat) in acts {
            let comment =
                json!({ "person": chat, "do": "comment", "channel": network, "on": post, "text": "כמה?" });
            let press = json!({ "person": chat, "do": "press", "channel": chat, "payload": "included" });
            for act in [comment, press] {
                sandbox.act(stack.clock().now(), &serde_json::from_value(act).unwrap()).unwrap();
                stack.sandbox_acted();
                stack.work_off().await;
            }
        }
        let read: Vec<String> = sandbox.sent().into_iter().map(|sent| sent.body).collect();
        let card = "ארבעה ימים בכרתים\nהחל מ-399 יורו, עם טיסה\nhttps://example.com/crete.jpg";
        let answer = "מלון, טיסה, ארוחות בוקר";
        assert_eq!(read, [card, answer, card, answer]);
        stack.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_no_webhook_brought_is_read_again_and_each_is_handled_once() {
        let stack = crate::demo::start(0).await.unwrap();
        let url = format!("http://{}", stack.address());
        let sandbox = stack.sandbox().unwrap();
        let act = |person: &str, what: Value| {
            let mut act = json!({ "person": person, "do": "comment", "text": "@tal בואי" });
            act.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
            sandbox.act(stack.clock().now(), &serde_json::from_value(act).unwrap()).unwrap();
        };
        act("דנה", json!({ "channel": "instagram", "on": "5502" }));
        stack.sandbox_acted();
        stack.work_off().await;
        // The outage: Meta gives up, and tells nothing more of these.
        act("רון", json!({ "channel": "instagram", "on": "5502" }));
        act("שיר", json!({ "channel": "facebook", "on": "101010101010101_5502" }));
        act("גיל", json!({ "do": "lead", "on": "700" }));
        assert_eq!(sandbox.take_webhooks(stack.clock().now()).len(), 3);
        let answers = || {
            let sent = sandbox.sent();
            let of = |kind: &str| sent.iter().filter(|sent| sent.kind == kind).count();
            (of("private-reply"), of("public-reply"), of("template"))
        };
        let before = answers();
        assert_eq!((before.0, before.1), (1, 1));
        let replay = |since: &str| Asked::Replay { since: since.to_owned() };
        let wrong = ask_one(&place(&url), None, &replay("long ago")).await.unwrap_err();
        assert!(wrong.to_string().contains("write --since"), "{wrong}");
        for _ in 0..2 {
            ask_one(&place(&url), None, &replay("2 days")).await.unwrap();
            stack.work_off().await;
            assert_eq!(answers(), (3, 3, before.2 + 1), "{:?}", sandbox.sent());
        }
        let shown = shown(&ask(&place(&url), None, &Asked::Campaigns).await.unwrap()).unwrap();
        assert!(shown.contains("3 seen, 0 of them new\n"), "{shown}");
        stack.stop().await;
    }

    #[test]
    fn codes_are_read_a_line_each_and_a_bad_one_is_told_by_its_line() {
        let folder = std::env::temp_dir().join(format!("masa-codes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("codes.csv");
        std::fs::write(&file, "\u{feff}code\nA-1,spring\n\n\"A-2\"\r\nA-3;x\n").unwrap();
        assert_eq!(read_codes(&file).unwrap(), ["A-1", "A-2", "A-3"]);
        std::fs::write(&file, format!("A\n{}\n", "B".repeat(61))).unwrap();
        assert!(read_codes(&file).unwrap_err().to_string().contains("codes.csv:2:"));
        std::fs::write(&file, "\n").unwrap();
        assert!(read_codes(&file).unwrap_err().to_string().contains("no code in it"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
