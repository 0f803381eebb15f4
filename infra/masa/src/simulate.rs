//! `masa playbook simulate`: what one person would get, when and by which way, before anybody gets anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use shared::adapters::system::SystemClock;
use shared::application::ports::Clock;
use shared::domain::context::Playbooks;
use shared::domain::ids::StepId;
use shared::domain::playbook::{Journey, Playbook};
use shared::domain::simulate::{LineWhat, Simulation, simulate as play, still_to_come};
use shared::playbook::parse;
use shared::playbook::scenario::{first_contact, pepper, scenario};

use crate::Refusal;
use crate::arguments::{Language, Simulate, SimulationFormat};
use crate::playbook::read;

mod json;
mod picture;
mod table;
mod words;

pub fn simulate(typed: &Simulate) -> Result<(), Refusal> {
    let playbook = Arc::new(parse(&typed.file.display().to_string(), &read(&typed.file)?)?);
    let told = match &typed.scenario {
        Some(file) => scenario(&file.display().to_string(), &read(file)?, &playbook)?,
        None => first_contact(&playbook, typed.start.unwrap_or_else(|| SystemClock.now())),
    };
    let playbooks = Playbooks::only(Arc::clone(&playbook));
    let simulation = play(&told, &playbooks, &pepper(), 0);
    print!("{}", shown(&playbook, &playbooks, &simulation, typed)?);
    if simulation.is_endless {
        return Err("something happens again and again: look at the last lines".into());
    }
    Ok(())
}

fn shown(
    playbook: &Playbook,
    playbooks: &Playbooks,
    simulation: &Simulation,
    typed: &Simulate,
) -> Result<String, Refusal> {
    let to_come = still_to_come(&simulation.lead, playbooks);
    let language = typed.lang.unwrap_or_else(|| Language::of(playbook));
    Ok(match typed.format {
        SimulationFormat::Table => table::render(playbook, simulation, &to_come, language),
        SimulationFormat::Json => json::render(playbook, simulation, &to_come)?,
        SimulationFormat::Svg => {
            let journey = journey(playbook, simulation, typed)?;
            picture::render(playbook, journey, &instants(simulation, journey), language)
        }
    })
}

/// The journey that is asked for; else the one of which most was seen.
fn journey<'p>(
    playbook: &'p Playbook,
    simulation: &Simulation,
    typed: &Simulate,
) -> Result<&'p Journey, Refusal> {
    if let Some(name) = &typed.journey {
        let known = || playbook.journeys.values().map(|journey| journey.name.as_str()).collect::<Vec<_>>();
        let found = playbook.journeys.get(&name.as_str().into());
        return found
            .ok_or_else(|| format!("no journey is called {name}; there are: {}", known().join(", ")).into());
    }
    let seen = |journey: &&Journey| {
        simulation.lines.iter().filter(|line| line.journey.as_ref() == Some(&journey.name)).count()
    };
    playbook.journeys.values().max_by_key(seen).ok_or_else(|| "the playbook has no journeys".into())
}

/// What became of each step, and when, by its id.
fn instants(simulation: &Simulation, journey: &Journey) -> BTreeMap<StepId, Became> {
    let mut instants = BTreeMap::new();
    for line in simulation.lines.iter().filter(|line| line.journey.as_ref() == Some(&journey.name)) {
        let Some(step) = &line.step else { continue };
        let became = match &line.what {
            LineWhat::Sent(_) => Became::Taken(line.at),
            LineWhat::NotSent { .. } => Became::Skipped(line.at),
            LineWhat::Noted { .. } => Became::Taken(line.at),
            LineWhat::Happened(_) => continue,
        };
        instants.entry(step.clone()).or_insert(became);
    }
    instants
}

/// What a simulation says of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    Taken(Timestamp),
    Skipped(Timestamp),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::GATED;
    use crate::run::STARTER;

    const RESTAURANT: &str = include_str!("../../local/playbook.restaurant.he.yaml");
    const TRIP: &str = include_str!("../../../events/scenarios/trip.yaml");

    fn told(playbook: &str, of: Option<&str>, format: SimulationFormat, lang: Option<Language>) -> String {
        let playbook = Arc::new(parse("playbook.yaml", playbook).unwrap());
        let start = "2027-01-04T12:00:00+02:00".parse().unwrap();
        let scenario = match of {
            Some(text) => scenario("scenario.yaml", text, &playbook).unwrap(),
            None => first_contact(&playbook, start),
        };
        let playbooks = Playbooks::only(Arc::clone(&playbook));
        let simulation = play(&scenario, &playbooks, &pepper(), 0);
        let typed = Simulate {
            file: "playbook.yaml".into(),
            scenario: None,
            start: None,
            format,
            journey: None,
            lang,
        };
        shown(&playbook, &playbooks, &simulation, &typed).unwrap()
    }

    #[test]
    fn a_calendar_reads_in_the_language_of_the_business_or_in_another() {
        let told =
            [None, Some(Language::En)].map(|lang| told(STARTER, Some(TRIP), SimulationFormat::Table, lang));
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn a_follow_gate_goes_by_what_the_scenario_says() {
        for (follows, words) in [(true, "code"), (false, "first-follow")] {
            let scenario = format!(
                "lead: {{ name: דנה, phone: \"054-123-4567\", follows: {follows} }}
events: [{{ at: \"2027-03-21 10:00\", writes: היי, on: instagram }}]"
            );
            let told = told(GATED, Some(&scenario), SimulationFormat::Table, Some(Language::En));
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn a_program_reads_each_moment_with_its_offset() {
        let told = told(STARTER, Some(TRIP), SimulationFormat::Json, None);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let lines = told["lines"].as_array().unwrap();
        let attractions = lines.iter().find(|line| line["message"] == "trip-attractions").unwrap();
        assert_eq!(attractions["at"], "2027-04-28T19:56:52+03:00");
        assert_eq!(attractions["moved"][0]["from"], "2027-04-28T10:00:00+03:00");
        assert_eq!(
            (&attractions["price"], &attractions["step"]),
            (&"utility template".into(), &"trip-attractions".into())
        );
        assert_eq!(told["to_come"][0]["journey"], "trip");
    }

    #[test]
    fn a_picture_shows_each_way_and_what_became_of_its_steps() {
        insta::assert_snapshot!(told(RESTAURANT, None, SimulationFormat::Svg, None));
        let english = told(RESTAURANT, None, SimulationFormat::Svg, Some(Language::En));
        assert!(english.contains("direction=\"ltr\"") && english.contains("the end"));
    }
}
