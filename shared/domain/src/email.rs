//! E-mail addresses, checked as far as a form can check them.

use std::fmt;

use crate::marks::is_mark;

/// An address that has a mailbox, one `@`, and a domain with a dot. The domain is lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmailAddress {
    #[error("the e-mail address is empty")]
    Empty,
    #[error("an e-mail address looks like name@example.com")]
    NotAnAddress,
    #[error("an e-mail address has at most 254 characters")]
    TooLong,
}

const BYTES_MAX: usize = 254;

impl EmailAddress {
    pub fn parse(input: &str) -> Result<Self, InvalidEmailAddress> {
        let trimmed = input.trim_matches(|c: char| c.is_whitespace() || is_mark(c));
        if trimmed.is_empty() {
            return Err(InvalidEmailAddress::Empty);
        }
        // A line break in an address is somebody's second header.
        if trimmed.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c)) {
            return Err(InvalidEmailAddress::NotAnAddress);
        }
        let (mailbox, host) = trimmed.rsplit_once('@').ok_or(InvalidEmailAddress::NotAnAddress)?;
        // Some letters are longer in lower case: what is kept has to be an address, too.
        let host = host.to_lowercase();
        let labels_ok = host.split('.').all(|label| !label.is_empty() && label.len() <= 63);
        if mailbox.is_empty() || mailbox.contains('@') || !host.contains('.') || !labels_ok {
            return Err(InvalidEmailAddress::NotAnAddress);
        }
        if mailbox.len() + "@".len() + host.len() > BYTES_MAX {
            return Err(InvalidEmailAddress::TooLong);
        }
        Ok(Self(format!("{mailbox}@{host}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address share: providers do not tell letters' case apart.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…@…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        let cases = [
            (" Dana@Example.COM ", Ok("Dana@example.com")),
            ("\u{200f} dana@example.com \u{202c}", Ok("dana@example.com")),
            ("dana+trip@mail.example.co.il", Ok("dana+trip@mail.example.co.il")),
            ("", Err(InvalidEmailAddress::Empty)),
            ("dana", Err(InvalidEmailAddress::NotAnAddress)),
            ("dana@example", Err(InvalidEmailAddress::NotAnAddress)),
            ("dana@.com", Err(InvalidEmailAddress::NotAnAddress)),
            ("a@b@example.com", Err(InvalidEmailAddress::NotAnAddress)),
            ("dana@example.com\nBcc: x@example.com", Err(InvalidEmailAddress::NotAnAddress)),
        ];
        for (input, expected) in cases {
            let parsed = EmailAddress::parse(input);
            assert_eq!(parsed.as_ref().map(EmailAddress::as_str), expected.as_ref().copied(), "{input}");
        }
    }

    #[test]
    fn reading_what_was_written_changes_nothing() {
        // A capital I with a dot has three bytes in lower case and two before.
        let label = format!("dana@{}.com", "İ".repeat(31));
        let long = format!("{}@{}", "d".repeat(200), "İ.".repeat(15) + "com");
        for input in ["Dana@Example.COM", "dana@İ.com", label.as_str(), long.as_str()] {
            if let Ok(address) = EmailAddress::parse(input) {
                assert_eq!(EmailAddress::parse(address.as_str()).as_ref(), Ok(&address), "{input}");
            }
        }
        assert_eq!(EmailAddress::parse(&label), Err(InvalidEmailAddress::NotAnAddress));
    }

    #[test]
    fn an_address_has_no_character_that_a_mail_server_would_read_otherwise() {
        for odd in
            ["da\u{7}na@example.com", "dana,ron@example.com", "<dana@example.com>", "da na@example.com"]
        {
            assert_eq!(EmailAddress::parse(odd), Err(InvalidEmailAddress::NotAnAddress), "{odd:?}");
        }
    }

    #[test]
    fn an_address_is_as_long_as_mail_allows() {
        let of = |mailbox: usize, label: usize| {
            EmailAddress::parse(&format!("{}@{}.com", "m".repeat(mailbox), "h".repeat(label))).map(drop)
        };
        assert_eq!(of(242, 7), Ok(()), "254 characters");
        assert_eq!(of(243, 7), Err(InvalidEmailAddress::TooLong));
        assert_eq!(of(1, 63), Ok(()));
        assert_eq!(of(1, 64), Err(InvalidEmailAddress::NotAnAddress));
    }

    #[test]
    fn two_spellings_of_an_address_share_their_key_and_two_people_do_not() {
        let key = |text| EmailAddress::parse(text).unwrap().key();
        assert_eq!(key("Dana@example.com"), key("dana@Example.com"));
        assert_ne!(key("dana@example.com"), key("ron@example.com"));
    }
}
