//! Tag campaigns: what they say can be said there, and to whoever it may be.

use domain::channel::{Channel, Network};
use domain::playbook::{Kind, TagCampaign};

use super::{Check, Replies};

pub fn check(check: &mut Check<'_, '_, '_>) {
    let campaigns: Vec<&TagCampaign> = check.playbook.tags.values().collect();
    for campaign in campaigns {
        let name = campaign.name.as_str();
        let path = ["tags", name];
        if campaign.replies.is_empty() && campaign.message.is_none() {
            let what = format!("the tag campaign \"{name}\" does nothing");
            check.fault(&path, what, "give it reply: […] for posts and comments, or message: … for stories");
        }
        let private = campaign.places.iter().any(|place| place.is_private());
        let public = campaign.places.iter().any(|place| !place.is_private());
        if campaign.message.is_some() && !(private && campaign.networks.contains(&Network::Instagram)) {
            let what = "a message may go only to whoever names us in a story on Instagram, or answers ours";
            check.fault(
                &["tags", name, "message"],
                what,
                "add story to where, or answer in public with reply: […]",
            );
        }
        if !campaign.replies.is_empty() && !public {
            let what = "a story takes no public answer";
            check.fault(&["tags", name, "reply"], what, "answer it with message: …");
        }
        for (place, network) in campaign.networks.iter().enumerate() {
            if check.playbook.channels.asset(network.private_channel()).is_none() {
                let what = format!("the business has no {} account", network.as_str());
                let path = ["tags", name, "on", &place.to_string()];
                check.fault(&path, what, "add it to channels, or take it out here");
            }
        }
        message(check, campaign);
    }
}

fn message(check: &mut Check<'_, '_, '_>, campaign: &TagCampaign) {
    let Some(message) = campaign.message.as_ref().and_then(|name| check.playbook.messages.get(name)) else {
        return;
    };
    let path = ["tags", campaign.name.as_str(), "message"];
    if message.kind == Kind::Marketing {
        let hint = "thank with a message of kind: service";
        check.fault(&path, "whoever names us has not asked for marketing", hint);
    }
    if !message.channels.contains(&Channel::Instagram) {
        let what = format!("the message \"{}\" does not go by instagram", message.name);
        check.fault(&path, what, "add instagram to its channels");
    }
}

/// The public answers of tag campaigns, as of the others.
pub fn replies<'a>(check: &Check<'a, '_, '_>) -> Vec<Replies<'a>> {
    let of = |campaign: &'a TagCampaign| Replies {
        path: vec!["tags".to_owned(), campaign.name.to_string(), "reply".to_owned()],
        pools: &campaign.replies,
        gift: None,
    };
    check.playbook.tags.values().map(of).collect()
}
