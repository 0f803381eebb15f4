//! What a lead costs in the table: a form, ten messages on their days, and three statuses of each, through the real
//! functions on the embedded engine; and what a broadcast costs for each whom it reaches. `cargo run -p journeys --example write_units`

use std::sync::{Arc, Mutex};

use engine::{Engine, Retries};
use jiff::SignedDuration;
use journeys::{Town, request_file, webhooks};
use lead_intake::LeadIntake;
use shared::adapters::dynamodb::{DynamoDbStore, Meter, ensure_table};
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::application::deliver::deliver;
use shared::application::in_memory::{
    InMemoryQueue, ManualClock, NoFigures, RecordedPlatforms, SeededChance,
};
use shared::application::ports::{Clock, Store};
use shared::application::publish::publish;
use shared::application::{World, broadcasts};
use shared::domain::broadcast::Wanted;
use shared::domain::delivery::opaque;
use shared::domain::ids::{BusinessId, LeadId, Pepper};

const TABLE: &str = "masa";
const MESSAGES: usize = 10;
const PEOPLE: usize = 100;

/// The starter playbook with follow-ups enough for ten messages.
fn playbook_text() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/local/playbook.he.yaml");
    let text = std::fs::read_to_string(path).expect("the starter playbook is in its place");
    let last = "      - { after: 50 days, at: \"10:00\", send: follow-up-4, within: 2 days }\n";
    let more: String = (51..56)
        .map(|day| {
            format!("      - {{ after: {day} days, at: \"10:00\", send: follow-up-4, within: 2 days }}\n")
        })
        .collect();
    text.replace(last, &format!("{last}{more}"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let engine = Engine::memory().expect("the engine opens");
    let client = engine.client(Retries::Standard);
    ensure_table(&client, TABLE).await.expect("the table is made");
    let meter = Arc::new(Meter::default());
    let clock = Arc::new(ManualClock::at("2026-11-30T09:00:00+02:00".parse().expect("an instant")));
    let store =
        DynamoDbStore::new(client, TABLE, Arc::new(SeededChance::new(1))).with_meter(Arc::clone(&meter));
    let store: Arc<dyn Store> = Arc::new(store);
    let text = playbook_text();
    let playbook = shared::playbook::parse("the starter", &text).expect("the starter is sound");
    publish(store.as_ref(), &playbook, &text).await.expect("published");
    store.release_table(TABLE).await.expect("released");
    let world = Arc::new(World {
        public_url: None,
        store: Arc::clone(&store),
        queue: Arc::new(InMemoryQueue::new(Arc::clone(&clock) as Arc<dyn Clock>)),
        playbooks: Arc::new(StoredPlaybooks::new(Arc::clone(&store))),
        clock: Arc::clone(&clock) as _,
        chance: Arc::new(SeededChance::new(2)),
        figures: Arc::new(NoFigures),
        pepper: Pepper::new([9; 32]),
        table: TABLE.to_owned(),
        release: Mutex::default(),
    });
    let before = meter.total();

    let intake = LeadIntake { world: Arc::clone(&world), secrets: journeys::secrets() };
    let (_, answer) =
        journeys::answered(lead_intake::handle_http(&intake, request_file("lead-intake/form.json")).await);
    let lead = LeadId::parse(answer["lead"].as_str().expect("a lead")).expect("an id");
    let platforms = RecordedPlatforms::default();
    let mut told = 0;
    for day in 0..60 {
        deliver(&world, &platforms, &playbook.business.id, lead).await.expect("delivered");
        for call in platforms.calls().iter().skip(told) {
            for status in ["sent", "delivered", "read"] {
                let data = opaque::write(call.lead, call.work);
                let body = webhooks::whatsapp_status(
                    &format!("wamid.{told}"),
                    status,
                    Some(&data),
                    clock.now().as_second(),
                );
                let (answered, _) = Town::webhook_to(&world, &body).await;
                assert_eq!(answered, 200);
            }
            told += 1;
        }
        clock.advance(SignedDuration::from_hours(if told == 1 && day == 0 { 2 } else { 24 }));
    }
    assert_eq!(told, MESSAGES, "ten messages left");

    let used = meter.total();
    for (operation, used) in meter.snapshot() {
        println!(
            "  {operation:18} {:4} calls {:8.1} write units {:7.1} read units",
            used.calls, used.write_units, used.read_units
        );
    }
    println!(
        "one lead, {MESSAGES} messages, {} statuses: {:.0} write units, {:.1} read units, {} calls",
        3 * MESSAGES,
        used.write_units - before.write_units,
        used.read_units - before.read_units,
        used.calls - before.calls
    );
    broadcast(&world, &meter, &platforms, &clock).await;
}

/// A broadcast to people who agreed to it, with the statuses of its messages.
async fn broadcast(world: &Arc<World>, meter: &Meter, platforms: &RecordedPlatforms, clock: &ManualClock) {
    let intake = LeadIntake { world: Arc::clone(world), secrets: journeys::secrets() };
    for number in 0..PEOPLE {
        let mut request = request_file("lead-intake/form.json");
        let phone = format!("054{number:07}");
        request.body =
            Some(serde_json::json!({ "name": "דנה כהן", "phone": phone, "city": "רומא" }).to_string());
        lead_intake::handle_http(&intake, request).await;
    }
    let business: BusinessId = "neveh".into();
    let leads = world.store.roster(&business, None, 2 * PEOPLE).await.expect("a roster");
    // The welcome is over, and the day is another one.
    for lead in &leads {
        deliver(world, platforms, &business, *lead).await.expect("delivered");
    }
    clock.advance(SignedDuration::from_hours(25));
    let text = playbook_text()
        .replace("journeys:\n", "segments: { rome: { field: { city: [רומא] } } }\n\njourneys:\n");
    let playbook = shared::playbook::parse("the starter", &text).expect("the starter is sound");
    publish(world.store.as_ref(), &playbook, &text).await.expect("published");
    clock.advance(SignedDuration::from_mins(10));
    let wanted = Wanted {
        name: "summer".into(),
        message: "follow-up-4".into(),
        segment: "rome".into(),
        starts_at: None,
        per_minute: 4_800,
        limit: None,
    };
    let (before, told) = (meter.total(), platforms.calls().len());
    broadcasts::start(world, &business, &wanted).await.expect("it reaches somebody");
    let walked = meter.total();
    broadcasts::go_on(world).await.expect("it goes on");
    clock.advance(SignedDuration::from_mins(2));
    for lead in &leads {
        deliver(world, platforms, &business, *lead).await.expect("delivered");
    }
    let calls = platforms.calls();
    let sent = &calls[told..];
    for (number, call) in sent.iter().enumerate() {
        for status in ["sent", "delivered", "read"] {
            let data = opaque::write(call.lead, call.work);
            let body = webhooks::whatsapp_status(
                &format!("wamid.b{number}"),
                status,
                Some(&data),
                clock.now().as_second(),
            );
            assert_eq!(Town::webhook_to(world, &body).await.0, 200);
        }
    }
    let (used, people) = (meter.total(), sent.len() as f64);
    assert_eq!(sent.len(), PEOPLE, "everybody is reached");
    println!(
        "a broadcast, for each of {PEOPLE}: {:.1} read units to preview; then {:.1} write units, {:.1} read units, {:.1} calls",
        (walked.read_units - before.read_units) / people,
        (used.write_units - walked.write_units) / people,
        (used.read_units - walked.read_units) / people,
        (used.calls - walked.calls) as f64 / people,
    );
}
