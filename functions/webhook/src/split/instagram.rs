//! What happens on an Instagram account: comments, live comments, mentions.

use domain::channel::Network;
use domain::event::{Comment, EventKind, Mention};
use domain::event_key::Sameness;
use domain::identity::Identity;
use domain::ids::{CommentId, PostId};
use domain::said::Said;
use serde_json::Value;

use super::Split;
use super::change::Change;
use super::lenient::{self, TEXT_CHARS_MAX, WORDS_CHARS_MAX};
use super::place::Place;

pub fn change(split: &mut Split, place: &Place<'_>, change: Change<'_>) {
    match change.field {
        "comments" => comment(split, place, change.value, false),
        "live_comments" => comment(split, place, change.value, true),
        "mentions" => mention(split, place, change.value),
        _ => split.ignore("unknown-field"),
    }
}

fn comment(split: &mut Split, place: &Place<'_>, value: &Value, is_live: bool) {
    let Some(id) = comment_id(value) else { return split.ignore("comment-without-id") };
    let from = &value["from"];
    let author = lenient::id(&from["id"]);
    // Our own comments and replies come back like anybody's. Answering them would never end.
    let own =
        !from["self_ig_scoped_id"].is_null() || author.as_deref().is_some_and(|author| place.is_us(author));
    if own {
        return split.ignore("own-comment");
    }
    let media = &value["media"];
    let text = lenient::text(&value["text"], TEXT_CHARS_MAX).unwrap_or_default();
    let friends = Said::new(&text).names().len() as u32;
    let comment = Comment {
        network: Network::Instagram,
        asset: place.asset.clone(),
        id: CommentId::from(id.as_str()),
        post: lenient::id(&media["id"]).map(PostId::new),
        original_post: lenient::id(&media["original_media_id"]).map(PostId::new),
        text,
        author_name: lenient::text(&from["username"], WORDS_CHARS_MAX),
        is_reply: lenient::id(&value["parent_id"]).is_some(),
        is_live,
        is_ad: lenient::id(&media["ad_id"]).is_some(),
        written_at: place.moment(&value["timestamp"]),
        friends: Some(friends),
    };
    let author = match author {
        Some(author) => Identity::Igsid(author),
        None => Identity::Comment(comment.id.clone()),
    };
    // Instagram tells no time of a comment but the entry's.
    let at = place.time(&value["timestamp"]);
    let same = Sameness::Comment { id: &id, verb: "add", edited_at: None };
    split.events.push(place.event(author, at, EventKind::Commented(comment), same));
}

/// Neither text nor author is told; the tag responder asks for them.
fn mention(split: &mut Split, place: &Place<'_>, value: &Value) {
    let (comment, media) = (comment_id(value), lenient::id(&value["media_id"]));
    let Some(id) = comment.clone().or_else(|| media.clone()) else {
        return split.ignore("mention-without-id");
    };
    let author = match lenient::id(&value["from"]["id"]) {
        Some(author) if place.is_us(&author) => return split.ignore("own-mention"),
        Some(author) => Identity::Igsid(author),
        None => Identity::Comment(CommentId::from(id.as_str())),
    };
    let at = place.time(&value["timestamp"]);
    let kind = EventKind::Mentioned(Mention {
        network: Network::Instagram,
        asset: place.asset.clone(),
        comment: comment.map(CommentId::new),
        post: media.map(PostId::new),
        is_ours: false,
    });
    let same = Sameness::Comment { id: &id, verb: "mention", edited_at: None };
    split.events.push(place.event(author, at, kind, same));
}

/// Apps with Facebook Login get `comment_id`, others `id`.
fn comment_id(value: &Value) -> Option<String> {
    lenient::id(&value["id"]).or_else(|| lenient::id(&value["comment_id"]))
}
