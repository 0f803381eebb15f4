//! Links that tell when they are followed: an address of the installation's own that leads on to the business's.

use std::borrow::Cow;

use crate::call::{ButtonAction, ReplyButton};
use crate::context::Context;
use crate::ids::{BusinessId, LeadId, Pepper};
use crate::lead::Lead;
use crate::playbook::Playbook;
use crate::render;
use crate::token;

const CLICK: &str = "click";

/// Who follows which link, and that we gave it out: `neveh.<lead>.video.<proof>`. It does nothing but to lead on, so that it
/// need not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClickToken(String);

impl ClickToken {
    pub fn of(pepper: &Pepper, business: &BusinessId, lead: LeadId, link: &str) -> Self {
        Self(token::seal(pepper, CLICK, &[business.as_str(), &lead.to_string(), link]))
    }

    /// Whose it is and where it leads, if it is one of ours.
    pub fn read(text: &str, pepper: &Pepper) -> Option<(BusinessId, LeadId, String)> {
        let [business, lead, link] = token::open(pepper, CLICK, text)?;
        Some((BusinessId::new(business), LeadId::parse(lead)?, link.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a link of the playbook leads this person. `None` when it has none of this name.
pub fn target(playbook: &Playbook, lead: &Lead, link: &str) -> Option<String> {
    match link {
        "booking" => render::booking_link(playbook, lead),
        _ => playbook.business.links.get(link).cloned(),
    }
}

/// The tracked links of a playbook as one person gets them.
pub(crate) struct Tracked {
    /// Where it leads, and the address that tells of it; longer ones first, since one may begin another.
    addresses: Vec<(String, String)>,
}

impl Tracked {
    pub fn of(lead: &Lead, context: &Context<'_>) -> Self {
        let playbook = &context.playbooks.current;
        let mut addresses: Vec<(String, String)> = Vec::new();
        if let Some(public_url) = context.public_url {
            for link in &playbook.business.tracked {
                let token = ClickToken::of(context.pepper, &lead.business, lead.id, link);
                let told = format!("{public_url}/r/{}", token.as_str());
                addresses.extend(target(playbook, lead, link).map(|target| (target, told)));
            }
        }
        addresses.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        Self { addresses }
    }

    /// A text with the addresses that tell.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.addresses.iter().any(|(target, _)| text.contains(target.as_str())) {
            return Cow::Borrowed(text);
        }
        let (mut told, mut rest) = (String::new(), text);
        while let Some(at) = rest.find("http") {
            told.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            // What ends a sentence is not of the address.
            let address = rest[..end].trim_end_matches(['.', ',', '!', '?', ')', ';', ':', '"']);
            let known = self.addresses.iter().find(|(target, _)| target == address);
            told.push_str(known.map_or(address, |(_, told)| told));
            rest = &rest[address.len().max("http".len()).min(rest.len())..];
            if address.len() < "http".len() {
                told.push_str("http");
            }
        }
        told.push_str(rest);
        Cow::Owned(told)
    }

    pub fn buttons(&self, buttons: &mut [ReplyButton]) {
        for button in buttons {
            if let ButtonAction::Url(url) = &mut button.action
                && let Some((_, told)) = self.addresses.iter().find(|(target, _)| target == url)
            {
                url.clone_from(told);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_are_replaced_and_the_longer_before_the_shorter() {
        let addresses = [("https://x.test/a/b", "B"), ("https://x.test/a", "A")];
        let tracked =
            Tracked { addresses: addresses.map(|(target, told)| (target.into(), told.into())).into() };
        let cases = [
            ("ראו https://x.test/a.", "ראו A."),
            ("https://x.test/a/b https://x.test/a\nhttps://x.test/a/c", "B A\nhttps://x.test/a/c"),
            ("(https://x.test/a) http https http://", "(A) http https http://"),
            ("כלום כאן", "כלום כאן"),
        ];
        for (text, expected) in cases {
            assert_eq!(tracked.text(text), expected, "{text}");
        }
    }
}
