//! Our reading of Meta's answers against samples of them, where their folder lies beside the checkout.

use std::path::Path;

use domain::call::CallFailure::{AnswerLost, Refused, TryAgain};
use domain::call::Refusal::{
    Account, AlreadyAnswered, ConnectionBroken, Recipient, Request, Template, Window,
};
use domain::call::{self, Operation, Outcome, WhatsAppContent, WhatsAppRecipient};
use domain::channel::{Channel, Network};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::answers;

/// The answer of a sample, read as one to the operation. `None` where the samples are not at hand.
fn read(name: &str, operation: &Operation) -> Option<Outcome> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/meta/payloads/outbound");
    if !Path::new(folder).is_dir() {
        eprintln!("the folder of samples does not lie beside this checkout: {name} is not compared");
        return None;
    }
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
    let sample: Value = serde_json::from_str(&text).unwrap();
    let response = &sample["response"];
    let status = StatusCode::from_u16(response["status"].as_u64().unwrap() as u16).unwrap();
    Some(answers::outcome(operation, status, &HeaderMap::new(), response["body"].to_string().as_bytes()))
}

fn whatsapp() -> Operation {
    Operation::SendWhatsApp {
        from: "106".into(),
        to: WhatsAppRecipient::Id("5678".into()),
        content: WhatsAppContent::Text { body: "שלום".into() },
        image: None,
    }
}

fn private_reply(channel: Channel) -> Operation {
    Operation::SendMessage {
        channel,
        from: "101".into(),
        to: call::Recipient::Comment("1_2".into()),
        text: "שלום".into(),
        buttons: Vec::new(),
        image: None,
    }
}

#[test]
fn sampled_errors_have_their_class() {
    let class = |name| match read(name, &whatsapp())? {
        Outcome::Failed(TryAgain { .. }) => Some("again".to_owned()),
        Outcome::Failed(AnswerLost { .. }) => Some("lost".to_owned()),
        Outcome::Failed(Refused { why, .. }) => Some(format!("{why:?}")),
        other => panic!("{name}: {other:?}"),
    };
    let cases = [
        ("036_err_190_token", format!("{ConnectionBroken:?}")),
        ("037_err_10_window_messenger", format!("{Window:?}")),
        ("038_err_10_window_instagram", format!("{Window:?}")),
        ("039_err_10_page_restricted", format!("{Account:?}")),
        ("040_err_551_unavailable", format!("{Recipient:?}")),
        ("041_err_613_rate", "again".to_owned()),
        ("042_err_80006_messenger_buc", "again".to_owned()),
        ("043_err_100_dead_tag", format!("{Request:?}")),
        ("044_err_2_transient", "lost".to_owned()),
        ("045_err_ig_private_reply_already", format!("{AlreadyAnswered:?}")),
        ("046_err_wa_130429", "again".to_owned()),
        ("047_err_wa_131056", "again".to_owned()),
        ("048_err_wa_131062", format!("{Request:?}")),
        ("049_err_wa_132001", format!("{Template:?}")),
    ];
    for (name, expected) in cases {
        if let Some(class) = class(name) {
            assert_eq!(class, expected, "{name}");
        }
    }
}

#[test]
fn sampled_answers_are_done() {
    let public_reply =
        |network| Operation::ReplyToComment { network, comment: "1_2".into(), text: "שלום".into() };
    let like = |network| Operation::Like { network, asset: "101".into(), comment: "1_2".into() };
    // With the number of names that the answer tells of the person.
    let cases = [
        ("001_fb_comment_public_reply", public_reply(Network::Facebook), 0),
        ("002_fb_comment_like", like(Network::Facebook), 0),
        ("003_fb_private_reply_comment", private_reply(Channel::Messenger), 1),
        ("012_ig_comment_public_reply", public_reply(Network::Instagram), 0),
        ("013_ig_comment_like", like(Network::Instagram), 0),
        ("014_ig_private_reply", private_reply(Channel::Instagram), 1),
        ("022_wa_text_opaque", whatsapp(), 1),
        ("023_wa_text_bsuid", whatsapp(), 1),
        ("024_wa_template_full", whatsapp(), 1),
    ];
    for (name, operation, identities) in cases {
        match read(name, &operation) {
            Some(Outcome::Done(receipt)) => assert_eq!(receipt.identities.len(), identities, "{name}"),
            Some(other) => panic!("{name}: {other:?}"),
            None => {}
        }
    }
}

#[test]
fn a_sampled_lead_is_read() {
    match read("020_leadgen_fetch", &Operation::ReadLeadAd { id: "233".into() }) {
        Some(Outcome::LeadAdRead(fields)) => {
            let details = &fields.details;
            assert!(details.name.is_some() && details.phone.is_some() && details.email.is_some());
            assert!(fields.form.is_some() && fields.ad.is_some());
            assert_eq!(details.fields.len(), 1);
        }
        Some(other) => panic!("{other:?}"),
        None => {}
    }
}
