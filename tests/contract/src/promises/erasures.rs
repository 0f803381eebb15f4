//! Erasure: names lead nowhere and remember why, and what stood beside a record goes.

use application::commit::{Commit, CommitError, Conflict, ErasedName};
use application::ports::Attention;
use domain::consent::OptOut;
use domain::delivery::DeliveryStatus::{Delivered, Sent};
use domain::erasure::{ErasedIdentity, Suppression, tombstone};
use domain::ids::{LeadId, WorkId};
use domain::lead::Lead;
use domain::work::Class;

use super::dueness::hints;
use crate::bench::Bench;
use crate::samples::{at, commit_of, delivery, entry, identity, inbox_of, lead, neveh, row, work};

fn erased(second: i64) -> ErasedIdentity {
    let opt_out = Some(OptOut { at: at(1), by: "whatsapp".into() });
    ErasedIdentity {
        at: at(second),
        suppression: Suppression {
            opt_out,
            marketing_stopped_at: Some(at(2)),
            email_stopped_at: Some(at(3)),
        },
    }
}

/// The erasure of a lead with these names.
fn burial(read: &Lead, names: &[&str]) -> Commit {
    let suppression = erased(9).suppression;
    let inboxes = names.iter().map(|name| identity(name)).collect();
    let mut commit = commit_of(&tombstone(read, inboxes, suppression, at(9)));
    let name = |name: &&str| ErasedName { identity: identity(name), erased: erased(9) };
    commit.erased = names.iter().map(name).collect();
    commit
}

fn conflict(result: Result<(), CommitError>) -> Conflict {
    match result {
        Err(CommitError::Conflict(conflict)) => conflict,
        other => panic!("a conflict was expected, and it was {other:?}"),
    }
}

async fn buried(bench: &dyn Bench) -> Lead {
    let mut first = commit_of(&lead(1));
    first.lead.as_mut().unwrap().work = vec![work(0, Class::Bulk, at(5))];
    first.identities = vec![identity("dana"), identity("dana's phone")];
    bench.store().commit(&first).await.unwrap();
    let burial = burial(first.lead.as_ref().unwrap(), &["dana", "dana's phone", "nobody's"]);
    bench.store().commit(&burial).await.unwrap();
    burial.lead.unwrap()
}

pub async fn an_erased_name_leads_nowhere_and_remembers_why(bench: &dyn Bench) {
    let store = bench.store();
    let stone = buried(bench).await;
    for name in ["dana", "dana's phone", "nobody's"] {
        for limit in [0, 9] {
            let inbox = store.inbox(&inbox_of(name), limit).await.unwrap();
            assert_eq!((inbox.lead, inbox.erased), (None, Some(erased(9))), "{name}");
        }
    }
    assert_eq!(store.lead(&neveh(), stone.id).await.unwrap(), Some(stone));
    assert_eq!(store.roster(&neveh(), None, 9).await.unwrap(), []);
    assert_eq!(hints(bench, Class::Conversation, at(9), 9).await.len(), 1, "it wants to be looked at");
}

pub async fn nobody_takes_an_erased_name_without_knowing_it(bench: &dyn Bench) {
    let store = bench.store();
    buried(bench).await;
    let mut next = commit_of(&lead(2));
    next.identities = vec![identity("dana")];
    assert_eq!(conflict(store.commit(&next).await), Conflict::Identity(identity("dana")));
    next.once = Some(identity("dana"));
    next.identities.clear();
    assert_eq!(conflict(store.commit(&next).await), Conflict::Once);
    next.once = None;
    next.revived = vec![identity("dana"), identity("never known")];
    store.commit(&next).await.unwrap();
    let inbox = store.inbox(&inbox_of("dana"), 0).await.unwrap();
    assert_eq!((inbox.lead, inbox.erased), (Some(LeadId::new(2)), Some(erased(9))), "both are kept");
    // It is that lead's now.
    let mut third = commit_of(&lead(3));
    third.revived = vec![identity("dana")];
    assert_eq!(conflict(store.commit(&third).await), Conflict::Identity(identity("dana")));
    let stealing = burial(&lead(3), &["dana"]);
    assert_eq!(conflict(store.commit(&stealing).await), Conflict::Identity(identity("dana")));
    let mut again = commit_of(next.lead.as_ref().unwrap());
    again.identities = vec![identity("dana")];
    store.commit(&again).await.unwrap();
    assert_eq!(store.inbox(&inbox_of("dana"), 0).await.unwrap().erased, Some(erased(9)));
}

pub async fn a_name_that_nobody_had_is_erased_and_somebody_s_is_not(bench: &dyn Bench) {
    let store = bench.store();
    let mut dana = commit_of(&lead(1));
    dana.identities = vec![identity("dana")];
    store.commit(&dana).await.unwrap();
    let erase = |name| Commit::of_erased_name(&neveh(), identity(name), erased(9).suppression, at(9));
    assert_eq!(conflict(store.commit(&erase("dana")).await), Conflict::Identity(identity("dana")));
    assert_eq!(store.inbox(&inbox_of("dana"), 0).await.unwrap().lead, Some(LeadId::new(1)));
    for _again in 0..2 {
        store.commit(&erase("nobody's")).await.unwrap();
        let inbox = store.inbox(&inbox_of("nobody's"), 0).await.unwrap();
        assert_eq!((inbox.lead, inbox.erased), (None, Some(erased(9))));
    }
    let mut next = commit_of(&lead(2));
    next.once = Some(identity("nobody's"));
    assert_eq!(conflict(store.commit(&next).await), Conflict::Once);
}

pub async fn what_stands_beside_a_record_goes_page_by_page(bench: &dyn Bench) {
    let store = bench.store();
    for id in [1, 2] {
        let mut commit = commit_of(&lead(id));
        for number in 0..7 {
            commit.timeline = vec![entry(number, "דנה")];
            store.commit(&commit).await.unwrap();
            commit = commit_of(commit.lead.as_ref().unwrap());
        }
        for (number, status) in [(1, Sent), (1, Delivered), (2, Sent)] {
            store
                .put_delivery(&neveh(), LeadId::new(id), WorkId::new(number), &delivery(status, 3))
                .await
                .unwrap();
        }
    }
    let mut pages = 0;
    while store.erase_beside(&neveh(), LeadId::new(1), 3).await.unwrap() {
        pages += 1;
        assert!(pages < 20, "it ends");
    }
    assert_eq!(store.timeline(&neveh(), LeadId::new(1)).await.unwrap(), []);
    assert_eq!(store.timeline(&neveh(), LeadId::new(2)).await.unwrap().len(), 10);
    assert!(store.lead(&neveh(), LeadId::new(1)).await.unwrap().is_some(), "the record stays");
    assert!(!store.erase_beside(&neveh(), LeadId::new(1), 3).await.unwrap());
}

pub async fn events_up_to_a_moment_go_and_later_ones_stay(bench: &dyn Bench) {
    let store = bench.store();
    let rows: Vec<_> = (0..9).map(|number| row("dana", &format!("e{number}"), number)).collect();
    store.put_inbox(&rows).await.unwrap();
    store.put_inbox(&[row("ron", "r", 1)]).await.unwrap();
    store.park_inbox(&rows[2].id(), "stuck", at(9)).await.unwrap();
    bench.put_unreadable(&row("dana", "x", 3).id()).await;
    let mut pages = 0;
    while store.erase_inbox(&inbox_of("dana"), at(6), 2).await.unwrap() {
        pages += 1;
        assert!(pages < 20, "it ends");
    }
    let left = store.inbox(&inbox_of("dana"), 99).await.unwrap().rows;
    assert_eq!(left, [Ok(rows[7].clone()), Ok(rows[8].clone())]);
    assert_eq!(store.attention(&neveh(), 9).await.unwrap(), Vec::<Attention>::new());
    assert_eq!(store.inbox(&inbox_of("ron"), 9).await.unwrap().rows.len(), 1);
}

pub async fn a_record_is_deleted_only_as_it_was_read(bench: &dyn Bench) {
    let store = bench.store();
    let stone = buried(bench).await;
    store.delete_lead(&Lead { version: stone.version - 1, ..stone.clone() }).await.unwrap();
    assert!(store.lead(&neveh(), stone.id).await.unwrap().is_some());
    for _ in 0..2 {
        store.delete_lead(&stone).await.unwrap();
        assert_eq!(store.lead(&neveh(), stone.id).await.unwrap(), None);
    }
    assert_eq!(hints(bench, Class::Conversation, at(99), 9).await, []);
    assert_eq!(store.inbox(&inbox_of("dana"), 0).await.unwrap().erased, Some(erased(9)), "without end");
}
