//! What a queue and a platform carry for us, and what else may lie there.

use fuzz::{holds, json, text};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use shared::domain::delivery::opaque;
use shared::domain::event::Responder;
use shared::domain::event_key::EventKey;
use shared::domain::hint::Hint;
use shared::domain::identity::{Identity, IdentityKey};
use shared::domain::ids::{BusinessId, LeadId, Pepper, WorkId};
use shared::domain::work::Class;
use shared::lambda::hint_text;

fn hint() -> impl Strategy<Value = Hint> {
    let business = text::odd().prop_map(BusinessId::new);
    let inbox =
        (business, text::odd(), select(&Responder::ALL[..])).prop_map(|(business, person, responder)| {
            let identity = Identity::from_whatsapp(&person).key(&Pepper::new([4; 32]), &business);
            Hint::Inbox { business, identity, responder }
        });
    let lead = (text::odd(), any::<u128>(), select(&Class::ALL[..])).prop_map(|(business, lead, class)| {
        Hint::Lead { business: BusinessId::new(business), lead: LeadId::new(lead), class }
    });
    prop_oneof![inbox, lead]
}

#[test]
fn a_hint_is_read_back_as_it_was_written() {
    holds(300, hint(), |hint| assert_eq!(hint_text::read(&hint_text::write(&hint)), Ok(hint)));
}

#[test]
fn any_text_is_a_hint_or_none() {
    let like_one =
        (text::odd(), json::leaf(), json::leaf(), json::leaf()).prop_map(|(business, one, two, three)| {
            json!({ "business": business, "inbox": one, "lead": two, "responder": three, "class": three })
                .to_string()
        });
    holds(500, prop_oneof![text::odd(), like_one], |text| {
        if let Ok(hint) = hint_text::read(&text) {
            assert_eq!(hint_text::read(&hint_text::write(&hint)), Ok(hint));
        }
    });
}

#[test]
fn opaque_data_is_read_back_and_that_of_others_is_not_ours() {
    let like_ours = "masa:[0-9a-fA-F+]{30,33}:[0-9a-f]{31,33}(:?)";
    holds(500, (any::<u128>(), any::<u128>(), prop_oneof![text::odd(), like_ours]), |(lead, work, other)| {
        let ids = (LeadId::new(lead), WorkId::new(work));
        assert_eq!(opaque::read(&opaque::write(ids.0, ids.1)), Some(ids));
        if let Some((lead, work)) = opaque::read(&other) {
            assert_eq!(opaque::write(lead, work), other.to_lowercase());
        }
    });
}

#[test]
fn any_text_is_a_key_or_none() {
    holds(500, prop_oneof![text::odd(), "[a-z]?[-#][0-9a-fA-F]{31,33}"], |text| {
        if let Some(key) = EventKey::parse(&text) {
            assert_eq!(key.as_str(), text);
            assert!(text.starts_with(key.responder().letter()));
        }
        if let Some(key) = IdentityKey::parse(&text) {
            assert_eq!(key.as_str(), text);
        }
    });
}
