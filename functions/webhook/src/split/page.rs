//! What happens on a Facebook Page: comments, mentions, lead ads.

use domain::channel::Network;
use domain::event::{Comment, EventKind, LeadAd, Mention};
use domain::event_key::Sameness;
use domain::identity::Identity;
use domain::ids::{CommentId, FormId, LeadAdId, PostId};
use serde_json::Value;

use super::Split;
use super::change::Change;
use super::lenient::{self, TEXT_CHARS_MAX, WORDS_CHARS_MAX};
use super::place::Place;

pub fn change(split: &mut Split, place: &Place<'_>, change: Change<'_>) {
    match (change.field, change.value["item"].as_str()) {
        // `item` says what it is: a reaction to a comment has a comment id, too.
        ("feed", Some("comment")) => comment(split, place, change.value),
        ("feed", _) => split.ignore("feed-other"),
        ("mention", _) => mention(split, place, change.value),
        ("leadgen", _) => lead_ad(split, place, change.value),
        _ => split.ignore("unknown-field"),
    }
}

fn comment(split: &mut Split, place: &Place<'_>, value: &Value) {
    let Some(id) = lenient::id(&value["comment_id"]) else { return split.ignore("comment-without-id") };
    let told = place.entry_told(&value["created_time"]);
    match value["verb"].as_str() {
        Some("add") => added(split, place, value, id),
        Some("edited" | "edit") => {
            // `created_time` stays the comment's own; the edit has the time of its report.
            let at = place.entry_time(&value["created_time"]);
            let same = Sameness::Comment { id: &id, verb: "edited", edited_at: Some(told) };
            let kind = EventKind::CommentEdited { comment: CommentId::from(id.as_str()) };
            split.events.push(place.event(stand_in(&id), at, kind, same));
        }
        Some("remove" | "delete") => {
            let at = place.entry_time(&value["created_time"]);
            let same = Sameness::Comment { id: &id, verb: "removed", edited_at: None };
            let kind = EventKind::CommentRemoved { comment: CommentId::from(id.as_str()) };
            split.events.push(place.event(stand_in(&id), at, kind, same));
        }
        Some("hide") => {
            let at = place.entry_time(&value["created_time"]);
            let same = Sameness::Comment { id: &id, verb: "hidden", edited_at: Some(told) };
            let kind = EventKind::CommentHidden { comment: CommentId::from(id.as_str()) };
            split.events.push(place.event(stand_in(&id), at, kind, same));
        }
        // What was cancelled when it was hidden stays cancelled.
        Some("unhide") => split.ignore("comment-unhidden"),
        _ => split.ignore("comment-verb"),
    }
}

fn added(split: &mut Split, place: &Place<'_>, value: &Value, id: String) {
    let author = author_of(value);
    // Our own comments and replies come back like anybody's. Answering them would never end.
    if author.as_deref().is_some_and(|author| place.is_us(author)) {
        return split.ignore("own-comment");
    }
    let at = place.time(&value["created_time"]);
    let (post, parent) = (lenient::id(&value["post_id"]), lenient::id(&value["parent_id"]));
    let comment = Comment {
        network: Network::Facebook,
        asset: place.asset.clone(),
        id: CommentId::from(id.as_str()),
        is_reply: parent.is_some() && parent != post,
        post: post.map(PostId::new),
        original_post: None,
        text: lenient::text(&value["message"], TEXT_CHARS_MAX).unwrap_or_default(),
        author_name: lenient::text(&value["from"]["name"], WORDS_CHARS_MAX)
            .or_else(|| lenient::text(&value["sender_name"], WORDS_CHARS_MAX)),
        is_live: false,
        is_ad: is_promoted(&value["post"]),
        written_at: place.moment(&value["created_time"]),
        friends: value["message_tags"].as_array().map(|_| tagged(&value["message_tags"])),
    };
    let author = author.map_or_else(|| stand_in(&id), Identity::Psid);
    let same = Sameness::Comment { id: &id, verb: "add", edited_at: None };
    split.events.push(place.event(author, at, EventKind::Commented(comment), same));
}

fn mention(split: &mut Split, place: &Place<'_>, value: &Value) {
    let author = author_of(value);
    if author.as_deref().is_some_and(|author| place.is_us(author)) {
        return split.ignore("own-mention");
    }
    if !matches!(value["verb"].as_str(), None | Some("add")) {
        return split.ignore("mention-verb");
    }
    let (comment, post) = (lenient::id(&value["comment_id"]), lenient::id(&value["post_id"]));
    let Some(id) = comment.clone().or_else(|| post.clone()) else {
        return split.ignore("mention-without-id");
    };
    let at = place.time(&value["created_time"]);
    let own_post =
        post.as_deref().and_then(|post| post.split_once('_')).is_some_and(|(of, _)| place.is_us(of));
    let author = match author {
        Some(author) => Identity::Psid(author),
        // Under our own post the comment itself arrives as well, and is answered once only under its own id.
        None if own_post && comment.is_some() => stand_in(&format!("mention:{id}")),
        None => stand_in(&id),
    };
    let kind = EventKind::Mentioned(Mention {
        network: Network::Facebook,
        asset: place.asset.clone(),
        is_ours: own_post && comment.is_some(),
        comment: comment.map(CommentId::new),
        post: post.map(PostId::new),
    });
    let same = Sameness::Comment { id: &id, verb: "mention", edited_at: None };
    split.events.push(place.event(author, at, kind, same));
}

fn lead_ad(split: &mut Split, place: &Place<'_>, value: &Value) {
    let Some(id) = lenient::id(&value["leadgen_id"]) else { return split.ignore("lead-ad-without-id") };
    let at = place.time(&value["created_time"]);
    let lead_ad = LeadAd {
        id: LeadAdId::from(id.as_str()),
        page: place.asset.clone(),
        form: lenient::id(&value["form_id"]).map(FormId::new),
        ad: lenient::id(&value["ad_id"]),
    };
    let author = Identity::LeadAd(lead_ad.id.clone());
    let kind = EventKind::LeadAd(lead_ad);
    split.events.push(place.event(author, at, kind, Sameness::LeadAd { id: &id }));
}

/// An ad is a post that is promoted, or one that nobody else sees.
fn is_promoted(post: &Value) -> bool {
    post["promotion_status"] == "active" || post["is_published"] == false
}

/// Of those whom a text names, the people.
fn tagged(tags: &Value) -> u32 {
    lenient::list(tags).iter().filter(|tag| tag["type"] == "user").count() as u32
}

/// Before v2.11 the author was `sender_id`.
fn author_of(value: &Value) -> Option<String> {
    lenient::id(&value["from"]["id"]).or_else(|| lenient::id(&value["sender_id"]))
}

/// A comment stands for its author where nobody says who that is.
fn stand_in(comment: &str) -> Identity {
    Identity::Comment(CommentId::from(comment))
}
