//! Private replies: one for each comment, within seven days (PLATFORM.md §§2, 3). They open no window.

use jiff::{SignedDuration, Timestamp};

use super::Refusal;
use crate::comments::Author;
use crate::place::Place;
use crate::world::World;
use crate::{Channel, threads::ThreadKey};

const AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// To whom a private reply to the comment would go, if it may.
pub(super) fn check(world: &World, now: Timestamp, business: usize, id: &str) -> Result<Place, Refusal> {
    let comment = world.comments.get(id).filter(|comment| comment.business == business);
    let comment = comment.ok_or_else(Refusal::private_reply_comment)?;
    let Author::Person(person) = comment.author else { return Err(Refusal::private_reply_comment()) };
    if comment.answered_privately {
        return Err(Refusal::private_reply_given());
    }
    if now.duration_since(comment.at) > AGE_MAX {
        return Err(Refusal::private_reply_late());
    }
    let channel = if comment.channel == Channel::Instagram { Channel::Instagram } else { Channel::Messenger };
    let blocked =
        world.threads.get(ThreadKey { person, business, channel }).is_some_and(|thread| thread.blocked);
    if blocked { Err(Refusal::unavailable()) } else { Ok(Place { person, business, channel }) }
}

/// How many private replies a Page or an account may send in an hour (PLATFORM.md §6). Live ones are not counted.
const HOURLY_MAX: usize = 750;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Counts it against the hour, if there is room.
pub(super) fn admit(world: &mut World, now: Timestamp, place: Place, id: &str) -> Result<(), Refusal> {
    if world.comments.get(id).is_some_and(|comment| comment.live) {
        return Ok(());
    }
    let on_instagram = place.channel == Channel::Instagram;
    let replies = world.private_replies.entry((place.business, on_instagram)).or_default();
    while replies.front().is_some_and(|at| now.duration_since(*at) >= HOUR) {
        replies.pop_front();
    }
    if replies.len() >= HOURLY_MAX {
        return Err(Refusal::rate(60));
    }
    replies.push_back(now);
    Ok(())
}

/// The comment has had its private reply.
pub(super) fn mark(world: &mut World, id: &str) {
    if let Some(comment) = world.comments.get_mut(id) {
        comment.answered_privately = true;
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, PAGE, Stage};
    use jiff::ToSpan;
    use serde_json::{Value, json};

    fn reply(comment: &str) -> Value {
        json!({"recipient": {"comment_id": comment}, "message": {"text": "המחירון אצלך"}})
    }

    #[test]
    fn a_comment_takes_one_private_reply() {
        // PLATFORM.md §2, §3 (one per comment) and §7 (2534014: private reply refused).
        for (channel, account) in [("facebook", PAGE), ("instagram", ACCOUNT), ("instagram", PAGE)] {
            let stage = Stage::new();
            let comment =
                stage.act(json!({"person": "דנה", "do": "comment", "channel": channel, "text": "מחיר?"}));
            let edge = format!("{account}/messages");
            let first = stage.post(&edge, reply(&comment));
            let person = if channel == "facebook" { stage.psid("דנה") } else { stage.igsid("דנה") };
            assert_eq!(first.body["recipient_id"], json!(person));
            let error = stage.post(&edge, reply(&comment)).body["error"].clone();
            assert_eq!(error["error_subcode"], 2_534_014);
            let more = json!({"recipient": {"id": person}, "message": {"text": "עוד משהו"}});
            assert_eq!(
                stage.post(&edge, more).body["error"]["code"],
                10,
                "no window before the person answers"
            );
        }
    }

    #[test]
    fn an_hour_has_750_private_replies() {
        // PLATFORM.md §6: 750 an hour for each Page and account.
        let stage = Stage::new();
        let edge = format!("{PAGE}/messages");
        let comment = |number: usize| {
            let comment =
                stage.act(json!({"person": format!("p{number}"), "do": "comment", "text": "מחיר?"}));
            stage.webhooks();
            comment
        };
        for number in 0..750 {
            assert_eq!(stage.post(&edge, reply(&comment(number))).status, 200);
        }
        let late = comment(750);
        assert_eq!(stage.post(&edge, reply(&late)).body["error"]["code"], 613);
        stage.wait(1.hours());
        assert_eq!(stage.post(&edge, reply(&late)).status, 200);
    }

    #[test]
    fn a_private_reply_comes_within_seven_days_or_never() {
        // PLATFORM.md §2 (7 days) and §7 (2534025, 2534001).
        let stage = Stage::new();
        let comment = stage.act(json!({"person": "דנה", "do": "comment", "text": "מחיר?"}));
        stage.wait(169.hours());
        let edge = format!("{PAGE}/messages");
        assert_eq!(stage.post(&edge, reply(&comment)).body["error"]["error_subcode"], 2_534_025);
        assert_eq!(stage.post(&edge, reply("1_2")).body["error"]["error_subcode"], 2_534_001);
    }
}
