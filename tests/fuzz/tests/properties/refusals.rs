//! "Do not write to me", in whatever dress it comes.

use fuzz::{holds, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shared::domain::consent::{is_refusal, ticked};

/// Some of the words, as people write them plainly.
const REFUSALS: [&str; 16] = [
    "הסר",
    "הסירו",
    "להסיר",
    "תסירו אותי",
    "הסירו אותי מהרשימה",
    "עצור",
    "תפסיקו",
    "די",
    "לא מעוניין",
    "לא מעוניינת",
    "אל תשלחו לי",
    "stop",
    "stop all",
    "unsubscribe",
    "remove me",
    "not interested",
];

const AROUND: [&str; 24] = [
    " ", "\n", "\t", "\u{A0}", ".", "!", "?", ",", ";", ":", "-", "–", "…", "\"", "״", "'", "׳", "(", ")",
    "🙏", "❤️", "✋🏽", "\u{FEFF}", "*",
];

fn around() -> impl Strategy<Value = String> {
    let one = prop_oneof![select(&AROUND[..]).prop_map(str::to_owned), text::mark().prop_map(String::from)];
    vec(one, 0..6).prop_map(|parts| parts.concat())
}

/// Vowel points, accents, and the marks that set a direction, behind any letter.
fn behind_a_letter() -> impl Strategy<Value = String> {
    let point = proptest::char::range('\u{0591}', '\u{05BD}');
    let one = prop_oneof![6 => Just(String::new()), 2 => point.prop_map(String::from), 1 => text::mark().prop_map(String::from)];
    vec(one, 0..2).prop_map(|parts| parts.concat())
}

#[test]
fn a_refusal_stays_one_with_points_marks_and_punctuation() {
    let spelling = (select(&REFUSALS[..]), around(), around(), vec(behind_a_letter(), 1..12), any::<bool>());
    holds(600, spelling, |(word, before, after, behind, upper)| {
        let word = if upper { word.to_uppercase() } else { word.to_owned() };
        let pointed: String = word
            .chars()
            .zip(behind.iter().cycle())
            .map(|(letter, behind)| format!("{letter}{behind}"))
            .collect();
        let message = format!("{before}{pointed}{after}");
        assert!(is_refusal(&message), "{message:?}");
    });
}

#[test]
fn a_word_more_is_for_a_person_to_read() {
    let more = prop_oneof!["[אבגד]{5,8}", "[xyz]{3,8}"];
    holds(300, (select(&REFUSALS[..]), more, any::<bool>()), |(word, more, first)| {
        let message = if first { format!("{more} {word}") } else { format!("{word} {more}") };
        assert!(!is_refusal(&message), "{message:?}");
    });
}

#[test]
fn any_text_is_a_refusal_or_none() {
    holds(1_000, (text::odd(), text::odd()), |(text, other)| {
        let refuses = is_refusal(&text);
        assert_eq!(is_refusal(&format!(" {text} ")), refuses, "{text:?}");
        ticked(&[(text.clone(), other)], &text);
    });
}
