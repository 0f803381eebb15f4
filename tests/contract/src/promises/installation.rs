//! Assets, playbooks, the heartbeat and the released table.

use application::ports::Heartbeat;
use domain::ids::PlaybookVersion;

use crate::bench::Bench;
use crate::chance::Chance;
use crate::samples::{at, neveh};

pub async fn an_asset_leads_to_its_business(bench: &dyn Bench) {
    let store = bench.store();
    assert_eq!(store.asset(&"101".into()).await.unwrap(), None);
    store.put_asset(&"101".into(), &neveh()).await.unwrap();
    store.put_asset(&"102".into(), &"other".into()).await.unwrap();
    assert_eq!(store.asset(&"101".into()).await.unwrap(), Some(neveh()));
    store.put_asset(&"101".into(), &"other".into()).await.unwrap();
    assert_eq!(store.asset(&"101".into()).await.unwrap(), Some("other".into()));
}

pub async fn the_pulse_and_the_released_table_are_kept(bench: &dyn Bench) {
    let store = bench.store();
    assert_eq!((store.heartbeat().await.unwrap(), store.released_table().await.unwrap()), (None, None));
    for heartbeat in [
        Heartbeat { swept_at: at(1), held_since: Some(at(0)) },
        Heartbeat { swept_at: at(2), held_since: None },
    ] {
        store.put_heartbeat(&heartbeat).await.unwrap();
        assert_eq!(store.heartbeat().await.unwrap(), Some(heartbeat));
    }
    for table in ["masa", "masa-restored"] {
        store.release_table(table).await.unwrap();
        assert_eq!(store.released_table().await.unwrap().as_deref(), Some(table));
    }
}

pub async fn a_playbook_of_any_length_is_kept_as_it_was_first_stored(bench: &dyn Bench) {
    let store = bench.store();
    let mut chance = Chance::new(5);
    // Chance does not compress: this needs several pieces.
    let long: String = (0..70_000).map(|_| format!("{:016x}", chance.number())).collect();
    for (version, text) in [("short", "business: neveh"), ("long", long.as_str())] {
        let version = PlaybookVersion::new(version);
        assert_eq!(store.playbook(&neveh(), Some(&version)).await.unwrap(), None);
        store.put_playbook(&neveh(), &version, text).await.unwrap();
        store.put_playbook(&neveh(), &version, "another text").await.unwrap();
        store.put_playbook(&neveh(), &version, &text.repeat(2)).await.unwrap();
        assert!(store.playbook(&neveh(), Some(&version)).await.unwrap().as_deref() == Some(text));
        assert_eq!(store.playbook(&"other".into(), Some(&version)).await.unwrap(), None);
    }
}

pub async fn the_current_playbook_is_the_one_that_was_set(bench: &dyn Bench) {
    let store = bench.store();
    assert_eq!(store.playbook(&neveh(), None).await.unwrap(), None);
    for version in ["one", "two"] {
        let named = PlaybookVersion::new(version);
        store.put_playbook(&neveh(), &named, version).await.unwrap();
        store.set_current_playbook(&neveh(), &named).await.unwrap();
        assert_eq!(store.playbook(&neveh(), None).await.unwrap().as_deref(), Some(version));
    }
    store.set_current_playbook(&neveh(), &"missing".into()).await.unwrap();
    assert_eq!(store.playbook(&neveh(), None).await.unwrap(), None);
    store.set_current_playbook(&"another".into(), &"one".into()).await.unwrap();
    assert_eq!(store.businesses().await.unwrap(), ["another".into(), neveh()]);
}
