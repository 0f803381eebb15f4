//! What a marketer, or a program that a marketer trusts, may write into a playbook.

use fuzz::{corpus, holds, now, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use shared::domain::email::EmailAddress;
use shared::domain::ids::LeadId;
use shared::domain::lead::Lead;
use shared::domain::name::PersonName;
use shared::domain::playbook::Playbook;
use shared::domain::render::{self, RenderError};
use shared::playbook::{PlaybookFaults, parse, templates};

const FILE: &str = "playbook.yaml";

/// A lead of whom this and that is known.
fn lead() -> impl Strategy<Value = Lead> {
    let option = |strategy: BoxedStrategy<String>| proptest::option::of(strategy);
    let texts = (
        option(text::odd().boxed()),
        option(text::odd().boxed()),
        option("[a-z]{1,9}@[a-z]{1,9}\\.com".boxed()),
    );
    (any::<u128>(), texts, proptest::collection::btree_map(text::odd(), text::odd(), 0..4)).prop_map(
        |(id, (name, username, email), fields)| Lead {
            name: name.and_then(|name| PersonName::parse(&name)),
            username,
            email: email.and_then(|email| EmailAddress::parse(&email).ok()),
            fields,
            ..Lead::new("neveh".into(), LeadId::new(id), now())
        },
    )
}

/// Any text is a playbook that can be followed, or has a fault with a place in it. Tells which.
fn read(text: &str) -> Result<Playbook, PlaybookFaults> {
    let read = parse(FILE, text);
    if let Err(faults) = &read {
        // YAML ends a line where an old Macintosh did, too.
        let lines = text.replace("\r\n", "\n").split(['\n', '\r']).count() as u64;
        assert!(!faults.as_slice().is_empty());
        for fault in faults.as_slice() {
            assert!((1..=lines).contains(&fault.line), "line {} of {lines}: {fault}", fault.line);
            assert!(fault.column >= 1 && fault.file == FILE && !fault.what.is_empty(), "{fault}");
        }
    }
    read
}

fn can_be_followed(playbook: &Playbook, lead: &Lead) {
    templates(playbook);
    let mut texts: Vec<Result<String, RenderError>> = Vec::new();
    for message in playbook.messages.values() {
        texts.push(render::text(&message.text, playbook, lead));
        let params = message.whatsapp_template.iter().flat_map(|template| &template.params);
        texts.extend(params.map(|param| render::parameter(param, playbook, lead)));
    }
    for campaign in playbook.campaigns.values() {
        let replies = campaign.all_rules().flat_map(|rule| rule.answer.replies.values().flatten());
        texts.extend(replies.map(|reply| render::text(reply, playbook, lead)));
    }
    texts.into_iter().flatten().for_each(|text| assert!(!text.trim().is_empty()));
    render::booking_link(playbook, lead);
}

#[derive(Clone, Debug)]
enum Edit {
    Remove(Index),
    Double(Index),
    Move(Index, Index),
    Indent(Index, usize),
    Outdent(Index),
    Append(Index, String),
    NewLine(Index, String),
    /// Another value behind the key of a line.
    Value(Index, String),
    Character(Index, char),
    Cut(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        2 => at().prop_map(Edit::Remove),
        2 => at().prop_map(Edit::Double),
        1 => (at(), at()).prop_map(|(from, to)| Edit::Move(from, to)),
        1 => (at(), 1_usize..7).prop_map(|(line, by)| Edit::Indent(line, by)),
        1 => at().prop_map(Edit::Outdent),
        1 => (at(), yaml()).prop_map(|(line, text)| Edit::Append(line, text)),
        1 => (at(), yaml()).prop_map(|(line, text)| Edit::NewLine(line, text)),
        6 => (at(), value()).prop_map(|(line, text)| Edit::Value(line, text)),
        2 => (at(), any::<char>()).prop_map(|(at, one)| Edit::Character(at, one)),
        1 => at().prop_map(Edit::Cut),
    ]
}

/// What may stand behind a key: the right thing, the wrong thing, and templates of all kinds.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(&VALUES[..]).prop_map(str::to_owned),
        2 => text::odd().prop_map(|text| serde_json::Value::from(text).to_string()),
        2 => template().prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => yaml(),
        1 => text::hebrew(),
    ]
}

const VALUES: [&str; 34] = [
    "",
    "~",
    "null",
    "true",
    "no",
    "0",
    "-1",
    "1e999",
    "99999999999999999999999",
    "0x10",
    ".nan",
    "[]",
    "{}",
    "[[[]]]",
    "{ a: { b: c } }",
    "3 days",
    "-3 days",
    "4294967295 weeks",
    "99999999999 days",
    "\"25:00\"",
    "\"10:00\"",
    "10:00",
    "\"21:00-08:00\"",
    "\"00:00-00:00\"",
    "\"08:00-08:00\"",
    "Asia/Jerusalem",
    "Mars/Olympus",
    "welcome",
    "booking",
    "marketing",
    "service",
    "whatsapp",
    "*nobody",
    "&here x",
];

fn template() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => select(&PARTS[..]).prop_map(str::to_owned),
        1 => text::hebrew(),
        1 => text::odd(),
    ];
    vec(part, 0..6).prop_map(|parts| parts.concat())
}

const PARTS: [&str; 24] = [
    "{{ first_name | default('') }}",
    "{{ first_name }}",
    "{{ links.video }}",
    "{{ fields.x }}",
    "{{ fields.x | default('') }}",
    "{{ business }}",
    "{{ links }}",
    "{{ booking_link | upper }}",
    "{{ 'x' * 100000000 }}",
    "{{ [1] * 100000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 1 / 0 }}",
    "{{ -9223372036854775808 // -1 }}",
    "{{ agent.name[::-1] }}",
    "{{ 7 % 0 }}",
    "{% for a in 'xxxxxxxxxxxxxxxxxxxx' * 1000 %}",
    "{% endfor %}",
    "{% if first_name is defined %}",
    "{% else %}{% endif %}",
    "{% set x = 'y' %}",
    "{# note #}",
    "{{",
    "}}",
    "{{ self }}{{ loop }}{{ super() }}",
];

/// YAML, more or less.
fn yaml() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        "[a-z-]{1,8}",
        "[0-9.:_e+-]{1,8}",
        text::hebrew(),
        text::odd(),
        "[&*!|>%@`'\"#,\\[\\]{}?:-]{1,4}",
        "[&*][a-c]",
    ];
    let leaf = scalar.boxed();
    leaf.clone().prop_recursive(6, 40, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            vec((leaf.clone(), inner.clone()), 0..4).prop_map(|pairs| {
                let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", pairs.join(", "))
            }),
            vec((leaf.clone(), inner), 0..4).prop_map(|pairs| {
                pairs
                    .iter()
                    .map(|(key, value)| format!("{key}:\n  {}\n", value.replace('\n', "\n  ")))
                    .collect()
            }),
        ]
    })
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits {
        if lines.is_empty() {
            break;
        }
        let count = lines.len();
        match edit {
            Edit::Remove(at) => drop(lines.remove(at.index(count))),
            Edit::Double(at) => lines.insert(at.index(count), lines[at.index(count)].clone()),
            Edit::Move(from, to) => {
                let line = lines.remove(from.index(count));
                lines.insert(to.index(count), line);
            }
            Edit::Indent(at, by) => lines[at.index(count)].insert_str(0, &" ".repeat(*by)),
            Edit::Outdent(at) => {
                let line = &mut lines[at.index(count)];
                *line = line.strip_prefix("  ").unwrap_or(line).to_owned();
            }
            Edit::Append(at, text) => lines[at.index(count)].push_str(text),
            Edit::NewLine(at, text) => lines.insert(at.index(count), text.clone()),
            Edit::Value(at, text) => {
                let line = &mut lines[at.index(count)];
                if let Some((key, _)) = line.split_once(": ") {
                    *line = format!("{key}: {text}");
                }
            }
            Edit::Character(at, one) => {
                let all = lines.join("\n");
                let mut characters: Vec<char> = all.chars().collect();
                if !characters.is_empty() {
                    let at = at.index(characters.len());
                    characters[at] = *one;
                }
                lines = String::from_iter(characters).lines().map(str::to_owned).collect();
            }
            Edit::Cut(at) => lines.truncate(at.index(count)),
        }
    }
    lines.join("\n")
}

#[test]
fn an_edited_playbook_can_be_followed_or_says_where_it_is_wrong() {
    let whole = prop_oneof![Just(corpus::starter_playbook()), Just(corpus::second_playbook())];
    holds(60, (whole, vec(edit(), 1..4), lead()), |(whole, edits, lead)| {
        if let Ok(playbook) = read(&edited(&whole, &edits)) {
            can_be_followed(&playbook, &lead);
        }
    });
}

/// Each text of the smallest playbook is any template.
#[test]
fn any_template_is_refused_or_filled_in_for_everybody() {
    holds(120, (template(), lead()), |(template, lead)| {
        let quoted = serde_json::Value::from(template);
        let text = format!(
            "business: {{ id: neveh, name: נווה, agent: נועה }}\nlinks: {{ booking: \"https://example.com\", video: \"https://example.com/v\" }}\n\
             channels: {{ whatsapp: {{ number: \"106106106106106\", account: \"102102102102102\" }} }}\n\
             messages:\n  hello:\n    kind: service\n    text: {quoted}\n\
             journeys:\n  new: {{ starts: [call.missed], steps: [{{ send: hello }}] }}\n"
        );
        if let Ok(playbook) = read(&text) {
            can_be_followed(&playbook, &lead);
        }
    });
}

#[test]
fn any_yaml_and_any_text_say_where_they_are_wrong() {
    holds(400, prop_oneof![yaml(), text::odd(), any::<String>()], |text| drop(read(&text)));
}

#[test]
fn what_grows_is_refused_before_it_has_grown() {
    let bombs = (2_usize..60, 2_usize..60, 1_usize..3_000);
    holds(3, bombs, |(levels, width, depth)| {
        let mut bomb = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..levels {
            let aliases = vec![format!("*a{}", level - 1); width].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        let merged: String = (1..levels)
            .map(|level| format!("m{level}: &m{level} {{ <<: *m{}, k: v }}\n", level - 1))
            .collect();
        let own = "a: &a [*a, *a]\nb: *a\n".to_owned();
        let flow = format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
        let maps = "{a: ".repeat(depth);
        let dashes = format!("a: {}", "- ".repeat(depth));
        let block: String = (0..depth.min(1_000)).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        let keys: String = (0..depth).map(|number| format!("k{number}: &k{number} v\n")).collect();
        let quotes = "'".repeat(depth);
        let documents = "---\na: b\n".repeat(depth.min(200));
        for text in [bomb, merged, own, flow, maps, dashes, block, keys, quotes, documents] {
            assert!(read(&text).is_err());
        }
    });
}

#[test]
fn ten_megabytes_are_refused_unread() {
    let line = "  key: value of some length, as it goes on and on\n";
    let faults = read(&line.repeat(10_000_000 / line.len())).unwrap_err();
    assert_eq!(faults.as_slice().len(), 1);
}
