//! What a lost answer turns out to have been, to the second.

use jiff::SignedDuration;

use super::events::{comments, form, lead_ad, removes_comment};
use super::tale::{Tale, done, lead_ad_read, lost, refused, throttled};
use crate::call::{Outcome, Refusal};
use crate::delivery::DeliveryStatus;
use crate::playbook::Playbook;

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

/// A public reply whose answer was lost at 09:00:11: its doubt lasts until 09:01:11.
fn reply_in_doubt() -> Tale {
    let mut tale = Tale::with(only_public_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost());
    tale
}

#[test]
fn a_dead_worker_s_call_is_given_its_time_before_the_message_goes_again() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:00:31")
        .lives_until("2026-11-30T10:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:31 look
        in-doubt [whatsapp] [message] [welcome] [the worker did not come back]
        wakes 11-30 09:00:46 for conversation
    11-30 09:00:46 look
    11-30 09:01:11 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
    11-30 09:01:11 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn an_answer_that_is_lost_four_times_waits_for_a_person() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost())
        .look("2026-11-30T09:02")
        .answers("2026-11-30T09:02:01", lost())
        .look("2026-11-30T09:04")
        .answers("2026-11-30T09:04:01", lost())
        .look("2026-11-30T09:06")
        .answers("2026-11-30T09:06:01", lost())
        .look("2026-11-30T09:08");
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
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:17 for conversation
    11-30 09:02:00 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:02:30 for conversation
    11-30 09:02:01 answer to call 2
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:02:16 for conversation
    11-30 09:04:00 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 3 send-whatsapp: template welcome
        wakes 11-30 09:04:30 for conversation
    11-30 09:04:01 answer to call 3
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:04:16 for conversation
    11-30 09:06:00 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 4 send-whatsapp: template welcome
        wakes 11-30 09:06:30 for conversation
    11-30 09:06:01 answer to call 4
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:06:16 for conversation
    11-30 09:08:00 look
        parked [whatsapp] [message] [welcome] [its answer is lost again and again]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn what_the_platform_calls_failed_is_not_counted_as_sent() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .is_told("2026-11-30T09:00:12", DeliveryStatus::Failed)
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
        settled [whatsapp] [message] [welcome] [failed]
        wakes 12-03 10:00:00 for bulk
    ");
    assert!(tale.lead.recent_sends.is_empty());
}

#[test]
fn a_private_reply_lost_after_its_comment_was_removed_may_have_arrived() {
    let mut tale = Tale::with(only_private_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", removes_comment("c1"))
        .answers("2026-11-30T09:00:11", lost());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-messenger: comment-thanks דנה
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 comment-removed
        comment-removed [c1]
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:11 answer to call 1
        in-doubt [messenger] [c1] [private-reply] [comment-thanks] [no answer in time]
        unknown [messenger] [c1] [private-reply] [comment-thanks] [its answer was lost, and it was called off]
        sleeps
    ");
}

#[test]
fn a_first_private_reply_that_somebody_gave_already_is_not_ours() {
    let mut tale = Tale::with(only_private_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::AlreadyAnswered, "already replied to"));
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-messenger: comment-thanks דנה
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        failed [messenger] [c1] [private-reply] [comment-thanks] [already replied to] [R18]
        sleeps
    ");
    assert!(tale.lead.recent_sends.is_empty());
}

#[test]
fn a_reply_that_is_found_after_the_claim_ran_out_is_settled() {
    let mut tale = reply_in_doubt();
    tale.look("2026-11-30T09:00:26").look("2026-11-30T09:00:56").answers_call(
        "2026-11-30T09:00:57",
        1,
        Outcome::Found("c1_r".into()),
    );
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
    11-30 09:00:56 look
        wakes 11-30 09:01:41 for conversation
    11-30 09:00:57 answer to call 2
        settled [messenger] [c1] [public-reply] [c1_r] [late answer]
        sleeps
    ");
}

#[test]
fn a_reply_that_is_missing_at_the_end_of_its_doubt_is_given_again_at_once() {
    let mut tale = reply_in_doubt();
    tale.look("2026-11-30T09:01:10")
        .answers("2026-11-30T09:01:11", Outcome::NotFound)
        .look("2026-11-30T09:01:11");
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
    11-30 09:01:10 look
        CALL 2 find-reply: כתבתי לך
        wakes 11-30 09:01:40 for conversation
    11-30 09:01:11 answer to call 2
        retried [messenger] [c1] [public-reply] [its answer was lost, and no sign of it came]
        wakes 11-30 09:01:11 for conversation
    11-30 09:01:11 look
        CALL 3 reply-to-comment: כתבתי לך
        wakes 11-30 09:01:41 for conversation
    ");
}

#[test]
fn a_platform_that_asks_for_a_pause_is_asked_for_evidence_after_it() {
    let mut tale = reply_in_doubt();
    tale.look("2026-11-30T09:00:26")
        .answers("2026-11-30T09:00:27", throttled(Some(SignedDuration::from_mins(7))))
        .look("2026-11-30T09:07:27")
        .answers("2026-11-30T09:07:28", throttled(Some(SignedDuration::MAX)));
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
        wakes 11-30 09:07:27 for conversation
    11-30 09:07:27 look
        CALL 3 find-reply: כתבתי לך
        wakes 11-30 09:07:57 for conversation
    11-30 09:07:28 answer to call 3
        wakes 12-01 09:07:28 for conversation
    ");
}

#[test]
fn a_platform_is_asked_until_six_hours_after_the_doubt() {
    let mut tale = reply_in_doubt();
    tale.look("2026-11-30T15:00").answers("2026-11-30T15:01:11", throttled(None));
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
    11-30 15:00:00 look
        CALL 2 find-reply: כתבתי לך
        wakes 11-30 15:00:30 for conversation
    11-30 15:01:11 answer to call 2
        parked [messenger] [c1] [public-reply] [whether it arrived cannot be found out: the platform does not answer]
        sleeps
    ");
}

#[test]
fn a_late_word_that_is_no_fields_leaves_the_lead_ad_to_be_read() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", lead_ad())
        .look("2026-11-30T09:00:01")
        .look("2026-11-30T09:00:31")
        .answers_call("2026-11-30T09:00:32", 0, done())
        .look("2026-11-30T09:00:34")
        .answers("2026-11-30T09:00:35", lead_ad_read(super::events::fields()));
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 lead-ad
        lead-ad-filled [5]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 read-lead-ad
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:31 look
        in-doubt [lead-ad-look-up] [the worker did not come back]
        wakes 11-30 09:00:33 for conversation
    11-30 09:00:32 answer to call 1
        it changes nothing
        wakes 11-30 09:00:33 for conversation
    11-30 09:00:34 look
        CALL 2 read-lead-ad
        wakes 11-30 09:01:04 for conversation
    11-30 09:00:35 answer to call 2
        captured [lead-ad]
        consent-given [lead-ad] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:35 for conversation
    ");
}

#[test]
fn what_arrived_before_the_operator_drives_it_again_is_not_sent_again() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost())
        .look("2026-11-30T09:02")
        .answers("2026-11-30T09:02:01", refused(Refusal::ConnectionBroken, "the token is not valid"))
        .is_told("2026-11-30T09:02:02", DeliveryStatus::Delivered)
        .is_redriven("2026-11-30T12:00")
        .look("2026-11-30T12:00:01");
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
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:17 for conversation
    11-30 09:02:00 look
        retried [whatsapp] [message] [welcome] [its answer was lost, and no sign of it came]
        CALL 2 send-whatsapp: template welcome
        wakes 11-30 09:02:30 for conversation
    11-30 09:02:01 answer to call 2
        parked [whatsapp] [message] [welcome] [the token is not valid]
        wakes 12-03 10:00:00 for bulk
    11-30 12:00:00 redrive
        redriven [whatsapp] [message] [welcome]
        wakes 11-30 12:00:00 for conversation
    11-30 12:00:01 look
        settled [whatsapp] [message] [welcome] [wamid.told] [delivered]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_private_reply_that_was_given_before_the_operator_drives_it_again_is_sent() {
    let mut tale = Tale::with(only_private_reply);
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .look("2026-11-30T09:00:14")
        .answers("2026-11-30T09:00:15", refused(Refusal::Account, "the account is restricted"))
        .is_redriven("2026-11-30T12:00")
        .look("2026-11-30T12:00:01")
        .answers("2026-11-30T12:00:02", refused(Refusal::AlreadyAnswered, "already replied to"));
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
        parked [messenger] [c1] [private-reply] [comment-thanks] [the account is restricted]
        sleeps
    11-30 12:00:00 redrive
        redriven [messenger] [c1] [private-reply] [comment-thanks]
        wakes 11-30 12:00:00 for conversation
    11-30 12:00:01 look
        CALL 3 send-messenger: comment-thanks דנה
        wakes 11-30 12:00:31 for conversation
    11-30 12:00:02 answer to call 3
        settled [messenger] [c1] [private-reply] [comment-thanks] [already answered]
        sleeps
    ");
}
