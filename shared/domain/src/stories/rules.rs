//! Where a rule begins to speak, and where it is silent again.

use jiff::SignedDuration;

use super::events::{comments, form, missed_call, writes};
use super::tale::{Tale, refused};
use crate::call::Refusal;
use crate::channel::Channel;
use crate::claim::Release;
use crate::lead::RecentSend;
use crate::playbook::{Delay, Quiet, Unit, Wait};
use crate::testing::at;
use crate::work::{Action, Class};

/// A lead whose comment was not looked at until `moment`.
fn comment_seen_first(moment: &str) -> Tale {
    let mut tale = Tale::with(|playbook| {
        let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
        campaign.rules[0].answer.replies.clear();
        campaign.rules[0].answer.likes.clear();
    });
    tale.happens("2026-11-30T09:00", comments("c1", |_| {})).look(moment);
    tale
}

#[test]
fn a_private_reply_goes_until_the_end_of_the_seventh_day() {
    let tale = comment_seen_first("2026-12-07T09:00");
    assert!(tale.told().contains("CALL 1 send-messenger"), "{}", tale.told());
    let tale = comment_seen_first("2026-12-07T09:00:01");
    assert!(tale.told().contains("[too late: the step says how long it may still go]"), "{}", tale.told());
    assert!(!tale.told().contains("CALL"), "{}", tale.told());
}

#[test]
fn after_an_outage_an_answer_goes_for_fifteen_minutes() {
    let held = |moment| {
        let mut tale = Tale::new();
        tale.release = Release::Held;
        tale.happens("2026-11-30T09:00", missed_call("1")).look(moment);
        tale.lead.attention().is_some()
    };
    assert_eq!([held("2026-11-30T09:15"), held("2026-11-30T09:15:01")], [false, true]);
}

#[test]
fn who_refuses_gets_no_public_answer_to_an_earlier_comment() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .happens("2026-11-30T09:00:01", writes("1", "הסר"))
        .lives_until("2026-11-30T10:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 message
        wrote [whatsapp] [הסר]
        opted-out [whatsapp]
        skipped [messenger] [c1] [private-reply] [comment-thanks] [the person has refused messages] [R3]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        skipped [messenger] [c1] [public-reply] [the person has refused messages] [R3]
        CALL 1 like
    11-30 09:00:01 answer to call 1
        sent [messenger] [c1] [like] [wamid.1]
    11-30 09:00:01 look
        CALL 2 send-whatsapp: free text: goodbye דנה
    11-30 09:00:01 answer to call 2
        sent [whatsapp] [message] [goodbye] [wamid.1]
        sleeps
    ");
}

#[test]
fn only_the_step_that_says_so_goes_at_night() {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.steps.truncate(3);
        for (step, amount) in journey.steps[1..].iter_mut().zip([2, 3]) {
            step.delay = Delay::After(Wait { amount, unit: Unit::Hours });
            step.at = None;
        }
        journey.steps[1].quiet = Quiet::Ignore;
    });
    // Another run comes first in the record.
    tale.happens("2026-11-30T20:00", missed_call("1"))
        .happens("2026-11-30T21:00", form("2"))
        .lives_until("2026-12-02T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 20:00:00 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 11-30 20:00:00 for conversation
    11-30 21:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 20:00:00 for conversation
    11-30 21:00:00 look
        CALL 1 send-whatsapp: template missed_call
    11-30 21:00:00 answer to call 1
        sent [whatsapp] [message] [missed-call] [wamid.1]
    11-30 21:00:00 look
        CALL 2 send-whatsapp: template welcome
    11-30 21:00:00 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
    11-30 23:00:00 look
        CALL 3 send-whatsapp: template follow_up_1
    11-30 23:00:00 answer to call 3
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
    12-01 00:00:00 look
        journey-ended [new-lead]
        moved [whatsapp] [message] [follow-up-2] [quiet hours] [R6] [until 12-01 08:00:00]
    12-01 08:00:00 look
        CALL 4 send-whatsapp: template follow_up_2
    12-01 08:00:00 answer to call 4
        sent [whatsapp] [message] [follow-up-2] [wamid.1]
        sleeps
    ");
}

#[test]
fn five_messages_in_thirty_seconds_make_the_sixth_wait_and_no_longer() {
    let sixth_at = |moment: &str| {
        let mut tale = Tale::new();
        tale.happens("2026-11-30T09:00", missed_call("1"));
        for _ in 0..5 {
            tale.lead.recent_sends.push(RecentSend {
                at: at("2026-11-30T09:00:01"),
                channel: Channel::WhatsApp,
                class: Class::Conversation,
                id: None,
            });
        }
        tale.look(moment);
        tale.told().contains("CALL")
    };
    assert_eq!([sixth_at("2026-11-30T09:00:30"), sixth_at("2026-11-30T09:00:31")], [false, true]);
}

#[test]
fn not_now_may_wait_until_the_very_end_of_the_step() {
    let waits = |within| {
        let mut tale = Tale::with(|playbook| {
            let journey = playbook.journeys.get_mut(&"missed-call".into()).unwrap();
            journey.steps[0].within = within;
        });
        tale.happens("2026-11-30T09:00", missed_call("1"))
            .look("2026-11-30T09:00:01")
            .answers("2026-11-30T09:00:02", refused(Refusal::NotNow, "not now"));
        !tale.lead.work.is_empty()
    };
    let end = SignedDuration::from_secs(24 * 3_600 + 2);
    assert_eq!([waits(end), waits(end - SignedDuration::from_secs(1))], [true, false]);
}

#[test]
fn each_reply_of_the_pool_is_drawn_and_no_other() {
    let playbooks = crate::context::Playbooks::only(crate::testing::playbook().into());
    let pepper = crate::ids::Pepper::new([5; 32]);
    let now = at("2026-11-30T09:00");
    let mut drawn = std::collections::BTreeSet::new();
    for seed in 0..30 {
        let context =
            crate::context::Context { now, seed, playbooks: &playbooks, pepper: &pepper, public_url: None };
        let lead = crate::testing::lead();
        let decision = crate::decide::decide(&lead, &comments("c1", |_| {})(now), &context);
        drawn.extend(decision.lead.work.iter().filter_map(|work| match work.action {
            Action::PublicReply { pick, .. } => Some(pick),
            _ => None,
        }));
    }
    assert_eq!(drawn, [0, 1].into());
}

#[test]
fn what_the_operator_drives_again_keeps_only_the_limits_of_others() {
    let expires = |tale: &mut Tale, answered: &str| {
        tale.answers(answered, refused(Refusal::ConnectionBroken, "the token is not valid"))
            .is_redriven("2026-12-15T12:00");
        tale.lead.work.iter().map(|work| work.expires_at).collect::<Vec<_>>()
    };
    // An answer may go however late, since the operator wants it.
    let mut answer = Tale::new();
    answer.happens("2026-11-30T09:00", missed_call("1")).look("2026-11-30T09:00:01");
    assert_eq!(expires(&mut answer, "2026-11-30T09:00:02"), [None]);
    // A private reply ends with its comment's seven days.
    let mut reply = comment_seen_first("2026-11-30T09:00:01");
    assert_eq!(expires(&mut reply, "2026-11-30T09:00:02"), [Some(at("2026-12-07T09:00"))]);
    // A follow-up that nobody waits for has its day.
    let mut follow_up = Tale::new();
    follow_up.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-03T09:00").look("2026-12-03T10:00");
    assert_eq!(expires(&mut follow_up, "2026-12-03T10:00:01"), [Some(at("2026-12-04T10:00"))]);
}

#[test]
fn an_answer_is_too_late_from_when_it_was_asked_for_however_late_it_was_heard_of() {
    let told_at = |moment: &str| {
        let mut tale = Tale::new();
        tale.hears_late(moment, "2026-11-30T09:00", missed_call("1")).look(moment);
        (tale.calls.len(), tale.lead.work.len())
    };
    assert_eq!(told_at("2026-12-01T09:00"), (1, 1));
    assert_eq!(told_at("2026-12-01T09:00:01"), (0, 0));
}
