//! Lists of what may have been missed: posts, their comments, forms, and who filled them in.

use domain::call::{Listed, ListedComment};
use domain::catch_up::{Readable, Reading};
use domain::channel::Network;
use domain::event::{Comment, LeadAd};
use domain::ids::{AssetId, CommentId, FormId, LeadAdId, PostId};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::request::Request;
use super::{comment, json};

/// As many as one commit of their rows takes in few round trips.
const COMMENTS_PER_PAGE: &str = "50";
const NAMES_PER_PAGE: &str = "100";

pub fn request(network: Network, asset: &AssetId, reading: &Reading, since: Timestamp) -> Request {
    let fields = |fields: &str| ("fields", fields.to_owned());
    let limit = |limit: &str| ("limit", limit.to_owned());
    let (id, edge, mut query) = match (&reading.what, network) {
        (Readable::Posts, Network::Facebook) => {
            (asset.as_str(), "published_posts", vec![fields("id"), limit(NAMES_PER_PAGE)])
        }
        (Readable::Posts, Network::Instagram) => {
            (asset.as_str(), "media", vec![fields("id"), limit(NAMES_PER_PAGE)])
        }
        (Readable::Comments(post), Network::Facebook) => (
            post.as_str(),
            "comments",
            vec![
                fields("id,from,message,created_time,message_tags,is_hidden,parent{id}"),
                // Answers to comments among them, the newest first.
                ("filter", "stream".to_owned()),
                ("order", "reverse_chronological".to_owned()),
                limit(COMMENTS_PER_PAGE),
            ],
        ),
        (Readable::Comments(post), Network::Instagram) => {
            let one = "id,from,username,text,timestamp,hidden";
            (
                post.as_str(),
                "comments",
                vec![fields(&format!("{one},replies{{{one},parent_id}}")), limit(COMMENTS_PER_PAGE)],
            )
        }
        (Readable::Forms, _) => (asset.as_str(), "leadgen_forms", vec![fields("id"), limit(NAMES_PER_PAGE)]),
        (Readable::Leads(form), _) => {
            let newer = json!([{
                "field": "time_created", "operator": "GREATER_THAN", "value": since.as_second(),
            }]);
            let fields = fields("id,created_time,ad_id,form_id");
            (form.as_str(), "leads", vec![fields, limit(COMMENTS_PER_PAGE), ("filtering", newer.to_string())])
        }
    };
    query.extend(reading.after.clone().map(|after| ("after", after)));
    Request::get(id, edge, query)
}

/// Reads one page; `None` where the answer is no list.
pub fn read(network: Network, asset: &AssetId, reading: &Reading, answer: &Value) -> Option<Listed> {
    let data = answer["data"].as_array()?;
    let ids = || data.iter().filter_map(|item| json::id(&item["id"]));
    // The cursor of the last page leads to an empty one.
    let after =
        answer["paging"]["next"].as_str().and_then(|_| json::id(&answer["paging"]["cursors"]["after"]));
    let mut listed = Listed { after, ..Listed::default() };
    match &reading.what {
        Readable::Posts => listed.posts = ids().map(PostId::new).collect(),
        Readable::Forms => listed.forms = ids().map(FormId::new).collect(),
        Readable::Comments(post) => {
            for item in data {
                let below = item["replies"]["data"].as_array().map(Vec::as_slice).unwrap_or_default();
                let one = |item, is_below| comment(network, asset, post, item, is_below);
                let top = one(item, false);
                listed.oldest = top.as_ref().and_then(|top| top.comment.written_at).or(listed.oldest);
                listed.comments.extend(top);
                listed.comments.extend(below.iter().filter_map(|item| one(item, true)));
            }
        }
        Readable::Leads(form) => {
            for item in data {
                let (Some(id), Some(at)) = (json::id(&item["id"]), comment::time(&item["created_time"]))
                else {
                    continue;
                };
                let form = json::id(&item["form_id"]).map_or_else(|| form.clone(), FormId::new);
                let lead_ad = LeadAd {
                    id: LeadAdId::new(id),
                    page: asset.clone(),
                    form: Some(form),
                    ad: json::id(&item["ad_id"]),
                };
                listed.oldest = Some(at);
                listed.lead_ads.push((lead_ad, at));
            }
        }
    }
    Some(listed)
}

/// A comment as its webhook would have told it. What an ad is, and what runs live, lists do not tell.
fn comment(
    network: Network,
    asset: &AssetId,
    post: &PostId,
    item: &Value,
    is_below: bool,
) -> Option<ListedComment> {
    let fields = comment::read(network, item)?;
    let comment = Comment {
        network,
        asset: asset.clone(),
        id: CommentId::new(json::id(&item["id"])?),
        post: Some(post.clone()),
        original_post: None,
        text: fields.text.unwrap_or_default(),
        author_name: fields.author_name,
        is_reply: is_below || fields.is_reply.unwrap_or_default(),
        is_live: false,
        is_ad: false,
        written_at: fields.written_at,
        friends: fields.friends,
    };
    Some(ListedComment { author: fields.author, comment, is_hidden: fields.is_hidden })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(what: Readable) -> Reading {
        Reading { what, after: Some("x".into()) }
    }

    #[test]
    fn each_list_is_one_request() {
        let since = Timestamp::from_second(1_800_000_000).unwrap();
        let asked = |network, what| {
            let request = request(network, &"101".into(), &reading(what), since);
            let query: Vec<String> =
                request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{request:?}?{}", query.join("&"))
        };
        let shown = [
            asked(Network::Facebook, Readable::Posts),
            asked(Network::Instagram, Readable::Posts),
            asked(Network::Facebook, Readable::Comments("101_5".into())),
            asked(Network::Instagram, Readable::Comments("18".into())),
            asked(Network::Facebook, Readable::Forms),
            asked(Network::Facebook, Readable::Leads("700".into())),
        ];
        insta::assert_snapshot!(shown.join("\n"), @r#"
        GET 101/published_posts?fields=id&limit=100&after=x
        GET 101/media?fields=id&limit=100&after=x
        GET 101_5/comments?fields=id,from,message,created_time,message_tags,is_hidden,parent{id}&filter=stream&order=reverse_chronological&limit=50&after=x
        GET 18/comments?fields=id,from,username,text,timestamp,hidden,replies{id,from,username,text,timestamp,hidden,parent_id}&limit=50&after=x
        GET 101/leadgen_forms?fields=id&limit=100&after=x
        GET 700/leads?fields=id,created_time,ad_id,form_id&limit=50&filtering=[{"field":"time_created","operator":"GREATER_THAN","value":1800000000}]&after=x
        "#);
    }

    #[test]
    fn a_page_of_comments_is_read_with_the_answers_below_them() {
        let facebook = json!({
            "data": [
                { "id": "101_5_2", "from": { "id": "9", "name": "דנה לוי" }, "message": "מחיר?",
                  "created_time": "2026-12-01T10:00:00+0000", "parent": { "id": "101_5_1" } },
                { "id": "101_5_1", "message": "היי", "created_time": "2026-12-01T09:00:00+0000", "is_hidden": true },
                { "message": "no id" },
            ],
            "paging": { "cursors": { "after": "abc" }, "next": "https://graph.facebook.com/…" },
        });
        let what = reading(Readable::Comments("101_5".into()));
        let listed = read(Network::Facebook, &"101".into(), &what, &facebook).unwrap();
        assert_eq!(listed.after.as_deref(), Some("abc"));
        assert_eq!(listed.oldest, Some("2026-12-01T09:00:00Z".parse().unwrap()));
        let seen: Vec<_> = listed
            .comments
            .iter()
            .map(|listed| (listed.comment.id.as_str(), listed.comment.is_reply, listed.is_hidden))
            .collect();
        assert_eq!(seen, [("101_5_2", true, false), ("101_5_1", false, true)]);
        assert_eq!(listed.comments[0].comment.post, Some("101_5".into()));
        let instagram = json!({ "data": [{
            "id": "17", "username": "dana", "text": "@noa בואי", "timestamp": "2026-12-01T09:00:00+0000",
            "replies": { "data": [{ "id": "19", "text": "כן", "timestamp": "2026-12-01T09:05:00+0000", "parent_id": "17" }] },
        }] });
        let what = reading(Readable::Comments("18".into()));
        let listed = read(Network::Instagram, &"178".into(), &what, &instagram).unwrap();
        let seen: Vec<_> = listed
            .comments
            .iter()
            .map(|listed| (listed.comment.id.as_str(), listed.comment.is_reply, listed.comment.friends))
            .collect();
        assert_eq!(seen, [("17", false, Some(1)), ("19", true, Some(0))]);
        assert_eq!(listed.after, None, "the last page has a cursor, too");
        assert!(read(Network::Instagram, &"178".into(), &what, &json!({ "success": true })).is_none());
    }

    #[test]
    fn a_page_of_leads_tells_their_form_and_their_time() {
        let what = reading(Readable::Leads("700".into()));
        let answer =
            json!({ "data": [{ "id": "31", "created_time": "2026-12-01T09:00:00+0000", "ad_id": "6" }] });
        let listed = read(Network::Facebook, &"101".into(), &what, &answer).unwrap();
        let (lead_ad, at) = &listed.lead_ads[0];
        assert_eq!((lead_ad.id.as_str(), lead_ad.ad.as_deref()), ("31", Some("6")));
        assert_eq!(
            (lead_ad.form.clone(), *at),
            (Some("700".into()), "2026-12-01T09:00:00Z".parse().unwrap())
        );
    }
}
