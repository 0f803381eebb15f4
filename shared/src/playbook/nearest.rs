//! The word that was most likely meant.

const WORD_CHARS_MAX: usize = 60;
/// Lists longer than this help nobody.
const LISTED_MAX: usize = 24;

/// A cure for an unknown word: the nearest one that is known, or all of them.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, &known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.is_empty() => "there are none yet".to_owned(),
        None if known.len() > LISTED_MAX => format!("there are {} to choose from", known.len()),
        None => format!("there are: {}", known.join(", ")),
    }
}

fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(WORD_CHARS_MAX).collect();
    let tolerated = (word.len() / 3).clamp(1, 3);
    let near = known.iter().map(|candidate| {
        let chars: Vec<char> = candidate.to_lowercase().chars().take(WORD_CHARS_MAX).collect();
        (distance(&word, &chars), *candidate)
    });
    near.min().filter(|(distance, _)| *distance <= tolerated).map(|(_, candidate)| candidate)
}

/// How many letters to add, drop, change, or swap with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut rows = vec![(0..=right.len()).collect::<Vec<usize>>()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let swapped = i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b;
            let swapped = if swapped { rows[i - 1][j - 1] + 1 } else { usize::MAX };
            row.push(changed.min(swapped).min(rows[i][j + 1] + 1).min(row[j] + 1));
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let known = ["welcome", "missed-call", "follow-up-1", "תודה"];
        let cases = [
            ("welcom", Some("welcome")),
            ("Welcome", Some("welcome")),
            ("wlecome", Some("welcome")),
            ("תדוה", Some("תודה")),
            ("missed_call", Some("missed-call")),
            ("תודא", Some("תודה")),
            ("goodbye", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
        assert_eq!(did_you_mean("x", []), "there are none yet");
    }
}
