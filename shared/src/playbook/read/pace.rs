//! How fast comments are answered: `{ private-replies: 200, public-replies: 400 }`, an hour.

use domain::pace::{Budget, Paces};

use crate::playbook::fields::Fields;
use crate::playbook::report::Report;

pub const KEYS: [&str; 2] = ["private-replies", "public-replies"];
/// R19: what Meta allows a connection in an hour. Of public replies it says nothing.
const HOURLY_MAX: u32 = 750;
/// Below this a burst of a quarter would be none.
const HOURLY_MIN: u32 = 10;

pub fn paces(playbook: &Fields<'_>, report: &mut Report<'_>) -> Paces {
    let default = Paces::default();
    let Some(node) = playbook.get("pace") else { return default };
    let fields = Fields::read(node, "\"pace\"", &KEYS, report);
    let mut hourly = |key: &str, default: Budget| {
        let Some(written) = fields.optional(key, report) else { return default };
        match written.parse::<u32>() {
            Ok(calls) if (HOURLY_MIN..=HOURLY_MAX).contains(&calls) => Budget::hourly(calls),
            _ => {
                let place = fields.get(key).map_or(fields.place(), |node| node.place);
                let hint =
                    format!("write how many may go out in an hour, {HOURLY_MIN} to {HOURLY_MAX}: {key}: 200");
                report.fault(place, format!("\"{written}\" is no pace"), hint);
                default
            }
        }
    };
    Paces {
        private_replies: hourly("private-replies", default.private_replies),
        public_replies: hourly("public-replies", default.public_replies),
        ..default
    }
}
