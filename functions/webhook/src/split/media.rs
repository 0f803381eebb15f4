//! What a message holds beside text. Links to media are not kept: they expire, and some show a person's story.

use domain::event::Media;
use serde_json::Value;

use super::lenient;

/// What is attached to a message of Messenger or Instagram. The first attachment speaks for all.
pub fn attached(message: &Value) -> Option<Media> {
    if lenient::is_true(&message["is_unsupported"]) {
        return Some(Media::Unsupported);
    }
    if message["reply_to"]["story"].is_object() {
        return Some(Media::StoryReply);
    }
    let first = lenient::list(&message["attachments"]).first()?;
    if !first["payload"]["sticker_id"].is_null() {
        return Some(Media::Sticker);
    }
    Some(match first["type"].as_str() {
        Some("image" | "animated_image") => Media::Image,
        Some("video" | "reel" | "ig_reel") => Media::Video,
        Some("audio") => Media::Audio,
        Some("file") => Media::Document,
        Some("sticker" | "like_heart") => Media::Sticker,
        Some("location") => Media::Location,
        Some("story_mention") => Media::StoryMention,
        Some("ephemeral" | "unsupported_type") => Media::Unsupported,
        // `fallback`, `share`, `ig_post`, `template`, and what is still to come.
        _ => Media::Other,
    })
}

/// Coordinates as a person would paste them into a map.
pub fn coordinates(latitude: &Value, longitude: &Value) -> Option<String> {
    let one = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let (latitude, longitude) = (one(latitude)?, one(longitude)?);
    let sound = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    sound.then(|| format!("{latitude},{longitude}"))
}

/// The place that an attachment of Messenger or Instagram names.
pub fn place_attached(message: &Value) -> Option<String> {
    let places = lenient::list(&message["attachments"]).iter().map(|one| &one["payload"]["coordinates"]);
    places.filter_map(|place| coordinates(&place["lat"], &place["long"])).next()
}
