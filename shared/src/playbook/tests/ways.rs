//! Journeys with more than one way: how they are laid out, and what can be wrong with them.

use domain::playbook::{Journey, StepAction};
use insta::assert_snapshot;

use super::super::parse;
use super::{file, sound, starter};

const HEAD: &str = "business: { id: tamar, name: תמר, agent: יואב }
links: { review: \"https://www.example.com/review\" }
channels: { whatsapp: { number: \"106106106106106\", account: \"102102102102102\" } }
deals: { trip: { dates: [departs_at], facts: [zone] } }
agents: { noa: { name: נועה } }
teams: { sales: [noa] }
segments: { listed: { tag: list } }
messages:
  hello: { kind: service, text: שלום, whatsapp-template: { name: hello } }
  ask:
    kind: service
    text: מה דעתך?
    buttons: [{ reply: טוב, payload: good }, { reply: רע, payload: bad }]
    whatsapp-template: { name: ask }
  review: { kind: service, text: \"כאן: {{ links.review }} תודה\", whatsapp-template: { name: review } }
journeys:
  first:
    starts: [lead.captured]
    steps:
      - tag: list
";

/// The head, and a journey with these steps.
fn with_steps(steps: &str) -> String {
    let steps: String = steps.lines().map(|line| format!("      {line}\n")).collect();
    format!("{HEAD}  other:\n    starts: [lead.replied]\n    steps:\n{steps}")
}

fn shown(journey: &Journey) -> String {
    let steps = journey.steps.iter().enumerate().map(|(index, step)| {
        let ways: Vec<String> = match &step.action {
            StepAction::Split { ways } => {
                ways.iter().map(|way| format!("{} -> {}", way.name, way.to)).collect()
            }
            StepAction::Branch { otherwise, .. }
            | StepAction::Await { otherwise, .. }
            | StepAction::FollowGate { otherwise } => {
                vec![step.next.to_string(), format!("else {otherwise}")]
            }
            _ => vec![step.next.to_string()],
        };
        format!("{index} {}: {}", step.id, ways.join(", "))
    });
    steps.collect::<Vec<_>>().join("\n")
}

#[test]
fn steps_within_steps_are_laid_out_one_behind_the_other() {
    let text = with_steps(
        "- send: hello
- if: { tag: list }
  then:
    - send: ask
    - wait-for: [{ lead.replied: good }]
      up-to: 1 day
      then: [{ tag: happy }]
  else:
    - split:
        - { name: a, share: 3, steps: [{ send: hello }, { tag: list }] }
        - { name: b }
- if: { replied: true }
  else: [{ send: hello }]
- { id: last, send: hello }",
    );
    let playbook = sound("p.yaml", &text);
    assert_snapshot!(shown(&playbook.journeys[&"other".into()]), @"
    0 hello: 1
    1 if: 2, else 5
    2 ask: 3
    3 wait-for: 4, else 8
    4 tag happy: 8
    5 split: a -> 6, b -> 8
    6 hello#2: 7
    7 tag list: 8
    8 if#2: 10, else 9
    9 hello#3: 10
    10 last: 11
    ");
}

#[test]
fn a_mistake_on_a_way_has_a_place_and_a_cure() {
    let cases = [
        "- { wait-for: [lead.replied] }",
        "- { wait-for: [], up-to: 1 day }",
        "- { wait-for: [{ lead.replied: goood }], up-to: 1 day, after: 2 days }",
        "- { wait-for: [{ call.missed: x }], up-to: 1 day }",
        "- { if: { tag: vip }, then: [{ send: helo }] }",
        "- { if: {}, then: [{ send: hello }] }",
        "- { if: { has: fax, deal: sold, tga: x }, then: [{ send: hello }] }",
        "- { send: hello, then: [{ send: hello }] }",
        "- { split: [{ share: 1, steps: [{ send: hello }] }] }",
        "- { split: [{ name: a, share: 0 }, { name: a }] }",
        "- { send: hello, zone: trip.zon }",
        "- { send: hello, zone: Europe/Roma }",
        "- { id: x, send: hello }\n- { id: x, send: ask }",
        "- send: ask\n- { if: { replied: true }, then: [{ send: review }] }",
        "- send: ask\n- { wait-for: [{ lead.replied: good }], up-to: 1 day, then: [{ send: review }] }",
        "- { send: review, only-if: { tag: list } }",
        "- { task: call them }",
        "- { task: call them, to: sals, due: 4 hours, escalate: { to: nao, after: 1 dy } }",
        "- { send: hello, to: noa }",
        "- { if: { replied: true }, then: [{ then-after: 4 days, send: hello }, { after: 1 day, send: ask }] }",
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|steps| {
            parse("p.yaml", &with_steps(steps))
                .err()
                .unwrap_or_else(|| panic!("nobody minds {steps}"))
                .to_string()
        })
        .collect();
    assert_snapshot!(said.join("\n"), @r#"
    p.yaml:24:11: the step might wait for ever
        say how long it may take: up-to: 2 days
    p.yaml:24:11: the step waits for nothing
        say what for: wait-for: [lead.replied]
    p.yaml:24:11: lead.replied never comes of "goood": it is not a button's answer of this playbook
        did you mean "good"?
    p.yaml:24:62: a step with "wait-for" has no "after"
        a wait begins when the step before is over, and ends by up-to: 2 days
    p.yaml:24:37: "call.missed" is the same each time, and not of "x"
        write call.missed by itself
    p.yaml:24:11: no step gives the tag "vip", so that nobody has it
        there are: list
    p.yaml:24:44: unknown message "helo"
        did you mean "hello"?
    p.yaml:24:15: this condition asks for nothing
        say what has to hold: { tag: vip }, { has: email }, { replied: true }
    p.yaml:24:15: this condition asks for nothing
        say what has to hold: { tag: vip }, { has: email }, { replied: true }
    p.yaml:24:22: a lead cannot have "fax"
        there are: name, phone, email, consent
    p.yaml:24:33: a deal is never "sold"
        there are: open, won, lost
    p.yaml:24:39: a condition has no "tga"
        did you mean "tag"?
    p.yaml:24:24: a step with "send" has no "then"
        it belongs to if:, wait-for: or follow-gate:
    p.yaml:24:11: a split has 2 to 8 ways
        write them as split: [{ share: 1, steps: […] }, { share: 1, steps: […] }]
    p.yaml:24:37: nobody can take a share of "0"
        write a whole number from 1 to 1000: of share: 1 and share: 3 a quarter take the first
    p.yaml:24:42: two ways are called "a"
        give each a name of its own
    p.yaml:24:30: unknown fact "trip.zon"
        did you mean "trip.zone"?
    p.yaml:24:30: unknown time zone "Europe/Roma"
        did you mean "Europe/Rome"?
    p.yaml:25:15: another step has the id "x" already
        an id is of one step in all versions of the journey: choose another
    p.yaml:25:11: only some of them are asked for a review (R8)
        ask everybody in the same words, whatever they answered, and offer nothing for it
    p.yaml:25:11: only some of them are asked for a review (R8)
        ask everybody in the same words, whatever they answered, and offer nothing for it
    p.yaml:24:25: only some of them are asked for a review (R8)
        ask everybody in the same words, whatever they answered, and offer nothing for it
    p.yaml:24:9: a step needs "to"
        say whose it is: to: and the name of an agent or a team
    p.yaml:24:11: a step needs "due"
        say how long they have: due: 4 hours
    p.yaml:24:32: unknown agent or team "sals"
        did you mean "sales"?
    p.yaml:24:52: unknown agent or team "nao"
        did you mean "noa"?
    p.yaml:24:80: unknown unit "dy"
        there are: minutes, hours, days, weeks
    p.yaml:24:24: a step with "send" has no "to"
        it belongs to task:
    p.yaml:24:87: this step is due before the one above it
        after counts from the journey's start: move the step up, or write then-after
    "#);
}

#[test]
fn what_a_journey_waits_for_can_come() {
    let other = with_steps("- tag: x");
    let starts = [
        "[{ tag.added: lst }]",
        "[{ segment.entered: lsted }]",
        "[{ deal.won: trp }]",
        "[{ lead.captured: contact }]",
        "[{ comment.made: tiktok }]",
        "[lead.replied]\n    goal: [meeting.made]\n    hold-out: 80",
    ];
    let said = starts.map(|start| {
        let text = other.replacen("starts: [lead.replied]", &format!("starts: {start}"), 1);
        parse("p.yaml", &text).unwrap_err().to_string()
    });
    assert_snapshot!(said.join("\n"), @r#"
    p.yaml:22:27: tag.added never comes of "lst": it is not a tag of this playbook
        did you mean "list"?
    p.yaml:22:33: segment.entered never comes of "lsted": it is not a segment of this playbook
        did you mean "listed"?
    p.yaml:22:26: deal.won never comes of "trp": it is not a kind of deal of this playbook
        did you mean "trip"?
    p.yaml:22:31: lead.captured never comes of "contact": it is not a form of this playbook
        there are none yet
    p.yaml:22:30: comment.made never comes of "tiktok": it is not a network of this playbook
        there are: facebook, instagram
    p.yaml:23:12: unknown trigger "meeting.made"
        there are: lead.captured, lead.replied, lead.opted-out, consent.given, call.missed, call.ended, comment.made, phone.given, phone.confirmed, raffle.won, deal.opened, deal.won, deal.lost, booking.made, booking.moved, booking.cancelled, link.clicked, tag.added, field.changed, segment.entered, segment.left
    p.yaml:24:15: "80" is no share of people to leave out
        write how many of a hundred people are left out, at most 50: hold-out: 10
    "#);
}

#[test]
fn answers_to_a_question_may_be_awaited_together_before_all_are_asked_for_a_review() {
    let all = "- send: ask\n- { wait-for: [{ lead.replied: good }, { lead.replied: bad }], up-to: 1 day, then: [{ send: review }] }";
    let any = "- send: ask\n- { wait-for: [lead.replied], up-to: 1 day, then: [{ send: review }] }";
    for steps in [all, any] {
        sound("p.yaml", &with_steps(steps));
    }
}

/// What a newcomer does to the starter, and what they are told, in both languages.
#[test]
fn a_newcomer_who_breaks_the_starter_in_ten_ways_is_told_the_place_and_the_cure() {
    let ways = [
        // A name mistyped, a message deleted, a word in the wrong place.
        ("send: follow-up-2", "send: followup2"),
        ("  trip-joined:\n", "  trip-joind:\n"),
        ("    kind: service", "    kind: servce"),
        // Times and spans as people say them.
        ("after: 3 days, at: \"10:00\"", "after: 3, at: \"10:00\""),
        ("at: \"10:00\", send: follow-up-2", "at: \"10\", send: follow-up-2"),
        // An indentation, a quote, a tab.
        (
            "    stops: [lead.replied, deal.won, lead.opted-out]",
            "   stops: [lead.replied, deal.won, lead.opted-out]",
        ),
        ("text: \"תודה שסיפרת לנו.", "text: תודה: שסיפרת לנו.\""),
        // The label that became too long, the advertisement that is none any more.
        ("- { book: \"לקביעת שיחה\" }", "- { book: \"לקביעת שיחה עם המומחית שלנו\" }"),
        ("פרסומת | היי", "מבצע! היי"),
        // A variable that is not there.
        ("{{ links.insurance }}", "{{ link.insurance }}"),
    ];
    let said: Vec<String> = ways
        .iter()
        .map(|(right, wrong)| {
            let text = starter();
            assert!(text.contains(right), "the starter has no {right:?}");
            let faults = parse("playbook.yaml", &text.replacen(right, wrong, 1)).err();
            let faults = faults.unwrap_or_else(|| panic!("nobody minds {wrong:?}"));
            format!("{faults}\n{}", faults.in_hebrew())
        })
        .collect();
    assert_snapshot!(said.join("\n\n"), @r#"
    playbook.yaml:274:46: unknown message "followup2"
        did you mean "follow-up-2"?
    playbook.yaml:274:46: אין הודעה בשם "followup2"
        התכוונתם ל-"follow-up-2"?

    playbook.yaml:311:15: unknown message "trip-joined"
        did you mean "trip-joind"?
    playbook.yaml:311:15: אין הודעה בשם "trip-joined"
        התכוונתם ל-"trip-joind"?

    playbook.yaml:58:11: unknown kind of message "servce"
        did you mean "service"?
    playbook.yaml:58:11: אין סוג הודעה "servce"
        התכוונתם ל-"service"?

    playbook.yaml:273:18: "3" is no span of time
        write a number and a unit: 30 minutes, 1 hour, 3 days, 2 weeks
    playbook.yaml:273:18: "3" אינו פרק זמן
        כתבו מספר ויחידה: 30 minutes, ‏1 hour, ‏3 days, ‏2 weeks

    playbook.yaml:274:31: "10" is no time of day
        write hours and minutes of a day, in quotes: "10:00"
    playbook.yaml:274:31: "10" אינו שעה ביום
        כתבו שעות ודקות, במירכאות: "10:00"

    playbook.yaml:269:4: not readable as YAML: while parsing a block mapping, did not find expected key
        look for a missing quote, colon or bracket, and at the indentation here and just above
    playbook.yaml:269:4: אי אפשר לקרוא את זה כ-YAML: while parsing a block mapping, did not find expected key
        חפשו מירכאה, נקודתיים או סוגר שחסרים, ובדקו את ההזחה כאן ומעט למעלה

    playbook.yaml:211:15: not readable as YAML: mapping values are not allowed in this context
        look for a missing quote, colon or bracket, and at the indentation here and just above
    playbook.yaml:211:15: אי אפשר לקרוא את זה כ-YAML: mapping values are not allowed in this context
        חפשו מירכאה, נקודתיים או סוגר שחסרים, ובדקו את ההזחה כאן ומעט למעלה

    playbook.yaml:66:17: a button says at most 20 characters, "לקביעת שיחה עם המומחית שלנו" has 27
        shorten it
    playbook.yaml:66:17: על כפתור עד 20 תווים, ב-"לקביעת שיחה עם המומחית שלנו" יש 27
        קצרו

    playbook.yaml:102:7: a marketing message begins with פרסומת
        write "פרסומת: …", or kind: service if it sells nothing
    playbook.yaml:102:7: הודעה שיווקית מתחילה במילה פרסומת
        כתבו "פרסומת: …", או kind: service אם אינה מוכרת דבר

    playbook.yaml:181:7: unknown variable "link.insurance"
        did you mean "links.insurance"?
    playbook.yaml:181:7: אין משתנה "link.insurance"
        התכוונתם ל-"links.insurance"?
    "#);
}

#[test]
fn a_follow_gate_has_two_ways_and_is_instagram_s() {
    let gate = |network: &str| {
        with_steps(&format!(
            "- follow-gate: {network}
  then: [{{ send: hello }}]
  else: [{{ tag: list }}]
- send: ask"
        ))
    };
    let playbook = parse("p.yaml", &gate("instagram")).unwrap();
    let journey = playbook.journeys.get(&"other".into()).unwrap();
    let ways: Vec<_> = journey.steps.iter().map(|step| step.ways_on().collect::<Vec<_>>()).collect();
    assert_eq!(ways, [vec![1, 2], vec![3], vec![3], vec![4]], "{}", shown(journey));
    let faults = parse("p.yaml", &gate("facebook")).unwrap_err();
    let told: Vec<_> =
        faults.as_slice().iter().map(|fault| (fault.what.as_str(), fault.hint.as_str())).collect();
    assert_eq!(told, [("nobody tells who follows on \"facebook\"", "write follow-gate: instagram")]);
}

#[test]
fn two_hundred_faults_are_all_told_and_sorted() {
    let steps: String = (0..50).map(|number| format!("      - {{ send: nobody-{number} }}\n")).collect();
    let journeys = ["a", "b", "c", "d"]
        .map(|name| format!("  {name}:\n    starts: [lead.replied]\n    steps:\n{steps}"));
    let text = format!("{HEAD}{}", journeys.concat());
    let faults = parse("p.yaml", &text).unwrap_err();
    assert_eq!(faults.as_slice().len(), 200);
    assert!(faults.as_slice().is_sorted_by_key(|fault| (fault.line, fault.column)));
}

#[test]
fn the_short_starters_are_sound() {
    for (name, journeys) in [("restaurant.he", 2), ("insurance.he", 3), ("en", 6), ("he", 6)] {
        let playbook = sound(name, &file(&format!("infra/local/playbook.{name}.yaml")));
        assert_eq!(playbook.journeys.len(), journeys, "{name}");
    }
}
