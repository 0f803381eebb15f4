//! How much a business does in a month.

/// More leads than this in a month are a slip of the keyboard, or a business that asks AWS for its own prices.
pub const LEADS_MAX: u64 = 10_000_000;
/// Three a day through a whole year.
pub const MESSAGES_MAX: u64 = 1_000;

/// New leads a month, and how many messages each of them is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    leads: u64,    // Invariant: 1 to LEADS_MAX.
    messages: u64, // Invariant: 0 to MESSAGES_MAX.
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLoad {
    #[error("--leads 0 has no cost per lead; give the new leads of a month, 1 or more")]
    NoLeads,
    #[error("--leads {0} is more than this estimate is made for; give at most {LEADS_MAX} a month")]
    TooManyLeads(u64),
    #[error("--messages {0} is more than a lead can be sent; give at most {MESSAGES_MAX} for each lead")]
    TooManyMessages(u64),
}

impl Load {
    pub fn new(leads: u64, messages: u64) -> Result<Self, InvalidLoad> {
        if leads == 0 {
            return Err(InvalidLoad::NoLeads);
        }
        if leads > LEADS_MAX {
            return Err(InvalidLoad::TooManyLeads(leads));
        }
        if messages > MESSAGES_MAX {
            return Err(InvalidLoad::TooManyMessages(messages));
        }
        Ok(Self { leads, messages })
    }

    pub fn leads(self) -> u64 {
        self.leads
    }

    pub fn messages(self) -> u64 {
        self.messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_that_cannot_be_meant_is_refused_with_what_would_be_right() {
        let cases = [
            ((0, 10), Some(InvalidLoad::NoLeads)),
            ((1, 0), None),
            ((LEADS_MAX, MESSAGES_MAX), None),
            ((LEADS_MAX + 1, 10), Some(InvalidLoad::TooManyLeads(LEADS_MAX + 1))),
            ((u64::MAX, u64::MAX), Some(InvalidLoad::TooManyLeads(u64::MAX))),
            ((1, MESSAGES_MAX + 1), Some(InvalidLoad::TooManyMessages(MESSAGES_MAX + 1))),
        ];
        for ((leads, messages), refusal) in cases {
            assert_eq!(Load::new(leads, messages).err(), refusal, "{leads} leads, {messages} messages");
        }
        let refusal = Load::new(20_000_000, 1).unwrap_err().to_string();
        assert!(refusal.contains("at most 10000000"), "{refusal}");
    }
}
