//! The code by which a person who goes on in WhatsApp is known again.
//!
//! It stands in the text that a `wa.me` link fills in, and the person sends it with their first message. It is told to
//! nobody but them, in private, so that whoever sends it is taken for them.

use std::fmt;

use crate::ids::{LeadId, Pepper};

/// Letters and digits that are not taken for one another (Crockford's Base32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MARK: &str = "M-";
const HALF: usize = 5;

/// `M-7K3QF-9T2XW`: 50 bits that nobody can guess.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkCode(String);

impl LinkCode {
    /// The code of a lead is always the same.
    pub fn of(pepper: &Pepper, lead: LeadId) -> Self {
        let bits = pepper.derive("link", &[&lead.to_string()]);
        let digit = |index: usize| char::from(ALPHABET[(bits >> (5 * index)) as usize & 31]);
        let half = |from: usize| (from..from + HALF).map(digit).collect::<String>();
        Self(format!("{MARK}{}-{}", half(0), half(HALF)))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let (first, second) = upper.strip_prefix(MARK)?.split_once('-')?;
        let sound = |half: &str| half.len() == HALF && half.bytes().all(|byte| ALPHABET.contains(&byte));
        (sound(first) && sound(second)).then_some(Self(upper))
    }

    /// Finds a code in what somebody wrote.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find_map(Self::parse)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whoever has a code is taken for its person.
impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("M-…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(lead: u128) -> LinkCode {
        LinkCode::of(&Pepper::new([3; 32]), LeadId::new(lead))
    }

    #[test]
    fn a_code_is_found_wherever_it_stands_in_a_text() {
        let code = code(7);
        assert_eq!(LinkCode::parse(code.as_str()), Some(code.clone()));
        let lower = code.as_str().to_lowercase();
        for text in [
            format!("היי, אשמח לשמוע עוד ({})", code.as_str()),
            format!("{lower}."),
            format!("\u{200f}{}\u{200f}\nעוד שורה", code.as_str()),
        ] {
            assert_eq!(LinkCode::find(&text), Some(code.clone()), "{text}");
        }
        for text in
            ["", "M-", "M-12345", "M-12345-1234", "M-1234U-12345", "XM-12345-12345", "M-12345-12345-1"]
        {
            assert_eq!(LinkCode::find(text), None, "{text}");
        }
    }

    #[test]
    fn each_lead_has_its_own_code_and_a_log_does_not_show_it() {
        assert_ne!(code(7), code(8));
        assert_eq!(code(7), code(7));
        assert_eq!(format!("{:?}", code(7)), "M-…");
    }
}
