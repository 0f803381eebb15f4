//! Times and spans as a marketer writes them: `10:00`, `21:00-08:00`, `3 days`.

use domain::playbook::{Unit, Wait};
use jiff::civil::Time;

use crate::playbook::fields::scalar;
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::Node;

/// Each unit in one and in many.
const UNITS: [(&str, &str, Unit); 4] = [
    ("minute", "minutes", Unit::Minutes),
    ("hour", "hours", Unit::Hours),
    ("day", "days", Unit::Days),
    ("week", "weeks", Unit::Weeks),
];

const WAIT_DAYS_MAX: i64 = 5 * 366;

/// A span such as `3 days` or `1 hour`.
pub fn wait(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Wait> {
    let text = scalar(node, what, report)?;
    let hint = "write a number and a unit: 30 minutes, 1 hour, 3 days, 2 weeks";
    let not_a_span = || format!("\"{text}\" is no span of time");
    let mut words = text.split_whitespace();
    let (Some(amount), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        report.fault(node.place, not_a_span(), hint);
        return None;
    };
    let Ok(amount) = amount.parse::<u32>() else {
        report.fault(node.place, not_a_span(), hint);
        return None;
    };
    let Some((_, _, unit)) = UNITS.into_iter().find(|(one, many, _)| unit == *one || unit == *many) else {
        let hint = did_you_mean(unit, UNITS.iter().map(|(_, many, _)| *many));
        report.fault(node.place, format!("unknown unit \"{unit}\""), hint);
        return None;
    };
    let wait = Wait { amount, unit };
    if wait.duration().as_hours() > 24 * WAIT_DAYS_MAX {
        report.fault(node.place, format!("\"{text}\" is longer than five years"), "write a shorter span");
        return None;
    }
    Some(wait)
}

/// A civil time such as `10:00`.
pub fn time(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Time> {
    let text = scalar(node, what, report)?;
    let time = parse_time(text);
    if time.is_none() {
        let hint = "write hours and minutes of a day, in quotes: \"10:00\"";
        report.fault(node.place, format!("\"{text}\" is no time of day"), hint);
    }
    time
}

/// From when to when, such as `21:00-08:00`.
pub fn night(node: &Node, report: &mut Report<'_>) -> Option<(Time, Time)> {
    let text = scalar(node, "nights", report)?;
    let times = text
        .split_once(['-', '–'])
        .and_then(|(from, to)| Some((parse_time(from.trim())?, parse_time(to.trim())?)));
    match times {
        Some((from, to)) if from == to => {
            let hint = "a night starts and ends at two different times: \"21:00-08:00\"";
            report.fault(node.place, format!("the night \"{text}\" has no length"), hint);
            None
        }
        Some(times) => Some(times),
        None => {
            let hint = "write from when to when: \"21:00-08:00\"";
            report.fault(node.place, format!("\"{text}\" is no night"), hint);
            None
        }
    }
}

fn parse_time(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    let sound = (1..=2).contains(&hours.len()) && minutes.len() == 2;
    let digits = hours.bytes().chain(minutes.bytes()).all(|byte| byte.is_ascii_digit());
    if !(sound && digits) {
        return None;
    }
    Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn a_time_of_day_is_hours_and_minutes() {
        let cases = [
            ("10:00", Some(time(10, 0, 0, 0))),
            ("9:05", Some(time(9, 5, 0, 0))),
            ("00:00", Some(time(0, 0, 0, 0))),
            ("24:00", None),
            ("10:60", None),
            ("+1:00", None),
            ("10", None),
            ("10:0", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_time(text), expected, "{text}");
        }
    }
}
