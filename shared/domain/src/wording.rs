//! The same message in other words: by the reader's language and gender, by channel, and by lot.

use std::borrow::Cow;

use crate::channel::Channel;
use crate::ids::LeadId;
use crate::lead::Lead;
use crate::lot::{draw, lot};
use crate::playbook::{Gender, Message, Wording};

/// Answers to forms by which a person says how they are spoken to.
const LANGUAGE_FIELDS: [&str; 4] = ["language", "lang", "locale", "שפה"];
const GENDER_FIELDS: [&str; 4] = ["gender", "sex", "מין", "מגדר"];

impl Message {
    /// The message in the words for this lead on this channel: of all that fit, those that ask for most.
    pub fn worded<'m>(&'m self, lead: &Lead, channel: Channel) -> Cow<'m, Self> {
        if self.wordings.is_empty() {
            return Cow::Borrowed(self);
        }
        let (language, gender, variant) = (language_of(lead), gender_of(lead), self.variant_for(lead.id));
        let fits = |wording: &&Wording| {
            wording.language.as_ref().is_none_or(|wanted| language.as_ref() == Some(wanted))
                && wording.gender.is_none_or(|wanted| gender == Some(wanted))
                && wording.channel.is_none_or(|wanted| channel == wanted)
                && wording.variant.as_ref().is_none_or(|wanted| variant == Some(wanted.name.as_str()))
        };
        // Of those that ask for as much, the one that stands first.
        let best = self.wordings.iter().rev().filter(fits).max_by_key(|wording| wording.asks_for());
        best.map_or(Cow::Borrowed(self), |wording| Cow::Owned(self.in_words(wording)))
    }

    /// The message as it is in this wording. Without a template of its own it goes by the message's.
    pub fn in_words(&self, wording: &Wording) -> Self {
        Self {
            text: wording.text.clone(),
            whatsapp_template: wording.whatsapp_template.clone().or_else(|| self.whatsapp_template.clone()),
            wordings: Vec::new(),
            ..self.clone()
        }
    }

    /// The message as it stands, and in all its other words, each with its place among them.
    pub fn in_all_words(&self) -> impl Iterator<Item = (Option<usize>, Cow<'_, Self>)> {
        let others = self.wordings.iter().enumerate();
        let others = others.map(|(index, wording)| (Some(index), Cow::Owned(self.in_words(wording))));
        std::iter::once((None, Cow::Borrowed(self))).chain(others)
    }

    /// The variant that falls to this person, always the same. `None` is the message as it stands, which has one share.
    pub fn variant_for(&self, lead: LeadId) -> Option<&str> {
        let mut variants: Vec<(&str, u32)> = Vec::new();
        for variant in self.wordings.iter().filter_map(|wording| wording.variant.as_ref()) {
            if variants.iter().all(|(name, _)| *name != variant.name) {
                variants.push((&variant.name, variant.share));
            }
        }
        if variants.is_empty() {
            return None;
        }
        let shares = std::iter::once(1).chain(variants.iter().map(|(_, share)| *share));
        match draw(lot(lead, self.name.as_str()), shares) {
            0 => None,
            number => variants.get(number - 1).map(|(name, _)| *name),
        }
    }
}

impl Wording {
    /// How many things it asks for.
    fn asks_for(&self) -> usize {
        let asked =
            [self.language.is_some(), self.gender.is_some(), self.channel.is_some(), self.variant.is_some()];
        asked.into_iter().filter(|asked| *asked).count()
    }
}

fn answer<'l>(lead: &'l Lead, fields: &[&str]) -> Option<&'l str> {
    let found = lead.fields.iter().find(|(name, _)| fields.contains(&name.trim().to_lowercase().as_str()));
    found.map(|(_, value)| value.trim())
}

/// `he`, `en`: what a form says of the person's language, if it says anything.
fn language_of(lead: &Lead) -> Option<String> {
    let said = answer(lead, &LANGUAGE_FIELDS)?.to_lowercase();
    let code = match said.as_str() {
        "עברית" | "hebrew" => "he",
        "אנגלית" | "english" => "en",
        "ערבית" | "arabic" => "ar",
        "רוסית" | "russian" => "ru",
        // `he_IL`, `en-US`.
        other => other.split(['-', '_']).next().unwrap_or(other),
    };
    Some(code.to_owned())
}

fn gender_of(lead: &Lead) -> Option<Gender> {
    match answer(lead, &GENDER_FIELDS)?.to_lowercase().as_str() {
        "נקבה" | "אישה" | "אשה" | "female" | "woman" | "f" => Some(Gender::Female),
        "זכר" | "גבר" | "male" | "man" | "m" => Some(Gender::Male),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::Variant;
    use crate::testing::{lead, playbook};

    fn wording(text: &str) -> Wording {
        Wording {
            language: None,
            gender: None,
            channel: None,
            variant: None,
            text: text.into(),
            whatsapp_template: None,
        }
    }

    fn message(wordings: Vec<Wording>) -> Message {
        Message { wordings, text: "as it stands".into(), ..playbook().messages[&"welcome".into()].clone() }
    }

    #[test]
    fn the_wording_that_asks_for_most_is_read() {
        let message = message(vec![
            Wording { gender: Some(Gender::Female), ..wording("to her") },
            Wording { language: Some("en".into()), ..wording("in English") },
            Wording {
                language: Some("en".into()),
                gender: Some(Gender::Female),
                ..wording("to her in English")
            },
            Wording { channel: Some(Channel::Instagram), ..wording("short") },
        ]);
        let read = |fields: &[(&str, &str)], channel| {
            let mut lead = lead();
            lead.fields =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            message.worded(&lead, channel).text.clone()
        };
        let whatsapp = Channel::WhatsApp;
        assert_eq!(read(&[], whatsapp), "as it stands");
        assert_eq!(read(&[("מין", "נקבה")], whatsapp), "to her");
        assert_eq!(read(&[("Gender", "Male"), ("locale", "en_US")], whatsapp), "in English");
        assert_eq!(read(&[("gender", "f"), ("שפה", "אנגלית")], whatsapp), "to her in English");
        assert_eq!(read(&[("language", "ru")], whatsapp), "as it stands");
        assert_eq!(read(&[], Channel::Instagram), "short");
        // Two that ask for as much: the first.
        assert_eq!(read(&[("gender", "female")], Channel::Instagram), "to her");
    }

    #[test]
    fn a_variant_falls_to_a_part_of_the_people_and_stays_theirs() {
        let variant = |name: &str, share| Some(Variant { name: name.into(), share });
        let message = message(vec![
            Wording { variant: variant("b", 3), ..wording("b") },
            Wording { variant: variant("b", 3), gender: Some(Gender::Female), ..wording("b to her") },
        ]);
        let mut counts = [0; 2];
        for number in 0..2_000 {
            let id = LeadId::new(number);
            let lead = Lead { id, ..lead() };
            let is_b = message.variant_for(id) == Some("b");
            assert_eq!(message.worded(&lead, Channel::WhatsApp).text == "b", is_b);
            counts[usize::from(is_b)] += 1;
        }
        assert!((420..580).contains(&counts[0]), "{counts:?}");
    }
}
