//! The wake index: everything that is due, and nothing that is not.

use std::collections::BTreeSet;

use application::ports::{DueQuery, WAKE_SHARDS};
use domain::event::Responder;
use domain::hint::Hint;
use domain::ids::LeadId;
use domain::work::Class;
use jiff::Timestamp;

use crate::bench::Bench;
use crate::samples::{at, commit_of, inbox_of, lead, neveh, row, work};

/// What all shards of a class show, page by page; each page in order and no longer than asked for.
pub async fn hints(
    bench: &dyn Bench,
    class: Class,
    until: Timestamp,
    limit: usize,
) -> Vec<(Timestamp, Hint)> {
    let mut all = Vec::new();
    for shard in 0..WAKE_SHARDS {
        let (mut after, mut last) = (None, Timestamp::UNIX_EPOCH);
        loop {
            let page = bench.store().due(&DueQuery { class, shard, until, limit, after }).await.unwrap();
            assert!(page.due.len() <= limit);
            for (at, hint) in page.due {
                assert!(at <= until && at >= last, "earliest first, and none that is not due");
                last = at;
                all.push((at, hint));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    all.sort();
    all
}

fn lead_hint(id: u128, class: Class) -> Hint {
    Hint::Lead { business: neveh(), lead: LeadId::new(id), class }
}

pub async fn a_crowd_is_found_page_by_page_and_each_once(bench: &dyn Bench) {
    for id in 0..50 {
        let mut new = lead(id);
        new.work = vec![work(0, Class::Bulk, at(id as i64 / 2))];
        bench.store().commit(&commit_of(&new)).await.unwrap();
    }
    for limit in [1, 3, 100] {
        let due = hints(bench, Class::Bulk, at(1_000), limit).await;
        let different: BTreeSet<&Hint> = due.iter().map(|(_, hint)| hint).collect();
        assert_eq!((due.len(), different.len()), (50, 50), "pages of {limit}");
    }
    assert_eq!(hints(bench, Class::Bulk, at(4), 100).await.len(), 10);
    assert_eq!(hints(bench, Class::Conversation, at(1_000), 100).await, []);
}

pub async fn a_lead_is_due_where_its_record_says_and_nowhere_else(bench: &dyn Bench) {
    let store = bench.store();
    let mut new = lead(1);
    new.work = vec![work(0, Class::Bulk, at(10))];
    store.commit(&commit_of(&new)).await.unwrap();
    assert_eq!(hints(bench, Class::Bulk, at(9), 9).await, []);
    assert_eq!(hints(bench, Class::Bulk, at(10), 9).await, [(at(10), lead_hint(1, Class::Bulk))]);

    let mut read = store.lead(&neveh(), LeadId::new(1)).await.unwrap().unwrap();
    read.work = vec![work(0, Class::Conversation, at(20))];
    store.commit(&commit_of(&read)).await.unwrap();
    assert_eq!(hints(bench, Class::Bulk, at(99), 9).await, []);
    let moved = hints(bench, Class::Conversation, at(99), 9).await;
    assert_eq!(moved, [(at(20), lead_hint(1, Class::Conversation))]);

    let mut read = store.lead(&neveh(), LeadId::new(1)).await.unwrap().unwrap();
    read.work.clear();
    store.commit(&commit_of(&read)).await.unwrap();
    assert_eq!(hints(bench, Class::Conversation, at(99), 9).await, []);
}

pub async fn an_undecided_event_is_due_from_its_arrival_until_it_is_decided(bench: &dyn Bench) {
    let store = bench.store();
    store.put_inbox(&[row("dana", "e", 5)]).await.unwrap();
    let inbox = inbox_of("dana");
    let hint =
        Hint::Inbox { business: neveh(), identity: inbox.identity.clone(), responder: Responder::Message };
    assert_eq!(hints(bench, Class::Conversation, at(5), 9).await, []);
    assert_eq!(hints(bench, Class::Conversation, at(6), 9).await, [(at(6), hint)]);
    assert_eq!(hints(bench, Class::Bulk, at(6), 9).await, []);
    store.delete_inbox(&row("dana", "e", 5).id()).await.unwrap();
    assert_eq!(hints(bench, Class::Conversation, at(6), 9).await, []);
}

pub async fn a_row_that_cannot_be_read_is_due_too(bench: &dyn Bench) {
    bench.put_unreadable(&row("dana", "e", 5).id()).await;
    let due = hints(bench, Class::Conversation, at(0), 9).await;
    assert!(matches!(due.as_slice(), [(_, Hint::Inbox { responder: Responder::Message, .. })]), "{due:?}");
}
