//! Inboxes: durable, in order, and never in each other's way.

use application::ports::{Attention, InboxRow, InboxRowId};
use domain::event::{Capture, Details, EventKind};
use domain::source::{Source, SourceKind};

use crate::bench::Bench;
use crate::chance::Chance;
use crate::promises::dueness::hints;
use crate::samples::{at, event_key, inbox_of, neveh, random_kind, row};
use domain::work::Class;

async fn names(bench: &dyn Bench, author: &str, limit: usize) -> Vec<InboxRowId> {
    let inbox = bench.store().inbox(&inbox_of(author), limit).await.unwrap();
    inbox.rows.into_iter().map(|row| row.map_or_else(|row| row.id, |row| row.id())).collect()
}

fn parked(row: &InboxRow, reason: &str) -> Attention {
    Attention::InboxRow { row: row.id(), reason: reason.to_owned() }
}

pub async fn events_are_read_back_in_the_order_in_which_they_happened(bench: &dyn Bench) {
    let store = bench.store();
    assert_eq!(store.inbox(&inbox_of("dana"), 9).await.unwrap(), Default::default());
    // More than one batch of DynamoDB's, in no order, and somebody else's among them.
    let rows: Vec<InboxRow> = (0..60).map(|n| row("dana", &format!("e{n}"), (n * 37) % 60)).collect();
    store.put_inbox(&rows).await.unwrap();
    store.put_inbox(&[row("ron", "r", 0)]).await.unwrap();
    let mut expected: Vec<InboxRowId> = rows.iter().map(InboxRow::id).collect();
    expected.sort();
    assert_eq!(names(bench, "dana", 100).await, expected);
    assert_eq!(names(bench, "dana", 60).await, expected);
    assert_eq!(names(bench, "dana", 7).await, expected[..7]);
    assert_eq!(names(bench, "dana", 0).await, []);
    assert_eq!(names(bench, "ron", 9).await, [row("ron", "r", 0).id()]);
}

pub async fn an_event_of_any_kind_is_read_back_as_it_was(bench: &dyn Bench) {
    for seed in 0..200 {
        let mut put = row("dana", &format!("e{seed}"), 0);
        put.event.kind = random_kind(&mut Chance::new(seed));
        bench.store().put_inbox(std::slice::from_ref(&put)).await.unwrap();
        let rows = bench.store().inbox(&inbox_of("dana"), 9).await.unwrap().rows;
        assert_eq!(rows, [Ok(put.clone())], "seed {seed}");
        bench.store().delete_inbox(&put.id()).await.unwrap();
    }
}

pub async fn an_event_that_is_put_again_is_there_once(bench: &dyn Bench) {
    let (first, mut again) = (row("dana", "e", 0), row("dana", "e", 0));
    again.received_at = at(50);
    bench.store().put_inbox(&[first.clone(), first.clone(), again.clone()]).await.unwrap();
    bench.store().put_inbox(&[]).await.unwrap();
    assert_eq!(bench.store().inbox(&inbox_of("dana"), 9).await.unwrap().rows, [Ok(again)]);
}

pub async fn a_row_that_is_deleted_is_gone_and_may_be_deleted_again(bench: &dyn Bench) {
    let store = bench.store();
    store.put_inbox(&[row("dana", "a", 0), row("dana", "b", 1)]).await.unwrap();
    for _ in 0..2 {
        store.delete_inbox(&row("dana", "a", 0).id()).await.unwrap();
    }
    assert_eq!(names(bench, "dana", 9).await, [row("dana", "b", 1).id()]);
}

pub async fn what_cannot_be_read_is_named_and_holds_nobody_up(bench: &dyn Bench) {
    let store = bench.store();
    store.put_inbox(&[row("dana", "a", 0), row("dana", "c", 2)]).await.unwrap();
    let broken = row("dana", "b", 1).id();
    bench.put_unreadable(&broken).await;
    let rows = store.inbox(&inbox_of("dana"), 9).await.unwrap().rows;
    assert_eq!(rows.len(), 3);
    assert_eq!((rows[0].clone(), rows[2].clone()), (Ok(row("dana", "a", 0)), Ok(row("dana", "c", 2))));
    assert_eq!(rows[1].as_ref().unwrap_err().id, broken);

    store.park_inbox(&broken, "nobody can read it", at(9)).await.unwrap();
    assert_eq!(names(bench, "dana", 2).await, [row("dana", "a", 0).id(), row("dana", "c", 2).id()]);
    let seen = store.attention(&neveh(), 9).await.unwrap();
    assert_eq!(seen, [Attention::InboxRow { row: broken.clone(), reason: "nobody can read it".into() }]);

    store.unpark_inbox(&broken).await.unwrap();
    let rows = store.inbox(&inbox_of("dana"), 9).await.unwrap().rows;
    assert_eq!(rows[1].as_ref().unwrap_err().id, broken);
}

pub async fn a_parked_row_wakes_nobody_until_it_is_put_back(bench: &dyn Bench) {
    let store = bench.store();
    let stuck = row("dana", "a", 0);
    store.put_inbox(&[stuck.clone(), row("dana", "b", 1)]).await.unwrap();
    store.park_inbox(&stuck.id(), "first", at(9)).await.unwrap();
    store.park_inbox(&stuck.id(), "second", at(10)).await.unwrap();
    assert_eq!(names(bench, "dana", 9).await, [row("dana", "b", 1).id()]);
    assert_eq!(store.attention(&neveh(), 9).await.unwrap(), [parked(&stuck, "second")]);
    let due = hints(bench, Class::Conversation, at(99), 9).await;
    assert_eq!(due.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [at(2)]);

    store.unpark_inbox(&stuck.id()).await.unwrap();
    store.unpark_inbox(&row("dana", "b", 1).id()).await.unwrap();
    store.unpark_inbox(&row("dana", "never was", 1).id()).await.unwrap();
    assert_eq!(names(bench, "dana", 9).await, [stuck.id(), row("dana", "b", 1).id()]);
    assert_eq!(store.inbox(&inbox_of("dana"), 1).await.unwrap().rows, [Ok(stuck)]);
    assert_eq!(store.attention(&neveh(), 9).await.unwrap(), []);
    assert_eq!(hints(bench, Class::Conversation, at(99), 9).await.len(), 2);
}

pub async fn a_parked_row_that_is_put_or_deleted_needs_nobody_any_more(bench: &dyn Bench) {
    let store = bench.store();
    let (one, two) = (row("dana", "a", 0), row("dana", "b", 1));
    store.put_inbox(&[one.clone(), two.clone()]).await.unwrap();
    for stuck in [&one, &two] {
        store.park_inbox(&stuck.id(), "stuck", at(9)).await.unwrap();
    }
    store.put_inbox(std::slice::from_ref(&one)).await.unwrap();
    store.delete_inbox(&two.id()).await.unwrap();
    assert_eq!(names(bench, "dana", 9).await, [one.id()]);
    assert_eq!(store.attention(&neveh(), 9).await.unwrap(), []);
}

pub async fn a_row_that_is_gone_is_not_parked(bench: &dyn Bench) {
    bench.store().park_inbox(&row("dana", "a", 0).id(), "too late", at(9)).await.unwrap();
    assert_eq!(bench.store().attention(&neveh(), 9).await.unwrap(), []);
}

/// Whatever somebody sends, the call that takes it in ends well and its neighbours are there.
pub async fn an_event_too_large_for_an_item_does_not_hold_up_its_neighbours(bench: &dyn Bench) {
    let mut large = row("dana", "large", 0);
    let details = Details { fields: vec![("q".into(), "ש".repeat(300_000))], ..Details::default() };
    let source = Source { kind: SourceKind::Form { form: "contact".into() }, campaign: Vec::new() };
    large.event.kind = EventKind::Captured(Capture { details, source, consent: None });
    bench.store().put_inbox(&[large, row("dana", "small", 1)]).await.unwrap();
    let rows = names(bench, "dana", 9).await;
    assert!(rows.contains(&row("dana", "small", 1).id()));
    // Either it can be worked, or the operator sees it.
    let seen = bench.store().attention(&neveh(), 9).await.unwrap();
    assert_eq!(rows.len() + seen.len(), 2);
    if let Some(Attention::Notice { key, .. }) = seen.first() {
        assert_eq!(*key, format!("event#{}", event_key("large")));
    }
}
