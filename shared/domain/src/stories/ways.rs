//! Journeys with more than one way: branches, waits for an event, splits, goals and those who are held out.

use super::events::{event, form, phone, presses, writes};
use super::tale::Tale;
use crate::deal::{DealChange, Stage};
use crate::event::EventKind;
use crate::playbook::{
    Condition, Delay, Journey, Known, Occasion, Playbook, Quiet, Step, StepAction, TaskStep, Trigger, Unit,
    Wait, Way, in_order,
};

pub fn days(amount: u32) -> Wait {
    Wait { amount, unit: Unit::Days }
}

pub fn send(message: &str, delay: Delay, next: usize) -> Step {
    Step::new(StepAction::Send(message.into()), delay, next)
}

/// The journey of who leaves their details, with these steps.
pub fn with_steps(steps: Vec<Step>) -> impl FnOnce(&mut Playbook) {
    move |playbook| {
        playbook.daily_cap = None;
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.stops.clear();
        journey.steps = steps;
    }
}

/// Asks, and answers at once who answers within two days; else it asks again.
fn asks_and_waits() -> Vec<Step> {
    let wait = StepAction::Await { occasions: vec![Occasion::any(Trigger::LeadReplied)], otherwise: 3 };
    vec![
        send("welcome", Delay::After(Wait::NONE), 1),
        Step::new(wait, Delay::ThenAfter(days(2)), 2),
        send("plain", Delay::ThenAfter(Wait::NONE), 4),
        send("follow-up-1", Delay::ThenAfter(Wait::NONE), 4),
    ]
}

pub fn told_of_steps(tale: &Tale) -> String {
    let words =
        ["CALL", "went-on", "skipped", "goal", "held", "tag", "moved", "ended", "stopped", "started", "task"];
    let about = |line: &&str| words.iter().any(|word| line.contains(word)) || !line.starts_with("    ");
    let lines: Vec<&str> = tale.told().lines().filter(about).collect();
    // A moment at which nothing of this was said is of no interest.
    let said = lines.iter().enumerate().filter(|(index, line)| {
        line.starts_with("    ") || lines.get(index + 1).is_some_and(|next| next.starts_with("    "))
    });
    said.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_answers_in_time_gets_the_answer_at_once_even_at_night() {
    let mut tale = Tale::with(with_steps(asks_and_waits()));
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-01T23:00")
        .happens("2026-12-01T23:00", writes("2", "כן"))
        .lives_until("2026-12-20T00:00");
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-01 23:00:00 message
        went-on [new-lead] [wait-for] [lead.replied]
        journey-ended [new-lead]
    12-01 23:00:00 look
        CALL 2 send-whatsapp: free text: plain דנה
    ");
}

#[test]
fn a_step_that_keeps_quiet_hours_waits_for_the_morning_though_it_is_an_answer() {
    let mut steps = asks_and_waits();
    steps[2].quiet = Quiet::Keep;
    let mut tale = Tale::with(with_steps(steps));
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-01T23:00")
        .happens("2026-12-01T23:00", writes("2", "כן"))
        .lives_until("2026-12-20T00:00");
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-01 23:00:00 message
        went-on [new-lead] [wait-for] [lead.replied]
        journey-ended [new-lead]
    12-01 23:00:00 look
        moved [whatsapp] [message] [plain] [quiet hours] [R6] [until 12-02 08:00:00]
    12-02 08:00:00 look
        CALL 2 send-whatsapp: free text: plain דנה
    ");
}

#[test]
fn who_does_not_answer_in_time_is_asked_again() {
    let mut tale = Tale::with(with_steps(asks_and_waits()));
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-05T00:00")
        // Too late: nothing waits for it any more.
        .happens("2026-12-05T10:00", writes("2", "כן"))
        .lives_until("2026-12-20T00:00");
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-02 09:00:00 look
        went-on [new-lead] [nothing came in time] [wait-for]
        journey-ended [new-lead]
        CALL 2 send-whatsapp: template follow_up_1
    ");
}

#[test]
fn a_branch_asks_when_it_is_reached_and_a_step_may_be_for_some_only() {
    let branch =
        |condition| Step::new(StepAction::Branch { condition, otherwise: 3 }, Delay::After(days(3)), 2);
    let steps = || {
        vec![
            send("welcome", Delay::After(Wait::NONE), 1),
            branch(Condition::Replied),
            Step::new(StepAction::Tag("warm".into()), Delay::ThenAfter(Wait::NONE), 4),
            send("follow-up-1", Delay::ThenAfter(Wait::NONE), 4),
            Step {
                only_if: Some(Condition::Knows(Known::Email)),
                ..send("follow-up-2", Delay::ThenAfter(days(1)), 5)
            },
        ]
    };
    let mut silent = Tale::with(with_steps(steps()));
    silent.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-20T00:00");
    let mut warm = Tale::with(with_steps(steps()));
    warm.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-01T09:00")
        .happens("2026-12-01T09:00", writes("2", "היי"))
        .lives_until("2026-12-20T00:00");
    insta::assert_snapshot!(format!("{}\n---\n{}", told_of_steps(&silent), told_of_steps(&warm)), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-03 09:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-04 09:00:00 look
        skipped [new-lead] [follow-up-2] [it is not for this person: only-if does not hold] [follow-up-2]
        journey-ended [new-lead]
    ---
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-03 09:00:00 look
        tag-added [new-lead] [warm]
    12-04 09:00:00 look
        skipped [new-lead] [follow-up-2] [it is not for this person: only-if does not hold] [follow-up-2]
        journey-ended [new-lead]
    ");
}

#[test]
fn a_task_left_undone_becomes_another_s_until_somebody_does_it() {
    let hours = |amount| Wait { amount, unit: Unit::Hours };
    let task = TaskStep {
        title: "call".into(),
        to: "sales".into(),
        due: hours(4),
        escalate: Some(("noa".into(), hours(20))),
    };
    let steps = vec![Step::new(StepAction::Task(task), Delay::After(Wait::NONE), 1)];
    let mut tale = Tale::with(with_steps(steps));
    tale.happens("2026-11-30T09:00", form("1"))
        // Given twice it is one.
        .happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-04T00:00");
    let id = tale.lead.tasks[0].id;
    let done = |tale: &Tale| {
        tale.in_context(crate::testing::at("2026-12-04T09:00"), |tale, context| {
            crate::task::done(&tale.lead, id, context)
        })
    };
    let decision = done(&tale).unwrap();
    tale.commits(decision);
    assert!(done(&tale).is_none() && tale.lead.tasks.is_empty());
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
        task-given [sales] [call] [until 11-30 13:00:00]
        journey-ended [new-lead]
    12-01 09:00:00 look
        task-escalated [noa] [call]
        task-done [noa] [call]
    ");
}

#[test]
fn a_split_leads_one_person_one_way() {
    let way = |name: &str, share, to| Way { name: name.into(), share, to };
    let split = |shares: [u32; 2]| {
        let ways = vec![way("short", shares[0], 1), way("long", shares[1], 2)];
        with_steps(vec![
            Step::new(StepAction::Split { ways }, Delay::After(Wait::NONE), 3),
            send("welcome", Delay::ThenAfter(Wait::NONE), 3),
            send("plain", Delay::ThenAfter(Wait::NONE), 3),
        ])
    };
    let told = [[1, 0], [0, 1]].map(|shares| {
        let mut tale = Tale::with(split(shares));
        tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-01T00:00");
        told_of_steps(&tale)
    });
    insta::assert_snapshot!(told.join("\n---\n"), @"
    11-30 09:00:00 form
        journey-started [new-lead]
        went-on [new-lead] [split] [short]
        journey-ended [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    ---
    11-30 09:00:00 form
        journey-started [new-lead]
        went-on [new-lead] [split] [long]
        journey-ended [new-lead]
    11-30 09:00:00 look
        skipped [whatsapp] [message] [plain] [outside the 24 hours only an approved template may go, and the message has none] [R10]
    ");
}

#[test]
fn a_goal_ends_the_journey_and_is_told_of_those_who_were_held_out_as_well() {
    let won = || {
        let change = DealChange {
            id: "order-7".into(),
            kind: "trip".into(),
            stage: Some(Stage::Won),
            dates: Default::default(),
            facts: Default::default(),
            replaces: None,
            details: Default::default(),
        };
        event(phone(), "won", EventKind::Deal(change))
    };
    let told = [0, 100].map(|percent| {
        let mut tale = Tale::with(|playbook| {
            let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
            journey.goals = vec![Occasion::any(Trigger::DealWon)];
            journey.hold_out_percent = percent;
        });
        // Who is held out is so once, however often they come.
        tale.happens("2026-11-30T09:00", form("1"))
            .lives_until("2026-12-04T00:00")
            .happens("2026-12-04T08:00", form("2"));
        // A newer playbook counts those who began by an older one.
        tale.publishes("v2", |playbook| playbook.daily_cap = None);
        tale.happens("2026-12-04T09:00", won())
            .happens("2026-12-05T09:00", won())
            .lives_until("2026-12-20T00:00");
        told_of_steps(&tale)
    });
    insta::assert_snapshot!(told.join("\n---\n"), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-04 09:00:00 deal
        goal-reached [new-lead] [deal.won]
        journey-stopped [new-lead] [its goal was reached]
    ---
    11-30 09:00:00 form
        held-out [new-lead]
    12-04 09:00:00 deal
        goal-reached [new-lead] [held-out] [deal.won]
    ");
}

#[test]
fn a_tag_and_a_segment_begin_and_end_journeys_and_never_go_round() {
    let mut tale = Tale::with(|playbook| {
        let journey = |name: &str, start: Occasion, action: StepAction| Journey {
            name: name.into(),
            starts: vec![start],
            steps: in_order([Step::new(action, Delay::After(Wait::NONE), 0)]),
            ..Journey::default()
        };
        let of = |trigger, of: &str| Occasion { trigger, of: Some(of.into()) };
        playbook.segments.insert("listed".into(), Condition::Tag("mailing-list".into()));
        playbook.journeys.insert(journey(
            "a",
            of(Trigger::SegmentEntered, "listed"),
            StepAction::Tag("one".into()),
        ));
        playbook.journeys.insert(journey(
            "b",
            of(Trigger::TagAdded, "one"),
            StepAction::Untag("mailing-list".into()),
        ));
        playbook.journeys.insert(journey(
            "c",
            of(Trigger::SegmentLeft, "listed"),
            StepAction::Tag("mailing-list".into()),
        ));
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2027-02-01T00:00");
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-10 10:00:00 look
        CALL 3 send-whatsapp: template follow_up_2
    12-17 10:00:00 look
        tag-added [new-lead] [mailing-list]
        journey-ended [new-lead]
        journey-started [a]
        tag-added [a] [one]
        journey-ended [a]
        journey-started [b]
        tag-removed [b] [mailing-list]
        journey-ended [b]
        journey-started [c]
        tag-added [c] [mailing-list]
        journey-ended [c]
    ");
}

#[test]
fn a_button_of_another_answer_does_not_carry_on() {
    let wait = StepAction::Await {
        occasions: vec![Occasion { trigger: Trigger::LeadReplied, of: Some("yes".into()) }],
        otherwise: 3,
    };
    let steps = vec![
        send("welcome", Delay::After(Wait::NONE), 1),
        Step::new(wait, Delay::ThenAfter(days(2)), 2),
        send("plain", Delay::ThenAfter(Wait::NONE), 3),
    ];
    let mut tale = Tale::with(with_steps(steps));
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-11-30T10:00")
        .happens("2026-11-30T10:00", presses("2", "no"))
        .happens("2026-11-30T11:00", presses("3", "yes"))
        .lives_until("2026-12-20T00:00");
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 11:00:00 message
        went-on [new-lead] [wait-for] [lead.replied]
        journey-ended [new-lead]
    11-30 11:00:00 look
        CALL 2 send-whatsapp: free text: plain דנה
    ");
}
