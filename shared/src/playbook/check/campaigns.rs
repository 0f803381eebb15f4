//! Campaigns that do something, and that a comment can reach.

use domain::channel::Network;
use domain::playbook::Campaign;

use super::Check;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let campaigns: Vec<&Campaign> = check.playbook.campaigns.values().collect();
    for (index, campaign) in campaigns.iter().enumerate() {
        let name = campaign.name.as_str();
        if campaign.replies.is_empty() && !campaign.like && campaign.private_reply.is_none() {
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
        // The first campaign in the order of names answers.
        let taken = |network: &Network| {
            campaigns[..index].iter().find(|earlier| {
                earlier.networks.contains(network) && (earlier.answers_replies || !campaign.answers_replies)
            })
        };
        let takers: Option<Vec<_>> = campaign.networks.iter().map(taken).collect();
        if let Some(earlier) = takers.and_then(|takers| takers.first().map(|taker| &taker.name)) {
            let what = format!("no comment reaches the campaign \"{name}\": \"{earlier}\" answers them all");
            check.fault(&["campaigns", name], what, "merge the two, or give them different networks");
        }
    }
}
