//! An edited journey with people inside: without a word they finish the one on which they began, and moved they go on
//! behind the last step that they had.

use super::events::form;
use super::tale::Tale;
use crate::moving::move_runs;
use crate::playbook::{Condition, Delay, Playbook, QuietHours, Step, StepAction, Unit, Wait, in_order};
use crate::testing::at;

fn step(message: &str, day: u32) -> Step {
    let wait = Wait { amount: day, unit: Unit::Days };
    Step {
        within: Wait { amount: 9, unit: Unit::Days }.duration(),
        ..Step::new(StepAction::Send(message.into()), Delay::After(wait), 0)
    }
}

fn with_steps(playbook: &mut Playbook, steps: Vec<Step>) {
    playbook.daily_cap = None;
    playbook.journeys.get_mut(&"new-lead".into()).unwrap().steps = steps;
}

/// Somebody had the welcome and the first follow-up of day 3, and waits for the second of day 10; on day 4 the journey
/// becomes this one. What they are sent afterwards, moved and not.
fn afterwards(steps: Vec<Step>, moves: bool) -> String {
    let first = in_order([step("welcome", 0), step("follow-up-1", 3), step("follow-up-2", 10)]);
    let mut tale = Tale::with(|playbook| with_steps(playbook, first));
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-04T12:00");
    let before = tale.told().len();
    tale.publishes("v2", |playbook| with_steps(playbook, steps));
    let mut said = Vec::new();
    if moves {
        let moved = tale.in_context(at("2026-12-04T12:00"), |tale, context| {
            move_runs(&tale.lead, &"new-lead".into(), context)
        });
        let moved = moved.unwrap();
        let id = |step: &Option<(crate::ids::StepId, jiff::Timestamp)>| {
            step.as_ref().map_or("the end".to_owned(), |(id, _)| id.to_string())
        };
        for run in &moved.runs {
            said.push(format!("{} -> {}", id(&run.before), id(&run.after)));
        }
        tale.commits(moved.decision);
        let again = tale.in_context(at("2026-12-04T12:00"), |tale, context| {
            move_runs(&tale.lead, &"new-lead".into(), context)
        });
        assert!(again.is_none(), "a second time nothing is moved");
    }
    tale.look("2026-12-04T12:00").lives_until("2027-01-30T00:00");
    let calls = tale.told()[before..]
        .lines()
        .scan(String::new(), |moment, line| {
            if !line.starts_with("    ") {
                *moment = line.chars().take(11).collect();
            }
            let call = line.trim().strip_prefix("CALL ").and_then(|call| call.split_once(": "));
            Some(call.map(|(_, what)| format!("{moment} {what}")))
        })
        .flatten();
    said.into_iter().chain(calls).collect::<Vec<_>>().join(", ")
}

#[test]
fn people_finish_the_journey_on_which_they_began_unless_they_are_moved() {
    let cases: [(&str, Vec<Step>); 6] = [
        ("later", in_order([step("welcome", 0), step("follow-up-1", 3), step("follow-up-2", 12)])),
        (
            "one more before the last",
            in_order([
                step("welcome", 0),
                step("follow-up-1", 3),
                step("missed-call", 6),
                step("follow-up-2", 10),
            ]),
        ),
        (
            "one more before what they had",
            in_order([
                step("welcome", 0),
                step("missed-call", 1),
                step("follow-up-1", 3),
                step("follow-up-2", 10),
            ]),
        ),
        ("the last is gone", in_order([step("welcome", 0), step("follow-up-1", 3)])),
        ("what they had is gone", in_order([step("welcome", 0), step("follow-up-2", 10)])),
        (
            "the other way round",
            in_order([step("welcome", 0), step("follow-up-2", 2), step("follow-up-1", 9)]),
        ),
    ];
    let told: Vec<String> = cases
        .into_iter()
        .map(|(name, steps)| {
            format!(
                "{name}\n  stays: {}\n  moved: {}",
                afterwards(steps.clone(), false),
                afterwards(steps, true)
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    later
      stays: 12-10 09:00 template follow_up_2
      moved: follow-up-2 -> follow-up-2, 12-12 09:00 template follow_up_2
    one more before the last
      stays: 12-10 09:00 template follow_up_2
      moved: follow-up-2 -> missed-call, 12-06 09:00 template missed_call, 12-10 09:00 template follow_up_2
    one more before what they had
      stays: 12-10 09:00 template follow_up_2
      moved: follow-up-2 -> follow-up-2, 12-10 09:00 template follow_up_2
    the last is gone
      stays: 12-10 09:00 template follow_up_2
      moved: follow-up-2 -> the end
    what they had is gone
      stays: 12-10 09:00 template follow_up_2
      moved: follow-up-2 -> follow-up-2, 12-10 09:00 template follow_up_2
    the other way round
      stays: 12-10 09:00 template follow_up_2
      moved: follow-up-2 -> follow-up-2, 12-04 12:00 template follow_up_2
    ");
}

#[test]
fn who_took_one_way_of_a_branch_goes_on_behind_it() {
    // In the new version a step stands before the last; who went past the branch is not led into it.
    let branch = |then: usize, otherwise: usize| Step {
        next: then,
        ..Step::new(
            StepAction::Branch { condition: Condition::Tag("vip".into()), otherwise },
            Delay::After(Wait { amount: 4, unit: Unit::Days }),
            then,
        )
    };
    let to = |step: Step, next: usize| Step { next, ..step };
    let first = vec![
        to(step("welcome", 0), 1),
        branch(2, 3),
        to(step("plain", 5), 3),
        to(step("follow-up-2", 10), 4),
    ];
    let second = vec![
        to(step("welcome", 0), 1),
        branch(2, 3),
        to(step("plain", 5), 3),
        to(step("follow-up-1", 7), 4),
        to(step("follow-up-2", 10), 5),
    ];
    let mut tale = Tale::with(|playbook| with_steps(playbook, first));
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-04T12:00");
    tale.publishes("v2", |playbook| with_steps(playbook, second));
    let moved = tale.in_context(at("2026-12-04T12:00"), |tale, context| {
        move_runs(&tale.lead, &"new-lead".into(), context)
    });
    tale.commits(moved.unwrap().decision);
    tale.lives_until("2027-01-30T00:00");
    let templates: Vec<&str> =
        tale.told().lines().filter_map(|line| line.split_once("template ")).map(|(_, name)| name).collect();
    assert_eq!(templates, ["welcome", "follow_up_1", "follow_up_2"]);
}

#[test]
fn what_was_planned_and_has_not_left_is_called_off_if_its_step_is_gone() {
    let first = in_order([step("welcome", 0), step("follow-up-1", 3), step("follow-up-2", 10)]);
    let mut tale = Tale::with(|playbook| {
        with_steps(playbook, first);
        playbook.quiet_hours = QuietHours { is_paused: true, ..Default::default() };
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-03T10:30");
    assert_eq!(tale.lead.work.len(), 1, "the pause holds it");
    tale.publishes("v2", |playbook| {
        with_steps(playbook, in_order([step("welcome", 0), step("follow-up-2", 10)]))
    });
    let moved = tale.in_context(at("2026-12-03T11:00"), |tale, context| {
        move_runs(&tale.lead, &"new-lead".into(), context)
    });
    tale.commits(moved.unwrap().decision);
    assert_eq!(tale.lead.work, []);
    assert!(tale.told().contains("[the journey no longer has this step]"));
}
