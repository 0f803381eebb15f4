//! What has to hold of a lead: for a branch, for a step, and for a segment.

use jiff::{SignedDuration, Timestamp};

use crate::deal::Stage;
use crate::ids::DealId;
use crate::lead::Lead;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Every one of them.
    All(Vec<Condition>),
    /// One of them is enough.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Tag(String),
    /// An answer to a form is one of these words, whatever the case.
    Field {
        name: String,
        is: Vec<String>,
    },
    Knows(Known),
    /// They have written, pressed or reacted since the journey began.
    Replied,
    /// They have done something that concerns the business within so long.
    Active(SignedDuration),
    /// The journey's deal, or where it has none any deal, stands so.
    Deal(Stage),
}

/// What may be known of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Name,
    Phone,
    Email,
    Consent,
}

impl Known {
    pub const ALL: [Self; 4] = [Self::Name, Self::Phone, Self::Email, Self::Consent];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Consent => "consent",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// Where in a lead's life a condition is asked.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// When the journey began; of a segment, the beginning of time.
    pub since: Timestamp,
    pub deal: Option<&'a DealId>,
    pub now: Timestamp,
}

impl Circumstances<'_> {
    /// Those of a segment, which belongs to no journey.
    pub const fn always(now: Timestamp) -> Self {
        Self { since: Timestamp::MIN, deal: None, now }
    }
}

impl Condition {
    pub fn holds(&self, lead: &Lead, when: Circumstances<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(lead, when)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(lead, when)),
            Self::Not(part) => !part.holds(lead, when),
            Self::Tag(tag) => lead.tags.contains(tag),
            Self::Field { name, is } => lead.fields.get(name).is_some_and(|value| {
                let value = value.trim().to_lowercase();
                is.iter().any(|word| word.to_lowercase() == value)
            }),
            Self::Knows(Known::Name) => lead.name.is_some(),
            Self::Knows(Known::Phone) => lead.phone.is_some(),
            Self::Knows(Known::Email) => lead.email.is_some(),
            Self::Knows(Known::Consent) => lead.has_consent(),
            Self::Replied => lead.windows.values().any(|window| window.opened_at >= when.since),
            Self::Active(within) => {
                lead.active_at.unwrap_or(lead.created_at).duration_since(when.now).abs() <= *within
            }
            Self::Deal(stage) => lead
                .deals
                .iter()
                .any(|deal| when.deal.is_none_or(|id| deal.id == *id) && deal.stage == *stage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Channel, Window};
    use crate::testing::{at, lead, mobile};

    #[test]
    fn each_condition_asks_for_its_own() {
        let mut lead = lead();
        lead.tags.insert("vip".into());
        lead.fields.insert("יעד".into(), " Rome ".into());
        lead.phone = Some(mobile());
        let window = Window { opened_at: at("2026-12-01T09:00"), asset: "1".into() };
        lead.windows.insert(Channel::WhatsApp, window);
        let now = at("2026-12-01T12:00");
        let when = Circumstances { since: at("2026-12-01T08:00"), deal: None, now };
        let (vip, list) = (Condition::Tag("vip".into()), Condition::Tag("list".into()));
        let field =
            |is: &str| Condition::Field { name: "יעד".into(), is: vec!["paris".into(), is.into()] };
        let cases = [
            (Condition::All(vec![vip.clone(), list.clone()]), false),
            (Condition::Any(vec![vip.clone(), list.clone()]), true),
            (Condition::Not(Box::new(list)), true),
            (field("rome"), true),
            (field("london"), false),
            (Condition::Knows(Known::Phone), true),
            (Condition::Knows(Known::Email), false),
            (Condition::Knows(Known::Name), false),
            (Condition::Knows(Known::Consent), false),
            (Condition::Replied, true),
            (Condition::Deal(Stage::Won), false),
        ];
        for (condition, expected) in cases {
            assert_eq!(condition.holds(&lead, when), expected, "{condition:?}");
        }
        let later = Circumstances { since: at("2026-12-01T10:00"), deal: None, now };
        assert!(
            !Condition::Replied.holds(&lead, later)
                && Condition::Replied.holds(&lead, Circumstances::always(now))
        );
        assert!(Known::ALL.iter().all(|known| Known::parse(known.as_str()) == Some(*known)));
    }
}
