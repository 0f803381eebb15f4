//! What the product does in a month, in the units that AWS bills.
//!
//! A lead is a site form that is sent its messages on their days, each with three statuses, and answers nothing. Where
//! a count depends on chance (batches, caches), it is the most that it can be.

use super::load::Load;
use super::prices::Item;

/// A month of thirty days.
const MINUTES: f64 = 30.0 * 24.0 * 60.0;

/// Sent, delivered, read.
const STATUSES: f64 = 3.0;

/// Write units of a lead with ten messages and thirty statuses, measured by
/// `cargo run -p journeys --example write_units`. It is split so that other numbers of messages can be asked for:
/// a status is one conditional put; the form is a transaction of five items, each twice, and two rows of indexes; the
/// rest is the messages'. Only the sum is measured.
const WRITES_MEASURED: f64 = 117.0;
const WRITES_FORM: f64 = 12.0;
const WRITES_STATUS: f64 = 1.0;
const WRITES_MESSAGE: f64 = (WRITES_MEASURED - WRITES_FORM - 10.0 * STATUSES * WRITES_STATUS) / 10.0;
/// The dispatcher's heartbeat, each minute.
const WRITES_TICK: f64 = 1.0;

/// Counted in the code: two names looked up and the playbook.
const READS_FORM: f64 = 5.0;
/// The record, what may send, the heartbeat, and the playbook.
const READS_MESSAGE: f64 = 6.0;
/// Which business the number belongs to.
const READS_STATUS: f64 = 1.0;
/// Of eight shards in two classes, a query is half a unit: dispatcher 1 + 8, four functions with an inbox 4 each,
/// sender 2 + 8.
const READS_TICK: f64 = 35.0;

/// `followup-dispatcher`, `lead-intake`, `comment-responder`, `tag-responder`, `message-responder`, `sender`.
pub const TICKED_FUNCTIONS: u32 = 6;
/// `QueueName::ALL`.
pub const QUEUES: u32 = 6;
/// A queue with a bounded concurrency is asked by five pollers three times a minute, even if it is empty.
const POLLS: f64 = 5.0 * 3.0;
/// Sent, received, deleted: each alone when nothing else is under way.
const REQUESTS_HINT: f64 = 3.0;
/// The dispatcher asks two queues how deep they are.
const REQUESTS_TICK: f64 = 2.0;
/// A form of another site is asked for by the browser before it is posted.
const WEB_REQUESTS_FORM: f64 = 2.0;

/// Not measured on AWS. Web requests write a row and end; a message waits for the Graph API; a tick makes up to
/// nineteen calls one after another.
const WEB_SECONDS: f64 = 0.025;
const MESSAGE_SECONDS: f64 = 0.220;
const TICK_SECONDS: f64 = 0.120;
/// A start of its own for one call in a hundred; the ticks keep functions warm.
const STARTS: f64 = 0.01;
const START_SECONDS: f64 = 0.120;
/// As the template has it. The two functions with doors answer a person or a platform that waits, and more memory is
/// more of a processor.
const DOOR_GB: f64 = 512.0 / 1024.0;
const WORKER_GB: f64 = 256.0 / 1024.0;

/// What stays in the table, estimated: a lead, a message with its entry, a status; the table after twelve such months.
const KB_LEAD: f64 = 2.0;
const KB_MESSAGE: f64 = 1.2;
const KB_STATUS: f64 = 0.6;
const MONTHS_KEPT: f64 = 12.0;
/// The lines of a call, with those of the platform; kept for a month.
const KB_LOG: f64 = 1.0;
const KB_PER_GB: f64 = 1024.0 * 1024.0;

/// Of an installation with one business: a metric counts once for each set of dimensions.
pub const METRICS: u32 = crate::metrics::METRICS.len() as u32;
/// In the template.
pub const ALARMS: u32 = 24;
pub const DASHBOARDS: u32 = 1;
/// App secret, verify token, access token, API key, form key, the secret of derived ids.
const PARAMETERS: f64 = 6.0;

/// One line of what is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    pub item: Item,
    pub line: &'static str,
    pub quantity: f64,
}

/// What AWS or somebody else bills, and this estimate leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCounted {
    pub what: &'static str,
    pub why: &'static str,
}

pub const NOT_COUNTED: &[NotCounted] = &[
    NotCounted {
        what: "WhatsApp templates",
        why: "Meta bills each one delivered, by category and the number's country, most often more than all of this: \
              https://developers.facebook.com/documentation/business-messaging/whatsapp/pricing",
    },
    NotCounted {
        what: "KMS requests for the secrets",
        why: "no price in the table; about 100,000 a month if each function reads its secrets anew every five minutes",
    },
    NotCounted { what: "S3 for media, and data out", why: "no price in the table; it depends on the media" },
    NotCounted { what: "E-mail and the event bus", why: "the product does not use them yet" },
    NotCounted {
        what: "Answers, comments, lead ads",
        why: "a lead who answers costs a few more requests and writes; the journey's other messages then stay away",
    },
    NotCounted { what: "Taxes", why: "AWS adds them by country" },
];

pub fn usage(load: Load) -> Vec<Usage> {
    month(load.leads() as f64, load.messages() as f64)
}

/// What is used before the first lead.
pub(super) fn usage_idle() -> Vec<Usage> {
    month(0.0, 0.0)
}

fn month(leads: f64, each: f64) -> Vec<Usage> {
    let messages = leads * each;
    let statuses = messages * STATUSES;
    let ticks = MINUTES * f64::from(TICKED_FUNCTIONS);
    let web = leads * WEB_REQUESTS_FORM + statuses;
    let calls = web + messages + ticks;
    let log_gb = calls * KB_LOG / KB_PER_GB;
    let table_gb = table_gb(leads, messages, statuses);
    let line = |item, line, quantity| Usage { item, line, quantity };
    vec![
        line(Item::TableWrites, "table, writes", writes(leads, messages, statuses)),
        line(Item::TableReads, "table, reads", reads(leads, messages, statuses)),
        line(Item::TableStorage, "table, kept after a year", table_gb),
        line(Item::TableRecovery, "table, recovery to any second", table_gb),
        line(Item::FunctionCalls, "functions, calls", calls),
        line(Item::FunctionCompute, "functions, compute", compute(web, messages)),
        line(Item::QueueRequests, "queues, hints", messages * REQUESTS_HINT + MINUTES * REQUESTS_TICK),
        line(Item::QueueRequests, "queues, asked while empty", MINUTES * f64::from(QUEUES) * POLLS),
        line(Item::WebRequests, "forms and webhooks", web),
        line(Item::Ticks, "minute ticks", ticks),
        line(Item::LogsWritten, "logs, written", log_gb),
        line(Item::LogsKept, "logs, kept a month", log_gb),
        line(Item::Metrics, "metrics", f64::from(METRICS)),
        line(Item::Alarms, "alarms", f64::from(ALARMS)),
        line(Item::Dashboards, "dashboard", f64::from(DASHBOARDS)),
        line(Item::Parameters, "secrets", PARAMETERS),
    ]
}

fn writes(leads: f64, messages: f64, statuses: f64) -> f64 {
    leads * WRITES_FORM + messages * WRITES_MESSAGE + statuses * WRITES_STATUS + MINUTES * WRITES_TICK
}

fn reads(leads: f64, messages: f64, statuses: f64) -> f64 {
    leads * READS_FORM + messages * READS_MESSAGE + statuses * READS_STATUS + MINUTES * READS_TICK
}

fn table_gb(leads: f64, messages: f64, statuses: f64) -> f64 {
    MONTHS_KEPT * (leads * KB_LEAD + messages * KB_MESSAGE + statuses * KB_STATUS) / KB_PER_GB
}

/// Seconds times gigabytes.
fn compute(web: f64, messages: f64) -> f64 {
    let doors = web * (WEB_SECONDS + STARTS * START_SECONDS) * DOOR_GB;
    let sender = messages * (MESSAGE_SECONDS + STARTS * START_SECONDS) * WORKER_GB;
    // Of the functions that tick, `lead-intake` has a door.
    let ticks = MINUTES * TICK_SECONDS * (DOOR_GB + f64::from(TICKED_FUNCTIONS - 1) * WORKER_GB);
    doors + sender + ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1,000 leads with ten messages each: 10,000 messages, 30,000 statuses, 43,200 minutes, worked out by hand.
    #[test]
    fn a_month_of_a_thousand_leads_is_what_a_hand_works_out() {
        let used = usage(Load::new(1_000, 10).expect("a load"));
        let expected = [
            ("table, writes", 117_000.0 + 43_200.0),
            ("table, reads", 5_000.0 + 60_000.0 + 30_000.0 + 1_512_000.0),
            ("table, kept after a year", 12.0 * 32_000.0 / 1_048_576.0),
            ("table, recovery to any second", 12.0 * 32_000.0 / 1_048_576.0),
            ("functions, calls", 2_000.0 + 30_000.0 + 10_000.0 + 259_200.0),
            // 32,000 × 26.2 ms at 1/2 GB, 10,000 × 221.2 ms at 1/4 GB, 43,200 × 120 ms at 7/4 GB.
            ("functions, compute", 419.2 + 553.0 + 9_072.0),
            ("queues, hints", 30_000.0 + 86_400.0),
            ("queues, asked while empty", 3_888_000.0),
            ("forms and webhooks", 32_000.0),
            ("minute ticks", 259_200.0),
            ("logs, written", 301_200.0 / 1_048_576.0),
            ("logs, kept a month", 301_200.0 / 1_048_576.0),
            ("metrics", 9.0),
            ("alarms", 24.0),
            ("dashboard", 1.0),
            ("secrets", 6.0),
        ];
        assert_eq!(used.len(), expected.len());
        for (used, (line, quantity)) in used.iter().zip(expected) {
            assert_eq!(used.line, line);
            assert!((used.quantity - quantity).abs() < 1e-6, "{line}: {} is not {quantity}", used.quantity);
        }
    }

    #[test]
    fn the_writes_of_a_lead_with_ten_messages_are_those_that_were_measured() {
        assert!((writes(1.0, 10.0, 30.0) - MINUTES - WRITES_MEASURED).abs() < 1e-9);
    }
}
