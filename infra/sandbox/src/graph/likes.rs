//! Likes of comments. A repeat has no effect and is no fault; Instagram locks who likes too fast.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Call, Refusal};
use crate::world::World;
use crate::{Channel, Sent};

/// Instagram's limit: more requests than this in the span lock the account (PLATFORM.md §§3, 6).
const REQUESTS_MAX: usize = 50;
const SPAN: SignedDuration = SignedDuration::from_secs(5);
const LOCK: SignedDuration = SignedDuration::from_hours(1);

/// How fast an Instagram account likes.
#[derive(Default)]
pub(crate) struct LikeMeter {
    requests: VecDeque<Timestamp>,
    locked_until: Option<Timestamp>,
}

impl LikeMeter {
    /// Counts a request; false if the account is locked, or locked by it.
    fn admit(&mut self, now: Timestamp) -> bool {
        if self.locked_until.is_some_and(|until| now < until) {
            return false;
        }
        self.requests.retain(|at| now.duration_since(*at) < SPAN);
        self.requests.push_back(now);
        if self.requests.len() > REQUESTS_MAX {
            self.locked_until = Some(now + LOCK);
            return false;
        }
        true
    }
}

/// `POST /{comment-id}/likes`
pub(super) fn like_on_facebook(world: &mut World, now: Timestamp, id: &str) -> Result<Value, Refusal> {
    match world.comments.get(id) {
        Some(comment) if comment.channel == Channel::Facebook => Ok(like(world, now, id)),
        // Instagram's comments are liked through the account.
        _ => Err(Refusal::unknown_object(id)),
    }
}

/// `POST /{ig-id}/likes`, with exactly one of `comment_id` and `media_id`.
pub(super) fn like_on_instagram(
    world: &mut World,
    now: Timestamp,
    business: usize,
    call: &Call,
) -> Result<Value, Refusal> {
    if !world.likes.entry(business).or_default().admit(now) {
        return Err(Refusal::rate(60));
    }
    let id = match (call.text("comment_id"), call.text("media_id")) {
        (Some(id), None) => id,
        (None, Some(_)) => return Ok(json!({ "success": true })),
        _ => return Err(Refusal::invalid("Exactly one of comment_id and media_id is required")),
    };
    match world.comments.get(id) {
        Some(comment) if comment.channel == Channel::Instagram && comment.business == business => {
            Ok(like(world, now, id))
        }
        _ => Err(Refusal::unknown_object(id)),
    }
}

fn like(world: &mut World, now: Timestamp, id: &str) -> Value {
    let number = world.numbers.next();
    if let Some(comment) = world.comments.get_mut(id).filter(|comment| !comment.liked) {
        comment.liked = true;
        let (business, channel) = (comment.business, comment.channel);
        let sent = Sent {
            at: now,
            business: world.businesses[business].id.clone(),
            channel,
            to: id.to_owned(),
            kind: "like".to_owned(),
            body: String::new(),
            id: format!("like-{number}"),
            template: None,
            buttons: Vec::new(),
        };
        world.note_sent(sent);
    }
    json!({ "success": true })
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, Stage};
    use jiff::ToSpan;
    use serde_json::json;

    #[test]
    fn a_comment_is_liked_once_however_often_it_is_asked() {
        // PLATFORM.md §2 and §3: a repeat has no effect.
        let stage = Stage::new();
        let comment = stage.act(json!({"person": "דנה", "do": "comment", "text": "מחיר?"}));
        for _ in 0..2 {
            assert_eq!(stage.post(&format!("{comment}/likes"), json!({})).body, json!({"success": true}));
        }
        assert_eq!(stage.sandbox.sent().len(), 1);
    }

    #[test]
    fn more_than_50_likes_in_5_seconds_lock_the_account_for_an_hour() {
        // PLATFORM.md §3 and §6: 50 per 5 s, then a 1 h lock; §7: 613 is a rate limit.
        let stage = Stage::new();
        let comment =
            stage.act(json!({"person": "דנה", "do": "comment", "channel": "instagram", "text": "וואו"}));
        let like = || stage.post(&format!("{ACCOUNT}/likes"), json!({"comment_id": comment}));
        for _ in 0..50 {
            assert_eq!(like().status, 200);
        }
        let refused = like();
        assert_eq!(refused.body["error"]["code"], 613);
        assert!(refused.headers.iter().any(|(name, _)| name == "X-Business-Use-Case-Usage"));
        stage.wait(59.minutes());
        assert_eq!(like().body["error"]["code"], 613);
        stage.wait(1.minute());
        assert_eq!(like().status, 200);
    }

    #[test]
    fn a_like_on_instagram_takes_the_comment_from_the_query_too() {
        // PLATFORM.md §3: POST /{ig-user-id}/likes.
        let stage = Stage::new();
        let comment =
            stage.act(json!({"person": "דנה", "do": "comment", "channel": "instagram", "text": "וואו"}));
        assert_eq!(stage.post_query(&format!("{ACCOUNT}/likes"), &[("comment_id", &comment)]).status, 200);
        assert_eq!(stage.post(&format!("{ACCOUNT}/likes"), json!({})).body["error"]["code"], 100);
    }
}
