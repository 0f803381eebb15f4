//! How much one record remembers, and what makes room for what.

use jiff::{SignedDuration, Timestamp};

use super::events::{event, form, missed_call, phone, writes};
use super::tale::{Tale, refused};
use crate::call::Refusal;
use crate::channel::Channel;
use crate::claim::{Release, claim};
use crate::decide::Draft;
use crate::doubt::Deliveries;
use crate::event::{Call, CallKind, Event, EventKind};
use crate::ids::WorkId;
use crate::lead::{Lead, RECENT_SENDS_MAX, RecentSend};
use crate::playbook::{Delay, Journey, Occasion, Playbook, Step, StepAction, Trigger, Unit, Wait};
use crate::run::RUNS_MAX;
use crate::testing::{Story, at, follow_up, lead, mobile};
use crate::work::{Action, Class, CommentAt, OPEN_WORK_MAX, WorkState};

fn ended_call(id: &str) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::Called(Call { kind: CallKind::Ended, phone: mobile(), agent: None }))
}

/// A journey of one tag, so that its run is over at once.
fn tags_after_each_call(playbook: &mut Playbook) {
    let step = Step::new(StepAction::Tag("called".into()), Delay::After(Wait::NONE), 1);
    let journey = Journey {
        name: "call-ended".into(),
        starts: vec![Occasion::any(Trigger::CallEnded)],
        steps: vec![step],
        ..Journey::default()
    };
    playbook.journeys.insert(journey);
}

#[test]
fn journeys_that_are_over_make_room_beside_one_that_waits_for_the_operator() {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys.get_mut(&"missed-call".into()).unwrap().not_again_within = None;
    });
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::ConnectionBroken, "the token is not valid"));
    let waiting = tale.lead.runs[0].id;
    let calls = RUNS_MAX + 6;
    for number in 0..calls {
        let moment = format!("2026-11-30T10:{number:02}");
        tale.happens(&moment, missed_call(&number.to_string())).lives_until(&moment);
    }
    assert_eq!(tale.told().matches("sent [whatsapp] [message] [missed-call]").count(), calls);
    assert_eq!(tale.lead.runs.len(), RUNS_MAX);
    assert_eq!(tale.lead.runs[0].id, waiting);
}

#[test]
fn a_journey_that_must_not_begin_again_soon_is_remembered_however_many_follow() {
    let mut tale = Tale::with(|playbook| {
        tags_after_each_call(playbook);
        let journey = playbook.journeys.get_mut(&"missed-call".into()).unwrap();
        journey.not_again_within = Some(SignedDuration::from_hours(10));
    });
    tale.happens("2026-11-30T09:00", missed_call("first")).lives_until("2026-11-30T09:00");
    for number in 0..RUNS_MAX + 6 {
        tale.happens(&format!("2026-11-30T10:{number:02}"), ended_call(&number.to_string()));
    }
    tale.happens("2026-11-30T18:59:59", missed_call("second")).lives_until("2026-11-30T18:59:59");
    assert_eq!(tale.told().matches("CALL").count(), 1);
    tale.happens("2026-11-30T19:00", missed_call("third")).lives_until("2026-11-30T19:00");
    assert_eq!(tale.told().matches("CALL").count(), 2);
}

#[test]
fn a_journey_stops_alone_and_others_go_on() {
    let mut tale = Tale::with(|playbook| {
        tags_after_each_call(playbook);
        let journey = playbook.journeys.get_mut(&"call-ended".into()).unwrap();
        journey.starts = vec![Occasion::any(Trigger::LeadCaptured)];
        journey.steps[0].delay = Delay::After(Wait { amount: 2, unit: Unit::Days });
    });
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-11-30T09:01")
        .happens("2026-11-30T09:02", writes("2", "שלום"))
        .lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [call-ended]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-02 09:00:00 for bulk
    11-30 09:02:00 message
        wrote [whatsapp] [שלום]
        journey-stopped [new-lead] [lead.replied]
        wakes 12-02 09:00:00 for bulk
    12-02 09:00:00 look
        tag-added [call-ended] [called]
        journey-ended [call-ended]
        sleeps
    ");
}

#[test]
fn a_journey_whose_playbook_is_gone_ends_alone_and_says_so_once() {
    let mut tale = Tale::with(|playbook| {
        tags_after_each_call(playbook);
        let journey = playbook.journeys.get_mut(&"call-ended".into()).unwrap();
        journey.starts = vec![Occasion::any(Trigger::LeadCaptured)];
        journey.steps[0].delay = Delay::After(Wait { amount: 5, unit: Unit::Days });
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-11-30T09:01");
    let run = tale.lead.runs.iter_mut().find(|run| run.journey == "new-lead".into()).unwrap();
    run.version = "gone".into();
    tale.lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [call-ended]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    12-03 10:00:00 look
        journey-stopped [new-lead] [its playbook no longer has this step]
    12-05 09:00:00 look
        tag-added [call-ended] [called]
        journey-ended [call-ended]
        sleeps
    ");
}

fn remembered(sends: &[(SignedDuration, Class)]) -> Vec<RecentSend> {
    let now = at("2026-11-30T12:00");
    Story::new().with_context(now, |context| {
        let mut draft = Draft::new(&lead(), context);
        for (ago, class) in sends {
            let at = now - *ago;
            draft.remember_send(RecentSend { at, channel: Channel::WhatsApp, class: *class, id: None });
        }
        draft.finish().lead.recent_sends
    })
}

#[test]
fn twelve_messages_are_remembered_and_the_week_s_bulk_longest() {
    let (hours, minutes) = (SignedDuration::from_hours, SignedDuration::from_mins);
    let ago = |sends: &[RecentSend]| -> Vec<i64> {
        sends.iter().map(|send| at("2026-11-30T12:00").duration_since(send.at).as_mins()).collect()
    };
    let answers = |count: i64| (0..count).rev().map(move |ago| (minutes(ago), Class::Conversation));
    let full: Vec<_> = answers(RECENT_SENDS_MAX as i64).collect();
    assert_eq!(ago(&remembered(&full)), (0..12).rev().collect::<Vec<_>>());
    // Of a longer week than any, the bulk stays and an answer goes; what is older goes first.
    let week = [(hours(192), Class::Bulk)].into_iter().chain(answers(12)).collect::<Vec<_>>();
    assert_eq!(ago(&remembered(&week))[..2], [192 * 60, 10]);
    let older = [(hours(192) + minutes(1), Class::Bulk)].into_iter().chain(answers(12)).collect::<Vec<_>>();
    assert_eq!(ago(&remembered(&older))[..2], [11, 10]);
}

#[test]
fn one_look_ends_everything_that_has_no_way_left() {
    let now = at("2026-11-30T12:00");
    let mut lead: Lead = lead();
    for number in 0..OPEN_WORK_MAX {
        let mut work = follow_up(at("2026-11-30T11:00"));
        work.id = WorkId::new(number as u128);
        work.number = number as u32;
        work.class = Class::Conversation;
        work.action = Action::PublicReply {
            to: CommentAt {
                network: crate::channel::Network::Facebook,
                asset: "101".into(),
                comment: number.to_string().as_str().into(),
                post: None,
                is_live: false,
            },
            campaign: "gone".into(),
            rule: "default".into(),
            pick: 0,
        };
        work.tries = 1;
        work.state = WorkState::InDoubt { since: at("2026-11-30T11:00"), until: at("2026-11-30T11:01") };
        lead.work.push(work);
    }
    let claimed = Story::new()
        .with_context(now, |context| claim(&lead, &Deliveries::new(), Release::Open, context))
        .unwrap();
    assert_eq!((claimed.call, claimed.decision.lead.work), (None, vec![]));
}
