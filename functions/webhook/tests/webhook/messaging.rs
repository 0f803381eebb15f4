//! Messenger and Instagram Direct, shape by shape.

use domain::event::EventKind;
use serde_json::{Value, json};

use crate::stage::{INSTAGRAM, PAGE, SECONDS};
use crate::summary::{check, split_of_ours};

fn to(object: &str, asset: &str, channel: &str, item: Value) -> Value {
    let mut whole =
        json!({"sender": {"id": "7203"}, "recipient": {"id": asset}, "timestamp": SECONDS * 1000});
    for (name, value) in item.as_object().unwrap() {
        whole[name] = value.clone();
    }
    json!({"object": object, "entry": [{"id": asset, "time": SECONDS * 1000, channel: [whole]}]})
}

fn messenger(item: Value) -> Value {
    to("page", PAGE, "messaging", item)
}

fn instagram(item: Value) -> Value {
    to("instagram", INSTAGRAM, "messaging", item)
}

fn standby(item: Value) -> Value {
    to("page", PAGE, "standby", item)
}

fn ours() -> String {
    format!("masa:{:032x}:{:032x}", 0xa1, 0xb2)
}

#[test]
fn a_message() {
    let attached = |one: Value| json!({"message": {"mid": "m", "attachments": [one]}});
    check([
        (messenger(json!({"message": {"mid": "m", "text": "היי"}})), "message by psid"),
        (instagram(json!({"message": {"mid": "m", "text": "היי"}})), "message by igsid"),
        (messenger(json!({"message": {"text": "היי"}})), "message by psid"),
        (
            messenger(json!({"message": {"mid": 7, "quick_reply": {"payload": "yes"}, "text": "כן"}})),
            "message [yes] by psid",
        ),
        (messenger(json!({"message": {"mid": "m", "is_unsupported": true}})), "message unsupported by psid"),
        (messenger(json!({"message": {}})), "message by psid"),
        (messenger(json!({"message": "text"})), "ignored messaging-unknown"),
        (
            messenger(attached(json!({"type": "image", "payload": {"url": "https://x"}}))),
            "message image by psid",
        ),
        (
            messenger(attached(json!({"type": "image", "payload": {"sticker_id": 1}}))),
            "message sticker by psid",
        ),
        (messenger(attached(json!({"type": "file"}))), "message document by psid"),
        (
            messenger(attached(
                json!({"type": "location", "payload": {"coordinates": {"lat": 32.1, "long": 34.8}}}),
            )),
            "message location by psid",
        ),
        (messenger(attached(json!({"type": "fallback"}))), "message other by psid"),
        (messenger(attached(Value::Null)), "message other by psid"),
        (instagram(attached(json!({"type": "like_heart"}))), "message sticker by igsid"),
        (instagram(attached(json!({"type": "ephemeral"}))), "message unsupported by igsid"),
        (instagram(attached(json!({"type": "unsupported_type"}))), "message unsupported by igsid"),
        (instagram(attached(json!({"type": "ig_reel"}))), "message video by igsid"),
        (
            instagram(attached(json!({"type": "story_mention", "payload": {"url": "https://x"}}))),
            "message story-mention by igsid",
        ),
        (
            instagram(
                json!({"message": {"mid": "m", "text": "!", "reply_to": {"story": {"id": "1", "url": "https://x"}}}}),
            ),
            "message story-reply by igsid",
        ),
        (
            instagram(json!({"message": {"mid": "m", "text": "!", "reply_to": {"mid": "m0"}}})),
            "message by igsid",
        ),
        (instagram(json!({"message": {"mid": "m", "is_deleted": true}})), "message-unsent by igsid"),
        (
            messenger(json!({"message_edit": {"mid": "m", "text": "x", "num_edit": "2"}})),
            "message-edited by psid",
        ),
    ]);
}

#[test]
fn no_link_to_a_story_is_kept() {
    let story = json!({"id": "1", "url": "https://story.example/secret"});
    for message in [
        json!({"mid": "m", "attachments": [{"type": "story_mention", "payload": story}]}),
        json!({"mid": "m", "text": "!", "reply_to": {"story": story}}),
    ] {
        let split = split_of_ours(&instagram(json!({"message": message})));
        assert!(!format!("{split:?}").contains("story.example"));
    }
}

#[test]
fn buttons_links_and_reactions() {
    check([
        (messenger(json!({"postback": {"title": "התחילו", "payload": "start"}})), "message [start] by psid"),
        (
            instagram(json!({"postback": {"mid": "m", "title": "שעות?", "payload": "hours"}})),
            "message [hours] by igsid",
        ),
        (messenger(json!({"postback": {}})), "message by psid"),
        (messenger(json!({"referral": {"ref": "qr", "source": "SHORTLINK"}})), "referral by psid"),
        (instagram(json!({"referral": {"ref": "qr", "source": "IGME-SOURCE-LINK"}})), "referral by igsid"),
        (messenger(json!({"reaction": {"mid": "m", "action": "react", "emoji": "❤"}})), "reaction by psid"),
        (instagram(json!({"reaction": {"mid": "m", "action": "unreact"}})), "ignored unreact"),
        (messenger(json!({"optin": {"ref": "x"}})), "ignored messaging-unknown"),
        (messenger(json!({})), "ignored messaging-unknown"),
    ]);
    let of = |item: Value| match split_of_ours(&messenger(item)).events.remove(0).kind {
        EventKind::Messaged(message) => message.referral.map(|source| source.campaign),
        kind => panic!("{}", kind.name()),
    };
    let expected = Some(vec![("ref".to_owned(), "qr".to_owned()), ("ad_id".to_owned(), "64".to_owned())]);
    assert_eq!(of(json!({"postback": {"payload": "x", "referral": {"ref": "qr", "ad_id": "64"}}})), expected);
    assert_eq!(of(json!({"message": {"mid": "m", "referral": {"ref": "qr", "ad_id": 64}}})), expected);
}

/// Without an id, the person, the moment and the payload say which press it was.
#[test]
fn a_press_without_an_id_is_one_event_however_often_it_comes() {
    let key = |payload: &str, milliseconds: i64| {
        let item = json!({"postback": {"payload": payload}, "timestamp": milliseconds});
        split_of_ours(&messenger(item)).events[0].key.clone()
    };
    let first = SECONDS * 1000;
    assert_eq!(key("start", first), key("start", first));
    assert_ne!(key("start", first), key("start", first + 1));
    assert_ne!(key("start", first), key("stop", first));
}

#[test]
fn receipts() {
    check([
        (
            messenger(json!({"delivery": {"mids": ["m1", "m2"], "watermark": SECONDS * 1000}})),
            "receipt delivered by psid",
        ),
        (messenger(json!({"read": {"watermark": SECONDS * 1000}})), "receipt read by psid"),
        (instagram(json!({"read": {"mid": "m1"}})), "receipt read by igsid"),
    ]);
    let split = split_of_ours(&messenger(
        json!({"delivery": {"mids": vec!["m".repeat(500); 5_000], "watermark": SECONDS}}),
    ));
    let EventKind::Receipt { ids, up_to, .. } = &split.events[0].kind else { panic!("{split:?}") };
    assert_eq!((ids.len(), up_to.map(|at| at.as_second())), (300, Some(SECONDS)));
}

#[test]
fn an_echo_is_never_a_message() {
    let echo = |more: Value| {
        let mut item = json!({"sender": {"id": PAGE}, "recipient": {"id": "7203"}, "message": {"mid": "m", "is_echo": true, "text": "x"}});
        for (name, value) in more.as_object().unwrap() {
            item["message"][name] = value.clone();
        }
        item
    };
    // Some of Meta's own samples have the sides swapped.
    let swapped = json!({"message": {"mid": "m", "is_echo": true}});
    let to_nobody = json!({"sender": {"id": PAGE}, "message": {"mid": "m", "is_echo": true}});
    check([
        (messenger(echo(json!({}))), "echo by psid"),
        (messenger(echo(json!({"metadata": "of another tool"}))), "echo by psid"),
        (messenger(echo(json!({"metadata": ours()}))), "told sent"),
        (messenger(echo(json!({"is_self": true}))), "ignored self-message"),
        (messenger(echo(json!({"is_deleted": true}))), "ignored own-unsent"),
        (messenger(swapped.clone()), "echo by psid"),
        (instagram(swapped), "echo by igsid"),
        (messenger(to_nobody), "ignored echo-to-nobody"),
        (
            messenger(json!({"sender": {"id": PAGE}, "message": {"mid": "m", "text": "x"}})),
            "ignored own-message",
        ),
    ]);
    let split = split_of_ours(&messenger(echo(json!({"metadata": ours()}))));
    let (_, lead, work, told) = &split.deliveries[0];
    assert_eq!((lead.to_string(), work.to_string()), (format!("{:032x}", 0xa1), format!("{:032x}", 0xb2)));
    assert_eq!(told.id.as_ref().map(|id| id.as_str()), Some("m"));
}

#[test]
fn a_thread_that_another_app_holds_is_only_noted() {
    let echo = |metadata: &str| json!({"recipient": {"id": "7203"}, "sender": {"id": PAGE}, "message": {"mid": "m", "is_echo": true, "metadata": metadata}});
    check([
        (standby(json!({"message": {"mid": "m", "text": "מחיר?"}})), "standby by psid"),
        (standby(json!({"postback": {"payload": "x"}})), "standby by psid"),
        (standby(echo("theirs")), "standby by psid"),
        (standby(echo(&ours())), "told sent"),
        (standby(json!({"read": {"watermark": 1}})), "ignored standby-other"),
    ]);
}

#[test]
fn what_the_operator_has_to_know() {
    let blocked = json!({"action": "block", "reason": "too many complaints"});
    check([
        (messenger(json!({"sender": null, "policy-enforcement": blocked})), "notice"),
        (messenger(json!({"policy_enforcement": blocked})), "notice"),
        (messenger(json!({"sender": null, "message": {"mid": "m", "text": "x"}})), "notice"),
        (messenger(json!({"sender": null, "read": {"watermark": 1}})), "ignored no-sender"),
    ]);
}

#[test]
fn a_message_wrapped_in_a_change_is_a_message() {
    let value = json!({"sender": {"id": "7203"}, "recipient": {"id": INSTAGRAM}, "timestamp": SECONDS.to_string(), "message": {"mid": "m", "text": "x"}});
    let of = |id: &str| json!({"object": "instagram", "entry": [{"id": id, "time": SECONDS, "changes": [{"field": "messages", "value": value}]}]});
    check([(of(INSTAGRAM), "message by igsid"), (of("0"), "ignored dashboard-test")]);
}
