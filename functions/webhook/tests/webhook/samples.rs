//! The payload samples that lie beside a checkout of this project, in `shared/meta/payloads`. They are not part
//! of it: where they are missing, these tests say so and pass.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use domain::event::EventKind;
use serde_json::Value;
use shared::secrets::{FixedSecrets, names};
use webhook::split::assets_named;

use crate::stage::{Stage, signed};
use crate::summary::{check, split_of_ours, summary};

/// What each sample comes to if every asset in it is ours.
const EXPECTED: &[(&str, &str)] = &[
    ("001", "ignored own-comment"),
    ("002", "comment by psid"),
    ("003", "comment reply by psid"),
    ("004", "comment by comment"),
    ("005", "comment-edited by comment"),
    ("006", "comment-removed by comment"),
    ("007", "comment-hidden by comment"),
    // Its author is the Page itself; of anybody else it is a comment (see below).
    ("008", "ignored own-comment"),
    ("009", "ignored feed-other"),
    ("010", "ignored 2 no-value"),
    ("011", "ignored unknown-field"),
    ("012", "ignored feed-other"),
    ("013", "mention by comment"),
    ("014", "mention by psid"),
    ("015", "lead-ad by lead-ad"),
    ("016", "message by psid; comment by psid; lead-ad by lead-ad; ignored feed-other"),
    ("017", "message by psid"),
    ("018", "echo by psid"),
    ("019", "message [PAYLOAD_QUICK_REPLY] by psid"),
    ("020", "message [USER_DEFINED_PAYLOAD] by psid"),
    ("021", "referral by psid"),
    ("022", "receipt delivered by psid"),
    ("023", "receipt read by psid"),
    ("024", "reaction by psid"),
    ("025", "message unsupported by psid"),
    ("026", "message-edited by psid"),
    ("027", "standby by psid"),
    ("028", "message location by psid"),
    ("029", "message other by psid"),
    ("030", "notice"),
    ("031", "ignored messaging-unknown"),
    ("032", "nothing"),
    ("033", "ignored unknown-object"),
    ("034", "ignored dashboard-test"),
    ("035", "ignored dashboard-test"),
    ("036", "comment by igsid"),
    ("037", "comment reply by igsid"),
    ("038", "ignored own-comment"),
    ("039", "ignored dashboard-test"),
    ("040", "ignored dashboard-test"),
    ("041", "mention by comment"),
    ("042", "ignored dashboard-test"),
    ("043", "message by igsid"),
    ("044", "message story-mention by igsid"),
    ("045", "message story-reply by igsid"),
    ("046", "message by igsid"),
    ("047", "echo by igsid"),
    ("048", "ignored self-message"),
    ("049", "message sticker by igsid"),
    ("050", "message-unsent by igsid"),
    ("051", "message [get_started] by igsid"),
    ("052", "message unsupported by igsid"),
    ("053", "message unsupported by igsid"),
    ("054", "ignored unreact"),
    ("055", "message by igsid"),
    ("056", "referral by igsid"),
    ("057", "ignored dashboard-test"),
    ("058", "message by phone"),
    ("059", "message by bsuid"),
    ("060", "message by bsuid"),
    ("061", "notice"),
    ("062", "message by whatsapp+bsuid"),
    ("063", "ignored unroutable"),
    ("064", "message [callback_data] by phone+bsuid"),
    ("065", "message [callback_data] by phone+bsuid"),
    ("066", "message [callback_data] by phone+bsuid"),
    ("067", "message [list_reply_id] by phone"),
    ("068", "message form by phone+bsuid"),
    ("069", "reaction by phone"),
    ("070", "ignored unreact"),
    ("071", "message image by phone+bsuid"),
    ("072", "message audio by phone+bsuid"),
    ("073", "message location by phone+bsuid"),
    ("074", "message contacts by bsuid+phone"),
    ("075", "message unsupported by phone+bsuid"),
    ("076", "message by phone"),
    ("077", "message by phone; reaction by phone"),
    ("078", "message by phone; marketing-stopped by phone"),
    ("079", "ignored status-not-ours"),
    ("080", "ignored status-not-ours"),
    ("081", "ignored status-not-ours"),
    ("082", "ignored status-not-ours"),
    ("083", "delivery-failed 131049 by phone"),
    ("084", "delivery-failed 131050 by phone"),
    ("085", "delivery-failed 131047 by phone"),
    ("086", "delivery-failed 131026 by whatsapp"),
    ("087", "notice"),
    ("088", "marketing-resumed by phone"),
    ("089", "marketing-stopped by phone"),
    ("090", "identity-changed to phone by phone"),
    ("091", "identity-changed to bsuid by bsuid"),
    ("092", "echo by phone"),
    ("093", "message-unsent by phone+whatsapp+bsuid"),
    ("094", "notice"),
    ("095", "ignored unroutable"),
    // Calendly's have another door.
    ("096", "nothing"),
    ("097", "nothing"),
];

/// Our own comments and what leaves in our name.
const NEVER_A_TRIGGER: [&str; 9] = ["001", "005", "006", "007", "018", "027", "038", "047", "048"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/meta/payloads")
}

/// Every sample by its number, as text.
fn samples() -> BTreeMap<String, String> {
    let Ok(files) = std::fs::read_dir(folder().join("inbound")) else {
        println!("the payload samples are not beside this checkout: nothing is tested with them");
        return BTreeMap::new();
    };
    let mut samples = BTreeMap::new();
    for path in files.map(|file| file.unwrap().path()) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.split('_').next().unwrap_or_default().to_owned();
        samples.insert(number, std::fs::read_to_string(&path).unwrap());
    }
    samples
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn each_sample_comes_to_what_its_index_says() {
    let samples = samples();
    check(EXPECTED.iter().filter_map(|(number, expected)| Some((json(samples.get(*number)?), *expected))));
}

/// Some samples have the dashboard's entry, or a Page that talks to itself. The same with real ids:
#[test]
fn samples_that_were_made_with_ids_of_nobody_work_with_real_ones() {
    let expected = [
        ("005", "comment-edited by comment"),
        ("008", "comment by psid"),
        ("034", "comment reply by igsid"),
        ("035", "comment by comment"),
        ("039", "comment live by comment"),
        ("040", "mention by comment"),
        ("042", "ignored unknown-field"),
        ("057", "message by igsid"),
    ];
    let samples = samples();
    check(expected.into_iter().filter_map(|(number, expected)| {
        let mut delivery = json(samples.get(number)?);
        delivery["entry"][0]["id"] = Value::from("17841400000000099");
        Some((delivery, expected))
    }));
}

#[test]
fn nothing_of_our_own_is_a_trigger() {
    let samples = samples();
    for sample in NEVER_A_TRIGGER.iter().filter_map(|number| samples.get(*number)) {
        let split = split_of_ours(&json(sample));
        let triggers = |kind: &EventKind| matches!(kind, EventKind::Commented(_) | EventKind::Messaged(_));
        assert!(!split.events.iter().any(|event| triggers(&event.kind)), "{}", summary(&split));
    }
}

/// Whoever it belongs to, and whatever is added to the folder.
#[tokio::test]
async fn every_signed_sample_is_answered_with_200() {
    for (number, sample) in samples() {
        let strangers = Stage::new().await;
        assert_eq!(strangers.deliver(&sample).await.status(), 200, "{number}");
        assert_eq!(strangers.store.undecided(), 0, "{number}");

        let ours = Stage::empty();
        for asset in assets_named(&json(&sample)) {
            ours.owns("neveh", asset.as_str()).await;
        }
        let first = ours.deliver(&sample).await;
        assert_eq!(first.status(), 200, "{number}");
        let rows = (ours.store.undecided(), ours.notices("neveh").await);
        assert_eq!(first.counts()[0], (rows.0 + rows.1) as u64, "{number}");
        assert_eq!(ours.deliver(&sample).await.status(), 200, "{number}");
        assert_eq!((ours.store.undecided(), ours.notices("neveh").await), rows, "{number}");
    }
}

#[tokio::test]
async fn the_signature_vectors_hold() {
    let Ok(vectors) = std::fs::read_to_string(folder().join("signature_vectors.json")) else {
        println!("the signature vectors are not beside this checkout: nothing is tested with them");
        return;
    };
    let vectors = json(&vectors);
    let mut stage = Stage::empty();
    let app_secret = vectors["app_secret"].as_str().unwrap();
    stage.webhook.secrets = Arc::new(FixedSecrets::from_iter([(names::META_APP_SECRET, app_secret)]));
    for vector in vectors["meta_webhook"].as_array().unwrap() {
        let body = match vector["file"].as_str() {
            Some(file) => std::fs::read_to_string(folder().join(file)).unwrap(),
            None => vector["raw_body"].as_str().unwrap().to_owned(),
        };
        let mut request = signed(&body, "replaced");
        let header = vector["x_hub_signature_256"].as_str().unwrap();
        request.headers.insert("x-hub-signature-256", header.parse().unwrap());
        let expected = if vector["expected"].is_string() { 401 } else { 200 };
        assert_eq!(stage.answer(request).await.status(), expected, "{}", vector["note"]);
    }
}
