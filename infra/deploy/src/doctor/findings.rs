//! What the facts mean, and what to do.

use jiff::SignedDuration;
use shared::adapters::graph::TemplateStatus;

use super::facts::{
    BusinessFacts, CodeState, Facts, FunctionFacts, MetaFacts, QueueFacts, Subscription, TableFacts,
    TemplateFacts, TokenFacts,
};

/// Ticks come every minute; one may fail.
const HEARTBEAT_AGE_MAX: SignedDuration = SignedDuration::from_mins(3);
/// Signatures of AWS are refused from five minutes on.
const CLOCK_OFF_MAX: SignedDuration = SignedDuration::from_mins(2);
const TOKEN_ENDS_SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Above this the oldest of a queue waits for minutes.
const WAITING_MAX: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Good,
    /// Nobody could be asked.
    Unknown,
    /// Works, and somebody should look.
    Look,
    Broken,
}

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, such as `functions` or a business.
    pub about: String,
    pub state: State,
    pub says: String,
    pub to_do: Option<String>,
}

fn good(about: &str, says: impl Into<String>) -> Finding {
    Finding { about: about.to_owned(), state: State::Good, says: says.into(), to_do: None }
}

fn not_good(about: &str, state: State, says: impl Into<String>, to_do: impl Into<String>) -> Finding {
    Finding { about: about.to_owned(), state, says: says.into(), to_do: Some(to_do.into()) }
}

/// Every link, in the order in which a lead passes them.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut findings = stacks(facts);
    findings.extend(api(facts));
    findings.extend(facts.functions.iter().filter_map(function));
    if facts.functions.iter().all(|one| function(one).is_none()) && !facts.functions.is_empty() {
        findings
            .push(good("functions", format!("all {} run the code that was deployed", facts.functions.len())));
    }
    findings.push(secrets(&facts.missing_secrets));
    findings.extend(facts.table.as_ref().map(table).into_iter().flatten());
    findings.extend(heartbeat(facts));
    findings.extend(queues(&facts.queues));
    if facts.businesses.is_empty() {
        let to_do = "publish a playbook: `masa deploy --playbook FILE`";
        findings.push(not_good("businesses", State::Broken, "no playbook was ever published", to_do));
    }
    for business in &facts.businesses {
        findings.extend(of_business(business, facts));
    }
    findings
}

fn stacks(facts: &Facts) -> Vec<Finding> {
    let stack = |(name, status): &(String, Option<String>)| match status.as_deref() {
        Some("CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE") => {
            good("stacks", format!("{name} is up"))
        }
        Some(status) if status.ends_with("_IN_PROGRESS") => {
            not_good("stacks", State::Look, format!("{name} is being changed"), "wait, and look again")
        }
        Some(status) => {
            let to_do = "run `masa deploy`: it goes on from here, or says what stands in its way";
            not_good("stacks", State::Broken, format!("{name} is {status}"), to_do)
        }
        None => not_good("stacks", State::Broken, format!("there is no stack {name}"), "run `masa deploy`"),
    };
    facts.stacks.iter().map(stack).collect()
}

fn api(facts: &Facts) -> Vec<Finding> {
    let Some(api) = &facts.api else { return Vec::new() };
    let mut findings = vec![match api.status {
        Some(200) => good("HTTP API", format!("{} answers", api.url)),
        Some(status) => not_good(
            "HTTP API",
            State::Broken,
            format!("{} answers {status} to GET /healthz", api.url),
            "look at the log of webhook: it says which setting or secret it misses",
        ),
        None => {
            let to_do = "look whether this machine has the Internet; if it has, run `masa deploy`";
            not_good("HTTP API", State::Unknown, format!("{} does not answer here", api.url), to_do)
        }
    }];
    if let Some(off) = api.clock_is_off_by.filter(|off| off.abs() > CLOCK_OFF_MAX) {
        let says = format!("this machine's clock is off by {} s", off.as_secs());
        findings.push(not_good(
            "clock",
            State::Look,
            says,
            "set it right: AWS refuses signatures of another time",
        ));
    }
    findings
}

fn function(function: &FunctionFacts) -> Option<Finding> {
    let name = function.name;
    match (function.state.as_deref(), function.code) {
        (None, _) => Some(not_good(
            "functions",
            State::Broken,
            format!("there is no function {name}"),
            "run `masa deploy`",
        )),
        (Some("Active" | "Inactive"), CodeState::AsDeployed) => None,
        (Some("Active" | "Inactive"), CodeState::Changed) => Some(not_good(
            "functions",
            State::Look,
            format!("{name} has other code than the last `masa deploy` gave it"),
            "if that was not meant, run `masa deploy`",
        )),
        (Some(state), _) => Some(not_good(
            "functions",
            State::Broken,
            format!("{name} is {state}"),
            "wait a minute and look again; if it stays, run `masa deploy`",
        )),
    }
}

fn secrets(missing: &[String]) -> Finding {
    if missing.is_empty() {
        return good("secrets", "all are stored");
    }
    let to_do = "run `masa deploy`: it makes up or asks for what is missing";
    not_good("secrets", State::Broken, format!("not stored: {}", missing.join(", ")), to_do)
}

fn table(table: &TableFacts) -> Vec<Finding> {
    let name = &table.name;
    let mut findings = Vec::new();
    match &table.released {
        Some(released) if released == name => {}
        _ => findings.push(not_good(
            "table",
            State::Broken,
            format!("{name} may not send: nobody has released it"),
            "if it was restored, see what it holds, then run `masa release`",
        )),
    }
    let kept = [
        (table.can_be_restored, "has no point-in-time recovery: a mistake cannot be taken back"),
        (table.is_protected, "is not protected against deletion"),
        (table.expires_markers, "does not expire old markers: it grows without end"),
    ];
    let to_do = "run `masa deploy`; if it stays, turn it on in the DynamoDB console";
    let missing = kept.into_iter().filter(|(is_on, _)| !is_on);
    findings.extend(missing.map(|(_, lack)| not_good("table", State::Look, format!("{name} {lack}"), to_do)));
    if findings.is_empty() {
        findings.push(good("table", format!("{name} may send, can be restored, and is protected")));
    }
    findings
}

fn heartbeat(facts: &Facts) -> Vec<Finding> {
    let Some(heartbeat) = facts.heartbeat else {
        let to_do =
            "wait two minutes after the first deployment; then look at the log of followup-dispatcher";
        return vec![not_good("tick", State::Broken, "nobody has ever swept", to_do)];
    };
    let age = facts.now.duration_since(heartbeat.swept_at);
    let mut findings = vec![if age > HEARTBEAT_AGE_MAX {
        not_good(
            "tick",
            State::Broken,
            format!("the last sweep was {} minutes ago", age.as_mins()),
            "look at the schedule group in EventBridge Scheduler and at the log of followup-dispatcher",
        )
    } else {
        good("tick", format!("the last sweep was {} s ago", age.as_secs().max(0)))
    }];
    if let Some(since) = heartbeat.held_since {
        findings.push(not_good(
            "tick",
            State::Look,
            format!("campaigns and follow-ups are held since {since}: nobody had swept for hours"),
            "see what is due, then run `masa release`",
        ));
    }
    findings
}

fn queues(queues: &[QueueFacts]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for queue in queues {
        let name = queue.name;
        if queue.dead > 0 {
            findings.push(not_good(
                "queues",
                State::Look,
                format!("{} dead letters of {name}", queue.dead),
                "look at the function's log for the reason, then run `masa redrive`",
            ));
        }
        if queue.waiting > WAITING_MAX {
            let says = format!("{} hints wait in {name}", queue.waiting);
            let to_do =
                "raise ConversationConcurrency or BulkConcurrency, if the account's Lambda limit allows it";
            findings.push(not_good("queues", State::Look, says, to_do));
        }
    }
    if findings.is_empty() && !queues.is_empty() {
        findings.push(good("queues", "nothing is stuck, no dead letters"));
    }
    findings
}

fn of_business(business: &BusinessFacts, facts: &Facts) -> Vec<Finding> {
    let about = business.id.to_string();
    let mut findings = vec![match &business.playbook {
        Ok(version) => good(&about, format!("follows the playbook {version}")),
        Err(reason) => {
            let says = format!("its playbook cannot be followed: {reason}");
            not_good(&about, State::Broken, says, "mend it and publish it: `masa deploy --playbook FILE`")
        }
    }];
    if business.parked > 0 {
        let says = format!("{} are parked", business.parked);
        findings.push(not_good(
            &about,
            State::Look,
            says,
            "mend what their reasons say, then run `masa redrive`",
        ));
    }
    if business.notices > 0 {
        let says = format!("{} notices wait for a person", business.notices);
        findings.push(not_good(&about, State::Look, says, "read them in the console"));
    }
    findings.extend(business.meta.iter().flat_map(|meta| of_meta(&about, meta, facts)));
    findings
}

fn of_meta(about: &str, meta: &MetaFacts, facts: &Facts) -> Vec<Finding> {
    let mut findings = vec![token(about, meta, facts)];
    findings.extend(missing_permissions(about, meta));
    findings.extend(meta.page.as_ref().map(|page| subscription(about, "the Page", page)));
    findings
        .extend(meta.whatsapp.as_ref().map(|account| subscription(about, "the WhatsApp account", account)));
    let account = meta.instagram.as_ref();
    findings.extend(account.map(|account| subscription(about, "the Instagram account", account)));
    findings.extend(templates(about, &meta.templates));
    findings
}

fn token(about: &str, meta: &MetaFacts, facts: &Facts) -> Finding {
    let name = &meta.token_name;
    match &meta.token {
        TokenFacts::NotStored => {
            let to_do = "run `masa deploy`: it asks for it";
            not_good(about, State::Broken, format!("the token {name} is not stored"), to_do)
        }
        TokenFacts::Refused(words) => not_good(
            about,
            State::Broken,
            format!("Meta refuses the token {name}: {words}"),
            "make a new one (Business settings → System users → Generate token) and store it",
        ),
        TokenFacts::Unknown(words) => {
            let says = format!("Meta does not say whether the token {name} is good: {words}");
            not_good(about, State::Unknown, says, "look at it in Meta's Access Token Debugger")
        }
        TokenFacts::Valid { expires_at: Some(at), .. } if *at < facts.now + TOKEN_ENDS_SOON => not_good(
            about,
            State::Look,
            format!("the token {name} ends at {at}"),
            "make one that does not expire (a system user's) and store it",
        ),
        TokenFacts::Valid { permissions, .. } => {
            good(about, format!("the token {name} is good; its permissions: {}", permissions.join(", ")))
        }
    }
}

/// By Meta's own names, so that they can be ticked where the token is made.
fn missing_permissions(about: &str, meta: &MetaFacts) -> Option<Finding> {
    let TokenFacts::Valid { permissions, .. } = &meta.token else { return None };
    // Of some tokens Meta does not say what they may.
    let lacks = |row: &&&[&str]| !row.iter().any(|name| permissions.iter().any(|known| known == name));
    let missing: Vec<&str> = meta.needs.iter().filter(lacks).filter_map(|row| row.first().copied()).collect();
    if permissions.is_empty() || missing.is_empty() {
        return None;
    }
    let says = format!("the token {} lacks permissions: {}", meta.token_name, missing.join(", "));
    let to_do = "make a token with them and store it; what waits for App Review stands in the table below";
    Some(not_good(about, State::Look, says, to_do))
}

fn subscription(about: &str, what: &str, subscription: &Subscription) -> Finding {
    let where_to = "subscribe it: the clicks are at the end of `masa deploy`";
    match subscription {
        Subscription::Subscribed { missing_fields } if missing_fields.is_empty() => {
            good(about, format!("Meta tells of {what}"))
        }
        Subscription::Subscribed { missing_fields } => {
            let says = format!("Meta does not tell these fields of {what}: {}", missing_fields.join(", "));
            not_good(about, State::Look, says, where_to)
        }
        Subscription::NotSubscribed => {
            not_good(about, State::Broken, format!("Meta tells nothing of {what}"), where_to)
        }
        Subscription::Unknown(words) => {
            let says = format!("Meta does not say whether it tells of {what}: {words}");
            not_good(about, State::Unknown, says, "see that the token has the permissions of the table below")
        }
    }
}

fn templates(about: &str, templates: &[TemplateFacts]) -> Vec<Finding> {
    let named = |is: fn(Option<&TemplateStatus>) -> bool| {
        let of_status = templates.iter().filter(|template| is(template.status.as_ref()));
        let names: Vec<String> =
            of_status.map(|template| format!("{} ({})", template.name, template.language)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let approved = named(|status| status == Some(&TemplateStatus::Approved));
    let missing = named(|status| status.is_none());
    let by_itself = named(|status| matches!(status, Some(TemplateStatus::Pending | TemplateStatus::Paused)));
    let refused = named(|status| {
        use TemplateStatus::{Disabled, Other, Rejected};
        matches!(status, Some(Rejected | Disabled | Other(_)))
    });
    let findings = [
        approved.map(|names| good(about, format!("approved templates: {names}"))),
        by_itself.map(|names| {
            let says = format!("templates that Meta has not approved yet, or has paused: {names}");
            not_good(about, State::Look, says, "wait: what needs them waits, too, and goes on by itself")
        }),
        missing.map(|names| {
            let says = format!("templates that WhatsApp does not have: {names}");
            not_good(about, State::Broken, says, "submit them: `masa templates submit --playbook FILE`")
        }),
        refused.map(|names| {
            let says = format!("templates that Meta has refused: {names}");
            not_good(
                about,
                State::Broken,
                says,
                "`masa templates submit` shows why; change them and submit again",
            )
        }),
    ];
    findings.into_iter().flatten().collect()
}
