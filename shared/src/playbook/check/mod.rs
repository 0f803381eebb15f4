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
mod tags;
mod templates;
mod texts;
mod windows;

use std::collections::BTreeMap;

use domain::channel::{Channel, Network};
use domain::playbook::{Answer, Campaign, Gift, Journey, Message, Playbook, StepAction, Trigger};

use super::report::Report;
use super::tree::{Node, Value};

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
    tags::check(&mut check);
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
        self.answers()
            .iter()
            .filter(|answering| answering.answer.private_reply.as_ref() == Some(&message.name))
            .flat_map(|answering| answering.campaign.networks.iter().copied())
            .collect()
    }

    /// Every answer of every campaign.
    fn answers(&self) -> Vec<Answering<'a>> {
        let of = |campaign: &'a Campaign| answers(self.tree, campaign);
        self.playbook.campaigns.values().flat_map(of).collect()
    }

    /// Everything that is said in public.
    fn public_replies(&self) -> Vec<Replies<'a>> {
        let mut replies: Vec<Replies<'a>> = self.answers().iter().map(Answering::replies).collect();
        replies.extend(tags::replies(self));
        replies
    }
}

/// What a campaign answers, and where it is written.
struct Answering<'a> {
    campaign: &'a Campaign,
    path: Vec<String>,
    answer: &'a Answer,
    /// What the person has been given by then.
    gift: Option<&'a Gift>,
}

impl<'a> Answering<'a> {
    fn at(&self, key: &str) -> Vec<String> {
        [&self.path[..], &[key.to_owned()]].concat()
    }

    fn replies(&self) -> Replies<'a> {
        Replies { path: self.at("reply"), pools: &self.answer.replies, gift: self.gift }
    }
}

/// Public replies, by network.
struct Replies<'a> {
    path: Vec<String>,
    pools: &'a BTreeMap<Network, Vec<String>>,
    gift: Option<&'a Gift>,
}

impl<'a> Replies<'a> {
    /// Each with its place. One that stands for all networks comes once, for the one that takes least.
    fn texts(&self, tree: &Node) -> Vec<(Vec<String>, Network, &'a String)> {
        let at = &self.path;
        let by_network = tree.find(&parts(at)).is_some_and(|node| matches!(node.value, Value::Map(_)));
        let pools = self.pools.iter().rev().take(if by_network { usize::MAX } else { 1 });
        let texts = pools.flat_map(|(network, pool)| {
            pool.iter().enumerate().map(move |(index, text)| (*network, index, text))
        });
        texts
            .map(|(network, index, text)| {
                let of = by_network.then(|| network.as_str().to_owned());
                let path = at.iter().cloned().chain(of).chain([index.to_string()]).collect();
                (path, network, text)
            })
            .collect()
    }
}

/// The answers of one campaign: its rules', those for whoever comes too late, and the one after its end.
fn answers<'a>(tree: &Node, campaign: &'a Campaign) -> Vec<Answering<'a>> {
    let base = vec!["campaigns".to_owned(), campaign.name.to_string()];
    let listed = match tree.find(&["campaigns", campaign.name.as_str(), "rules"]).map(|node| &node.value) {
        Some(Value::List(rules)) => rules.len(),
        _ => 0,
    };
    let below = |more: &[&str]| -> Vec<String> {
        base.iter().cloned().chain(more.iter().map(|part| (*part).to_owned())).collect()
    };
    let mut all = Vec::new();
    for (index, rule) in campaign.rules.iter().enumerate() {
        let path = if index < listed { below(&["rules", &index.to_string()]) } else { base.clone() };
        let late = [&path[..], &["gives".to_owned(), "otherwise".to_owned()]].concat();
        all.push(Answering { campaign, path, answer: &rule.answer, gift: rule.gift.as_ref() });
        if let Some(otherwise) = rule.gift.as_ref().and_then(|gift| gift.otherwise.as_ref()) {
            all.push(Answering { campaign, path: late, answer: otherwise, gift: None });
        }
    }
    if let Some(afterwards) = &campaign.afterwards {
        let path = below(&["afterwards"]);
        all.push(Answering { campaign, path, answer: &afterwards.answer, gift: None });
    }
    all
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
