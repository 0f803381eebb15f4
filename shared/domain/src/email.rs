//! E-mail addresses, checked as far as a form can check them.

use std::fmt;

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

impl EmailAddress {
    pub fn parse(input: &str) -> Result<Self, InvalidEmailAddress> {
        let trimmed = input.trim().trim_matches(|c| matches!(c, '\u{200E}' | '\u{200F}'));
        if trimmed.is_empty() {
            return Err(InvalidEmailAddress::Empty);
        }
        if trimmed.len() > 254 {
            return Err(InvalidEmailAddress::TooLong);
        }
        // A line break in an address is somebody's second header.
        if trimmed.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c)) {
            return Err(InvalidEmailAddress::NotAnAddress);
        }
        let (mailbox, host) = trimmed.rsplit_once('@').ok_or(InvalidEmailAddress::NotAnAddress)?;
        let labels_ok = host.split('.').all(|label| !label.is_empty() && label.len() <= 63);
        if mailbox.is_empty() || mailbox.contains('@') || !host.contains('.') || !labels_ok {
            return Err(InvalidEmailAddress::NotAnAddress);
        }
        Ok(Self(format!("{mailbox}@{}", host.to_lowercase())))
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
