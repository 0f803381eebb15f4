//! What was deployed, at work: the HTTP API, the functions, the table, the queues, the schedule, and Graph API.

use parity::api::Api;
use parity::emulator::Emulator;
use parity::graph::{Call, Graph, LEAD_AD_PHONE};
use parity::installation::{Installation, TABLE};
use parity::masa::{APP_SECRET, GIVEN, META_TOKEN, Masa};
use parity::wait::within;
use serde_json::{Value, json};

const DANA: &str = "+972541000001";
const YAEL: &str = "+972541000003";
const RUTH: &str = "+972541000004";
const OMER: &str = "+972541000005";
const NO_HINT: &str = "no hint of ours";
/// A queue is looked at every second, and a debug build takes its time to start.
const WORKED_SECONDS: u32 = 30;
/// The schedule's minute, and the ten seconds between the emulator's looks at it.
const TICK_SECONDS: u32 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deployed_does_its_work() {
    let Some(emulator) = Emulator::start().await else { return };
    let masa = Masa::built();
    let graph = Graph::start().await;
    let made = masa.deploy(&emulator.url, &["--yes", "--graph-url", &graph.url]).await;
    assert!(made.ok, "{}", made.text);
    let there = Installation::at(&emulator.url).await;
    there.give_functions_what_lambda_gives(&emulator.url).await;
    there.give_pollers_a_number(&emulator.url).await;
    assert!(!ticked(&there).await);
    let api = Api::of(&there, &emulator.url).await;
    let stage = Stage { masa, endpoint: emulator.url.clone(), api, there, graph };

    stage.a_stranger_leaves_no_trace().await;
    stage.a_form_is_answered().await;
    let key = stage.an_api_key_is_replaced().await;
    stage.a_bad_message_holds_up_no_good_one().await;
    stage.a_dead_letter_is_worked_once_its_cause_is_mended().await;
    stage.the_schedule_ticks_and_the_new_key_opens(&key).await;
    stage.one_more_business_comes_in_and_other_systems_hear_of_its_leads().await;
    stage.the_operator_looks_after_it().await;
    for Call { path, body, .. } in stage.graph.calls() {
        assert!(GIVEN.iter().all(|(_, secret)| !path.contains(secret) && !body.to_string().contains(secret)));
    }
}

struct Stage {
    masa: &'static Masa,
    endpoint: String,
    api: Api,
    there: Installation,
    graph: Graph,
}

impl Stage {
    async fn a_stranger_leaves_no_trace(&self) {
        let rows = self.there.rows().await;
        assert_eq!(self.api.form("no such key", &form(DANA)).await, 401);
        assert_eq!(self.api.delivery("no such secret", &lead_ad("660000000000009")).await, 401);
        assert_eq!(self.api.call("no such key", &json!({ "phone": DANA, "kind": "missed" })).await, 401);
        assert_eq!(self.there.rows().await, rows);
    }

    async fn a_form_is_answered(&self) {
        let key = self.there.secret("MASA_FORM_KEY").await;
        assert_eq!(self.api.form(&key, &form(DANA)).await, 202);
        assert_eq!(leads(&self.there).await, 1);
        let welcome = self.message_to(DANA).await;
        assert!(welcome.path.ends_with("/106106106106106/messages"), "{}", welcome.path);
        assert_eq!(welcome.body["template"]["name"], "lead_welcome", "{}", welcome.body);
        assert!(welcome.token == format!("Bearer {META_TOKEN}"), "the token is not the one of the parameter");

        // Twice is once: the same form is known by its fields.
        assert_eq!(self.api.form(&key, &form(DANA)).await, 202);
        assert_eq!(leads(&self.there).await, 1);
        assert_eq!(self.graph.messages_to(DANA).len(), 1);
    }

    /// The held key was asked for a moment ago, so the new one waits: it opens later in the journey.
    async fn an_api_key_is_replaced(&self) -> String {
        let held = self.there.secret("MASA_API_KEY").await;
        assert_eq!(self.api.call(&held, &json!({ "phone": RUTH, "kind": "missed" })).await, 202);
        assert_eq!(self.message_to(RUTH).await.body["template"]["name"], "missed_call");
        let new = "parity-api-key-of-tomorrow";
        self.there.set_secret("MASA_API_KEY", new).await;
        assert_eq!(self.api.call(new, &json!({ "phone": RUTH, "kind": "ended" })).await, 401);
        new.to_owned()
    }

    /// Both are in one batch: the queue is not looked at before they are there.
    async fn a_bad_message_holds_up_no_good_one(&self) {
        let there = &self.there;
        there.retry_soon("lead-intake").await;
        there.set_polled("lead-intake", false).await;
        there.send("lead-intake", NO_HINT).await;
        assert_eq!(self.api.delivery(APP_SECRET, &lead_ad("660000000000001")).await, 200);
        assert_eq!(there.waiting("lead-intake").await, 2);
        there.set_polled("lead-intake", true).await;

        // The good one: the ad's lead is looked up and answered.
        let welcome = self.message_to(LEAD_AD_PHONE).await;
        assert_eq!(welcome.body["template"]["name"], "lead_welcome", "{}", welcome.body);
        assert!(self.graph.calls().iter().any(|call| call.path.ends_with("/660000000000001")));
        // The bad one, after five tries, and it alone.
        self.is_empty("lead-intake").await;
        assert_eq!(there.dead_letters("lead-intake").await, [NO_HINT]);
    }

    /// `sender` is told of a table that is not there: none of its hints can be worked.
    async fn a_dead_letter_is_worked_once_its_cause_is_mended(&self) {
        let there = &self.there;
        there.retry_soon("conversation").await;
        there.set_variables("sender", &[("MASA_TABLE", "masa-elsewhere")]).await;
        let key = there.secret("MASA_FORM_KEY").await;
        assert_eq!(self.api.form(&key, &form(YAEL)).await, 202);
        within(WORKED_SECONDS, "the hint is put away", async || {
            (there.waiting("conversation-dead").await == 1).then_some(())
        })
        .await;
        assert!(self.graph.messages_to(YAEL).is_empty());

        there.set_variables("sender", &[("MASA_TABLE", TABLE)]).await;
        // What SQS calls a redrive: the emulator cannot move messages by itself.
        for hint in there.dead_letters("conversation").await {
            assert!(!hint.contains(&YAEL[1..]), "a hint is no place for a number");
            there.send("conversation", &hint).await;
        }
        assert_eq!(self.message_to(YAEL).await.body["template"]["name"], "lead_welcome");
        self.is_empty("conversation").await;
        assert_eq!(there.waiting("conversation-dead").await, 0);
    }

    /// Both take a minute: the schedule's, and the one in which nobody can make a function ask for its secrets again.
    async fn the_schedule_ticks_and_the_new_key_opens(&self, key: &str) {
        let call = json!({ "phone": RUTH, "kind": "ended" });
        within(TICK_SECONDS, "the new key is taken", async || {
            (self.api.call(key, &call).await == 202).then_some(())
        })
        .await;
        within(TICK_SECONDS, "the schedule ticks", async || ticked(&self.there).await.then_some(())).await;
    }

    /// Without a new deployment: keys of its own, its playbook, and its leads apart from the others'.
    async fn one_more_business_comes_in_and_other_systems_hear_of_its_leads(&self) {
        self.there.listen_to_the_bus("heard").await;
        let playbook = std::env::temp_dir().join(format!("parity-galil-{}.yaml", std::process::id()));
        let text = include_str!("../../../../events/playbooks/second.yaml");
        std::fs::write(&playbook, format!("{text}\nbus: [lead.captured]\n")).expect("a playbook");
        let file = playbook.display().to_string();
        let stacks = self.there.stacks().await;
        for _ in 0..2 {
            let added = self.masa.on(&self.endpoint, &["business", "add", "--playbook", &file]).await;
            assert!(added.ok && added.text.contains("/forms/galil/table"), "{}", added.text);
            assert!(
                !added.text.contains(&self.there.secret("galil/MASA_API_KEY").await),
                "the API key is secret"
            );
        }
        std::fs::remove_file(playbook).expect("a file");
        let listed = self.masa.on(&self.endpoint, &["business", "list"]).await;
        assert!(
            listed.ok && listed.text.contains("galil") && listed.text.contains("neveh"),
            "{}",
            listed.text
        );
        assert_eq!(self.there.stacks().await, stacks);

        let (own, shared) =
            (self.there.secret("galil/MASA_FORM_KEY").await, self.there.secret("MASA_FORM_KEY").await);
        assert_eq!(self.api.form(&own, &form(OMER)).await, 401, "a business's key opens no other's door");
        assert_ne!(own, shared);
        assert_eq!(self.api.form_of("galil/table", &own, &form(OMER)).await, 202);
        let welcome = self.message_to(OMER).await;
        assert!(welcome.path.ends_with("/206206206206206/messages"), "{}", welcome.path);
        let heard = within(WORKED_SECONDS, "the bus tells", async || {
            self.there.heard("heard").await.into_iter().next()
        })
        .await;
        assert_eq!(
            (&heard["source"], &heard["detail"]["business"]),
            (&json!("masa"), &json!("galil")),
            "{heard}"
        );
        assert!(!heard.to_string().contains(&OMER[1..]), "the bus is no place for a number");
    }

    async fn the_operator_looks_after_it(&self) {
        let doctor = self.masa.on(&self.endpoint, &["doctor", "--graph-url", &self.graph.url]).await;
        for says in [
            "Meta does not tell these fields of the Page: messaging_postbacks, message_echoes",
            "lacks permissions: pages_manage_metadata",
            "templates that WhatsApp does not have: ",
            "approved templates: lead_welcome (he)",
            "galil",
        ] {
            assert!(doctor.text.contains(says), "{says}: {}", doctor.text);
        }
        for (name, secret) in GIVEN {
            assert!(!doctor.text.contains(secret), "{name} is shown");
        }
        let redriven = self.masa.on(&self.endpoint, &["redrive", "--installation", "masa"]).await;
        assert!(redriven.ok && redriven.text.contains("neveh: "), "{}", redriven.text);
        let released = self.masa.on(&self.endpoint, &["release", "--yes"]).await;
        assert!(released.ok && released.text.contains(TABLE), "{}", released.text);
        let erase = ["erase", "--business", "galil", "--phone", OMER, "--yes"];
        let erased = self.masa.on(&self.endpoint, &erase).await;
        assert!(erased.ok && erased.text.contains("Proof: "), "{}", erased.text);
        assert!(!erased.text.contains(&OMER[1..]), "{}", erased.text);
    }

    async fn is_empty(&self, queue: &str) {
        let empty = async || (self.there.waiting(queue).await == 0).then_some(());
        within(WORKED_SECONDS, "the queue is empty", empty).await;
    }

    async fn message_to(&self, phone: &str) -> Call {
        within(WORKED_SECONDS, "a message leaves", async || self.graph.messages_to(phone).into_iter().next())
            .await
    }
}

fn form(phone: &str) -> Value {
    json!({ "name": "דנה כהן", "phone": phone })
}

fn lead_ad(id: &str) -> Value {
    let value = json!({ "leadgen_id": id, "form_id": "650000000000001", "page_id": "101010101010101" });
    let changes = json!([{ "field": "leadgen", "value": value }]);
    json!({ "object": "page", "entry": [{ "id": "101010101010101", "time": 1_796_029_201, "changes": changes }] })
}

async fn leads(there: &Installation) -> usize {
    there.rows().await.iter().filter(|(_, sk)| sk == "LEAD").count()
}

/// Whether the dispatcher has swept.
async fn ticked(there: &Installation) -> bool {
    there.rows().await.contains(&("M".to_owned(), "HEARTBEAT".to_owned()))
}
