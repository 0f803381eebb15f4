//! Where a lead came from. Each lead keeps its first and its last source.

use crate::ids::{CommentId, FormId, LeadAdId, PostId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub kind: SourceKind,
    /// Advertising parameters of the link or the ad: `utm_source`, `utm_campaign`, `ad_id`, `ref` …
    pub campaign: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    LeadAd { id: LeadAdId, form: Option<FormId>, ad: Option<String> },
    Form { form: FormId },
    Call,
    Comment { id: CommentId, post: Option<PostId> },
    Message,
    Mention,
}

impl SourceKind {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LeadAd { .. } => "lead-ad",
            Self::Form { .. } => "form",
            Self::Call => "call",
            Self::Comment { .. } => "comment",
            Self::Message => "message",
            Self::Mention => "mention",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_has_its_own_word() {
        let kinds = [
            SourceKind::LeadAd { id: "1".into(), form: None, ad: None },
            SourceKind::Form { form: "contact".into() },
            SourceKind::Call,
            SourceKind::Comment { id: "1".into(), post: None },
            SourceKind::Message,
            SourceKind::Mention,
        ];
        assert_eq!(
            kinds.each_ref().map(SourceKind::as_str),
            ["lead-ad", "form", "call", "comment", "message", "mention"]
        );
    }
}
