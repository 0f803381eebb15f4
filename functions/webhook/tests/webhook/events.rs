//! Our own sample events, `events/webhook`, as API Gateway hands them over.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_lambda_events::event::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::stage::Stage;
use crate::summary::{split_of_ours, summary};

/// Every file of the folder, by name.
pub fn all() -> BTreeMap<String, ApiGatewayV2httpRequest> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/webhook");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let event = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), event)
        })
        .collect()
}

/// What Meta sent, if the event holds a delivery.
pub fn delivery(event: &ApiGatewayV2httpRequest) -> Option<Value> {
    let body = event.body.as_deref()?;
    let bytes = match event.is_base64_encoded {
        true => STANDARD.decode(body).unwrap(),
        false => body.as_bytes().to_vec(),
    };
    serde_json::from_slice(&bytes).ok()
}

const EXPECTED: &[(&str, &str)] = &[
    (
        "batch-with-a-broken-item",
        "message [start] by psid; comment by psid; ignored 2 no-sender; ignored 2 no-value; ignored unknown-field",
    ),
    ("facebook-comment", "comment by psid"),
    ("facebook-comment-of-our-own", "ignored own-comment"),
    ("facebook-mention", "mention by psid"),
    ("instagram-comment", "comment by igsid"),
    ("instagram-story-mention", "message story-mention by igsid"),
    ("lead-ad", "lead-ad by lead-ad"),
    ("messenger-echo-of-ours", "told sent"),
    ("messenger-message", "message by psid"),
    ("whatsapp-button", "message [book] by phone"),
    ("whatsapp-marketing-stopped", "marketing-stopped by phone"),
    ("whatsapp-message", "message by phone+bsuid"),
    ("whatsapp-statuses", "delivery-failed 131049 of ours by lead; told sent; told delivered"),
    ("whatsapp-template-approved", "template-approved by account"),
    ("whatsapp-template-rejected", "notice"),
];

#[test]
fn our_events_hold_what_their_names_say() {
    let told: Vec<(String, String)> = all()
        .iter()
        .filter_map(|(name, event)| Some((name.clone(), summary(&split_of_ours(&delivery(event)?)))))
        .collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(name, told)| (name.as_str(), told.as_str())).collect();
    assert_eq!(told, EXPECTED);
}

#[tokio::test]
async fn every_event_of_ours_is_answered_with_200_and_twice_changes_nothing() {
    let stage = Stage::new().await;
    let events = all();
    for (name, event) in &events {
        assert_eq!(stage.answer(event.clone()).await.status(), 200, "{name}");
    }
    let before = (stage.store.undecided(), stage.notices("neveh").await);
    for (name, event) in events {
        assert_eq!(stage.answer(event).await.status(), 200, "{name}");
    }
    assert_eq!((stage.store.undecided(), stage.notices("neveh").await), before);
}
