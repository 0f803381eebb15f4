//! What the platforms tell of an act, in their own words (PLATFORM.md §1).

use serde_json::{Value, json};
use shared::domain::channel::{Channel, Network};

use super::acts::{ToldBy, What, Who, Words};
use super::businesses::{account, instagram, page, whatsapp};
use super::plan::{Person, Plan};
use crate::world::timers::{Millis, SECOND};

/// One entry of a delivery, and the object it belongs to.
#[derive(Clone, Debug)]
pub struct Told {
    pub object: &'static str,
    pub entry: Value,
}

pub const PAGE: &str = "page";
pub const INSTAGRAM: &str = "instagram";
pub const WHATSAPP: &str = "whatsapp_business_account";

pub fn comment_id(business: usize, id: u64) -> String {
    format!("c{business}_{id}")
}

pub fn lead_ad_id(business: usize, id: u64) -> String {
    format!("9{business}00{id}")
}

/// The business and the number of a comment, from its id.
pub fn comment_of(id: &str) -> Option<(usize, u64)> {
    let (business, number) = id.strip_prefix('c')?.split_once('_')?;
    Some((business.parse().ok()?, number.parse().ok()?))
}

/// `generation` counts how often the person got another id on WhatsApp.
pub fn told(plan: &Plan, what: &What, at: Millis, generation: u32) -> Option<Told> {
    let business = what.business();
    let second = at / SECOND;
    Some(match what {
        What::LeadAd { id, .. } => change(
            business,
            at,
            "leadgen",
            json!({
                "leadgen_id": lead_ad_id(business, *id), "form_id": "600", "page_id": page(business), "created_time": second,
            }),
        ),
        What::Comment { who, network: Network::Facebook, id, author_told, is_reply, .. } => {
            let post = format!("{}_1", page(business));
            let parent = if *is_reply { comment_id(business, 0) } else { post.clone() };
            let mut value = json!({
                "item": "comment", "verb": "add", "comment_id": comment_id(business, *id), "post_id": post,
                "parent_id": parent, "created_time": second, "message": "כמה זה עולה?",
            });
            if *author_told {
                value["from"] =
                    json!({ "id": Person::psid(*who, business), "name": plan.people[*who].first_name });
            }
            change(business, at, "feed", value)
        }
        What::Comment { who, id, author_told, is_reply, is_live, .. } => {
            let mut value =
                json!({ "id": comment_id(business, *id), "text": "מחיר?", "media": { "id": "55" } });
            if *author_told {
                value["from"] =
                    json!({ "id": Person::igsid(*who, business), "username": format!("user{who}") });
            }
            if *is_reply {
                value["parent_id"] = comment_id(business, 0).into();
            }
            of_instagram(business, at, if *is_live { "live_comments" } else { "comments" }, value)
        }
        What::CommentEdited { id, .. } => verb(business, at, *id, "edited"),
        What::CommentRemoved { id, .. } => verb(business, at, *id, "remove"),
        What::CommentHidden { id, .. } => verb(business, at, *id, "hide"),
        What::OwnComment { network: Network::Facebook, id, .. } => change(
            business,
            at,
            "feed",
            json!({
                "item": "comment", "verb": "add", "comment_id": comment_id(business, *id),
                "post_id": format!("{}_1", page(business)), "parent_id": format!("{}_1", page(business)),
                "from": { "id": page(business), "name": "us" }, "created_time": second, "message": "תודה!",
            }),
        ),
        What::OwnComment { id, .. } => of_instagram(
            business,
            at,
            "comments",
            json!({
                "id": comment_id(business, *id), "text": "תודה!", "media": { "id": "55" },
                "from": { "id": instagram(business), "username": "us" },
            }),
        ),
        What::Write { who, channel: Channel::WhatsApp, words, id, told_by, .. } => {
            on_whatsapp(plan, business, *who, *words, *id, *told_by, second, generation)
        }
        What::Write { who, channel, words, id, .. } => {
            by_messaging(business, *who, *channel, *words, *id, at)
        }
        What::AnsweredByHand { who, channel: Channel::WhatsApp, id, .. } => Told {
            object: WHATSAPP,
            entry: json!({ "id": account(business), "changes": [{ "field": "smb_message_echoes", "value": {
                "messaging_product": "whatsapp", "metadata": metadata(business),
                "message_echoes": [{ "id": format!("wamid.hand.{id}"), "to": plan.people[*who].digits(),
                    "timestamp": second.to_string(), "type": "text", "text": { "body": "אני כאן" } }],
            } }] }),
        },
        What::AnsweredByHand { who, channel, id, .. } => {
            let (object, us, them) = sides(business, *who, *channel);
            messaging(
                object,
                &us,
                "messaging",
                at,
                json!({
                    "sender": { "id": us }, "recipient": { "id": them }, "timestamp": at,
                    "message": { "mid": format!("mid.hand.{id}"), "is_echo": true, "text": "אני כאן" },
                }),
            )
        }
        What::Standby { who, id, .. } => {
            let (object, us, them) = sides(business, *who, Channel::Messenger);
            messaging(
                object,
                &us,
                "standby",
                at,
                json!({
                    "sender": { "id": them }, "recipient": { "id": us }, "timestamp": at,
                    "message": { "mid": format!("mid.standby.{id}"), "text": "שלום" },
                }),
            )
        }
        What::MarketingSwitch { who, stop, .. } => Told {
            object: WHATSAPP,
            entry: json!({ "id": account(business), "changes": [{ "field": "user_preferences", "value": {
                "messaging_product": "whatsapp", "metadata": metadata(business),
                "contacts": [{ "wa_id": plan.people[*who].digits() }],
                "user_preferences": [{ "wa_id": plan.people[*who].digits(), "category": "marketing_messages",
                    "value": if *stop { "stop" } else { "resume" }, "timestamp": second.to_string() }],
            } }] }),
        },
        What::Mention { who, network: Network::Facebook, id, author_told, .. } => {
            let mut value = json!({
                "item": "post", "verb": "add", "post_id": format!("99_{id}"), "created_time": second,
            });
            if *author_told {
                value["sender_id"] = Person::psid(*who, business).into();
            }
            change(business, at, "mention", value)
        }
        What::Mention { who, id, author_told, .. } => {
            let mut value =
                json!({ "media_id": format!("m{id}"), "comment_id": format!("mc{business}{id}") });
            if *author_told {
                value["from"] = json!({ "id": Person::igsid(*who, business) });
            }
            of_instagram(business, at, "mentions", value)
        }
        What::StoryMention { who, id, .. } => {
            let (object, us, them) = sides(business, *who, Channel::Instagram);
            messaging(
                object,
                &us,
                "messaging",
                at,
                json!({
                    "sender": { "id": them }, "recipient": { "id": us }, "timestamp": at,
                    "message": { "mid": format!("mid.story.{id}"),
                        "attachments": [{ "type": "story_mention", "payload": { "url": "https://cdn.example.com/1" } }] },
                }),
            )
        }
        What::NewUserId { who, id, .. } => of_whatsapp(
            business,
            json!({
                "messages": [{ "id": format!("wamid.system.{id}"), "timestamp": second.to_string(), "type": "system",
                    "from_user_id": Person::user_id(*who, business, generation.saturating_sub(1)),
                    "system": { "type": "user_changed_user_id", "user_id": Person::user_id(*who, business, generation) } }],
            }),
        ),
        What::Form { .. }
        | What::Call { .. }
        | What::Book { .. }
        | What::Schedule { .. }
        | What::Broadcast { .. }
        | What::Click { .. }
        | What::ToldReply { .. }
        | What::Publish { .. }
        | What::Redrive { .. }
        | What::Erase { .. }
        | What::Trip { .. }
        | What::Unsubscribe { .. }
        | What::MailStopped { .. }
        | What::Poison { .. } => return None,
    })
}

/// A status of one of our messages on WhatsApp.
pub fn status(business: usize, id: &str, status: &str, opaque: &str, at: Millis, code: Option<i64>) -> Told {
    let mut value = json!({
        "id": id, "status": status, "timestamp": (at / SECOND).to_string(), "biz_opaque_callback_data": opaque,
    });
    if let Some(code) = code {
        value["errors"] = json!([{ "code": code, "title": "…" }]);
    }
    of_whatsapp(business, json!({ "statuses": [value] }))
}

/// The echo of one of our messages on Messenger, with our metadata, or on Instagram, without.
pub fn echo(channel: Channel, us: &str, them: &str, mid: &str, metadata: Option<&str>, at: Millis) -> Told {
    let mut message = json!({ "mid": mid, "is_echo": true, "app_id": 7, "text": "…" });
    if let Some(metadata) = metadata {
        message["metadata"] = metadata.into();
    }
    let object = if channel == Channel::Instagram { INSTAGRAM } else { PAGE };
    messaging(
        object,
        us,
        "messaging",
        at,
        json!({
            "sender": { "id": us }, "recipient": { "id": them }, "timestamp": at, "message": message,
        }),
    )
}

fn change(business: usize, at: Millis, field: &str, value: Value) -> Told {
    let entry =
        json!({ "id": page(business), "time": at / SECOND, "changes": [{ "field": field, "value": value }] });
    Told { object: PAGE, entry }
}

fn of_instagram(business: usize, at: Millis, field: &str, value: Value) -> Told {
    let changes = json!([{ "field": field, "value": value }]);
    let entry = json!({ "id": instagram(business), "time": at / SECOND, "changes": changes });
    Told { object: INSTAGRAM, entry }
}

fn verb(business: usize, at: Millis, id: u64, verb: &str) -> Told {
    change(
        business,
        at,
        "feed",
        json!({
            "item": "comment", "verb": verb, "comment_id": comment_id(business, id),
            "post_id": format!("{}_1", page(business)), "created_time": at / SECOND,
        }),
    )
}

fn metadata(business: usize) -> Value {
    json!({ "display_phone_number": "97230000000", "phone_number_id": whatsapp(business) })
}

fn of_whatsapp(business: usize, value: Value) -> Told {
    let mut value = value;
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = metadata(business);
    let entry = json!({ "id": account(business), "changes": [{ "field": "messages", "value": value }] });
    Told { object: WHATSAPP, entry }
}

fn messaging(object: &'static str, us: &str, list: &str, at: Millis, item: Value) -> Told {
    let mut entry = json!({ "id": us, "time": at });
    entry[list] = json!([item]);
    Told { object, entry }
}

fn sides(business: usize, who: Who, channel: Channel) -> (&'static str, String, String) {
    match channel {
        Channel::Instagram => (INSTAGRAM, instagram(business), Person::igsid(who, business)),
        Channel::Messenger | Channel::WhatsApp | Channel::Email => {
            (PAGE, page(business), Person::psid(who, business))
        }
    }
}

/// Whether a number or a business-scoped id is told, or both.
#[expect(clippy::too_many_arguments, reason = "each is a part of one webhook")]
fn on_whatsapp(
    plan: &Plan,
    business: usize,
    who: Who,
    words: Words,
    id: u64,
    told_by: ToldBy,
    second: i64,
    generation: u32,
) -> Told {
    let (number, user) = (plan.people[who].digits(), Person::user_id(who, business, generation));
    let mut contact = json!({ "profile": { "name": plan.people[who].first_name } });
    let mut message = json!({ "id": format!("wamid.in.{id}"), "timestamp": second.to_string() });
    if matches!(told_by, ToldBy::Number | ToldBy::Both) {
        contact["wa_id"] = number.into();
        message["from"] = number.into();
    }
    if matches!(told_by, ToldBy::UserId | ToldBy::Both) {
        contact["user_id"] = user.as_str().into();
        message["from_user_id"] = user.as_str().into();
    }
    let (kind, part) = match words {
        Words::Chat => ("text", json!({ "body": "שלום, אפשר פרטים?" })),
        Words::Refusal => ("text", json!({ "body": "הסר" })),
        Words::RefusalPressed => ("button", json!({ "payload": "masa:opt-out", "text": "הסר" })),
        Words::Agreed => ("button", json!({ "payload": "masa:consent", "text": "כן" })),
        Words::Pressed => {
            ("interactive", json!({ "type": "button_reply", "button_reply": { "id": "b1", "title": "כן" } }))
        }
        Words::Picture => ("image", json!({ "id": "1", "caption": "כאן" })),
        Words::Reaction => ("reaction", json!({ "message_id": "wamid.x", "emoji": "👍" })),
    };
    message["type"] = kind.into();
    message[kind] = part;
    of_whatsapp(business, json!({ "contacts": [contact], "messages": [message] }))
}

fn by_messaging(business: usize, who: Who, channel: Channel, words: Words, id: u64, at: Millis) -> Told {
    let (object, us, them) = sides(business, who, channel);
    let mut item = json!({ "sender": { "id": them }, "recipient": { "id": us }, "timestamp": at });
    let mid = format!("mid.in.{id}");
    match words {
        Words::Chat => item["message"] = json!({ "mid": mid, "text": "שלום, אפשר פרטים?" }),
        Words::Refusal => item["message"] = json!({ "mid": mid, "text": "די!" }),
        Words::RefusalPressed => item["postback"] = json!({ "title": "הסר", "payload": "masa:opt-out" }),
        Words::Agreed => item["postback"] = json!({ "mid": mid, "title": "כן", "payload": "masa:consent" }),
        Words::Pressed => {
            item["message"] = json!({ "mid": mid, "text": "כן", "quick_reply": { "payload": "b1" } });
        }
        Words::Picture => {
            item["message"] = json!({ "mid": mid, "attachments": [{ "type": "image", "payload": { "url": "https://cdn.example.com/2" } }] });
        }
        Words::Reaction => {
            item["reaction"] = json!({ "mid": format!("mid.x.{id}"), "action": "react", "emoji": "❤" });
        }
    }
    messaging(object, &us, "messaging", at, item)
}
