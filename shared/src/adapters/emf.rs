//! Figures as CloudWatch's embedded metric format: lines of JSON among a function's log, of which CloudWatch makes
//! metrics. No call is made and nothing is waited for.
//!
//! Of each business one line an invocation, and one of the installation, so that a crowd costs no more than a
//! person. `cloud::metrics` says which metrics there are; a test there reads what is written here.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::mem::take;
use std::sync::{Mutex, MutexGuard};

use application::ports::Figures;
use domain::figure::Figure;
use domain::ids::BusinessId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

const NAMESPACE: &str = "Masa";
const INSTALLATION: &str = "Installation";
const BUSINESS: &str = "Business";

/// CloudWatch takes no more values of one metric in a line.
const VALUES_MAX: usize = 100;

/// Sums figures up and writes them out at the end of each invocation.
pub struct Emf {
    installation: String,
    /// By business; what is the installation's own has none.
    counted: Mutex<BTreeMap<Option<BusinessId>, Sums>>,
    out: Mutex<Box<dyn Write + Send>>,
}

#[derive(Debug, Default)]
struct Sums {
    counts: BTreeMap<&'static str, u64>,
    /// Each by itself, for percentiles.
    seconds: BTreeMap<&'static str, Vec<f64>>,
}

impl Emf {
    /// Writes to the function's log.
    pub fn new(installation: impl Into<String>) -> Self {
        Self::to(installation, Box::new(io::stdout()))
    }

    pub fn to(installation: impl Into<String>, out: Box<dyn Write + Send>) -> Self {
        Self { installation: installation.into(), counted: Mutex::default(), out: Mutex::new(out) }
    }

    fn counted(&self) -> MutexGuard<'_, BTreeMap<Option<BusinessId>, Sums>> {
        self.counted.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Figures for Emf {
    fn count(&self, business: &BusinessId, figure: Figure) {
        let mut counted = self.counted();
        let sums = counted.entry(Some(business.clone())).or_default();
        match figure {
            Figure::Lead => sums.add("Leads"),
            Figure::Reply => sums.add("Replies"),
            Figure::MessageSent => sums.add("MessagesSent"),
            Figure::MessageFailed => sums.add("MessagesFailed"),
            Figure::MessageInDoubt => sums.add("MessagesInDoubt"),
            Figure::SpeedToLead(waited) => sums.add_seconds("SpeedToLeadSeconds", waited),
            Figure::Parked => sums.add("Parked"),
        }
    }

    fn tick(&self, oldest_due: SignedDuration) {
        let mut counted = self.counted();
        let sums = counted.entry(None).or_default();
        sums.add("Ticks");
        sums.add_seconds("OldestDueAgeSeconds", oldest_due);
    }

    fn flush(&self, now: Timestamp) {
        let counted = take(&mut *self.counted());
        let mut out = self.out.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (business, sums) in counted {
            for line in sums.lines(&self.installation, business.as_ref(), now) {
                // In one piece, so that no line of the log comes in between.
                if let Err(error) = out.write_all(line.as_bytes()) {
                    tracing::warn!(%error, "figures were not written");
                }
            }
        }
    }
}

impl Sums {
    fn add(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    fn add_seconds(&mut self, name: &'static str, span: SignedDuration) {
        // Milliseconds are exact enough, and short.
        self.seconds.entry(name).or_default().push(span.as_millis() as f64 / 1_000.0);
    }

    /// One line; more only if there are more values of a metric than a line may have.
    fn lines(mut self, installation: &str, business: Option<&BusinessId>, now: Timestamp) -> Vec<String> {
        let mut lines = Vec::new();
        while !self.counts.is_empty() || !self.seconds.is_empty() {
            let counts = take(&mut self.counts).into_iter().map(|(name, sum)| (name, "Count", sum.into()));
            let mut metrics: Vec<(&'static str, &'static str, Value)> = counts.collect();
            for (name, values) in &mut self.seconds {
                let rest = values.split_off(values.len().min(VALUES_MAX));
                metrics.push((name, "Seconds", std::mem::replace(values, rest).into()));
            }
            self.seconds.retain(|_, values| !values.is_empty());
            lines.push(line(installation, business, now, metrics));
        }
        lines
    }
}

/// The names that AWS gives to the parts of a line.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "_aws")]
    aws: Metadata<'a>,
    #[serde(rename = "Installation")]
    installation: &'a str,
    #[serde(rename = "Business", skip_serializing_if = "Option::is_none")]
    business: Option<&'a str>,
    #[serde(flatten)]
    values: BTreeMap<&'static str, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    /// Milliseconds.
    timestamp: i64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: [&'a [&'static str]; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

fn line(
    installation: &str,
    business: Option<&BusinessId>,
    now: Timestamp,
    metrics: Vec<(&'static str, &'static str, Value)>,
) -> String {
    let dimensions: &[&'static str] = match business {
        Some(_) => &[INSTALLATION, BUSINESS],
        None => &[INSTALLATION],
    };
    let definitions = metrics.iter().map(|(name, unit, _)| Definition { name, unit }).collect();
    let directive = Directive { namespace: NAMESPACE, dimensions: [dimensions], metrics: definitions };
    let line = Line {
        aws: Metadata { timestamp: now.as_millisecond(), cloud_watch_metrics: [directive] },
        installation,
        business: business.map(BusinessId::as_str),
        values: metrics.into_iter().map(|(name, _, value)| (name, value)).collect(),
    };
    // Texts and numbers alone: nothing here can fail to be JSON.
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use application::in_memory::Paper;

    fn written(count: impl FnOnce(&Emf)) -> String {
        let paper = Paper::default();
        let emf = Emf::to("masa", Box::new(paper.clone()));
        count(&emf);
        emf.flush("2026-11-30T09:00:00.125Z".parse().unwrap());
        paper.text()
    }

    #[test]
    fn a_business_has_one_line_and_the_installation_another() {
        let seconds = SignedDuration::from_millis;
        let lines = written(|emf| {
            let neveh = BusinessId::new("neveh");
            emf.count(&neveh, Figure::Lead);
            emf.count(&neveh, Figure::MessageSent);
            emf.count(&neveh, Figure::SpeedToLead(seconds(1_250)));
            emf.count(&neveh, Figure::MessageSent);
            emf.count(&neveh, Figure::SpeedToLead(seconds(90_000)));
            emf.count(&"second".into(), Figure::Parked);
            emf.tick(seconds(0));
        });
        insta::assert_snapshot!(lines, @r#"
        {"_aws":{"Timestamp":1796029200125,"CloudWatchMetrics":[{"Namespace":"Masa","Dimensions":[["Installation"]],"Metrics":[{"Name":"Ticks","Unit":"Count"},{"Name":"OldestDueAgeSeconds","Unit":"Seconds"}]}]},"Installation":"masa","OldestDueAgeSeconds":[0.0],"Ticks":1}
        {"_aws":{"Timestamp":1796029200125,"CloudWatchMetrics":[{"Namespace":"Masa","Dimensions":[["Installation","Business"]],"Metrics":[{"Name":"Leads","Unit":"Count"},{"Name":"MessagesSent","Unit":"Count"},{"Name":"SpeedToLeadSeconds","Unit":"Seconds"}]}]},"Installation":"masa","Business":"neveh","Leads":1,"MessagesSent":2,"SpeedToLeadSeconds":[1.25,90.0]}
        {"_aws":{"Timestamp":1796029200125,"CloudWatchMetrics":[{"Namespace":"Masa","Dimensions":[["Installation","Business"]],"Metrics":[{"Name":"Parked","Unit":"Count"}]}]},"Installation":"masa","Business":"second","Parked":1}
        "#);
    }

    #[test]
    fn a_line_has_no_more_values_than_cloudwatch_takes_and_none_is_lost() {
        let lines = written(|emf| {
            for second in 0..250 {
                emf.count(&"neveh".into(), Figure::Lead);
                emf.count(&"neveh".into(), Figure::SpeedToLead(SignedDuration::from_secs(second)));
            }
        });
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let values = |line: &Value| line["SpeedToLeadSeconds"].as_array().unwrap().len();
        assert_eq!(lines.iter().map(values).collect::<Vec<_>>(), [100, 100, 50]);
        assert_eq!(lines[0]["Leads"], 250);
        assert!(lines[1..].iter().all(|line| line.get("Leads").is_none()));
    }

    #[test]
    fn what_is_handed_over_is_not_handed_over_again() {
        assert_eq!(written(|_| {}), "");
        let lines = written(|emf| {
            emf.count(&"neveh".into(), Figure::Reply);
            emf.flush(Timestamp::UNIX_EPOCH);
        });
        assert_eq!(lines.lines().count(), 1);
    }
}
