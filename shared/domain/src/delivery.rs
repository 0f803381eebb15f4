//! The life of a message after it was handed to a platform.

use jiff::Timestamp;

use crate::ids::PlatformMessageId;

/// How far a platform says that a message has come. Later ones imply the earlier; a status that arrives out of
/// order never moves a message back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStatus {
    Sent,
    Delivered,
    Read,
    Failed,
}

impl DeliveryStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "sent" => Some(Self::Sent),
            "delivered" => Some(Self::Delivered),
            // `played` is a voice message listened to.
            "read" | "played" => Some(Self::Read),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// A status, or an echo, of a message of ours. Kept beside the lead's timeline without touching the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub status: DeliveryStatus,
    /// By the platform's clock.
    pub at: Timestamp,
    pub id: Option<PlatformMessageId>,
}

/// What a lead and a piece of work are called in a platform's opaque data. Ids only.
pub mod opaque {
    use crate::ids::{LeadId, WorkId};

    const PREFIX: &str = "masa:";

    pub fn write(lead: LeadId, work: WorkId) -> String {
        format!("{PREFIX}{lead}:{work}")
    }

    /// `None` for data that is not ours.
    pub fn read(text: &str) -> Option<(LeadId, WorkId)> {
        let (lead, work) = text.strip_prefix(PREFIX)?.split_once(':')?;
        Some((LeadId::parse(lead)?, WorkId::parse(work)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{LeadId, WorkId};

    #[test]
    fn opaque_data_of_others_is_not_ours() {
        let (lead, work) = (LeadId::new(1), WorkId::new(2));
        assert_eq!(opaque::read(&opaque::write(lead, work)), Some((lead, work)));
        for foreign in ["", "some data", "masa:", "masa:1:2", "DEVELOPER_DEFINED_METADATA_STRING"] {
            assert_eq!(opaque::read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_status_is_read_back_as_it_was_written_and_listening_is_reading() {
        use DeliveryStatus::{Delivered, Failed, Read, Sent};
        for status in [Sent, Delivered, Read, Failed] {
            assert_eq!(DeliveryStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(DeliveryStatus::parse("played"), Some(Read));
        assert_eq!(DeliveryStatus::parse("pending"), None);
    }
}
