//! Phone numbers as people write them, in E.164.
//!
//! Israel's numbering plan is known in full, since it decides who gets WhatsApp (R27). Of other countries only
//! the form is checked: their plans change, and a lead is never dropped for a number that looks odd.

use std::fmt;

use crate::marks::is_mark;

/// A phone number in E.164 form, for example `+972541234567`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String); // Invariant: `+`, then 8 to 15 digits, the first not 0.

/// What kind of line a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneLine {
    Mobile,
    /// Reaches a building, not a pocket: no WhatsApp.
    Landline,
    /// Service, toll-free and other numbers that nobody chats from.
    Special,
    /// A country whose plan we do not keep. Treated as able to receive WhatsApp.
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhoneNumber {
    #[error("the phone number is empty")]
    Empty,
    #[error("a phone number has only digits, spaces, hyphens, dots, slashes, brackets and a leading +")]
    NotDigits,
    #[error("a phone number has 8 to 15 digits with its country code, and this one has {0}")]
    WrongLength(usize),
    #[error("no number in Israel's numbering plan looks like this")]
    NotIsraeli,
}

const ISRAEL: &str = "972";

impl PhoneNumber {
    /// Reads a number as people type it. Without a country code it is Israeli.
    pub fn parse(input: &str) -> Result<Self, InvalidPhoneNumber> {
        let compact: String = input.chars().filter(|c| !is_filler(*c)).map(western_digit).collect();
        let compact = compact.strip_prefix("tel:").unwrap_or(&compact);
        if compact.is_empty() {
            return Err(InvalidPhoneNumber::Empty);
        }
        let (international, digits) = if let Some(rest) = compact.strip_prefix('+') {
            (true, rest)
        } else if let Some(rest) = compact.strip_prefix("00") {
            (true, rest)
        } else {
            (false, compact)
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidPhoneNumber::NotDigits);
        }
        match digits.strip_prefix(ISRAEL) {
            // `+972 054…` keeps the trunk 0 that is only dialled inside the country.
            Some(national) if international || digits.len() >= 11 => {
                Self::israeli(national.strip_prefix('0').unwrap_or(national))
            }
            _ if international => Self::foreign(digits),
            _ => match digits.strip_prefix('0') {
                Some(national) => Self::israeli(national),
                None if digits.len() == 10 && digits.starts_with('1') => Self::israeli(digits),
                None if (8..=9).contains(&digits.len()) => Self::israeli(digits),
                // Too short behind its country code. Without one, it would be a number of nobody's.
                None if digits.starts_with(ISRAEL) => Err(InvalidPhoneNumber::NotIsraeli),
                None => Self::foreign(digits),
            },
        }
    }

    /// Finds a number in what somebody wrote to a person: `המספר שלי 054-123-4567, תודה`. A row of digits that may be
    /// anything, as a date or an order's number, is none.
    pub fn find(text: &str) -> Option<Self> {
        let is_part = |c: char| c == '+' || western_digit(c).is_ascii_digit() || is_filler(c);
        text.split(|c| !is_part(c)).find_map(|run| {
            let words: Vec<&str> = run.split_whitespace().collect();
            let spans = (1..=words.len()).rev().flat_map(|length| words.windows(length));
            spans.into_iter().find_map(|span| Self::unmistakable(&span.concat()))
        })
    }

    fn unmistakable(written: &str) -> Option<Self> {
        let compact: String = written.chars().filter(|c| !is_filler(*c)).map(western_digit).collect();
        // In a line that is written from the right, the plus may have been typed last.
        let compact = compact.trim_end_matches('+');
        let international = compact.starts_with('+') || compact.starts_with("00");
        let phone = Self::parse(compact).ok().filter(|_| compact.len() >= 9)?;
        (phone.line() != PhoneLine::Foreign || international).then_some(phone)
    }

    /// Reads a WhatsApp id: the number in international form without its `+`. Other ids give `None`.
    pub fn from_whatsapp_id(id: &str) -> Option<Self> {
        (id.bytes().all(|byte| byte.is_ascii_digit())).then(|| Self::foreign(id).ok()).flatten()
    }

    fn israeli(national: &str) -> Result<Self, InvalidPhoneNumber> {
        match israeli_line(national) {
            Some(_) => Ok(Self(format!("+{ISRAEL}{national}"))),
            None => Err(InvalidPhoneNumber::NotIsraeli),
        }
    }

    fn foreign(digits: &str) -> Result<Self, InvalidPhoneNumber> {
        if !(8..=15).contains(&digits.len()) {
            return Err(InvalidPhoneNumber::WrongLength(digits.len()));
        }
        if digits.starts_with('0') {
            return Err(InvalidPhoneNumber::NotDigits);
        }
        Ok(Self(format!("+{digits}")))
    }

    /// `+972541234567`
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `972541234567`, as WhatsApp and `wa.me` write it.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    pub fn line(&self) -> PhoneLine {
        match self.digits().strip_prefix(ISRAEL) {
            Some(national) => israeli_line(national).unwrap_or(PhoneLine::Special),
            None => PhoneLine::Foreign,
        }
    }

    /// Whether a WhatsApp message is worth trying (R27).
    pub fn may_have_whatsapp(&self) -> bool {
        matches!(self.line(), PhoneLine::Mobile | PhoneLine::Foreign)
    }

    /// Marketing templates to the North American plan are blocked (R12).
    pub fn is_north_american(&self) -> bool {
        self.digits().starts_with('1')
    }
}

/// Israel's national numbers, without the trunk 0 (Ministry of Communications, numbering plan).
fn israeli_line(national: &str) -> Option<PhoneLine> {
    let bytes = national.as_bytes();
    match (bytes.first()?, bytes.len()) {
        (b'5', 9) => Some(PhoneLine::Mobile),
        (b'2' | b'3' | b'4' | b'8' | b'9', 8) => Some(PhoneLine::Landline),
        // 07x: lines of internet and cable companies.
        (b'7', 9) => Some(PhoneLine::Landline),
        // 1-800, 1-700 and their like.
        (b'1', 9 | 10) => Some(PhoneLine::Special),
        _ => None,
    }
}

/// What people put between digits, and what they do not see there.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{05BE}' | '\u{00A0}')
        || is_mark(c)
}

fn western_digit(c: char) -> char {
    match c {
        '\u{0660}'..='\u{0669}' => char::from(b'0' + (c as u32 - 0x0660) as u8),
        // Persian and Urdu have digits of their own.
        '\u{06F0}'..='\u{06F9}' => char::from(b'0' + (c as u32 - 0x06F0) as u8),
        '\u{FF10}'..='\u{FF19}' => char::from(b'0' + (c as u32 - 0xFF10) as u8),
        '\u{FF0B}' => '+',
        other => other,
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+…{}", &self.0[self.0.len() - 2..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use InvalidPhoneNumber::*;
    use PhoneLine::*;

    #[test]
    fn a_phone_number_is_read_as_people_write_it() {
        let cases = [
            ("054-123-4567", Ok(("+972541234567", Mobile))),
            ("0541234567", Ok(("+972541234567", Mobile))),
            ("054 1234567", Ok(("+972541234567", Mobile))),
            ("(054) 123.4567", Ok(("+972541234567", Mobile))),
            ("541234567", Ok(("+972541234567", Mobile))),
            ("972541234567", Ok(("+972541234567", Mobile))),
            ("+972 54-123-4567", Ok(("+972541234567", Mobile))),
            ("+972 (0)54 123 4567", Ok(("+972541234567", Mobile))),
            ("00972541234567", Ok(("+972541234567", Mobile))),
            ("\u{200e}+972 54\u{2011}123\u{2011}4567\u{200f}", Ok(("+972541234567", Mobile))),
            ("tel:+972541234567", Ok(("+972541234567", Mobile))),
            ("٠٥٤١٢٣٤٥٦٧", Ok(("+972541234567", Mobile))),
            ("۰۵۴۱۲۳۴۵۶۷", Ok(("+972541234567", Mobile))),
            ("\u{61c}054\u{200b}123\u{2060}4567", Ok(("+972541234567", Mobile))),
            ("03-123-4567", Ok(("+97231234567", Landline))),
            ("+972 2 123 4567", Ok(("+97221234567", Landline))),
            ("97231234567", Ok(("+97231234567", Landline))),
            ("077-1234567", Ok(("+972771234567", Landline))),
            ("1-800-123456", Ok(("+9721800123456", Special))),
            ("+1 650 555 1234", Ok(("+16505551234", Foreign))),
            ("0049 151 12345678", Ok(("+4915112345678", Foreign))),
            ("", Err(Empty)),
            ("  - ", Err(Empty)),
            ("לא רוצה", Err(NotDigits)),
            ("054-CALL-ME", Err(NotDigits)),
            ("054-123-456", Err(NotIsraeli)),
            ("06-1234567", Err(NotIsraeli)),
            // Not `+9721234567`, which no second reading would take.
            ("972-123-4567", Err(NotIsraeli)),
            ("+49", Err(WrongLength(2))),
            ("+1234567890123456", Err(WrongLength(16))),
            ("+0501234567", Err(NotDigits)),
        ];
        for (input, expected) in cases {
            let parsed = PhoneNumber::parse(input);
            let seen = parsed.as_ref().map(|phone| (phone.as_str(), phone.line())).map_err(|error| *error);
            assert_eq!(seen, expected, "{input}");
        }
    }

    #[test]
    fn a_number_is_found_in_what_somebody_wrote() {
        let cases = [
            ("054-123-4567", Some("+972541234567")),
            ("המספר שלי 054 123 4567, תודה!", Some("+972541234567")),
            ("זה 0541234567 דנה", Some("+972541234567")),
            ("בן 30, 054-1234567", Some("+972541234567")),
            ("אני בת 30 054-1234567 מחיפה", Some("+972541234567")),
            ("בטח: 972541234567+", Some("+972541234567")),
            ("+972 (0)54 123 4567", Some("+972541234567")),
            ("my number is +44 20 7946 0958", Some("+442079460958")),
            ("٠٥٤١٢٣٤٥٦٧", Some("+972541234567")),
            ("050-123-4567 או 052-765-4321", Some("+972501234567")),
            ("03-1234567", Some("+97231234567")),
            ("24.12.2026", None),
            ("הזמנה 4581234567", None),
            ("בין 10 ל-15", None),
            ("054-123-456", None),
            ("כמה זה עולה?", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(PhoneNumber::find(text).as_ref().map(PhoneNumber::as_str), expected, "{text}");
        }
    }

    #[test]
    fn reading_what_was_written_changes_nothing() {
        for input in ["054-123-4567", "03-123-4567", "+1 650 555 1234", "1-800-123456"] {
            let phone = PhoneNumber::parse(input).unwrap();
            assert_eq!(PhoneNumber::parse(phone.as_str()).as_ref(), Ok(&phone), "{input}");
            assert_eq!(PhoneNumber::from_whatsapp_id(phone.digits()).as_ref(), Some(&phone), "{input}");
        }
    }

    #[test]
    fn a_log_shows_only_the_end_of_a_number() {
        let phone = PhoneNumber::parse("054-123-4567").unwrap();
        assert_eq!(format!("{phone:?}"), "+…67");
    }

    #[test]
    fn digits_of_every_keyboard_are_digits() {
        for input in ["٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"] {
            assert_eq!(input.chars().map(western_digit).collect::<String>(), "0123456789");
        }
        assert_eq!(PhoneNumber::parse("＋１６５０５５５１２３４").unwrap().as_str(), "+16505551234");
    }

    #[test]
    fn a_number_without_its_plus_is_taken_for_what_it_can_be() {
        let cases = [
            ("9720541234567", Ok("+972541234567")),
            // An area of Israel and a line in it, not a country code and too little after it.
            ("97212345", Ok("+97297212345")),
            ("16505551234", Ok("+16505551234")),
            ("4915112345678", Ok("+4915112345678")),
            ("3312345678", Ok("+3312345678")),
            ("+972 3 123 456", Err(NotIsraeli)),
        ];
        for (input, expected) in cases {
            let parsed = PhoneNumber::parse(input);
            assert_eq!(parsed.as_ref().map(PhoneNumber::as_str), expected.as_ref().copied(), "{input}");
        }
    }
}
