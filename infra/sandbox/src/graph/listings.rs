//! Lists: the posts of an account, the comments under a post, the forms of a Page, and who filled them in.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::comments::entry;
use super::reads::time;
use super::{Call, Refusal};
use crate::comments::Comment;
use crate::world::World;
use crate::{Channel, limits};

/// `GET /{page-id}/published_posts`, `GET /{ig-user-id}/media`: those under which somebody has commented, the newest
/// first.
pub(super) fn posts(world: &World, business: usize, channel: Channel, call: &Call) -> Value {
    let mut posts: Vec<(&str, Timestamp)> = Vec::new();
    for comment in world.comments.all().filter(|comment| comment.business == business) {
        if comment.channel == channel && !posts.iter().any(|(post, _)| *post == comment.on) {
            posts.push((&comment.on, comment.at));
        }
    }
    posts.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    page(posts, call, |(post, _)| json!({ "id": post }))
}

/// `GET /{post-id}/comments`, `GET /{ig-media-id}/comments`, the newest first. Facebook lists answers among them
/// (`filter=stream`), Instagram only below theirs (`replies`).
pub(super) fn comments(world: &World, business: usize, channel: Channel, post: &str, call: &Call) -> Value {
    let of_post = |comment: &&Comment| {
        let listed = channel == Channel::Facebook || comment.parent.is_none();
        comment.business == business && comment.channel == channel && comment.on == post && listed
    };
    let mut comments: Vec<&Comment> = world.comments.all().filter(of_post).collect();
    comments.sort_by_key(|comment| std::cmp::Reverse(comment.at));
    page(comments, call, |comment| {
        let mut shown = entry(world, comment);
        if channel == Channel::Instagram {
            let replies: Vec<_> = world.comments.replies(comment).map(|reply| entry(world, reply)).collect();
            shown["replies"] = json!({ "data": replies });
        }
        shown
    })
}

/// `GET /{page-id}/leadgen_forms`
pub(super) fn forms(world: &World, business: usize, call: &Call) -> Value {
    let mut forms: Vec<&str> = world
        .leads
        .values()
        .filter(|lead| lead.business == business)
        .map(|lead| lead.form.as_str())
        .collect();
    forms.sort_unstable();
    forms.dedup();
    page(forms, call, |form| json!({ "id": form }))
}

/// `GET /{form-id}/leads`, with `filtering` by `time_created`, the newest first.
pub(super) fn leads(world: &World, business: usize, form: &str, call: &Call) -> Result<Value, Refusal> {
    let since = call.text("filtering").map(since).transpose()?.unwrap_or(Timestamp::MIN);
    let mut leads: Vec<_> = world
        .leads
        .iter()
        .filter(|(_, lead)| lead.business == business && lead.form == form && lead.at > since)
        .collect();
    leads.sort_by_key(|(_, lead)| std::cmp::Reverse(lead.at));
    Ok(page(
        leads,
        call,
        |(id, lead)| json!({ "id": id, "created_time": time(lead.at), "form_id": lead.form }),
    ))
}

fn since(filtering: &str) -> Result<Timestamp, Refusal> {
    let invalid = || Refusal::invalid("The parameter filtering is not valid");
    let filters: Value = serde_json::from_str(filtering).map_err(|_| invalid())?;
    let filter = &filters[0];
    if filter["field"] != "time_created" || filter["operator"] != "GREATER_THAN" {
        return Err(invalid());
    }
    filter["value"].as_i64().and_then(|second| Timestamp::from_second(second).ok()).ok_or_else(invalid)
}

/// One page, and the cursor of the next. A cursor is opaque to whoever gets it.
fn page<T>(items: Vec<T>, call: &Call, shown: impl Fn(T) -> Value) -> Value {
    let number = |name: &str| call.text(name).and_then(|text| text.parse::<usize>().ok());
    let from = number("after").unwrap_or_default();
    let limit = number("limit").unwrap_or(25).clamp(1, limits::LISTED_MAX);
    let more = items.len() > from.saturating_add(limit);
    let data: Vec<_> = items.into_iter().skip(from).take(limit).map(shown).collect();
    let after = (from + data.len()).to_string();
    let mut answer = json!({ "data": data, "paging": { "cursors": { "after": after } } });
    if more {
        answer["paging"]["next"] = "https://graph.facebook.com/…".into();
    }
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::stage::{ACCOUNT, PAGE, Stage};

    #[test]
    fn comments_are_listed_by_post_page_by_page_the_newest_first() {
        let stage = Stage::new();
        for (person, text) in [("דנה כהן", "ראשונה"), ("רון", "שני"), ("גיל", "שלישי")]
        {
            stage.act(json!({"person": person, "do": "comment", "channel": "facebook", "on": "101_5", "text": text}));
        }
        stage.act(
            json!({"person": "גיל", "do": "comment", "channel": "instagram", "on": "18", "text": "וואו"}),
        );
        let posts = stage.get(&format!("{PAGE}/published_posts")).body;
        assert_eq!(posts["data"], json!([{"id": "101_5"}]));
        let first = stage.get_query("101_5/comments", &[("limit", "2")]).body;
        assert_eq!(first["data"].as_array().unwrap().len(), 2);
        assert!(first["paging"]["next"].is_string());
        let after = first["paging"]["cursors"]["after"].as_str().unwrap();
        let second = stage.get_query("101_5/comments", &[("limit", "2"), ("after", after)]).body;
        assert_eq!(second["data"].as_array().unwrap().len(), 1);
        assert_eq!(second["paging"]["next"], json!(null));
        let media = stage.get(&format!("{ACCOUNT}/media")).body;
        assert_eq!(media["data"], json!([{"id": "18"}]));
        assert_eq!(stage.get("18/comments").body["data"][0]["text"], "וואו");
        assert_eq!(stage.get("777/comments").body["error"]["code"], 100);
    }

    #[test]
    fn leads_are_listed_by_form_and_since_a_moment() {
        let stage = Stage::new();
        let lead =
            stage.act(json!({"person": {"name": "דנה", "phone": "050-1234567"}, "do": "lead", "on": "700"}));
        assert_eq!(stage.get(&format!("{PAGE}/leadgen_forms")).body["data"], json!([{"id": "700"}]));
        assert_eq!(stage.get("700/leads").body["data"][0]["id"], json!(lead));
        let late = json!([{"field": "time_created", "operator": "GREATER_THAN", "value": 4_000_000_000_i64}]);
        assert_eq!(stage.get_query("700/leads", &[("filtering", &late.to_string())]).body["data"], json!([]));
        assert_eq!(stage.get_query("700/leads", &[("filtering", "soon")]).body["error"]["code"], 100);
    }
}
