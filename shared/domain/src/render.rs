//! Texts of the playbook, filled in for one lead.
//!
//! An unknown variable is an error when the playbook is written; a known one that this lead lacks (a first
//! name) is undefined, and the text says what to do then: `{{ first_name | default('') }}`.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, Value};

use crate::deal::Deal;
use crate::grant::Grant;
use crate::identity::Identity;
use crate::lead::Lead;
use crate::playbook::Playbook;

/// A text that cannot be filled in. Holds no value of the lead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    #[error("the text is not a sound template: {0}")]
    Syntax(String),
    #[error(
        "the text needs a value that this lead does not have; give it a default: {{{{ name | default('') }}}}"
    )]
    Missing,
    #[error("the text came out empty")]
    Empty,
    #[error("the text repeats too much to be filled in")]
    Endless,
}

/// The variables that a text can use. `links.*` and `fields.*` have the names that the playbook and the forms
/// give them.
pub const VARIABLES: [&str; 10] = [
    "first_name",
    "full_name",
    "username",
    "booking_link",
    "booking_token",
    WHATSAPP_LINK,
    "raffle_number",
    "coupon",
    "business.name",
    "agent.name",
];

/// Opens a conversation on WhatsApp in which the person is known again.
pub const WHATSAPP_LINK: &str = "whatsapp_link";

/// What a date's time of day is called.
pub const TIME_SUFFIX: &str = "_time";

/// What one text may take: a step each part, and one for 64 bytes. A long message takes a hundred.
const STEPS_MAX: u64 = 20_000;

/// Fills in one text. Runs of spaces that a missing name leaves behind become one.
pub fn text(template: &str, playbook: &Playbook, lead: &Lead) -> Result<String, RenderError> {
    if multiplies(template) {
        return Err(RenderError::Endless);
    }
    let environment = environment();
    let rendered =
        environment.render_str(template, values(playbook, lead)).map_err(|error| render_error(&error))?;
    let tidy = tidy(&rendered);
    if tidy.is_empty() { Err(RenderError::Empty) } else { Ok(tidy) }
}

/// Fills in one parameter of a template: an expression such as `first_name | default('')`.
pub fn parameter(expression: &str, playbook: &Playbook, lead: &Lead) -> Result<String, RenderError> {
    text(&format!("{{{{ {expression} }}}}"), playbook, lead)
}

/// The variables that a text uses, for the check of a playbook.
pub fn variables(template: &str) -> Result<BTreeSet<String>, RenderError> {
    if multiplies(template) {
        return Err(RenderError::Endless);
    }
    let environment = environment();
    let parsed = environment.template_from_str(template).map_err(|error| render_error(&error))?;
    Ok(parsed.undeclared_variables(true).into_iter().collect())
}

/// The link that opens the booking page with what is known of the lead already filled in, and a token by which
/// the booking finds its way back.
pub fn booking_link(playbook: &Playbook, lead: &Lead) -> Option<String> {
    let base = playbook.business.links.get("booking")?;
    let separator = if base.contains('?') { '&' } else { '?' };
    Some(format!("{base}{separator}{}", booking_query(lead)))
}

/// What follows the `?` of the booking link.
pub fn booking_query(lead: &Lead) -> String {
    let mut query: Vec<(&str, String)> = Vec::new();
    if let Some(name) = &lead.name {
        query.push(("name", name.full().to_owned()));
    }
    if let Some(email) = &lead.email {
        query.push(("email", email.as_str().to_owned()));
    }
    query.push(("utm_source", "masa".to_owned()));
    query.push(("utm_content", lead.id.to_string()));
    query
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The link that opens WhatsApp with a text filled in, by whose code the person is known again. `None` if the playbook
/// does not say the number, or no message with such a link was planned for this lead.
pub fn whatsapp_link(playbook: &Playbook, lead: &Lead) -> Option<String> {
    let phone = playbook.channels.whatsapp_phone.as_ref()?;
    let code = lead.identities.iter().find_map(|identity| match identity {
        Identity::Link(code) => Some(code),
        _ => None,
    })?;
    let greeting = match playbook.business.language.as_str() {
        "he" => "היי, אשמח לשמוע עוד",
        _ => "Hi, I would like to hear more",
    };
    let text = percent_encode(&format!("{greeting} ({})", code.as_str()));
    Some(format!("https://wa.me/{}?text={text}", phone.digits()))
}

/// RFC 3986: everything but the unreserved characters.
pub(crate) fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(STEPS_MAX));
    environment.add_filter("default", minijinja::filters::default);
    environment.add_filter("upper", minijinja::filters::upper);
    environment.add_filter("lower", minijinja::filters::lower);
    environment
}

/// Whether something in braces is multiplied. The engine works out what is constant when it reads a text, before
/// it counts any step: `[1] * 100000000` takes the memory of the machine.
fn multiplies(template: &str) -> bool {
    let mut rest = template;
    while let Some((_, inside)) = rest.split_once('{') {
        rest = match inside.as_bytes().first() {
            Some(b'#') => inside.split_once("#}").map_or("", |(_, after)| after),
            Some(b'{' | b'%') => match outside_quotes(&inside[1..]) {
                (true, _) => return true,
                (false, after) => after,
            },
            _ => inside,
        };
    }
    false
}

/// Whether there is a `*` before the end of the braces, and what stands behind them.
fn outside_quotes(inside: &str) -> (bool, &str) {
    let mut quote = None;
    let mut characters = inside.char_indices();
    while let Some((at, c)) = characters.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '*') => return (true, ""),
            (None, '}') if inside[at + 1..].starts_with('}') || inside[..at].ends_with('%') => {
                return (false, &inside[at + 1..]);
            }
            (None, _) => {}
        }
    }
    (false, "")
}

fn values(playbook: &Playbook, lead: &Lead) -> Value {
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    let mut set = |name: &str, value: Value| values.insert(name.to_owned(), value);
    if let Some(name) = &lead.name {
        set("first_name", name.first().into());
        set("full_name", name.full().into());
    }
    if let Some(username) = &lead.username {
        set("username", username.as_str().into());
    }
    if let Some(link) = booking_link(playbook, lead) {
        set("booking_link", link.into());
    }
    if let Some(link) = whatsapp_link(playbook, lead) {
        set(WHATSAPP_LINK, link.into());
    }
    set("booking_token", lead.id.to_string().into());
    // Of several campaigns, what was given last.
    let last = |told: fn(&Grant) -> Option<Value>| {
        let told = lead.grants.values().filter_map(|grant| Some((grant.given_at, told(grant)?)));
        told.max_by_key(|(given_at, _)| *given_at).map(|(_, value)| value)
    };
    let number = last(|grant| grant.number.map(Value::from));
    let coupon = last(|grant| grant.coupon.as_deref().map(Value::from));
    for (name, value) in [("raffle_number", number), ("coupon", coupon)] {
        if let Some(value) = value {
            set(name, value);
        }
    }
    set("business", named(&playbook.business.name));
    set("agent", named(&playbook.business.agent));
    set("links", Value::from(playbook.business.links.clone()));
    set("fields", Value::from(lead.fields.clone()));
    for kind in playbook.deals.keys() {
        // Of several, the one that was spoken of last.
        let deals = lead.deals.iter().filter(|deal| deal.kind == *kind);
        let facts = deals.max_by_key(|deal| deal.changed_at).map(|deal| deal_values(playbook, deal));
        set(kind.as_str(), Value::from(facts.unwrap_or_default()));
    }
    Value::from(values)
}

/// What a text can say of a deal: its facts, the day of each date (`trip.departs_at`) and its time
/// (`trip.departs_at_time`), in the business's zone.
fn deal_values(playbook: &Playbook, deal: &Deal) -> BTreeMap<String, String> {
    let mut values = deal.facts.clone();
    for (name, date) in &deal.dates {
        let local = date.to_zoned_datetime(playbook.business.zone.clone());
        values.insert(name.clone(), local.strftime("%-d.%-m.%Y").to_string());
        values.insert(format!("{name}{TIME_SUFFIX}"), local.strftime("%H:%M").to_string());
    }
    values
}

fn named(name: &str) -> Value {
    Value::from(BTreeMap::from([("name", name.to_owned())]))
}

fn render_error(error: &minijinja::Error) -> RenderError {
    match error.kind() {
        minijinja::ErrorKind::UndefinedError => RenderError::Missing,
        minijinja::ErrorKind::OutOfFuel => RenderError::Endless,
        // The detail names template syntax only, never a value.
        _ => RenderError::Syntax(error.detail().unwrap_or("see the template").to_owned()),
    }
}

/// One space where a missing name left two, and none before punctuation.
fn tidy(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        [" ,", " .", " !", " ?"].iter().fold(line, |line, pair| line.replace(pair, &pair[1..]))
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::PersonName;
    use crate::testing::{lead, playbook};

    #[test]
    fn a_text_without_the_name_reads_as_if_it_had_never_been_meant() {
        let mut lead = lead();
        let template = "היי {{ first_name | default('') }}, כאן {{ agent.name }}!";
        assert_eq!(text(template, &playbook(), &lead).unwrap(), "היי, כאן נועה!");
        lead.name = PersonName::parse("דנה כהן");
        assert_eq!(text(template, &playbook(), &lead).unwrap(), "היי דנה, כאן נועה!");
    }

    #[test]
    fn what_is_missing_or_unknown_is_an_error_and_not_an_odd_text() {
        let lead = lead();
        assert_eq!(text("היי {{ first_name }}", &playbook(), &lead), Err(RenderError::Missing));
        assert!(matches!(text("{{ first_name", &playbook(), &lead), Err(RenderError::Syntax(_))));
        assert_eq!(parameter("first_name | default('')", &playbook(), &lead), Err(RenderError::Empty));
    }

    #[test]
    fn a_text_that_repeats_without_end_is_an_error_at_once() {
        let loops = "{% for a in 'xxxxxxxxxx' * 100 %}".repeat(6) + "x" + &"{% endfor %}".repeat(6);
        for template in [
            loops.as_str(),
            "{{ 'x' * 90000000 }}",
            "{{ ('x' * 9000 * 9000) | upper }}",
            "{{ [1] * 100000000 }}",
            "{{ 'it\\'s' | default([1] * 100000000) }}",
            "{# {{ #}{% if 9 ** 9 ** 9 %}x{% endif %}",
        ] {
            assert_eq!(text(template, &playbook(), &lead()), Err(RenderError::Endless), "{template}");
        }
        assert_eq!(text("2 * 2 {# * #}{{ '*' }}", &playbook(), &lead()).as_deref(), Ok("2 * 2 *"));
        let long = "היי {{ agent.name }} ".repeat(400);
        assert!(text(&long, &playbook(), &lead()).is_ok());
    }

    #[test]
    fn a_value_of_the_lead_is_never_read_as_a_template() {
        let mut lead = lead();
        lead.name = PersonName::parse("{{ links }}");
        assert_eq!(text("{{ full_name }}", &playbook(), &lead).unwrap(), "{{ links }}");
    }

    #[test]
    fn the_booking_link_knows_the_lead() {
        let mut lead = lead();
        lead.name = PersonName::parse("דנה כהן");
        let link = booking_link(&playbook(), &lead).unwrap();
        assert!(link.starts_with("https://example.com/book?name=%D7%93"), "{link}");
        assert!(link.ends_with(&format!("utm_content={}", lead.id)), "{link}");
    }

    #[test]
    fn the_booking_link_is_filled_in_as_far_as_the_lead_is_known() {
        let (mut playbook, mut lead) = (playbook(), lead());
        let query = format!("utm_source=masa&utm_content={}", lead.id);
        assert_eq!(booking_link(&playbook, &lead), Some(format!("https://example.com/book?{query}")));
        lead.email = crate::email::EmailAddress::parse("dana+trip@example.com").ok();
        let known = format!("email=dana%2Btrip%40example.com&{query}");
        playbook.business.links.insert("booking".into(), "https://example.com/book?lang=he".into());
        assert_eq!(booking_link(&playbook, &lead), Some(format!("https://example.com/book?lang=he&{known}")));
        playbook.business.links.clear();
        assert_eq!(booking_link(&playbook, &lead), None);
    }

    #[test]
    fn the_check_of_a_playbook_sees_what_a_text_uses() {
        let used = variables("{{ first_name | default('') }} {{ business.name }} {{ links.shop }}").unwrap();
        assert_eq!(used, ["business.name", "first_name", "links.shop"].map(str::to_owned).into());
        assert_eq!(variables("שלום").unwrap(), BTreeSet::new());
        assert!(variables("{{ first_name").is_err());
    }
}
