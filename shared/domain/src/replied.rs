//! An answer that came where nothing is heard by itself: people of the business read it in their own mailbox, and say so by a link.

use jiff::{SignedDuration, Timestamp};

use crate::ids::{BusinessId, LeadId, Pepper};
use crate::schedule::later;
use crate::token;

const REPLIED: &str = "replied";

/// How long the link of one alert says it. Alerts of later bring links of their own.
pub const LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Who answered, until when it can be said, and that we gave it out: `neveh.<lead>.1799999999.<proof>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyToken(String);

impl ReplyToken {
    pub fn of(pepper: &Pepper, business: &BusinessId, lead: LeadId, now: Timestamp) -> Self {
        let until = later(now, LASTS).as_second().to_string();
        Self(token::seal(pepper, REPLIED, &[business.as_str(), &lead.to_string(), &until]))
    }

    /// Who answered, if it is one of ours, and whether it can still be said.
    pub fn read(text: &str, pepper: &Pepper, now: Timestamp) -> Option<(BusinessId, LeadId, bool)> {
        let [business, lead, until] = token::open(pepper, REPLIED, text)?;
        let until: i64 = until.parse().ok()?;
        Some((BusinessId::new(business), LeadId::parse(lead)?, now.as_second() <= until))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn a_token_says_it_for_a_month_and_nobody_lengthens_it() {
        let (pepper, business, lead) = (Pepper::new([1; 32]), BusinessId::new("neveh"), LeadId::new(7));
        let token = ReplyToken::of(&pepper, &business, lead, at("2026-12-01T09:00"));
        let read = |text: &str, now: &str| ReplyToken::read(text, &pepper, at(now));
        let says = |is_open| Some((business.clone(), lead, is_open));
        assert_eq!(read(token.as_str(), "2026-12-31T09:00:00"), says(true));
        assert_eq!(read(token.as_str(), "2026-12-31T09:00:01"), says(false));
        let longer = token.as_str().replacen(".1", ".2", 1);
        assert_ne!(longer, token.as_str());
        assert_eq!(read(&longer, "2026-12-01T09:00"), None);
    }
}
