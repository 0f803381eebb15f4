//! The sandbox as its host holds it: one world behind one lock, a journal, and the faults that tests ask for.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::graph::{self, Call, Refusal};
use crate::journal::{Entry, Input, Journal};
use crate::mail::Mail;
use crate::world::World;
use crate::{
    Act, ActError, Acted, Fault, GraphAnswer, GraphRequest, Sent, Settings, Webhook, acting, mail, view,
};

/// A stand-in for Meta's platforms.
pub struct Sandbox(Mutex<Inside>);

struct Inside {
    world: World,
    journal: Option<Journal>,
    /// The number of the latest act or call that changed the world.
    step: u64,
    faults: VecDeque<(u32, Fault)>,
}

impl Sandbox {
    /// A world in which nothing has happened, or the one that the journal tells of.
    pub fn new(settings: Settings) -> std::io::Result<Self> {
        let path = settings.journal.clone();
        let mut inside =
            Inside { world: World::new(settings), journal: None, step: 0, faults: VecDeque::new() };
        if let Some(path) = path {
            let (journal, entries) = Journal::open(&path)?;
            for entry in entries {
                inside.replay(entry);
            }
            inside.journal = Some(journal);
        }
        Ok(Self(Mutex::new(inside)))
    }

    /// One Graph API call, the path without the mount point: `/v26.0/106…/messages`. Status 0 means that the connection
    /// breaks without an answer.
    pub fn graph(&self, now: Timestamp, request: &GraphRequest) -> GraphAnswer {
        let mut inside = self.inside();
        match inside.next_fault() {
            Some(Fault::Refuse { status, code, subcode }) => {
                Refusal::asked_for(status, code, subcode).answer()
            }
            Some(Fault::DropBefore) => GraphAnswer::lost(),
            Some(Fault::DropAfter) => {
                inside.call(now, request);
                GraphAnswer::lost()
            }
            None => inside.call(now, request),
        }
    }

    /// A person does something.
    pub fn act(&self, now: Timestamp, act: &Act) -> Result<Acted, ActError> {
        let mut inside = self.inside();
        let step = inside.step + 1;
        inside.world.numbers.begin(step);
        let acted = acting::perform(&mut inside.world, now, act)?;
        inside.keep(step, now, Input::Act(act.clone())).map_err(ActError::Journal)?;
        Ok(acted)
    }

    /// An e-mail as it travels, from a business. Gives its id, or the rule that it breaks.
    pub fn mail(&self, now: Timestamp, business: &str, raw: &[u8]) -> Result<String, String> {
        let mut inside = self.inside();
        let step = inside.step + 1;
        inside.world.numbers.begin(step);
        let id = mail::take(&mut inside.world, now, business, raw)?;
        let raw = String::from_utf8_lossy(raw).into_owned();
        let kept = inside.keep(step, now, Input::Mail { business: business.to_owned(), raw });
        kept.map_err(|error| error.to_string())?;
        Ok(id)
    }

    /// The e-mails that were taken, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.inside().world.mails.iter().cloned().collect()
    }

    /// All that the platforms have accepted, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.inside().world.sent.iter().cloned().collect()
    }

    /// The latest `count` of them, in order.
    pub fn latest_sent(&self, count: usize) -> Vec<Sent> {
        let inside = self.inside();
        let sent = &inside.world.sent;
        sent.iter().skip(sent.len().saturating_sub(count)).cloned().collect()
    }

    /// Webhooks that are due, signed. Each must be answered with `webhook_answered`; ask until there are none.
    pub fn take_webhooks(&self, now: Timestamp) -> Vec<Webhook> {
        let inside = &mut *self.inside();
        inside.world.outbox.take(now, &inside.world.app_secret)
    }

    /// What the product said to a webhook; 0 for no answer. Anything but 2xx brings it back later.
    pub fn webhook_answered(&self, now: Timestamp, number: u64, status: u16) {
        let mut inside = self.inside();
        inside.world.outbox.answered(now, number, status);
        let step = inside.step;
        // A line that cannot be written only means that the webhook comes twice, which is normal.
        let _ = inside.keep(step, now, Input::Answered { number, status });
    }

    /// When the next webhook is due that has not been handed out.
    pub fn next_webhook_at(&self) -> Option<Timestamp> {
        self.inside().world.outbox.next_at()
    }

    /// The next `calls` Graph API calls suffer `fault`; what was asked for before comes first.
    pub fn fail_next(&self, calls: u32, fault: Fault) {
        self.inside().faults.push_back((calls, fault));
    }

    /// The businesses there are.
    pub fn businesses(&self) -> Vec<view::BusinessView> {
        view::businesses(&self.inside().world)
    }

    /// The people there are, who did something last first.
    pub fn people(&self) -> Vec<view::PersonView> {
        view::people(&self.inside().world)
    }

    /// A person's phone: conversations and comments. `id` is `PersonView::id`.
    pub fn phone(&self, id: &str) -> Option<view::PhoneView> {
        view::phone(&self.inside().world, id)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // A panic in one call must not end the world for the others.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn next_fault(&mut self) -> Option<Fault> {
        while let Some((calls, fault)) = self.faults.front_mut() {
            if let Some(left) = calls.checked_sub(1) {
                *calls = left;
                return Some(*fault);
            }
            self.faults.pop_front();
        }
        None
    }

    fn call(&mut self, now: Timestamp, request: &GraphRequest) -> GraphAnswer {
        let call = match Call::read(request, &self.world.businesses, &self.world.app_secret) {
            Ok(call) => call,
            Err(refusal) => return refusal.answer(),
        };
        let step = self.step + 1;
        self.world.numbers.begin(step);
        let done = graph::perform(&mut self.world, now, &call);
        let kept = (done.is_ok() && call.changes()) || call.counts_when_refused();
        if kept && self.keep(step, now, Input::Call(call)).is_err() {
            return Refusal::out_of_order().answer();
        }
        match done {
            Ok(body) => GraphAnswer::done(body),
            Err(refusal) => refusal.answer(),
        }
    }

    fn keep(&mut self, step: u64, now: Timestamp, input: Input) -> std::io::Result<()> {
        self.step = step;
        match &mut self.journal {
            Some(journal) => journal.append(&Entry { step, now, input }),
            None => Ok(()),
        }
    }

    /// Does again what was done. What today's settings no longer allow (a template is gone) is left out.
    fn replay(&mut self, entry: Entry) {
        self.step = entry.step;
        match entry.input {
            Input::Act(act) => {
                self.world.numbers.begin(entry.step);
                let _ = acting::perform(&mut self.world, entry.now, &act);
            }
            Input::Call(call) => {
                self.world.numbers.begin(entry.step);
                let _ = graph::perform(&mut self.world, entry.now, &call);
            }
            Input::Mail { business, raw } => {
                self.world.numbers.begin(entry.step);
                let _ = mail::take(&mut self.world, entry.now, &business, raw.as_bytes());
            }
            Input::Answered { number, status } => self.world.outbox.answered(entry.now, number, status),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::{self, ACCOUNT, NUMBER, PAGE, Stage, text, welcome};
    use crate::{Fault, Settings};
    use jiff::ToSpan;
    use serde_json::{Value, json};

    #[test]
    fn faults_are_suffered_in_order_and_only_drop_after_does_the_work() {
        let stage = Stage::new();
        stage.sandbox.fail_next(1, Fault::DropBefore);
        stage.sandbox.fail_next(1, Fault::DropAfter);
        stage.sandbox.fail_next(2, Fault::Refuse { status: 400, code: 131_049, subcode: Some(7) });
        let statuses: Vec<_> = (0..5)
            .map(|_| stage.post(&format!("{NUMBER}/messages"), welcome("+972501234567")).status)
            .collect();
        assert_eq!(statuses, [0, 0, 400, 400, 200]);
        assert_eq!(stage.sandbox.sent().len(), 2);
    }

    #[test]
    fn webhooks_are_due_at_the_moment_of_the_act() {
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "text": "היי"}));
        assert_eq!(stage.sandbox.next_webhook_at(), Some(stage.now()));
        assert_eq!(stage.webhooks().len(), 1);
        assert_eq!(stage.sandbox.next_webhook_at(), None);
    }

    #[test]
    fn an_unanswered_webhook_is_delivered_again() {
        // PLATFORM.md §1: at once, then decreasing.
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "text": "היי"}));
        let first = stage.sandbox.take_webhooks(stage.now()).remove(0);
        stage.sandbox.webhook_answered(stage.now(), first.number, 500);
        let again = stage.sandbox.take_webhooks(stage.now()).remove(0);
        assert_eq!(again, first);
        stage.sandbox.webhook_answered(stage.now(), first.number, 0);
        assert!(stage.sandbox.take_webhooks(stage.now()).is_empty());
        stage.wait(15.seconds());
        assert_eq!(stage.webhooks().len(), 1);
    }

    #[test]
    fn a_restarted_sandbox_is_in_the_same_world() {
        let path = std::env::temp_dir().join(format!("sandbox-journal-{}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let settings = || Settings { journal: Some(path.clone()), ..stage::settings() };
        let first = Stage::with(settings());
        live(&first);
        let before = world(&first);
        drop(first);
        let mut cut = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut cut, b"{\"step\":99,\"no").unwrap();
        let second = Stage::with(settings());
        assert_eq!(world(&second), before);
        let waiting = second.webhooks().len();
        assert!(waiting > 4, "what had not been answered is delivered again: {waiting}");
        let event = second.act(json!({"person": "דנה", "do": "message", "text": "עוד"}));
        assert!(!before.to_string().contains(&event), "new ids are new");
        assert!(
            !std::fs::read_to_string(&path).unwrap().contains("neveh-token"),
            "no secret is written down"
        );
        std::fs::remove_file(&path).unwrap();
    }

    fn world(stage: &Stage) -> Value {
        json!({
            "sent": stage.sandbox.sent(),
            "people": stage.sandbox.people(),
            "phone": stage.sandbox.phone("0"),
            "next": stage.sandbox.next_webhook_at(),
        })
    }

    fn live(stage: &Stage) {
        stage.act(json!({"person": "דנה", "do": "message", "channel": "messenger", "text": "היי"}));
        stage.webhooks();
        let comment =
            stage.act(json!({"person": "דנה", "do": "comment", "channel": "instagram", "text": "וואו"}));
        stage.post(&format!("{comment}/replies"), json!({"message": "תודה"}));
        stage.post(&format!("{ACCOUNT}/likes"), json!({"comment_id": comment}));
        stage.post(
            &format!("{ACCOUNT}/messages"),
            json!({"recipient": {"comment_id": comment}, "message": {"text": "בפרטי"}}),
        );
        stage.post(
            &format!("{PAGE}/messages"),
            json!({"recipient": {"id": stage.psid("דנה")}, "message": {"text": "שלום"}}),
        );
        stage.post(&format!("{NUMBER}/messages"), text("+972501234567"));
        stage.post(&format!("{NUMBER}/messages"), welcome("+972501234567"));
        stage.act(json!({"person": "0501234567", "do": "lead"}));
        let webhook = stage.sandbox.take_webhooks(stage.now()).remove(0);
        stage.sandbox.webhook_answered(stage.now(), webhook.number, 503);
    }
}
