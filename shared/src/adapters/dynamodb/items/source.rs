//! Where a lead came from.

use domain::ids::{CommentId, FormId, LeadAdId, PostId};
use domain::source::{Source, SourceKind};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceItem {
    k: KindItem,
    /// Advertising parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    a: Vec<(String, String)>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KindItem {
    LeadAd {
        i: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        f: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        a: Option<String>,
    },
    Form {
        f: String,
    },
    Call,
    Comment {
        i: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<String>,
    },
    Message,
    Mention,
}

impl From<&Source> for SourceItem {
    fn from(source: &Source) -> Self {
        let k = match &source.kind {
            SourceKind::LeadAd { id, form, ad } => {
                KindItem::LeadAd { i: id.to_string(), f: form.as_ref().map(FormId::to_string), a: ad.clone() }
            }
            SourceKind::Form { form } => KindItem::Form { f: form.to_string() },
            SourceKind::Call => KindItem::Call,
            SourceKind::Comment { id, post } => {
                KindItem::Comment { i: id.to_string(), p: post.as_ref().map(PostId::to_string) }
            }
            SourceKind::Message => KindItem::Message,
            SourceKind::Mention => KindItem::Mention,
        };
        Self { k, a: source.campaign.clone() }
    }
}

impl From<SourceItem> for Source {
    fn from(item: SourceItem) -> Self {
        let kind = match item.k {
            KindItem::LeadAd { i, f, a } => {
                SourceKind::LeadAd { id: LeadAdId::new(i), form: f.map(FormId::new), ad: a }
            }
            KindItem::Form { f } => SourceKind::Form { form: FormId::new(f) },
            KindItem::Call => SourceKind::Call,
            KindItem::Comment { i, p } => {
                SourceKind::Comment { id: CommentId::new(i), post: p.map(PostId::new) }
            }
            KindItem::Message => SourceKind::Message,
            KindItem::Mention => SourceKind::Mention,
        };
        Self { kind, campaign: item.a }
    }
}
