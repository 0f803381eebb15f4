//! What has to happen so that what is there becomes what is wanted. Calls nobody.

use std::collections::{BTreeMap, BTreeSet};

use cloud::Function;
use cloud::template::Template;
use shared::domain::ids::BusinessId;

use crate::bundle::Code;
use crate::found::Found;
use crate::secrets::{self, Secret};
use crate::stacks::Stack;
use crate::wanted::Wanted;

/// What happens to a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StackChange {
    Make,
    /// It was never finished and holds nothing: it is deleted and made anew.
    MakeAgain,
    Change(Vec<Reason>),
}

/// Why a stack is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An earlier try stopped half way.
    Unfinished,
    Template,
    Parameter {
        name: String,
        from: Option<String>,
        to: String,
    },
}

/// Which functions get new code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeChange {
    /// Not known before it is built.
    NotBuilt,
    Known {
        /// Through the stack.
        new: BTreeSet<&'static str>,
        /// Told to Lambda directly: the stack believes that they have this code already.
        strayed: BTreeSet<&'static str>,
    },
}

/// All that will be done, in the order in which it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub data: Option<StackChange>,
    pub secrets: Vec<Secret>,
    pub app: Option<StackChange>,
    pub code: CodeChange,
    /// The table is named as the one that may send, since none is.
    pub release: bool,
    pub playbooks: Vec<BusinessId>,
}

impl Plan {
    /// Nothing will be written.
    pub fn is_empty(&self) -> bool {
        let code = match &self.code {
            CodeChange::NotBuilt => false,
            CodeChange::Known { new, strayed } => new.is_empty() && strayed.is_empty(),
        };
        let stacks = self.data.is_none() && self.app.is_none();
        stacks && code && self.secrets.is_empty() && !self.release && self.playbooks.is_empty()
    }
}

/// A stack in which nothing can be done now. Each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    #[error("the stack {0} is being changed ({1}); wait until that is done and run the same command again")]
    Busy(String, String),
    #[error(
        "the stack {0} is {1}: CloudFormation could not take a change back. In its console: Stack actions → Continue update rollback; then run the same command again"
    )]
    HalfTakenBack(String, String),
    #[error(
        "the stack {0} is {1}, and it may hold data. In the CloudFormation console: see why, delete it (its table and buckets stay), and import what is there or delete it by hand"
    )]
    DataUnfinished(String, String),
    #[error(
        "there is a table {table} and no stack {stack}: somebody deleted the stack, and the table stayed. In the CloudFormation console: Create stack → With existing resources, with infra/cloud/templates/data.yaml; or choose another name with --installation"
    )]
    TableAlone { table: String, stack: String },
    #[error(
        "there is no playbook yet; name one with --playbook FILE (infra/local/playbook.he.yaml is one to begin with)"
    )]
    NoPlaybook,
    #[error(
        "the secret {0} is gone, and the table knows people by it: a new one would make everybody a stranger. Put your copy back with `aws ssm put-parameter --type SecureString --name {0} --value …`, and run the same command again"
    )]
    PepperGone(String),
}

/// Compares what is there with what is wanted. Without `code` it is not built yet.
pub fn plan(wanted: &Wanted, found: &Found, code: Option<&Code>) -> Result<Plan, Blocked> {
    if found.table_alone {
        let installation = &wanted.installation;
        return Err(Blocked::TableAlone { table: installation.table(), stack: installation.data_stack() });
    }
    let tokens = token_names(wanted, found);
    if tokens.is_empty() {
        return Err(Blocked::NoPlaybook);
    }
    // The release is written after the secrets, so where it stands there was a pepper.
    if found.table.released.is_some() && !found.secrets.contains(secrets::PEPPER) {
        return Err(Blocked::PepperGone(wanted.installation.secret(secrets::PEPPER)));
    }
    let parameters = app_parameters(wanted, found, code);
    let plan = Plan {
        data: data_change(wanted, found)?,
        secrets: missing(wanted, &tokens, found),
        app: app_change(wanted, found, &parameters)?,
        code: code.map_or(CodeChange::NotBuilt, |code| code_change(found, &parameters, code)),
        release: found.table.released.is_none(),
        playbooks: unpublished(wanted, found),
    };
    Ok(plan)
}

/// The parameters of the data stack.
pub fn data_parameters(wanted: &Wanted, found: &Found) -> BTreeMap<String, String> {
    let mut parameters = kept(found.data.as_ref(), cloud::DATA);
    parameters.insert("Installation".to_owned(), wanted.installation.as_str().to_owned());
    parameters
}

/// The parameters of the app stack: what it has, and over it what is wanted. What nobody names keeps its value.
pub fn app_parameters(wanted: &Wanted, found: &Found, code: Option<&Code>) -> BTreeMap<String, String> {
    let mut parameters = kept(found.app.as_ref(), cloud::APP);
    let artifacts = found.data.as_ref().and_then(|data| data.outputs.get("ArtifactsBucket"));
    let said = [
        ("Installation", Some(wanted.installation.as_str().to_owned())),
        ("TableName", found.table_name(wanted)),
        ("ArtifactsBucket", artifacts.cloned()),
        ("AlarmEmail", wanted.alarm_email.clone()),
        ("GraphUrl", wanted.graph_url.clone()),
    ];
    let said = said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    parameters.extend(said);
    let keys = code.into_iter().flat_map(Code::bundles);
    parameters.extend(keys.map(|bundle| (bundle.function.code_parameter.to_owned(), bundle.key())));
    parameters
}

/// What a stack was told, as far as the template still asks for it.
fn kept(stack: Option<&Stack>, template: &str) -> BTreeMap<String, String> {
    let template = Template::read(template);
    let asked = |name: &str| template.as_ref().is_ok_and(|read| !read.part("Parameters")[name].is_null());
    let told = stack.into_iter().flat_map(|stack| &stack.parameters);
    told.filter(|(name, _)| asked(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The tokens of the playbooks, and those that are there: a playbook that was published earlier may need them.
fn token_names(wanted: &Wanted, found: &Found) -> BTreeSet<String> {
    let mut names = wanted.token_names();
    names.extend(secrets::tokens(&found.secrets).cloned());
    names
}

fn missing(wanted: &Wanted, tokens: &BTreeSet<String>, found: &Found) -> Vec<Secret> {
    let is_there = |name: &String| found.secrets.contains(name) || is_of_each_business(wanted, name, found);
    secrets::needed(tokens).into_iter().filter(|secret| !is_there(&secret.name)).collect()
}

/// Whether each business that names this token has one of its own below its name: it goes before the shared one.
fn is_of_each_business(wanted: &Wanted, token: &str, found: &Found) -> bool {
    let mut naming =
        wanted.playbooks.iter().filter(|sound| sound.playbook.channels.token == token).peekable();
    naming.peek().is_some()
        && naming.all(|sound| found.secrets.contains(&format!("{}/{token}", sound.business())))
}

fn unpublished(wanted: &Wanted, found: &Found) -> Vec<BusinessId> {
    let changed = wanted
        .playbooks
        .iter()
        .filter(|sound| found.table.current.get(sound.business()) != Some(sound.version()));
    changed.map(|sound| sound.business().clone()).collect()
}

fn data_change(wanted: &Wanted, found: &Found) -> Result<Option<StackChange>, Blocked> {
    let name = wanted.installation.data_stack();
    let Some(stack) = &found.data else { return Ok(Some(StackChange::Make)) };
    let status = stack.status.as_str();
    let mut reasons = match status {
        _ if status.ends_with("_IN_PROGRESS") => return Err(Blocked::Busy(name, status.to_owned())),
        "UPDATE_ROLLBACK_FAILED" => return Err(Blocked::HalfTakenBack(name, status.to_owned())),
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" => {
            return Err(Blocked::DataUnfinished(name, status.to_owned()));
        }
        "CREATE_FAILED" | "UPDATE_FAILED" => vec![Reason::Unfinished],
        _ => Vec::new(),
    };
    reasons.extend(differences(stack, cloud::DATA, &data_parameters(wanted, found)));
    Ok((!reasons.is_empty()).then_some(StackChange::Change(reasons)))
}

fn app_change(
    wanted: &Wanted,
    found: &Found,
    parameters: &BTreeMap<String, String>,
) -> Result<Option<StackChange>, Blocked> {
    let name = wanted.installation.app_stack();
    let Some(stack) = &found.app else { return Ok(Some(StackChange::Make)) };
    let status = stack.status.as_str();
    match status {
        _ if status.ends_with("_IN_PROGRESS") => return Err(Blocked::Busy(name, status.to_owned())),
        "UPDATE_ROLLBACK_FAILED" => return Err(Blocked::HalfTakenBack(name, status.to_owned())),
        "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" => {
            return Ok(Some(StackChange::MakeAgain));
        }
        _ => {}
    }
    let reasons = differences(stack, cloud::APP, parameters);
    Ok((!reasons.is_empty()).then_some(StackChange::Change(reasons)))
}

fn differences(stack: &Stack, template: &str, parameters: &BTreeMap<String, String>) -> Vec<Reason> {
    let template = (stack.template != template).then_some(Reason::Template);
    let other = parameters.iter().filter(|(name, value)| stack.parameters.get(*name) != Some(value));
    let other = other.map(|(name, value)| Reason::Parameter {
        name: name.clone(),
        from: stack.parameters.get(name).cloned(),
        to: value.clone(),
    });
    template.into_iter().chain(other).collect()
}

fn code_change(found: &Found, parameters: &BTreeMap<String, String>, code: &Code) -> CodeChange {
    let (mut new, mut strayed) = (BTreeSet::new(), BTreeSet::new());
    let finished = found.app.as_ref().filter(|app| app.status.ends_with("_COMPLETE"));
    for bundle in code.bundles() {
        let Function { name, code_parameter } = bundle.function;
        let told = finished.and_then(|app| app.parameters.get(code_parameter));
        if told != parameters.get(code_parameter) {
            new.insert(name);
        } else if found.code.get(name).is_some_and(|hash| *hash != bundle.code_sha256()) {
            strayed.insert(name);
        }
    }
    CodeChange::Known { new, strayed }
}

#[cfg(test)]
mod tests;
