//! A burst of comments under one post, on the embedded stack and its sandbox: every person is answered once, within
//! the budgets, in the order of a raffle, whatever is told twice and whatever fails.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use local::{ClockSetting, GraphSetting, LocalSettings, PlaybookFile, Secrets, Stack};
use sandbox::{Act, Fault, Sandbox, Sent};
use serde_json::json;

use crate::product::sign;
use crate::{Common, Failure, clock};

const START: &str = "2026-12-01T09:00:00+02:00";
const APP_SECRET: &str = "sandbox-app-secret";
/// Of a hundred calls to the platform so many fail.
const FAILING: u32 = 5;
/// In such steps the clock is moved, and in each about so many calls are made.
const STEP: SignedDuration = SignedDuration::from_mins(20);
const CALLS_PER_STEP: u32 = 200;
/// All private replies have to leave within the platform's seven days.
const AT_LATEST: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const PRIVATE_HOURLY: usize = 200;
const PUBLIC_HOURLY: usize = 400;
const LIKES_IN_5_S: usize = 50;

const PLAYBOOK: &str = r#"
business: { id: neveh, name: נווה, agent: נועה }
channels:
  facebook: { page: "101010101010101" }
  instagram: { account: "17841400000000001" }
  whatsapp: { number: "106106106106106", account: "102102102102102" }
opt-out: { confirm: goodbye }
messages:
  number: { kind: service, channels: [messenger, instagram], text: "המספר שלך: {{ raffle_number }}" }
  late: { kind: service, channels: [messenger, instagram], text: "אין עוד" }
  goodbye: { kind: service, text: "הסרנו" }
journeys: {}
campaigns:
  raffle:
    kind: comment-reply
    on: [facebook, instagram]
    posts: ["5502"]
    reply: ["א", "ב", "ג", "ד"]
    like: true
    private-reply: number
    gives: { raffle-number: true, first: FIRST, otherwise: { reply: ["ה"], private-reply: late } }
"#;

#[derive(Args)]
pub struct Burst {
    /// How many people comment
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    comments: usize,
}

impl Burst {
    pub async fn run(&self, _: &Common) -> Result<(), Failure> {
        let first = self.comments * 9 / 10;
        let stack = start(first).await?;
        let begun = clock::now();
        let acknowledged = self.comment(&stack)?;
        let thousand = acknowledged.len().min(1_000);
        let (early, late) = (
            percentile(&acknowledged[..thousand], 99),
            percentile(&acknowledged[acknowledged.len() - thousand..], 99),
        );
        println!(
            "acknowledged: p99 of the first {thousand} {early:?}, of the last {late:?}, ratio {:.2}",
            late.as_secs_f64() / early.as_secs_f64()
        );
        for tenth in acknowledged.chunks(acknowledged.len().div_ceil(10).max(1)) {
            println!(
                "  half within {:?}, 99 of 100 within {:?}",
                percentile(tenth, 50),
                percentile(tenth, 99)
            );
        }
        let sandbox = stack.sandbox().ok_or("the burst needs the sandbox")?;
        let start: Timestamp = START.parse()?;
        let mut to = start;
        loop {
            for fault in
                [Fault::DropAfter, Fault::DropBefore, Fault::Refuse { status: 500, code: 2, subcode: None }]
            {
                sandbox.fail_next(CALLS_PER_STEP * FAILING / 100 / 3, fault);
            }
            to += STEP;
            stack.move_clock(to).await?;
            let sent = sandbox.sent();
            let private = of_kind(&sent, "private-reply").len();
            let public = of_kind(&sent, "public-reply").len();
            if private >= self.comments && public >= self.comments || to > start + AT_LATEST {
                break;
            }
        }
        let sent = sandbox.sent();
        println!("worked in {:?}; the clock stands {:?} later", begun.elapsed(), to.duration_since(start));
        stack.stop().await;
        judge(&sent, self.comments, first)
    }

    /// Whoever comments is another program: on a thread of its own, where no worker of the stack has its turn.
    fn comment(&self, stack: &Stack) -> Result<Vec<Duration>, Failure> {
        let sandbox = stack.sandbox().ok_or("the burst needs the sandbox")?;
        let (address, now) = (format!("http://{}/meta/webhook", stack.address()), stack.clock().now());
        let outside = || {
            let thread = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            thread.block_on(self.tell(&sandbox, &address, now))
        };
        tokio::task::block_in_place(|| std::thread::scope(|scope| scope.spawn(outside).join()))
            .map_err(|_| "the commenting thread panicked")?
    }

    /// Each comment is told twice, every tenth a third time after the others.
    async fn tell(&self, sandbox: &Sandbox, address: &str, now: Timestamp) -> Result<Vec<Duration>, Failure> {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
        let (mut acknowledged, mut again) = (Vec::new(), Vec::new());
        for number in 0..self.comments {
            let (channel, post) =
                if number % 2 == 0 { ("facebook", "101010101010101_5502") } else { ("instagram", "5502") };
            let act: Act = serde_json::from_value(json!({
                "person": format!("p{number}"), "do": "comment", "channel": channel, "on": post, "text": "רוצה",
            }))?;
            sandbox.act(now, &act)?;
            for webhook in sandbox.take_webhooks(now) {
                let body = webhook.body.to_vec();
                for turn in 0..2 {
                    let begun = clock::now();
                    post_signed(&http, address, body.clone()).await?;
                    if turn == 0 {
                        acknowledged.push(begun.elapsed());
                    }
                }
                sandbox.webhook_answered(now, webhook.number, 200);
                if number % 10 == 0 {
                    again.push(body);
                }
            }
        }
        for body in again {
            post_signed(&http, address, body).await?;
        }
        Ok(acknowledged)
    }
}

async fn post_signed(http: &reqwest::Client, address: &str, body: Vec<u8>) -> Result<(), Failure> {
    let signature = format!("sha256={}", hex::encode(sign(APP_SECRET, &body)));
    let request = http.post(address).header("x-hub-signature-256", signature).body(body);
    request.send().await?.error_for_status()?;
    Ok(())
}

async fn start(first: usize) -> Result<Stack, Failure> {
    let settings = LocalSettings {
        port: 0,
        data: None,
        playbooks: vec![PlaybookFile {
            name: "burst.yaml".to_owned(),
            text: PLAYBOOK.replace("FIRST", &first.to_string()),
        }],
        clock: ClockSetting::Manual { start: START.parse()? },
        graph: GraphSetting::Sandbox,
        secrets: Secrets::read(|_| None, true, &["MASA_META_TOKEN".to_owned()])?,
        seed: Some(7),
    };
    Ok(Stack::start(settings).await?)
}

/// What so many of a hundred are within.
fn percentile(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort();
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or_default()
}

fn of_kind<'s>(sent: &'s [Sent], kind: &str) -> Vec<&'s Sent> {
    sent.iter().filter(|sent| sent.kind == kind).collect()
}

/// What has to hold of all that the platforms took.
fn judge(sent: &[Sent], people: usize, first: usize) -> Result<(), Failure> {
    let mut faults = Vec::new();
    let mut check = |what: &str, holds: bool| {
        println!("{} {what}", if holds { "ok    " } else { "BROKEN" });
        if !holds {
            faults.push(what.to_owned());
        }
    };
    for (kind, hourly) in [("private-reply", PRIVATE_HOURLY), ("public-reply", PUBLIC_HOURLY)] {
        let of = of_kind(sent, kind);
        let mut by_person: BTreeMap<&str, usize> = BTreeMap::new();
        of.iter().for_each(|sent| *by_person.entry(&sent.to).or_default() += 1);
        check(&format!("{} people, one {kind} each", by_person.len()), {
            by_person.len() == people && by_person.values().all(|count| *count == 1)
        });
        for channel in [sandbox::Channel::Facebook, sandbox::Channel::Messenger, sandbox::Channel::Instagram]
        {
            let moments: Vec<Timestamp> =
                of.iter().filter(|sent| sent.channel == channel).map(|sent| sent.at).collect();
            let most = most_within(moments, HOUR);
            check(
                &format!("{most} of {kind} on {channel:?} in the fullest hour, of {hourly}"),
                most <= hourly,
            );
        }
    }
    let likes = of_kind(sent, "like").into_iter().filter(|sent| sent.channel == sandbox::Channel::Instagram);
    let most = most_within(likes.map(|sent| sent.at).collect(), SignedDuration::from_secs(5));
    check(&format!("{most} likes on Instagram in the fullest 5 s, of {LIKES_IN_5_S}"), most <= LIKES_IN_5_S);
    let told = of_kind(sent, "private-reply");
    let numbers: Vec<usize> =
        told.iter().filter_map(|sent| sent.body.rsplit(' ').next()?.parse().ok()).collect();
    let different: BTreeSet<usize> = numbers.iter().copied().collect();
    check(&format!("raffle numbers 1 to {first}, without a gap and none twice"), {
        numbers.len() == first && different == (1..=first).collect()
    });
    let late = told.iter().filter(|sent| sent.body == "אין עוד").count();
    check(&format!("{late} came too late for the first {first}"), late == people - first);
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{} promises are broken", faults.len()).into()),
    }
}

fn most_within(mut moments: Vec<Timestamp>, span: SignedDuration) -> usize {
    moments.sort();
    let mut from = 0;
    let mut most = 0;
    for (index, at) in moments.iter().enumerate() {
        while at.duration_since(moments[from]) >= span {
            from += 1;
        }
        most = most.max(index + 1 - from);
    }
    most
}
