//! WhatsApp, shape by shape.

use domain::event::EventKind;
use domain::identity::Identity;
use serde_json::{Value, json};

use crate::stage::{ACCOUNT, NUMBER, SECONDS};
use crate::summary::{check, split_of_ours};

fn change(field: &str, mut value: Value) -> Value {
    value["metadata"] = json!({"phone_number_id": NUMBER, "display_phone_number": "972771060106"});
    json!({"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [{"field": field, "value": value}]}]})
}

fn message(message: Value) -> Value {
    let mut whole = json!({"from": "972541060001", "id": "wamid.a", "timestamp": SECONDS.to_string()});
    for (name, value) in message.as_object().unwrap() {
        whole[name] = value.clone();
    }
    change("messages", json!({"messages": [whole]}))
}

fn from(ids: Value, contacts: Value) -> Value {
    let mut whole =
        json!({"id": "wamid.a", "timestamp": SECONDS.to_string(), "type": "text", "text": {"body": "?"}});
    for (name, value) in ids.as_object().unwrap() {
        whole[name] = value.clone();
    }
    change("messages", json!({"contacts": contacts, "messages": [whole]}))
}

fn status(status: Value) -> Value {
    let mut whole = json!({"id": "wamid.b", "timestamp": SECONDS.to_string()});
    for (name, value) in status.as_object().unwrap() {
        whole[name] = value.clone();
    }
    change("messages", json!({"statuses": [whole]}))
}

fn ours() -> String {
    format!("masa:{:032x}:{:032x}", 0xa1, 0xb2)
}

#[test]
fn who_wrote() {
    let phone = "972541060001";
    check([
        (from(json!({"from": phone}), json!([])), "message by phone"),
        (from(json!({"from": phone, "from_user_id": "IL.7"}), json!([])), "message by phone+bsuid"),
        (
            from(json!({"from": phone}), json!([{"wa_id": phone, "user_id": "IL.7"}])),
            "message by phone+bsuid",
        ),
        (from(json!({"from_user_id": "IL.7"}), json!([{"user_id": "IL.7"}])), "message by bsuid"),
        (
            from(json!({"from": "IL.7", "from_user_id": "IL.7"}), json!([{"wa_id": "IL.7"}])),
            "message by bsuid",
        ),
        (from(json!({"from": "1234", "from_user_id": "IL.7"}), json!([])), "message by whatsapp+bsuid"),
        (from(json!({}), json!([{"user_id": "IL.7"}])), "message by bsuid"),
        (from(json!({}), json!([{"wa_id": phone}])), "message by phone"),
        (from(json!({}), json!([{"wa_id": phone}, {"wa_id": "972541060002"}])), "notice"),
        (from(json!({}), json!([{"profile": {"name": "x"}}])), "notice"),
        (from(json!({"group_id": "g1", "from": phone}), json!([])), "ignored group-message"),
    ]);
}

#[test]
fn each_of_several_senders_keeps_their_own_name() {
    let text = |from: &str| json!({"from": from, "id": format!("wamid.{from}"), "timestamp": SECONDS, "type": "text", "text": {"body": "?"}});
    let contacts = json!([
        {"wa_id": "972541060002", "profile": {"name": "ב"}}, {"wa_id": "972541060001", "profile": {"name": "א"}},
    ]);
    let messages = json!([text("972541060001"), text("972541060002"), 7, text("972541060003")]);
    let split = split_of_ours(&change("messages", json!({"contacts": contacts, "messages": messages})));
    let names: Vec<Option<&str>> = split
        .events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Messaged(message) => message.sender_name.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(names, [Some("א"), Some("ב"), None]);
    assert!(split.events.iter().all(|event| event.also.is_empty()));
}

#[test]
fn what_was_done() {
    check([
        (
            message(json!({"type": "button", "button": {"payload": "yes", "text": "כן"}})),
            "message [yes] by phone",
        ),
        (
            message(json!({"type": "interactive", "interactive": {"nfm_reply": {"response_json": "[[["}}})),
            "message form by phone",
        ),
        (message(json!({"type": "sticker", "sticker": {"id": "1"}})), "message sticker by phone"),
        (
            message(json!({"type": "unsupported", "errors": [{"code": 131051}]})),
            "message unsupported by phone",
        ),
        (message(json!({"type": "order", "order": {}})), "message other by phone"),
        (
            message(json!({"type": "reaction", "reaction": {"message_id": "w", "emoji": "👍🏽"}})),
            "reaction by phone",
        ),
        (message(json!({"type": "reaction", "reaction": {"message_id": "w"}})), "ignored unreact"),
        (
            message(json!({"type": "reaction", "reaction": {"message_id": "w", "emoji": ""}})),
            "ignored unreact",
        ),
        (
            message(json!({"type": "revoke", "revoke": {"original_message_id": "w"}})),
            "message-unsent by phone",
        ),
        (message(json!({"type": "revoke"})), "ignored message-without-id"),
        (message(json!({"type": "edit", "edit": {"original_message_id": "w"}})), "message-edited by phone"),
        (message(json!({"type": "text", "text": {"body": "x"}, "id": null})), "message by phone"),
        (change("messages", json!({"messages": ["x"]})), "ignored malformed"),
        (change("messages", json!({})), "ignored no-value"),
    ]);
}

#[test]
fn a_shared_number_is_the_senders_only_if_we_asked_for_theirs() {
    let contacts = |origin: &str, phones: Value| json!({"from": null, "from_user_id": "IL.7", "type": "contacts", "origin": origin, "contacts": [{"phones": phones}]});
    let phone = json!([{"phone": "972541060009"}]);
    check([
        (message(contacts("contact_request/other", phone.clone())), "message contacts by bsuid+phone"),
        (
            message(contacts("contact_request", json!([{"phone": "+972 54-106-0009"}]))),
            "message contacts by bsuid+phone",
        ),
        (message(contacts("other", phone)), "message contacts by bsuid"),
        (message(contacts("contact_request", json!([{"phone": "?"}]))), "message contacts by bsuid"),
        (message(contacts("contact_request", json!([]))), "message contacts by bsuid"),
    ]);
}

#[test]
fn a_person_with_a_new_number_or_id() {
    let system = |system: Value| json!({"type": "system", "system": system});
    let by_text = json!({"type": "user_changed_user_id", "user_id": "IL.8", "body": "User דנה changed from IL.7 to IL.8"});
    let without = |mut message: Value| {
        message["from"] = Value::Null;
        message
    };
    check([
        (
            message(system(json!({"type": "user_changed_number", "wa_id": "972541060002"}))),
            "identity-changed to phone by phone",
        ),
        (
            message(system(json!({"type": "customer_changed_number", "new_wa_id": "972541060002"}))),
            "identity-changed to phone by phone",
        ),
        (message(without(system(by_text.clone()))), "identity-changed to bsuid by bsuid"),
        (
            message(without(system(
                json!({"type": "user_changed_user_id", "user_id": "IL.8", "body": "changed"}),
            ))),
            "notice",
        ),
        (
            message(without(system(
                json!({"type": "user_changed_user_id", "body": "moved from Haifa to Acre"}),
            ))),
            "notice",
        ),
        (message(system(json!({"type": "customer_identity_changed"}))), "ignored system-other"),
    ]);
    let split = split_of_ours(&message(without(system(by_text))));
    assert_eq!(split.events[0].author, Identity::WhatsAppUser("IL.7".to_owned()));
}

#[test]
fn a_status() {
    let failed = json!([{"code": 131050}]);
    check([
        (status(json!({"status": "sent", "biz_opaque_callback_data": ours()})), "told sent"),
        (status(json!({"status": "played", "biz_opaque_callback_data": ours()})), "told read"),
        (
            status(json!({"status": "failed", "errors": failed, "biz_opaque_callback_data": ours()})),
            "delivery-failed 131050 of ours by lead",
        ),
        (
            status(json!({"status": "failed", "errors": failed, "recipient_id": "972541060001"})),
            "delivery-failed 131050 by phone",
        ),
        (
            status(json!({"status": "failed", "errors": [{"code": "131026"}], "recipient_user_id": "IL.7"})),
            "delivery-failed 131026 by bsuid",
        ),
        (status(json!({"status": "failed", "recipient_id": "IL.7"})), "delivery-failed 0 by bsuid"),
        (status(json!({"status": "failed"})), "notice"),
        (status(json!({"status": "delivered", "recipient_id": "972541060001"})), "ignored status-not-ours"),
        (
            status(json!({"status": "read", "biz_opaque_callback_data": "of another tool"})),
            "ignored status-not-ours",
        ),
        (status(json!({"status": "warning", "biz_opaque_callback_data": ours()})), "ignored status-unknown"),
        (status(json!({"id": null, "status": "sent"})), "ignored status-without-id"),
    ]);
}

#[test]
fn preferences() {
    let preference = |value: &str, more: Value| {
        let mut one = json!({"category": "marketing_messages", "value": value, "timestamp": SECONDS});
        for (name, value) in more.as_object().unwrap() {
            one[name] = value.clone();
        }
        change("user_preferences", json!({"contacts": [], "user_preferences": [one]}))
    };
    check([
        (preference("stop", json!({"wa_id": "972541060001"})), "marketing-stopped by phone"),
        (
            preference("resume", json!({"wa_id": "972541060001", "user_id": "IL.7"})),
            "marketing-resumed by phone+bsuid",
        ),
        (preference("stop", json!({"user_id": "IL.7"})), "marketing-stopped by bsuid"),
        (preference("stop", json!({})), "notice"),
        (preference("pause", json!({"wa_id": "972541060001"})), "ignored preference-other"),
        (
            preference("stop", json!({"wa_id": "972541060001", "category": "games"})),
            "ignored preference-other",
        ),
        (change("user_preferences", json!({})), "ignored no-value"),
    ]);
}

#[test]
fn the_owner_answers_from_the_phone() {
    let echo = |echo: Value| change("smb_message_echoes", json!({"message_echoes": [echo]}));
    check([
        (
            echo(
                json!({"from": "972771060106", "to": "972541060001", "id": "w", "timestamp": SECONDS, "type": "text", "text": {"body": "x"}}),
            ),
            "echo by phone",
        ),
        (echo(json!({"to_user_id": "IL.7"})), "echo by bsuid"),
        (echo(json!({"from": "972771060106"})), "ignored echo-to-nobody"),
    ]);
}

#[test]
fn news_of_the_account() {
    let news = |field: &str, value: Value| json!({"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "time": SECONDS, "changes": [{"field": field, "value": value}]}]});
    let template = |event: &str| {
        news(
            "message_template_status_update",
            json!({"event": event, "message_template_name": "lead_welcome", "message_template_language": "he"}),
        )
    };
    let nameless = news("message_template_status_update", json!({"event": "APPROVED"}));
    check([
        (template("REJECTED"), "notice"),
        (template("PAUSED"), "notice"),
        (template("DISABLED"), "notice"),
        (template("APPROVED"), "template-approved by account"),
        (template("REINSTATED"), "template-approved by account"),
        (template("PENDING"), "ignored template-status"),
        (nameless, "ignored template-status"),
        (news("account_update", json!({"event": "DISABLED_UPDATE"})), "notice"),
        (news("account_alerts", json!({"alert_type": "x"})), "notice"),
        (
            news("phone_number_quality_update", json!({"event": "DOWNGRADE", "current_limit": "TIER_1K"})),
            "notice",
        ),
        (news("automatic_events", json!({"event": "x"})), "ignored unroutable"),
        (change("automatic_events", json!({"event": "x"})), "ignored unknown-field"),
        (change("messages", json!({"errors": [{"code": 130429, "title": "x"}]})), "notice"),
    ]);
    let reason = &split_of_ours(&template("REJECTED")).notices[0].reason;
    assert_eq!(reason, "WhatsApp has news of the status of a template: lead_welcome, he, REJECTED");
}

#[test]
fn a_notice_that_comes_again_has_the_same_key() {
    let error =
        |code: i64| split_of_ours(&change("messages", json!({"errors": [{"code": code}]}))).notices.remove(0);
    assert_eq!(error(1), error(1));
    assert_ne!(error(1).key, error(2).key);
}
