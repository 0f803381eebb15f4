//! Characters that nobody sees: they say in which direction a text runs, or nothing at all.

/// A right-to-left text that was copied from somewhere carries them along.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
