//! Timelines, and what platforms say of messages.

use application::ports::TimelineRow;
use domain::delivery::DeliveryStatus::{Delivered, Read, Sent};
use domain::ids::{LeadId, WorkId};
use domain::timeline::{Entry, Fact, What};

use crate::bench::Bench;
use crate::samples::{at, commit_of, delivery, entry, lead, neveh};

pub async fn a_status_counts_once_and_the_first_word_stays(bench: &dyn Bench) {
    let (store, id, work) = (bench.store(), LeadId::new(1), WorkId::new(2));
    assert_eq!(store.deliveries(&neveh(), id, work).await.unwrap(), []);
    for (status, second) in [(Read, 9), (Sent, 3), (Sent, 4), (Delivered, 5), (Read, 10)] {
        store.put_delivery(&neveh(), id, work, &delivery(status, second)).await.unwrap();
    }
    store.put_delivery(&neveh(), id, WorkId::new(3), &delivery(Sent, 1)).await.unwrap();
    let told = store.deliveries(&neveh(), id, work).await.unwrap();
    assert_eq!(told, [delivery(Sent, 3), delivery(Delivered, 5), delivery(Read, 9)]);
    assert_eq!(store.deliveries(&neveh(), LeadId::new(2), work).await.unwrap(), []);
    assert_eq!(store.lead(&neveh(), id).await.unwrap(), None);
}

pub async fn a_timeline_is_in_order_with_deliveries_among_its_entries(bench: &dyn Bench) {
    let (store, work) = (bench.store(), WorkId::new(2));
    let mut commit = commit_of(&lead(1));
    // The clock of the second commit is behind, and some entries tell of earlier moments.
    for (now, entries) in [(7, [entry(5, "b"), entry(1, "a")]), (3, [entry(9, "d"), entry(5, "c")])] {
        commit.now = at(now);
        commit.timeline = entries.to_vec();
        store.commit(&commit).await.unwrap();
        commit = commit_of(commit.lead.as_ref().unwrap());
    }
    for (status, second) in [(Delivered, 5), (Sent, 4)] {
        store.put_delivery(&neveh(), LeadId::new(1), work, &delivery(status, second)).await.unwrap();
    }
    let told = |status, second| TimelineRow::Delivery { work, delivery: delivery(status, second) };
    let said = |second, text| TimelineRow::Entry(entry(second, text));
    assert_eq!(
        store.timeline(&neveh(), LeadId::new(1)).await.unwrap(),
        [said(1, "a"), told(Sent, 4), said(5, "b"), said(5, "c"), told(Delivered, 5), said(9, "d")]
    );
}

pub async fn many_commits_of_one_moment_keep_all_their_entries(bench: &dyn Bench) {
    let mut commit = commit_of(&lead(1));
    for number in 0..30 {
        commit.timeline = vec![entry(1, &number.to_string())];
        bench.store().commit(&commit).await.unwrap();
        commit = commit_of(commit.lead.as_ref().unwrap());
    }
    let expected: Vec<TimelineRow> =
        (0..30).map(|number| TimelineRow::Entry(entry(1, &number.to_string()))).collect();
    assert_eq!(bench.store().timeline(&neveh(), LeadId::new(1)).await.unwrap(), expected);
}

/// What somebody typed is never too long for the decision about it.
pub async fn an_entry_with_a_very_long_text_is_committed(bench: &dyn Bench) {
    let mut commit = commit_of(&lead(1));
    commit.timeline =
        vec![Entry::new(at(1), What::Wrote).with(Fact::Text, "ש".repeat(300_000)), entry(2, "next")];
    bench.store().commit(&commit).await.unwrap();
    let rows = bench.store().timeline(&neveh(), LeadId::new(1)).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(
        matches!(&rows[0], TimelineRow::Entry(entry) if entry.fact(Fact::Text).unwrap().starts_with("ששש"))
    );
}
