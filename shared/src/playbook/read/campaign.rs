//! A campaign: what answers a comment.

use std::collections::{BTreeMap, BTreeSet};

use domain::channel::Network;
use domain::pace::NO_REPEAT_MAX;
use domain::playbook::{Answer, Campaign, Coupon, Gift, Once, PhoneQuestion, Posts, Reminder, Rule, Signs};
use domain::said::{Phrase, Script};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{people, times};
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Entry, Node, Value};

pub const KEYS: [&str; 19] = [
    "kind",
    "on",
    "posts",
    "starts",
    "ends",
    "once",
    "replies-too",
    "rules",
    "reply",
    "no-repeat",
    "like",
    "private-reply",
    "asks-phone",
    "hide",
    "task",
    "to",
    "due",
    "escalate",
    "gives",
];
/// These stand beside the keys of an answer.
pub const AFTERWARDS: &str = "afterwards";
pub const RULE_KEYS: [&str; 14] = [
    "name",
    "when",
    "unless",
    "reply",
    "no-repeat",
    "like",
    "private-reply",
    "asks-phone",
    "hide",
    "task",
    "to",
    "due",
    "escalate",
    "gives",
];
pub const ANSWER_KEYS: [&str; 10] =
    ["reply", "no-repeat", "like", "private-reply", "asks-phone", "hide", "task", "to", "due", "escalate"];
pub const PHONE_KEYS: [&str; 2] = ["thanks", "unclear"];
pub const SIGN_KEYS: [&str; 5] = ["words", "language", "emoji", "question", "friend"];
pub const GIFT_KEYS: [&str; 5] = ["raffle-number", "coupon", "first", "otherwise", "remind"];
pub const REMIND_KEYS: [&str; 2] = ["message", "before"];
/// What a rule without a name of its own is called.
const DEFAULT: &str = "default";
/// How many of a post's last replies are not said again, where the playbook does not say.
const NO_REPEAT: u32 = 2;

pub fn campaign(entry: &Entry, zone: &TimeZone, report: &mut Report<'_>) -> Campaign {
    let what = format!("the campaign \"{}\"", entry.key);
    let known: Vec<&str> = KEYS.into_iter().chain([AFTERWARDS]).collect();
    let fields = Fields::read(&entry.value, &what, &known, report);
    match fields.get("kind").map(|node| (node.place, scalar(node, "kind", report))) {
        Some((_, Some("comment-reply") | None)) => {}
        Some((place, Some(other))) => {
            let hint = did_you_mean(other, ["comment-reply"]);
            report.fault(place, format!("unknown kind of campaign \"{other}\""), hint);
        }
        None => report.fault(entry.key_place, format!("{what} needs \"kind\""), "write kind: comment-reply"),
    }
    let networks = networks(&fields, entry, report);
    let mut rules: Vec<Rule> = Vec::new();
    for node in fields.list("rules", report) {
        let name = format!("rule-{}", rules.len() + 1);
        let rule = rule(node, &name, &networks, report);
        if rules.iter().any(|earlier| earlier.name == rule.name) {
            let what = format!("\"{}\" stands here for the second time", rule.name);
            report.fault(node.place, what, "keep one of the two, or give this one another name");
        }
        rules.push(rule);
    }
    // What stands beside the rules is for whatever none of them takes.
    let otherwise = answer(&fields, &networks, report);
    let gift = gift(&fields, &networks, report);
    if !otherwise.is_nothing() || gift.is_some() {
        let (when, unless) = (Signs::default(), Signs::default());
        rules.push(Rule { name: DEFAULT.into(), when, unless, answer: otherwise, gift });
    }
    let afterwards = fields.get(AFTERWARDS).map(|node| {
        let fields = Fields::read(node, "\"afterwards\"", &ANSWER_KEYS, report);
        let (when, unless) = (Signs::default(), Signs::default());
        let answer = answer(&fields, &networks, report);
        Rule { name: AFTERWARDS.into(), when, unless, answer, gift: None }
    });
    Campaign {
        name: entry.key.as_str().into(),
        posts: posts(&fields, report),
        starts_at: moment(&fields, "starts", zone, report),
        ends_at: moment(&fields, "ends", zone, report),
        once: fields.one_of("once", Once::ALL, Once::as_str, report).unwrap_or(Once::Comment),
        answers_replies: fields.switch("replies-too", report),
        networks,
        rules,
        afterwards,
    }
}

fn rule(node: &Node, name: &str, networks: &[Network], report: &mut Report<'_>) -> Rule {
    let fields = Fields::read(node, "a rule", &RULE_KEYS, report);
    Rule {
        name: fields.optional("name", report).unwrap_or(name).into(),
        when: signs(&fields, "when", report),
        unless: signs(&fields, "unless", report),
        answer: answer(&fields, networks, report),
        gift: gift(&fields, networks, report),
    }
}

fn signs(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Signs {
    let Some(node) = fields.get(key) else { return Signs::default() };
    let fields = Fields::read(node, &format!("\"{key}\""), &SIGN_KEYS, report);
    let mut words = Vec::new();
    for (text, place) in fields.texts("words", report) {
        match Phrase::parse(text) {
            Some(phrase) => words.push(phrase),
            None => {
                let hint = "write words with letters or digits; for pictures there is emoji: true";
                report.fault(place, format!("\"{text}\" has no word in it"), hint);
            }
        }
    }
    let mut languages = Vec::new();
    for (word, place) in fields.texts("language", report) {
        match Script::ALL.into_iter().find(|script| script.as_str() == word) {
            Some(script) => languages.push(script),
            None => {
                let hint = did_you_mean(word, Script::ALL.map(Script::as_str));
                report.fault(place, format!("unknown language \"{word}\""), hint);
            }
        }
    }
    let signs = Signs {
        words,
        languages,
        emoji: fields.switch("emoji", report),
        question: fields.switch("question", report),
        friend: fields.switch("friend", report),
    };
    if signs.is_nothing() {
        let hint = "say what a comment has to have: words: […], question: true, emoji: true, friend: true";
        report.fault(node.place, "this condition asks for nothing", hint);
    }
    signs
}

pub(super) fn answer(fields: &Fields<'_>, networks: &[Network], report: &mut Report<'_>) -> Answer {
    let replies = replies(fields, networks, report);
    let longest = replies.values().map(Vec::len).max().unwrap_or_default() as u32;
    let most = longest.saturating_sub(1).min(NO_REPEAT_MAX);
    let no_repeat =
        match fields.optional("no-repeat", report).map(|written| (written, written.parse::<u32>())) {
            None => NO_REPEAT.min(most),
            Some((_, Ok(last))) if last <= most => last,
            Some((written, _)) => {
                let place = fields.get("no-repeat").map_or(fields.place(), |node| node.place);
                let what = format!("\"{written}\" replies cannot be kept from repeating");
                let hint = format!("a pool of {longest} allows 0 to {most}; write more replies");
                report.fault(place, what, hint);
                0
            }
        };
    Answer {
        replies,
        no_repeat,
        likes: likes(fields, networks, report),
        private_reply: fields.optional("private-reply", report).map(Into::into),
        asks_phone: phone_question(fields, report),
        hide: fields.switch("hide", report),
        task: fields.get("task").map(|_| people::task(fields, report)),
    }
}

/// `asks-phone: true`, or the messages that follow: `asks-phone: { thanks: …, unclear: … }`.
fn phone_question(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<PhoneQuestion> {
    let node = fields.get("asks-phone")?;
    let (thanks, unclear) = match node.value {
        Value::Map(_) => {
            let of = Fields::read(node, "\"asks-phone\"", &PHONE_KEYS, report);
            (of.optional("thanks", report).map(Into::into), of.optional("unclear", report).map(Into::into))
        }
        _ if fields.switch("asks-phone", report) => (None, None),
        _ => return None,
    };
    if fields.is_empty("private-reply") {
        let hint = "add private-reply: and the message that asks";
        report.fault(node.place, "a phone number is asked for in private, and nothing is sent there", hint);
    }
    Some(PhoneQuestion { thanks, unclear })
}

/// One pool for all networks, or one for each.
fn replies(
    fields: &Fields<'_>,
    networks: &[Network],
    report: &mut Report<'_>,
) -> BTreeMap<Network, Vec<String>> {
    let owned =
        |texts: Vec<(&str, _)>| texts.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>();
    let Some(node) = fields.get("reply") else { return BTreeMap::new() };
    if let Value::Map(_) = node.value {
        let of = Fields::read(node, "\"reply\"", &Network::ALL.map(Network::as_str), report);
        let pools = Network::ALL.into_iter().filter(|network| !of.is_empty(network.as_str()));
        return pools
            .collect::<Vec<_>>()
            .into_iter()
            .map(|network| (network, owned(of.texts(network.as_str(), report))))
            .collect();
    }
    let pool = owned(fields.texts("reply", report));
    match pool.is_empty() {
        true => BTreeMap::new(),
        false => networks.iter().map(|network| (*network, pool.clone())).collect(),
    }
}

/// `true` for all networks, or their names.
fn likes(fields: &Fields<'_>, networks: &[Network], report: &mut Report<'_>) -> Vec<Network> {
    match fields.get("like").map(|node| &node.value) {
        Some(Value::List(_)) => named_networks(fields, "like", report),
        Some(_) if fields.switch("like", report) => networks.to_vec(),
        _ => Vec::new(),
    }
}

fn gift(fields: &Fields<'_>, networks: &[Network], report: &mut Report<'_>) -> Option<Gift> {
    let node = fields.get("gives")?;
    let of = Fields::read(node, "\"gives\"", &GIFT_KEYS, report);
    let first = of.optional("first", report).map(|written| (written, written.parse::<u32>()));
    let first = match first {
        None => None,
        Some((_, Ok(first))) if first > 0 => Some(first),
        Some((written, _)) => {
            let place = of.get("first").map_or(of.place(), |node| node.place);
            report.fault(
                place,
                format!("\"{written}\" is no number of people"),
                "write for how many: first: 10",
            );
            None
        }
    };
    let gift = Gift {
        raffle_number: of.switch("raffle-number", report),
        coupon: of.optional("coupon", report).map(|word| match word {
            "one-each" => Coupon::FromPool,
            code => Coupon::Fixed(code.to_owned()),
        }),
        first,
        otherwise: of.get("otherwise").map(|node| {
            let fields = Fields::read(node, "\"otherwise\"", &ANSWER_KEYS, report);
            answer(&fields, networks, report)
        }),
        remind: of.get("remind").and_then(|node| reminder(node, report)),
    };
    if !gift.raffle_number && gift.coupon.is_none() && gift.first.is_none() {
        let hint = "say what is given: raffle-number: true, coupon: OCT25, coupon: one-each, first: 10";
        report.fault(node.place, "nothing is given here", hint);
    }
    Some(gift)
}

/// `remind: { message: …, before: 2 hours }`
fn reminder(node: &Node, report: &mut Report<'_>) -> Option<Reminder> {
    let of = Fields::read(node, "\"remind\"", &REMIND_KEYS, report);
    let message = of.required("message", "the message that reminds", report);
    let Some(before) = of.get("before") else {
        report.fault(
            node.place,
            "it is not said when to remind",
            "write how long before the end: before: 2 hours",
        );
        return None;
    };
    Some(Reminder { message: message.as_str().into(), before: times::wait(before, "before", report)? })
}

fn posts(fields: &Fields<'_>, report: &mut Report<'_>) -> Posts {
    let texts = fields.texts("posts", report);
    match texts.as_slice() {
        [] => Posts::All,
        [("all", _)] => Posts::All,
        [("ads", _)] => Posts::Ads,
        [("live", _)] => Posts::Live,
        ids => {
            let plain = |id: &str| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            for (id, place) in ids.iter().filter(|(id, _)| !plain(id)) {
                let hint = "write the number that Meta gives the post, all, ads or live";
                report.fault(*place, format!("\"{id}\" is no post's id"), hint);
            }
            Posts::These(ids.iter().map(|(id, _)| (*id).into()).collect::<BTreeSet<_>>())
        }
    }
}

/// A civil time of the business.
pub(super) fn moment(
    fields: &Fields<'_>,
    key: &str,
    zone: &TimeZone,
    report: &mut Report<'_>,
) -> Option<Timestamp> {
    let written = fields.optional(key, report)?;
    let read: Option<Timestamp> = match written.parse() {
        Ok(instant) => Some(instant),
        Err(_) => {
            let civil: Option<DateTime> = written.parse().ok();
            civil.and_then(|civil| Some(civil.to_zoned_datetime(zone.clone()).ok()?.timestamp()))
        }
    };
    if read.is_none() {
        let place = fields.get(key).map_or(fields.place(), |node| node.place);
        let hint = format!("write a day and a time of the business: {key}: \"2026-12-01 20:00\"");
        report.fault(place, format!("\"{written}\" is no moment"), hint);
    }
    read
}

fn networks(fields: &Fields<'_>, entry: &Entry, report: &mut Report<'_>) -> Vec<Network> {
    if fields.is_empty("on") {
        let what = format!("the campaign \"{}\" needs \"on\"", entry.key);
        report.fault(entry.key_place, what, "say whose comments it answers: on: [facebook, instagram]");
    }
    named_networks(fields, "on", report)
}

pub(super) fn named_networks(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for (word, place) in fields.texts(key, report) {
        match Network::ALL.into_iter().find(|network| network.as_str() == word) {
            Some(network) => networks.push(network),
            None => {
                let hint = did_you_mean(word, Network::ALL.map(Network::as_str));
                report.fault(place, format!("unknown network \"{word}\""), hint);
            }
        }
    }
    networks
}
