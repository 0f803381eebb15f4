//! A split in one line, so that tables of shapes can be read.

use std::collections::BTreeMap;

use domain::event::{Event, EventKind};
use serde_json::Value;
use webhook::split::{Assets, Split, assets_named, split};

use crate::stage::{now, pepper};

/// Splits a delivery in which every asset belongs to one business.
pub fn split_of_ours(delivery: &Value) -> Split {
    let assets: Assets = assets_named(delivery).into_iter().map(|asset| (asset, "neveh".into())).collect();
    split(delivery, &assets, &pepper(), now())
}

/// For example `comment by psid; notice; ignored 2 own-comment`.
pub fn summary(split: &Split) -> String {
    let mut parts: Vec<String> = split.events.iter().map(event).collect();
    parts.extend(split.deliveries.iter().map(|(_, _, _, told)| format!("told {}", told.status.as_str())));
    parts.extend(split.notices.iter().map(|_| "notice".to_owned()));
    parts.extend(split.ignored.iter().map(|(reason, count)| match count {
        1 => format!("ignored {reason}"),
        count => format!("ignored {count} {reason}"),
    }));
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

fn event(event: &Event) -> String {
    let also: Vec<&str> = event.also.iter().map(|identity| identity.kind()).collect();
    let also = if also.is_empty() { String::new() } else { format!("+{}", also.join("+")) };
    let detail = match &event.kind {
        EventKind::Messaged(message) => {
            let payload = message.payload.as_deref().map(|payload| format!(" [{payload}]"));
            let media = message.media.map(|media| format!(" {}", media.as_str()));
            payload.unwrap_or_default() + &media.unwrap_or_default()
        }
        EventKind::Commented(comment) => {
            let marks = [(comment.is_reply, " reply"), (comment.is_live, " live")];
            marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect()
        }
        EventKind::DeliveryFailed { code, work, .. } => {
            format!(" {code}{}", if work.is_some() { " of ours" } else { "" })
        }
        EventKind::Receipt { status, .. } => format!(" {}", status.as_str()),
        EventKind::IdentityChanged { to } => format!(" to {}", to.kind()),
        _ => String::new(),
    };
    format!("{}{detail} by {}{also}", event.kind.name(), event.author.kind())
}

/// Checks a table of deliveries, and that what is split is the same however often it is.
pub fn check<'a>(cases: impl IntoIterator<Item = (Value, &'a str)>) {
    let mut wrong: BTreeMap<usize, String> = BTreeMap::new();
    for (index, (delivery, expected)) in cases.into_iter().enumerate() {
        let split = split_of_ours(&delivery);
        assert_eq!(split, split_of_ours(&delivery));
        if summary(&split) != expected {
            wrong.insert(
                index,
                format!("case {index}: {}\n  expected: {expected}\n  {delivery}", summary(&split)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_values().collect::<Vec<_>>().join("\n"));
}
