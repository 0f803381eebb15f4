//! A person's name, as they or a platform gave it.

use std::fmt;

/// A full name and the first name in it. Both are free of control characters and of bounded length.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName {
    full: String,
    first: String,
}

const NAME_CHARS_MAX: usize = 100;

impl PersonName {
    /// `None` where nothing readable is left.
    pub fn parse(full: &str) -> Option<Self> {
        let full = clean(full);
        let first = full.split(' ').next()?.to_owned();
        (!first.is_empty()).then_some(Self { full, first })
    }

    /// A form may ask for both parts by themselves.
    pub fn of_parts(first: Option<&str>, last: Option<&str>, full: Option<&str>) -> Option<Self> {
        let first = first.map(clean).filter(|name| !name.is_empty());
        match (first, full.map(clean).filter(|name| !name.is_empty())) {
            (Some(first), Some(full)) => Some(Self { full, first }),
            (Some(first), None) => {
                let full = clean(&format!("{first} {}", last.unwrap_or_default()));
                Some(Self { full, first })
            }
            (None, Some(full)) => Self::parse(&full),
            (None, None) => last.and_then(Self::parse),
        }
    }

    pub fn full(&self) -> &str {
        &self.full
    }

    pub fn first(&self) -> &str {
        &self.first
    }
}

fn clean(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(NAME_CHARS_MAX).collect::<String>().trim_end().to_owned()
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.first.chars().next().unwrap_or('…'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_is_the_first_word_unless_it_was_asked_for() {
        let first = |name: Option<PersonName>| name.map(|name| name.first().to_owned());
        assert_eq!(first(PersonName::parse("  דנה   כהן לוי ")).as_deref(), Some("דנה"));
        assert_eq!(first(PersonName::parse("\u{7}\n")).as_deref(), None);
        let both = PersonName::of_parts(Some("Anna Maria"), Some("Levi"), None).unwrap();
        assert_eq!((both.first(), both.full()), ("Anna Maria", "Anna Maria Levi"));
    }

    #[test]
    fn a_name_is_put_together_from_whatever_a_form_asked_for() {
        let cases = [
            ((Some("דנה"), Some("לוי"), Some("ד\"ר דנה לוי")), Some(("דנה", "ד\"ר דנה לוי"))),
            ((Some("דנה"), Some("לוי"), Some(" ")), Some(("דנה", "דנה לוי"))),
            ((Some("דנה"), None, None), Some(("דנה", "דנה"))),
            ((Some(" "), Some("לוי"), Some("דנה לוי")), Some(("דנה", "דנה לוי"))),
            ((None, Some("לוי"), None), Some(("לוי", "לוי"))),
            ((Some(""), None, Some("")), None),
        ];
        for ((first, last, full), expected) in cases {
            let name = PersonName::of_parts(first, last, full);
            let seen = name.as_ref().map(|name| (name.first(), name.full()));
            assert_eq!(seen, expected, "{first:?} {last:?} {full:?}");
        }
    }
}
