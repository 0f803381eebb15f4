//! The link or the ad that led a person here.

use domain::source::{Source, SourceKind};
use serde_json::Value;

use super::lenient::{self, WORDS_CHARS_MAX};

/// `ref` of an m.me or ig.me link, the ad, the click, and what kind of link it was. `None` without a referral.
pub fn source(referral: &Value) -> Option<Source> {
    referral.as_object()?;
    // WhatsApp says `source_id` of an ad or a post.
    let of_post = referral["source_type"] == "post";
    let source_id = if of_post { "post_id" } else { "ad_id" };
    let parameters = [
        ("ref", "ref"),
        ("ad_id", "ad_id"),
        ("source_id", source_id),
        ("ctwa_clid", "ctwa_clid"),
        ("source", "source"),
        ("source_type", "source"),
    ];
    let told = parameters.into_iter().filter_map(|(theirs, ours)| {
        let value = &referral[theirs];
        let value = lenient::text(value, WORDS_CHARS_MAX).or_else(|| lenient::id(value))?;
        Some((ours.to_owned(), value))
    });
    Some(Source { kind: SourceKind::Message, campaign: told.collect() })
}

/// What names a referral apart from its time.
pub fn name(source: &Source) -> String {
    let values = source.campaign.iter().map(|(name, value)| format!("{name}={value}"));
    values.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_referral_keeps_what_advertising_needs() {
        let of = |value| source(&value).map(|source| name(&source));
        let click = json!({"source_type": "ad", "source_id": "77", "ctwa_clid": "c1", "headline": "Athens"});
        assert_eq!(of(click).as_deref(), Some("ad_id=77&ctwa_clid=c1&source=ad"));
        let post = json!({"source_type": "post", "source_id": 78});
        assert_eq!(of(post).as_deref(), Some("post_id=78&source=post"));
        assert_eq!(
            of(json!({"ref": "spring", "source": "SHORTLINK"})).as_deref(),
            Some("ref=spring&source=SHORTLINK")
        );
        assert_eq!(of(json!("spring")), None);
    }
}
