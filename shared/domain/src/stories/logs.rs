//! What a log shows of a person, and of secrets: the shape, and no more.

use crate::call::Operation;
use crate::channel::Network;
use crate::email::EmailAddress;
use crate::event::Responder;
use crate::event_key::{EventKey, Sameness};
use crate::identity::Identity;
use crate::ids::Pepper;
use crate::name::PersonName;
use crate::testing::mobile;

#[test]
fn a_log_shows_the_shape_of_what_is_personal_or_secret() {
    let email = EmailAddress::parse("dana@example.com").unwrap();
    let reply = Operation::ReplyToComment {
        network: Network::Facebook,
        comment: "c1".into(),
        text: "שלום דנה".into(),
    };
    let shown = [
        format!("{:?}", mobile()),
        format!("{email:?}"),
        format!("{:?}", PersonName::parse("דנה לוי").unwrap()),
        format!("{:?}", Identity::Email(email)),
        format!("{reply:?}"),
        format!("{:?}", Pepper::new([5; 32])),
    ];
    insta::assert_snapshot!(shown.join("\n"), @"
    +…67
    …@…
    ד…
    email(…)
    reply-to-comment(…)
    Pepper(…)
    ");
}

#[test]
fn a_key_is_shown_as_it_is_stored() {
    let (pepper, business) = (Pepper::new([5; 32]), "neveh".into());
    let identity = Identity::Phone(mobile()).key(&pepper, &business);
    let event = EventKey::of(&pepper, &business, Responder::LeadIntake, Sameness::LeadAd { id: "77" });
    assert_eq!(identity.to_string(), identity.as_str());
    assert_eq!(event.to_string(), event.as_str());
}
