//! The accounts through which the business speaks.

use domain::channel::Channel;

use super::Check;

const ASSETS: [[&str; 3]; 4] = [
    ["channels", "facebook", "page"],
    ["channels", "instagram", "account"],
    ["channels", "whatsapp", "number"],
    ["channels", "whatsapp", "account"],
];

pub fn check(check: &mut Check<'_, '_, '_>) {
    let channels = &check.playbook.channels;
    let ids = [&channels.page, &channels.instagram, &channels.whatsapp_number, &channels.whatsapp_account];
    for (index, id) in ids.iter().enumerate() {
        if let Some(id) = id
            && ids[..index].iter().any(|earlier| earlier.as_ref() == Some(id))
        {
            let what = format!("the id \"{id}\" stands here for the second time");
            check.fault(&ASSETS[index], what, "each account has an id of its own: copy this one again");
        }
    }
    if check.is_written(&["channels"]) && channels.mailbox.is_none() && ids.iter().all(|id| id.is_none()) {
        let hint = "name at least one: whatsapp: { number: \"…\", account: \"…\" }";
        check.fault(&["channels"], "the business has no account to send from", hint);
        return;
    }
    for message in check.playbook.messages.values() {
        let name = message.name.as_str();
        for (index, channel) in message.channels.iter().enumerate() {
            let path = ["messages", name, "channels", &index.to_string()];
            if check.is_written(&path) && channels.asset(*channel).is_none() {
                let what = format!("the business has no {} account to send from", channel.as_str());
                check.fault(
                    &path,
                    what,
                    format!("add it to channels ({}), or take it out here", account(*channel)),
                );
            }
        }
    }
}

fn account(channel: Channel) -> &'static str {
    match channel {
        Channel::WhatsApp => "whatsapp: { number: \"…\", account: \"…\" }",
        Channel::Messenger => "facebook: { page: \"…\" }",
        Channel::Instagram => "instagram: { account: \"…\" }",
        Channel::Email => "email: { from: hello@example.com }",
    }
}
