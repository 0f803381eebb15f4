//! A journey: what starts and stops it, and its steps. Steps within steps are laid out in the order of the file, each
//! with the place of the one that comes after it.

use domain::ids::StepId;
use domain::playbook::{Journey, Quiet, Step, StepAction, Wait, Way, free_id};

use super::condition::condition;
use super::occasion::occasions;
use super::people;
use super::step_time::{delay, within, zone};
use super::times;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Entry, Node};

pub const KEYS: [&str; 6] = ["starts", "stops", "goal", "hold-out", "not-again-within", "steps"];
pub const STEP_KEYS: [&str; 24] = [
    "id",
    "send",
    "tag",
    "untag",
    "task",
    "to",
    "due",
    "escalate",
    "if",
    "wait-for",
    "up-to",
    "then",
    "else",
    "split",
    "follow-gate",
    "after",
    "then-after",
    "before",
    "by",
    "at",
    "zone",
    "within",
    "quiet-hours",
    "only-if",
];
/// What a step may do. It does one of them.
const DEEDS: [&str; 8] = ["send", "tag", "untag", "task", "if", "wait-for", "split", "follow-gate"];
pub const WAY_KEYS: [&str; 3] = ["name", "share", "steps"];
/// The record of a lead has room for 64 pieces of open work over all journeys.
const STEPS_MAX: usize = 60;
const WAYS_MAX: usize = 8;
const SHARE_MAX: u32 = 1_000;

pub fn journey(entry: &Entry, report: &mut Report<'_>) -> Journey {
    let what = format!("the journey \"{}\"", entry.key);
    let fields = Fields::read(&entry.value, &what, &KEYS, report);
    let starts = occasions(&fields, "starts", report);
    if fields.is_empty("starts") {
        let hint = "say what begins it: starts: [lead.captured]";
        report.fault(entry.key_place, format!("{what} never starts"), hint);
    }
    let nodes = fields.list("steps", report);
    if nodes.is_empty() {
        let place = if fields.get("steps").is_some() { fields.key_place("steps") } else { entry.key_place };
        report.fault(place, format!("{what} has no steps"), "add at least one: steps: [{ send: welcome }]");
    }
    let mut steps = Vec::new();
    lay_out(nodes, &what, &mut steps, report);
    Journey {
        name: entry.key.as_str().into(),
        starts,
        stops: occasions(&fields, "stops", report),
        goals: occasions(&fields, "goal", report),
        hold_out_percent: hold_out(&fields, report),
        not_again_within: fields
            .get("not-again-within")
            .and_then(|node| times::wait(node, "not-again-within", report))
            .map(Wait::duration),
        steps,
    }
}

/// Those who are left out: `hold-out: 10` of a hundred.
fn hold_out(fields: &Fields<'_>, report: &mut Report<'_>) -> u32 {
    let Some(written) = fields.optional("hold-out", report) else { return 0 };
    match written.trim_end_matches('%').trim().parse::<u32>() {
        Ok(percent) if percent <= 50 => percent,
        _ => {
            let place = fields.get("hold-out").map_or(fields.place(), |node| node.place);
            let hint = "write how many of a hundred people are left out, at most 50: hold-out: 10";
            report.fault(place, format!("\"{written}\" is no share of people to leave out"), hint);
            0
        }
    }
}

/// Puts steps behind those that there are. Each goes on to the one behind it, and where ways part, past the others.
fn lay_out(nodes: &[Node], journey: &str, steps: &mut Vec<Step>, report: &mut Report<'_>) {
    for node in nodes {
        if steps.len() >= STEPS_MAX {
            let what = format!("{journey} has more than {STEPS_MAX} steps");
            report.fault(node.place, what, "continue in a second journey");
            return;
        }
        let fields = Fields::read(node, "a step", &STEP_KEYS, report);
        let deed = deed(&fields, report);
        let index = steps.len();
        let step = step(index, deed, &fields, steps, report);
        steps.push(step);
        match deed {
            "if" | "wait-for" | "follow-gate" => {
                let then = fields.list("then", report);
                let begin = lay_out_way(then, journey, steps, report);
                let end = steps.len();
                let otherwise = lay_out_way(fields.list("else", report), journey, steps, report);
                let after = steps.len();
                go_past(&mut steps[begin..end], end, after);
                steps[index].next = if then.is_empty() { after } else { begin };
                if let StepAction::Branch { otherwise: to, .. }
                | StepAction::Await { otherwise: to, .. }
                | StepAction::FollowGate { otherwise: to } = &mut steps[index].action
                {
                    *to = otherwise;
                }
            }
            "split" => split(index, &fields, journey, steps, report),
            _ => {}
        }
    }
}

/// The place at which a way begins.
fn lay_out_way(nodes: &[Node], journey: &str, steps: &mut Vec<Step>, report: &mut Report<'_>) -> usize {
    let begin = steps.len();
    lay_out(nodes, journey, steps, report);
    begin
}

/// The end of a way leads behind the ways beside it.
fn go_past(way: &mut [Step], end: usize, after: usize) {
    let redirect = |to: &mut usize| {
        if *to == end {
            *to = after;
        }
    };
    for step in way {
        redirect(&mut step.next);
        match &mut step.action {
            StepAction::Branch { otherwise, .. }
            | StepAction::Await { otherwise, .. }
            | StepAction::FollowGate { otherwise } => redirect(otherwise),
            StepAction::Split { ways } => ways.iter_mut().for_each(|way| redirect(&mut way.to)),
            StepAction::Send(_) | StepAction::Tag(_) | StepAction::Untag(_) | StepAction::Task(_) => {}
        }
    }
}

/// `split: [{ share: 1, steps: […] }, { share: 1, steps: […] }]`.
fn split(index: usize, fields: &Fields<'_>, journey: &str, steps: &mut Vec<Step>, report: &mut Report<'_>) {
    let nodes = fields.list("split", report);
    if !(2..=WAYS_MAX).contains(&nodes.len()) {
        let hint = "write them as split: [{ share: 1, steps: […] }, { share: 1, steps: […] }]";
        report.fault(fields.key_place("split"), format!("a split has 2 to {WAYS_MAX} ways"), hint);
    }
    let mut ways: Vec<Way> = Vec::new();
    let mut laid: Vec<(usize, usize)> = Vec::new();
    for (number, node) in nodes.iter().take(WAYS_MAX).enumerate() {
        let way = Fields::read(node, "a way of a split", &WAY_KEYS, report);
        let begin = lay_out_way(way.list("steps", report), journey, steps, report);
        laid.push((begin, steps.len()));
        let name = way.optional("name", report).map_or_else(|| (number + 1).to_string(), str::to_owned);
        if ways.iter().any(|other| other.name == name) {
            report.fault(
                way.place(),
                format!("two ways are called \"{name}\""),
                "give each a name of its own",
            );
        }
        ways.push(Way { name, share: share(&way, report), to: begin });
    }
    let after = steps.len();
    for (way, (begin, end)) in ways.iter_mut().zip(laid) {
        go_past(&mut steps[begin..end], end, after);
        way.to = if begin == end { after } else { begin };
    }
    steps[index].next = after;
    steps[index].action = StepAction::Split { ways };
}

fn share(way: &Fields<'_>, report: &mut Report<'_>) -> u32 {
    let Some(written) = way.optional("share", report) else { return 1 };
    match written.parse::<u32>() {
        Ok(share) if (1..=SHARE_MAX).contains(&share) => share,
        _ => {
            let place = way.get("share").map_or(way.place(), |node| node.place);
            let hint = format!(
                "write a whole number from 1 to {SHARE_MAX}: of share: 1 and share: 3 a quarter take the first"
            );
            report.fault(place, format!("nobody can take a share of \"{written}\""), hint);
            1
        }
    }
}

fn deed(fields: &Fields<'_>, report: &mut Report<'_>) -> &'static str {
    let deeds: Vec<&str> = DEEDS.into_iter().filter(|deed| fields.get(deed).is_some()).collect();
    let deed = match deeds.as_slice() {
        [deed] => *deed,
        [] => {
            let hint = "write send: and a message, tag: and a word, task: and what to do, or if:, wait-for:, split: or follow-gate:";
            report.fault(fields.place(), "the step does nothing", hint);
            return "";
        }
        [first, second, ..] => {
            let what = format!("a step does one thing, and this one has \"{first}\" and \"{second}\"");
            report.fault(fields.key_place(second), what, "write two steps");
            first
        }
    };
    let ways = matches!(deed, "if" | "wait-for" | "follow-gate");
    for key in ["then", "else", "up-to"] {
        let fits = if key == "up-to" { deed == "wait-for" } else { ways };
        if fields.get(key).is_some() && !fits {
            let hint = "it belongs to if:, wait-for: or follow-gate:";
            report.fault(fields.key_place(key), format!("a step with \"{deed}\" has no \"{key}\""), hint);
        }
    }
    for key in people::TASK_KEYS {
        if fields.get(key).is_some() && deed != "task" {
            let hint = "it belongs to task:";
            report.fault(fields.key_place(key), format!("a step with \"{deed}\" has no \"{key}\""), hint);
        }
    }
    deed
}

fn step(index: usize, deed: &str, fields: &Fields<'_>, earlier: &[Step], report: &mut Report<'_>) -> Step {
    let word = |key: &str, report: &mut Report<'_>| {
        fields.get(key).and_then(|node| scalar(node, key, report)).unwrap_or_default().to_owned()
    };
    let action = match deed {
        "send" => StepAction::Send(word("send", report).as_str().into()),
        "untag" => StepAction::Untag(word("untag", report)),
        "task" => StepAction::Task(people::task(fields, report)),
        "if" => StepAction::Branch { condition: condition(fields, "if", report), otherwise: index + 1 },
        "wait-for" => {
            StepAction::Await { occasions: occasions(fields, "wait-for", report), otherwise: index + 1 }
        }
        "follow-gate" => {
            follow_gate(fields, report);
            StepAction::FollowGate { otherwise: index + 1 }
        }
        "split" => StepAction::Split { ways: Vec::new() },
        _ => StepAction::Tag(word("tag", report)),
    };
    let plain = Step::new(action, delay(index, deed, fields, report), index + 1);
    let id = match fields.get("id").and_then(|node| Some((scalar(node, "id", report)?, node.place))) {
        None => free_id(&plain.id, earlier),
        Some((id, place)) => {
            if earlier.iter().any(|step| step.id.as_str() == id) {
                let hint = "an id is of one step in all versions of the journey: choose another";
                report.fault(place, format!("another step has the id \"{id}\" already"), hint);
            }
            StepId::new(id)
        }
    };
    Step {
        id,
        at: fields.get("at").and_then(|node| times::time(node, "at", report)),
        zone: zone(fields, report),
        within: within(fields, report),
        quiet: quiet(fields, report),
        only_if: fields.get("only-if").map(|_| condition(fields, "only-if", report)),
        ..plain
    }
}

/// Of the platforms only Instagram tells who follows.
fn follow_gate(fields: &Fields<'_>, report: &mut Report<'_>) {
    let Some(written) = fields.optional("follow-gate", report) else { return };
    if written != "instagram" {
        let what = format!("nobody tells who follows on \"{written}\"");
        report.fault(fields.key_place("follow-gate"), what, "write follow-gate: instagram");
    }
}

fn quiet(fields: &Fields<'_>, report: &mut Report<'_>) -> Quiet {
    let Some(node) = fields.get("quiet-hours") else { return Quiet::Usual };
    match scalar(node, "quiet-hours", report) {
        Some("ignore") => Quiet::Ignore,
        Some("keep") => Quiet::Keep,
        None => Quiet::Usual,
        Some(other) => {
            let what = format!("a step cannot \"{other}\" the quiet hours");
            report.fault(node.place, what, did_you_mean(other, ["ignore", "keep"]));
            Quiet::Usual
        }
    }
}
