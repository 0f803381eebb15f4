//! The playbooks that are shipped, and the mistakes that people make.

use std::fs;
use std::path::Path;

use domain::channel::Channel;
use domain::playbook::{Delay, Occasion, Playbook, StepAction, Trigger, Unit, Wait};
use insta::assert_snapshot;

use super::{parse, templates};

mod ways;
mod wordings;

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn starter() -> String {
    file("infra/local/playbook.he.yaml")
}

fn sound(name: &str, text: &str) -> Playbook {
    parse(name, text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// What is said of the starter when one thing in it is another.
fn mistaken(right: &str, wrong: &str) -> String {
    let text = starter();
    assert!(text.contains(right), "the starter has no {right:?}");
    let faults = parse("playbook.yaml", &text.replacen(right, wrong, 1)).err();
    faults.unwrap_or_else(|| panic!("nobody minds {wrong:?}")).to_string()
}

#[test]
fn the_starter_says_what_the_guide_says() {
    let playbook = sound("infra/local/playbook.he.yaml", &starter());
    assert_eq!(playbook.business.id.as_str(), "neveh");
    assert_eq!(playbook.channels.asset(Channel::Instagram).unwrap().as_str(), "17841400000000001");
    let journey = &playbook.journeys[&"new-lead".into()];
    assert!(journey.stops.contains(&Occasion::any(Trigger::LeadReplied)));
    let ladder: Vec<String> = journey
        .steps
        .iter()
        .map(|step| {
            let Delay::After(Wait { amount, unit }) = step.delay else { panic!("{step:?}") };
            let (verb, name) = match &step.action {
                StepAction::Send(message) => ("send", message.as_str()),
                StepAction::Tag(tag) => ("tag", tag.as_str()),
                other => panic!("{other:?}"),
            };
            let at = step.at.map_or(String::new(), |at| format!(" at {at}"));
            assert!(amount == 0 || unit == Unit::Days);
            format!("day {amount}{at}: {verb} {name}")
        })
        .collect();
    assert_snapshot!(ladder.join("\n"), @r"
    day 0: send welcome
    day 3 at 10:00:00: send follow-up-1
    day 10 at 10:00:00: send follow-up-2
    day 20 at 10:00:00: send follow-up-3
    day 50 at 10:00:00: send follow-up-4
    day 57 at 10:00:00: tag mailing-list
    ");
}

#[test]
fn the_same_text_is_the_same_version() {
    let text = starter();
    let version = |text: &str| sound("playbook.yaml", text).version;
    assert_eq!(version(&text), version(&text));
    assert_eq!(version(&text).as_str().len(), 16);
    assert_ne!(version(&text), version(&format!("{text}\n")));
}

#[test]
fn a_second_business_shares_no_account_with_the_first() {
    let (first, second) =
        (sound("first", &starter()), sound("second", &file("events/playbooks/second.yaml")));
    assert_ne!(first.business.id, second.business.id);
    assert!(first.channels.all().all(|id| second.channels.all().all(|other| id != other)));
}

#[test]
fn the_templates_are_what_whatsapp_is_asked_to_approve() {
    let playbook = sound("playbook.yaml", &starter());
    let list: Vec<String> = templates(&playbook)
        .iter()
        .map(|template| {
            let button = if template.url_button { ", booking button" } else { "" };
            assert!(template.body.contains("{{1}}") && !template.body.contains("first_name"), "{template:?}");
            format!(
                "{} {} {}, {} parameters{button}",
                template.name,
                template.language,
                template.category.as_str(),
                template.body_parameters
            )
        })
        .collect();
    assert_snapshot!(list.join("\n"), @"
    after_call he utility, 4 parameters
    follow_up_1 he marketing, 3 parameters, booking button
    follow_up_2 he marketing, 3 parameters, booking button
    follow_up_3 he marketing, 4 parameters, booking button
    follow_up_4 he marketing, 3 parameters, booking button
    missed_call he utility, 3 parameters
    trip_attractions he utility, 5 parameters
    trip_enjoy he utility, 3 parameters
    trip_how_was_it he utility, 2 parameters
    trip_joined he utility, 4 parameters
    trip_airport he utility, 3 parameters
    lead_welcome he utility, 4 parameters, booking button
    ");
}

#[test]
fn a_mistake_about_the_calendar_or_a_deal_has_a_place_and_a_cure() {
    let cases = [
        ("shabbat: jerusalem", "shabbat: jeruslem"),
        ("shabbat: jerusalem, ", ""),
        ("shabbat: jerusalem", "shabbat: { city: haifa, ends-after: 9 hours }"),
        ("nights: \"21:00-08:00\"", "nights: { every-day: \"21:00-08:00\", fridy: none }"),
        ("holidays: true", "holidays: true, pauses: [\"2027-08-14..2027-08-01\"]"),
        ("holidays: true", "holidays: true, pauses: [august]"),
        ("before: trip.departs_at, by: 7 days", "before: trip.departs, by: 7 days"),
        ("before: trip.departs_at, by: 7 days", "before: departure, by: 7 days"),
        ("before: trip.departs_at, by: 7 days", "before: trip.departs_at, after: 1 day"),
        ("before: trip.departs_at, by: 7 days", "after: 1 day, by: 7 days"),
        ("starts: [deal.won]", "starts: [lead.captured]"),
        ("trip.destination | default('החופשה שלך') }}", "trip.destination }}"),
        ("trip.destination | default('החופשה שלך') }}", "trip.place | default('החופשה שלך') }}"),
        ("dates: [departs_at, returns_at]", "dates: [Departs, returns_at, departs_at]"),
    ];
    let said: Vec<String> = cases.iter().map(|(right, wrong)| mistaken(right, wrong)).collect();
    assert_snapshot!(said.join("\n"), @r#"
    playbook.yaml:47:48: unknown city "jeruslem"
        did you mean "jerusalem"?
    playbook.yaml:47:39: holidays begin at sunset, and no city is named
        name the city by whose sunset they begin: shabbat: jerusalem
    playbook.yaml:47:75: "ends-after" is at most four hours
        write minutes: 40 minutes
    playbook.yaml:47:52: "nights" has no "fridy"
        did you mean "friday"?
    playbook.yaml:47:84: the pause "2027-08-14..2027-08-01" ends before it begins
        write the earlier day first
    playbook.yaml:47:84: "august" is no pause
        write a day or from when to when, in quotes: "2027-08-01..2027-08-14"
    playbook.yaml:312:19: unknown date "trip.departs"
        did you mean "trip.departs_at"?
    playbook.yaml:312:19: "departure" is no date of a deal
        name the deal and its date: before: trip.departs_at
    playbook.yaml:312:43: a step has one delay, and this one has two
        a step counts from one thing: keep before, after or then-after
    playbook.yaml:312:29: by counts from a date, and none is named
        say what it is counted from: before: trip.departs_at, by: 7 days
    playbook.yaml:308:14: its steps hang on a deal's dates, and this start brings no deal
        start it by deal.opened, deal.won or deal.lost
    playbook.yaml:160:7: not everybody has a value for trip.destination
        say what stands there then: trip.destination | default('')
    playbook.yaml:160:7: unknown variable "trip.place"
        there are 29 to choose from
    playbook.yaml:44:19: "Departs" is no name for what a text can use
        small letters, digits and _, and no _time at the end: departs_at
    "#);
}

#[test]
fn a_night_may_differ_by_weekday_and_a_pause_be_one_day() {
    let text = starter().replacen(
        "nights: \"21:00-08:00\", shabbat: jerusalem",
        "nights: { every-day: \"21:00-08:00\", friday: \"14:00-09:00\", saturday: none }, pauses: [2027-08-01], \
         shabbat: { city: haifa, begins-before: 20 minutes, ends-after: 50 minutes }",
        1,
    );
    let quiet = sound("playbook.yaml", &text).quiet_hours;
    let hours: Vec<String> = quiet
        .nights
        .iter()
        .map(|night| night.map_or("none".to_owned(), |(from, to)| format!("{}-{}", from.hour(), to.hour())))
        .collect();
    assert_eq!(hours, ["21-8", "21-8", "21-8", "21-8", "21-8", "14-9", "none"]);
    let rest = quiet.rest.unwrap();
    assert_eq!((rest.city.name, rest.begins_before.as_mins(), rest.ends_after.as_mins()), ("haifa", 20, 50));
    assert_eq!((quiet.pauses.len(), quiet.pauses[0].from), (1, quiet.pauses[0].to));
    assert!(rest.holidays && !quiet.is_paused);
}

#[test]
fn an_id_may_be_written_without_quotes() {
    let numbers = starter()
        .replace("\"17841400000000001\"", "17841400000000001")
        .replace("\"101010101010101\"", "101010101010101");
    let playbook = sound("playbook.yaml", &numbers);
    assert_eq!(playbook.channels.instagram.unwrap().as_str(), "17841400000000001");
    assert_eq!(playbook.channels.page.unwrap().as_str(), "101010101010101");
}

#[test]
fn a_typical_mistake_has_a_place_and_a_cure() {
    let cases = [
        ("send: welcome", "send: welcom"),
        ("starts: [lead.captured]", "starts: [lead.capture]"),
        ("stops: [lead.replied, deal.won,", "stops: [lead.replied, meeting.made,"),
        ("after: 3 days", "after: 3 dayz"),
        ("channels: [messenger, instagram]", "channels: [mesenger, instagram]"),
        ("params: [\"first_name | default('לך')\", agent.name", "params: [first_name, agent.nam"),
        ("book: \"לקביעת שיחה\"", "book: \"לקביעת שיחה עם המומחה\""),
        ("שלנו: {{ links.video }}", "שלנו: {{ links.vidoe }}"),
        ("zone: Asia/Jerusalem", "zone: Asia/Jeruslem"),
        ("id: neveh ", "id: נווה "),
        ("account: \"102102102102102\"", "account: \"106106106106106\""),
        ("nights: \"21:00-08:00\"", "nights: \"21-8\""),
        ("private-reply: comment-thanks", "private_reply: comment-thanks"),
        ("daily-cap: 2", "daily-cap: 0"),
        ("{{ first_name | default('') }}, זאת", "{{ first_name }}, זאת"),
        ("{{ first_name | default('') }}, זאת", "{{ first_name | default('' }}, זאת"),
    ];
    let said: Vec<String> = cases.iter().map(|(right, wrong)| mistaken(right, wrong)).collect();
    assert_snapshot!(said.join("\n"), @r#"
    playbook.yaml:271:15: unknown message "welcom"
        did you mean "welcome"?
    playbook.yaml:268:14: unknown trigger "lead.capture"
        did you mean "lead.captured"?
    playbook.yaml:269:27: unknown trigger "meeting.made"
        there are: lead.captured, lead.replied, lead.opted-out, consent.given, call.missed, call.ended, comment.made, phone.given, phone.confirmed, raffle.won, deal.opened, deal.won, deal.lost, booking.made, booking.moved, booking.cancelled, link.clicked, tag.added, field.changed, segment.entered, segment.left
    playbook.yaml:273:18: unknown unit "dayz"
        did you mean "days"?
    playbook.yaml:229:16: unknown channel "mesenger"
        did you mean "messenger"?
    playbook.yaml:69:16: not everybody has a value for first_name
        say what stands there then: first_name | default('…')
    playbook.yaml:69:28: unknown variable "agent.nam"
        did you mean "agent.name"?
    playbook.yaml:66:17: a button says at most 20 characters, "לקביעת שיחה עם המומחה" has 21
        shorten it
    playbook.yaml:61:7: unknown variable "links.vidoe"
        did you mean "links.video"?
    playbook.yaml:9:9: unknown time zone "Asia/Jeruslem"
        did you mean "Asia/Jerusalem"?
    playbook.yaml:7:7: "נווה" is no id
        write 1 to 40 of a-z, 0-9 and "-"
    playbook.yaml:30:51: the id "106106106106106" stands here for the second time
        each account has an id of its own: copy this one again
    playbook.yaml:47:24: "21-8" is no night
        write from when to when: "21:00-08:00"
    playbook.yaml:344:5: the campaign "comments" has no "private_reply"
        did you mean "private-reply"?
    playbook.yaml:49:12: "0" is no daily cap
        write how many messages one person may get in a day, 1 to 12: daily-cap: 2
    playbook.yaml:61:7: not everybody has a value for first_name
        say what stands there then: first_name | default('')
    playbook.yaml:61:7: the text is not a sound template: unexpected `}`, expected `,`
        a variable is written {{ first_name }}
    "#);
}

#[test]
fn what_may_not_leave_is_said_when_it_is_written() {
    let whole_template = "    whatsapp-template:
      name: after_call
      params: [\"first_name | default('לך')\", agent.name, business.name, links.testimonials]
";
    let cases = [
        // R2: an advertisement in disguise, and one that cannot be refused.
        ("פרסומת | היי", "היי"),
        ("      להסרה השיבו: הסר\n", ""),
        // R1: a source without a basis.
        (
            "    contact:\n      consent: \"אני מאשר/ת לנווה תיירות לפנות אליי ולשלוח לי הצעות ועדכונים בוואטסאפ. אפשר להסיר בכל עת.\"",
            "    contact: {}",
        ),
        // R4: a call is no consent.
        (
            "send: after-call, within: 2 hours }",
            "send: follow-up-1 }\n      - { after: 1 day, send: after-call }",
        ),
        (
            "send: missed-call, within: 2 hours }",
            "send: missed-call }\n      - { after: 1 day, send: welcome }",
        ),
        // R6: only at night, and never late.
        (
            "at: \"10:00\", send: follow-up-2, within: 2 days",
            "at: \"22:00\", send: follow-up-2, within: 2 hours",
        ),
        // R17: nothing automatic after a day.
        ("after: 57 days, at: \"10:00\", tag: mailing-list", "after: 57 days, send: comment-thanks"),
        // Out of order.
        ("after: 10 days", "after: 2 days"),
        ("confirm: goodbye", "confirm: follow-up-1"),
    ];
    // R10: opens a conversation without a template, and there is no mailbox either.
    let mailbox = "  email: { from: \"hello@neveh.example\" }\n";
    let mute = starter().replacen(whole_template, "", 1).replacen(mailbox, "", 1);
    let mute = mute.split("\nalerts:").next().unwrap().to_owned();
    let mute = parse("playbook.yaml", &mute).unwrap_err().to_string();
    let cases = cases.iter().map(|(right, wrong)| mistaken(right, wrong));
    let said: Vec<String> = std::iter::once(mute).chain(cases).collect();
    assert_snapshot!(said.join("\n"), @r#"
    playbook.yaml:300:17: "after-call" needs a whatsapp-template here: 24 hours after the person's last message WhatsApp takes nothing else (R10)
        add to the message: whatsapp-template: { name: …, params: […] }
    playbook.yaml:102:7: a marketing message begins with פרסומת
        write "פרסומת: …", or kind: service if it sells nothing
    playbook.yaml:102:7: a marketing message says how to refuse more of them
        add a button { opt-out: "הסר" }, or to the text: להסרה השיבו הסר
    playbook.yaml:39:5: the form "contact" states no consent, and the journey "new-lead" sends its leads marketing ("follow-up-1")
        add consent: with the words that the person sees and agrees to
    playbook.yaml:304:17: a call is no consent: what call.ended starts sends no marketing
        send one service message with a button that asks: { consent: …, text: … }
    playbook.yaml:298:31: call.missed allows one service message, and this is number 2
        keep one, and ask for consent in it
    playbook.yaml:274:31: the quiet hours move this step to a time that is too late for it, so it never goes
        choose a time by day, a longer within, or quiet-hours: ignore
    playbook.yaml:278:33: "comment-thanks" cannot go then: Messenger and Instagram take nothing 24 hours after the person's last message (R17)
        let the message go by whatsapp with an approved template, too
    playbook.yaml:274:18: this step is due before the one above it
        after counts from the journey's start: move the step up, or write then-after
    playbook.yaml:51:21: who refuses gets no marketing message
        confirm with a message of kind: service
    "#);
}

#[test]
fn all_faults_are_told_in_one_run() {
    let text = "business: { id: Neveh, nmae: נווה }
channels: { whatsapp: { number: 5 } }
messages:
  hello: { text: \"{{ frist_name }}\", buttons: [{ book: יומן, reply: כן }] }
  hello: { kind: service, text: שלום }
journeys:
  empty: { starts: [] }
  wild: { starts: lead.captured, steps: [{ sned: hello }, { after: 2 days, then-after: 1 day, tag: x }] }
campaigns:
  silent: { kind: comment-reply, on: [tiktok] }
";
    assert_snapshot!(parse("p.yaml", text).unwrap_err(), @r#"
    p.yaml:1:11: a business needs "agent"
        the first name that signs the messages
    p.yaml:1:11: a business needs "name"
        the name that customers know
    p.yaml:1:17: "Neveh" is no id
        write 1 to 40 of a-z, 0-9 and "-"
    p.yaml:1:24: a business has no "nmae"
        did you mean "name"?
    p.yaml:2:23: "whatsapp" needs "account"
        copy its id from Meta's business settings, in quotes
    p.yaml:4:3: the message "hello" needs "kind"
        write kind: service (what the person asked for or bought) or kind: marketing (needs consent)
    p.yaml:4:18: unknown variable "frist_name"
        did you mean "first_name"?
    p.yaml:4:48: a button does one thing, and this one has "book" and "reply"
        write two buttons
    p.yaml:4:56: unknown link "booking"
        add the calendar's address: links: { booking: "https://…" }
    p.yaml:5:3: "hello" stands here for the second time
        keep one of the two, or give this one another name
    p.yaml:7:3: the journey "empty" has no steps
        add at least one: steps: [{ send: welcome }]
    p.yaml:7:3: the journey "empty" never starts
        say what begins it: starts: [lead.captured]
    p.yaml:8:42: the step does nothing
        write send: and a message, tag: and a word, task: and what to do, or if:, wait-for:, split: or follow-gate:
    p.yaml:8:44: a step has no "sned"
        did you mean "send"?
    p.yaml:8:88: a step has one delay, and this one has two
        after counts from the journey's start, then-after from the step before: keep one
    p.yaml:10:3: the campaign "silent" does nothing
        give it reply: […], like: true or private-reply: …
    p.yaml:10:39: unknown network "tiktok"
        there are: facebook, instagram
    "#);
}

#[test]
fn what_is_no_yaml_is_told_once_and_with_its_place() {
    let said = [
        parse("p.yaml", "business: { id: neveh\nlinks: {}\n").unwrap_err().to_string(),
        parse("p.yaml", "business:\n  id: a\n name: b\n").unwrap_err().to_string(),
        parse("p.yaml", "").unwrap_err().to_string(),
        parse("p.yaml", "- just\n- a list\n").unwrap_err().to_string(),
        parse("p.yaml", "business: *nobody\n").unwrap_err().to_string(),
    ];
    assert_snapshot!(said.join("\n"), @r"
    p.yaml:2:6: not readable as YAML: while parsing a flow mapping, did not find expected ',' or '}'
        look for a missing quote, colon or bracket, and at the indentation here and just above
    p.yaml:3:2: not readable as YAML: while parsing a block mapping, did not find expected key
        look for a missing quote, colon or bracket, and at the indentation here and just above
    p.yaml:1:1: the file is empty
        begin with business: { id: my-business, name: …, agent: … }
    p.yaml:1:1: this is no playbook
        begin with business: { id: my-business, name: …, agent: … }
    p.yaml:1:11: not readable as YAML: alias references unknown anchor
        look for a missing quote, colon or bracket, and at the indentation here and just above
    ");
}

#[test]
fn a_bomb_does_not_go_off() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..=9 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let deep = "[".repeat(100_000);
    let large = "# x\n".repeat(2_600_000);
    let nodes = "- x\n".repeat(200_000);
    let wide: String = (0..20_000).map(|number| format!("key{number}: {{ kind: service }}\n")).collect();
    let first = |text: String| parse("p.yaml", &text).unwrap_err().as_slice()[0].to_string();
    let said = [bomb, deep, large, nodes, wide].map(first);
    assert_snapshot!(said.join("\n"), @r"
    p.yaml:5:15: the file holds too much, is too deep, or repeats itself too often with aliases
        take some out, and write it without aliases
    p.yaml:1:256: not readable as YAML: recursion limit exceeded
        look for a missing quote, colon or bracket, and at the indentation here and just above
    p.yaml:1:1: the file is larger than 1000 KB
        move media and long texts out of the playbook, and link to them
    p.yaml:20000:3: the file holds too much, is too deep, or repeats itself too often with aliases
        take some out, and write it without aliases
    p.yaml:5000:18: the file holds too much, is too deep, or repeats itself too often with aliases
        take some out, and write it without aliases
    ");
}

#[test]
fn no_missing_line_makes_the_reader_stumble() {
    let text = starter();
    let lines: Vec<&str> = text.lines().collect();
    for left_out in 0..lines.len() {
        let rest = [&lines[..left_out], &lines[left_out + 1..]].concat().join("\n");
        if let Err(faults) = parse("playbook.yaml", &rest) {
            assert!(faults.as_slice().iter().all(|fault| fault.line >= 1 && fault.column >= 1));
        }
        // Cut off there, as an editor leaves it that ran out of disk.
        if left_out % 5 == 0 {
            drop(parse("playbook.yaml", &lines[..left_out].join("\n")));
        }
    }
}
