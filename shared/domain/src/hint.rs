//! What a queue carries: that something may be due. A hint is never a proof.

use crate::event::Responder;
use crate::identity::IdentityKey;
use crate::ids::{BusinessId, LeadId};
use crate::work::Class;

/// Keys only: no personal data, and nothing that the table does not know better.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// An identity has events that nobody has decided yet.
    Inbox { business: BusinessId, identity: IdentityKey, responder: Responder },
    /// A lead has something to do at about now.
    Lead { business: BusinessId, lead: LeadId, class: Class },
}

impl Hint {
    pub fn business(&self) -> &BusinessId {
        match self {
            Self::Inbox { business, .. } | Self::Lead { business, .. } => business,
        }
    }

    pub fn class(&self) -> Class {
        match self {
            Self::Inbox { .. } => Class::Conversation,
            Self::Lead { class, .. } => *class,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_its_business_and_how_urgent_it_is() {
        let business = BusinessId::new("neveh");
        let identity = IdentityKey::parse(&format!("phone#{:032x}", 1)).unwrap();
        let inbox = Hint::Inbox { business: business.clone(), identity, responder: Responder::Message };
        let bulk = Hint::Lead { business: business.clone(), lead: LeadId::new(1), class: Class::Bulk };
        assert_eq!((inbox.business(), inbox.class()), (&business, Class::Conversation));
        assert_eq!((bulk.business(), bulk.class()), (&business, Class::Bulk));
    }
}
