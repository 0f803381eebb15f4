//! What the fields of a form and of a lead ad mean, by the names that senders give them.

use std::collections::BTreeMap;

use domain::email::EmailAddress;
use domain::event::Details;
use domain::name::PersonName;
use domain::phone::PhoneNumber;

/// What a form said, and what is wrong with it, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    pub details: Details,
    pub faults: BTreeMap<String, String>,
}

const FULL_NAME: [&str; 7] = ["name", "full_name", "fullname", "your-name", "שם", "שם מלא", "שם פרטי ומשפחה"];
const FIRST_NAME: [&str; 4] = ["first_name", "firstname", "first-name", "שם פרטי"];
const LAST_NAME: [&str; 4] = ["last_name", "lastname", "last-name", "שם משפחה"];
const PHONE: [&str; 17] = [
    "phone",
    "phone_number",
    "phonenumber",
    "tel",
    "telephone",
    "mobile",
    "your-phone",
    "your-tel",
    "work_phone_number",
    "work_phone",
    "טלפון",
    "נייד",
    "טלפון נייד",
    "מספר טלפון",
    "מס טלפון",
    "מספר נייד",
    "פלאפון",
];
const EMAIL: [&str; 10] = [
    "email",
    "e-mail",
    "mail",
    "your-email",
    "email_address",
    "work_email",
    "אימייל",
    "מייל",
    "דואל",
    "דואר אלקטרוני",
];
const CAMPAIGN: [&str; 10] = [
    "gclid",
    "fbclid",
    "ttclid",
    "ad_id",
    "adset_id",
    "adgroup_id",
    "creative_id",
    "campaign_id",
    "post",
    "ref",
];

/// Whether a field tells which link or ad led here.
pub fn names_a_campaign(name: &str) -> bool {
    name.starts_with("utm_") || CAMPAIGN.contains(&name)
}

/// Whether a name says what it means, in whatever language.
pub fn is_known(name: &str) -> bool {
    let name = plain(name);
    [&FULL_NAME[..], &FIRST_NAME, &LAST_NAME, &PHONE, &EMAIL]
        .iter()
        .any(|known| known.contains(&name.as_str()))
}

/// Reads what is known by name, and keeps the rest as answers. A number that cannot be read is no fault: it is
/// kept as it was typed, since a person can often tell what was meant.
pub fn read(fields: &[(String, String)]) -> Answers {
    let mut answers = Answers::default();
    let details = &mut answers.details;
    let (mut first, mut last, mut full) = (None, None, None);
    let mut sent_contact = false;
    for (name, value) in fields {
        let value = value.trim();
        let known = plain(name);
        let is = |names: &[&str]| names.contains(&known.as_str());
        if value.is_empty() {
            continue;
        }
        if is(&FULL_NAME) {
            full = Some(value);
        } else if is(&FIRST_NAME) {
            first = Some(value);
        } else if is(&LAST_NAME) {
            last = Some(value);
        } else if is(&PHONE) {
            sent_contact = true;
            match PhoneNumber::parse(value) {
                Ok(phone) if details.phone.is_none() => details.phone = Some(phone),
                Ok(_) => details.fields.push((name.clone(), value.to_owned())),
                Err(_) => details.phone_unreadable = Some(value.chars().take(100).collect()),
            }
        } else if is(&EMAIL) {
            sent_contact = true;
            match EmailAddress::parse(value) {
                Ok(email) => details.email = Some(email),
                Err(error) => drop(answers.faults.insert(name.clone(), error.to_string())),
            }
        } else {
            details.fields.push((name.clone(), value.to_owned()));
        }
    }
    details.name = PersonName::of_parts(first, last, full);
    if !sent_contact {
        let missing = "a phone number or an e-mail address is needed, or nobody can answer";
        answers.faults.insert("phone".to_owned(), missing.to_owned());
        answers.faults.insert("email".to_owned(), missing.to_owned());
    }
    answers
}

/// Names as senders write them differ in case, in quotation marks, and in what stands at the end.
fn plain(name: &str) -> String {
    let letters: String =
        name.to_lowercase().chars().filter(|c| !matches!(c, '"' | '״' | '\'' | '׳' | '*')).collect();
    letters.trim().trim_end_matches([':', '?']).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_pairs(pairs: &[(&str, &str)]) -> Answers {
        let fields: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        read(&fields)
    }

    #[test]
    fn english_and_hebrew_names_mean_the_same() {
        let english =
            read_pairs(&[("Full_Name", "דנה כהן"), ("phone", "054-123-4567"), ("e-mail", "d@example.com")]);
        let hebrew =
            read_pairs(&[("שם מלא", "דנה כהן"), ("טלפון נייד:", "0541234567"), ("דוא\"ל", "d@example.com")]);
        assert_eq!(english, hebrew);
        assert_eq!(english.details.phone.unwrap().as_str(), "+972541234567");
    }

    #[test]
    fn a_number_that_cannot_be_read_is_kept_and_no_contact_at_all_is_a_fault() {
        let unreadable = read_pairs(&[("phone", "חמישים וארבע")]);
        assert_eq!(unreadable.details.phone_unreadable.as_deref(), Some("חמישים וארבע"));
        assert!(unreadable.faults.is_empty());
        let nothing = read_pairs(&[("name", "דנה"), ("phone", " ")]);
        assert_eq!(nothing.faults.keys().collect::<Vec<_>>(), ["email", "phone"]);
        let wrong = read_pairs(&[("phone", "0541234567"), ("email", "dana@")]);
        assert_eq!(wrong.faults.keys().collect::<Vec<_>>(), ["email"]);
    }

    #[test]
    fn other_questions_keep_their_order() {
        let answers = read_pairs(&[("יעד", "רומא"), ("phone", "0541234567"), ("מבוגרים", "2")]);
        let names: Vec<&str> = answers.details.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["יעד", "מבוגרים"]);
    }
}
