//! A commit: all of it or nothing, under its conditions.

use application::commit::{Commit, CommitError, Conflict, OtherRecord, Repointed};
use application::ports::TimelineRow;
use domain::ids::LeadId;
use domain::lead::Lead;
use domain::work::{Claim, Class, Intent};
use jiff::SignedDuration;

use crate::bench::Bench;
use crate::chance::Chance;
use crate::samples::{
    at, commit_of, commit_of_nobody, entry, event_key, identity, inbox_of, lead, neveh, random_lead, row,
    work,
};

fn conflict(result: Result<(), CommitError>) -> Conflict {
    match result {
        Err(CommitError::Conflict(conflict)) => conflict,
        other => panic!("a conflict was expected, and it was {other:?}"),
    }
}

async fn committed(bench: &dyn Bench, commit: &Commit) -> Lead {
    bench.store().commit(commit).await.unwrap();
    commit.lead.clone().unwrap()
}

/// Everything a commit can hold, for a new lead.
fn full(id: u128) -> Commit {
    let mut commit = commit_of(&lead(id));
    commit.timeline = vec![entry(1, "one"), entry(2, "two")];
    commit.identities = vec![identity("dana"), identity("dana's phone")];
    commit.once = Some(identity("comment"));
    commit.seen = Some(event_key("e1"));
    commit.inbox_done = Some(row("dana", "e1", 5).id());
    commit.inbox_new = vec![row("ron", "handed over", 6)];
    commit
}

pub async fn a_record_is_read_back_as_it_was_committed(bench: &dyn Bench) {
    assert_eq!(bench.store().lead(&neveh(), LeadId::new(1)).await.unwrap(), None);
    for seed in 0..100 {
        let id = LeadId::new(u128::from(seed) << 100);
        let random = random_lead(&mut Chance::new(seed), &neveh(), id);
        let written = committed(bench, &commit_of(&random)).await;
        assert_eq!(written.version, 1);
        assert_eq!(bench.store().lead(&neveh(), id).await.unwrap(), Some(written), "seed {seed}");
    }
    assert_eq!(bench.store().lead(&"other".into(), LeadId::new(0)).await.unwrap(), None);
}

pub async fn all_of_a_commit_is_written(bench: &dyn Bench) {
    let store = bench.store();
    store.put_inbox(&[row("dana", "e1", 5), row("dana", "e2", 7)]).await.unwrap();
    let lead = committed(bench, &full(1)).await;
    for name in ["dana", "dana's phone", "comment"] {
        assert_eq!(store.inbox(&inbox_of(name), 0).await.unwrap().lead, Some(lead.id), "{name}");
    }
    let rows = store.inbox(&inbox_of("dana"), 9).await.unwrap().rows;
    assert_eq!(rows, [Ok(row("dana", "e2", 7))]);
    assert_eq!(store.inbox(&inbox_of("ron"), 9).await.unwrap().rows, [Ok(row("ron", "handed over", 6))]);
    let entries = [entry(1, "one"), entry(2, "two")].map(TimelineRow::Entry);
    assert_eq!(store.timeline(&neveh(), lead.id).await.unwrap(), entries);
    assert_eq!(store.lead(&neveh(), lead.id).await.unwrap(), Some(lead));
}

/// Each condition, alone and before those that count less.
pub async fn a_conflict_writes_nothing_and_says_which_it_was(bench: &dyn Bench) {
    let store = bench.store();
    let first = committed(bench, &full(1)).await;
    let mut theirs = full(2);
    theirs.now = at(1);
    theirs.identities.push(identity("new"));
    assert_eq!(conflict(store.commit(&theirs).await), Conflict::Once);
    theirs.once = None;
    assert_eq!(conflict(store.commit(&theirs).await), Conflict::Identity(identity("dana")));
    theirs.identities.remove(0);
    assert_eq!(conflict(store.commit(&theirs).await), Conflict::Identity(identity("dana's phone")));
    theirs.identities.remove(0);
    assert_eq!(conflict(store.commit(&theirs).await), Conflict::Seen);
    let mut stale = full(1);
    stale.now = at(2);
    assert_eq!(conflict(store.commit(&stale).await), Conflict::Version);

    assert_eq!(store.lead(&neveh(), LeadId::new(2)).await.unwrap(), None);
    assert_eq!(store.inbox(&inbox_of("new"), 0).await.unwrap().lead, None);
    assert_eq!(store.timeline(&neveh(), LeadId::new(2)).await.unwrap(), []);
    assert_eq!(store.roster(&neveh(), None, 9).await.unwrap(), [first.id]);
}

pub async fn what_is_once_only_is_refused_to_its_own_lead_too(bench: &dyn Bench) {
    let first = committed(bench, &full(1)).await;
    let mut again = commit_of(&first);
    again.once = Some(identity("comment"));
    assert_eq!(conflict(bench.store().commit(&again).await), Conflict::Once);
    again.once = None;
    again.identities = vec![identity("dana"), identity("comment"), identity("dana")];
    bench.store().commit(&again).await.unwrap();
}

pub async fn the_version_that_was_read_must_still_stand(bench: &dyn Bench) {
    let store = bench.store();
    let first = committed(bench, &commit_of(&lead(1))).await;
    let mut mine = commit_of(&first);
    mine.lead.as_mut().unwrap().username = Some("mine".into());
    let mut yours = commit_of(&first);
    yours.lead.as_mut().unwrap().username = Some("yours".into());
    store.commit(&mine).await.unwrap();
    assert_eq!(conflict(store.commit(&yours).await), Conflict::Version);
    // With more than the record to write, the same.
    yours.timeline = vec![entry(1, "yours")];
    assert_eq!(conflict(store.commit(&yours).await), Conflict::Version);
    let never = commit_of(&Lead { version: 3, ..lead(2) });
    assert_eq!(conflict(store.commit(&never).await), Conflict::Version);
    let stored = store.lead(&neveh(), first.id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.username.as_deref()), (2, Some("mine")));
}

/// Two workers that read the same record at the same moment write the same claim. Only one may call.
pub async fn the_same_claim_is_given_once_though_two_ask_at_one_moment(bench: &dyn Bench) {
    let mut new = lead(1);
    new.work = vec![work(0, Class::Conversation, at(0))];
    let read = committed(bench, &commit_of(&new)).await;
    for timeline in [vec![], vec![entry(1, "claimed")]] {
        let read = bench.store().lead(&neveh(), read.id).await.unwrap().unwrap();
        let mut claim = commit_of(&read);
        claim.timeline = timeline;
        let lead = claim.lead.as_mut().unwrap();
        lead.claims += 1;
        lead.claim = Some(Claim {
            work: lead.work[0].id,
            number: lead.claims,
            started_at: at(1),
            until: at(31),
            intent: Intent::Act,
        });
        bench.store().commit(&claim).await.unwrap();
        assert_eq!(conflict(bench.store().commit(&claim.clone()).await), Conflict::Version);
    }
}

/// A merge of the second lead into the first, whose names are `dana` and `ron`.
async fn two_records(bench: &dyn Bench) -> Commit {
    let mut ours = commit_of(&lead(1));
    ours.identities = vec![identity("dana")];
    let mut theirs = commit_of(&lead(2));
    theirs.lead.as_mut().unwrap().work = vec![work(0, Class::Conversation, at(7))];
    theirs.identities = vec![identity("ron"), identity("ron's phone")];
    let (ours, theirs) = (committed(bench, &ours).await, committed(bench, &theirs).await);
    let mut merge = commit_of(&ours);
    merge.timeline = vec![entry(1, "absorbed")];
    merge.lead.as_mut().unwrap().absorbed = vec![theirs.id];
    let names = ["ron", "ron's phone", "nobody's yet", "dana"];
    merge.repointed =
        names.map(|name| Repointed { identity: identity(name), from: theirs.id }).into_iter().collect();
    let merged = Lead { version: 2, merged_into: Some(ours.id), work: Vec::new(), ..theirs };
    merge.other = Some(OtherRecord { lead: merged, read_version: 1, timeline: vec![entry(2, "merged")] });
    merge
}

pub async fn a_merge_writes_both_records_and_leads_every_name_to_the_one_that_goes_on(bench: &dyn Bench) {
    let store = bench.store();
    let merge = two_records(bench).await;
    store.commit(&merge).await.unwrap();
    for (id, lead, text) in
        [(1, merge.lead.as_ref().unwrap(), "absorbed"), (2, &merge.other.as_ref().unwrap().lead, "merged")]
    {
        let id = LeadId::new(id);
        assert_eq!(store.lead(&neveh(), id).await.unwrap().as_ref(), Some(lead));
        let rows = store.timeline(&neveh(), id).await.unwrap();
        assert!(
            matches!(rows.as_slice(), [TimelineRow::Entry(entry)] if entry.fact(domain::timeline::Fact::Text) == Some(text))
        );
    }
    for name in ["dana", "ron", "ron's phone", "nobody's yet"] {
        assert_eq!(store.inbox(&inbox_of(name), 0).await.unwrap().lead, Some(LeadId::new(1)), "{name}");
    }
    assert_eq!(super::dueness::hints(bench, Class::Conversation, at(99), 9).await, []);
    assert_eq!(conflict(store.commit(&merge).await), Conflict::Version);
}

pub async fn a_merge_that_meets_anything_on_either_side_writes_nothing(bench: &dyn Bench) {
    let store = bench.store();
    let merge = two_records(bench).await;
    let mut stale = merge.clone();
    stale.other.as_mut().unwrap().read_version = 0;
    assert_eq!(conflict(store.commit(&stale).await), Conflict::Version);
    stale.other.as_mut().unwrap().read_version = 7;
    assert_eq!(conflict(store.commit(&stale).await), Conflict::Version);
    let mut stale = merge.clone();
    stale.read_version = 0;
    assert_eq!(conflict(store.commit(&stale).await), Conflict::Version);
    // A name that has gone to a third lead in between.
    let mut third = commit_of(&lead(3));
    third.identities = vec![identity("avi")];
    committed(bench, &third).await;
    let mut named = merge.clone();
    named.repointed.push(Repointed { identity: identity("avi"), from: LeadId::new(2) });
    assert_eq!(conflict(store.commit(&named).await), Conflict::Identity(identity("avi")));
    // What the commit gives to its lead anyway is held to the stricter condition.
    let mut given = merge.clone();
    given.identities = vec![identity("ron")];
    assert_eq!(conflict(store.commit(&given).await), Conflict::Identity(identity("ron")));

    assert_eq!(store.inbox(&inbox_of("ron"), 0).await.unwrap().lead, Some(LeadId::new(2)));
    assert_eq!(store.lead(&neveh(), LeadId::new(2)).await.unwrap().unwrap().version, 1);
    assert_eq!(store.timeline(&neveh(), LeadId::new(1)).await.unwrap(), []);
    store.commit(&merge).await.unwrap();
}

pub async fn an_event_that_concerns_nobody_is_seen_once(bench: &dyn Bench) {
    let store = bench.store();
    store.put_inbox(&[row("dana", "e1", 5)]).await.unwrap();
    let mut commit = commit_of_nobody();
    commit.seen = Some(event_key("e1"));
    commit.inbox_done = Some(row("dana", "e1", 5).id());
    store.commit(&commit).await.unwrap();
    assert_eq!(store.inbox(&inbox_of("dana"), 9).await.unwrap().rows, []);
    assert_eq!(conflict(store.commit(&commit).await), Conflict::Seen);
    commit.inbox_done = None;
    assert_eq!(conflict(store.commit(&commit).await), Conflict::Seen);
    commit.seen = Some(event_key("e2"));
    store.commit(&commit).await.unwrap();
    assert_eq!(conflict(store.commit(&commit).await), Conflict::Seen);
}

pub async fn a_marker_ends_after_thirty_days_and_not_before(bench: &dyn Bench) {
    let days = |days: i64| at(0) + SignedDuration::from_hours(24 * days);
    let mut commit = commit_of_nobody();
    commit.seen = Some(event_key("e1"));
    bench.store().commit(&commit).await.unwrap();
    commit.now = days(30) - SignedDuration::from_secs(1);
    assert_eq!(conflict(bench.store().commit(&commit).await), Conflict::Seen);
    commit.now = days(30);
    bench.store().commit(&commit).await.unwrap();
}

pub async fn markers_and_identities_are_each_business_s_own(bench: &dyn Bench) {
    let store = bench.store();
    committed(bench, &full(1)).await;
    let mut theirs = full(1);
    theirs.business = "other".into();
    theirs.lead.as_mut().unwrap().business = "other".into();
    theirs.inbox_done = None;
    theirs.inbox_new.clear();
    store.commit(&theirs).await.unwrap();
    assert_eq!(store.inbox(&inbox_of("dana"), 0).await.unwrap().lead, Some(LeadId::new(1)));
}

pub async fn an_empty_commit_changes_nothing(bench: &dyn Bench) {
    bench.store().commit(&commit_of_nobody()).await.unwrap();
    assert_eq!(bench.store().roster(&neveh(), None, 9).await.unwrap(), []);
}

/// What an event hands over to the inbox from which it came is there afterwards.
pub async fn a_row_that_is_put_and_done_at_once_stays(bench: &dyn Bench) {
    let mut commit = commit_of(&lead(1));
    commit.inbox_done = Some(row("ron", "e", 6).id());
    commit.inbox_new = vec![row("ron", "e", 6), row("ron", "e", 6)];
    bench.store().commit(&commit).await.unwrap();
    assert_eq!(bench.store().inbox(&inbox_of("ron"), 9).await.unwrap().rows, [Ok(row("ron", "e", 6))]);
}
