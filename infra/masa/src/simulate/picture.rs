//! A journey as a picture (SVG): its steps from above to below in the order of the file, and beside each other where ways
//! part. Where it is Hebrew it reads from right to left.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use shared::domain::ids::{LeadId, StepId};
use shared::domain::lead::Lead;
use shared::domain::playbook::{Delay, Journey, Occasion, Playbook, Step, StepAction, Unit, Wait};
use shared::domain::render;
use shared::playbook::hebrew;

use super::Became;
use crate::arguments::Language;

const BOX: (i32, i32) = (250, 92);
const GAP: (i32, i32) = (40, 44);
const EDGE: i32 = 24;
const TEXT_CHARS_MAX: usize = 34;

pub fn render(
    playbook: &Playbook,
    journey: &Journey,
    became: &BTreeMap<StepId, Became>,
    language: Language,
) -> String {
    let columns = columns(journey);
    let width = columns.iter().max().map_or(1, |last| *last as i32 + 1);
    let sheet = Sheet {
        playbook,
        journey,
        became,
        language,
        columns,
        size: (
            // With a lane at the side for what goes past.
            2 * EDGE + width * (BOX.0 + GAP.0),
            2 * EDGE + (journey.steps.len() as i32 + 2) * (BOX.1 + GAP.1) - GAP.1,
        ),
    };
    sheet.draw()
}

/// A step stands below the one that leads to it; another way begins beside everything that it goes past.
fn columns(journey: &Journey) -> Vec<usize> {
    let mut columns: Vec<Option<usize>> = vec![None; journey.steps.len() + 1];
    columns[0] = Some(0);
    for (index, step) in journey.steps.iter().enumerate() {
        let own = columns[index].unwrap_or(0);
        columns[index] = Some(own);
        for (number, next) in step.ways_on().enumerate() {
            if next >= columns.len() || columns[next].is_some() {
                continue;
            }
            let beside = columns[index..next].iter().flatten().max().map_or(0, |most| most + 1);
            columns[next] = Some(if number == 0 { own } else { beside });
        }
    }
    // The end stands below the beginning.
    let last = columns.len() - 1;
    columns[last] = Some(0);
    columns.into_iter().map(|column| column.unwrap_or(0)).collect()
}

struct Sheet<'s> {
    playbook: &'s Playbook,
    journey: &'s Journey,
    became: &'s BTreeMap<StepId, Became>,
    language: Language,
    columns: Vec<usize>,
    size: (i32, i32),
}

impl Sheet<'_> {
    fn draw(&self) -> String {
        let (width, height) = self.size;
        let direction = if self.language == Language::He { "rtl" } else { "ltr" };
        let title = escaped(self.journey.name.as_str());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             direction=\"{direction}\" role=\"img\" aria-label=\"{title}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
             <title>{title}</title>\n\
             <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
             <path d=\"M0 0L8 4L0 8z\" fill=\"#5b6472\"/></marker></defs>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
        );
        let starts = self.list(&self.journey.starts);
        self.pill(
            &mut svg,
            -1,
            &self.journey.name.to_string(),
            &format!("{} {starts}", self.say("starts by")),
        );
        self.arrow(&mut svg, -1, 0, "");
        for (index, step) in self.journey.steps.iter().enumerate() {
            self.step(&mut svg, index, step);
            let labels = self.labels(&step.action);
            for (number, next) in step.ways_on().enumerate() {
                let label = labels.get(number).map(String::as_str).unwrap_or_default();
                self.arrow(&mut svg, index as i32, next, label);
            }
        }
        let stops = [&self.journey.goals[..], &self.journey.stops[..]].concat();
        let ends = match stops.is_empty() {
            true => String::new(),
            false => format!("{} {}", self.say("or stops by"), self.list(&stops)),
        };
        self.pill(&mut svg, self.journey.steps.len() as i32, &self.say("the end"), &ends);
        svg.push_str("</svg>\n");
        svg
    }

    fn say(&self, english: &str) -> String {
        match self.language {
            Language::En => english.to_owned(),
            Language::He => hebrew::reason(english),
        }
    }

    fn list(&self, occasions: &[Occasion]) -> String {
        let words = occasions.iter().map(|occasion| {
            let of = occasion.of.as_ref().map(|of| format!(": {of}")).unwrap_or_default();
            format!("{}{of}", self.say(occasion.trigger.as_str()))
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The upper corner of a row's box, from the side on which reading begins.
    fn corner(&self, row: i32, column: usize) -> (i32, i32) {
        let across = EDGE + column as i32 * (BOX.0 + GAP.0);
        let x = match self.language {
            Language::En => across,
            Language::He => self.size.0 - across - BOX.0,
        };
        (x, EDGE + (row + 1) * (BOX.1 + GAP.1))
    }

    fn column(&self, row: i32) -> usize {
        usize::try_from(row).ok().and_then(|row| self.columns.get(row).copied()).unwrap_or(0)
    }

    fn pill(&self, svg: &mut String, row: i32, title: &str, under: &str) {
        let (x, y) = self.corner(row, self.column(row));
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"#eef2f7\" stroke=\"#c3ccd8\"/>",
            BOX.0,
            BOX.1,
            BOX.1 / 2
        );
        self.lines(svg, (x, y), &[title, under]);
    }

    fn step(&self, svg: &mut String, index: usize, step: &Step) {
        let (x, y) = self.corner(index as i32, self.columns[index]);
        let (fill, stroke) = match (self.became.get(&step.id), &step.action) {
            (Some(Became::Skipped(_)), _) => ("#fdecea", "#d9756b"),
            (Some(Became::Taken(_)), _) => ("#e6f4ea", "#5ba372"),
            (None, StepAction::Send(_)) => ("#ffffff", "#7d8896"),
            (None, _) => ("#fff8e1", "#d8b64c"),
        };
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{fill}\" stroke=\"{stroke}\"/>",
            BOX.0, BOX.1
        );
        let became = self.became.get(&step.id).map(|became| self.when(*became)).unwrap_or_default();
        let due = self.due(step);
        self.lines(svg, (x, y), &[&self.title(&step.action), &self.under(&step.action), &due, &became]);
    }

    fn when(&self, became: Became) -> String {
        let civil = |at: Timestamp| {
            at.to_zoned_datetime(self.playbook.business.zone.clone()).strftime("%-d.%-m.%Y %H:%M").to_string()
        };
        match became {
            Became::Taken(at) => civil(at),
            Became::Skipped(at) => format!("✗ {}", civil(at)),
        }
    }

    fn title(&self, action: &StepAction) -> String {
        match action {
            StepAction::Send(message) => message.to_string(),
            StepAction::Tag(tag) => format!("{} {tag}", self.say("tag")),
            StepAction::Untag(tag) => format!("{} {tag}", self.say("untag")),
            StepAction::Task(task) => format!("{}: {}", self.say("task"), task.title),
            StepAction::Branch { .. } => self.say("if"),
            StepAction::Await { .. } => self.say("wait for"),
            StepAction::FollowGate { .. } => self.say("follows us?"),
            StepAction::Split { .. } => self.say("split"),
        }
    }

    /// The first words of a message, or what a step asks for.
    fn under(&self, action: &StepAction) -> String {
        match action {
            StepAction::Send(message) => {
                let text = self.playbook.messages.get(message).map(|message| message.text.as_str());
                // As it reads to somebody whose name is not known.
                let business = self.playbook.business.id.clone();
                let nobody = Lead::new(business, LeadId::new(0), Timestamp::UNIX_EPOCH);
                let text = text.and_then(|text| render::text(text, self.playbook, &nobody).ok());
                text.as_deref().and_then(|text| text.lines().next()).unwrap_or_default().to_owned()
            }
            StepAction::Branch { condition, .. } => {
                super::words::condition(condition, &|word| self.say(word))
            }
            StepAction::Await { occasions, .. } => self.list(occasions),
            StepAction::Task(task) => task.to.clone(),
            StepAction::Tag(_)
            | StepAction::Untag(_)
            | StepAction::FollowGate { .. }
            | StepAction::Split { .. } => String::new(),
        }
    }

    fn due(&self, step: &Step) -> String {
        let at = step.at.map(|at| format!(", {}", at.strftime("%H:%M"))).unwrap_or_default();
        let words = match (&step.delay, &step.action) {
            (Delay::After(wait), _) if *wait == Wait::NONE => self.say("at once"),
            (Delay::ThenAfter(wait), _) if wait.amount == 0 => String::new(),
            (Delay::ThenAfter(wait), StepAction::Await { .. }) => {
                format!("{} {}", self.say("up to"), self.span(*wait))
            }
            (Delay::After(wait), _) => format!("{} {}", self.span(*wait), self.say("from the start")),
            (Delay::ThenAfter(wait), _) => format!("{} {}", self.span(*wait), self.say("later")),
            (Delay::Before(date, wait), _) => {
                format!("{} {} {}.{}", self.span(*wait), self.say("before"), date.kind, date.date)
            }
            (Delay::Since(date, wait), _) => {
                format!("{} {} {}.{}", self.span(*wait), self.say("after"), date.kind, date.date)
            }
        };
        format!("{words}{at}").trim_start_matches(", ").to_owned()
    }

    fn span(&self, wait: Wait) -> String {
        let (one, many) = match wait.unit {
            Unit::Minutes => ("a minute", "minutes"),
            Unit::Hours => ("an hour", "hours"),
            Unit::Days => ("a day", "days"),
            Unit::Weeks => ("a week", "weeks"),
        };
        match wait.amount {
            1 => self.say(one),
            amount => format!("{amount} {}", self.say(many)),
        }
    }

    fn labels(&self, action: &StepAction) -> Vec<String> {
        match action {
            StepAction::Branch { .. } | StepAction::FollowGate { .. } => {
                vec![self.say("yes"), self.say("no")]
            }
            StepAction::Await { .. } => vec![self.say("came"), self.say("did not come")],
            StepAction::Split { ways } => {
                ways.iter().map(|way| format!("{} ({})", way.name, way.share)).collect()
            }
            StepAction::Send(_) | StepAction::Tag(_) | StepAction::Untag(_) | StepAction::Task(_) => {
                Vec::new()
            }
        }
    }

    /// Lines in the middle of a box, so that they read the same from either side.
    fn lines(&self, svg: &mut String, (x, y): (i32, i32), lines: &[&str]) {
        let small = "fill=\"#5b6472\" font-size=\"12\"";
        let styles = ["font-weight=\"600\"", "fill=\"#3c4654\"", small, small];
        let written: Vec<(&&str, &str)> =
            lines.iter().zip(styles).filter(|(line, _)| !line.is_empty()).collect();
        let first = y + BOX.1 / 2 + 5 - 10 * (written.len() as i32 - 1);
        for (number, (line, style)) in written.into_iter().enumerate() {
            let (middle, base) = (x + BOX.0 / 2, first + 20 * number as i32);
            let line = escaped(&clip(line));
            let _ = writeln!(
                svg,
                "<text x=\"{middle}\" y=\"{base}\" text-anchor=\"middle\" {style}>{line}</text>"
            );
        }
    }

    fn arrow(&self, svg: &mut String, from: i32, to: usize, label: &str) {
        let (from_column, to_column) = (self.column(from), self.column(to as i32));
        let (x, y) = self.corner(from, from_column);
        let (to_x, to_y) = self.corner(to as i32, to_column);
        let (x, y, to_x) = (x + BOX.0 / 2, y + BOX.1, to_x + BOX.0 / 2);
        let between = usize::try_from(from + 1).map_or(0, |first| first)..to;
        let past = from_column == to_column && self.columns[between].contains(&from_column);
        let side = match self.language {
            Language::En => x + (BOX.0 + GAP.0) / 2,
            Language::He => x - (BOX.0 + GAP.0) / 2,
        };
        let path = if past {
            // Around the steps that stand between.
            format!("M{x} {y}V{}H{side}V{}H{to_x}V{to_y}", y + GAP.1 / 3, to_y - GAP.1 / 3)
        } else if from_column == to_column {
            format!("M{x} {y}V{to_y}")
        } else if to_column > from_column {
            // Out to the side first, and then down in its own column.
            let turn = y + GAP.1 / 2;
            format!("M{x} {y}V{turn}H{to_x}V{to_y}")
        } else {
            let turn = to_y - GAP.1 / 2;
            format!("M{x} {y}V{turn}H{to_x}V{to_y}")
        };
        let _ =
            writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"#5b6472\" marker-end=\"url(#arrow)\"/>");
        if !label.is_empty() {
            let at = match (past, to_column > from_column) {
                (true, _) => ((x + side) / 2, y + GAP.1 / 3 - 4),
                (false, true) => (to_x, y + GAP.1 / 2 - 5),
                (false, false) => (x, y + GAP.1 - 14),
            };
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" dx=\"6\" font-size=\"11\" fill=\"#5b6472\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"3\">{}</text>",
                at.0,
                at.1,
                escaped(&clip(label))
            );
        }
    }
}

fn clip(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(TEXT_CHARS_MAX - 1).collect::<String>() + "…"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
