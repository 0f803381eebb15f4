//! Masa on AWS: what it is (two CloudFormation templates, and the names that the rest has in common with them), what it
//! costs, and what has to be ready before it works.
//!
//! Nothing here calls AWS. The templates are written without short forms (`!Sub`), so that any reader of YAML
//! understands them; the tests hold them to what the code does and asks for.

pub mod cost;
pub mod metrics;
pub mod readiness;
pub mod template;

/// What holds data: the table, the playbooks' media, the functions' code. Made once.
pub const DATA: &str = include_str!("../templates/data.yaml");

/// Everything that is rebuilt. Above what CloudFormation takes in a request: it is read from the artifacts bucket.
pub const APP: &str = include_str!("../templates/app.yaml");

/// The queues, as [`APP`] names them behind `masa-<installation>-`, in the order in which the functions are told of
/// them. What a queue could not bring is in the one of the same name with `-dead` behind it.
pub const QUEUES: [&str; 6] = ["lead-intake", "comments", "tags", "messages", "conversation", "bulk"];

/// A function, by the name of its folder, and the parameter of [`APP`] that takes the key of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: &'static str,
    pub code_parameter: &'static str,
}

pub const FUNCTIONS: [Function; 7] = [
    Function { name: "webhook", code_parameter: "WebhookCode" },
    Function { name: "lead-intake", code_parameter: "LeadIntakeCode" },
    Function { name: "comment-responder", code_parameter: "CommentResponderCode" },
    Function { name: "tag-responder", code_parameter: "TagResponderCode" },
    Function { name: "message-responder", code_parameter: "MessageResponderCode" },
    Function { name: "followup-dispatcher", code_parameter: "FollowupDispatcherCode" },
    Function { name: "sender", code_parameter: "SenderCode" },
];
