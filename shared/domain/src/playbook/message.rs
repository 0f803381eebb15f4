//! A message and its forms.

use crate::channel::Channel;
use crate::ids::MessageName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub name: MessageName,
    pub kind: Kind,
    /// A template with variables, see [`crate::render`].
    pub text: String,
    /// The address of a picture that goes with it, where it goes as free text.
    pub image: Option<String>,
    pub buttons: Vec<Button>,
    /// In the order in which they are tried.
    pub channels: Vec<Channel>,
    pub whatsapp_template: Option<WhatsAppTemplate>,
    /// Without it a message does not go by e-mail.
    pub email: Option<EmailForm>,
    /// The same in other words for some: [`Message::worded`] says for whom.
    pub wordings: Vec<Wording>,
}

/// What an e-mail has beside its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailForm {
    /// A template with variables, as the text is.
    pub subject: String,
    pub attachments: Vec<Attached>,
}

/// A file that goes with an e-mail. Both are templates with variables: of a deal's fact one person has the file of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub name: String,
    /// Where it lies. Nothing is attached where this comes out empty.
    pub url: String,
}

/// A message in other words. What it does not ask for may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// `en`: of whom a form says that this is their language.
    pub language: Option<String>,
    pub gender: Option<Gender>,
    pub channel: Option<Channel>,
    /// For a part of the people, by lot.
    pub variant: Option<Variant>,
    pub text: String,
    pub whatsapp_template: Option<WhatsAppTemplate>,
}

/// A part of the people, who read a message in other words, so that the two can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    /// How many there are of them, where those who read the message as it stands are one.
    pub share: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    Female,
    Male,
}

impl Gender {
    pub const ALL: [Self; 2] = [Self::Female, Self::Male];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gender| gender.as_str() == text)
    }
}

/// Marketing needs consent (R1); service answers what the person asked for or bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Service,
    Marketing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the booking link, filled in for this lead.
    Book { label: String },
    /// Opens one of the business's links.
    Link { label: String, link: String },
    /// Says something back to us.
    Reply { label: String, payload: String },
    /// Gives consent to marketing; `text` is what the person agrees to.
    Consent { label: String, text: String },
    /// Refuses further messages.
    OptOut { label: String },
    /// Confirms, from a WhatsApp number, that the person gave it elsewhere.
    Confirm { label: String },
}

/// What a pressed consent button carries.
pub const CONSENT_PAYLOAD: &str = "masa:consent";
/// What a pressed button carries that confirms a phone number.
pub const CONFIRM_PAYLOAD: &str = "masa:confirm-phone";
/// What a pressed opt-out button carries.
pub const OPT_OUT_PAYLOAD: &str = "masa:opt-out";

impl Message {
    /// All that it may be worded in.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.text)
            .chain(self.wordings.iter().map(|wording| &wording.text))
            .map(String::as_str)
    }
}

impl Button {
    pub fn label(&self) -> &str {
        match self {
            Self::Book { label }
            | Self::Link { label, .. }
            | Self::Reply { label, .. }
            | Self::Consent { label, .. }
            | Self::OptOut { label }
            | Self::Confirm { label } => label,
        }
    }

    /// What a press sends back; `None` for a button that opens a link.
    pub fn payload(&self) -> Option<&str> {
        match self {
            Self::Book { .. } | Self::Link { .. } => None,
            Self::Reply { payload, .. } => Some(payload),
            Self::Consent { .. } => Some(CONSENT_PAYLOAD),
            Self::OptOut { .. } => Some(OPT_OUT_PAYLOAD),
            Self::Confirm { .. } => Some(CONFIRM_PAYLOAD),
        }
    }
}

/// The approved template by which the message may open a conversation (R10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatsAppTemplate {
    pub name: String,
    pub language: String,
    /// Expressions for the body's parameters, in order.
    pub params: Vec<String>,
    /// Whether a button of the template opens the booking link, whose end is filled in for this lead.
    pub booking_button: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_says_what_its_button_means_and_a_link_says_nothing() {
        let label = || "label".to_owned();
        let cases = [
            (Button::Book { label: label() }, None),
            (Button::Link { label: label(), link: "shop".into() }, None),
            (Button::Reply { label: label(), payload: "yes".into() }, Some("yes")),
            (Button::Consent { label: label(), text: "offers".into() }, Some(CONSENT_PAYLOAD)),
            (Button::OptOut { label: label() }, Some(OPT_OUT_PAYLOAD)),
            (Button::Confirm { label: label() }, Some(CONFIRM_PAYLOAD)),
        ];
        for (button, payload) in cases {
            assert_eq!((button.label(), button.payload()), ("label", payload), "{button:?}");
        }
    }
}
