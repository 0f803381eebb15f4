//! `masa doctor`: each link of the chain from Meta to the message, whether it holds, and what to do where it does not.
//!
//! What is asked of AWS and Meta becomes [`Facts`]; [`findings`] reads them without calling anybody. It changes nothing.

mod facts;
mod findings;
mod meta;
mod page;
mod read;

use findings::{State, findings};

use crate::aws::Aws;
use crate::fault::DeployError;
use crate::installation::Installation;
use crate::operator::Operator;

/// What was typed.
#[derive(Clone, Debug)]
pub struct Doctor {
    pub installation: Installation,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    /// Meta's Graph API, or another.
    pub graph_url: String,
    pub graph_version: String,
}

/// Looks at everything and says what it saw. `true` if nothing is broken.
pub async fn doctor(typed: &Doctor, operator: &dyn Operator) -> Result<bool, DeployError> {
    let aws = Aws::connect(typed.region.clone(), typed.endpoint.clone()).await;
    aws.caller().await?;
    let facts = read::facts(&aws, typed).await?;
    let findings = findings(&facts);
    operator.tell(&page::page(&typed.installation, aws.region(), &findings));
    Ok(findings.iter().all(|finding| finding.state != State::Broken))
}

#[cfg(test)]
mod tests;
