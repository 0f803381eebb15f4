//! Who names the business, and what may be said to that.

use jiff::SignedDuration;

use super::events::event;
use super::tale::{Tale, lost};
use crate::call::{CommentFields, Outcome};
use crate::channel::{Channel, Network};
use crate::event::{EventKind, Media, Mention, Message};
use crate::identity::Identity;
use crate::playbook::{Playbook, TagCampaign, TagPlace};

fn tags(playbook: &mut Playbook) {
    let networks = vec![Network::Facebook, Network::Instagram];
    let campaign = |name: &str, places: &[TagPlace]| TagCampaign {
        name: name.into(),
        networks: networks.clone(),
        places: places.to_vec(),
        starts_at: None,
        ends_at: None,
        not_again_within: Some(SignedDuration::from_hours(24)),
        replies: Default::default(),
        no_repeat: 0,
        message: None,
    };
    let replies =
        networks.iter().map(|network| (*network, vec!["תודה {{ username | default('') }}".to_owned()]));
    let public = TagCampaign {
        replies: replies.collect(),
        ..campaign("public", &[TagPlace::Comment, TagPlace::Caption, TagPlace::Post])
    };
    let story = TagCampaign { message: Some("plain".into()), ..campaign("story", &[TagPlace::Story]) };
    playbook.tags = [public, story].map(|campaign| (campaign.name.clone(), campaign)).into();
}

fn mention(network: Network, comment: Option<&str>, post: Option<&str>) -> Mention {
    Mention {
        network,
        asset: "178".into(),
        comment: comment.map(Into::into),
        post: post.map(Into::into),
        is_ours: false,
    }
}

fn mentions(id: &str, mention: Mention) -> impl FnOnce(jiff::Timestamp) -> crate::event::Event {
    event(Identity::Comment(id.into()), id, EventKind::Mentioned(mention))
}

fn said(text: &str) -> Outcome {
    Outcome::CommentRead(CommentFields {
        text: Some(text.into()),
        author_name: Some("dana".into()),
        ..CommentFields::default()
    })
}

#[test]
fn a_mention_is_read_and_answered_under_the_post() {
    for (comment, post) in [(Some("17"), Some("18")), (None, Some("18"))] {
        let mut tale = Tale::with(tags);
        tale.happens("2026-12-01T09:00", mentions("17", mention(Network::Instagram, comment, post)))
            .look("2026-12-01T09:00:01")
            .answers("2026-12-01T09:00:02", said("@neveh"))
            .lives_until("2026-12-02T00:00");
        assert!(tale.told().contains("answer-mention: תודה dana"), "{}", tale.told());
        assert_eq!(tale.calls.len(), 2);
    }
}

#[test]
fn a_mention_that_does_not_say_where_takes_no_answer_and_the_timeline_says_so() {
    let mut tale = Tale::with(tags);
    tale.happens("2026-12-01T09:00", mentions("17", mention(Network::Instagram, Some("17"), None)))
        .look("2026-12-01T09:00:01")
        .answers("2026-12-01T09:00:02", said("@neveh"))
        .lives_until("2026-12-02T00:00");
    assert!(tale.told().contains("takes no answer"), "{}", tale.told());
}

#[test]
fn under_our_own_post_the_comment_alone_is_answered() {
    let mut tale = Tale::with(tags);
    let ours = Mention { is_ours: true, ..mention(Network::Facebook, Some("101_1"), Some("101_7")) };
    tale.happens("2026-12-01T09:00", mentions("m", ours)).lives_until("2026-12-02T00:00");
    assert!(tale.calls.is_empty(), "{}", tale.told());
}

#[test]
fn an_answer_whose_fate_nobody_knows_is_not_said_twice() {
    let mut tale = Tale::with(tags);
    tale.happens("2026-12-01T09:00", mentions("17", mention(Network::Instagram, Some("17"), Some("18"))))
        .look("2026-12-01T09:00:01")
        .answers("2026-12-01T09:00:02", said("@neveh"))
        .look("2026-12-01T09:00:03")
        .answers("2026-12-01T09:00:04", lost())
        .lives_until("2026-12-05T00:00");
    assert_eq!(tale.calls.len(), 2, "{}", tale.told());
    assert!(tale.told().contains("unknown"), "{}", tale.told());
}

fn story(id: &str, media: Media) -> impl FnOnce(jiff::Timestamp) -> crate::event::Event {
    let message = Message {
        channel: Channel::Instagram,
        asset: "178".into(),
        id: Some(id.into()),
        text: None,
        payload: None,
        media: Some(media),
        sender_name: None,
        referral: None,
    };
    event(Identity::Igsid("9".into()), id, EventKind::Messaged(message))
}

#[test]
fn a_story_mention_gets_a_message_once_a_day_and_a_story_reply_only_if_it_is_named() {
    let mut tale = Tale::with(tags);
    tale.happens("2026-12-01T09:00", story("1", Media::StoryMention))
        .lives_until("2026-12-01T10:00")
        .happens("2026-12-01T10:00", story("2", Media::StoryMention))
        .lives_until("2026-12-01T11:00")
        .happens("2026-12-01T11:00", story("3", Media::StoryReply))
        .lives_until("2026-12-01T12:00");
    assert_eq!(tale.calls.len(), 1, "{}", tale.told());
    assert!(tale.told().contains("send-instagram: plain"), "{}", tale.told());
    tale.happens("2026-12-02T09:00", story("4", Media::StoryMention)).lives_until("2026-12-02T10:00");
    assert_eq!(tale.calls.len(), 2, "{}", tale.told());
}
