//! What the adapter says when requests and answers are lost on the way.

use application::commit::{Commit, CommitError, Conflict};
use application::ports::{Store, StoreError};
use contract::bench::{Bench, OnDynamoDb};
use contract::faults::{Fault, Faults};
use contract::samples::{commit_of, entry, event_key, identity, lead, neveh};
use domain::ids::LeadId;
use engine::{Engine, Retries};

/// A commit that is one put, and one that is a transaction.
fn commits() -> [Commit; 2] {
    let mut full = commit_of(&lead(2));
    full.timeline = vec![entry(1, "wrote")];
    full.identities = vec![identity("dana")];
    full.seen = Some(event_key("e"));
    [commit_of(&lead(1)), full]
}

async fn bench(retries: Retries) -> (OnDynamoDb, Faults) {
    let faults = Faults::default();
    let client = faults.client(&Engine::memory().unwrap(), retries);
    (OnDynamoDb::over(client).await, faults)
}

async fn version(store: &dyn Store, commit: &Commit) -> Option<u64> {
    let id: LeadId = commit.lead.as_ref().unwrap().id;
    store.lead(&neveh(), id).await.unwrap().map(|lead| lead.version)
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_known_again_when_the_sdk_repeats_it() {
    let (bench, faults) = bench(Retries::Standard).await;
    for commit in commits() {
        faults.next([Fault::AnswerLost, Fault::AnswerLost]);
        bench.store().commit(&commit).await.unwrap();
        assert_eq!(version(bench.store(), &commit).await, Some(1));
        let again = bench.store().commit(&commit).await;
        assert!(matches!(again, Err(CommitError::Conflict(Conflict::Version))), "{again:?}");
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_for_good_may_have_been_written() {
    let (bench, faults) = bench(Retries::Disabled).await;
    for commit in commits() {
        faults.next([Fault::RequestLost]);
        assert!(matches!(
            bench.store().commit(&commit).await,
            Err(CommitError::Store(StoreError::Unavailable(_)))
        ));
        assert_eq!(version(bench.store(), &commit).await, None);
        faults.next([Fault::AnswerLost]);
        assert!(matches!(
            bench.store().commit(&commit).await,
            Err(CommitError::Store(StoreError::Unavailable(_)))
        ));
        assert_eq!(version(bench.store(), &commit).await, Some(1));
        assert!(matches!(bench.store().commit(&commit).await, Err(CommitError::Conflict(Conflict::Version))));
    }
}

#[tokio::test]
async fn what_the_service_refuses_is_told_by_its_code() {
    let (bench, faults) = bench(Retries::Disabled).await;
    let words = [
        (
            "ProvisionedThroughputExceededException",
            "the store did not answer: commit: ProvisionedThroughputExceededException",
        ),
        ("ThrottlingException", "the store did not answer: commit: ThrottlingException"),
        ("RequestLimitExceeded", "the store did not answer: commit: RequestLimitExceeded"),
    ];
    for (code, word) in words {
        for commit in commits() {
            faults.next([Fault::Said(code)]);
            assert_eq!(bench.store().commit(&commit).await.unwrap_err().to_string(), word);
        }
    }
}

#[tokio::test]
async fn a_token_that_another_request_holds_means_read_again() {
    let (bench, faults) = bench(Retries::Disabled).await;
    let [_, transaction] = commits();
    for code in ["IdempotentParameterMismatchException", "TransactionInProgressException"] {
        faults.next([Fault::Said(code)]);
        let met = bench.store().commit(&transaction).await;
        assert!(matches!(met, Err(CommitError::Conflict(Conflict::Version))), "{code}: {met:?}");
    }
}
