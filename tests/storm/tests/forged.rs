//! Whoever has no key, or another's, leaves nothing: no event, no lead, no hint.

use std::sync::{Arc, Mutex};

use lead_intake::LeadIntake;
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::application::World;
use shared::application::in_memory::{InMemoryQueue, InMemoryStore, ManualClock, NoFigures, SeededChance};
use shared::application::ports::Clock;
use shared::application::publish::publish;
use storm::doors::{self, API_KEY, FORM_KEY, Keys, Request};
use storm::people::acts::What;
use storm::people::businesses::{BUSINESSES, all_published, published};
use storm::people::plan::Plan;
use storm::people::webhooks::told;
use storm::sim::{pepper, secrets};
use storm::world::timers::{Millis, timestamp};
use webhook::Webhook;

const SEEDS: u64 = 12;

struct House {
    store: Arc<InMemoryStore>,
    queue: Arc<InMemoryQueue>,
    clock: Arc<ManualClock>,
    webhook: Webhook,
    intake: LeadIntake,
}

impl House {
    async fn open(plan: &Plan) -> Self {
        let store = Arc::new(InMemoryStore::default());
        for business in 0..BUSINESSES {
            let (text, playbook) = published(business, 0);
            publish(store.as_ref(), playbook, text).await.unwrap();
        }
        let clock = Arc::new(ManualClock::at(timestamp(plan.start)));
        let queue = Arc::new(InMemoryQueue::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let world = Arc::new(World {
            public_url: None,
            store: Arc::clone(&store) as _,
            queue: Arc::clone(&queue) as _,
            playbooks: Arc::new(StoredPlaybooks::knowing(Arc::clone(&store) as _, all_published())),
            clock: Arc::clone(&clock) as _,
            chance: Arc::new(SeededChance::new(plan.seed)),
            figures: Arc::new(NoFigures),
            pepper: pepper(),
            table: "masa".to_owned(),
            release: Mutex::default(),
        });
        let intake = LeadIntake { world: Arc::clone(&world), secrets: secrets() };
        Self { store, queue, clock, webhook: Webhook { world, secrets: secrets() }, intake }
    }

    fn holds(&self) -> (String, usize) {
        (self.store.everything(), self.queue.peek().len())
    }
}

/// What people and platforms send in the course of a plan.
fn requests(plan: &Plan) -> Vec<(Millis, Request)> {
    let request = |(entry, what, at): (usize, &What, Millis)| match what {
        What::Form { .. } => Some(doors::form(plan, what, entry)),
        What::Call { .. } => Some(doors::call(plan, what, at)),
        What::Book { .. } => Some(doors::booking(plan, what, at)),
        What::Trip { .. } => Some(doors::trip(plan, what, at)),
        // What we have said ourselves leaves nothing, whoever tells it (R21).
        What::OwnComment { .. } => None,
        _ => told(plan, what, at, 0).map(|told| {
            let body = serde_json::json!({ "object": told.object, "entry": [told.entry] });
            Request::Delivery(body.to_string())
        }),
    };
    let acts = plan.acts.iter().enumerate().map(|(entry, act)| (entry, &act.what, plan.start + act.after));
    acts.filter_map(|act| Some((act.2, request(act)?))).collect()
}

/// Nobody's, somebody else's, an empty one, and those of this house at the doors where they do not fit.
const FORGED: [Keys<'static>; 4] = [
    Keys { app_secret: None, api_key: None, form_key: None },
    Keys { app_secret: Some("another-secret"), api_key: Some("another-key"), form_key: Some("another-key") },
    Keys { app_secret: Some(""), api_key: Some(""), form_key: Some("") },
    Keys { app_secret: Some(API_KEY), api_key: Some(FORM_KEY), form_key: Some(API_KEY) },
];

#[tokio::test]
async fn what_is_forged_commits_nothing() {
    for seed in 0..SEEDS {
        let plan = Plan::of(seed);
        let house = House::open(&plan).await;
        let (all, mut believed) = (requests(&plan), 0);
        for (at, request) in &all {
            house.clock.move_to(timestamp(*at));
            let before = house.holds();
            for keys in FORGED {
                let status = request.put_with(keys, &house.webhook, &house.intake).await;
                assert_eq!(status, 401, "seed {seed}: {request:?} with {keys:?}");
                assert!(house.holds() == before, "seed {seed}: {request:?} with {keys:?} left something");
            }
            // The very same request is believed from whoever has the key.
            let status = request.put_with(Keys::OURS, &house.webhook, &house.intake).await;
            assert!((200..300).contains(&status), "seed {seed}: {request:?} was answered {status}");
            believed += usize::from(house.holds() != before);
        }
        // The rest was told twice.
        assert!(
            believed * 10 > all.len() * 8,
            "seed {seed}: only {believed} of {} left something",
            all.len()
        );
    }
}
