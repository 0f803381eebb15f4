//! Which rule answers a comment, how often, when, and what it gives.

use jiff::Timestamp;

use super::events::{comment_is_hidden, comments, removes_comment};
use super::tale::{Tale, refused};
use crate::call::{CommentFields, Outcome, Refusal};
use crate::channel::Network;
use crate::event::{Comment, Event, EventKind};
use crate::grant::{self, Given, Grant, Wanted};
use crate::ids::Pepper;
use crate::playbook::{Answer, Campaign, Coupon, Gift, Once, Playbook, Posts, Rule, Signs};
use crate::said::{Phrase, Script};
use crate::testing::at;
use crate::work::Action;

fn rule(name: &str, when: Signs, reply: &str) -> Rule {
    let pool = vec![reply.to_owned()];
    let replies = [(Network::Facebook, pool.clone()), (Network::Instagram, pool)].into();
    let answer = Answer { replies, ..Answer::default() };
    Rule { name: name.into(), when, unless: Signs::default(), answer, gift: None }
}

fn words(words: &[&str]) -> Signs {
    Signs { words: words.iter().filter_map(|text| Phrase::parse(text)).collect(), ..Signs::default() }
}

fn campaign(change: impl FnOnce(&mut Campaign)) -> impl FnOnce(&mut Playbook) {
    |playbook| change(playbook.campaigns.get_mut(&"comments".into()).unwrap())
}

/// What is planned in answer to one comment.
fn planned(tale: &Tale) -> Vec<String> {
    let said = |action: &Action| match action {
        Action::PublicReply { rule, .. } => format!("reply of {rule}"),
        other => other.name().to_owned(),
    };
    tale.lead.work.iter().map(|work| said(&work.action)).collect()
}

#[test]
fn the_first_rule_that_fits_answers() {
    let rules = |campaign: &mut Campaign| {
        let emoji = Signs { emoji: true, ..Signs::default() };
        let question = Signs { question: true, ..Signs::default() };
        let english = Signs { languages: vec![Script::Latin], ..Signs::default() };
        let mut price = rule("price", words(&["מחיר", "כמה עולה"]), "המחירון בפרטי");
        price.unless = words(&["לא מעניין"]);
        campaign.rules = vec![
            price,
            rule("question", question, "ענינו"),
            rule("english", english, "Thanks"),
            rule("emoji", emoji, "❤️"),
            rule("default", Signs::default(), "תודה"),
        ];
    };
    let answers = |text: &str| {
        let mut tale = Tale::with(campaign(rules));
        tale.happens("2026-12-01T09:00", comments("c1", |comment| comment.text = text.into()));
        planned(&tale)
    };
    for (text, by) in [
        ("וכמה עולה החבילה", "price"),
        ("המחיר לא מעניין אותי", "default"),
        ("מתי יוצאים", "question"),
        ("wow nice", "english"),
        ("🔥🔥", "emoji"),
        ("תותחים", "default"),
        ("", "default"),
    ] {
        assert_eq!(answers(text), [format!("reply of {by}")], "{text}");
    }
}

#[test]
fn a_comment_that_no_rule_takes_gets_nothing() {
    let mut tale = Tale::with(campaign(|campaign| {
        campaign.rules = vec![rule("price", words(&["מחיר"]), "בפרטי")];
    }));
    tale.happens("2026-12-01T09:00", comments("c1", |comment| comment.text = "יפה".into()));
    assert_eq!(planned(&tale), [""; 0]);
}

#[test]
fn the_campaign_that_is_bound_closest_answers() {
    let bound = |posts: Posts, seen: fn(&mut Comment)| {
        let mut tale = Tale::with(|playbook| {
            let all = playbook.campaigns.get_mut(&"comments".into()).unwrap();
            all.rules = vec![rule("all", Signs::default(), "לכולם")];
            let mut closer = all.clone();
            closer.name = "post".into();
            closer.posts = posts;
            closer.rules = vec![rule("closer", Signs::default(), "לפוסט")];
            playbook.campaigns.insert("post".into(), closer);
        });
        tale.happens("2026-12-01T09:00", comments("c1", seen));
        planned(&tale)
    };
    let these = || Posts::These(["7".into()].into());
    assert_eq!(bound(these(), |comment| comment.post = Some("101_7".into())), ["reply of closer"]);
    assert_eq!(bound(these(), |comment| comment.post = Some("7".into())), ["reply of closer"]);
    assert_eq!(bound(these(), |comment| comment.original_post = Some("7".into())), ["reply of closer"]);
    assert_eq!(bound(these(), |comment| comment.post = Some("101_8".into())), ["reply of all"]);
    assert_eq!(bound(Posts::Ads, |comment| comment.is_ad = true), ["reply of closer"]);
    assert_eq!(bound(Posts::Ads, |_| {}), ["reply of all"]);
    assert_eq!(bound(Posts::Live, |_| {}), ["reply of all"]);
}

#[test]
fn a_person_is_answered_as_often_as_the_campaign_says() {
    let answered = |once: Once| {
        let mut tale = Tale::with(campaign(|campaign| {
            campaign.once = once;
            campaign.rules =
                vec![rule("price", words(&["מחיר"]), "בפרטי"), rule("default", Signs::default(), "תודה")];
        }));
        let said = [("c1", "a", "מחיר"), ("c2", "a", "מחיר"), ("c3", "a", "תודה"), ("c4", "b", "מחיר")];
        for (id, post, text) in said {
            tale.happens(
                "2026-12-01T09:00",
                comments(id, |comment| {
                    comment.post = Some(post.into());
                    comment.text = text.into();
                }),
            );
        }
        tale.lead
            .work
            .iter()
            .filter_map(|work| work.action.comment())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(answered(Once::Comment), ["c1", "c2", "c3", "c4"]);
    assert_eq!(answered(Once::Post), ["c1", "c4"]);
    assert_eq!(answered(Once::Rule), ["c1", "c3"]);
    assert_eq!(answered(Once::Campaign), ["c1"]);
}

fn until_eight(playbook: &mut Playbook) {
    let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
    campaign.starts_at = Some(at("2026-12-01T09:00"));
    campaign.ends_at = Some(at("2026-12-01T20:00"));
    campaign.rules = vec![rule("running", Signs::default(), "בזמן")];
    campaign.afterwards = Some(rule("afterwards", Signs::default(), "נגמר"));
}

fn written(moment: &str) -> impl FnOnce(&mut Comment) {
    let written_at = Some(at(moment));
    move |comment| comment.written_at = written_at
}

#[test]
fn a_campaign_runs_from_its_start_to_its_end_by_when_the_comment_was_written() {
    let answers = |moment: &str| {
        let mut tale = Tale::with(until_eight);
        tale.hears_late("2026-12-01T20:05", moment, comments("c1", written(moment)));
        planned(&tale)
    };
    assert_eq!(answers("2026-12-01T08:59:59"), [""; 0]);
    assert_eq!(answers("2026-12-01T09:00:00"), ["reply of running"]);
    assert_eq!(answers("2026-12-01T19:59:59"), ["reply of running"]);
    assert_eq!(answers("2026-12-01T20:00:00"), ["reply of afterwards"]);
}

#[test]
fn instagram_is_asked_when_a_comment_was_written_if_that_decides() {
    let on_instagram = |comment: &mut Comment| comment.network = Network::Instagram;
    let mut tale = Tale::with(until_eight);
    tale.happens("2026-12-01T20:05", comments("c1", on_instagram));
    assert_eq!(planned(&tale), ["comment-look-up"]);
    let told = CommentFields { written_at: Some(at("2026-12-01T19:59:59")), ..CommentFields::default() };
    tale.look("2026-12-01T20:05:01").answers("2026-12-01T20:05:02", Outcome::CommentRead(told));
    assert_eq!(planned(&tale), ["reply of running"]);
    assert_eq!(tale.lead.work[0].expires_at, Some(at("2026-12-08T19:59:59")));
    // While no end is near, nobody need ask.
    let mut early = Tale::with(until_eight);
    early.happens("2026-12-05T12:00", comments("c1", on_instagram));
    assert_eq!(planned(&early), ["reply of afterwards"]);
}

#[test]
fn a_comment_without_its_post_is_looked_up_and_its_author_becomes_known() {
    let mut tale = Tale::with(campaign(|campaign| campaign.posts = Posts::These(["7".into()].into())));
    let minimal = |comment: &mut Comment| {
        comment.network = Network::Instagram;
        (comment.post, comment.author_name) = (None, None);
    };
    tale.happens("2026-12-01T09:00", comments("c1", minimal));
    let told = CommentFields {
        post: Some("7".into()),
        author: Some(crate::identity::Identity::Igsid("42".into())),
        author_name: Some("omer".into()),
        ..CommentFields::default()
    };
    tale.look("2026-12-01T09:00:01").answers("2026-12-01T09:00:02", Outcome::CommentRead(told));
    assert_eq!(planned(&tale), ["reply of default", "like", "private-reply"]);
    assert_eq!(tale.lead.username.as_deref(), Some("omer"));
    assert!(tale.lead.identities.contains(&crate::identity::Identity::Igsid("42".into())));
}

#[test]
fn our_own_comment_that_was_told_without_its_author_is_left_alone() {
    let mut tale = Tale::with(campaign(|campaign| campaign.posts = Posts::These(["7".into()].into())));
    tale.happens("2026-12-01T09:00", comments("c1", |comment| comment.post = None));
    let ours = Some(crate::identity::Identity::Psid("101".into()));
    let told = CommentFields { author: ours, post: Some("7".into()), ..CommentFields::default() };
    tale.look("2026-12-01T09:00:01").answers("2026-12-01T09:00:02", Outcome::CommentRead(told));
    assert_eq!(planned(&tale), [""; 0]);
}

#[test]
fn a_comment_that_is_gone_when_it_is_looked_up_gets_nothing() {
    let mut tale = Tale::with(campaign(|campaign| campaign.posts = Posts::These(["7".into()].into())));
    tale.happens("2026-12-01T09:00", comments("c1", |comment| comment.post = None))
        .look("2026-12-01T09:00:01")
        .answers("2026-12-01T09:00:02", refused(Refusal::AlreadyAnswered, "the comment is gone"))
        .lives_until("2026-12-09T00:00");
    assert!(tale.lead.work.is_empty());
    assert_eq!(tale.calls.len(), 1);
}

#[test]
fn whom_a_comment_on_facebook_names_is_looked_up_where_a_rule_asks() {
    let named = |friends: u32| {
        let mut tale = Tale::with(campaign(|campaign| {
            let friend = Signs { friend: true, ..Signs::default() };
            campaign.rules =
                vec![rule("with", friend, "יש מספר"), rule("without", Signs::default(), "תייגו")];
        }));
        tale.happens("2026-12-01T09:00", comments("c1", |_| {}));
        let told = CommentFields { friends: Some(friends), ..CommentFields::default() };
        tale.look("2026-12-01T09:00:01").answers("2026-12-01T09:00:02", Outcome::CommentRead(told));
        planned(&tale)
    };
    assert_eq!(named(1), ["reply of with"]);
    assert_eq!(named(0), ["reply of without"]);
}

fn raffle(playbook: &mut Playbook) {
    let rule = &mut playbook.campaigns.get_mut(&"comments".into()).unwrap().rules[0];
    rule.gift = Some(Gift {
        raffle_number: true,
        otherwise: Some(Answer { private_reply: Some("plain".into()), ..Answer::default() }),
        ..Gift::default()
    });
    let message = playbook.messages.get_mut(&"comment-thanks".into()).unwrap();
    message.text = "המספר שלך {{ raffle_number }}".into();
}

/// The campaign's answer to the wish for a comment.
fn given(tale: &Tale, comment: &str, number: Option<u32>) -> impl FnOnce(Timestamp) -> Event + use<> {
    let wanted = Wanted {
        lead: tale.lead.id,
        rule: "default".into(),
        to: crate::work::CommentAt {
            network: Network::Facebook,
            asset: "101".into(),
            comment: comment.into(),
            post: Some("post".into()),
            is_live: false,
        },
        written_at: at("2026-12-01T09:00"),
    };
    move |now| {
        let grant = number.map(|number| Grant { given_at: now, number: Some(number), coupon: None });
        let given = Given { campaign: "comments".into(), wanted, grant };
        grant::answer(&Pepper::new([5; 32]), &"neveh".into(), given, now)
    }
}

#[test]
fn a_raffle_number_is_asked_for_and_told_when_it_is_given() {
    let mut tale = Tale::with(raffle);
    let event = comments("c1", |_| {})(at("2026-12-01T09:00"));
    let decision = tale.in_context(at("2026-12-01T09:00"), |tale, context| {
        crate::decide::decide(&tale.lead, &event, context)
    });
    let [wish] = decision.told.as_slice() else { panic!("{:?}", decision.told) };
    assert!(matches!(&wish.kind, EventKind::GrantWanted(wanted) if wanted.lead == tale.lead.id));
    tale.commits(decision);
    assert_eq!(planned(&tale), ["like"]);
    let answer = given(&tale, "c1", Some(17));
    tale.happens("2026-12-01T09:00:02", answer).lives_until("2026-12-02T00:00");
    assert!(tale.told().contains("send-messenger: המספר שלך 17"), "{}", tale.told());
    assert!(tale.lead.wishes.is_empty());
    // A second comment is told the same number.
    tale.happens("2026-12-02T09:00", comments("c2", |_| {}));
    let again = given(&tale, "c2", Some(17));
    tale.happens("2026-12-02T09:00:02", again);
    assert_eq!(tale.lead.grants[&"comments".into()].number, Some(17));
}

#[test]
fn who_comes_too_late_hears_the_other_message() {
    let mut tale = Tale::with(raffle);
    tale.happens("2026-12-01T09:00", comments("c1", |_| {}));
    let late = given(&tale, "c1", None);
    tale.happens("2026-12-01T09:00:02", late).lives_until("2026-12-02T00:00");
    assert!(tale.told().contains("send-messenger: plain"), "{}", tale.told());
    assert!(tale.lead.grants.is_empty());
}

#[test]
fn of_a_comment_that_is_gone_by_then_nothing_is_said_and_a_hidden_one_is_not_answered_in_public() {
    let mut gone = Tale::with(raffle);
    gone.happens("2026-12-01T09:00", comments("c1", |_| {}))
        .happens("2026-12-01T09:00:01", removes_comment("c1"));
    let answer = given(&gone, "c1", Some(3));
    gone.happens("2026-12-01T09:00:02", answer);
    assert_eq!(planned(&gone), [""; 0]);
    assert_eq!(gone.lead.grants[&"comments".into()].number, Some(3), "the number is theirs all the same");
    let mut hidden = Tale::with(raffle);
    hidden
        .happens("2026-12-01T09:00", comments("c1", |_| {}))
        .happens("2026-12-01T09:00:01", comment_is_hidden("c1"));
    let answer = given(&hidden, "c1", Some(3));
    hidden.happens("2026-12-01T09:00:02", answer);
    assert_eq!(planned(&hidden), ["like", "private-reply"]);
}

#[test]
fn a_coupon_that_is_the_same_for_all_needs_nobody_s_word() {
    let mut tale = Tale::with(|playbook| {
        let rule = &mut playbook.campaigns.get_mut(&"comments".into()).unwrap().rules[0];
        rule.gift = Some(Gift { coupon: Some(Coupon::Fixed("OCT25".into())), ..Gift::default() });
        playbook.messages.get_mut(&"comment-thanks".into()).unwrap().text = "הקוד {{ coupon }}".into();
    });
    tale.happens("2026-12-01T09:00", comments("c1", |_| {})).lives_until("2026-12-02T00:00");
    assert!(tale.told().contains("send-messenger: הקוד OCT25"), "{}", tale.told());
}

#[test]
fn a_rude_comment_is_hidden_and_a_complaint_is_somebody_s_task() {
    let mut tale = Tale::with(campaign(|campaign| {
        let mut rude = rule("rude", words(&["זבל"]), "");
        rude.answer = Answer { hide: true, ..Answer::default() };
        let mut complaint = rule("complaint", words(&["תלונה"]), "");
        complaint.answer = Answer {
            task: Some(crate::playbook::TaskStep {
                title: "לענות".into(),
                to: "noa".into(),
                due: crate::playbook::Wait { amount: 2, unit: crate::playbook::Unit::Hours },
                escalate: None,
            }),
            ..Answer::default()
        };
        campaign.rules = vec![rude, complaint];
    }));
    tale.happens("2026-12-01T09:00", comments("c1", |comment| comment.text = "איזה זבל".into()));
    assert_eq!(planned(&tale), ["hiding"]);
    tale.happens("2026-12-01T09:01", comments("c2", |comment| comment.text = "יש לי תלונה".into()));
    let task = &tale.lead.tasks[0];
    assert_eq!((task.to.as_str(), task.due_at), ("noa", at("2026-12-01T11:01")));
}
