//! Broadcasts are kept by their names, and of two who go on with one only one is heard.

use std::collections::BTreeMap;

use application::commit::{CommitError, Conflict};
use domain::broadcast::{Broadcast, State, Tally};
use domain::ids::{BroadcastName, LeadId};

use crate::bench::Bench;
use crate::samples::{at, neveh};

fn broadcast(name: &str) -> Broadcast {
    Broadcast {
        business: neveh(),
        name: BroadcastName::new(name),
        version: 1,
        message: "offer".into(),
        segment: "רומא".into(),
        per_minute: 60,
        limit: Some(9),
        created_at: at(1),
        after: None,
        next_at: at(2),
        tally: Tally::default(),
        state: State::Going,
    }
}

pub async fn a_broadcast_goes_on_from_where_it_stood(bench: &dyn Bench) {
    let store = bench.store();
    let (winter, mut summer) = (broadcast("winter"), broadcast("summer"));
    assert!(store.broadcasts(&neveh()).await.unwrap().is_empty());
    store.put_broadcast(&winter).await.unwrap();
    store.put_broadcast(&summer).await.unwrap();
    summer.version = 2;
    summer.after = Some(LeadId::new(7));
    summer.tally = Tally { seen: 5, planned: 3, left_out: BTreeMap::from([("no consent".to_owned(), 2)]) };
    summer.state = State::Stopped { at: at(3), reason: "by hand".to_owned() };
    store.put_broadcast(&summer).await.unwrap();
    let late = Broadcast { state: State::Ended { at: at(4) }, ..summer.clone() };
    assert!(matches!(store.put_broadcast(&late).await, Err(CommitError::Conflict(Conflict::Version))));
    assert_eq!(store.broadcast(&neveh(), &summer.name).await.unwrap(), Some(summer.clone()));
    assert_eq!(store.broadcasts(&neveh()).await.unwrap(), [summer.clone(), winter.clone()]);
    let ended = Broadcast { version: 3, ..late };
    store.put_broadcast(&ended).await.unwrap();
    assert_eq!(store.broadcasts(&neveh()).await.unwrap(), [ended, winter]);
    assert!(store.broadcasts(&"other".into()).await.unwrap().is_empty());
    assert_eq!(store.broadcast(&"other".into(), &summer.name).await.unwrap(), None);
}
