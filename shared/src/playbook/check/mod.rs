//! What the parts of a playbook mean together: names that must exist, texts that must fit, and the rules
//! (`RULES.md`, column *written*) that can be checked before anybody is written to.

mod assets;
mod campaigns;
mod consent;
mod limits;
mod names;
mod occasions;
mod paths;
mod people;
mod refusal;
mod reviews;
mod steps;
mod templates;
mod texts;
mod windows;

use domain::channel::{Channel, Network};
use domain::playbook::{Journey, Message, Playbook, StepAction, Trigger};

use super::report::Report;
use super::tree::Node;

pub fn playbook(playbook: &Playbook, tree: &Node, report: &mut Report<'_>) {
    let mut check = Check { playbook, tree, report };
    assets::check(&mut check);
    names::check(&mut check);
    texts::check(&mut check);
    limits::check(&mut check);
    refusal::check(&mut check);
    consent::check(&mut check);
    occasions::check(&mut check);
    people::check(&mut check);
    steps::check(&mut check);
    reviews::check(&mut check);
    windows::check(&mut check);
    templates::check(&mut check);
    campaigns::check(&mut check);
}

/// A playbook and the file it was read from, so that each fault finds its place.
struct Check<'a, 'r, 'f> {
    playbook: &'a Playbook,
    tree: &'a Node,
    report: &'r mut Report<'f>,
}

impl<'a> Check<'a, '_, '_> {
    /// `path` is where the fault is written in the file; list items are counted from 0.
    fn fault(&mut self, path: &[&str], what: impl Into<String>, hint: impl Into<String>) {
        self.report.fault(self.tree.place_of(path), what, hint);
    }

    /// A fault of a step, wherever in the journey it is written.
    fn step_fault(
        &mut self,
        journey: &Journey,
        index: usize,
        key: &str,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let mut path = paths::of_steps(self.tree, journey.name.as_str()).into_iter().nth(index);
        let path = path.get_or_insert_default();
        path.push(key.to_owned());
        self.fault(&parts(path), what, hint);
    }

    fn is_written(&self, path: &[&str]) -> bool {
        self.tree.find(path).is_some()
    }

    /// Every step that sends a message which exists.
    fn sends(&self) -> Vec<Sending<'a>> {
        let mut sends = Vec::new();
        for journey in self.playbook.journeys.values() {
            for (index, step) in journey.steps.iter().enumerate() {
                if let StepAction::Send(name) = &step.action
                    && let Some(message) = self.playbook.messages.get(name)
                {
                    sends.push(Sending { journey, index, message });
                }
            }
        }
        sends
    }

    /// The channels of a message that the business has.
    fn channels(&self, message: &'a Message) -> impl Iterator<Item = Channel> + use<'a> {
        let channels = &self.playbook.channels;
        message.channels.iter().copied().filter(|channel| channels.asset(*channel).is_some())
    }

    /// The networks on which a message is a private reply.
    fn private_replies(&self, message: &Message) -> Vec<Network> {
        let campaigns = self.playbook.campaigns.values();
        campaigns
            .filter(|campaign| campaign.private_reply.as_ref() == Some(&message.name))
            .flat_map(|campaign| campaign.networks.iter().copied())
            .collect()
    }
}

struct Sending<'a> {
    journey: &'a Journey,
    index: usize,
    message: &'a Message,
}

impl Sending<'_> {
    fn fault(
        &self,
        check: &mut Check<'_, '_, '_>,
        key: &str,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        check.step_fault(self.journey, self.index, key, what, hint);
    }
}

fn starts_by(journey: &Journey, trigger: Trigger) -> bool {
    journey.starts.iter().any(|occasion| occasion.trigger == trigger)
}

/// Where a message, or one of its other wordings, is written.
fn wording_path(message: &Message, wording: Option<usize>, rest: &[&str]) -> Vec<String> {
    let mut path = vec!["messages".to_owned(), message.name.to_string()];
    if let Some(index) = wording {
        path.extend(["wordings".to_owned(), index.to_string()]);
    }
    path.extend(rest.iter().map(|part| (*part).to_owned()));
    path
}

/// As a path that is asked for.
fn parts(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}
