//! Answers that were lost, and workers that did not come back.

use super::events::{comments, form, writes_on_instagram};
use super::tale::{Tale, done, lost, refused};
use crate::call::{Operation, Outcome, Refusal};
use crate::delivery::DeliveryStatus;
use crate::playbook::{Occasion, Playbook, Trigger};
use crate::testing::at;

fn only_private_reply(playbook: &mut Playbook) {
    let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
    campaign.rules[0].answer.replies.clear();
    campaign.rules[0].answer.likes.clear();
}

fn only_public_reply(playbook: &mut Playbook) {
    let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
    campaign.rules[0].answer.private_reply = None;
    campaign.rules[0].answer.likes.clear();
}

#[test]
fn a_lost_answer_of_whatsapp_is_settled_by_a_status() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .is_told("2026-11-30T09:00:12", DeliveryStatus::Sent)
        .is_told("2026-11-30T09:00:13", DeliveryStatus::Delivered)
        .look("2026-11-30T09:00:26");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:26 for conversation
    11-30 09:00:26 look
        settled [whatsapp] [message] [welcome] [wamid.told] [delivered]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_lost_answer_that_stays_silent_is_tried_again_if_someone_waits() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .lives_until("2026-11-30T09:10");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:26 for conversation
    11-30 09:00:26 look
    11-30 09:01:11 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
    11-30 09:01:11 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_lost_answer_that_stays_silent_is_not_repeated_if_nobody_waits() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-03T09:59")
        .look("2026-12-03T10:00")
        .answers("2026-12-03T10:00:10", lost())
        .lives_until("2026-12-03T11:00");
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
        wakes 12-03 10:00:30 for bulk
    12-03 10:00:10 answer to call 2
        in-doubt [whatsapp] [message] [follow-up-1] [no answer in time]
        wakes 12-03 10:00:25 for bulk
    12-03 10:00:25 look
    12-03 10:01:10 look
        unknown [whatsapp] [message] [follow-up-1] [its answer was lost; it is not sent twice]
        wakes 12-10 10:00:00 for bulk
    ");
}

#[test]
fn a_status_that_comes_after_the_doubt_but_before_the_next_try_still_settles_it() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .look("2026-11-30T09:00:26");
    // The worker that repeated it died, and the first message's status comes.
    tale.look("2026-11-30T09:01:11")
        .answers("2026-11-30T09:01:12", super::tale::throttled(None))
        .is_told("2026-11-30T09:01:13", DeliveryStatus::Delivered)
        .look("2026-11-30T09:01:30");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:26 for conversation
    11-30 09:00:26 look
        wakes 11-30 09:01:11 for conversation
    11-30 09:01:11 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:01:41 for conversation
    11-30 09:01:12 answer to call 2
        retried [whatsapp] [message] [welcome] [too many calls] [until 11-30 09:01:17]
        wakes 11-30 09:01:17 for conversation
    11-30 09:01:30 look
        settled [whatsapp] [message] [welcome] [wamid.told] [delivered]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_private_reply_is_repeated_and_already_answered_means_sent() {
    let mut tale = Tale::with(only_private_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .look("2026-11-30T09:00:14")
        .answers("2026-11-30T09:00:15", refused(Refusal::AlreadyAnswered, "already replied to"));
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-messenger: comment-thanks דנה
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [messenger] [c1] [private-reply] [comment-thanks] [no answer in time]
        wakes 11-30 09:00:13 for conversation
    11-30 09:00:14 look
        CALL 2 send-messenger: comment-thanks דנה
        wakes 11-30 09:00:44 for conversation
    11-30 09:00:15 answer to call 2
        settled [messenger] [c1] [private-reply] [comment-thanks] [already answered]
        sleeps
    ");
}

#[test]
fn a_public_reply_is_looked_for_and_found() {
    let mut tale = Tale::with(only_public_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .look("2026-11-30T09:00:26")
        .answers("2026-11-30T09:00:27", Outcome::NotFound)
        .look("2026-11-30T09:00:42")
        .answers("2026-11-30T09:00:43", Outcome::Found("c1_r".into()));
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 reply-to-comment: כתבתי לך
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [messenger] [c1] [public-reply] [no answer in time]
        wakes 11-30 09:00:26 for conversation
    11-30 09:00:26 look
        CALL 2 find-reply: כתבתי לך
        wakes 11-30 09:00:56 for conversation
    11-30 09:00:27 answer to call 2
        wakes 11-30 09:00:42 for conversation
    11-30 09:00:42 look
        CALL 3 find-reply: כתבתי לך
        wakes 11-30 09:01:12 for conversation
    11-30 09:00:43 answer to call 3
        settled [messenger] [c1] [public-reply] [c1_r] [found]
        sleeps
    ");
}

#[test]
fn a_public_reply_that_is_not_found_is_given_again() {
    let mut tale = Tale::with(only_public_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .look("2026-11-30T09:01:11")
        .answers("2026-11-30T09:01:12", Outcome::NotFound)
        .lives_until("2026-11-30T09:10");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 reply-to-comment: כתבתי לך
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [messenger] [c1] [public-reply] [no answer in time]
        wakes 11-30 09:00:26 for conversation
    11-30 09:01:11 look
        CALL 2 find-reply: כתבתי לך
        wakes 11-30 09:01:41 for conversation
    11-30 09:01:12 answer to call 2
        retried [messenger] [c1] [public-reply] [its answer was lost, and no sign of it came]
        wakes 11-30 09:01:12 for conversation
    11-30 09:01:12 look
        CALL 3 reply-to-comment: כתבתי לך
    11-30 09:01:12 answer to call 3
        sent [messenger] [c1] [public-reply] [wamid.1]
        sleeps
    ");
}

#[test]
fn a_platform_that_cannot_be_asked_is_asked_ever_more_rarely_and_then_a_person_is() {
    let mut tale = Tale::with(only_public_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost());
    let mut questions = 0;
    while let Some(wake) = tale.lead.wake() {
        let moment = wake.at.to_zoned_datetime(jiff::tz::TimeZone::get("Asia/Jerusalem").unwrap());
        let moment = moment.datetime().to_string();
        tale.look(&moment).answers(&moment, super::tale::throttled(None));
        questions += 1;
        assert!(questions < 30, "{}", tale.told());
    }
    assert!(tale.lead.attention().is_some());
}

#[test]
fn a_worker_that_dies_leaves_doubt_and_its_late_answer_settles_it() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:00:30")
        .look("2026-11-30T09:00:31")
        .answers_call("2026-11-30T09:00:40", 0, done());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:30 look
        nothing to do
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:31 look
        in-doubt [whatsapp] [message] [welcome] [the worker did not come back]
        wakes 11-30 09:00:46 for conversation
    11-30 09:00:40 answer to call 1
        settled [whatsapp] [message] [welcome] [wamid.1] [late answer]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_late_refusal_under_an_old_number_decides_nothing() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:01:20")
        .answers_call("2026-11-30T09:01:21", 0, refused(Refusal::Recipient, "no such person"))
        .answers_call("2026-11-30T09:01:22", 1, done());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:01:20 look
        in-doubt [whatsapp] [message] [welcome] [the worker did not come back]
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:01:50 for conversation
    11-30 09:01:21 answer to call 1
        it changes nothing
        wakes 11-30 09:01:50 for conversation
    11-30 09:01:22 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_late_answer_settles_its_work_while_another_is_claimed() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:20", comments("c1", |_| {}))
        .look("2026-11-30T09:00:31")
        .answers_call("2026-11-30T09:00:32", 0, done())
        .answers("2026-11-30T09:00:33", done());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:20 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:31 look
        in-doubt [whatsapp] [message] [welcome] [the worker did not come back]
        CALL 2 reply-to-comment: כתבתי לך
        wakes 11-30 09:01:01 for conversation
    11-30 09:00:32 answer to call 1
        settled [whatsapp] [message] [welcome] [wamid.1] [late answer]
        wakes 11-30 09:01:01 for conversation
    11-30 09:00:33 answer to call 2
        sent [messenger] [c1] [public-reply] [wamid.1]
        wakes 11-30 09:00:20 for conversation
    ");
}

#[test]
fn a_late_answer_ends_the_work_even_while_it_is_being_repeated() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:01:20")
        .answers_call("2026-11-30T09:01:21", 0, done())
        .answers_call("2026-11-30T09:01:22", 1, super::tale::throttled(None));
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:01:20 look
        in-doubt [whatsapp] [message] [welcome] [the worker did not come back]
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:01:50 for conversation
    11-30 09:01:21 answer to call 1
        settled [whatsapp] [message] [welcome] [wamid.1] [late answer]
        wakes 11-30 09:01:50 for conversation
    11-30 09:01:22 answer to call 2
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn an_instagram_answer_is_looked_for_in_the_conversation() {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys.get_mut(&"new-lead".into()).unwrap().starts =
            vec![Occasion::any(Trigger::LeadReplied)];
    });
    tale.happens("2026-11-30T09:00", writes_on_instagram("1", "שלום"))
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:02")
        .answers("2026-11-30T09:02:01", Outcome::NotFound)
        .look("2026-11-30T09:02:01")
        .answers("2026-11-30T09:02:02", done());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 message
        wrote [instagram] [שלום]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-instagram: welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:02:00 look
        in-doubt [instagram] [message] [welcome] [the worker did not come back]
        CALL 2 find-message: welcome
        wakes 11-30 09:02:30 for conversation
    11-30 09:02:01 answer to call 2
        retried [instagram] [message] [welcome] [its answer was lost, and no sign of it came]
        wakes 11-30 09:02:01 for conversation
    11-30 09:02:01 look
        CALL 3 send-instagram: welcome
        wakes 11-30 09:02:31 for conversation
    11-30 09:02:02 answer to call 3
        sent [instagram] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_message_is_looked_for_from_its_claim_on_however_late_the_loss_of_its_answer_was_recorded() {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys.get_mut(&"new-lead".into()).unwrap().starts =
            vec![Occasion::any(Trigger::LeadReplied)];
    });
    tale.happens("2026-11-30T09:00", writes_on_instagram("1", "שלום"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:05", lost())
        .look("2026-11-30T09:06:30");
    let Some(Operation::FindMessage { since, .. }) = tale.calls.last().map(|call| &call.operation) else {
        panic!("{}", tale.told())
    };
    assert_eq!(*since, at("2026-11-30T09:00:01"));
}

#[test]
fn a_card_on_instagram_cannot_be_looked_for_and_is_left_to_a_person() {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys.get_mut(&"new-lead".into()).unwrap().starts =
            vec![Occasion::any(Trigger::LeadReplied)];
        playbook.messages.get_mut(&"welcome".into()).unwrap().image =
            Some("https://example.com/crete.jpg".into());
    });
    tale.happens("2026-11-30T09:00", writes_on_instagram("1", "שלום"))
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:02")
        .look("2026-11-30T09:05");
    assert_eq!(tale.calls.len(), 1, "{}", tale.told());
    assert!(tale.told().contains("parked [instagram] [message] [welcome]"), "{}", tale.told());
}
