//! What answers whoever names the business.

use domain::playbook::{TagCampaign, TagPlace, Wait};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::{campaign, times};
use crate::playbook::fields::Fields;
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::Entry;

pub const KEYS: [&str; 8] =
    ["on", "where", "starts", "ends", "not-again-within", "reply", "no-repeat", "message"];

/// Whoever names us several times a day is thanked once.
const NOT_AGAIN_WITHIN: SignedDuration = SignedDuration::from_hours(24);

pub fn tags(entry: &Entry, zone: &TimeZone, report: &mut Report<'_>) -> TagCampaign {
    let what = format!("the tag campaign \"{}\"", entry.key);
    let fields = Fields::read(&entry.value, &what, &KEYS, report);
    if fields.is_empty("on") {
        let what = format!("the tag campaign \"{}\" needs \"on\"", entry.key);
        report.fault(entry.key_place, what, "say where: on: [instagram]");
    }
    let networks = campaign::named_networks(&fields, "on", report);
    let mut places = Vec::new();
    for (word, place) in fields.texts("where", report) {
        match TagPlace::ALL.into_iter().find(|place| place.as_str() == word) {
            Some(place) => places.push(place),
            None => {
                let hint = did_you_mean(word, TagPlace::ALL.map(TagPlace::as_str));
                report.fault(place, format!("nobody can be named in \"{word}\""), hint);
            }
        }
    }
    let not_again =
        fields.get("not-again-within").and_then(|node| times::wait(node, "not-again-within", report));
    let answer = campaign::answer(&fields, &networks, report);
    TagCampaign {
        name: entry.key.as_str().into(),
        places: if places.is_empty() { TagPlace::ALL.to_vec() } else { places },
        starts_at: campaign::moment(&fields, "starts", zone, report),
        ends_at: campaign::moment(&fields, "ends", zone, report),
        not_again_within: Some(not_again.map_or(NOT_AGAIN_WITHIN, Wait::duration))
            .filter(|span| !span.is_zero()),
        replies: answer.replies,
        no_repeat: answer.no_repeat,
        message: fields.optional("message", report).map(Into::into),
        networks,
    }
}
