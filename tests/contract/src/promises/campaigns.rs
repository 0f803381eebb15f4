//! What campaigns give is given once, and how fast a connection may go is agreed on by all.

use application::commit::{CommitError, Conflict};
use application::grants::CampaignCommit;
use domain::catch_up::{CatchUp, Readable, Reading};
use domain::grant::{CampaignState, Grant};
use domain::ids::{AssetId, CampaignName, LeadId};
use domain::pace::{Budget, Pace, Paced, Turn};
use domain::raffle::Draw;

use crate::bench::Bench;
use crate::samples::{at, inbox_of, neveh, row};

fn summer() -> CampaignName {
    CampaignName::new("קיץ #1")
}

fn grant(number: u32) -> Grant {
    Grant { given_at: at(i64::from(number)), number: Some(number), coupon: Some(format!("C{number}")) }
}

/// The next version of a campaign, which gives a number to each of these.
fn commit(read: &CampaignState, to: &[u128]) -> CampaignCommit {
    let mut state = CampaignState { version: read.version + 1, ..read.clone() };
    let mut grants = Vec::new();
    for lead in to {
        state.numbers += 1;
        grants.push((LeadId::new(*lead), grant(state.numbers)));
    }
    CampaignCommit { state, grants, inbox_done: Vec::new(), inbox_new: Vec::new(), now: at(9) }
}

fn is_conflict(done: Result<(), CommitError>) -> bool {
    matches!(done, Err(CommitError::Conflict(Conflict::Version)))
}

pub async fn a_campaign_is_read_back_and_its_inbox_goes_with_it(bench: &dyn Bench) {
    let store = bench.store();
    assert_eq!(store.campaign(&neveh(), &summer()).await.unwrap(), None);
    let wish = row("campaign", "wish", 1);
    store.put_inbox(std::slice::from_ref(&wish)).await.unwrap();
    let new = CampaignState::new(neveh(), summer());
    let drawn = Draw { winners: vec![2, 1], ..Draw::committed([7; 32]) };
    let answer = row("lead", "answer", 2);
    let first = CampaignCommit {
        inbox_done: vec![wish.id()],
        inbox_new: vec![answer.clone()],
        ..commit(&CampaignState { draw: Some(drawn), coupons: 3, ..new }, &[5, 3])
    };
    store.commit_campaign(&first).await.unwrap();
    assert_eq!(store.campaign(&neveh(), &summer()).await.unwrap(), Some(first.state));
    assert!(store.inbox(&inbox_of("campaign"), 9).await.unwrap().rows.is_empty());
    assert_eq!(store.inbox(&inbox_of("lead"), 9).await.unwrap().rows, [Ok(answer)]);
    assert_eq!(store.campaign(&"other".into(), &summer()).await.unwrap(), None);
    assert_eq!(store.campaign(&neveh(), &"winter".into()).await.unwrap(), None);
}

pub async fn of_two_who_number_at_once_one_begins_anew(bench: &dyn Bench) {
    let store = bench.store();
    let new = CampaignState::new(neveh(), summer());
    store.commit_campaign(&commit(&new, &[1])).await.unwrap();
    let stale = CampaignCommit { inbox_new: vec![row("lead", "told", 1)], ..commit(&new, &[2]) };
    assert!(is_conflict(store.commit_campaign(&stale).await));
    assert!(store.inbox(&inbox_of("lead"), 9).await.unwrap().rows.is_empty(), "nothing of it is written");
    let stands = store.campaign(&neveh(), &summer()).await.unwrap().unwrap();
    assert!(is_conflict(store.commit_campaign(&commit(&stands, &[3, 1])).await), "one of them has something");
    assert_eq!(store.all_grants(&neveh(), &summer(), None, 9).await.unwrap().len(), 1);
    store.commit_campaign(&commit(&stands, &[2])).await.unwrap();
    let numbers = store.all_grants(&neveh(), &summer(), None, 9).await.unwrap();
    assert_eq!(numbers, [(LeadId::new(1), grant(1)), (LeadId::new(2), grant(2))]);
}

pub async fn grants_are_found_by_lead_and_page_by_page(bench: &dyn Bench) {
    let store = bench.store();
    let leads: Vec<u128> = (1..=20).map(|n| n * (u128::MAX / 21)).collect();
    store.commit_campaign(&commit(&CampaignState::new(neveh(), summer()), &leads)).await.unwrap();
    let some = [LeadId::new(leads[4]), LeadId::new(7)];
    let found = store.grants(&neveh(), &summer(), &some).await.unwrap();
    assert_eq!(found, [(some[0], grant(5))].into());
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.all_grants(&neveh(), &summer(), after, 7).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        all.extend(page);
    }
    let expected: Vec<_> =
        leads.iter().zip(1..).map(|(lead, number)| (LeadId::new(*lead), grant(number))).collect();
    assert_eq!(all, expected);
}

pub async fn a_pool_keeps_its_order_and_what_is_there(bench: &dyn Bench) {
    let store = bench.store();
    let codes: Vec<String> = (0..30).map(|number| format!("OCT-{number}")).collect();
    store.put_coupons(&neveh(), &summer(), 0, &codes[..20]).await.unwrap();
    store.put_coupons(&neveh(), &summer(), 20, &codes[20..]).await.unwrap();
    store.put_coupons(&neveh(), &summer(), 5, &["stolen".to_owned()]).await.unwrap();
    assert_eq!(store.coupons(&neveh(), &summer(), 0, 99).await.unwrap(), codes);
    assert_eq!(store.coupons(&neveh(), &summer(), 18, 4).await.unwrap(), codes[18..22]);
    assert!(store.coupons(&neveh(), &summer(), 30, 9).await.unwrap().is_empty());
    assert!(store.coupons(&neveh(), &"winter".into(), 0, 9).await.unwrap().is_empty());
}

pub async fn all_agree_on_a_pace(bench: &dyn Bench) {
    let store = bench.store();
    let asset = AssetId::new("101");
    assert_eq!(store.pace(&neveh(), &asset).await.unwrap(), None);
    let mut pace = Pace::new(neveh(), asset.clone());
    let post = "101_5".into();
    for second in 0..60 {
        let turn = pace.take(Paced::Like, Some(&post), None, false, Budget::hourly(40), at(second));
        assert_eq!(turn == Turn::Now, second < 10);
    }
    pace.choose(Some(&post), &["א".to_owned(), "ב".to_owned()], 1, 7, at(3));
    pace.pause(at(99));
    pace.break_off("the token is no longer valid", at(98));
    pace.version = 1;
    store.put_pace(&pace).await.unwrap();
    assert_eq!(store.pace(&neveh(), &asset).await.unwrap(), Some(pace.clone()));
    let stale = Pace { version: 1, ..Pace::new(neveh(), asset.clone()) };
    assert!(is_conflict(store.put_pace(&stale).await));
    pace.works();
    pace.catch_up = Some(CatchUp {
        since: at(1),
        started_at: at(2),
        wanted: [
            Readable::Posts,
            Readable::Comments(post.clone()),
            Readable::Forms,
            Readable::Leads("7".into()),
        ]
        .map(|what| Reading { what, after: Some("cursor".to_owned()) })
        .into(),
        next_at: at(3),
        seen: 4,
        found: 2,
        ended_at: Some(at(5)),
        trouble: Some("busy".to_owned()),
    });
    pace.version = 2;
    store.put_pace(&pace).await.unwrap();
    assert_eq!(store.pace(&neveh(), &asset).await.unwrap(), Some(pace));
    assert_eq!(store.pace(&"other".into(), &asset).await.unwrap(), None);
}
