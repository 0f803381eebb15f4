//! Playbooks that somebody might write, and what might happen to a person, both from a seed.

use std::fmt::Write;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journeys::{Town, request_file, webhooks};
use serde_json::json;
use shared::domain::retry::scramble;

use crate::calendar::ZONE;

/// Numbers from a seed.
pub struct Chance(pub u64);

impl Chance {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        scramble(self.0)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

/// A playbook that somebody might write: a few journeys of all kinds of steps. Not each of them is sound.
pub fn random_playbook(chance: &mut Chance) -> String {
    let quiet = chance.pick(&[
        "",
        "quiet-hours: { nights: \"21:00-08:00\" }\n",
        "quiet-hours: { nights: \"20:00-09:30\", shabbat: jerusalem, holidays: true }\n",
        "quiet-hours: { nights: { every-day: \"22:00-07:00\", friday: \"13:00-10:00\" }, shabbat: eilat, pauses: [\"2027-04-05..2027-04-07\"] }\n",
        "quiet-hours: { shabbat: haifa, holidays: true }\n",
    ]);
    let mut text = String::from(
        "business: { id: neveh, name: נווה, agent: נועה }\n\
         channels: { whatsapp: { number: \"106106106106106\", account: \"102102102102102\" } }\n\
         sources: { forms: { contact: { consent: { text: אני מסכים, field: agree } } } }\n\
         deals: { trip: { dates: [departs_at, returns_at], facts: [zone] } }\n\
         segments: { romans: { field: { city: rome } }, tagged: { tag: t1, not: { tag: t2 } } }\n\
         agents: { noa: { name: נועה } }\n\
         opt-out: { confirm: bye }\n",
    );
    text.push_str(quiet);
    for (cap, most) in [("daily-cap", 3), ("weekly-cap", 6)] {
        if chance.one_in(2) {
            writeln!(text, "{cap}: {}", 1 + chance.below(most)).unwrap();
        }
    }
    text.push_str("messages:\n");
    for number in 0..5 {
        let (kind, words) = match number < 3 {
            true => ("service", format!("היי {{{{ first_name | default('') }}}}, הודעה {number}.")),
            false => ("marketing", format!("פרסומת | נועה, הודעה {number}. להסרה השיבו: הסר")),
        };
        writeln!(
            text,
            "  m{number}:\n    kind: {kind}\n    text: \"{words}\"\n    whatsapp-template: {{ name: m{number}, params: [{}] }}",
            if number < 3 { "\"first_name | default('לך')\"" } else { "" }
        )
        .unwrap();
        if chance.one_in(3) {
            let words = words.replace("הודעה", "מסר");
            let for_whom =
                chance.pick(&["gender: female", "variant: b, share: 2", "channel: whatsapp", "language: en"]);
            let words = if for_whom == "language: en" {
                words.replace("פרסומת", "Advertisement")
            } else {
                words
            };
            writeln!(text, "    wordings: [{{ {for_whom}, text: \"{words}\" }}]").unwrap();
        }
    }
    text.push_str(
        "  ask:\n    kind: service\n    text: \"מה דעתך?\"\n    buttons: [{ reply: כן, payload: yes }, { reply: לא, payload: no }]\n    \
         whatsapp-template: { name: ask, params: [] }\n  bye: { kind: service, text: \"להתראות\" }\njourneys:\n  never: { starts: [{ field.changed: nothing }], steps: [{ tag: t1 }, { tag: t2 }] }\n",
    );
    for number in 0..1 + chance.below(4) {
        let of_deal = chance.one_in(3);
        let starts = match of_deal {
            true => chance.pick(&["deal.won", "deal.opened", "{ deal.won: trip }"]),
            false => chance.pick(&[
                "lead.captured",
                "{ lead.captured: contact }",
                "lead.replied",
                "{ lead.replied: no }",
                "{ segment.entered: romans }",
                "{ tag.added: t1 }",
                "{ field.changed: city }",
                "deal.won",
                "consent.given",
            ]),
        };
        writeln!(text, "  j{number}:\n    starts: [{starts}]").unwrap();
        if chance.one_in(2) {
            let stops = ["lead.replied", "deal.lost", "{ segment.left: romans }", "{ lead.replied: yes }"];
            writeln!(text, "    stops: [{}]", chance.pick(&stops)).unwrap();
        }
        if chance.one_in(3) {
            writeln!(text, "    goal: [{}]", chance.pick(&["deal.won", "{ tag.added: t2 }"])).unwrap();
        }
        if chance.one_in(4) {
            writeln!(text, "    hold-out: {}", 10 + chance.below(40)).unwrap();
        }
        if chance.one_in(3) {
            writeln!(text, "    not-again-within: {}", chance.pick(&["1 hour", "3 days"])).unwrap();
        }
        text.push_str("    steps:\n");
        steps(chance, &mut text, 6, of_deal, 0);
    }
    text
}

fn steps(chance: &mut Chance, text: &mut String, indent: usize, of_deal: bool, depth: u64) {
    let pad = " ".repeat(indent);
    for number in 0..1 + chance.below(3) {
        let first = number == 0 && depth == 0;
        let only_if = match chance.one_in(6) {
            true => format!(", only-if: {}", condition(chance)),
            false => String::new(),
        };
        match chance.below(if depth < 2 { 11 } else { 7 }) {
            0 => writeln!(
                text,
                "{pad}- {{ {}: {}{only_if} }}",
                chance.pick(&["tag", "untag"]),
                chance.pick(&["t1", "t2"])
            ),
            7 => {
                writeln!(text, "{pad}- if: {}\n{pad}  then:", condition(chance)).unwrap();
                steps(chance, text, indent + 4, of_deal, depth + 1);
                if chance.one_in(2) {
                    writeln!(text, "{pad}  else:").unwrap();
                    steps(chance, text, indent + 4, of_deal, depth + 1);
                }
                Ok(())
            }
            8 => {
                let what =
                    chance.pick(&["lead.replied", "{ lead.replied: yes }", "deal.won", "{ tag.added: t1 }"]);
                writeln!(
                    text,
                    "{pad}- wait-for: [{what}]\n{pad}  up-to: {} hours\n{pad}  then:",
                    1 + chance.below(90)
                )
                .unwrap();
                steps(chance, text, indent + 4, of_deal, depth + 1);
                if chance.one_in(2) {
                    writeln!(text, "{pad}  else:").unwrap();
                    steps(chance, text, indent + 4, of_deal, depth + 1);
                }
                Ok(())
            }
            10 => writeln!(
                text,
                "{pad}- {{ task: להתקשר, to: noa, due: {} hours, escalate: {{ to: noa, after: 1 day }}{only_if} }}",
                1 + chance.below(30)
            ),
            9 => {
                writeln!(text, "{pad}- split:").unwrap();
                for _ in 0..2 {
                    writeln!(text, "{pad}    - share: {}\n{pad}      steps:", 1 + chance.below(3)).unwrap();
                    steps(chance, text, indent + 8, of_deal, depth + 1);
                }
                Ok(())
            }
            _ => {
                let delay = delay(chance, of_deal, first);
                let at = match chance.one_in(2) && !delay.is_empty() {
                    true => format!(", at: \"{}\"", chance.pick(&["10:00", "17:30", "23:15", "02:30"])),
                    false => String::new(),
                };
                let more = chance.pick(&[
                    "",
                    "",
                    ", within: 3 days",
                    ", quiet-hours: ignore",
                    ", quiet-hours: keep, within: 2 days",
                    ", zone: Europe/Rome, within: 2 days",
                    ", zone: trip.zone, within: 3 days",
                ]);
                let message = chance.pick(&["m0", "m1", "m2", "m3", "m4", "ask"]);
                writeln!(text, "{pad}- {{ {delay}send: {message}{at}{more}{only_if} }}")
            }
        }
        .unwrap();
    }
}

fn delay(chance: &mut Chance, of_deal: bool, first: bool) -> String {
    let amount = 1 + chance.below(9);
    match chance.below(if of_deal { 5 } else { 3 }) {
        0 if first => String::new(),
        0 => chance.pick(&["", "then-after: 20 minutes, "]).to_owned(),
        1 => format!("then-after: {amount} days, "),
        2 => format!("then-after: {} hours, ", amount * 7),
        3 => format!("before: trip.departs_at, by: {amount} days, "),
        _ => format!("after: trip.returns_at, by: {amount} hours, "),
    }
}

fn condition(chance: &mut Chance) -> &'static str {
    chance.pick(&[
        "{ tag: t1 }",
        "{ not: { tag: t2 } }",
        "{ field: { city: [rome, paris] } }",
        "{ has: email }",
        "{ has: consent }",
        "{ replied: true }",
        "{ deal: won }",
        "{ any: [{ tag: t1 }, { replied: true }] }",
    ])
}

/// Something that the person, or somebody of the business, does.
pub enum Act {
    Form { city: &'static str, agrees: bool },
    Writes(&'static str),
    Presses(&'static str),
    Deal { id: u64, stage: &'static str, departs_at: DateTime, returns_at: DateTime, zone: &'static str },
}

pub fn random_acts(chance: &mut Chance, start: Timestamp) -> Vec<(Timestamp, Act)> {
    let mut at = start;
    let mut acts = Vec::new();
    for number in 0..2 + chance.below(7) {
        // Never at a full minute, on which steps fall due: of what comes at one moment, either may be first.
        let wait = chance.below(if number == 0 { 600 } else { 6 * 24 * 3_600 }) as i64;
        // The same form within ten minutes is one form.
        at += SignedDuration::from_secs(wait + 11 * 60);
        at = Timestamp::from_second(at.as_second() / 60 * 60 + 1 + (number as i64) * 7).unwrap();
        let act = match chance.below(10) {
            _ if number == 0 => {
                Act::Form { city: chance.pick(&["rome", "paris"]), agrees: !chance.one_in(4) }
            }
            0..=1 => Act::Form { city: chance.pick(&["rome", "paris", "oslo"]), agrees: chance.one_in(2) },
            2..=4 => Act::Writes(chance.pick(&["היי", "מתי?", "תודה", "תודה", "הסר"])),
            5..=6 => Act::Presses(chance.pick(&["yes", "no"])),
            _ => {
                let day = at.to_zoned_datetime(TimeZone::get(ZONE).unwrap()).datetime();
                let days = |chance: &mut Chance, most| jiff::Span::new().days(chance.below(most) as i64);
                let departs_at = day.checked_add(days(chance, 15)).unwrap().round(jiff::Unit::Hour).unwrap();
                let returns_at = departs_at.checked_add(days(chance, 6)).unwrap();
                let stage = chance.pick(&["open", "won", "won", "lost"]);
                let zone = chance.pick(&["Europe/Rome", "America/New_York", "nowhere"]);
                Act::Deal { id: chance.below(2), stage, departs_at, returns_at, zone }
            }
        };
        acts.push((at, act));
    }
    acts
}

/// Who thinks of Rome is a woman in this world.
fn gender(city: &str) -> &'static str {
    if city == "rome" { "female" } else { "male" }
}

/// The acts as a scenario says them.
pub fn written(acts: &[(Timestamp, Act)], until: Timestamp) -> String {
    let mut text = String::from("lead: { name: דנה כהן, phone: \"054-123-4567\" }\nevents:\n");
    for (at, act) in acts {
        let at = at.to_string();
        match act {
            Act::Form { city, agrees } => {
                let gender = gender(city);
                writeln!(text, "  - {{ at: \"{at}\", form: contact, agrees: {agrees}, fields: {{ city: {city}, gender: {gender}, language: he }} }}")
            }
            Act::Writes(words) => writeln!(text, "  - {{ at: \"{at}\", writes: \"{words}\" }}"),
            Act::Presses(payload) => writeln!(text, "  - {{ at: \"{at}\", presses: {payload} }}"),
            Act::Deal { id, stage, departs_at, returns_at, zone } => writeln!(
                text,
                "  - {{ at: \"{at}\", deal: order-{id}, stage: {stage}, dates: {{ departs_at: \"{departs_at}\", returns_at: \"{returns_at}\" }}, facts: {{ zone: {zone} }} }}"
            ),
        }
        .unwrap();
    }
    writeln!(text, "until: \"{until}\"").unwrap();
    text
}

/// The acts through the doors that they come by.
pub async fn live(town: &Town, acts: &[(Timestamp, Act)]) {
    for (number, (at, act)) in acts.iter().enumerate() {
        town.move_to(&at.to_string()).await;
        let (id, second) = (format!("wamid.{number}"), at.as_second());
        let (status, body) = match act {
            Act::Form { city, agrees } => {
                let agree = if *agrees { "yes" } else { "" };
                let form = json!({
                    "name": "דנה כהן", "phone": "054-123-4567", "city": city, "agree": agree,
                    "gender": gender(city), "language": "he",
                });
                town.form(&form).await
            }
            Act::Writes(words) => {
                town.webhook(&webhooks::whatsapp_text("972541234567", &id, second, words)).await
            }
            Act::Presses(payload) => {
                town.webhook(&webhooks::whatsapp_press("972541234567", &id, second, payload)).await
            }
            Act::Deal { id, stage, departs_at, returns_at, zone } => {
                let mut request = request_file("lead-intake/deal-won.json");
                let deal = json!({
                    "id": format!("order-{id}"), "phone": "054-123-4567", "stage": stage, "facts": { "zone": zone },
                    "dates": { "departs_at": departs_at.to_string(), "returns_at": returns_at.to_string() },
                });
                request.body = Some(deal.to_string());
                town.http(request).await
            }
        };
        assert!(matches!(status, 200 | 202), "{body}");
        town.work().await;
    }
}
