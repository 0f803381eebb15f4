//! The story on a clock that is moved by hand: who gets what, on which day, and who gets nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::chance::Chance;
use crate::door::{Door, Visitor, first_name};
use crate::graph::{Accepted, Faults, Graph, Kind, Reporter};
use crate::masa::Masa;
use crate::product::Product;
use crate::{Common, Failure, bodies, clock, samples};

const START: &str = "2026-11-30T09:00:00+02:00";
/// Days of the ladder and what is sent on them. Israel keeps winter time for all of them.
const LADDER: [(&str, &str); 4] = [
    ("2026-12-03T10:30:00+02:00", "follow_up_1"),
    ("2026-12-10T10:30:00+02:00", "follow_up_2"),
    ("2026-12-20T10:30:00+02:00", "follow_up_3"),
    ("2027-01-19T10:30:00+02:00", "follow_up_4"),
];
const DAY_57: &str = "2027-01-26T10:30:00+02:00";
/// The standing moment is worked as things arrive: when nothing more was accepted for so long, it is worked.
const QUIET: Duration = Duration::from_millis(700);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const STATUSES_WITHIN: Duration = Duration::from_millis(90);

#[derive(Args)]
pub struct Manual {
    /// The folder of the platforms' payload samples
    #[arg(long, value_name = "DIR")]
    samples: Option<std::path::PathBuf>,
}

/// Something that the platform accepted: its kind, for whom, and what.
type Seen = (&'static str, String, String);

impl Manual {
    pub async fn run(&self, common: &Common) -> Result<(), Failure> {
        let (reports, reported) = unbounded_channel();
        let (graph, port) = Graph::start(Faults::none(), Some(reports)).await?;
        let arguments = ["--clock", "manual", "--start", START];
        let (mut masa, product, _) = Masa::start(common, port, &arguments).await?;
        let second = START.parse::<Timestamp>()?.as_second();
        let chance = Chance::new(1);
        let reporter =
            Reporter { product: product.clone(), within: STATUSES_WITHIN, chance, second: Some(second) };
        reporter.spawn(reported);
        let mut story = Story { graph, product, second, read: 0, faults: Vec::new() };
        story.first_day().await?;
        story.ladder().await?;
        let folder = self.samples.clone().unwrap_or_else(samples::folder);
        story.samples(&folder).await?;
        if story.faults.is_empty() {
            return Ok(());
        }
        for fault in &story.faults {
            println!("{fault}");
        }
        let log = masa.log();
        println!("its log:\n{log}");
        Err(format!("{} of the story is not so; see {}", story.faults.len(), masa.keep().display()).into())
    }
}

struct Story {
    graph: Arc<Graph>,
    product: Product,
    /// What the product's clock showed at the start.
    second: i64,
    /// How much of what was accepted has been looked at.
    read: usize,
    faults: Vec<String>,
}

const LEAD_AD: Visitor = Visitor { door: Door::LeadAd, number: 1 };
const FORM: Visitor = Visitor { door: Door::Form, number: 1 };
const CALL: Visitor = Visitor { door: Door::Call, number: 1 };
/// Comes by the form and answers.
const ANSWERING: Visitor = Visitor { door: Door::Form, number: 2 };

impl Story {
    async fn first_day(&mut self) -> Result<(), Failure> {
        for _ in 0..2 {
            LEAD_AD.come(&self.product, self.second).await?;
        }
        let welcome = |visitor: Visitor| whatsapp(visitor, "lead_welcome");
        let seen = self.seen().await;
        self.expect("a lead ad delivered twice", &seen, vec![welcome(LEAD_AD)]);
        let first = self.graph.accepted().first().and_then(|accepted| accepted.first_parameter.clone());
        let name = first_name(&LEAD_AD.phone());
        self.check("the first name", first.as_deref() == Some(name), &format!("{first:?} is not {name}"));

        FORM.come(&self.product, self.second).await?;
        let seen = self.seen().await;
        self.expect("a form", &seen, vec![welcome(FORM)]);

        for _ in 0..3 {
            let call = json!({ "phone": format!("0{}", &CALL.phone()[3..]), "kind": "missed" });
            self.product.call(&call).await?;
        }
        let seen = self.seen().await;
        self.expect("a missed call, sent three times", &seen, vec![whatsapp(CALL, "missed_call")]);

        ANSWERING.come(&self.product, self.second).await?;
        let seen = self.seen().await;
        self.expect("another form", &seen, vec![welcome(ANSWERING)]);
        let answer = bodies::whatsapp_text(&ANSWERING.phone(), "wamid.answer", "תודה, נדבר", self.second + 1);
        self.product.webhook(&answer).await?;
        let seen = self.seen().await;
        self.expect("an answer, which a person takes over", &seen, Vec::new());

        let facebook = bodies::facebook_comment("101_501", "7001", "כמה עולה?", self.second);
        self.comment("a comment on Facebook", "101_501", &facebook).await?;
        let instagram = bodies::instagram_comment("1790501", "8001", "כמה עולה?", self.second);
        self.comment("a comment on Instagram", "1790501", &instagram).await
    }

    /// Delivered twice: one reply, one like, one private reply.
    async fn comment(&mut self, what: &str, id: &str, body: &Value) -> Result<(), Failure> {
        for _ in 0..2 {
            self.product.webhook(body).await?;
        }
        let mut kinds: Vec<_> = self.seen().await.into_iter().map(|(kind, to, _)| (kind, to)).collect();
        kinds.sort();
        let expected = ["comment reply", "like", "private reply"].map(|kind| (kind, id.to_owned()));
        self.check(what, kinds == expected, &format!("{kinds:?}"));
        Ok(())
    }

    async fn ladder(&mut self) -> Result<(), Failure> {
        for (to, template) in LADDER {
            self.product.move_clock(to).await?;
            let seen = self.seen().await;
            let expected = vec![whatsapp(LEAD_AD, template), whatsapp(FORM, template)];
            self.expect(&format!("{to}: exactly one follow-up each"), &seen, expected);
        }
        self.product.move_clock(DAY_57).await?;
        let seen = self.seen().await;
        self.expect("day 57: nothing is sent", &seen, Vec::new());
        for (visitor, tagged) in [(LEAD_AD, true), (FORM, true), (ANSWERING, false), (CALL, false)] {
            let lead = self.lead_of(visitor).await?;
            let tags = lead["tags"].to_string();
            let is_tagged = tags.contains("mailing-list");
            let what = format!("day 57: {} {} and the mailing list", visitor.door.name(), visitor.number);
            self.check(&what, is_tagged == tagged, &format!("tags are {tags}"));
        }
        Ok(())
    }

    /// Signed, each gets 200; our own voice starts nothing.
    async fn samples(&mut self, folder: &std::path::Path) -> Result<(), Failure> {
        let second = DAY_57.parse::<Timestamp>()?.as_second();
        let samples = samples::read(folder, second)?;
        if samples.is_empty() {
            println!("-    the payload samples are not beside this checkout");
            return Ok(());
        }
        let mut answered = 0;
        for sample in samples.iter().filter(|sample| sample.is_our_voice) {
            self.sample(&sample.name, sample.ours.to_string().into_bytes(), &mut answered).await;
            let seen = self.seen().await;
            self.expect(&format!("our own voice: {}", sample.name), &seen, Vec::new());
        }
        for sample in samples.iter().filter(|sample| !sample.is_our_voice) {
            self.sample(&sample.name, sample.ours.to_string().into_bytes(), &mut answered).await;
        }
        let after_ours = self.seen().await;
        for sample in &samples {
            self.sample(&sample.name, sample.bytes.clone(), &mut answered).await;
        }
        let after_foreign = self.seen().await;
        self.expect("samples of foreign ids", &after_foreign, Vec::new());
        self.check(
            &format!("{} samples with our ids and as they are: 200", samples.len()),
            answered == samples.len() * 2,
            &format!("{answered} of {}", samples.len() * 2),
        );
        let ours = [bodies::PAGE, bodies::INSTAGRAM, bodies::NUMBER, bodies::ACCOUNT];
        let to_us: Vec<_> = after_ours.iter().filter(|(_, to, _)| ours.contains(&to.as_str())).collect();
        self.check("samples of our ids: nothing goes to ourselves", to_us.is_empty(), &format!("{to_us:?}"));
        println!("     what the samples set going:");
        for (kind, to, what) in &after_ours {
            println!("       {kind} to {to}: {}", what.lines().next().unwrap_or_default());
        }
        Ok(())
    }

    async fn sample(&mut self, name: &str, bytes: Vec<u8>, answered: &mut usize) {
        match self.product.webhook_bytes(bytes).await {
            Ok(()) => *answered += 1,
            Err(error) => self.check(name, false, &error.to_string()),
        }
    }

    async fn lead_of(&self, visitor: Visitor) -> Result<Value, Failure> {
        let phone = format!("+{}", visitor.phone());
        let leads = self.product.leads().await?;
        let summary = leads.iter().find(|lead| lead["phone"] == phone.as_str());
        let id =
            summary.and_then(|lead| lead["id"].as_str()).ok_or_else(|| format!("no lead has {phone}"))?;
        self.product.lead(id).await
    }

    /// What was accepted since this was asked last, when no more comes.
    async fn seen(&mut self) -> Vec<Seen> {
        let (mut count, mut since): (usize, Instant) = (self.graph.accepted_count(), clock::now());
        while since.elapsed() < QUIET {
            clock::sleep(LOOK_EVERY).await;
            if self.graph.accepted_count() > count {
                (count, since) = (self.graph.accepted_count(), clock::now());
            }
        }
        let accepted = self.graph.accepted().split_off(self.read);
        self.read += accepted.len();
        accepted.into_iter().map(|Accepted { kind, to, what, .. }| (kind.name(), to, what)).collect()
    }

    fn expect(&mut self, what: &str, seen: &[Seen], mut expected: Vec<Seen>) {
        let mut sorted = seen.to_vec();
        sorted.sort();
        expected.sort();
        self.check(what, sorted == expected, &format!("{sorted:?}"));
    }

    fn check(&mut self, what: &str, is_so: bool, instead: &str) {
        if is_so {
            println!("ok   {what}");
        } else {
            println!("NOT  {what}: {instead}");
            self.faults.push(format!("{what}: {instead}"));
        }
    }
}

fn whatsapp(visitor: Visitor, template: &str) -> Seen {
    (Kind::WhatsApp.name(), visitor.phone(), template.to_owned())
}
