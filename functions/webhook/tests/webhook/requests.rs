//! Requests and their answers: handshake, signature, body, routes, and when the store is down.

use std::sync::Arc;

use application::in_memory::Broken;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;
use shared::secrets::{FixedSecrets, names};

use crate::stage::{
    APP_SECRET, INSTAGRAM, NUMBER, PAGE, PREVIOUS_SECRET, SECONDS, Stage, post, request, signature, signed,
};

fn two_comments() -> String {
    let comment = |id: &str| json!({"field": "comments", "value": {"id": id, "text": "מחיר?", "from": {"id": "7301", "username": "maya"}}});
    let changes = [comment("18001"), comment("18002")];
    json!({"object": "instagram", "entry": [{"id": INSTAGRAM, "time": SECONDS, "changes": changes}]})
        .to_string()
}

#[tokio::test]
async fn the_handshake_gives_the_bare_challenge_to_who_knows_the_token() {
    let stage = Stage::new().await;
    let cases = [
        ("hub.mode=subscribe&hub.verify_token=sandbox-verify-token&hub.challenge=1158201444", 200),
        ("hub.mode=subscribe&hub.verify_token=sandbox-verify-toke%6E&hub.challenge=1158201444", 200),
        ("hub.mode=subscribe&hub.verify_token=other&hub.challenge=1158201444", 403),
        ("hub.mode=subscribe&hub.verify_token=&hub.challenge=1158201444", 403),
        ("hub.mode=unsubscribe&hub.verify_token=sandbox-verify-token&hub.challenge=1158201444", 403),
        ("hub.mode=subscribe&hub.verify_token=sandbox-verify-token", 403),
        ("hub.challenge=1158201444", 403),
        ("", 403),
    ];
    for (query, status) in cases {
        let mut asked = request(Method::GET, "/meta/webhook");
        asked.raw_query_string = Some(query.to_owned());
        let answer = stage.answer(asked).await;
        assert_eq!(answer.status(), status, "{query}");
        if status == 200 {
            assert_eq!(answer.text(), "1158201444");
            assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        } else {
            assert_eq!(answer.json()["error"]["code"], "bad-handshake");
        }
    }
}

#[tokio::test]
async fn a_verify_token_that_was_never_set_opens_to_nobody() {
    let mut stage = Stage::new().await;
    stage.webhook.secrets = Arc::new(FixedSecrets::from_iter([(names::META_VERIFY_TOKEN, "")]));
    let mut asked = request(Method::GET, "/meta/webhook");
    asked.raw_query_string = Some("hub.mode=subscribe&hub.verify_token=&hub.challenge=1".to_owned());
    assert_eq!(stage.answer(asked).await.status(), 403);
}

#[tokio::test]
async fn only_what_is_signed_with_a_current_or_previous_secret_is_taken() {
    let stage = Stage::new().await;
    let body = two_comments();
    assert_eq!(stage.answer(post(&body)).await.status(), 401);
    assert_eq!(stage.answer(signed(&body, "another secret")).await.status(), 401);
    let mut changed = signed(&body, APP_SECRET);
    changed.body = Some(body.replace("18001", "18009"));
    assert_eq!(stage.answer(changed).await.status(), 401);
    assert_eq!(stage.store.undecided(), 0);

    assert_eq!(stage.answer(signed(&body, PREVIOUS_SECRET)).await.status(), 200);
    assert_eq!(stage.store.undecided(), 2);
}

#[tokio::test]
async fn the_signature_counts_before_the_content() {
    let stage = Stage::new().await;
    for body in ["", "not json", "[]", "\"page\"", "null", "{\"object\":\"page\""] {
        assert_eq!(stage.answer(post(body)).await.status(), 401, "{body}");
        let answer = stage.deliver(body).await;
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.json()["error"]["code"], "not-json");
    }
    let deep = format!("{{\"object\":\"page\",\"entry\":{}{}}}", "[".repeat(500_000), "]".repeat(500_000));
    assert_eq!(stage.deliver(&deep).await.status(), 400);
    assert_eq!(stage.deliver("{}").await.status(), 200);
}

#[tokio::test]
async fn a_body_in_base64_is_signed_as_what_it_decodes_to() {
    let stage = Stage::new().await;
    let body = two_comments();
    let mut encoded = signed(&body, APP_SECRET);
    encoded.body = Some(STANDARD.encode(&body));
    encoded.is_base64_encoded = true;
    assert_eq!(stage.answer(encoded.clone()).await.counts(), [2, 0, 0]);

    encoded.body = Some("%%%".to_owned());
    let answer = stage.answer(encoded).await;
    assert_eq!((answer.status(), answer.json()["error"]["code"].as_str()), (400, Some("not-base64")));
}

#[tokio::test]
async fn a_body_over_4_mib_is_refused_and_one_below_is_taken() {
    let stage = Stage::new().await;
    let padded = |bytes: usize| {
        let frame = r#"{"object":"page","pad":""}"#.len();
        format!(r#"{{"object":"page","pad":"{}"}}"#, "x".repeat(bytes - frame))
    };
    let most = 4 * 1024 * 1024;
    assert_eq!(stage.deliver(&padded(most)).await.status(), 200);
    assert_eq!(stage.deliver(&padded(most + 1)).await.status(), 413);
    let body = padded(most + 1);
    let mut encoded = request(Method::POST, "/meta/webhook");
    encoded.headers = signature(body.as_bytes(), APP_SECRET);
    encoded.body = Some(STANDARD.encode(&body));
    encoded.is_base64_encoded = true;
    assert_eq!(stage.answer(encoded).await.status(), 413);
}

#[tokio::test]
async fn the_other_addresses() {
    let stage = Stage::new().await;
    let cases = [
        (Method::GET, "/healthz", 200),
        (Method::POST, "/healthz", 405),
        (Method::PUT, "/meta/webhook", 405),
        (Method::DELETE, "/meta/webhook", 405),
        (Method::GET, "/", 404),
        (Method::POST, "/meta/webhook/x", 404),
    ];
    for (method, path, status) in cases {
        let answer = stage.answer(request(method.clone(), path)).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        match status {
            200 => assert_eq!(answer.json(), json!({"status": "ok"})),
            _ => assert!(answer.json()["error"]["message"].is_string()),
        }
    }
}

#[tokio::test]
async fn one_post_may_hold_two_businesses_and_an_unknown_one() {
    let stage = Stage::new().await;
    stage.owns("bakery", "303303303303303").await;
    let message = |mid: &str| json!([{"sender": {"id": "7201"}, "recipient": {"id": "x"}, "timestamp": SECONDS * 1000, "message": {"mid": mid, "text": "hi"}}]);
    let body = json!({"object": "page", "entry": [
        {"id": PAGE, "time": SECONDS, "messaging": message("m1")},
        {"id": 303303303303303_u64, "time": SECONDS, "messaging": message("m2")},
        {"id": "404404404404404", "time": SECONDS, "messaging": message("m3")},
    ]});
    let answer = stage.deliver(&body.to_string()).await;
    assert_eq!((answer.status(), answer.counts()), (200, [2, 0, 1]));
    let hints: Vec<String> = stage.queue.peek().iter().map(|hint| format!("{hint:?}")).collect();
    assert_eq!(hints.len(), 2);
    assert!(
        hints.iter().any(|hint| hint.contains("neveh")) && hints.iter().any(|hint| hint.contains("bakery"))
    );
}

#[tokio::test]
async fn a_delivery_that_comes_again_adds_no_row() {
    let stage = Stage::new().await;
    let body = two_comments();
    for _ in 0..3 {
        assert_eq!(stage.deliver(&body).await.counts(), [2, 0, 0]);
    }
    assert_eq!(stage.store.undecided(), 2);
}

#[tokio::test]
async fn what_cannot_be_stored_is_asked_for_again() {
    let statuses = ["sent", "delivered", "read"].map(|status| {
        json!({"id": "wamid.x", "status": status, "timestamp": SECONDS, "biz_opaque_callback_data": format!("masa:{:032x}:{:032x}", 1, 2)})
    });
    let value = json!({
        "metadata": {"phone_number_id": NUMBER},
        "messages": [{"id": "wamid.y", "from": "972541060001", "timestamp": SECONDS, "type": "text", "text": {"body": "secret"}}],
        "statuses": statuses,
        "errors": [{"code": 1}],
    });
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
    let stage = Stage::new().await;
    for call in ["asset", "put_inbox", "put_delivery", "put_notice"] {
        stage.store.break_down(Broken::Call(call));
        let answer = stage.deliver(&body.to_string()).await;
        assert_eq!(answer.status(), 503, "{call}");
        assert_eq!(answer.json()["error"]["code"], "not-stored");
        assert!(!answer.text().contains("secret"));
    }
    stage.store.break_down(Broken::Nothing);
    assert_eq!(stage.deliver(&body.to_string()).await.counts(), [2, 3, 0]);
    assert_eq!((stage.store.undecided(), stage.notices("neveh").await), (1, 1));
}
