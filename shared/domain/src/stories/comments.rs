//! Comments, and who else speaks in the thread.

use super::events::{comment_is_hidden, comments, echo, form, removes_comment, writes};
use super::tale::{Tale, done, lost, refused, throttled};
use crate::call::{Outcome, Refusal};
use crate::channel::{Channel, Network};

#[test]
fn a_comment_gets_a_reply_a_like_and_a_private_reply() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T23:00", comments("c1", |_| {})).lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 23:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 23:00:00 for conversation
    11-30 23:00:00 look
        CALL 1 reply-to-comment: כתבתי לך
    11-30 23:00:00 answer to call 1
        sent [messenger] [c1] [public-reply] [wamid.1]
    11-30 23:00:00 look
        CALL 2 like
    11-30 23:00:00 answer to call 2
        sent [messenger] [c1] [like] [wamid.1]
    11-30 23:00:00 look
        CALL 3 send-messenger: comment-thanks דנה
    11-30 23:00:00 answer to call 3
        sent [messenger] [c1] [private-reply] [comment-thanks] [wamid.1]
        sleeps
    ");
}

#[test]
fn a_live_comment_gets_only_a_private_reply() {
    let mut tale = Tale::new();
    let live = |comment: &mut crate::event::Comment| {
        comment.network = Network::Instagram;
        comment.is_live = true;
    };
    tale.happens("2026-11-30T09:00", comments("c1", live)).lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [instagram] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-instagram: comment-thanks
    11-30 09:00:00 answer to call 1
        sent [instagram] [c1] [private-reply] [comment-thanks] [wamid.1]
        sleeps
    ");
}

#[test]
fn a_comment_that_is_removed_first_gets_nothing() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .happens("2026-11-30T09:00:01", removes_comment("c1"))
        .lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 comment-removed
        comment-removed [c1]
        skipped [messenger] [c1] [public-reply] [the comment was removed]
        skipped [messenger] [c1] [like] [the comment was removed]
        skipped [messenger] [c1] [private-reply] [comment-thanks] [the comment was removed]
        sleeps
        sleeps
    ");
}

#[test]
fn a_comment_that_is_removed_during_the_call_is_not_tried_again() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", removes_comment("c1"))
        .answers("2026-11-30T09:00:03", throttled(None))
        .lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 reply-to-comment: כתבתי לך
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 comment-removed
        comment-removed [c1]
        skipped [messenger] [c1] [like] [the comment was removed]
        skipped [messenger] [c1] [private-reply] [comment-thanks] [the comment was removed]
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:03 answer to call 1
        skipped [messenger] [c1] [public-reply] [called off, and not tried again: too many calls]
        sleeps
        sleeps
    ");
}

#[test]
fn a_reply_in_doubt_to_a_comment_that_is_removed_stays_unknown() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost())
        .happens("2026-11-30T09:00:05", removes_comment("c1"))
        .look("2026-11-30T09:00:17")
        .answers("2026-11-30T09:00:18", refused(Refusal::Request, "no such comment"))
        .look("2026-11-30T09:01:02")
        .answers("2026-11-30T09:01:03", Outcome::NotFound);
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 reply-to-comment: כתבתי לך
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        in-doubt [messenger] [c1] [public-reply] [no answer in time]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:05 comment-removed
        comment-removed [c1]
        skipped [messenger] [c1] [like] [the comment was removed]
        skipped [messenger] [c1] [private-reply] [comment-thanks] [the comment was removed]
        wakes 11-30 09:00:17 for conversation
    11-30 09:00:17 look
        CALL 2 find-reply: כתבתי לך
        wakes 11-30 09:00:47 for conversation
    11-30 09:00:18 answer to call 2
        wakes 11-30 09:00:34 for conversation
    11-30 09:01:02 look
        CALL 3 find-reply: כתבתי לך
        wakes 11-30 09:01:32 for conversation
    11-30 09:01:03 answer to call 3
        unknown [messenger] [c1] [public-reply] [its answer was lost, and it was called off]
        sleeps
    ");
}

#[test]
fn a_hidden_comment_gets_the_private_reply_and_no_public_one() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .happens("2026-11-30T09:00:01", comment_is_hidden("c1"))
        .lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 comment-hidden
        comment-hidden [c1]
        skipped [messenger] [c1] [public-reply] [the comment was hidden]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 like
    11-30 09:00:01 answer to call 1
        sent [messenger] [c1] [like] [wamid.1]
    11-30 09:00:01 look
        CALL 2 send-messenger: comment-thanks דנה
    11-30 09:00:01 answer to call 2
        sent [messenger] [c1] [private-reply] [comment-thanks] [wamid.1]
        sleeps
    ");
}

#[test]
fn a_comment_hidden_during_the_call_takes_no_second_try() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", comment_is_hidden("c1"))
        .answers("2026-11-30T09:00:03", throttled(None))
        .lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 comment
        commented [facebook] [c1] [post] [כמה עולה?]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 reply-to-comment: כתבתי לך
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 comment-hidden
        comment-hidden [c1]
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:03 answer to call 1
        skipped [messenger] [c1] [public-reply] [called off, and not tried again: too many calls]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:03 look
        CALL 2 like
    11-30 09:00:03 answer to call 2
        sent [messenger] [c1] [like] [wamid.1]
    11-30 09:00:03 look
        CALL 3 send-messenger: comment-thanks דנה
    11-30 09:00:03 answer to call 3
        sent [messenger] [c1] [private-reply] [comment-thanks] [wamid.1]
        sleeps
    ");
}

#[test]
fn our_own_echo_is_not_taken_for_a_person_and_a_person_s_holds_the_thread() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", echo(Channel::WhatsApp, "wamid.1"))
        .answers("2026-11-30T09:00:03", done())
        .happens("2026-11-30T09:00:04", echo(Channel::WhatsApp, "wamid.1"))
        .happens("2026-12-03T08:00", echo(Channel::WhatsApp, "wamid.person"))
        .lives_until("2026-12-04T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 echo
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:03 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    11-30 09:00:04 echo
        wakes 12-03 10:00:00 for bulk
    12-03 08:00:00 echo
        person-answered [whatsapp] [אני מטפלת] [until 12-03 20:00:00]
        wakes 12-03 10:00:00 for bulk
    12-03 10:00:00 look
        moved [whatsapp] [message] [follow-up-1] [a person or another app holds the conversation] [R22] [until 12-03 20:00:00]
    12-03 20:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-03 20:00:00 answer to call 2
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
        wakes 12-10 10:00:00 for bulk
    ");
}

#[test]
fn an_older_echo_that_comes_late_does_not_give_the_thread_back() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes("1", "שלום"))
        .happens("2026-11-30T12:00", echo(Channel::WhatsApp, "wamid.b"));
    let held = tale.lead.held.clone();
    let older = echo(Channel::WhatsApp, "wamid.a")(crate::testing::at("2026-11-30T10:00"));
    tale.happens("2026-11-30T12:01", |_| older);
    assert_eq!(tale.lead.held, held);
}

#[test]
fn a_person_who_answers_while_we_like_a_comment_is_noticed() {
    let mut tale = Tale::with(|playbook| {
        let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
        campaign.rules[0].answer.replies.clear();
        campaign.rules[0].answer.private_reply = None;
    });
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", echo(Channel::Messenger, "m.person"));
    assert!(tale.lead.held.contains_key(&Channel::Messenger));
}

#[test]
fn the_echo_of_a_private_reply_whose_answer_was_lost_is_our_own() {
    let mut tale = Tale::with(|playbook| {
        let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
        campaign.rules[0].answer.replies.clear();
        campaign.rules[0].answer.likes.clear();
    });
    tale.happens("2026-11-30T09:00", comments("c1", |_| {}))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost())
        .happens("2026-11-30T09:00:03", echo(Channel::Messenger, "m.ours"));
    assert!(!tale.lead.held.contains_key(&Channel::Messenger));
}
