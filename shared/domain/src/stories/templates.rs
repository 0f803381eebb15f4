//! A template that WhatsApp has not approved yet: its message waits by itself, and the operator sees why.

use super::events::{form, presses, writes};
use super::tale::{Tale, done, refused};
use crate::call::Refusal;
use crate::playbook::OPT_OUT_PAYLOAD;

fn not_approved() -> crate::call::Outcome {
    refused(Refusal::Template, "not approved")
}

#[test]
fn an_approval_ends_the_waiting_of_what_is_bound_to_the_template() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).look("2026-11-30T09:00:01");
    tale.answers("2026-11-30T09:00:02", not_approved());
    tale.is_approved("2026-11-30T09:05", "welcome", "en").is_approved("2026-11-30T09:05", "welcome", "he");
    tale.lives_until("2026-11-30T09:06").is_approved("2026-11-30T09:06", "welcome", "he");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 09:17:28]
        wakes 11-30 09:17:28 for conversation
    11-30 09:05:00 approval of welcome (en)
        nothing waits for it
        wakes 11-30 09:17:28 for conversation
    11-30 09:05:00 approval of welcome (he)
        redriven [whatsapp] [message] [welcome] [WhatsApp approved the template welcome (he)]
        wakes 11-30 09:05:00 for conversation
    11-30 09:05:00 look
        CALL 2 send-whatsapp: template welcome
    11-30 09:05:00 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    11-30 09:06:00 approval of welcome (he)
        nothing waits for it
        wakes 12-03 10:00:00 for bulk
    ");
}

/// WhatsApp refuses the template whenever it is asked until `moment`.
fn refuses_until(tale: &mut Tale, moment: &str) {
    for _ in 0..50 {
        let Some(wake) = tale.lead.wake().filter(|wake| wake.at <= crate::testing::at(moment)) else {
            return;
        };
        let before = tale.calls.len();
        tale.look_when(wake.at);
        if tale.calls.len() > before {
            tale.answers_when(wake.at, not_approved());
        }
    }
    panic!("it is asked too often: {}", tale.told());
}

#[test]
fn a_welcome_waits_until_its_template_is_approved() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).look("2026-11-30T09:00:01");
    tale.answers("2026-11-30T09:00:02", not_approved());
    assert!(tale.lead.attention().is_some(), "the operator sees it");
    tale.look("2026-11-30T09:05").look("2026-11-30T09:20").answers("2026-11-30T09:20:01", not_approved());
    tale.look("2026-11-30T09:50");
    assert!(tale.lead.attention().is_none(), "it is asked again");
    tale.answers("2026-11-30T09:50:01", done());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 09:17:28]
        wakes 11-30 09:17:28 for conversation
    11-30 09:05:00 look
        nothing to do
        wakes 11-30 09:17:28 for conversation
    11-30 09:20:00 look
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:20:30 for conversation
    11-30 09:20:01 answer to call 2
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 09:43:17]
        wakes 11-30 09:43:17 for conversation
    11-30 09:50:00 look
        CALL 3 send-whatsapp: template welcome
        wakes 11-30 09:50:30 for conversation
    11-30 09:50:01 answer to call 3
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_welcome_whose_template_is_not_approved_in_time_is_the_operators_to_decide() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"));
    refuses_until(&mut tale, "2026-12-01T20:00");
    tale.is_redriven("2026-12-01T20:00").lives_until("2026-12-01T20:01");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 09:17:26]
    11-30 09:17:26 look
        CALL 2 send-whatsapp: template welcome
    11-30 09:17:26 answer to call 2
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 09:37:42]
    11-30 09:37:42 look
        CALL 3 send-whatsapp: template welcome
    11-30 09:37:42 answer to call 3
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 10:21:32]
    11-30 10:21:32 look
        CALL 4 send-whatsapp: template welcome
    11-30 10:21:32 answer to call 4
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 11:56:19]
    11-30 11:56:19 look
        CALL 5 send-whatsapp: template welcome
    11-30 11:56:19 answer to call 5
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 15:21:18]
    11-30 15:21:18 look
        CALL 6 send-whatsapp: template welcome
    11-30 15:21:18 answer to call 6
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 18:50:34]
    11-30 18:50:34 look
        CALL 7 send-whatsapp: template welcome
    11-30 18:50:34 answer to call 7
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 22:19:50]
    11-30 22:19:50 look
        CALL 8 send-whatsapp: template welcome
    11-30 22:19:50 answer to call 8
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 12-01 01:49:07]
    12-01 01:49:07 look
        CALL 9 send-whatsapp: template welcome
    12-01 01:49:07 answer to call 9
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 12-01 05:18:23]
    12-01 05:18:23 look
        CALL 10 send-whatsapp: template welcome
    12-01 05:18:23 answer to call 10
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 12-01 08:47:39]
    12-01 08:47:39 look
        CALL 11 send-whatsapp: template welcome
    12-01 08:47:39 answer to call 11
        parked [whatsapp] [message] [welcome] [the template welcome (he): not approved]
    12-01 20:00:00 redrive
        redriven [whatsapp] [message] [welcome]
        wakes 12-01 20:00:00 for conversation
    12-01 20:00:00 look
        CALL 12 send-whatsapp: template welcome
    12-01 20:00:00 answer to call 12
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_follow_up_whose_template_is_not_approved_in_time_is_over() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-03T09:59");
    refuses_until(&mut tale, "2026-12-05T12:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-03 10:00:00 answer to call 2
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 10:17:26]
    12-03 10:17:26 look
        CALL 3 send-whatsapp: template follow_up_1
    12-03 10:17:26 answer to call 3
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 10:37:42]
    12-03 10:37:42 look
        CALL 4 send-whatsapp: template follow_up_1
    12-03 10:37:42 answer to call 4
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 11:21:32]
    12-03 11:21:32 look
        CALL 5 send-whatsapp: template follow_up_1
    12-03 11:21:32 answer to call 5
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 12:56:19]
    12-03 12:56:19 look
        CALL 6 send-whatsapp: template follow_up_1
    12-03 12:56:19 answer to call 6
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 16:21:18]
    12-03 16:21:18 look
        CALL 7 send-whatsapp: template follow_up_1
    12-03 16:21:18 answer to call 7
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 19:50:34]
    12-03 19:50:34 look
        CALL 8 send-whatsapp: template follow_up_1
    12-03 19:50:34 answer to call 8
        moved [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13] [until 12-03 23:19:50]
    12-03 23:19:50 look
        moved [whatsapp] [message] [follow-up-1] [quiet hours] [R6] [until 12-04 08:00:00]
    12-04 08:00:00 look
        CALL 9 send-whatsapp: template follow_up_1
    12-04 08:00:00 answer to call 9
        failed [whatsapp] [message] [follow-up-1] [the template follow_up_1 (he): not approved] [R13]
    ");
}

#[test]
fn whoever_answers_or_refuses_meanwhile_ends_the_waiting() {
    for event in [writes("2", "מתי אפשר לדבר?"), writes("2", "הסר")] {
        let mut tale = Tale::new();
        tale.happens("2026-11-30T09:00", form("1")).look("2026-11-30T09:00:01");
        tale.answers("2026-11-30T09:00:02", not_approved()).happens("2026-11-30T09:05", event);
        assert!(tale.lead.attention().is_none(), "{}", tale.told());
        assert!(tale.lead.work.iter().all(|work| !work.is_waiting()), "{}", tale.told());
    }
}

#[test]
fn a_refusal_while_the_call_is_on_its_way_lets_it_rest() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", presses("2", OPT_OUT_PAYLOAD))
        .answers("2026-11-30T09:00:03", not_approved());
    assert!(tale.told().contains("called off, and not tried again: not approved"), "{}", tale.told());
}

#[test]
fn the_operator_ends_the_waiting() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).look("2026-11-30T09:00:01");
    tale.answers("2026-11-30T09:00:02", not_approved()).is_redriven("2026-11-30T09:03");
    tale.look("2026-11-30T09:03").answers("2026-11-30T09:03:01", done());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        moved [whatsapp] [message] [welcome] [the template welcome (he): not approved] [R13] [until 11-30 09:17:28]
        wakes 11-30 09:17:28 for conversation
    11-30 09:03:00 redrive
        redriven [whatsapp] [message] [welcome]
        wakes 11-30 09:03:00 for conversation
    11-30 09:03:00 look
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:03:30 for conversation
    11-30 09:03:01 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn later_steps_of_the_journey_stay_behind_one_that_waits() {
    let mut tale = Tale::with(|playbook| {
        let welcome = &mut playbook.journeys.get_mut(&"new-lead".into()).unwrap().steps[0];
        welcome.within = jiff::SignedDuration::from_hours(24 * 30);
    });
    tale.happens("2026-11-30T09:00", form("1"));
    refuses_until(&mut tale, "2026-12-04T12:00");
    tale.lives_until("2026-12-06T12:00");
    let ends: Vec<&str> = tale
        .told()
        .lines()
        .filter(|line| line.starts_with("    sent") || line.starts_with("    skipped"))
        .collect();
    insta::assert_snapshot!(ends.join("\n"), @"
    sent [whatsapp] [message] [welcome] [wamid.1]
    skipped [whatsapp] [message] [follow-up-1] [too late: the step says how long it may still go]
    ");
}
