//! What is kept although something comes in between: a restart, a restore, a person who writes, a lead who is known.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::SignedDuration;
use journeys::webhooks::{lead_ad, whatsapp_text};
use journeys::{NEVEH, Town, request_file};
use shared::application::World;
use shared::application::deliver::deliver;
use shared::application::in_memory::{InMemoryStore, NoFigures};
use shared::application::ports::{Clock, Heartbeat, Platforms, Queue, QueueError, Store};
use shared::application::publish::publish;
use shared::application::sweep::{sweep, sweep_on_new_queue};
use shared::domain::call::{CallFailure, LeadAdFields, Outcome, PlatformCall, Receipt, Refusal};
use shared::domain::event::Details;
use shared::domain::hint::Hint;
use shared::domain::ids::PlatformMessageId;
use shared::domain::lead::Lead;
use shared::domain::name::PersonName;
use shared::domain::phone::PhoneNumber;
use shared::domain::timeline::What;
use shared::domain::work::{Class, Lane};

fn dana() -> Details {
    Details {
        name: PersonName::parse("דנה כהן"),
        phone: PhoneNumber::parse("054-123-4567").ok(),
        ..Details::default()
    }
}

fn read(details: Details) -> Outcome {
    Outcome::LeadAdRead(LeadAdFields { details, ..LeadAdFields::default() })
}

#[tokio::test]
async fn a_new_queue_is_told_at_once_what_the_old_one_knew() {
    let town = Town::new().await;
    town.tick().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.tick().await;
    // The process dies with its queue, seconds after the tick that trusts it.
    assert!(!town.queue.take_due().is_empty());
    town.clock.advance(SignedDuration::from_secs(2));
    town.tick().await;
    assert!(town.queue.take_due().is_empty());
    sweep_on_new_queue(&town.world).await.unwrap();
    town.work().await;
    assert_eq!(town.call_names(), ["template lead_welcome"]);
}

#[tokio::test]
async fn a_lead_ad_of_somebody_known_becomes_their_lead_and_not_a_second_one() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    town.platforms.answer_next(read(dana()));
    town.webhook(&lead_ad("700")).await;
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert_eq!(lead.first_source.as_ref().unwrap().kind.as_str(), "form");
    assert_eq!(lead.last_source.as_ref().unwrap().kind.as_str(), "lead-ad");
    // The journey is under way already: one welcome.
    assert_eq!(town.call_names(), ["template lead_welcome", "read-lead-ad"]);
}

#[tokio::test]
async fn a_restored_copy_of_the_table_sends_nothing_until_it_is_released() {
    let town = Town::new().await;
    town.store.release_table("masa-before-the-restore").await.unwrap();
    town.http(request_file("lead-intake/form.json")).await;
    town.advance(SignedDuration::from_hours(1)).await;
    assert!(town.call_names().is_empty());
    shared::application::release::release(&town.world).await.unwrap();
    town.advance(SignedDuration::from_mins(5)).await;
    assert_eq!(town.call_names(), ["template lead_welcome"]);
}

#[tokio::test]
async fn queues_carry_no_personal_data() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.webhook(&whatsapp_text("972541234567", "wamid.in.1", 1_796_022_000, "שלום, כאן דנה")).await;
    let hints: Vec<Hint> = town.queue.peek();
    assert!(!hints.is_empty());
    for hint in hints {
        let text = shared::lambda::hint_text::write(&hint);
        for secret in ["541234567", "דנה", "wamid", "example.com"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

/// Platforms that take their time: while the call is under way the person writes.
struct Interrupted<'t> {
    town: &'t Town,
}

#[async_trait]
impl Platforms for Interrupted<'_> {
    async fn call(&self, _call: &PlatformCall) -> Outcome {
        let now = self.town.clock.now().as_second();
        self.town.webhook(&whatsapp_text("972541234567", "wamid.in.1", now, "מתי תתקשרו?")).await;
        self.town.work().await;
        Outcome::Done(Receipt { id: Some(PlatformMessageId::new("wamid.1")), ..Receipt::default() })
    }
}

/// Nothing waits but to tell the business.
fn is_done(lead: &Lead) -> bool {
    lead.work.iter().all(|work| work.lane() == Lane::Alerts)
}

#[tokio::test]
async fn the_answer_to_a_call_is_kept_although_the_person_wrote_in_between() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    let lead = town.only_lead(NEVEH);
    deliver(&town.world, &Interrupted { town: &town }, &town.business(), lead.id).await.unwrap();
    let lead = town.only_lead(NEVEH);
    let whats = town.whats(&lead).await;
    assert!(whats.contains(&What::Wrote) && whats.contains(&What::Sent));
    assert!(lead.claim.is_none() && is_done(&lead) && lead.runs.iter().all(|run| !run.is_active()));
    assert!(town.call_names().is_empty(), "nobody called beside the call");
}

#[tokio::test]
async fn what_waits_for_the_operator_ends_with_a_reply_although_its_journey_was_over_on_an_older_playbook() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    for _ in 0..40 {
        let reason = "the token is not valid".to_owned();
        let refused = CallFailure::Refused { why: Refusal::ConnectionBroken, code: Some(190), reason };
        town.platforms.answer_next(Outcome::Failed(refused));
    }
    town.advance(SignedDuration::from_hours(60 * 24)).await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.work.iter().any(|work| work.is_parked()), "{:?}", lead.work);
    assert!(lead.runs.iter().all(|run| !run.is_active()), "{:?}", lead.runs);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/local/playbook.he.yaml");
    let text = std::fs::read_to_string(path).unwrap() + "\n# Another version.\n";
    publish(town.store.as_ref(), &shared::playbook::parse("starter", &text).unwrap(), &text).await.unwrap();
    town.advance(SignedDuration::from_mins(2)).await;
    town.webhook(&whatsapp_text("972541234567", "wamid.in.1", town.clock.now().as_second(), "כבר הזמנתי"))
        .await;
    town.work().await;
    assert!(is_done(&town.only_lead(NEVEH)));
}

/// The operator releases while a sweep looks at how deep the queue is.
struct Releasing(Arc<InMemoryStore>);

#[async_trait]
impl Queue for Releasing {
    async fn send(&self, _hints: &[(Hint, SignedDuration)]) -> Result<(), QueueError> {
        Ok(())
    }

    async fn depth(&self, _class: Class) -> Result<u64, QueueError> {
        let held = self.0.heartbeat().await.unwrap().unwrap();
        self.0.put_heartbeat(&Heartbeat { held_since: None, ..held }).await.unwrap();
        Ok(0)
    }
}

#[tokio::test]
async fn what_is_released_while_a_sweep_is_under_way_stays_released() {
    let town = Town::new().await;
    let (table, now) = (town.world.table.clone(), town.clock.now());
    town.store.put_heartbeat(&Heartbeat { swept_at: now, held_since: Some(now) }).await.unwrap();
    let world = World {
        public_url: None,
        store: Arc::clone(&town.store) as _,
        queue: Arc::new(Releasing(Arc::clone(&town.store))),
        playbooks: Arc::clone(&town.world.playbooks),
        clock: Arc::clone(&town.clock) as _,
        chance: Arc::clone(&town.world.chance),
        figures: Arc::new(NoFigures),
        pepper: town.world.pepper.clone(),
        table,
        release: Mutex::default(),
    };
    sweep(&world).await.unwrap();
    let swept = town.store.heartbeat().await.unwrap().unwrap();
    assert_eq!((swept.swept_at, swept.held_since), (now, None));
}
