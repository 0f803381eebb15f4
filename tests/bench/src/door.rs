//! Who comes, and by which door. A person is a number; name, telephone and ids follow from it.

use serde_json::{Value, json};

use crate::bodies;
use crate::product::{Product, Unanswered};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    LeadAd,
    Form,
    Call,
}

impl Door {
    pub const ALL: [Self; 3] = [Self::LeadAd, Self::Form, Self::Call];

    pub fn name(self) -> &'static str {
        match self {
            Self::LeadAd => "lead ad",
            Self::Form => "form",
            Self::Call => "missed call",
        }
    }

    /// The first template that whoever comes by this door gets, by the starter playbook.
    pub fn template(self) -> &'static str {
        match self {
            Self::LeadAd | Self::Form => "lead_welcome",
            Self::Call => "missed_call",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visitor {
    pub door: Door,
    /// Below a million.
    pub number: u32,
}

/// What stands before the telephone number in the id of a lead ad, so that the look-up can tell whose it is.
const LEAD_AD_PREFIX: &str = "66";
const FIRST_NAMES: [&str; 6] = ["דנה", "יואב", "נועם", "מיכל", "אורי", "תמר"];
const LAST_NAMES: [&str; 5] = ["כהן", "לוי", "מזרחי", "פרץ", "ביטון"];

impl Visitor {
    /// An Israeli mobile number in digits, another for each door.
    pub fn phone(self) -> String {
        let door = match self.door {
            Door::LeadAd => 2,
            Door::Form => 3,
            Door::Call => 4,
        };
        format!("97254{door}{:06}", self.number)
    }

    pub fn lead_ad_id(self) -> String {
        format!("{LEAD_AD_PREFIX}{}", self.phone())
    }

    /// Comes once. Whoever is not answered with a 2xx comes again, with the same ids.
    pub async fn come(self, product: &Product, second: i64) -> Result<(), Unanswered> {
        let phone = self.phone();
        match self.door {
            Door::LeadAd => product.webhook(&bodies::lead_ad(&self.lead_ad_id(), second)).await,
            Door::Form => {
                let form = json!({ "full_name": full_name(&phone), "phone": format!("0{}", &phone[3..]) });
                product.form(&format!("form-{phone}"), &form).await
            }
            Door::Call => {
                let call =
                    json!({ "phone": format!("+{phone}"), "kind": "missed", "id": format!("call-{phone}") });
                product.call(&call).await
            }
        }
    }
}

/// Whoever filled in a lead ad: by its id the person of [`Visitor::lead_ad_id`], or else somebody.
pub fn lead_ad_answers(id: &str) -> Value {
    let ours =
        id.strip_prefix(LEAD_AD_PREFIX).filter(|phone| phone.len() == 12 && phone.starts_with("97254"));
    let phone = ours.map_or_else(|| format!("97255{:07}", sum(id) % 10_000_000), str::to_owned);
    json!({
        "id": id,
        "created_time": "2026-11-30T07:00:00+0000",
        "form_id": "650",
        "field_data": [
            { "name": "full_name", "values": [full_name(&phone)] },
            { "name": "phone_number", "values": [format!("+{phone}")] },
        ],
    })
}

pub fn first_name(phone: &str) -> &'static str {
    FIRST_NAMES[sum(phone) as usize % FIRST_NAMES.len()]
}

pub fn full_name(phone: &str) -> String {
    format!("{} {}", first_name(phone), LAST_NAMES[sum(phone) as usize % LAST_NAMES.len()])
}

fn sum(text: &str) -> u64 {
    text.bytes().fold(7, |sum, byte| sum * 31 % 1_000_000_007 + u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nobody_shares_a_number_and_a_lead_ad_tells_whose_it_is() {
        let all = Door::ALL.into_iter().flat_map(|door| (0..500).map(move |number| Visitor { door, number }));
        let phones: BTreeSet<String> = all.map(Visitor::phone).collect();
        assert_eq!(phones.len(), 1_500);
        let visitor = Visitor { door: Door::LeadAd, number: 42 };
        let answers = lead_ad_answers(&visitor.lead_ad_id());
        assert_eq!(answers["field_data"][1]["values"][0], format!("+{}", visitor.phone()));
    }
}
