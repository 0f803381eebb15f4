//! What the store does in a lead's life, and what it costs: leads a second through the embedded engine, and calls
//! and capacity units a lead. `cargo run --release -p contract --example lead_life`
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use application::commit::Commit;
use application::in_memory::SeededChance;
use application::ports::{InboxRow, Store};
use contract::samples::{at, commit_of, delivery, entry, identity, lead, neveh, pepper, person, work};
use domain::channel::Channel;
use domain::delivery::DeliveryStatus::{Delivered, Read, Sent};
use domain::event::{Event, EventKind, Responder};
use domain::event_key::{EventKey, Sameness};
use domain::lead::{Lead, RecentSend};
use domain::name::PersonName;
use domain::run::Run;
use domain::source::{Source, SourceKind};
use domain::work::{Claim, Class, Intent};
use engine::{Engine, Retries};
use shared::adapters::dynamodb::{DynamoDbStore, Meter, ensure_table};

type Failed = Box<dyn std::error::Error + Send + Sync>;

const LEADS: u128 = 500;
const TABLE: &str = "life";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    measure("memory", Engine::memory()?).await?;
    let folder = Path::new("target/lead-life");
    measure("disk", Engine::open(folder)?).await?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

async fn measure(name: &str, engine: Engine) -> Result<(), Failed> {
    let client = engine.client(Retries::Standard);
    ensure_table(&client, TABLE).await?;
    let store = DynamoDbStore::new(client.clone(), TABLE, Arc::new(SeededChance::new(3)));
    let started = Instant::now();
    for number in 0..LEADS {
        welcome(&store, number).await?;
    }
    let rate = LEADS as f64 / started.elapsed().as_secs_f64();
    println!("{name}: {rate:.0} leads a second (event in, decided, welcomed, three statuses)");

    let meter = Arc::new(Meter::new());
    let metered = DynamoDbStore::new(client, TABLE, Arc::new(SeededChance::new(4))).with_meter(meter.clone());
    for number in LEADS..LEADS + 20 {
        welcome(&metered, number).await?;
    }
    for (what, used) in meter.snapshot() {
        let each = |count: f64| count / 20.0;
        let (calls, reads, writes) = (each(used.calls as f64), each(used.read_units), each(used.write_units));
        println!("  {what:14} {calls:5.1} calls {reads:5.1} read units {writes:5.1} write units a lead");
    }
    let total = meter.total();
    println!(
        "  {:14} {:5.1} calls, {:.1} write units",
        "all",
        total.calls as f64 / 20.0,
        total.write_units / 20.0
    );
    Ok(())
}

/// A lead comes by a message, is welcomed, and the message is delivered and read.
async fn welcome(store: &dyn Store, number: u128) -> Result<(), Failed> {
    let name = format!("person {number}");
    let key =
        EventKey::of(&pepper(), &neveh(), Responder::Message, Sameness::Message { id: &name, verb: "" });
    let event = Event {
        business: neveh(),
        key: key.clone(),
        occurred_at: at(1),
        author: person(&name),
        also: Vec::new(),
        kind: EventKind::Standby { channel: Channel::Messenger },
    };
    let inbox = application::ports::InboxId { business: neveh(), identity: identity(&name) };
    let row = InboxRow { at: inbox.clone(), event, received_at: at(2) };
    store.put_inbox(std::slice::from_ref(&row)).await?;
    store.inbox(&inbox, 100).await?;
    let decided = decided(number, &name, key, &row);
    store.commit(&decided).await?;

    let read = store.lead(&neveh(), lead_id(number)).await?.ok_or("no lead")?;
    let mut claim = commit_of(&read);
    let claimed = claim.lead.as_mut().ok_or("no lead")?;
    let job = claimed.work[0].id;
    claimed.claims += 1;
    claimed.claim = Some(Claim {
        work: job,
        number: claimed.claims,
        started_at: at(3),
        until: at(33),
        intent: Intent::Act,
    });
    store.commit(&claim).await?;

    let mut finish = commit_of(claim.lead.as_ref().ok_or("no lead")?);
    let finished = finish.lead.as_mut().ok_or("no lead")?;
    finished.claim = None;
    finished.work.clear();
    let id = Some("wamid.HBgMOTcyNTQxMjM0NTY3FQIAERgSQzE2NTlFN0I3RjQ5RjlGQTk1AA==".into());
    finished.recent_sends =
        vec![RecentSend { at: at(4), channel: Channel::WhatsApp, class: Class::Conversation, id }];
    finish.timeline = vec![entry(4, "sent")];
    store.commit(&finish).await?;
    for status in [Sent, Delivered, Read] {
        store.put_delivery(&neveh(), lead_id(number), job, &delivery(status, 5)).await?;
    }
    Ok(())
}

fn lead_id(number: u128) -> domain::ids::LeadId {
    domain::ids::LeadId::new((number + 1).wrapping_mul(u128::MAX / 7_919))
}

fn decided(number: u128, name: &str, key: EventKey, row: &InboxRow) -> Commit {
    let source = Source { kind: SourceKind::Message, campaign: vec![("ref".into(), "summer".into())] };
    let record = Lead {
        id: lead_id(number),
        name: PersonName::parse("דנה כהן"),
        identities: [person(name)].into(),
        first_source: Some(source.clone()),
        last_source: Some(source),
        runs: vec![Run {
            id: domain::ids::RunId::new(number + 1),
            journey: "new-lead".into(),
            version: "3f8a12c09b7d4e51".into(),
            started_at: at(1),
            deal: None,
            next: 1,
            next_at: Some(at(9_999)),
            last_step_at: at(1),
            taken: Default::default(),
            acted_at: Some(at(1)),
            is_held_out: false,
            goal_at: None,
        }],
        work: vec![work(0, Class::Conversation, at(2))],
        work_next: 1,
        ..lead(0)
    };
    let mut commit = commit_of(&record);
    commit.timeline = vec![entry(1, "wrote"), entry(1, "journey started")];
    commit.identities = vec![identity(name)];
    commit.seen = Some(key);
    commit.inbox_done = Some(row.id());
    commit
}
