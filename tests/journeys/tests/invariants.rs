//! The invariants of the design, each through the real functions. `tests/mutations` breaks the code so that each
//! turns red.

use jiff::SignedDuration;
use journeys::webhooks::{
    NUMBER, batched, comment, comment_removed, lead_ad, whatsapp_status, whatsapp_text, whatsapp_text_to,
};
use journeys::{HangingPlatforms, NEVEH, Town, TownSettings, request_file};
use shared::application::deliver::deliver;
use shared::application::in_memory::Broken;
use shared::application::ports::{Attention, Clock, InboxId, InboxRowId, Store};
use shared::application::redrive::redrive;
use shared::domain::call::{CallFailure, LeadAdFields, Operation, Outcome, Refusal};
use shared::domain::context::{Context, Playbooks};
use shared::domain::delivery::opaque;
use shared::domain::event::Details;
use shared::domain::finish::finish;
use shared::domain::identity::Identity;
use shared::domain::name::PersonName;
use shared::domain::phone::PhoneNumber;
use shared::domain::timeline::What;

const GALIL: &str = "galil";

fn lost() -> Outcome {
    Outcome::Failed(CallFailure::AnswerLost { reason: "told to".to_owned() })
}

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

/// The asset of the other business, as its playbook names it.
async fn galil_number(town: &Town) -> String {
    let galil = town.world.playbooks.current(&GALIL.into(), town.clock.now()).await.unwrap().unwrap();
    galil.channels.whatsapp_number.clone().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn invariant_1_an_acknowledged_event_is_committed_and_a_refused_one_is_asked_for_again() {
    let town = Town::new().await;
    town.store.break_down(Broken::Writes);
    let (status, _) = town.webhook(&lead_ad("700")).await;
    assert_eq!((status, town.store.undecided()), (503, 0));
    let (status, _) = town.http(request_file("lead-intake/form.json")).await;
    assert_eq!((status, town.leads(NEVEH).len()), (503, 0));
    town.store.break_down(Broken::Nothing);
    let (status, _) = town.webhook(&batched(&[lead_ad("700"), comment("1_1", "81", "כמה?")])).await;
    assert_eq!((status, town.store.undecided()), (200, 2));
    let (status, _) = town.http(request_file("lead-intake/form.json")).await;
    assert_eq!((status, town.leads(NEVEH).len()), (202, 1));
}

#[tokio::test]
async fn invariant_2_the_same_event_twice_changes_nothing_the_second_time() {
    let town = Town::new().await;
    let mut histories = Vec::new();
    let now = town.clock.now().as_second();
    for _ in 0..2 {
        town.platforms.answer_next(read(dana()));
        town.webhook(&lead_ad("700")).await;
        town.work().await;
        town.http(request_file("lead-intake/form-urlencoded.json")).await;
        town.http(request_file("lead-intake/call-missed.json")).await;
        town.work().await;
        town.webhook(&comment("1_1", "81", "כמה?")).await;
        town.webhook(&whatsapp_text("972587654321", "wamid.in.1", now, "שלום")).await;
        town.work().await;
        let mut history = Vec::new();
        for lead in town.leads(NEVEH) {
            history.push((town.entries(&lead).await, lead));
        }
        histories.push(history);
    }
    assert!(histories[0] == histories[1], "the second delivery left a trace");
    let mut calls = town.call_names();
    calls.sort();
    let expected = [
        "like",
        "read-lead-ad",
        "reply-to-comment",
        "send-messenger",
        "template lead_welcome",
        "template lead_welcome",
        "template missed_call",
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn invariant_2_a_replay_of_old_ids_after_the_markers_are_gone_changes_nothing() {
    let town = Town::new().await;
    town.platforms.answer_next(read(dana()));
    town.webhook(&lead_ad("700")).await;
    town.webhook(&comment("1_1", "81", "כמה?")).await;
    town.work().await;
    town.advance(SignedDuration::from_hours(31 * 24)).await;
    let before = town.calls().len();
    town.webhook(&lead_ad("700")).await;
    town.webhook(&comment("1_1", "81", "כמה?")).await;
    town.work().await;
    assert_eq!(town.calls().len(), before);
}

#[tokio::test]
async fn invariant_2_a_comment_that_was_taken_back_before_anybody_looked_at_it_is_not_answered() {
    let town = Town::new().await;
    for comes_first in [comment_removed("1_1"), comment("1_1", "81", "כמה?")] {
        town.webhook(&comes_first).await;
        town.work().await;
    }
    assert_eq!(town.call_names(), Vec::<String>::new());
    // The other way round it was answered, and what is taken back later changes nothing more.
    for comes_first in [comment("1_2", "82", "כמה?"), comment_removed("1_2")] {
        town.webhook(&comes_first).await;
        town.work().await;
    }
    assert_eq!(town.calls().len(), 3, "{:?}", town.call_names());
}

#[tokio::test]
async fn invariant_3_a_worker_that_dies_in_its_call_loses_nothing_and_evidence_keeps_it_from_doubling() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    let lead = town.only_lead(NEVEH);
    let hanging = HangingPlatforms::default();
    // The worker is gone in the middle of its call.
    let business = town.business();
    let dying = deliver(&town.world, &hanging, &business, lead.id);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), dying).await.is_err());
    let calls = hanging.calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 1);
    // The message had left: its status says so, with our own data.
    let data = opaque::write(calls[0].lead, calls[0].work);
    let second = town.clock.now().as_second() + 3;
    town.webhook(&whatsapp_status("wamid.1", "sent", Some(&data), second)).await;
    town.advance(SignedDuration::from_mins(5)).await;
    assert_eq!(town.call_names(), Vec::<String>::new());
    let lead = town.only_lead(NEVEH);
    assert!(town.whats(&lead).await.contains(&What::Settled));
    assert!(lead.work.is_empty());
}

#[tokio::test]
async fn invariant_3_without_evidence_a_welcome_is_tried_again_and_a_follow_up_is_not() {
    let town = Town::new().await;
    town.platforms.answer_next(lost());
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    assert_eq!(town.call_names(), ["template lead_welcome"]);
    // Evidence is given its time.
    town.advance(SignedDuration::from_secs(59)).await;
    assert_eq!(town.call_names().len(), 1);
    town.advance(SignedDuration::from_secs(5)).await;
    assert_eq!(town.call_names(), ["template lead_welcome", "template lead_welcome"]);
    town.platforms.answer_next(lost());
    town.move_to("2026-12-03T12:00:00+02:00").await;
    assert_eq!(town.call_names().len(), 3);
    let lead = town.only_lead(NEVEH);
    assert!(town.whats(&lead).await.contains(&What::Unknown));
}

#[tokio::test]
async fn invariant_3_a_slow_worker_whose_claim_ran_out_finishes_nothing_that_another_began() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    let lead = town.only_lead(NEVEH);
    let business = town.business();
    let (slow, quick) = (HangingPlatforms::default(), HangingPlatforms::default());
    for platforms in [&slow, &quick] {
        let dying = deliver(&town.world, platforms, &business, lead.id);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), dying).await.is_err());
        // Past the claim and the doubt: no sign came, and somebody waits.
        town.clock.advance(SignedDuration::from_secs(75));
    }
    let (slow, quick) = (slow.calls.lock().unwrap()[0].clone(), quick.calls.lock().unwrap()[0].clone());
    assert_eq!(slow.work, quick.work);
    let lead = town.only_lead(NEVEH);
    let refused = Outcome::Failed(CallFailure::Refused {
        why: Refusal::Recipient,
        code: Some(131_026),
        reason: "late".to_owned(),
    });
    let playbook = town.world.playbooks.current(&business, town.clock.now()).await.unwrap().unwrap();
    let playbooks = Playbooks::only(playbook);
    let context = Context {
        now: town.clock.now(),
        seed: 1,
        playbooks: &playbooks,
        pepper: &town.world.pepper,
        public_url: None,
    };
    assert_eq!(finish(&lead, slow.work, slow.number, &refused, &context), None);
    assert!(finish(&lead, quick.work, quick.number, &refused, &context).is_some());
}

#[tokio::test]
async fn invariant_4_a_poison_record_is_parked_and_its_neighbours_go_on() {
    let town = Town::new().await;
    town.webhook(&whatsapp_text("972541234567", "wamid.in.1", 1_796_022_000, "שלום")).await;
    let phone = Identity::Phone(PhoneNumber::parse("054-123-4567").unwrap());
    let at = InboxId { business: town.business(), identity: phone.key(&town.world.pepper, &town.business()) };
    // Older than its neighbour, so that it stands first in line.
    let sort = format!("{:013}#m-{:032x}", 1, 1);
    town.store.put_unreadable(InboxRowId { at, sort }, "its format is from a newer version");
    town.work().await;
    assert_eq!(town.store.undecided(), 0);
    assert!(town.whats(&town.only_lead(NEVEH)).await.contains(&What::Wrote));
    let attention = town.store.attention(&town.business(), 10).await.unwrap();
    assert!(matches!(attention.as_slice(), [Attention::InboxRow { .. }]), "{attention:?}");
}

#[tokio::test]
async fn invariant_4_a_look_up_that_keeps_failing_is_parked_and_one_command_drives_it_on() {
    let town = Town::new().await;
    for _ in 0..13 {
        town.platforms.answer_next(Outcome::Failed(CallFailure::TryAgain {
            wait: None,
            is_limit: false,
            reason: "busy".into(),
        }));
    }
    town.webhook(&lead_ad("700")).await;
    town.move_to("2026-12-05T09:00:00+02:00").await;
    assert_eq!(town.call_names().len(), 13);
    assert_eq!(town.only_lead(NEVEH).attention(), Some("busy"));
    town.platforms.answer_next(read(dana()));
    assert_eq!(redrive(&town.world, &town.business()).await.unwrap().leads, 1);
    town.work().await;
    assert_eq!(town.call_names()[13..], ["read-lead-ad", "template lead_welcome"]);
    assert_eq!(town.only_lead(NEVEH).attention(), None);
}

#[tokio::test]
async fn invariant_5_two_workers_at_one_lead_never_call_at_a_time() {
    let town = Town::new().await;
    town.webhook(&comment("1_1", "81", "כמה?")).await;
    for hint in town.queue.take_due() {
        town.invoke(town.platforms.as_ref(), &hint).await;
    }
    let lead = town.only_lead(NEVEH);
    let (first, second) = (HangingPlatforms::default(), HangingPlatforms::default());
    let business = town.business();
    let both = async {
        tokio::join!(
            deliver(&town.world, &first, &business, lead.id),
            deliver(&town.world, &second, &business, lead.id),
        )
    };
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), both).await.is_err());
    let calls = first.calls.lock().unwrap().len() + second.calls.lock().unwrap().len();
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn invariant_5_messages_of_a_lead_leave_in_the_order_in_which_they_were_due() {
    let town = Town::new().await;
    // The first follow-up meets a platform that is busy for days; the second does not pass it.
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    town.move_to("2026-12-03T09:59:00+02:00").await;
    for _ in 0..3 {
        let wait = Some(SignedDuration::from_hours(10));
        town.platforms.answer_next(Outcome::Failed(CallFailure::TryAgain {
            wait,
            is_limit: false,
            reason: "busy".into(),
        }));
    }
    town.move_to("2026-12-11T09:00:00+02:00").await;
    let names = town.call_names();
    let last_first = names.iter().rposition(|name| name == "template follow_up_1");
    let first_second = names.iter().position(|name| name == "template follow_up_2");
    assert!(last_first.is_some() && first_second > last_first, "{names:?}");
}

#[tokio::test]
async fn invariant_6_nobody_is_written_to_after_opting_out() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    town.move_to("2026-12-01T12:00:00+02:00").await;
    let now = town.clock.now().as_second();
    town.webhook(&whatsapp_text("972541234567", "wamid.in.1", now, "הסר")).await;
    town.work().await;
    // The one confirmation, and nothing more: no follow-up, no new journey.
    assert_eq!(town.call_names(), ["template lead_welcome", "send-whatsapp"]);
    town.http(request_file("lead-intake/call-missed.json")).await;
    let mut again = request_file("lead-intake/form.json");
    again.body = Some(r#"{"name":"דנה כהן","phone":"054-123-4567"}"#.to_owned());
    town.http(again).await;
    town.move_to("2027-01-30T12:00:00+02:00").await;
    let to_dana: Vec<String> = town
        .calls()
        .iter()
        .filter(|call| call.lead == town.calls()[0].lead)
        .map(|call| journeys_name(&call.operation))
        .collect();
    assert_eq!(to_dana, ["template lead_welcome", "send-whatsapp"]);
}

fn journeys_name(operation: &Operation) -> String {
    journeys::call_name(operation)
}

#[tokio::test]
async fn invariant_6_what_fell_into_the_night_waits_for_the_morning_although_it_was_planned_for_the_evening()
{
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    town.move_to("2026-12-03T09:59:00+02:00").await;
    let wait = Some(SignedDuration::from_hours(12));
    town.platforms.answer_next(Outcome::Failed(CallFailure::TryAgain {
        wait,
        is_limit: false,
        reason: "busy".into(),
    }));
    town.move_to("2026-12-04T07:59:00+02:00").await;
    assert_eq!(town.call_names().len(), 2);
    town.move_to("2026-12-04T08:01:00+02:00").await;
    assert_eq!(town.call_names().len(), 3);
    let lead = town.only_lead(NEVEH);
    assert!(town.whats(&lead).await.contains(&What::Moved));
}

#[tokio::test]
async fn invariant_8_the_same_arguments_give_the_same_history() {
    let mut histories = Vec::new();
    for _ in 0..2 {
        let town = Town::with(TownSettings { seed: 42, ..TownSettings::default() }).await;
        town.platforms.answer_next(read(dana()));
        town.webhook(&lead_ad("700")).await;
        town.webhook(&comment("1_1", "81", "כמה?")).await;
        town.platforms.answer_next(lost());
        town.http(request_file("lead-intake/form-urlencoded.json")).await;
        town.move_to("2027-01-30T12:00:00+02:00").await;
        let mut history = format!("{:?}\n", town.calls());
        for lead in town.leads(NEVEH) {
            history += &format!("{lead:?}\n{:?}\n", town.entries(&lead).await);
        }
        histories.push(history);
    }
    assert!(histories[0] == histories[1], "a second run went another way");
}

#[tokio::test]
async fn invariant_9_businesses_do_not_see_each_other_even_in_one_post() {
    let town = Town::new().await;
    let galil = galil_number(&town).await;
    let now = town.clock.now().as_second();
    let person = "972541234567";
    let body = batched(&[
        whatsapp_text_to(NUMBER, person, "wamid.in.1", now, "הסר"),
        whatsapp_text_to(&galil, person, "wamid.in.2", now, "שלום"),
    ]);
    let (status, answer) = town.webhook(&body).await;
    assert_eq!((status, answer["accepted"].as_u64()), (200, Some(2)));
    town.work().await;
    let (here, there) = (town.only_lead(NEVEH), town.only_lead(GALIL));
    assert_ne!(here.id, there.id);
    assert!(here.opt_out.is_some() && there.opt_out.is_none());
    // Nobody reaches the other's lead by its id.
    assert_eq!(town.store.lead(&GALIL.into(), here.id).await.unwrap(), None);
    // An answer leaves from the number that was written to.
    let from: Vec<_> =
        town.calls().iter().map(|call| format!("{} {}", call.business, sender_of(&call.operation))).collect();
    assert!(
        from.iter().all(|line| line == &format!("{NEVEH} {NUMBER}") || line == &format!("{GALIL} {galil}")),
        "{from:?}"
    );
}

fn sender_of(operation: &Operation) -> String {
    match operation {
        Operation::SendWhatsApp { from, .. } | Operation::SendMessage { from, .. } => from.to_string(),
        _ => String::new(),
    }
}

#[tokio::test]
async fn invariant_11_without_the_queue_everything_still_ends() {
    let mut ends = Vec::new();
    for queue_drops_all in [false, true] {
        let town = Town::with(TownSettings { queue_drops_all, ..TownSettings::default() }).await;
        town.platforms.answer_next(read(dana()));
        town.webhook(&lead_ad("700")).await;
        town.move_to("2026-11-30T09:10:00+02:00").await;
        town.http(request_file("lead-intake/form-urlencoded.json")).await;
        town.webhook(&comment("1_1", "81", "כמה?")).await;
        town.move_to("2027-01-30T12:00:00+02:00").await;
        assert_eq!(town.store.undecided(), 0);
        let mut calls = town.call_names();
        calls.sort();
        let open: usize = town.leads(NEVEH).iter().map(|lead| lead.work.len()).sum();
        let tagged = town.leads(NEVEH).iter().filter(|lead| lead.tags.contains("mailing-list")).count();
        ends.push((calls, open, tagged));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!((ends[1].1, ends[1].2), (0, 2));
}

#[tokio::test]
async fn invariant_7_after_a_gap_of_hours_bulk_waits_for_its_release() {
    let town = Town::new().await;
    town.http(request_file("lead-intake/form.json")).await;
    town.work().await;
    town.tick().await;
    // Nobody ticks for three days: the machine was off.
    town.clock.advance(SignedDuration::from_hours(74));
    town.tick().await;
    town.work().await;
    town.advance(SignedDuration::from_hours(2)).await;
    assert_eq!(town.call_names(), ["template lead_welcome"]);
    shared::application::release::release(&town.world).await.unwrap();
    town.advance(SignedDuration::from_mins(5)).await;
    assert_eq!(town.call_names(), ["template lead_welcome", "template follow_up_1"]);
}
