//! What the operator reads: the plan before it is carried out, and what is left to do after.

use std::collections::BTreeMap;
use std::fmt::Write;

use cloud::cost::{InvalidLoad, InvalidRegion, Load, Region, Tier, estimate};
use cloud::template::Template;

use crate::installation::Installation;
use crate::plan::{CodeChange, Plan, Reason, StackChange};
use crate::secrets::{API_KEY, FORM_KEY, Origin, Secret};

mod clicks;

pub use clicks::{PAGE_FIELDS, clicks};

/// How many messages a lead is sent, in the estimate; `masa cost` takes others.
const MESSAGES: u64 = 10;

/// What is shown by its number; the rest of a template is what binds these together.
const KINDS: [(&str, &str); 12] = [
    ("AWS::DynamoDB::Table", "table"),
    ("AWS::S3::Bucket", "bucket"),
    ("AWS::Lambda::Function", "function"),
    ("AWS::SQS::Queue", "queue"),
    ("AWS::ApiGatewayV2::Api", "HTTP API"),
    ("AWS::ApiGatewayV2::Route", "route"),
    ("AWS::Scheduler::Schedule", "schedule"),
    ("AWS::Events::EventBus", "event bus"),
    ("AWS::IAM::Role", "role"),
    ("AWS::Logs::LogGroup", "log group"),
    ("AWS::CloudWatch::Alarm", "alarm"),
    ("AWS::CloudWatch::Dashboard", "dashboard"),
];

/// The plan, line by line.
pub fn plan(installation: &Installation, plan: &Plan) -> String {
    let mut lines = Vec::new();
    let data = plan.data.as_ref().map(|change| stack(&installation.data_stack(), cloud::DATA, change));
    lines.extend(data.into_iter().flatten());
    let secrets = format!("secrets under {}/", installation.secrets_path());
    let named = |made_up: bool| {
        let of_origin = |secret: &&Secret| (secret.origin != Origin::Given) == made_up;
        let names: Vec<&str> =
            plan.secrets.iter().filter(of_origin).map(|secret| secret.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    lines.extend(named(true).map(|names| format!("store {secrets}, made up: {names}")));
    lines.extend(named(false).map(|names| format!("store {secrets}, yours: {names}")));
    let app = plan.app.as_ref().map(|change| stack(&installation.app_stack(), cloud::APP, change));
    lines.extend(app.into_iter().flatten());
    match &plan.code {
        CodeChange::NotBuilt => {
            lines.push("build the functions, and update those whose code differs".to_owned())
        }
        CodeChange::Known { new, strayed } => {
            let names = |set: &std::collections::BTreeSet<&'static str>| {
                set.iter().copied().collect::<Vec<_>>().join(", ")
            };
            if !new.is_empty() {
                lines.push(format!("new code for {}", names(new)));
            }
            if !strayed.is_empty() {
                let names = names(strayed);
                lines.push(format!("bring back the code of {names}, which was changed behind the stack"));
            }
        }
    }
    if plan.release {
        lines.push("name the table as the one that may send".to_owned());
    }
    lines.extend(plan.playbooks.iter().map(|business| format!("publish the playbook of {business}")));
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "  {line}");
        text
    })
}

fn stack(name: &str, template: &str, change: &StackChange) -> Vec<String> {
    match change {
        StackChange::Make => vec![format!("make the stack {name}: {}", counted(template))],
        StackChange::MakeAgain => vec![
            format!("delete the stack {name}, which was never finished and holds no data"),
            format!("make the stack {name}: {}", counted(template)),
        ],
        StackChange::Change(reasons) => {
            let code: Vec<&str> = cloud::FUNCTIONS.iter().map(|function| function.code_parameter).collect();
            // New code has a line of its own.
            let shown: Vec<String> = reasons.iter().filter_map(|reason| why(reason, &code)).collect();
            if shown.is_empty() {
                return vec![format!("update the stack {name}")];
            }
            vec![format!("update the stack {name}: {}", shown.join(", "))]
        }
    }
}

fn why(reason: &Reason, hidden: &[&str]) -> Option<String> {
    match reason {
        Reason::Unfinished => Some("it was not finished".to_owned()),
        Reason::Template => Some("its template".to_owned()),
        Reason::Parameter { name, .. } if hidden.contains(&name.as_str()) => None,
        Reason::Parameter { name, from, to } => {
            let from = from.as_deref().filter(|from| !from.is_empty()).unwrap_or("nothing");
            Some(format!("{name} from {from} to {to}"))
        }
    }
}

/// What a template makes, by kind.
fn counted(template: &str) -> String {
    let Ok(template) = Template::read(template) else { return "its resources".to_owned() };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in template.resources() {
        *counts.entry(resource.kind()).or_default() += 1;
    }
    let mut parts: Vec<String> = KINDS
        .iter()
        .filter_map(|(kind, word)| {
            let count = counts.remove(kind)?;
            Some(format!("{count} {}", plural(word, count)))
        })
        .collect();
    let rest: usize = counts.values().sum();
    if rest > 0 {
        parts.push(format!("{rest} more that bind them together"));
    }
    parts.join(", ")
}

fn plural(word: &str, count: usize) -> String {
    match word {
        _ if count == 1 => word.to_owned(),
        "event bus" => "event buses".to_owned(),
        _ => format!("{word}s"),
    }
}

/// Why there is no estimate.
#[derive(Debug, thiserror::Error)]
pub enum NoEstimate {
    #[error(transparent)]
    Load(#[from] InvalidLoad),
    #[error(transparent)]
    Region(#[from] InvalidRegion),
}

/// The bill of a month in two lines.
pub fn monthly(leads: u64, region: &str) -> Result<String, NoEstimate> {
    let load = Load::new(leads, MESSAGES)?;
    let total = |tier| Ok::<_, NoEstimate>(estimate(load, Region::parse(region)?, tier).total_cents());
    let (paid, free) = (total(Tier::Paid)? as f64 / 100.0, total(Tier::AlwaysFree)? as f64 / 100.0);
    Ok(format!(
        "A month with {leads} leads and {MESSAGES} messages each: about USD {paid:.2} to AWS, USD {free:.2} with what is \
         always free.\n`masa cost --leads {leads} --region {region}` shows each line. WhatsApp's templates are billed by Meta."
    ))
}

/// What is left for a person, after everything is up.
pub struct Up<'u> {
    pub installation: &'u Installation,
    pub region: &'u str,
    pub webhook_url: &'u str,
    pub api_url: &'u str,
    pub dashboard: &'u str,
    pub verify_token: &'u str,
    pub alarm_email: Option<&'u str>,
}

pub fn up(up: &Up<'_>) -> String {
    let Up { installation, region, api_url, dashboard, .. } = up;
    let mut text = clicks(up.webhook_url, up.verify_token);
    let read = |name: &str| {
        format!(
            "aws ssm get-parameter --region {region} --with-decryption --query Parameter.Value --output text --name {}",
            installation.secret(name)
        )
    };
    let path = installation.secret("NAME");
    let _ = write!(
        text,
        "
Forms come to   {api_url}/forms/BUSINESS/FORM with the form key:
  {}
Calls come to   {api_url}/calls/BUSINESS with the API key:
  {}
A secret of Meta's is changed with
  read -rs VALUE && aws ssm put-parameter --region {region} --overwrite --type SecureString --name {path} --value \"$VALUE\"
  and the functions know it within minutes, without a deployment. MASA_PEPPER is never changed: everybody would be a stranger.
Figures and alarms: https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard/{dashboard}
",
        read(FORM_KEY),
        read(API_KEY),
    );
    if let Some(email) = up.alarm_email {
        let _ = writeln!(text, "Alarms go to {email}, once the mail of AWS that asks for it is confirmed.");
    }
    text
}

#[cfg(test)]
mod tests;
