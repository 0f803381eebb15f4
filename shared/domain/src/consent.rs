//! What a person agreed to, with its proof, and how they refuse.

use jiff::Timestamp;

use crate::marks::is_mark;

/// Consent to marketing with what the law asks to be able to show: the text, when, and where (R1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub text: String,
    pub given_at: Timestamp,
    /// `form contact`, `lead-ad`, `button`.
    pub source: String,
}

/// A refusal holds on every channel (R3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    pub at: Timestamp,
    /// The channel it came by.
    pub by: String,
}

/// Words that, standing alone as the whole message, mean "do not write to me". Longer messages that contain
/// them ("how do I stop the noise in my room?") are for a person to read.
const REFUSALS: [&str; 33] = [
    "הסר",
    "הסירו",
    "להסיר",
    "הסרה",
    "תסירו",
    "תסירו אותי",
    "תסיר אותי",
    "הסירו אותי",
    "הסר אותי",
    "להסיר אותי",
    "נא להסיר",
    "הסר מרשימה",
    "הסירו אותי מהרשימה",
    "עצור",
    "עצרו",
    "תפסיקו",
    "די",
    "לא מעוניין",
    "לא מעוניינת",
    "לא מעונין",
    "לא מעונינת",
    "אל תשלחו לי",
    "stop",
    "stop all",
    "stopall",
    "unsubscribe",
    "opt out",
    "optout",
    "remove me",
    "cancel",
    "not interested",
    "unsubscribe me",
    "remove",
];

/// Whether a message refuses further messages.
pub fn is_refusal(text: &str) -> bool {
    let plain: String = text
        .chars()
        .filter(|c| !is_hebrew_point(*c) && !is_mark(*c))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    REFUSALS.contains(&words.as_str())
}

/// Whether a box in a form was ticked.
pub fn ticked(fields: &[(String, String)], field: &str) -> bool {
    const NO: [&str; 7] = ["", "0", "false", "no", "off", "לא", "null"];
    fields.iter().any(|(name, value)| name == field && !NO.contains(&value.trim().to_lowercase().as_str()))
}

fn is_hebrew_point(c: char) -> bool {
    matches!(c, '\u{0591}'..='\u{05BD}' | '\u{05BF}'..='\u{05C7}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_understood_as_people_write_it() {
        for text in [
            "הסר",
            " הסר. ",
            "הסירו אותי!",
            "לא מעוניינת",
            "די!!",
            "STOP",
            "Unsubscribe",
            "\u{200f}עצור 🙏",
            // Marks that are not seen, in the middle of the word.
            "ה\u{61c}ס\u{202b}ר\u{202c}",
            "st\u{200b}op",
        ] {
            assert!(is_refusal(text), "{text}");
        }
    }

    #[test]
    fn a_question_that_holds_such_a_word_is_no_refusal() {
        for text in [
            "",
            "די מעניין",
            "לא",
            "איך מסירים כתם?",
            "does the tour stop in Rome?",
            "עוד לא מעוניין אבל אולי",
        ] {
            assert!(!is_refusal(text), "{text}");
        }
    }

    #[test]
    fn a_refusal_is_understood_with_its_vowel_points_and_marks() {
        for text in ["הָסֵר", "עֲצוֹר", "הס\u{200f}ר", "לא מעוניי\u{200e}ן"] {
            assert!(is_refusal(text), "{text}");
        }
    }

    #[test]
    fn a_box_is_ticked_by_its_own_field_with_anything_but_a_no() {
        let cases = [
            ("consent", "on", true),
            ("consent", "כן", true),
            ("consent", "1", true),
            ("consent", "off", false),
            ("consent", " No ", false),
            ("consent", "לא", false),
            ("consent", "", false),
            ("newsletter", "on", false),
        ];
        for (name, value, expected) in cases {
            let fields = [("message".to_owned(), "hello".to_owned()), (name.to_owned(), value.to_owned())];
            assert_eq!(ticked(&fields, "consent"), expected, "{name}: {value}");
        }
        assert!(!ticked(&[], "consent"));
    }
}
