//! Why a deployment did not go on. Each says what to do.

use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use shared::application::WorkError;
use shared::application::ports::StoreError;
use shared::application::publish::PublishError;
use shared::domain::ids::{AssetId, BusinessId};
use shared::playbook::PlaybookFaults;

use crate::bundle::NotCode;
use crate::plan::Blocked;
use crate::text::NoEstimate;
use crate::toolchain::ToolchainError;

#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    #[error("{0}")]
    Playbook(#[from] PlaybookFaults),
    #[error("two playbooks are of the business {0}; each business has one")]
    BusinessTwice(BusinessId),
    #[error(
        "{file} names the token {token}; on AWS a token's name begins with MASA_META_TOKEN, such as MASA_META_TOKEN_2"
    )]
    TokenName { file: String, token: String },
    #[error(transparent)]
    NotCode(#[from] NotCode),
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Blocked(#[from] Blocked),
    #[error("{0}")]
    Stack(StackFailed),
    #[error(
        "{0} is not stored yet: put it into the environment variable of that name, or run this in a terminal to be asked for it"
    )]
    SecretMissing(String),
    #[error("{0} is empty or has a space or a line break in it; give it as Meta shows it")]
    SecretOdd(String),
    #[error("the operating system gives no randomness: {0}")]
    NoRandomness(getrandom::Error),
    /// What the operator asked for cannot be done, in words for them.
    #[error("{0}")]
    NotDone(String),
    #[error("nothing was changed: nobody can be asked here. Run it in a terminal, or say {0}")]
    NobodyToAsk(&'static str),
    #[error(
        "there is no installation {0} here; `masa deploy` makes it, and --installation and --region say which one is meant"
    )]
    NotDeployed(String),
    #[error(
        "{asset} belongs to the business {business} already; a Page, an account or a number is one business's"
    )]
    AssetTaken { asset: AssetId, business: BusinessId },
    #[error("nothing was changed")]
    Declined,
    #[error("nothing was changed: {typed:?} is not the name of the installation, which is {name:?}")]
    OtherName { typed: String, name: String },
    #[error(transparent)]
    Estimate(#[from] NoEstimate),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// A stack that did not become what was asked for, and what CloudFormation says of it.
#[derive(Debug)]
pub struct StackFailed {
    pub stack: String,
    pub status: String,
    /// What failed first, at most a few lines.
    pub events: Vec<String>,
}

impl std::fmt::Display for StackFailed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the stack {} is {}.", self.stack, self.status)?;
        if self.events.is_empty() {
            write!(out, " CloudFormation names no reason; its console shows the stack's events.")?;
        }
        for event in &self.events {
            write!(out, "\n  {event}")?;
        }
        write!(out, "\nMend the cause and run the same command again: it goes on from here.")
    }
}

/// A refusal of AWS in words, or that it was not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    #[error(
        "there are no AWS credentials here. In CloudShell they are there by themselves; elsewhere run `aws configure`, or `aws sso login`, or set AWS_PROFILE"
    )]
    NoCredentials,
    #[error(
        "the AWS credentials have expired; sign in again (`aws sso login`, `aws login`, or new keys) and run the same command"
    )]
    Expired,
    #[error(
        "AWS does not know these credentials; look at them with `aws sts get-caller-identity`, or choose others with AWS_PROFILE"
    )]
    WrongKeys,
    #[error(
        "the Region {region} is not enabled in this account. In the AWS console: your account's name → Account → AWS Regions → enable it, wait until it is enabled (minutes, sometimes hours), and run the same command; or choose another with --region"
    )]
    RegionOff { region: String },
    #[error("AWS does not let this user {doing}: {message}. Ask whoever manages the account for this right")]
    Denied { doing: String, message: String },
    #[error("AWS was not reached to {doing}: {reason}")]
    NoAnswer { doing: String, reason: String },
    #[error("AWS would not {doing}: {code}: {message}")]
    Refused { doing: String, code: String, message: String },
}

impl AwsError {
    /// What a refusal means, by its code.
    pub fn of_code(doing: &str, region: &str, code: &str, message: &str) -> Self {
        let (doing, message) = (doing.to_owned(), message.to_owned());
        match code {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
                Self::Expired
            }
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "AuthFailure" => Self::WrongKeys,
            "OptInRequired" | "RegionDisabledException" => Self::RegionOff { region: region.to_owned() },
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                Self::Denied { doing, message }
            }
            _ => Self::Refused { doing, code: code.to_owned(), message },
        }
    }

    /// What it means that no answer came, by what the SDK says of it.
    pub fn of_silence(doing: &str, text: &str) -> Self {
        let lower = text.to_lowercase();
        if lower.contains("expired") {
            return Self::Expired;
        }
        if lower.contains("credential") {
            return Self::NoCredentials;
        }
        Self::NoAnswer { doing: doing.to_owned(), reason: text.to_owned() }
    }
}

/// What an error of the SDK means to whoever typed the command.
pub(crate) fn explain<E, R>(doing: &str, region: &str, error: &SdkError<E, R>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error {
        SdkError::ServiceError(_) => {
            let code = error.code().unwrap_or("no code");
            AwsError::of_code(doing, region, code, error.message().unwrap_or("no reason given"))
        }
        _ => AwsError::of_silence(doing, &DisplayErrorContext(error).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_to_do() {
        let codes = ["ExpiredToken", "InvalidClientTokenId", "OptInRequired", "AccessDenied", "Throttling"];
        let of_code =
            codes.map(|code| AwsError::of_code("read the stacks", "il-central-1", code, "its reason"));
        let silences = [
            "dispatch failure: no providers in chain provided credentials",
            "dispatch failure: the SSO token has expired",
            "dispatch failure: io error: connection refused",
        ];
        let of_silence = silences.map(|text| AwsError::of_silence("read the stacks", text));
        let texts: Vec<String> = of_code.iter().chain(&of_silence).map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n\n"));
    }

    #[test]
    fn a_stack_that_failed_says_why() {
        let failed = StackFailed {
            stack: "masa-masa-app".into(),
            status: "ROLLBACK_COMPLETE".into(),
            events: vec!["Sender (AWS::Lambda::Function): no such key".into()],
        };
        insta::assert_snapshot!(failed.to_string());
    }
}
