//! Numbers as people write them.

use fuzz::{holds, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shared::domain::phone::{PhoneLine, PhoneNumber};

/// What may stand between two digits.
const FILLERS: [&str; 14] =
    ["", "", "", " ", "-", ".", "/", "(", ")", "\t", "\u{A0}", "\u{2011}", "\u{5BE}", " - "];

/// An Israeli number without its trunk 0, and what it is.
fn israeli() -> impl Strategy<Value = (String, PhoneLine)> {
    prop_oneof![
        "5[0-9]{8}".prop_map(|national| (national, PhoneLine::Mobile)),
        "[23489][0-9]{7}".prop_map(|national| (national, PhoneLine::Landline)),
        "7[0-9]{8}".prop_map(|national| (national, PhoneLine::Landline)),
    ]
}

/// A digit as Latin, Arabic or full-width text has it.
fn digit(digit: char, script: u8) -> char {
    let zero = match script {
        0 => 0x0660,
        1 => 0x06F0,
        2 => 0xFF10,
        _ => return digit,
    };
    digit.to_digit(10).and_then(|value| char::from_u32(zero + value)).unwrap_or(digit)
}

/// The same number in somebody's handwriting.
fn written(number: &str, marks: &[(Option<char>, &str)], script: u8) -> String {
    let mut written = String::new();
    for (index, one) in number.chars().enumerate() {
        let (mark, filler) = marks[index % marks.len()];
        written.extend(mark);
        // A plus and what belongs to it stand together.
        written.push_str(if one == '+' { "" } else { filler });
        written.push(digit(one, script));
    }
    written
}

fn handwriting() -> impl Strategy<Value = (Vec<(Option<char>, &'static str)>, u8)> {
    (vec((proptest::option::of(text::mark()), select(&FILLERS[..])), 1..8), 0_u8..6)
}

#[test]
fn an_israeli_number_is_the_same_number_however_it_is_written() {
    let prefix = select(&["0", "+972", "972", "00972", "+9720", ""][..]);
    holds(400, (israeli(), prefix, handwriting()), |((national, line), prefix, (marks, script))| {
        let input = written(&format!("{prefix}{national}"), &marks, script);
        let phone = PhoneNumber::parse(&input).unwrap_or_else(|error| panic!("{input:?}: {error}"));
        assert_eq!(phone.as_str(), format!("+972{national}"), "{input:?}");
        assert_eq!(phone.line(), line);
        assert_eq!(phone.may_have_whatsapp(), line == PhoneLine::Mobile);
    });
}

#[test]
fn a_foreign_number_is_the_same_number_however_it_is_written() {
    let prefix = select(&["+", "00"][..]);
    holds(400, ("[1-8][0-9]{7,14}", prefix, handwriting()), |(number, prefix, (marks, script))| {
        let input = written(&format!("{prefix}{number}"), &marks, script);
        let phone = PhoneNumber::parse(&input).unwrap_or_else(|error| panic!("{input:?}: {error}"));
        assert_eq!((phone.as_str(), phone.line()), (format!("+{number}").as_str(), PhoneLine::Foreign));
    });
}

#[test]
fn whatever_is_read_is_e164_and_reads_as_itself() {
    let digits = "(\\+|00|tel:|)(972|1|7|49|)[0-9]{0,17}";
    let noisy = "[0-9+() ./-]{0,24}";
    holds(2_000, prop_oneof![digits, noisy, text::odd(), any::<String>()], |input| {
        let Ok(phone) = PhoneNumber::parse(&input) else { return };
        let digits = phone.as_str().strip_prefix('+').unwrap();
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{input:?}");
        assert!((8..=15).contains(&digits.len()) && !digits.starts_with('0'), "{input:?}");
        assert_eq!(PhoneNumber::parse(phone.as_str()).as_ref(), Ok(&phone), "{input:?}");
        assert_eq!(PhoneNumber::from_whatsapp_id(phone.digits()).as_ref(), Some(&phone), "{input:?}");
        assert_eq!(phone.line() == PhoneLine::Foreign, !digits.starts_with("972"), "{input:?}");
        assert!(!format!("{phone:?}").contains(&digits[..digits.len() - 2]), "a log shows {input:?}");
    });
}

#[test]
fn a_whatsapp_id_is_a_number_or_none() {
    holds(500, prop_oneof!["[0-9]{0,18}", text::odd()], |id| {
        if let Some(phone) = PhoneNumber::from_whatsapp_id(&id) {
            assert_eq!(phone.digits(), id);
        }
    });
}
