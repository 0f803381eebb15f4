//! Who exists. A person has one phone, e-mail and name, and an id of their own for each business and platform, as
//! Meta scopes them. All of it is derived from the words by which the person was first mentioned.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::act::{Details, Who};
use crate::numbers::digits;
use crate::{ActError, Business, Channel, limits, phone};

/// One person.
pub(crate) struct Person {
    pub(crate) name: String,
    /// In E.164 form.
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) username: String,
    /// The business-scoped WhatsApp id (one portfolio stands for all businesses here).
    pub(crate) bsuid: String,
    /// Businesses see the business-scoped id only.
    pub(crate) phone_hidden: bool,
    /// PSID and IGSID, by business.
    pub(crate) scoped: Vec<Scoped>,
    /// Something happened between this person and a business last.
    pub(crate) active_at: Timestamp,
}

impl Person {
    /// The number as WhatsApp writes it: digits only.
    pub(crate) fn wa_id(&self) -> &str {
        self.phone.trim_start_matches('+')
    }
}

/// A person's ids with one business.
pub(crate) struct Scoped {
    pub(crate) psid: String,
    pub(crate) igsid: String,
    /// The business's Instagram account.
    pub(crate) follows: bool,
}

/// All people.
#[derive(Default)]
pub(crate) struct People {
    list: Vec<Person>,
    by_name: BTreeMap<String, usize>,
    by_phone: BTreeMap<String, usize>,
    by_email: BTreeMap<String, usize>,
    by_bsuid: BTreeMap<String, usize>,
    by_scoped: BTreeMap<String, (usize, usize, Channel)>,
}

impl People {
    pub(crate) fn get(&self, person: usize) -> &Person {
        &self.list[person]
    }

    pub(crate) fn get_mut(&mut self, person: usize) -> &mut Person {
        &mut self.list[person]
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = (usize, &Person)> {
        self.list.iter().enumerate()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn with_phone(&self, phone: &str) -> Option<usize> {
        self.by_phone.get(phone).copied()
    }

    pub(crate) fn with_bsuid(&self, bsuid: &str) -> Option<usize> {
        self.by_bsuid.get(bsuid).copied()
    }

    /// Person, business, and channel of a PSID or IGSID.
    pub(crate) fn with_scoped_id(&self, id: &str) -> Option<(usize, usize, Channel)> {
        self.by_scoped.get(id).copied()
    }

    /// The person that `who` means, who may appear with these words.
    pub(crate) fn find_or_add(
        &mut self,
        businesses: &[std::sync::Arc<Business>],
        now: Timestamp,
        who: &Who,
    ) -> Result<usize, ActError> {
        let details = details(who)?;
        if let Some(person) = self.find(&details) {
            self.list[person].phone_hidden |= details.phone_hidden;
            self.complete(person, &details);
            return Ok(person);
        }
        if self.list.len() >= limits::PEOPLE_MAX {
            return Err(ActError::Full(limits::PEOPLE_MAX));
        }
        Ok(self.add(businesses, now, details))
    }

    fn find(&self, details: &Details) -> Option<usize> {
        match (&details.phone, &details.email, &details.name) {
            (Some(phone), ..) => self.by_phone.get(phone).copied(),
            (None, Some(email), _) => self.by_email.get(email).copied(),
            (None, None, Some(name)) => self.by_name.get(name).copied(),
            (None, None, None) => None,
        }
    }

    fn complete(&mut self, number: usize, details: &Details) {
        let person = &mut self.list[number];
        if let Some(name) = &details.name {
            person.name.clone_from(name);
            self.by_name.entry(name.clone()).or_insert(number);
        }
        if let Some(email) = &details.email {
            person.email.clone_from(email);
            self.by_email.entry(email.clone()).or_insert(number);
        }
    }

    fn add(&mut self, businesses: &[std::sync::Arc<Business>], now: Timestamp, details: Details) -> usize {
        let number = self.list.len();
        let known = [&details.phone, &details.email, &details.name];
        let seed = known.into_iter().flatten().next().cloned().unwrap_or_default();
        let phone = details.phone.clone().unwrap_or_else(|| {
            free(
                &seed,
                |seed| format!("+97250{}", digits(seed, 7)),
                |phone| self.by_phone.contains_key(phone),
            )
        });
        let bsuid = free(
            &seed,
            |seed| format!("IL.{}", digits(&format!("bsuid {seed}"), 17)),
            |id| self.by_bsuid.contains_key(id),
        );
        let mut scoped = Vec::new();
        for (business, owner) in businesses.iter().enumerate() {
            let taken = |id: &str| self.by_scoped.contains_key(id);
            let psid =
                free(&seed, |seed| format!("6{}", digits(&format!("psid {} {seed}", owner.page), 15)), taken);
            let instagram = owner.instagram_or_page();
            let igsid =
                free(&seed, |seed| format!("5{}", digits(&format!("igsid {instagram} {seed}"), 15)), taken);
            self.by_scoped.insert(psid.clone(), (number, business, Channel::Messenger));
            self.by_scoped.insert(igsid.clone(), (number, business, Channel::Instagram));
            scoped.push(Scoped { psid, igsid, follows: false });
        }
        let name = details.name.clone().unwrap_or_else(|| format!("אורח {}", &phone[phone.len() - 4..]));
        let email = details.email.clone().unwrap_or_else(|| format!("guest{}@example.com", digits(&seed, 8)));
        self.by_phone.insert(phone.clone(), number);
        self.by_bsuid.insert(bsuid.clone(), number);
        self.by_name.entry(name.clone()).or_insert(number);
        self.by_email.entry(email.clone()).or_insert(number);
        let username = format!("guest.{}", digits(&seed, 8));
        self.list.push(Person {
            name,
            phone,
            email,
            username,
            bsuid,
            phone_hidden: details.phone_hidden,
            scoped,
            active_at: now,
        });
        number
    }
}

/// The first of the values that belong to `seed` which is not taken.
fn free(seed: &str, derive: impl Fn(&str) -> String, taken: impl Fn(&str) -> bool) -> String {
    let first = derive(seed);
    if !taken(&first) {
        return first;
    }
    let others = (1..=limits::PEOPLE_MAX).map(|attempt| derive(&format!("{seed} {attempt}")));
    others.into_iter().find(|value| !taken(value)).unwrap_or(first)
}

fn details(who: &Who) -> Result<Details, ActError> {
    let mut details = match who {
        Who::Named(words) => match phone::parse(words) {
            Some(phone) => Details { phone: Some(phone), ..Details::default() },
            None => Details { name: Some(words.trim().to_owned()), ..Details::default() },
        },
        Who::Detailed(details) => details.clone(),
    };
    for part in [&details.name, &details.phone, &details.email].into_iter().flatten() {
        if part.trim().is_empty() {
            return Err(ActError::Missing("person"));
        }
        if part.chars().count() > limits::NAME_CHARACTERS_MAX {
            return Err(ActError::TooLong("person"));
        }
    }
    if details.name.is_none() && details.phone.is_none() && details.email.is_none() {
        return Err(ActError::Missing("person"));
    }
    if let Some(typed) = &details.phone {
        details.phone = Some(phone::parse(typed).ok_or_else(|| ActError::NotAPhone(typed.clone()))?);
    }
    Ok(details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage;

    fn find(people: &mut People, words: &str) -> usize {
        let businesses: Vec<_> = stage::settings().businesses.into_iter().map(std::sync::Arc::new).collect();
        people.find_or_add(&businesses, stage::start(), &Who::Named(words.to_owned())).unwrap()
    }

    #[test]
    fn the_same_words_are_always_the_same_person() {
        let mut people = People::default();
        let dana = find(&mut people, "דנה כהן");
        let other = find(&mut people, "050-123 4567");
        assert_ne!(dana, other);
        assert_eq!(find(&mut people, "דנה כהן"), dana);
        assert_eq!(find(&mut people, "+972501234567"), other);
        let phone = people.get(dana).phone.clone();
        assert_eq!(find(&mut people, &phone), dana);
    }

    #[test]
    fn each_business_knows_a_person_by_another_id() {
        let mut people = People::default();
        let dana = find(&mut people, "דנה כהן");
        let [first, second] = &people.get(dana).scoped[..] else { panic!("two businesses") };
        assert_ne!(first.psid, second.psid);
        assert_ne!(first.psid, first.igsid);
        assert_eq!(people.with_scoped_id(&second.igsid), Some((dana, 1, Channel::Instagram)));
    }

    #[test]
    fn a_person_in_detail_is_found_again_by_each_detail() {
        let businesses = [];
        let mut people = People::default();
        let who = Who::Detailed(Details {
            name: Some("נועה".into()),
            phone: Some("052-7654321".into()),
            email: Some("noa@example.com".into()),
            phone_hidden: false,
        });
        let noa = people.find_or_add(&businesses, stage::start(), &who).unwrap();
        assert_eq!(find(&mut people, "נועה"), noa);
        assert_eq!(find(&mut people, "0527654321"), noa);
    }
}
