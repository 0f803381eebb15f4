//! Campaigns through the functions: what many get at once, each once, as fast as it may go and no faster.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use journeys::{Town, TownSettings};
use serde_json::{Value, json};
use shared::application::campaigns::{commit_to_raffle, draw_raffle};
use shared::application::grants::load_coupons;
use shared::application::ports::{CampaignStore, Clock, Store};
use shared::application::redrive::redrive;
use shared::domain::call::{CallFailure, CommentFields, Operation, Outcome, Receipt, Refusal};
use shared::domain::ids::BusinessId;
use shared::domain::timeline::{Entry, Fact, What};

const BUSINESS: &str = "tene";
const PAGE: &str = "501010101010101";
const INSTAGRAM: &str = "17841400000000005";
const START: &str = "2027-10-26T09:00:00+03:00";

async fn town(change: impl FnOnce(String) -> String) -> Town {
    let path = format!("{}/../../infra/local/playbook.campaigns.he.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = change(std::fs::read_to_string(path).unwrap());
    Town::of(&[text], TownSettings::default(), START.parse().unwrap()).await
}

fn business() -> BusinessId {
    BusinessId::new(BUSINESS)
}

fn comment(id: &str, author: &str, post: &str, text: &str, at: Timestamp) -> Value {
    let friends = text.matches('@').count();
    let tags: Vec<Value> = (0..friends).map(|n| json!({ "id": n.to_string(), "type": "user" })).collect();
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": at.as_second(), "changes": [{
        "field": "feed",
        "value": {
            "item": "comment", "verb": "add", "comment_id": id, "post_id": format!("{PAGE}_{post}"),
            "parent_id": format!("{PAGE}_{post}"), "from": { "id": author, "name": "דנה לוי" },
            "created_time": at.as_second(), "message": text, "message_tags": tags,
        },
    }] }] })
}

async fn says(town: &Town, id: usize, author: usize, post: &str, text: &str) {
    let (id, author) = (format!("{PAGE}_{post}_{id}"), format!("{}", 7_000 + author));
    let body = comment(&id, &author, post, text, town.clock.now());
    assert_eq!(town.webhook(&body).await.0, 200);
}

/// What left in private, by person, and in public, in its order.
fn said(town: &Town) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let (mut private, mut public): (BTreeMap<String, Vec<String>>, _) = (BTreeMap::new(), Vec::new());
    for call in town.calls() {
        match call.operation {
            Operation::SendMessage { text, .. } => {
                private.entry(call.lead.to_string()).or_default().push(text)
            }
            Operation::ReplyToComment { text, .. } => public.push(text),
            _ => {}
        }
    }
    (private, public)
}

#[tokio::test]
async fn raffle_numbers_have_no_gap_and_each_person_has_one_however_often_meta_tells() {
    let town = town(|text| text).await;
    for person in 0..60 {
        says(&town, person, person, "5002", "@נועה בואי").await;
        says(&town, person, person, "5002", "@נועה בואי").await;
        if person % 5 == 0 {
            says(&town, 1_000 + person, person, "5002", "עוד פעם @דן").await;
        }
        if person % 9 == 0 {
            town.work().await;
        }
    }
    town.advance(SignedDuration::from_hours(24)).await;
    let grants = town.store.all_grants(&business(), &"raffle".into(), None, 999).await.unwrap();
    let numbers: BTreeSet<u32> = grants.iter().filter_map(|(_, grant)| grant.number).collect();
    assert_eq!(numbers, (1..=60).collect());
    let (private, public) = said(&town);
    assert_eq!(private.len(), 60);
    for (lead, grant) in &grants {
        let told = &private[&lead.to_string()];
        let number = format!("הוא {}.", grant.number.unwrap());
        assert!(told.iter().all(|text| text.contains(&number)), "{told:?}");
    }
    assert_eq!(private.values().map(Vec::len).sum::<usize>(), 72, "one for each comment");
    assert_eq!(public.len(), 72);
    assert!(
        public.windows(3).all(|three| three.iter().collect::<BTreeSet<_>>().len() == 3),
        "no reply is repeated within the last two of its post"
    );
}

#[tokio::test]
async fn who_names_nobody_is_asked_to_and_gets_no_number() {
    let town = town(|text| text).await;
    says(&town, 1, 1, "5002", "אני רוצה").await;
    town.work().await;
    let (private, public) = said(&town);
    assert!(private.values().next().unwrap()[0].contains("לתייג"));
    assert_eq!(public, ["כמעט! תייגו חבר ונשלח לכם מספר"]);
    assert_eq!(town.store.campaign(&business(), &"raffle".into()).await.unwrap(), None);
}

#[tokio::test]
async fn ten_are_first_and_the_others_hear_that_it_is_over() {
    let town = town(|text| text).await;
    for person in 0..14 {
        says(&town, person, person, "5003", "גם אני").await;
    }
    town.advance(SignedDuration::from_hours(1)).await;
    let (private, _) = said(&town);
    let got = private.values().filter(|texts| texts[0].contains("מחכה")).count();
    let late = private.values().filter(|texts| texts[0].contains("נתפסו")).count();
    assert_eq!((got, late), (10, 4));
}

#[tokio::test]
async fn each_gets_a_code_of_their_own_and_waits_for_more() {
    let town = town(|text| text.replace("coupon: OCT25", "coupon: one-each")).await;
    let codes = |range: std::ops::Range<u32>| range.map(|n| format!("A-{n}")).collect::<Vec<_>>();
    let loaded = load_coupons(&town.world, &business(), &"coupon".into(), &codes(0..3)).await.unwrap();
    assert_eq!((loaded.added, loaded.left), (3, 3));
    for person in 0..5 {
        says(&town, person, person, "5001", "רוצה").await;
    }
    town.advance(SignedDuration::from_mins(5)).await;
    assert_eq!(said(&town).0.len(), 3);
    let attention = town.store.attention(&business(), 9).await.unwrap();
    assert_eq!(attention.len(), 2);
    assert!(format!("{attention:?}").contains("no coupon left"), "{attention:?}");
    let loaded = load_coupons(&town.world, &business(), &"coupon".into(), &codes(1..7)).await.unwrap();
    assert_eq!((loaded.added, loaded.known, loaded.left), (4, 2, 4));
    redrive(&town.world, &business()).await.unwrap();
    town.advance(SignedDuration::from_mins(5)).await;
    let (private, _) = said(&town);
    let told: BTreeSet<String> = private.values().flatten().cloned().collect();
    assert_eq!((private.len(), told.len()), (5, 5), "nobody has another's code: {told:?}");
}

async fn sent(town: &Town, what: &str) -> Vec<Timestamp> {
    let mut moments = Vec::new();
    for lead in town.leads(BUSINESS) {
        let is_it = |entry: &&Entry| entry.what == What::Sent && entry.fact(Fact::Event) == Some(what);
        moments.extend(town.entries(&lead).await.iter().filter(is_it).map(|entry| entry.at));
    }
    moments.sort();
    moments
}

fn most_within(moments: &[Timestamp], span: SignedDuration) -> usize {
    let from = |first: usize| moments[first..].iter().take_while(|at| **at < moments[first] + span).count();
    (0..moments.len()).map(from).max().unwrap_or_default()
}

#[tokio::test]
async fn a_burst_is_answered_within_the_hour_s_budget_and_to_the_last() {
    let town = town(|text| text).await;
    for person in 0..400 {
        says(&town, person, person, "9", "כמה עולה?").await;
    }
    // Somebody under another post does not wait behind all of them.
    town.advance(SignedDuration::from_mins(30)).await;
    says(&town, 5_000, 5_000, "10", "כמה עולה?").await;
    town.advance(SignedDuration::from_mins(30)).await;
    let newcomer = sent(&town, "private-reply").await.len();
    assert!(newcomer > 0);
    let private = said(&town).0;
    assert!(private.len() < 220, "{} in the first hour", private.len());
    let latest = town.leads(BUSINESS).into_iter().max_by_key(|lead| lead.created_at).unwrap();
    assert!(private.contains_key(&latest.id.to_string()), "the other post's comment has its answer");
    town.advance(SignedDuration::from_hours(3)).await;
    let moments = sent(&town, "private-reply").await;
    assert_eq!(moments.len(), 401);
    assert!(most_within(&moments, SignedDuration::from_hours(1)) <= 200);
    assert!(most_within(&sent(&town, "public-reply").await, SignedDuration::from_hours(1)) <= 400);
    assert_eq!(said(&town).1.len(), 401);
}

#[tokio::test]
async fn a_connection_that_does_not_work_is_left_alone_and_goes_on_when_it_is_mended() {
    let town = town(|text| text).await;
    let broken = || {
        let reason = "the token is no longer valid".to_owned();
        Outcome::Failed(CallFailure::Refused { why: Refusal::ConnectionBroken, code: Some(190), reason })
    };
    town.platforms.answer_next(broken());
    for person in 0..20 {
        says(&town, person, person, "5001", "רוצה").await;
    }
    town.work().await;
    assert_eq!(town.calls().len(), 1, "nobody else runs into the same wall");
    town.platforms.answer_next(broken());
    town.advance(SignedDuration::from_mins(6)).await;
    assert_eq!(town.calls().len(), 2, "one finds out that it is still there");
    redrive(&town.world, &business()).await.unwrap();
    town.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(said(&town).0.len(), 20);
    assert!(town.store.attention(&business(), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_like_that_the_connection_may_not_give_holds_up_nothing_else() {
    let town = town(|text| text).await;
    says(&town, 1, 1, "5001", "רוצה").await;
    let reason = "the access token lacks a permission for this".to_owned();
    let refused = CallFailure::Refused { why: Refusal::ConnectionBroken, code: Some(200), reason };
    town.platforms.answer_next(Outcome::Failed(refused));
    town.work().await;
    assert_eq!(town.call_names(), ["like", "reply-to-comment", "send-messenger"]);
    let lead = town.only_lead(BUSINESS);
    assert!(lead.work.is_empty(), "nothing is parked: {:?}", lead.work);
    let entries = town.entries(&lead).await;
    assert!(entries.iter().any(|entry| entry.what == What::Failed && entry.fact(Fact::Rule) == Some("C4")));
}

#[tokio::test]
async fn what_the_platform_says_of_its_limits_slows_everybody_down() {
    let town = town(|text| text).await;
    let pause = Some(SignedDuration::from_mins(10));
    town.platforms.answer_next(Outcome::Done(Receipt { pause, ..Receipt::default() }));
    for person in 0..5 {
        says(&town, person, person, "5001", "רוצה").await;
    }
    town.work().await;
    assert_eq!(town.calls().len(), 1);
    town.advance(SignedDuration::from_mins(9)).await;
    assert_eq!(town.calls().len(), 1);
    town.advance(SignedDuration::from_mins(6)).await;
    assert_eq!(town.calls().len(), 15);
}

#[tokio::test]
async fn the_end_counts_by_when_a_comment_was_written() {
    let town = town(|text| text).await;
    town.move_to("2027-10-26T20:05:00+03:00").await;
    let instagram = |id: &str, author: &str| {
        json!({ "object": "instagram", "entry": [{ "id": INSTAGRAM, "time": town.clock.now().as_second(),
            "changes": [{ "field": "comments", "value": {
                "id": id, "from": { "id": author, "username": "omer" }, "text": "רוצה", "media": { "id": "5001" } },
            }] }] })
    };
    for (id, author, second) in [("31", "1", 59), ("32", "2", 60)] {
        let at: Timestamp = "2027-10-26T19:59:00+03:00".parse().unwrap();
        let written_at = Some(at + SignedDuration::from_secs(second));
        let told = CommentFields { written_at, ..CommentFields::default() };
        town.platforms.answer_next(Outcome::CommentRead(told));
        town.webhook(&instagram(id, author)).await;
        town.work().await;
    }
    let texts: Vec<String> = said(&town).0.into_values().flatten().collect();
    assert_eq!(texts.iter().filter(|text| text.contains("OCT25")).count(), 1, "{texts:?}");
    assert_eq!(texts.iter().filter(|text| text.contains("נגמר")).count(), 1, "{texts:?}");
    // Facebook tells it by itself.
    for (id, second) in [("41", 59), ("42", 60)] {
        let at: Timestamp = "2027-10-26T19:59:00+03:00".parse().unwrap();
        let body = comment(id, id, "5001", "רוצה", at + SignedDuration::from_secs(second));
        town.webhook(&body).await;
    }
    town.work().await;
    let texts: Vec<String> = said(&town).0.into_values().flatten().collect();
    assert_eq!(texts.iter().filter(|text| text.contains("OCT25")).count(), 2, "{texts:?}");
    assert_eq!(texts.iter().filter(|text| text.contains("נגמר")).count(), 2, "{texts:?}");
}

#[tokio::test]
async fn a_rude_comment_is_hidden_and_a_complaint_is_somebody_s_to_answer() {
    let town = town(|text| text).await;
    says(&town, 1, 1, "9", "חבורת מטומטמים").await;
    says(&town, 2, 2, "9", "זאת אכזבה").await;
    town.work().await;
    let names = town.call_names();
    assert_eq!(names.iter().filter(|name| *name == "hide").count(), 1, "{names:?}");
    assert!(!names.contains(&"reply-to-comment".to_owned()), "{names:?}");
    let tasks: Vec<String> =
        town.leads(BUSINESS).iter().flat_map(|lead| &lead.tasks).map(|task| task.to.clone()).collect();
    assert_eq!(tasks, ["shira"]);
}

#[tokio::test]
async fn who_has_a_number_is_reminded_and_the_winner_is_told_where_the_conversation_is_open() {
    let town = town(|text| text).await;
    for person in [1, 2] {
        says(&town, person, person, "5002", "@נועה בואי").await;
    }
    town.work().await;
    town.advance(SignedDuration::from_hours(1)).await;
    let at = town.clock.now().as_millisecond();
    let messaging = json!([{
        "sender": { "id": "7001" }, "recipient": { "id": PAGE }, "timestamp": at,
        "message": { "mid": "m1", "text": "איזה כיף" },
    }]);
    let body = json!({ "object": "page", "entry": [{ "id": PAGE, "time": at, "messaging": messaging }] });
    assert_eq!(town.webhook(&body).await.0, 200);
    town.move_to("2027-10-26T20:00:01+03:00").await;
    let of = |text: &str| -> Vec<Vec<String>> {
        let said = said(&town).0.into_values();
        said.map(|texts| texts.into_iter().filter(|said| said.contains(text)).collect()).collect()
    };
    let reminded: Vec<usize> = of("עוד שעתיים מגרילים").iter().map(Vec::len).collect();
    assert_eq!(reminded.iter().sum::<usize>(), 1, "only whoever wrote within the day: {reminded:?}");
    commit_to_raffle(&town.world, &business(), &"raffle".into(), [7; 32]).await.unwrap();
    for _ in 0..2 {
        let drawn = draw_raffle(&town.world, &business(), &"raffle".into(), 2).await.unwrap();
        assert_eq!(drawn.winners.len(), 2);
        town.work().await;
        assert_eq!(of("זכית!").concat().len(), 1, "told once, where it may be told");
    }
    for lead in town.leads(BUSINESS) {
        assert_eq!(lead.tasks.len(), 1, "a person hands the prize over");
        let skipped = town
            .entries(&lead)
            .await
            .iter()
            .any(|entry| entry.what == What::Skipped && entry.fact(Fact::Rule) == Some("R17"));
        let wrote = lead.windows.len() == 1;
        assert_eq!(skipped, !wrote);
    }
}
