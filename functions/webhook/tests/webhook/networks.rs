//! Comments, mentions and lead ads on Facebook and Instagram, shape by shape.

use domain::event::EventKind;
use serde_json::{Value, json};
use webhook::split::split;

use crate::stage::{INSTAGRAM, NOW, PAGE, SECONDS, now, pepper};
use crate::summary::{check, split_of_ours, summary};

fn page(field: &str, value: Value) -> Value {
    json!({"object": "page", "entry": [{"id": PAGE, "time": SECONDS, "changes": [{"field": field, "value": value}]}]})
}

fn instagram(field: &str, value: Value) -> Value {
    json!({"object": "instagram", "entry": [{"id": INSTAGRAM, "time": SECONDS, "changes": [{"field": field, "value": value}]}]})
}

/// A comment of somebody's under a post of ours, with some fields replaced and, by null, taken away.
fn facebook_comment(changed: Value) -> Value {
    let mut value = json!({
        "item": "comment", "verb": "add", "comment_id": "8801_9901", "post_id": format!("{PAGE}_8801"),
        "parent_id": format!("{PAGE}_8801"), "from": {"id": "7201", "name": "נועם ברק"}, "message": "מחיר?",
        "created_time": SECONDS - 60,
    });
    for (name, changed) in changed.as_object().unwrap() {
        value[name] = changed.clone();
    }
    value.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    page("feed", value)
}

#[test]
fn a_comment_on_facebook() {
    check([
        (facebook_comment(json!({})), "comment by psid"),
        (
            facebook_comment(json!({"from": null, "sender_id": 7201, "sender_name": "נועם"})),
            "comment by psid",
        ),
        (facebook_comment(json!({"parent_id": "8801_9900"})), "comment reply by psid"),
        (facebook_comment(json!({"parent_id": null})), "comment by psid"),
        (facebook_comment(json!({"from": null})), "comment by comment"),
        (facebook_comment(json!({"from": {"id": PAGE}})), "ignored own-comment"),
        (facebook_comment(json!({"from": {"id": PAGE.parse::<u64>().unwrap()}})), "ignored own-comment"),
        (facebook_comment(json!({"from": null, "sender_id": PAGE})), "ignored own-comment"),
        (facebook_comment(json!({"message": null, "photo": "https://x"})), "comment by psid"),
        (facebook_comment(json!({"verb": "edited"})), "comment-edited by comment"),
        (facebook_comment(json!({"verb": "remove", "message": null})), "comment-removed by comment"),
        (facebook_comment(json!({"verb": "hide"})), "comment-hidden by comment"),
        (facebook_comment(json!({"verb": "unhide"})), "ignored comment-unhidden"),
        (facebook_comment(json!({"verb": "applaud"})), "ignored comment-verb"),
        (facebook_comment(json!({"comment_id": null})), "ignored comment-without-id"),
        (facebook_comment(json!({"item": "reaction"})), "ignored feed-other"),
        (facebook_comment(json!({"item": "status"})), "ignored feed-other"),
        (facebook_comment(json!({"item": null})), "ignored feed-other"),
    ]);
}

#[test]
fn what_a_comment_holds() {
    let split = split_of_ours(&facebook_comment(json!({"message": "ש".repeat(9_000)})));
    let EventKind::Commented(comment) = &split.events[0].kind else { panic!("{split:?}") };
    assert_eq!((comment.text.chars().count(), comment.author_name.as_deref()), (8_000, Some("נועם ברק")));
    assert_eq!(comment.post.as_ref().map(|post| post.as_str()), Some(format!("{PAGE}_8801").as_str()));
    assert_eq!(split.events[0].occurred_at.as_second(), SECONDS - 60);

    let ad =
        json!({"comment_id": "18001", "media": {"id": "18003", "original_media_id": "18002"}, "text": "?"});
    let split = split_of_ours(&instagram("comments", ad));
    let EventKind::Commented(comment) = &split.events[0].kind else { panic!("{split:?}") };
    let posts = [&comment.post, &comment.original_post].map(|post| post.as_ref().map(|post| post.as_str()));
    assert_eq!(posts, [Some("18003"), Some("18002")]);
    assert_eq!(split.events[0].occurred_at.as_second(), SECONDS);
}

#[test]
fn a_comment_on_instagram() {
    let maya = json!({"id": "7301", "username": "maya"});
    let flat = json!({"object": "instagram", "entry": [
        {"id": INSTAGRAM, "time": SECONDS, "field": "comments", "value": {"id": "1", "text": "?", "from": maya}},
    ]});
    let own = json!({"id": INSTAGRAM, "username": "neveh"});
    let own_scoped = json!({"id": "5", "self_ig_scoped_id": "7777"});
    check([
        (instagram("comments", json!({"id": "1", "text": "?", "from": maya})), "comment by igsid"),
        (instagram("comments", json!({"comment_id": 1, "text": "?", "from": maya})), "comment by igsid"),
        (flat, "comment by igsid"),
        (instagram("comments", json!({"id": "1", "parent_id": "2", "from": maya})), "comment reply by igsid"),
        (instagram("comments", json!({"id": "1", "text": "?"})), "comment by comment"),
        (instagram("comments", json!({"text": "?", "from": maya})), "ignored comment-without-id"),
        (instagram("comments", json!({"id": "1", "text": "!", "from": own})), "ignored own-comment"),
        (instagram("comments", json!({"id": "1", "text": "!", "from": own_scoped})), "ignored own-comment"),
        (instagram("live_comments", json!({"id": "1", "text": "?", "from": maya})), "comment live by igsid"),
        (instagram("story_insights", json!({"media_id": "1"})), "ignored unknown-field"),
    ]);
}

#[test]
fn a_comment_that_comes_as_organic_and_as_of_an_ad_is_one() {
    let organic =
        split_of_ours(&instagram("comments", json!({"id": "1", "text": "?", "media": {"id": "2"}})));
    let of_ad = json!({"comment_id": "1", "text": "?", "media": {"id": "3", "original_media_id": "2"}});
    assert_eq!(organic.events[0].key, split_of_ours(&instagram("comments", of_ad)).events[0].key);
}

#[test]
fn a_mention() {
    check([
        (
            page("mention", json!({"item": "post", "verb": "add", "post_id": "72_88", "sender_id": 72})),
            "mention by psid",
        ),
        (
            page(
                "mention",
                json!({"item": "comment", "verb": "add", "comment_id": "88_99", "post_id": "72_88"}),
            ),
            "mention by comment",
        ),
        (
            page("mention", json!({"item": "post", "verb": "remove", "post_id": "72_88"})),
            "ignored mention-verb",
        ),
        (
            page("mention", json!({"item": "post", "verb": "add", "post_id": "1_2", "sender_id": PAGE})),
            "ignored own-mention",
        ),
        (page("mention", json!({"item": "post", "verb": "add"})), "ignored mention-without-id"),
        (instagram("mentions", json!({"comment_id": "1", "media_id": "2"})), "mention by comment"),
        (instagram("mentions", json!({"media_id": "2"})), "mention by comment"),
        (instagram("mentions", json!({})), "ignored mention-without-id"),
    ]);
}

/// The comment's own id answers it once, for good: a mention may not use it up before the comment arrives.
#[test]
fn a_mention_under_our_own_post_does_not_stand_in_the_way_of_the_comment() {
    let comment = json!({"item": "comment", "verb": "add", "comment_id": "8801_9901", "post_id": format!("{PAGE}_8801")});
    let mention = split_of_ours(&page("mention", comment));
    let comment = split_of_ours(&facebook_comment(json!({"from": null})));
    assert_ne!(mention.events[0].author, comment.events[0].author);
    assert_ne!(mention.events[0].key, comment.events[0].key);
}

#[test]
fn a_lead_ad() {
    check([
        (
            page("leadgen", json!({"leadgen_id": 66, "form_id": "65", "created_time": SECONDS})),
            "lead-ad by lead-ad",
        ),
        (page("leadgen", json!({"form_id": "65"})), "ignored lead-ad-without-id"),
    ]);
}

#[test]
fn what_is_of_no_use_is_counted() {
    let entries = |object: &str, entry: Value| json!({"object": object, "entry": entry});
    check([
        (page("foo", json!({"item": "bar"})), "ignored unknown-field"),
        (page("feed", Value::Null), "ignored no-value"),
        (entries("page", json!([])), "nothing"),
        (entries("page", json!("x")), "nothing"),
        (json!({}), "nothing"),
        (entries("page", json!([{"id": PAGE}])), "ignored empty-entry"),
        (entries("page", json!([null, 7, {}])), "ignored 3 unroutable"),
        (entries("notpage", json!([{}, {}])), "ignored 2 unknown-object"),
        (entries("page", json!([{"id": PAGE, "changes": [null, 1, "x", [], {}]}])), "ignored 5 no-value"),
        (
            entries("page", json!([{"id": "0", "changes": [{"field": "feed", "value": {}}]}])),
            "ignored dashboard-test",
        ),
        (
            entries("instagram", json!([{"id": 0, "field": "comments", "value": {"id": "1"}}])),
            "ignored dashboard-test",
        ),
        (
            entries(
                "whatsapp_business_account",
                json!([{"id": "0", "changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "1"}}}]}]),
            ),
            "ignored dashboard-test",
        ),
    ]);
}

#[test]
fn an_asset_of_nobody_here_is_counted_item_by_item() {
    let delivery = facebook_comment(json!({}));
    let split = split(&delivery, &Default::default(), &pepper(), now());
    assert_eq!(summary(&split), "ignored unknown-asset");
}

#[test]
fn a_time_that_is_nonsense_is_the_entrys_or_the_present() {
    let at = |delivery: Value| split_of_ours(&delivery).events[0].occurred_at.to_string();
    for nonsense in [json!(12), json!(-5), json!(SECONDS + 200_000), json!("soon"), json!({})] {
        assert_eq!(at(facebook_comment(json!({"created_time": nonsense}))), "2026-11-30T09:00:00Z");
        let mut delivery = facebook_comment(json!({"created_time": nonsense}));
        delivery["entry"][0]["time"] = nonsense;
        assert_eq!(at(delivery), NOW);
    }
}
