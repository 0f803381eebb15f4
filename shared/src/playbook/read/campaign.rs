//! A campaign: what answers a comment.

use domain::channel::Network;
use domain::playbook::Campaign;

use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::Entry;

const KEYS: [&str; 6] = ["kind", "on", "reply", "like", "private-reply", "replies-too"];
const NETWORKS: [Network; 2] = [Network::Facebook, Network::Instagram];

pub fn campaign(entry: &Entry, report: &mut Report<'_>) -> Campaign {
    let what = format!("the campaign \"{}\"", entry.key);
    let fields = Fields::read(&entry.value, &what, &KEYS, report);
    match fields.get("kind").map(|node| (node.place, scalar(node, "kind", report))) {
        Some((_, Some("comment-reply") | None)) => {}
        Some((place, Some(other))) => {
            let hint = did_you_mean(other, ["comment-reply"]);
            report.fault(place, format!("unknown kind of campaign \"{other}\""), hint);
        }
        None => report.fault(entry.key_place, format!("{what} needs \"kind\""), "write kind: comment-reply"),
    }
    Campaign {
        name: entry.key.as_str().into(),
        networks: networks(&fields, entry, report),
        replies: fields.texts("reply", report).into_iter().map(|(text, _)| text.to_owned()).collect(),
        like: fields.switch("like", report),
        private_reply: fields.optional("private-reply", report).map(Into::into),
        answers_replies: fields.switch("replies-too", report),
    }
}

fn networks(fields: &Fields<'_>, entry: &Entry, report: &mut Report<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for (word, place) in fields.texts("on", report) {
        match NETWORKS.into_iter().find(|network| network.as_str() == word) {
            Some(network) => networks.push(network),
            None => {
                let hint = did_you_mean(word, NETWORKS.map(Network::as_str));
                report.fault(place, format!("unknown network \"{word}\""), hint);
            }
        }
    }
    if fields.is_empty("on") {
        let what = format!("the campaign \"{}\" needs \"on\"", entry.key);
        report.fault(entry.key_place, what, "say whose comments it answers: on: [facebook, instagram]");
    }
    networks
}
