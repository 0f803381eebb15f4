//! Where leads come from, what they have agreed to there, and where each sender writes what we ask for.

use std::collections::BTreeMap;
use std::fmt;

use crate::ids::FormId;

/// Each source of leads with its consent basis (R1).
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The consent that every lead ad shows, if it shows one.
    pub lead_ads: Option<ConsentBasis>,
    pub forms: BTreeMap<FormId, Form>,
    /// Where the business's calendar writes what we ask of an appointment, by our names; empty where it uses them.
    pub bookings: FieldPlaces,
}

#[derive(Clone, Debug, Default)]
pub struct Form {
    pub consent: Option<ConsentBasis>,
    /// Sites that may post the form from a browser; empty means any.
    pub origins: Vec<String>,
    /// Whose way of writing a form down it comes in. Without one it is the plain way: names and texts.
    pub from: Option<Sender>,
    /// Where the fields stand in what is sent, by our names. If the form is from nobody known, these are all that is read.
    pub fields: FieldPlaces,
}

pub type FieldPlaces = BTreeMap<String, FieldPlace>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentBasis {
    /// The text that the person saw.
    pub text: String,
    /// The field that has to be ticked. Without one, sending the form is the consent.
    pub field: Option<String>,
}

/// Those who send forms in a way of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Elementor,
    ContactForm7,
    Wix,
    GoogleAds,
    TikTok,
    Make,
}

impl Sender {
    pub const ALL: [Self; 6] =
        [Self::Elementor, Self::ContactForm7, Self::Wix, Self::GoogleAds, Self::TikTok, Self::Make];

    /// The word for it in a playbook.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Elementor => "elementor",
            Self::ContactForm7 => "contact-form-7",
            Self::Wix => "wix",
            Self::GoogleAds => "google-ads",
            Self::TikTok => "tiktok",
            Self::Make => "make",
        }
    }
}

/// Where a field's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldPlace {
    At {
        path: FieldPath,
        /// What the sender's words mean in ours; others stay as they are.
        means: BTreeMap<String, String>,
    },
    /// The same for whoever sends it.
    Always(String),
}

/// The way to a value in nested data: `lead.phones.0.number`. A number counts the items of a list, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath(Vec<String>);

const STEPS_MAX: usize = 10;

impl FieldPath {
    pub fn parse(text: &str) -> Option<Self> {
        let steps: Vec<String> = text.split('.').map(|step| step.trim().to_owned()).collect();
        (steps.len() <= STEPS_MAX && steps.iter().all(|step| !step.is_empty())).then_some(Self(steps))
    }

    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_step_by_step_and_no_step_is_empty() {
        let path = FieldPath::parse("lead . phones.0").unwrap();
        assert_eq!(path.steps().collect::<Vec<_>>(), ["lead", "phones", "0"]);
        assert_eq!(path.to_string(), "lead.phones.0");
        for text in ["", ".", "lead.", ".lead", "lead..phone", "a.b.c.d.e.f.g.h.i.j.k"] {
            assert_eq!(FieldPath::parse(text), None, "{text}");
        }
    }
}
