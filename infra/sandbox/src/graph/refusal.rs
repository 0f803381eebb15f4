//! How the Graph API says no: the codes of PLATFORM.md §7, each with the case that it stands for.
//! The wording is ours; whoever reads it must decide by code and subcode.

use serde_json::{Value, json};

use crate::numbers::digits;

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    message: String,
    /// WhatsApp says here what exactly is wrong.
    details: Option<String>,
    /// When the limit will have passed, for the usage header.
    pub(crate) wait_minutes: Option<u32>,
}

impl Refusal {
    fn new(status: u16, code: u32, subcode: Option<u32>, message: &str) -> Self {
        Self { status, code, subcode, message: message.to_owned(), details: None, wait_minutes: None }
    }

    /// WhatsApp's errors: 400 with the reason in `error_data.details`.
    pub(crate) fn whatsapp(code: u32, title: &str, details: &str) -> Self {
        let message = format!("(#{code}) {title}");
        Self { details: Some(details.to_owned()), ..Self::new(400, code, None, &message) }
    }

    pub(crate) fn asked_for(status: u16, code: u32, subcode: Option<u32>) -> Self {
        Self::new(status, code, subcode, &format!("(#{code}) Refused because a test asked for it"))
    }

    /// The sandbox itself is broken: nobody knows whether the call was done.
    pub(crate) fn out_of_order() -> Self {
        Self::new(500, 2, None, "Service temporarily unavailable")
    }

    pub(crate) fn invalid(what: &str) -> Self {
        Self::new(400, 100, None, &format!("(#100) {what}"))
    }

    pub(crate) fn unknown_path() -> Self {
        Self::invalid("Unknown path components")
    }

    pub(crate) fn unknown_object(id: &str) -> Self {
        let message = format!(
            "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation"
        );
        Self::new(400, 100, Some(33), &message)
    }

    pub(crate) fn token() -> Self {
        Self::new(401, 190, None, "Invalid OAuth access token - Cannot parse access token")
    }

    /// The token is good, and for somebody else's assets.
    pub(crate) fn permission() -> Self {
        Self::new(403, 200, None, "(#200) The token has no permission for this object")
    }

    /// The app lacks a feature that needs Meta's review.
    pub(crate) fn feature(name: &str) -> Self {
        Self::new(403, 10, None, &format!("(#10) Application does not have the {name} feature"))
    }

    pub(crate) fn window_messenger() -> Self {
        Self::new(400, 10, Some(2_018_278), "(#10) This message is sent outside of allowed window.")
    }

    pub(crate) fn window_instagram() -> Self {
        Self::new(400, 10, Some(2_534_022), "(#10) This message is sent outside of allowed window.")
    }

    pub(crate) fn no_such_user() -> Self {
        Self::new(400, 100, Some(2_018_001), "(#100) No matching user found")
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(400, 551, Some(1_545_041), "(#551) This person isn't available right now.")
    }

    /// Answered already.
    pub(crate) fn private_reply_given() -> Self {
        Self::new(400, 100, Some(2_534_014), "(#100) The comment has already been answered privately")
    }

    /// Not there, or not to be answered.
    pub(crate) fn private_reply_comment() -> Self {
        Self::new(400, 100, Some(2_534_001), "(#100) The comment is invalid for a private reply")
    }

    pub(crate) fn private_reply_late() -> Self {
        Self::new(400, 100, Some(2_534_025), "(#100) The comment is too old for a private reply")
    }

    /// The person has not consented to being looked up.
    pub(crate) fn consent() -> Self {
        Self::new(400, 230, None, "(#230) User consent is required to access user profile")
    }

    pub(crate) fn rate(wait_minutes: u32) -> Self {
        let refusal = Self::new(400, 613, None, "(#613) Calls to this api have exceeded the rate limit.");
        Self { wait_minutes: Some(wait_minutes), ..refusal }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": format!("A{}", digits(&self.message, 10)),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        json!({ "error": error })
    }
}
