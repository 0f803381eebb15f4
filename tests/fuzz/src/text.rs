//! Texts as people, programs and attackers write them.

use proptest::prelude::*;
use proptest::sample::select;

/// Marks that a right-to-left text carries along and nobody sees.
pub const MARKS: [char; 13] = [
    '\u{200E}', '\u{200F}', '\u{061C}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{FEFF}',
];

pub fn hebrew() -> impl Strategy<Value = String> {
    "[א-ת]{1,12}( [א-ת'\"״׳־-]{1,12}){0,3}"
}

pub fn mark() -> impl Strategy<Value = char> {
    select(&MARKS[..])
}

/// Any text, and often one that has hurt somebody before.
pub fn odd() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        3 => hebrew(),
        2 => "\\PC{0,40}",
        2 => "[\\x00-\\x1f\\x7f\u{85}\u{2028}]{0,12}",
        2 => proptest::collection::vec(prop_oneof![mark(), any::<char>()], 0..12).prop_map(String::from_iter),
        1 => (any::<char>(), 1_usize..9_000).prop_map(|(one, times)| String::from(one).repeat(times)),
        3 => select(&TRAPS[..]).prop_map(str::to_owned),
    ]
}

const TRAPS: [&str; 30] = [
    "",
    " ",
    "0",
    "-0",
    "null",
    "true",
    "NaN",
    "1e999",
    "-1",
    "9223372036854775808",
    "{{ first_name }}",
    "{% for a in b %}",
    "%00%FF%",
    "\u{0}",
    "\u{FFFD}",
    "\u{10FFFF}",
    "İİİİ",
    "ß",
    "ﷺ",
    "👩‍👩‍👧‍👦",
    "e\u{301}\u{301}\u{301}",
    "stop",
    "הסר",
    "+972 54-123-4567",
    "dana@example.com",
    "dana@EXAMPLEİ.COM",
    "masa:00000000000000000000000000000001:00000000000000000000000000000002",
    "masa:consent",
    "masa:opt-out",
    "a#b\u{0}c#d",
];
