//! Campaigns that do something, and that a comment can reach.

use domain::channel::Network;
use domain::playbook::{Campaign, Posts, Rule};

use super::{Answering, Check, answers, parts};

pub fn check(check: &mut Check<'_, '_, '_>) {
    let campaigns: Vec<&Campaign> = check.playbook.campaigns.values().collect();
    for (index, campaign) in campaigns.iter().enumerate() {
        let name = campaign.name.as_str();
        let does = |rule: &Rule| !rule.answer.is_nothing() || rule.gift.is_some();
        if !campaign.rules.iter().any(does) {
            let hint = "give it reply: […], like: true or private-reply: …";
            check.fault(&["campaigns", name], format!("the campaign \"{name}\" does nothing"), hint);
        }
        for (place, network) in campaign.networks.iter().enumerate() {
            if check.playbook.channels.asset(network.private_channel()).is_none() {
                let what = format!("the business has no {} account", network.as_str());
                let path = ["campaigns", name, "on", &place.to_string()];
                check.fault(&path, what, "add it to channels, or take it out here");
            }
        }
        if let (Some(starts_at), Some(ends_at)) = (campaign.starts_at, campaign.ends_at)
            && ends_at <= starts_at
        {
            let what = format!("the campaign \"{name}\" ends before it starts");
            check.fault(&["campaigns", name, "ends"], what, "correct one of the two");
        }
        if campaign.afterwards.is_some() && campaign.ends_at.is_none() {
            let what = format!("the campaign \"{name}\" never ends, and says what comes afterwards");
            check.fault(
                &["campaigns", name, "afterwards"],
                what,
                "say when it ends: ends: \"2026-12-01 20:00\"",
            );
        }
        order(check, campaign);
        reach(check, campaign, &campaigns[..index]);
        for answering in answers(check.tree, campaign) {
            hiding(check, &answering);
            if answering.gift.is_some_and(|gift| gift.remind.is_some()) && campaign.ends_at.is_none() {
                let path = [answering.at("gives"), vec!["remind".to_owned()]].concat();
                let what = format!("the campaign \"{name}\" never ends, and reminds before its end");
                check.fault(&parts(&path), what, "say when it ends: ends: \"2026-12-01 20:00\"");
            }
        }
    }
}

/// A rule behind one that takes everything is never asked.
fn order(check: &mut Check<'_, '_, '_>, campaign: &Campaign) {
    let all = |rule: &Rule| rule.when.is_nothing() && rule.unless.is_nothing();
    let Some(first) = campaign.rules.iter().position(all) else { return };
    if first + 1 < campaign.rules.len() {
        let path = ["campaigns", campaign.name.as_str(), "rules", &first.to_string()];
        let what = "no comment reaches what stands behind this rule, since it takes them all";
        check.fault(&path, what, "give it when: { … }, or make it the last");
    }
}

/// The first campaign that is bound as closely, in the order of names, answers.
fn reach(check: &mut Check<'_, '_, '_>, campaign: &Campaign, earlier: &[&Campaign]) {
    let takes_all = |other: &Campaign| {
        let all = |rule: &Rule| rule.when.is_nothing() && rule.unless.is_nothing();
        other.starts_at.is_none() && other.ends_at.is_none() && other.rules.iter().any(all)
    };
    let same_posts = |other: &Campaign| match (&other.posts, &campaign.posts) {
        (Posts::These(theirs), Posts::These(ours)) => ours.is_subset(theirs),
        (theirs, ours) => theirs == ours,
    };
    let taken = |network: &Network| {
        earlier.iter().find(|other| {
            other.networks.contains(network)
                && (other.answers_replies || !campaign.answers_replies)
                && same_posts(other)
                && takes_all(other)
        })
    };
    let takers: Option<Vec<_>> = campaign.networks.iter().map(taken).collect();
    if let Some(first) = takers.and_then(|takers| takers.first().map(|taker| taker.name.clone())) {
        let name = campaign.name.as_str();
        let what = format!("no comment reaches the campaign \"{name}\": \"{first}\" answers them all");
        let hint = "merge the two, or give them different networks, posts or rules";
        check.fault(&["campaigns", name], what, hint);
    }
}

/// What nobody sees is not answered in public (R20).
fn hiding(check: &mut Check<'_, '_, '_>, answering: &Answering<'_>) {
    let answer = answering.answer;
    if answer.hide && !(answer.replies.is_empty() && answer.likes.is_empty()) {
        let what = "a comment that is hidden takes no public reply and no like (R20)";
        check.fault(&parts(&answering.at("hide")), what, "take out hide, or reply and like");
    }
}
