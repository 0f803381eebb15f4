//! A hint as a queue carries it.

use application::ports::InboxId;
use domain::event::Responder;
use domain::hint::Hint;
use domain::identity::IdentityKey;
use domain::ids::{BusinessId, LeadId};
use domain::work::Class;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum HintText {
    Inbox { business: String, inbox: String, responder: char },
    Lead { business: String, lead: String, class: String },
}

/// A message in the queue that is no hint of ours. It says nothing of the message, which may be anybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the queued message is not a hint")]
pub struct NotAHint;

pub fn write(hint: &Hint) -> String {
    let text = match hint {
        Hint::Inbox { business, identity, responder } => HintText::Inbox {
            business: business.to_string(),
            inbox: identity.to_string(),
            responder: responder.letter(),
        },
        Hint::Lead { business, lead, class } => HintText::Lead {
            business: business.to_string(),
            lead: lead.to_string(),
            class: class.as_str().to_owned(),
        },
    };
    serde_json::to_string(&text).unwrap_or_default()
}

pub fn read(text: &str) -> Result<Hint, NotAHint> {
    match serde_json::from_str(text).map_err(|_| NotAHint)? {
        HintText::Inbox { business, inbox, responder } => Ok(Hint::Inbox {
            business: BusinessId::new(business),
            identity: IdentityKey::parse(&inbox).ok_or(NotAHint)?,
            responder: Responder::from_letter(responder).ok_or(NotAHint)?,
        }),
        HintText::Lead { business, lead, class } => Ok(Hint::Lead {
            business: BusinessId::new(business),
            lead: LeadId::parse(&lead).ok_or(NotAHint)?,
            class: Class::parse(&class).ok_or(NotAHint)?,
        }),
    }
}

/// The inbox that a hint points at, for the functions that drain.
pub fn inbox(hint: Hint) -> Option<InboxId> {
    match hint {
        Hint::Inbox { business, identity, .. } => Some(InboxId { business, identity }),
        Hint::Lead { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::identity::Identity;
    use domain::ids::Pepper;

    #[test]
    fn a_hint_is_read_back_and_anything_else_is_none() {
        let identity = Identity::Psid("24680".into()).key(&Pepper::new([1; 32]), &"neveh".into());
        let hints = [
            Hint::Inbox { business: "neveh".into(), identity, responder: Responder::Comment },
            Hint::Lead { business: "neveh".into(), lead: LeadId::new(7), class: Class::Bulk },
        ];
        for hint in hints {
            assert!(!write(&hint).contains("24680"));
            assert_eq!(read(&write(&hint)), Ok(hint));
        }
        for other in ["", "{}", "[]", r#"{"business":"b","lead":"x","class":"bulk"}"#] {
            assert_eq!(read(other), Err(NotAHint), "{other}");
        }
    }
}
