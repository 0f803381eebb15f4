//! What a comment says, as far as a rule asks: words and phrases, an emoji, a question, a friend's name, a language.
//!
//! Words are compared as people write them: without case, vowel points and final letters, and in Hebrew with the
//! prefixes that stand before a word without a space (ו ה ב ל כ מ ש).

/// How many prefixes one word may have: `ושבמחיר` has three.
const PREFIXES_MAX: usize = 3;
const PREFIXES: [char; 7] = ['ו', 'ה', 'ב', 'ל', 'כ', 'מ', 'ש'];

/// By which words somebody asks who leaves the question mark out.
const QUESTION_WORDS: [&str; 32] = [
    "מה", "כמה", "מתי", "איפה", "היכן", "איך", "כיצד", "האם", "למה", "מדוע", "מי", "איזה", "איזו", "אילו",
    "יש", "אפשר", "what", "how", "when", "where", "why", "who", "which", "is", "are", "can", "could", "do",
    "does", "did", "will", "any",
];

/// Words that have to stand together, whole, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase(Vec<String>);

impl Phrase {
    /// `None` for a text without a letter or a digit.
    pub fn parse(text: &str) -> Option<Self> {
        let words = words(text);
        (!words.is_empty()).then_some(Self(words))
    }

    fn is_in(&self, words: &[String]) -> bool {
        words.windows(self.0.len()).any(|some| some.iter().zip(&self.0).all(|(word, of)| is_word(word, of)))
    }
}

/// The script that most letters of a text are of: what can be told of a language by a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Script {
    Hebrew,
    Arabic,
    Cyrillic,
    Latin,
}

impl Script {
    pub const ALL: [Self; 4] = [Self::Hebrew, Self::Arabic, Self::Cyrillic, Self::Latin];

    /// The language by which it is called in a playbook.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hebrew => "he",
            Self::Arabic => "ar",
            Self::Cyrillic => "ru",
            Self::Latin => "en",
        }
    }

    fn of(letter: char) -> Option<Self> {
        match letter {
            'א'..='ת' => Some(Self::Hebrew),
            '\u{0620}'..='\u{064a}' | '\u{066e}'..='\u{06d3}' => Some(Self::Arabic),
            '\u{0400}'..='\u{052f}' => Some(Self::Cyrillic),
            'a'..='z' | 'A'..='Z' | '\u{00c0}'..='\u{024f}' => Some(Self::Latin),
            _ => None,
        }
    }
}

/// A text, taken apart once for all rules.
pub struct Said<'t> {
    text: &'t str,
    words: Vec<String>,
}

impl<'t> Said<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, words: words(text) }
    }

    pub fn has(&self, phrase: &Phrase) -> bool {
        phrase.is_in(&self.words)
    }

    pub fn has_emoji(&self) -> bool {
        self.text.chars().any(is_emoji)
    }

    pub fn asks(&self) -> bool {
        let first = self.words.first();
        self.text.contains(['?', '؟', '？'])
            || first.is_some_and(|first| QUESTION_WORDS.iter().any(|word| *first == plain(word)))
    }

    /// The accounts that are named with an `@`, in small letters. An address of e-mail names none.
    pub fn names(&self) -> Vec<String> {
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let mut names = Vec::new();
        for (at, _) in self.text.match_indices('@') {
            let before = self.text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')) {
                continue;
            }
            let rest = &self.text[at + 1..];
            let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            let name = rest[..end].trim_end_matches('.').to_lowercase();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    pub fn script(&self) -> Option<Script> {
        let count = |script| self.text.chars().filter(|c| Script::of(*c) == Some(script)).count();
        let most = Script::ALL.into_iter().map(|script| (count(script), script)).rev();
        most.max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, script)| script)
    }
}

/// The words of a text, each in its plain form.
fn words(text: &str) -> Vec<String> {
    plain(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Without case, vowel points, the marks of abbreviations and final letters.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, '\u{0591}'..='\u{05c7}' | '"' | '\'' | '״' | '׳' | '’'));
    let small = kept.flat_map(char::to_lowercase);
    small
        .map(|c| match c {
            'ך' => 'כ',
            'ם' => 'מ',
            'ן' => 'נ',
            'ף' => 'פ',
            'ץ' => 'צ',
            other => other,
        })
        .collect()
}

/// Whether a word is the one that was asked for, with whatever stands before it in Hebrew. Short words take one
/// prefix, or half the language would end in them.
fn is_word(written: &str, asked: &str) -> bool {
    if written == asked {
        return true;
    }
    let letters = asked.chars().count();
    let hebrew = letters > 1 && asked.chars().all(|c| Script::of(c) == Some(Script::Hebrew));
    let before = written.strip_suffix(asked).filter(|_| hebrew);
    let longest = if letters > 2 { PREFIXES_MAX } else { 1 };
    before.is_some_and(|before| {
        before.chars().count() <= longest && before.chars().all(|c| PREFIXES.contains(&c))
    })
}

/// The blocks of Unicode whose characters are pictures by themselves.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b55}' | '\u{231a}'..='\u{23ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, phrase: &str) -> bool {
        Said::new(text).has(&Phrase::parse(phrase).unwrap())
    }

    #[test]
    fn words_are_found_whole_with_their_hebrew_prefixes_and_final_letters() {
        for text in ["מחיר", "המחיר?", "ומחיר", "במחיר הזה", "שבמחיר", "מה המחיר", "מְחִיר"]
        {
            assert!(has(text, "מחיר"), "{text}");
        }
        for text in ["מחירים", "תמחיר", "מחי", "מ ח י ר", ""] {
            assert!(!has(text, "מחיר"), "{text}");
        }
        assert!(has("לים", "ים") && has("הים", "ים") && !has("ושבים", "ים"));
        assert!(has("שלכם", "שלכמ"), "a final letter is the letter");
        assert!(has("חו״ל", "חול") && has("חו\"ל", "חו״ל"));
    }

    #[test]
    fn a_phrase_stands_together_and_in_its_order() {
        assert!(has("היי, וכמה עולה החבילה?", "כמה עולה"));
        assert!(!has("עולה כמה", "כמה עולה"));
        assert!(!has("כמה זה עולה", "כמה עולה"));
        assert_eq!(Phrase::parse("!!"), None);
    }

    #[test]
    fn latin_words_take_neither_prefix_nor_case() {
        assert!(has("INFO please", "info") && has("Très CHÈRE", "chère"));
        assert!(!has("information", "info") && !has("reinfo", "info"));
    }

    #[test]
    fn a_question_is_known_by_its_mark_or_its_first_word() {
        for text in ["אפשר פרטים", "כמה עולה", "price?", "How much", "מתי יוצאים"] {
            assert!(Said::new(text).asks(), "{text}");
        }
        for text in ["וואו", "שלחו לי פרטים", "great, how nice", ""] {
            assert!(!Said::new(text).asks(), "{text}");
        }
    }

    #[test]
    fn friends_are_those_behind_an_at_sign() {
        assert_eq!(Said::new("@Noa_1 ו@dan.k. בואו! noa@example.com @ @noa_1").names(), ["noa_1", "dan.k"]);
    }

    #[test]
    fn emoji_and_scripts_are_told_apart() {
        for text in ["❤️", "רוצה 🔥", "👍🏽", "⭐"] {
            assert!(Said::new(text).has_emoji(), "{text}");
        }
        for text in ["רוצה!", "100%", "«»", "a-b", "№ 5"] {
            assert!(!Said::new(text).has_emoji(), "{text}");
        }
        let script = |text| Said::new(text).script().map(Script::as_str);
        assert_eq!(
            ["היי dan שלום", "שלום", "hello היי", "привет", "مرحبا"].map(script),
            [Some("he"), Some("he"), Some("en"), Some("ru"), Some("ar")]
        );
        assert_eq!(script("🔥 100"), None);
    }
}
