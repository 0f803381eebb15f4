//! Two leads turn out to be one person: by a platform's word, or by what was typed once its number has written.

use jiff::SignedDuration;
use journeys::webhooks::{
    comment_of_nobody, messenger_text, whatsapp_status, whatsapp_text, whatsapp_text_of,
};
use journeys::{HangingPlatforms, NEVEH, Town};
use serde_json::json;
use shared::application::decide_event::{decide_event, find_lead};
use shared::application::deliver::deliver;
use shared::application::ports::{Clock, InboxId, Store, TimelineRow};
use shared::application::timeline::whole_timeline;
use shared::domain::call::{Outcome, Receipt};
use shared::domain::delivery::opaque;
use shared::domain::email::EmailAddress;
use shared::domain::event::{Capture, Details, Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::lead::{Lead, Proof};
use shared::domain::phone::PhoneNumber;
use shared::domain::source::{Source, SourceKind};
use shared::domain::timeline::What;
use shared::domain::work::Lane;

const DANA: &str = "972541234567";
const USER: &str = "IL.13491208655302741918";

fn phone() -> Identity {
    Identity::Phone(PhoneNumber::parse("054-123-4567").unwrap())
}

async fn owner(town: &Town, identity: &Identity) -> Option<shared::domain::ids::LeadId> {
    let at =
        InboxId { business: town.business(), identity: identity.key(&town.world.pepper, &town.business()) };
    town.store.inbox(&at, 0).await.unwrap().lead
}

async fn whats(town: &Town, lead: &Lead) -> Vec<What> {
    let rows = whole_timeline(town.store.as_ref(), lead).await.unwrap();
    let entry = |row| match row {
        TimelineRow::Entry(entry) => Some(entry.what),
        TimelineRow::Delivery { .. } => None,
    };
    rows.into_iter().filter_map(entry).collect()
}

async fn says(town: &Town, body: serde_json::Value) {
    assert_eq!(town.webhook(&body).await.0, 200);
    town.work().await;
}

fn now(town: &Town) -> i64 {
    town.clock.now().as_second()
}

#[tokio::test]
async fn two_leads_whom_one_whatsapp_message_names_are_one() {
    let town = Town::new().await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.work().await;
    town.clock.advance(SignedDuration::from_mins(1));
    says(&town, whatsapp_text_of(USER, None, "wamid.1", now(&town), "שלום")).await;
    let [older, younger] = town.leads(NEVEH).try_into().unwrap();
    let (older, younger) =
        if older.created_at < younger.created_at { (older, younger) } else { (younger, older) };
    town.clock.advance(SignedDuration::from_mins(1));
    says(&town, whatsapp_text_of(USER, Some(DANA), "wamid.2", now(&town), "זו אני")).await;

    let lead = town.only_lead(NEVEH);
    assert_eq!((lead.id, lead.absorbed.as_slice()), (older.id, [younger.id].as_slice()));
    assert!(lead.merges.is_empty());
    for identity in [phone(), Identity::WhatsAppUser(USER.into())] {
        assert!(lead.identities.contains(&identity));
        assert_eq!(owner(&town, &identity).await, Some(lead.id), "{identity:?}");
    }
    let all = whats(&town, &lead).await;
    assert_eq!(all.iter().filter(|what| **what == What::Wrote).count(), 2, "{all:?}");
    for what in [What::Captured, What::IdentityHeld, What::Absorbed, What::MergedInto] {
        assert!(all.contains(&what), "{what:?}");
    }
    // The next message under the younger record's name is the one person's.
    says(&town, whatsapp_text_of(USER, None, "wamid.3", now(&town), "הסר")).await;
    assert!(town.only_lead(NEVEH).opt_out.is_some());
    // And an event that names the record that is gone.
    let failed =
        whatsapp_status("wamid.x", "failed", Some(&opaque::write(younger.id, lead_work())), now(&town));
    says(&town, failed).await;
    assert!(whats(&town, &town.only_lead(NEVEH)).await.contains(&What::Failed));
}

fn lead_work() -> shared::domain::ids::WorkId {
    shared::domain::ids::WorkId::new(77)
}

#[tokio::test]
async fn the_author_of_a_comment_is_known_once_the_private_reply_has_left() {
    let town = Town::new().await;
    says(&town, messenger_text("81", "mid.1", now(&town), "שלום")).await;
    town.clock.advance(SignedDuration::from_mins(1));
    town.webhook(&comment_of_nobody("1_1", "כמה?")).await;
    for hint in town.queue.take_due() {
        town.invoke(town.platforms.as_ref(), &hint).await;
    }
    assert_eq!(town.leads(NEVEH).len(), 2);
    let told = Receipt {
        id: Some("mid.2".into()),
        identities: vec![Identity::Psid("81".into())],
        ..Receipt::default()
    };
    for _ in 0..3 {
        town.platforms.answer_next(Outcome::Done(told.clone()));
    }
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.identities.contains(&Identity::Comment("1_1".into())));
    assert!(lead.work.iter().all(|work| work.lane() == Lane::Alerts), "{:?}", lead.work);
    let mut calls = town.call_names();
    calls.sort();
    assert_eq!(calls, ["like", "reply-to-comment", "send-messenger"]);
    // The comment that is told again, or goes, is the one person's.
    says(&town, comment_of_nobody("1_1", "כמה?")).await;
    assert_eq!(town.calls().len(), 3);
}

#[tokio::test]
async fn a_form_with_the_address_of_one_and_the_phone_of_another_waits_for_the_phone_to_write() {
    let town = Town::new().await;
    town.form(&json!({ "name": "דנה כהן", "email": "dana@example.com" })).await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" })).await;
    town.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(town.leads(NEVEH).len(), 2, "anybody can type an address");
    let claim = town.leads(NEVEH).into_iter().flat_map(|lead| lead.merges).next().unwrap();
    assert_eq!(claim.proof, Proof::Claimed);
    // A call says that the number exists, and not who typed it.
    says(&town, whatsapp_text(DANA, "wamid.1", now(&town), "שלום")).await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.phone.is_some() && lead.email.is_some());
    // Nobody knew yet that they are one: each record had its welcome, by what was known of it, and there is no third.
    assert_eq!(town.call_names(), ["send-email", "template lead_welcome"]);
}

#[tokio::test]
async fn a_form_with_the_address_of_one_and_a_phone_that_has_written_joins_the_two_at_once() {
    let town = Town::new().await;
    town.form(&json!({ "name": "דנה כהן", "email": "dana@example.com" })).await;
    says(&town, whatsapp_text(DANA, "wamid.1", now(&town), "שלום")).await;
    assert_eq!(town.leads(NEVEH).len(), 2);
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" })).await;
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert_eq!(owner(&town, &lead.identities.first().unwrap().clone()).await, Some(lead.id));
}

#[tokio::test]
async fn a_refusal_on_either_record_holds_for_the_person() {
    for refuses_by_scoped_id in [true, false] {
        let town = Town::new().await;
        town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
        town.work().await;
        says(&town, whatsapp_text_of(USER, None, "wamid.1", now(&town), "שלום")).await;
        let refusal = if refuses_by_scoped_id {
            whatsapp_text_of(USER, None, "wamid.2", now(&town), "הסר")
        } else {
            whatsapp_text(DANA, "wamid.2", now(&town), "הסר")
        };
        says(&town, refusal).await;
        let before = town.call_names();
        says(&town, whatsapp_text_of(USER, Some(DANA), "wamid.3", now(&town), "שלום")).await;
        assert!(town.only_lead(NEVEH).opt_out.is_some());
        town.move_to("2027-01-30T12:00:00+02:00").await;
        assert_eq!(town.call_names(), before);
    }
}

#[tokio::test]
async fn two_in_one_journey_at_different_steps_get_each_further_step_once() {
    let town = Town::new().await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.move_to("2026-12-04T12:00:00+02:00").await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-765-4321" })).await;
    town.work().await;
    assert_eq!(town.call_names(), ["template lead_welcome", "template follow_up_1", "template lead_welcome"]);
    // WhatsApp tells that the number has changed: no word of the person, so that the journey goes on.
    let [one, two] = town.leads(NEVEH).try_into().unwrap();
    let (older, younger) = if one.created_at < two.created_at { (one, two) } else { (two, one) };
    let changed = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "102102102102102", "changes": [{
        "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "97230000000", "phone_number_id": journeys::webhooks::NUMBER },
            "messages": [{ "from": "972547654321", "id": "wamid.sys", "timestamp": now(&town).to_string(), "type": "system",
                "system": { "type": "user_changed_number", "wa_id": DANA, "body": "changed" } }],
        } }] }] });
    says(&town, changed).await;
    let lead = town.only_lead(NEVEH);
    assert_eq!((lead.id, lead.absorbed.as_slice()), (older.id, [younger.id].as_slice()));
    town.move_to("2027-02-20T12:00:00+02:00").await;
    let later = town.call_names()[3..].to_vec();
    assert_eq!(later, ["template follow_up_2", "template follow_up_3", "template follow_up_4"]);
}

#[tokio::test]
async fn a_merge_waits_for_a_call_under_way_and_its_lost_answer_is_found_under_the_old_name() {
    let town = Town::new().await;
    says(&town, whatsapp_text_of(USER, None, "wamid.1", now(&town), "שלום")).await;
    town.clock.advance(SignedDuration::from_mins(1));
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    let younger = town.leads(NEVEH).into_iter().find(|lead| lead.phone.is_some()).unwrap();
    let hanging = HangingPlatforms::default();
    let business = town.business();
    let dying = deliver(&town.world, &hanging, &business, younger.id);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), dying).await.is_err());
    let call = hanging.calls.lock().unwrap()[0].clone();
    // While the call is under way, WhatsApp names both: the merge waits.
    says(&town, whatsapp_text_of(USER, Some(DANA), "wamid.2", now(&town), "זו אני")).await;
    assert_eq!(town.leads(NEVEH).len(), 2);
    town.advance(SignedDuration::from_secs(31)).await;
    let lead = town.only_lead(NEVEH);
    assert_eq!(lead.absorbed, [younger.id]);
    assert!(lead.work(call.work).is_some_and(|work| work.is_in_doubt() && work.tries == 1));
    // The status names the record that made the call.
    let data = opaque::write(call.lead, call.work);
    town.webhook(&whatsapp_status("wamid.out", "delivered", Some(&data), now(&town))).await;
    town.advance(SignedDuration::from_mins(5)).await;
    assert!(town.call_names().is_empty(), "{:?}", town.call_names());
    assert!(whats(&town, &town.only_lead(NEVEH)).await.contains(&What::Settled));
}

#[tokio::test]
async fn a_slow_worker_s_late_answer_counts_for_the_record_that_goes_on() {
    let town = Town::new().await;
    says(&town, whatsapp_text_of(USER, None, "wamid.1", now(&town), "שלום")).await;
    town.clock.advance(SignedDuration::from_mins(1));
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    let younger = town.leads(NEVEH).into_iter().find(|lead| lead.phone.is_some()).unwrap();
    let slow = Slow { town: &town };
    deliver(&town.world, &slow, &town.business(), younger.id).await.unwrap();
    let lead = town.only_lead(NEVEH);
    let all = whats(&town, &lead).await;
    assert!(all.contains(&What::Settled), "{all:?}");
    town.advance(SignedDuration::from_mins(5)).await;
    assert!(town.call_names().is_empty(), "{:?}", town.call_names());
}

/// Platforms that take so long that the claim runs out and the record is merged before they answer.
struct Slow<'t> {
    town: &'t Town,
}

#[async_trait::async_trait]
impl shared::application::ports::Platforms for Slow<'_> {
    async fn call(&self, _call: &shared::domain::call::PlatformCall) -> Outcome {
        says(self.town, whatsapp_text_of(USER, Some(DANA), "wamid.2", now(self.town), "זו אני")).await;
        self.town.clock.advance(SignedDuration::from_secs(31));
        self.town.tick().await;
        self.town.work().await;
        assert_eq!(self.town.leads(NEVEH).len(), 1, "merged in between");
        Outcome::Done(Receipt { id: Some("wamid.out".into()), ..Receipt::default() })
    }
}

#[tokio::test]
async fn whatever_two_workers_do_at_once_the_person_is_one_in_the_end() {
    let town = Town::new().await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.work().await;
    town.webhook(&whatsapp_text_of(USER, None, "wamid.1", now(&town), "שלום")).await;
    for hint in town.queue.take_due() {
        town.invoke(town.platforms.as_ref(), &hint).await;
    }
    town.webhook(&whatsapp_text_of(USER, Some(DANA), "wamid.2", now(&town), "זו אני")).await;
    for hint in town.queue.take_due() {
        town.invoke(town.platforms.as_ref(), &hint).await;
    }
    let business = town.business();
    let leads = town.leads(NEVEH);
    assert_eq!(leads.len(), 2);
    let (a, b) = (leads[0].id, leads[1].id);
    let platforms = town.platforms.as_ref();
    let (one, two, three) = tokio::join!(
        deliver(&town.world, platforms, &business, a),
        deliver(&town.world, platforms, &business, b),
        deliver(&town.world, platforms, &business, a),
    );
    for delivered in [one, two, three] {
        delivered.unwrap();
    }
    let lead = town.only_lead(NEVEH);
    assert_eq!(whats(&town, &lead).await.iter().filter(|what| **what == What::Absorbed).count(), 1);
}

/// A source that knows its people by their address, and in which they may type any number.
async fn types_a_number(town: &Town) {
    let address = EmailAddress::parse("ron@example.com").unwrap();
    let Identity::Phone(number) = phone() else { unreachable!() };
    let (business, sameness) = (town.business(), Sameness::Given { kind: "form", id: "1" });
    let details = Details { phone: Some(number), ..Details::default() };
    let source = Source { kind: SourceKind::Form { form: "contact".into() }, campaign: Vec::new() };
    let event = Event {
        key: EventKey::of(&town.world.pepper, &business, Responder::LeadIntake, sameness),
        business,
        occurred_at: town.clock.now(),
        author: Identity::Email(address),
        also: Vec::new(),
        kind: EventKind::Captured(Capture { details, source, consent: None }),
    };
    let known = find_lead(&town.world, &event).await.unwrap();
    decide_event(&town.world, &event, known, None).await.unwrap();
}

#[tokio::test]
async fn a_number_that_somebody_typed_is_theirs_only_once_it_has_written() {
    for writes_first in [true, false] {
        let town = Town::new().await;
        let message = || whatsapp_text(DANA, "wamid.1", now(&town), "שלום");
        if writes_first {
            says(&town, message()).await;
        } else {
            town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
        }
        town.clock.advance(SignedDuration::from_mins(1));
        types_a_number(&town).await;
        // The hint is lost: the tick finds what the number's lead has to be told.
        town.queue.take_due();
        town.advance(SignedDuration::from_mins(10)).await;
        if !writes_first {
            assert_eq!(town.leads(NEVEH).len(), 2);
            says(&town, message()).await;
        }
        let lead = town.only_lead(NEVEH);
        assert!(lead.identities.contains(&phone()) && lead.email.is_some());
        assert_eq!(lead.identities.len(), 2);
    }
}
