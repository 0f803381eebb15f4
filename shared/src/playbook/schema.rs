//! The JSON Schema of a playbook: what an editor completes and underlines while somebody writes.
//!
//! It knows the form of each part. What parts mean together (names that must exist, texts that must fit, the rules) only
//! the check knows. A test holds that both know the same keys.

use domain::calendar::CITIES;
use domain::channel::Channel;
use domain::deal::Stage;
use domain::playbook::{Known, Sender, Trigger};
use serde_json::{Map, Value, json};

/// Where it is published, beside the starter playbooks.
#[cfg(test)]
const FILE: &str = "playbook.schema.json";

pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Masa playbook",
        "description": "Who a business is, what it writes, to whom and when. `masa playbook check FILE` says the rest.",
        "type": "object",
        "required": ["business", "channels"],
        "additionalProperties": false,
        "properties": {
            "business": business(),
            "agents": named(
                object("A person of the business.", json!({ "name": text("The name that others of the business know."), "email": { "type": "string", "format": "email" } }), &["name"]),
                "The people of the business, by name.",
            ),
            "teams": named(list(json!({ "type": "string" }), ""), "Those who share their tasks, each by the names of its agents."),
            "links": named(link(), "The business's links by name; `booking` is filled in for each lead."),
            "channels": channels(),
            "sources": sources(),
            "quiet-hours": quiet_hours(),
            "daily-cap": cap("How many messages that nobody waits for one person may get in a civil day."),
            "weekly-cap": cap("The same for seven civil days."),
            "opt-out": object("Who refuses gets one confirmation.", json!({ "confirm": reference("messageName") }), &["confirm"]),
            "deals": named(deal(), "The kinds of deal, each with its dates and facts, as the business's own system sends them."),
            "bus": list(json!({ "enum": triggers() }), "What other systems are told of on the event bus."),
            "alerts": object(
                "Of what people of the business hear by e-mail: what happens within `wait` (2 minutes) goes in one mail, and there is at most one about a lead in `every` (15 minutes).",
                json!({
                    "to": text("An agent with an e-mail address, or a team of such. Of a call the agent who took it hears."),
                    "on": list(reference("occasion"), "What they hear of."),
                    "wait": reference("span"),
                    "every": reference("span"),
                }),
                &["to", "on"],
            ),
            "messages": named(message(), "What is written, by name."),
            "segments": named(reference("condition"), "Kinds of people by name: entering and leaving them can start journeys."),
            "journeys": named(journey(), "What starts, what stops, and what is sent when."),
            "campaigns": named(campaign(), "What answers comments."),
            "tags": named(tags(), "What answers whoever names the business."),
            "pace": object(
                "How fast comments are answered, an hour.",
                json!({
                    "private-replies": { "type": ["integer", "string"], "description": "200, and at most 750." },
                    "public-replies": { "type": ["integer", "string"], "description": "400, and at most 750." },
                }),
                &[],
            ),
            "worklist": worklist(),
        },
        "$defs": {
            "messageName": { "type": "string", "description": "The name of one of the messages." },
            "span": {
                "type": "string",
                "pattern": "^[0-9]+ (minutes?|hours?|days?|weeks?)$",
                "description": "A span: 30 minutes, 1 hour, 3 days, 2 weeks.",
                "examples": ["3 days", "2 hours"],
            },
            "time": { "type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$", "description": "A time of day, in quotes: \"10:00\"." },
            "night": { "type": "string", "pattern": "^ *[0-9]{1,2}:[0-9]{2} *[-–] *[0-9]{1,2}:[0-9]{2} *$", "examples": ["21:00-08:00"] },
            "occasion": occasion(),
            "condition": condition(),
            "step": step(),
        },
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn object(description: &str, properties: Value, required: &[&str]) -> Value {
    let mut object = json!({
        "type": "object",
        "description": description,
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A mapping whose names the marketer chooses.
fn named(of: Value, description: &str) -> Value {
    json!({ "type": "object", "description": description, "additionalProperties": of })
}

/// A list, or one by itself.
fn list(of: Value, description: &str) -> Value {
    json!({ "description": description, "anyOf": [{ "type": "array", "items": of }, of] })
}

/// Ids and numbers may be written with or without quotes.
fn id(description: &str) -> Value {
    json!({ "type": ["string", "integer"], "description": description })
}

fn switch(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn cap(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": domain::lead::RECENT_SENDS_MAX, "description": description })
}

fn triggers() -> Vec<&'static str> {
    Trigger::ALL.iter().map(|trigger| trigger.as_str()).collect()
}

fn business() -> Value {
    object(
        "Who the business is.",
        json!({
            "id": { "type": "string", "pattern": "^[a-z0-9-]{1,40}$", "description": "Its short name in addresses and keys." },
            "name": text("The name that customers know."),
            "zone": text("All times of day are by this clock: Asia/Jerusalem."),
            "language": { "enum": ["he", "en"], "description": "Of messages, and of what the business reads." },
            "agent": text("The first name that signs the messages."),
        }),
        &["id", "name", "agent"],
    )
}

fn link() -> Value {
    let url = json!({ "type": "string", "format": "uri" });
    let tracked = object(
        "A link that tells when it is followed.",
        json!({ "url": url, "tracked": switch("Whoever follows it is noted: link.clicked can start and stop journeys.") }),
        &["url"],
    );
    json!({ "oneOf": [url, tracked] })
}

fn channels() -> Value {
    let page = object("", json!({ "page": id("The Page's id.") }), &["page"]);
    let account = object("", json!({ "account": id("The professional account's id.") }), &["account"]);
    let whatsapp = object(
        "",
        json!({ "number": id("The phone number's id, not the number."), "account": id("The WhatsApp Business Account's id."), "phone": text("The number itself, for links that open a conversation.") }),
        &["number", "account"],
    );
    let email = object(
        "Where its e-mails come from. SES has to know the address or its domain as verified.",
        json!({ "from": text("The address."), "reply-to": text("Where answers go, if not there.") }),
        &["from"],
    );
    object(
        "The accounts at Meta through which the business speaks. Copy the ids from Meta's business settings.",
        json!({
            "facebook": page,
            "instagram": account,
            "whatsapp": whatsapp,
            "email": email,
            "token": text("The name of the secret that holds the access token."),
        }),
        &[],
    )
}

fn sources() -> Value {
    let basis = object(
        "",
        json!({ "text": text("The very words that the person sees."), "field": text("The field that has to be ticked.") }),
        &["text"],
    );
    let consent = json!({ "description": "What the person agrees to by sending it.", "anyOf": [{ "type": "string" }, basis] });
    let senders = Sender::ALL.map(Sender::as_str);
    let form = object(
        "A form of the site, or of whoever else sends leads.",
        json!({
            "consent": consent,
            "origins": list(json!({ "type": "string" }), "Sites that may post it from a browser; none means any."),
            "from": { "description": "Whose way of writing a form down it comes in.", "enum": senders },
            "fields": named(field_place(), "Where its fields stand in what is sent, by our names: phone: lead.phones.0"),
        }),
        &[],
    );
    let bookings = object(
        "Appointments that are told of at /bookings.",
        json!({ "fields": named(field_place(), "Where the calendar writes what we ask: starts_at: meeting.start") }),
        &[],
    );
    object(
        "Where leads come from, and what they have agreed to. Without consent no marketing is sent.",
        json!({
            "lead-ads": object("All lead ads.", json!({ "consent": consent }), &[]),
            "forms": named(form, "The forms, by the name in their address."),
            "bookings": bookings,
        }),
        &[],
    )
}

fn field_place() -> Value {
    let place = object(
        "",
        json!({
            "at": text("The way to it: lead.phones.0"),
            "means": named(json!({ "type": "string" }), "What the sender's words mean in ours: BOOKING_CANCELLED: cancelled"),
            "always": text("What it says for whoever sends it."),
        }),
        &[],
    );
    json!({ "anyOf": [{ "type": "string" }, place] })
}

fn quiet_hours() -> Value {
    let days = ["every-day", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let night = json!({ "anyOf": [reference("night"), { "const": "none" }] });
    let by_day: Map<String, Value> = days.iter().map(|day| ((*day).to_owned(), night.clone())).collect();
    let cities: Vec<&str> = CITIES.iter().map(|city| city.name).collect();
    let shabbat = object(
        "",
        json!({ "city": { "enum": cities }, "begins-before": reference("span"), "ends-after": reference("span") }),
        &["city"],
    );
    object(
        "When nothing goes out that nobody waits for.",
        json!({
            "nights": { "anyOf": [reference("night"), object("By the weekday on which each begins.", by_day.into(), &[])] },
            "shabbat": { "description": "The city by whose sunset it is kept.", "anyOf": [{ "enum": cities }, shabbat] },
            "holidays": switch("Jewish holidays, by the same sunset."),
            "pauses": list(json!({ "type": "string" }), "Days, or from one to another: 2027-08-01..2027-08-14."),
            "paused": switch("Everything is held until this is false again."),
        }),
        &[],
    )
}

fn deal() -> Value {
    let names = json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$" });
    object(
        "Something that a lead buys.",
        json!({ "dates": list(names.clone(), "When things happen: departs_at."), "facts": list(names, "What else is known: destination.") }),
        &[],
    )
}

fn message() -> Value {
    let template = object(
        "The approved template by which it may go outside of the 24 hours.",
        json!({
            "name": { "type": "string", "pattern": "^[a-z0-9_]{1,512}$" },
            "language": text("Of the template; without it, the business's."),
            "params": list(json!({ "type": "string" }), "Expressions for its parameters, in order: first_name | default('…')."),
            "booking-button": switch("Its button opens the booking link."),
        }),
        &["name"],
    );
    let button = object(
        "A button does one thing.",
        json!({
            "book": text("Opens the booking link."),
            "link": text("Opens one of the links: to."),
            "to": text("The name of the link."),
            "reply": text("Says something back."),
            "payload": text("What it says back, for wait-for: [{ lead.replied: … }]."),
            "consent": text("Agrees to marketing: text."),
            "text": text("What is agreed to, in full."),
            "opt-out": text("Refuses further messages."),
            "confirm": text("Confirms on WhatsApp a number that was given elsewhere."),
        }),
        &[],
    );
    let channels: Vec<&str> = Channel::ALL.iter().map(|channel| channel.as_str()).collect();
    let attachment = object(
        "A file that is read when the e-mail leaves.",
        json!({
            "name": text("What its reader sees: tickets.pdf."),
            "url": text("Where it lies, https://…, or the fact of a deal that says so: {{ trip.tickets }}. Without a default, the message waits for it."),
        }),
        &["name", "url"],
    );
    let email = object(
        "With it the message may go by e-mail.",
        json!({
            "subject": text("What stands above it in a list of e-mails."),
            "attachments": { "type": "array", "items": attachment, "maxItems": 5 },
        }),
        &["subject"],
    );
    let wording = object(
        "Other words for those of whom all of this holds. Of several that fit, the one that asks for most.",
        json!({
            "language": text("Of whom a form says that this is their language: en."),
            "gender": { "enum": ["female", "male"], "description": "Of whom a form says so." },
            "channel": { "enum": channels },
            "variant": { "type": ["string", "integer"], "description": "For a part of the people, always the same; the timeline tells which." },
            "share": { "type": "integer", "minimum": 1, "maximum": 1000, "description": "How many they are, where the text as it stands is one." },
            "text": text("What the person reads."),
            "whatsapp-template": template,
        }),
        &["text"],
    );
    object(
        "A message.",
        json!({
            "kind": { "enum": ["service", "marketing"], "description": "What the person asked for or bought, or what needs consent." },
            "text": text("What the person reads. {{ first_name | default('') }} is filled in."),
            "image": { "type": "string", "format": "uri", "pattern": "^https://", "description": "A picture that goes with it. On Messenger and Instagram the text is short then: two lines." },
            "buttons": { "type": "array", "items": button, "maxItems": 3 },
            "channels": list(json!({ "enum": channels }), "In the order in which they are tried."),
            "whatsapp-template": template,
            "email": email,
            "wordings": { "type": "array", "items": wording, "description": "The same in other words: by language, gender, channel, or by lot." },
        }),
        &["kind", "text"],
    )
}

fn occasion() -> Value {
    let told_apart = Trigger::ALL.iter().filter_map(|trigger| {
        let by = trigger.told_apart_by()?;
        Some((trigger.as_str().to_owned(), text(&format!("Only of {by}."))))
    });
    json!({
        "description": "Something that happens, or one kind of it: call.missed, { tag.added: vip }.",
        "anyOf": [
            { "enum": triggers() },
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": false,
                "properties": told_apart.collect::<Map<_, _>>(),
            },
        ],
    })
}

fn condition() -> Value {
    let known: Vec<&str> = Known::ALL.iter().map(|known| known.as_str()).collect();
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    let mut condition = object(
        "Everything that it says has to hold.",
        json!({
            "tag": list(json!({ "type": "string" }), "The lead has this tag."),
            "field": named(list(json!({ "type": ["string", "number", "boolean"] }), ""), "An answer to a form is one of these."),
            "has": list(json!({ "enum": known }), "This is known."),
            "replied": switch("Whether they have answered since the journey began."),
            "active-within": { "description": "They wrote, called, commented or filled in a form within so long.", "$ref": "#/$defs/span" },
            "deal": { "enum": stages, "description": "The journey's deal stands so." },
            "any": { "type": "array", "items": reference("condition"), "description": "One of them is enough." },
            "not": reference("condition"),
        }),
        &[],
    );
    condition["minProperties"] = json!(1);
    condition
}

fn step() -> Value {
    let way = object(
        "A way of a split.",
        json!({
            "name": { "type": ["string", "integer"], "description": "By which the timeline tells it." },
            "share": { "type": "integer", "minimum": 1, "maximum": 1000, "description": "How many take it, beside the others." },
            "steps": steps("What is done on it."),
        }),
        &[],
    );
    object(
        "One thing, at its time.",
        json!({
            "id": text("By this it is known in every version of the journey; without it, by what it does."),
            "send": reference("messageName"),
            "tag": text("Gives the lead a tag."),
            "untag": text("Takes a tag from the lead."),
            "task": text("Gives a person of the business something to do."),
            "to": text("Whose it is: an agent or a team."),
            "due": reference("span"),
            "escalate": object("Whose it becomes how long after that, if it is not done.", json!({ "to": text("An agent or a team."), "after": reference("span") }), &["to"]),
            "if": reference("condition"),
            "wait-for": list(reference("occasion"), "Goes on as soon as one of these happens."),
            "follow-gate": { "enum": ["instagram"], "description": "Asks whether the person, who has written there, follows the business." },
            "up-to": reference("span"),
            "then": steps("Where it holds, has come, or they follow."),
            "else": steps("Where it does not hold, did not come in time, or they do not follow."),
            "split": { "type": "array", "minItems": 2, "maxItems": 8, "items": way, "description": "Each person takes one way, always the same." },
            "after": { "type": "string", "description": "A span from the journey's start, or a date of the deal: trip.returns_at." },
            "then-after": reference("span"),
            "before": text("A date of the deal: trip.departs_at."),
            "by": reference("span"),
            "at": reference("time"),
            "zone": text("Where its times are counted: Europe/Rome, or a fact of the deal: trip.zone."),
            "within": reference("span"),
            "quiet-hours": { "enum": ["ignore", "keep"], "description": "Goes at night, too; or waits although it is an answer." },
            "only-if": reference("condition"),
        }),
        &[],
    )
}

fn steps(description: &str) -> Value {
    json!({ "type": "array", "items": reference("step"), "description": description })
}

fn journey() -> Value {
    object(
        "A journey.",
        json!({
            "starts": list(reference("occasion"), "What begins it."),
            "stops": list(reference("occasion"), "What ends it."),
            "goal": list(reference("occasion"), "What it is for. It ends it, too, and is told of it."),
            "hold-out": { "type": ["integer", "string"], "description": "How many of a hundred people are left out, so that its effect can be told." },
            "not-again-within": reference("span"),
            "steps": steps("In their order."),
        }),
        &["starts", "steps"],
    )
}

fn campaign() -> Value {
    let mut keys = answer_keys();
    let own = json!({
        "kind": { "enum": ["comment-reply"] },
        "on": list(json!({ "enum": ["facebook", "instagram"] }), "Whose comments."),
        "posts": list(json!({ "type": ["string", "integer"] }), "Under which posts: their ids, all, ads or live."),
        "starts": { "type": "string", "description": "From when on, by when a comment was written: 2026-12-01 09:00." },
        "ends": { "type": "string", "description": "From when on no more." },
        "once": { "enum": ["comment", "post", "rule", "campaign"], "description": "What one person is answered once for." },
        "replies-too": switch("Answers comments on comments as well."),
        "rules": {
            "type": "array",
            "description": "The first that fits a comment answers; what stands beside them is for the rest.",
            "items": rule(),
        },
        "gives": gift(),
        "afterwards": object("What whoever comes after the end gets.", answer_keys(), &[]),
    });
    merge(&mut keys, own);
    object("What answers a comment.", keys, &["kind", "on"])
}

fn tags() -> Value {
    let answer = answer_keys();
    object(
        "What answers whoever names the business.",
        json!({
            "on": list(json!({ "enum": ["facebook", "instagram"] }), "Where."),
            "where": list(
                json!({ "enum": ["story", "story-reply", "comment", "caption", "post"] }),
                "In what; without it, in anything.",
            ),
            "starts": { "type": "string", "description": "From when on: 2026-12-01 09:00." },
            "ends": { "type": "string", "description": "From when on no more." },
            "not-again-within": reference("span"),
            "reply": answer["reply"],
            "no-repeat": answer["no-repeat"],
            "message": reference("messageName"),
        }),
        &["on"],
    )
}

fn worklist() -> Value {
    let count = |what: &str| json!({ "type": ["integer", "string"], "description": what });
    object(
        "Accounts that somebody of the business looks in on by hand; masa worklist says which today.",
        json!({
            "facebook": list(json!({ "type": "string" }), "Pages, by the names in their addresses."),
            "instagram": list(json!({ "type": "string" }), "Accounts, by the names in their addresses."),
            "a-day": object(
                "How much is done on one day, at all of them together.",
                json!({
                    "accounts": count("How many accounts; 5."),
                    "likes": count("How many posts are liked; 10."),
                    "comments": count("How many comments are written; 3."),
                    "follows": count("How many people are followed; 5."),
                }),
                &[],
            ),
        }),
        &[],
    )
}

fn rule() -> Value {
    let mut keys = answer_keys();
    let signs = |what: &str| {
        object(
            what,
            json!({
                "words": list(json!({ "type": ["string", "integer"] }), "Words or phrases, whole; one is enough."),
                "language": list(json!({ "enum": ["he", "ar", "ru", "en"] }), "The script of most letters; one is enough."),
                "emoji": switch("It has a picture."),
                "question": switch("It asks."),
                "friend": switch("It names somebody else."),
            }),
            &[],
        )
    };
    let own = json!({
        "name": { "type": "string", "description": "What it is called." },
        "when": signs("All of it has to hold."),
        "unless": signs("Nothing of it may hold."),
        "gives": gift(),
    });
    merge(&mut keys, own);
    object("A rule of a campaign.", keys, &[])
}

fn gift() -> Value {
    object(
        "What each person gets once. Texts tell of it with raffle_number and coupon.",
        json!({
            "raffle-number": switch("The next number of the campaign's raffle."),
            "coupon": { "type": "string", "description": "A code for all, or one-each from those that were loaded." },
            "first": { "type": ["integer", "string"], "description": "Only for so many." },
            "otherwise": object("What whoever comes too late is told.", answer_keys(), &[]),
            "remind": object(
                "What whoever has it is written before the campaign ends, if the conversation is open then.",
                json!({ "message": reference("messageName"), "before": reference("span") }),
                &["message", "before"],
            ),
        }),
        &[],
    )
}

fn answer_keys() -> Value {
    let pool = list(json!({ "type": "string" }), "Public replies to draw from.");
    json!({
        "reply": {
            "description": "Public replies to draw from, for all networks or for each.",
            "anyOf": [pool, object("By network.", json!({ "facebook": pool, "instagram": pool }), &[])],
        },
        "no-repeat": { "type": ["integer", "string"], "description": "How many of a post's last replies are not said again." },
        "like": {
            "description": "Likes the comment, on all networks or on these.",
            "anyOf": [switch("On all."), list(json!({ "enum": ["facebook", "instagram"] }), "On these.")],
        },
        "private-reply": reference("messageName"),
        "asks-phone": {
            "description": "The private reply asks for a phone number; what is said when it was given, or could not be read.",
            "anyOf": [
                switch("Nothing is said."),
                object(
                    "Messages in the same conversation.",
                    json!({ "thanks": reference("messageName"), "unclear": reference("messageName") }),
                    &[],
                ),
            ],
        },
        "hide": switch("Takes the comment out of sight of others."),
        "task": { "type": "string", "description": "Something for a person of the business to do." },
        "to": { "type": "string", "description": "The agent or team whose task it is." },
        "due": reference("span"),
        "escalate": object(
            "Whose the task becomes if it is not done.",
            json!({ "to": { "type": "string" }, "after": reference("span") }),
            &["to", "after"],
        ),
    })
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::playbook::read::keys;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/local")
    }

    #[test]
    fn the_published_schema_is_the_one_that_is_printed() {
        let published = fs::read_to_string(folder().join(FILE)).unwrap();
        let printed = serde_json::to_string_pretty(&schema()).unwrap();
        assert_eq!(published.trim_end(), printed, "write it anew: masa playbook schema > infra/local/{FILE}");
    }

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        let schema = schema();
        let known = |pointer: &str| -> BTreeSet<String> {
            schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
        };
        let campaign: Vec<&str> = keys::CAMPAIGN.into_iter().chain([keys::AFTERWARDS]).collect();
        let of_campaign = "/properties/campaigns/additionalProperties/properties";
        let below = |path: &str| format!("{of_campaign}/{path}");
        let (rule, signs, gift, late, phone, remind) = (
            below("rules/items/properties"),
            below("rules/items/properties/when/properties"),
            below("gives/properties"),
            below("gives/properties/otherwise/properties"),
            below("asks-phone/anyOf/1/properties"),
            below("gives/properties/remind/properties"),
        );
        let cases: [(&str, &[&str]); 25] = [
            (of_campaign, &campaign),
            (&rule, &keys::RULE),
            (&signs, &keys::SIGN),
            (&gift, &keys::GIFT),
            (&late, &keys::ANSWER),
            (&phone, &keys::PHONE),
            (&remind, &keys::REMIND),
            ("/properties/sources/properties", &keys::SOURCES),
            ("/properties/sources/properties/forms/additionalProperties/properties", &keys::FORM),
            (
                "/properties/sources/properties/bookings/properties/fields/additionalProperties/anyOf/1/properties",
                &keys::PLACE,
            ),
            ("/properties/pace/properties", &keys::PACE),
            ("/properties/alerts/properties", &keys::ALERTS),
            ("/properties/links/additionalProperties/oneOf/1/properties", &keys::LINK),
            ("/properties/worklist/properties", &keys::WORKLIST),
            ("/properties/worklist/properties/a-day/properties", &keys::DAILY),
            ("/properties/tags/additionalProperties/properties", &keys::TAGS),
            ("/properties", &keys::PARTS),
            ("/$defs/step/properties", &keys::STEP),
            ("/$defs/step/properties/split/items/properties", &keys::WAY),
            ("/$defs/condition/properties", &keys::CONDITION),
            ("/properties/journeys/additionalProperties/properties", &keys::JOURNEY),
            ("/properties/messages/additionalProperties/properties", &keys::MESSAGE),
            ("/properties/messages/additionalProperties/properties/email/properties", &keys::EMAIL),
            (
                "/properties/messages/additionalProperties/properties/email/properties/attachments/items/properties",
                &keys::ATTACHMENT,
            ),
            (
                "/properties/messages/additionalProperties/properties/wordings/items/properties",
                &keys::WORDING,
            ),
        ];
        for (pointer, read) in cases {
            assert_eq!(known(pointer), read.iter().map(|key| (*key).to_owned()).collect(), "{pointer}");
        }
    }

    #[test]
    fn every_starter_fits_the_schema_and_names_it_and_a_slip_does_not_fit() {
        let schema = jsonschema::validator_for(&schema()).unwrap();
        let mut starters = 0;
        for file in fs::read_dir(folder()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            starters += 1;
            let text = fs::read_to_string(&path).unwrap();
            assert!(
                text.starts_with(&format!("# yaml-language-server: $schema={FILE}\n")),
                "{}",
                path.display()
            );
            let value: Value = serde_saphyr::from_str(&text).unwrap();
            let faults: Vec<String> = schema
                .iter_errors(&value)
                .map(|fault| format!("{} at {}", fault, fault.instance_path()))
                .collect();
            assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
            let slip: Value = serde_saphyr::from_str(&text.replacen("\nmessages:", "\nmesages:", 1)).unwrap();
            assert!(!schema.is_valid(&slip));
        }
        assert_eq!(starters, 5);
    }
}
