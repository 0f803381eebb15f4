//! The same in Hebrew: faults, cures, and what a simulation tells.
//!
//! The English is the key, so that whoever writes a message writes it once; `hebrew.txt` has the other. A test reads the
//! sources and holds that nothing is missing.

use std::sync::OnceLock;

use super::fault::{Fault, PlaybookFaults};

const CATALOGUE: &str = include_str!("hebrew.txt");

/// A line of the catalogue. `{}` stands for what differs.
struct Line {
    english: &'static str,
    hebrew: &'static str,
}

/// A word or a reason. What has no Hebrew stays as it is.
pub fn reason(english: &str) -> String {
    translate(english).unwrap_or_else(|| english.to_owned())
}

impl PlaybookFaults {
    /// The same faults for who reads Hebrew.
    pub fn in_hebrew(&self) -> Self {
        let faults = self.as_slice().iter().map(|fault| Fault {
            what: reason(&fault.what),
            hint: reason(&fault.hint),
            ..fault.clone()
        });
        Self::of(faults.collect()).unwrap_or_else(|| self.clone())
    }
}

fn translate(english: &str) -> Option<String> {
    lines().iter().find_map(|line| {
        let held = holes(line.english, english)?;
        // What stands in a hole may be a part that has a name of its own: "a message".
        let held = held.iter().map(|part| part_name(part)).collect::<Vec<_>>();
        Some(filled(line.hebrew, &held))
    })
}

fn part_name(part: &str) -> String {
    let named = lines().iter().find_map(|line| Some(filled(line.hebrew, &holes(line.english, part)?)));
    let is_name = ["a ", "an ", "the "].iter().any(|article| part.starts_with(article)) && part.len() < 60;
    named.filter(|_| is_name).unwrap_or_else(|| part.to_owned())
}

/// The catalogue, the most certain lines first: those with most words of their own.
fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let written = CATALOGUE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let written: Vec<&'static str> = written.collect();
        let pairs = written.chunks_exact(2).map(|pair| Line { english: pair[0], hebrew: pair[1].trim() });
        let mut lines: Vec<Line> = pairs.collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.english.replace("{}", "").chars().count()));
        lines
    })
}

/// What stands in the holes of a pattern, if the text fits it.
fn holes<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut held = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        let end = match (part.is_empty(), is_last) {
            (true, true) => rest.len(),
            (_, true) => rest
                .len()
                .checked_sub(part.len())
                .filter(|end| rest.is_char_boundary(*end) && rest[*end..] == **part)?,
            (_, false) => rest.find(part)?,
        };
        held.push(&rest[..end]);
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(held)
}

fn filled<S: AsRef<str>>(pattern: &str, held: &[S]) -> String {
    let mut held = held.iter().map(AsRef::as_ref);
    let mut parts = pattern.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(held.next().unwrap_or_default());
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn a_fault_is_told_in_hebrew_with_what_was_written() {
        let cases = [
            ("unknown message \"welcom\"", "אין הודעה בשם \"welcom\""),
            ("did you mean \"welcome\"?", "התכוונתם ל-\"welcome\"?"),
            ("a message has no \"txt\"", "להודעה אין \"txt\""),
            ("the journey \"trip\" has more than 60 steps", "למסע \"trip\" יותר מ-60 צעדים"),
            ("the deal has no returns_at", "לעסקה אין returns_at"),
            ("something else", "something else"),
        ];
        for (english, hebrew) in cases {
            assert_eq!(reason(english), hebrew);
        }
    }

    #[test]
    fn every_line_has_its_hebrew_with_as_many_holes() {
        let written = CATALOGUE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        for (index, line) in written.enumerate() {
            assert_eq!(line.starts_with("  "), index % 2 == 1, "English and Hebrew in turn: {line}");
        }
        for line in lines() {
            let count = |text: &str| text.matches("{}").count();
            assert_eq!(count(line.english), count(line.hebrew), "{}", line.english);
        }
    }

    /// Whatever the check says is in the catalogue: each text of more than one word in the sources that tell of faults.
    #[test]
    fn nothing_that_is_told_lacks_its_hebrew() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/playbook");
        let mut missing = Vec::new();
        for part in ["read", "check", "."] {
            for file in fs::read_dir(folder.join(part)).unwrap() {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let tells = name.ends_with(".rs")
                    && !["hebrew.rs", "tests.rs", "templates.rs", "submissions.rs", "schema.rs"]
                        .contains(&name.as_str());
                if tells || part != "." && name.ends_with(".rs") {
                    let source = fs::read_to_string(&path).unwrap();
                    let told = source.split("#[cfg(test)]").next().unwrap();
                    missing.extend(
                        texts(told)
                            .into_iter()
                            .filter(|text| !is_known(text))
                            .map(|text| format!("{name}: {text}")),
                    );
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }

    /// What is no message: examples, parts of one, and the name of somebody.
    const NO_MESSAGES: [&str; 17] = [
        " or ",
        ", ",
        "{{{{ {} }}}}",
        "did you",
        "a ",
        "{}:{}:{}: {}",
        "\n    {}",
        "Dana Cohen",
        "דנה כהן",
        "אלכסנדרה־מרגלית בן־אברהם הכהן",
        "a text, a list or a mapping",
        " as a template",
        " with buttons",
        "{{ {} }}",
        "facebook: { page: \"…\" }",
        "instagram: { account: \"…\" }",
        "whatsapp: { number: \"…\", account: \"…\" }",
    ];
    /// The catalogue has a line for each of what these are made of.
    const COMPOSED: [&str; 2] = [
        "{} takes {} characters{}, this has {}",
        "{} states no consent, and the journey \"{}\" sends its leads marketing (\"{}\")",
    ];

    fn is_known(text: &str) -> bool {
        NO_MESSAGES.contains(&text)
            || COMPOSED.contains(&text)
            || lines().iter().any(|line| line.english == text)
    }

    /// The string literals with a space in them; what is formatted into one is `{}`.
    fn texts(source: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for line in
            source.replace("\\\n", "\u{1}").lines().filter(|line| !line.trim_start().starts_with("//"))
        {
            let mut rest = line;
            while let Some((_, inside)) = rest.split_once('"') {
                let mut end = 0;
                let bytes = inside.as_bytes();
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let literal = inside.get(..end).unwrap_or_default();
                rest = inside.get(end + 1..).unwrap_or_default();
                let literal = unfolded(literal);
                if literal.contains(' ') {
                    texts.push(literal);
                }
            }
        }
        texts
    }

    fn unfolded(literal: &str) -> String {
        let joined: Vec<&str> = literal
            .split('\u{1}')
            .enumerate()
            .map(|(index, part)| if index == 0 { part } else { part.trim_start() })
            .collect();
        let plain = joined.concat().replace("\\\"", "\"").replace("\\n", "\n");
        // Names in braces are filled in; doubled braces stand for themselves.
        let mut text = String::new();
        let mut rest = plain.replace("{{", "\u{2}").replace("}}", "\u{3}");
        while let Some((before, inside)) = rest.clone().split_once('{') {
            let name = inside.split('}').next().unwrap_or_default().to_owned();
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            text.push_str(before);
            match is_name && inside.contains('}') {
                true => {
                    text.push_str("{}");
                    rest = inside[name.len() + 1..].to_owned();
                }
                false => {
                    text.push('{');
                    rest = inside.to_owned();
                }
            }
        }
        text.push_str(&rest);
        text.replace('\u{2}', "{{").replace('\u{3}', "}}")
    }
}
