//! What the operator sees: attention and the roster.

use application::ports::{Attention, Notice};
use domain::ids::LeadId;

use crate::bench::Bench;
use crate::samples::{at, commit_of, lead, neveh, parked, row};

fn notice(key: &str, reason: &str) -> Notice {
    Notice { business: neveh(), key: key.into(), at: at(1), reason: reason.into(), body: Some("{}".into()) }
}

pub async fn parked_work_is_shown_until_it_is_mended(bench: &dyn Bench) {
    let store = bench.store();
    let mut stuck = lead(1);
    stuck.work = vec![parked("the token is no longer valid")];
    store.commit(&commit_of(&stuck)).await.unwrap();
    store.commit(&commit_of(&lead(2))).await.unwrap();
    let shown = Attention::Lead { lead: LeadId::new(1), reason: "the token is no longer valid".into() };
    assert_eq!(store.attention(&neveh(), 9).await.unwrap(), [shown]);
    let mut read = store.lead(&neveh(), LeadId::new(1)).await.unwrap().unwrap();
    read.work.clear();
    store.commit(&commit_of(&read)).await.unwrap();
    assert_eq!(store.attention(&neveh(), 9).await.unwrap(), []);
}

pub async fn leads_come_before_events_before_notices_and_a_limit_holds(bench: &dyn Bench) {
    let store = bench.store();
    assert!(store.put_notice(&notice("b", "an unknown asset")).await.unwrap());
    assert!(store.put_notice(&notice("a", "a body that is no JSON")).await.unwrap());
    assert!(!store.put_notice(&notice("a", "said again")).await.unwrap(), "it stands already");
    store.put_notice(&Notice { business: "other".into(), ..notice("c", "theirs") }).await.unwrap();
    let event = row("dana", "e", 0);
    store.put_inbox(std::slice::from_ref(&event)).await.unwrap();
    store.park_inbox(&event.id(), "unreadable", at(2)).await.unwrap();
    for id in [7, 3] {
        let mut stuck = lead(id);
        stuck.work = vec![parked("stuck")];
        store.commit(&commit_of(&stuck)).await.unwrap();
    }
    let lead = |id| Attention::Lead { lead: LeadId::new(id), reason: "stuck".into() };
    let seen = |key: &str, reason: &str| Attention::Notice { key: key.into(), reason: reason.into() };
    let all = [
        lead(3),
        lead(7),
        Attention::InboxRow { row: event.id(), reason: "unreadable".into() },
        seen("a", "a body that is no JSON"),
        seen("b", "an unknown asset"),
    ];
    assert_eq!(store.attention(&neveh(), 99).await.unwrap(), all);
    assert_eq!(store.attention(&neveh(), 2).await.unwrap(), all[..2]);
}

pub async fn the_roster_gives_every_lead_once_page_by_page(bench: &dyn Bench) {
    let store = bench.store();
    let ids: Vec<LeadId> = (0..40u128).map(|n| LeadId::new(n.wrapping_mul(u128::MAX / 40 + 3))).collect();
    for id in &ids {
        let first = commit_of(&domain::lead::Lead { id: *id, ..lead(0) });
        store.commit(&first).await.unwrap();
        store.commit(&commit_of(first.lead.as_ref().unwrap())).await.unwrap();
    }
    let mut theirs = commit_of(&lead(5));
    theirs.business = "other".into();
    theirs.lead.as_mut().unwrap().business = "other".into();
    store.commit(&theirs).await.unwrap();
    let mut expected = ids;
    expected.sort();
    for limit in [1, 7, 40, 100] {
        let (mut all, mut after) = (Vec::<LeadId>::new(), None);
        loop {
            let page = store.roster(&neveh(), after, limit).await.unwrap();
            assert!(page.len() <= limit);
            after = page.last().copied();
            all.extend(&page);
            if page.is_empty() {
                break;
            }
        }
        assert_eq!(all, expected, "pages of {limit}");
    }
}
