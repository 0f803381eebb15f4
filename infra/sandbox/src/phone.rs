//! Phone numbers as people type them. What is typed without a country is taken as Israeli.

/// The number in E.164 form, if `typed` is a phone number at all.
pub(crate) fn parse(typed: &str) -> Option<String> {
    let compact: String =
        typed.chars().filter(|character| !" -().\u{a0}\u{200e}\u{200f}".contains(*character)).collect();
    let (international, digits) = match compact.strip_prefix('+').or_else(|| compact.strip_prefix("00")) {
        Some(rest) => (true, rest),
        None => (false, compact.as_str()),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = match digits.strip_prefix('0') {
        Some(national) if !international => format!("972{national}"),
        _ => digits.to_owned(),
    };
    (8..=15).contains(&digits.len()).then(|| format!("+{digits}"))
}

/// Whether the number hangs on a wall: Israeli area codes 02, 03, 04, 08, and 09.
pub(crate) fn is_landline(phone: &str) -> bool {
    phone
        .strip_prefix("+972")
        .is_some_and(|national| national.len() == 8 && national.starts_with(['2', '3', '4', '8', '9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_read_as_people_type_it() {
        let cases = [
            ("050-123 4567", Some("+972501234567")),
            ("+972 50 123 4567", Some("+972501234567")),
            ("00972501234567", Some("+972501234567")),
            ("972501234567", Some("+972501234567")),
            ("+1 (650) 555-1234", Some("+16505551234")),
            ("דנה", None),
            ("12", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(parse(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn landlines_are_known_by_their_area_code() {
        assert!(is_landline("+97231234567"));
        assert!(!is_landline("+972501234567"));
        assert!(!is_landline("+972771234567"));
        assert!(!is_landline("+97235012345678"));
    }
}
