//! Accounts to look in on by hand, and how much of it a day has.

use domain::channel::Network;
use domain::worklist::{DailyBudget, Watched, Worklist};

use crate::playbook::fields::Fields;
use crate::playbook::report::Report;

pub const KEYS: [&str; 3] = [Network::Instagram.as_str(), Network::Facebook.as_str(), "a-day"];
pub const DAILY_KEYS: [&str; 4] = ["accounts", "likes", "comments", "follows"];
/// More by hand in a day looks like a machine to the platforms.
const DAILY_MAX: u32 = 50;

pub fn worklist(playbook: &Fields<'_>, report: &mut Report<'_>) -> Worklist {
    let Some(node) = playbook.get("worklist") else { return Worklist::default() };
    let fields = Fields::read(node, "\"worklist\"", &KEYS, report);
    let mut watched: Vec<Watched> = Vec::new();
    for network in Network::ALL {
        for (written, place) in fields.texts(network.as_str(), report) {
            match Watched::parse(network, written) {
                Ok(account) if watched.contains(&account) => {
                    let hint = "take it out once: each account comes up as often as the others";
                    report.fault(place, format!("\"{written}\" stands here for the second time"), hint);
                }
                Ok(account) => watched.push(account),
                Err(error) => {
                    let hint = "copy it from the address of its page: instagram: [visitgreece]";
                    report.fault(place, error.to_string(), hint);
                }
            }
        }
    }
    Worklist { watched, budget: budget(&fields, report) }
}

fn budget(worklist: &Fields<'_>, report: &mut Report<'_>) -> DailyBudget {
    let default = DailyBudget::default();
    let Some(node) = worklist.get("a-day") else { return default };
    let fields = Fields::read(node, "\"a-day\"", &DAILY_KEYS, report);
    let mut count = |key: &str, default: u32| {
        let Some(written) = fields.optional(key, report) else { return default };
        match written.parse::<u32>() {
            Ok(count) if count <= DAILY_MAX => count,
            _ => {
                let place = fields.get(key).map_or(fields.place(), |node| node.place);
                let hint =
                    format!("write how many a person does by hand in a day, 0 to {DAILY_MAX}: {key}: 5");
                report.fault(place, format!("\"{written}\" is no number for a day"), hint);
                default
            }
        }
    };
    DailyBudget {
        accounts: count("accounts", default.accounts),
        likes: count("likes", default.likes),
        comments: count("comments", default.comments),
        follows: count("follows", default.follows),
    }
}
