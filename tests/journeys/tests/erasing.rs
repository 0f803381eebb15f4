//! A person is erased: gone from the store, not brought back by anything old, and what they refused stays refused.

use std::sync::{Arc, Mutex};

use engine::{Engine, Retries};
use jiff::SignedDuration;
use journeys::webhooks::{
    comment, lead_ad, messenger_text, whatsapp_status, whatsapp_text, whatsapp_text_of,
};
use journeys::{HangingPlatforms, NEVEH, Town, request_file};
use lead_intake::LeadIntake;
use serde_json::json;
use shared::adapters::dynamodb::{DynamoDbStore, ensure_table};
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::application::World;
use shared::application::deliver::deliver;
use shared::application::drain::drain;
use shared::application::erase::{Erased, erase, erase_identity};
use shared::application::in_memory::{
    InMemoryQueue, ManualClock, NoFigures, RecordedPlatforms, SeededChance,
};
use shared::application::ports::{Clock, InboxId, Platforms, Store};
use shared::application::publish::publish;
use shared::application::redrive::redrive;
use shared::domain::call::{LeadAdFields, Outcome, PlatformCall, Receipt};
use shared::domain::delivery::opaque;
use shared::domain::event::Details;
use shared::domain::identity::Identity;
use shared::domain::ids::{BusinessId, LeadId, Pepper};
use shared::domain::name::PersonName;
use shared::domain::phone::PhoneNumber;

const DANA: &str = "972541234567";
const USER: &str = "IL.13491208655302741918";
/// What must not be found anywhere.
const PERSONAL: [&str; 5] = ["541234567", "1234-567", "דנה", "dana@", "13491208655302741918"];

fn phone() -> Identity {
    Identity::Phone(PhoneNumber::parse("054-123-4567").unwrap())
}

fn now(town: &Town) -> i64 {
    town.clock.now().as_second()
}

async fn says(town: &Town, body: serde_json::Value) {
    assert_eq!(town.webhook(&body).await.0, 200);
    town.work().await;
}

async fn form_of_dana(town: &Town) -> LeadId {
    let (status, answer) = town.http(request_file("lead-intake/form.json")).await;
    assert_eq!(status, 202);
    LeadId::parse(answer["lead"].as_str().unwrap()).unwrap()
}

/// Works off what is to be done at once, and says that nothing personal is left.
async fn is_gone(town: &Town, lead: LeadId) {
    town.clock.advance(SignedDuration::from_secs(1));
    town.work().await;
    let everything = town.store.everything();
    for personal in PERSONAL {
        assert!(!everything.contains(personal), "{personal} in {everything}");
    }
    assert_eq!(town.store.timeline(&town.business(), lead).await.unwrap(), []);
}

async fn erased(town: &Town, lead: LeadId) {
    assert_eq!(erase(&town.world, &town.business(), lead).await.unwrap(), Erased::Begun(lead));
    is_gone(town, lead).await;
}

#[tokio::test]
async fn everything_of_the_person_is_gone_and_nothing_old_brings_them_back() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    town.work().await;
    let sent = town.calls()[0].clone();
    let data = opaque::write(sent.lead, sent.work);
    says(&town, whatsapp_status("wamid.972541234567", "delivered", Some(&data), now(&town))).await;
    let old = whatsapp_text_of(USER, Some(DANA), "wamid.1", now(&town), "שלום, כאן דנה");
    says(&town, old.clone()).await;
    // Some of it waits undecided, and some is parked.
    let waiting = whatsapp_text(DANA, "wamid.2", now(&town), "עוד משהו מדנה");
    town.webhook(&waiting).await;
    let at =
        InboxId { business: town.business(), identity: phone().key(&town.world.pepper, &town.business()) };
    let row = town.store.inbox(&at, 9).await.unwrap().rows.remove(0).unwrap();
    town.store.park_inbox(&row.id(), "דנה", town.clock.now()).await.unwrap();
    town.clock.advance(SignedDuration::from_secs(2));

    let business = town.business();
    let (first, second) =
        tokio::join!(erase(&town.world, &business, lead), erase(&town.world, &business, lead));
    let both = [first.unwrap(), second.unwrap()];
    assert!(both.contains(&Erased::Begun(lead)) && both.contains(&Erased::Already(lead)), "{both:?}");
    is_gone(&town, lead).await;
    assert!(town.leads(NEVEH).is_empty());
    let calls = town.calls().len();

    // Webhooks that come again, and statuses of what had left.
    for body in [
        old,
        waiting,
        whatsapp_status("wamid.972541234567", "read", Some(&data), now(&town)),
        whatsapp_status("wamid.972541234567", "failed", Some(&data), now(&town)),
    ] {
        says(&town, body).await;
    }
    assert!(town.leads(NEVEH).is_empty());
    assert_eq!(town.store.undecided(), 0);
    assert_eq!(redrive(&town.world, &town.business()).await.unwrap(), Default::default());
    assert_eq!(town.store.roster(&town.business(), None, 9).await.unwrap(), []);
    // A day later what came late is gone, and after a month the tombstone, too.
    town.advance(SignedDuration::from_hours(25)).await;
    is_gone(&town, lead).await;
    assert!(town.store.lead(&town.business(), lead).await.unwrap().is_some());
    town.advance(SignedDuration::from_hours(32 * 24)).await;
    assert_eq!(town.store.lead(&town.business(), lead).await.unwrap(), None);
    assert_eq!(town.calls().len(), calls);
}

#[tokio::test]
async fn who_writes_again_later_is_a_new_lead() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    town.work().await;
    let who = erase_identity(&town.world, &town.business(), &phone()).await.unwrap();
    assert_eq!(who, Erased::Begun(lead));
    is_gone(&town, lead).await;
    town.clock.advance(SignedDuration::from_mins(11));
    let new = form_of_dana(&town).await;
    assert_ne!(new, lead);
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.opt_out.is_none() && lead.identities.contains(&phone()));
    assert_eq!(town.call_names(), ["template lead_welcome", "template lead_welcome"]);
    // What is older than the erasure is still dropped, although the name leads to somebody again.
    let before = lead.version;
    says(&town, whatsapp_text(DANA, "wamid.old", now(&town) - 3_600, "הסר")).await;
    assert_eq!(town.only_lead(NEVEH).version, before);
    // And again.
    erased(&town, new).await;
}

#[tokio::test]
async fn who_was_erased_before_anybody_had_heard_of_them_is_not_brought_back_by_what_happened_before() {
    let town = Town::new().await;
    let old = whatsapp_text(DANA, "wamid.old", now(&town) - 3_600, "שלום");
    let who = erase_identity(&town.world, &town.business(), &phone()).await.unwrap();
    assert_eq!(who, Erased::Nobody);
    says(&town, old).await;
    assert!(town.leads(NEVEH).is_empty());
    town.clock.advance(SignedDuration::from_secs(2));
    form_of_dana(&town).await;
    assert_eq!(town.leads(NEVEH).len(), 1, "what happens later begins anew");
}

#[tokio::test]
async fn a_refusal_survives_the_erasure() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    town.work().await;
    says(&town, whatsapp_text(DANA, "wamid.1", now(&town), "הסר")).await;
    town.clock.advance(SignedDuration::from_secs(2));
    erased(&town, lead).await;
    let calls = town.calls().len();
    town.clock.advance(SignedDuration::from_mins(11));
    form_of_dana(&town).await;
    town.move_to("2027-01-30T12:00:00+02:00").await;
    let new = town.only_lead(NEVEH);
    assert!(new.opt_out.is_some() && new.id != lead);
    assert_eq!(town.calls().len(), calls, "{:?}", town.call_names());
}

#[tokio::test]
async fn a_lead_that_learns_an_erased_name_takes_over_its_refusal() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    town.work().await;
    says(&town, whatsapp_text(DANA, "wamid.1", now(&town), "הסר")).await;
    town.clock.advance(SignedDuration::from_secs(2));
    erased(&town, lead).await;
    let calls = town.calls().len();
    // Another number, and the address of the person who refused.
    town.form(&json!({ "name": "רון", "phone": "054-765-4321" })).await;
    town.work().await;
    assert_eq!(town.calls().len(), calls + 1);
    town.form(&json!({ "name": "רון", "phone": "054-765-4321", "email": "dana@example.com" })).await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.opt_out.is_some() && lead.runs.iter().all(|run| !run.is_active()));
    town.move_to("2027-01-30T12:00:00+02:00").await;
    assert_eq!(town.calls().len(), calls + 1);
}

#[tokio::test]
async fn an_erasure_does_not_wait_for_a_call_and_its_answer_finds_nothing_to_do() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    deliver(&town.world, &Erasing { town: &town, lead }, &town.business(), lead).await.unwrap();
    is_gone(&town, lead).await;
    // A worker that dies in its call, too.
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    let (hanging, business) = (HangingPlatforms::default(), town.business());
    let dying = deliver(&town.world, &hanging, &business, lead);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), dying).await.is_err());
    erased(&town, lead).await;
    town.advance(SignedDuration::from_hours(1)).await;
    assert!(town.call_names().is_empty());
}

/// While the call is under way the person is erased, and the answer tells another name of theirs.
struct Erasing<'t> {
    town: &'t Town,
    lead: LeadId,
}

#[async_trait::async_trait]
impl Platforms for Erasing<'_> {
    async fn call(&self, _call: &PlatformCall) -> Outcome {
        erased(self.town, self.lead).await;
        Outcome::Done(Receipt {
            id: Some("wamid.1".into()),
            identities: vec![Identity::WhatsAppUser(USER.into())],
            ..Receipt::default()
        })
    }
}

#[tokio::test]
async fn all_records_of_a_person_are_erased_and_a_merge_that_waits_for_one_ends() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    town.work().await;
    town.clock.advance(SignedDuration::from_mins(1));
    says(&town, whatsapp_text_of(USER, None, "wamid.1", now(&town), "אני דנה")).await;
    says(&town, whatsapp_text_of(USER, Some(DANA), "wamid.2", now(&town), "זו אני")).await;
    let merged = town.only_lead(NEVEH);
    let absorbed = merged.absorbed[0];
    town.clock.advance(SignedDuration::from_secs(2));
    erased(&town, lead).await;
    assert_eq!(town.store.timeline(&town.business(), absorbed).await.unwrap(), []);
    town.advance(SignedDuration::from_hours(33 * 24)).await;
    assert!(town.store.leads().is_empty(), "both tombstones are gone");

    // A merge that is pending with somebody who is erased.
    let lead = form_of_dana(&town).await;
    town.form(&json!({ "name": "רון", "phone": "054-765-4321", "email": "dana@example.com" })).await;
    assert!(town.leads(NEVEH).iter().any(|lead| !lead.merges.is_empty()));
    town.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(erase(&town.world, &town.business(), lead).await.unwrap(), Erased::Begun(lead));
    town.work().await;
    town.clock.advance(SignedDuration::from_secs(2));
    says(&town, whatsapp_text("972547654321", "wamid.3", now(&town), "שלום")).await;
    let left = town.only_lead(NEVEH);
    assert!(left.merges.is_empty() && left.absorbed.is_empty());
}

#[tokio::test]
async fn a_lead_ad_that_is_read_after_its_person_was_erased_goes_with_them() {
    let town = Town::new().await;
    let lead = form_of_dana(&town).await;
    town.work().await;
    town.webhook(&lead_ad("700")).await;
    for hint in town.queue.take_due() {
        town.invoke(town.platforms.as_ref(), &hint).await;
    }
    town.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(erase(&town.world, &town.business(), lead).await.unwrap(), Erased::Begun(lead));
    let details = Details {
        name: PersonName::parse("דנה כהן"),
        phone: PhoneNumber::parse("054-123-4567").ok(),
        ..Details::default()
    };
    town.platforms.answer_next(Outcome::LeadAdRead(LeadAdFields { details, ..LeadAdFields::default() }));
    is_gone(&town, lead).await;
    assert!(town.leads(NEVEH).is_empty());
    // The ad that is told again is known, and makes nobody.
    says(&town, lead_ad("700")).await;
    assert!(town.leads(NEVEH).is_empty());
}

#[tokio::test]
async fn a_comment_that_is_told_again_after_the_erasure_makes_nobody() {
    let town = Town::new().await;
    says(&town, messenger_text("81", "mid.1", now(&town), "שלום")).await;
    says(&town, comment("1_1", "81", "כמה?")).await;
    let lead = town.only_lead(NEVEH).id;
    let calls = town.calls().len();
    town.clock.advance(SignedDuration::from_secs(2));
    erased(&town, lead).await;
    town.advance(SignedDuration::from_hours(40 * 24)).await;
    says(&town, comment("1_1", "81", "כמה?")).await;
    assert!(town.leads(NEVEH).is_empty());
    assert_eq!(town.calls().len(), calls);
}

/// The same on the real adapter: the whole table is read.
#[tokio::test]
async fn in_the_table_nothing_of_the_person_is_left() {
    const TABLE: &str = "masa";
    let engine = Engine::memory().unwrap();
    let client = engine.client(Retries::Standard);
    ensure_table(&client, TABLE).await.unwrap();
    let clock = Arc::new(ManualClock::at("2026-11-30T09:00:00+02:00".parse().unwrap()));
    let store: Arc<dyn Store> =
        Arc::new(DynamoDbStore::new(client.clone(), TABLE, Arc::new(SeededChance::new(1))));
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/local/playbook.he.yaml"));
    let text = text.unwrap();
    publish(store.as_ref(), &shared::playbook::parse("starter", &text).unwrap(), &text).await.unwrap();
    store.release_table(TABLE).await.unwrap();
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
    let business = BusinessId::new(NEVEH);
    let intake = LeadIntake { world: Arc::clone(&world), secrets: journeys::secrets() };
    let form = || async {
        let answer = lead_intake::handle_http(&intake, request_file("lead-intake/form.json")).await;
        LeadId::parse(journeys::answered(answer).1["lead"].as_str().unwrap()).unwrap()
    };
    let lead = form().await;
    let platforms = RecordedPlatforms::default();
    deliver(&world, &platforms, &business, lead).await.unwrap();
    let call = platforms.calls()[0].clone();
    let second = || clock.now().as_second();
    let data = opaque::write(call.lead, call.work);
    let status = |word: &str| whatsapp_status("wamid.972541234567", word, Some(&data), second());
    let inbox = InboxId { business: business.clone(), identity: phone().key(&world.pepper, &business) };
    Town::webhook_to(&world, &status("sent")).await;
    Town::webhook_to(&world, &whatsapp_text_of(USER, Some(DANA), "wamid.1", second(), "שלום, כאן דנה")).await;
    drain(&world, &inbox).await.unwrap();
    Town::webhook_to(&world, &whatsapp_text(DANA, "wamid.2", second(), "הסר")).await;
    drain(&world, &inbox).await.unwrap();
    Town::webhook_to(&world, &whatsapp_text(DANA, "wamid.3", second(), "דנה שוב")).await;
    let everything = async || {
        let items = client.scan().table_name(TABLE).send().await.unwrap().items.unwrap_or_default();
        items.iter().map(|item| format!("{item:?}\n")).collect::<String>()
    };
    assert!(everything().await.contains("T#") && everything().await.contains("541234567"));

    clock.advance(SignedDuration::from_secs(2));
    assert_eq!(erase(&world, &business, lead).await.unwrap(), Erased::Begun(lead));
    deliver(&world, &platforms, &business, lead).await.unwrap();
    let left = everything().await;
    for gone in PERSONAL.into_iter().chain(["\"T#", "\"S#", "\"IN#", "wamid"]) {
        assert!(!left.contains(gone), "{gone} in {left}");
    }
    // Late statuses go, too, and in the end the tombstone.
    Town::webhook_to(&world, &status("read")).await;
    for days in [1, 8, 31] {
        clock.advance(SignedDuration::from_hours(24 * days));
        deliver(&world, &platforms, &business, lead).await.unwrap();
    }
    let left = everything().await;
    assert!(!left.contains("\"LEAD\"") && !left.contains("wamid"), "{left}");
    let inbox = store.inbox(&inbox, 0).await.unwrap();
    assert!(inbox.erased.is_some_and(|erased| erased.suppression.opt_out.is_some()));
    let new = form().await;
    assert_ne!(new, lead);
    assert!(store.lead(&business, new).await.unwrap().unwrap().opt_out.is_some());
}
