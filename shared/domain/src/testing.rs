//! A small playbook, leads and moments for the unit tests of this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::channel::{Channel, Network};
use crate::context::{Context, Playbooks};
use crate::ids::{LeadId, MessageName, Pepper, PlaybookVersion, WorkId};
use crate::lead::Lead;
use crate::pace::Paces;
use crate::phone::PhoneNumber;
use crate::playbook::{
    Answer, Business, Button, Campaign, Channels, ConsentBasis, Delay, Journey, Kind, Message, Occasion,
    Once, Playbook, Posts, QuietHours, Rule, Signs, Sources, Step, StepAction, Trigger, Unit, Wait,
    WhatsAppTemplate, in_order,
};
use crate::work::{Action, Class, Purpose, Work, WorkState};

/// A moment in Jerusalem, for example `2026-11-30T09:00`.
pub fn at(civil: &str) -> Timestamp {
    let civil: jiff::civil::DateTime = civil.parse().unwrap();
    civil.to_zoned_datetime(TimeZone::get("Asia/Jerusalem").unwrap()).unwrap().timestamp()
}

pub fn mobile() -> PhoneNumber {
    PhoneNumber::parse("054-123-4567").unwrap()
}

pub fn lead() -> Lead {
    Lead::new("neveh".into(), LeadId::new(1), at("2026-11-30T09:00"))
}

pub fn follow_up(due_at: Timestamp) -> Work {
    Work {
        id: WorkId::new(9),
        number: 0,
        class: Class::Bulk,
        action: Action::Send {
            message: MessageName::new("follow-up-1"),
            channel: Channel::WhatsApp,
            purpose: Purpose::Playbook,
        },
        run: None,
        due_at,
        planned_at: due_at,
        expires_at: Some(due_at + SignedDuration::from_hours(24)),
        state: WorkState::Planned,
        tries: 0,
        called_off: false,
        turn: None,
    }
}

fn message(name: &str, kind: Kind, template: bool) -> Message {
    let whatsapp_template = template.then(|| WhatsAppTemplate {
        name: name.replace('-', "_"),
        language: "he".into(),
        params: vec!["first_name | default('לך')".into()],
        booking_button: false,
    });
    Message {
        name: name.into(),
        kind,
        text: format!("{name} {{{{ first_name | default('') }}}}"),
        image: None,
        buttons: Vec::new(),
        channels: vec![Channel::WhatsApp, Channel::Messenger, Channel::Instagram],
        whatsapp_template,
        email: None,
        wordings: Vec::new(),
    }
}

fn step(action: StepAction, delay: Delay, at: Option<jiff::civil::Time>) -> Step {
    Step { at, ..Step::new(action, delay, 0) }
}

pub fn playbook() -> Playbook {
    let send = |name: &str| StepAction::Send(name.into());
    let days = |amount| Delay::After(Wait { amount, unit: Unit::Days });
    let ten = Some(time(10, 0, 0, 0));
    let mut ask = message("missed-call", Kind::Service, true);
    ask.buttons
        .push(Button::Consent { label: "כן".into(), text: "אני רוצה לקבל הצעות".into() });
    let messages = [
        message("welcome", Kind::Service, true),
        message("follow-up-1", Kind::Marketing, true),
        message("follow-up-2", Kind::Marketing, true),
        message("plain", Kind::Service, false),
        message("goodbye", Kind::Service, false),
        message("comment-thanks", Kind::Service, false),
        ask,
    ];
    let journeys = [
        Journey {
            name: "new-lead".into(),
            starts: vec![Occasion::any(Trigger::LeadCaptured)],
            stops: vec![Occasion::any(Trigger::LeadReplied), Occasion::any(Trigger::LeadOptedOut)],
            steps: in_order([
                step(send("welcome"), Delay::After(Wait::NONE), None),
                step(send("follow-up-1"), days(3), ten),
                step(send("follow-up-2"), days(10), ten),
                step(StepAction::Tag("mailing-list".into()), days(17), ten),
            ]),
            ..Journey::default()
        },
        Journey {
            name: "missed-call".into(),
            starts: vec![Occasion::any(Trigger::CallMissed)],
            not_again_within: Some(SignedDuration::from_hours(1)),
            steps: in_order([step(send("missed-call"), Delay::After(Wait::NONE), None)]),
            ..Journey::default()
        },
    ];
    let campaign = Campaign {
        name: "comments".into(),
        networks: vec![Network::Facebook, Network::Instagram],
        posts: Posts::All,
        starts_at: None,
        ends_at: None,
        once: Once::Comment,
        answers_replies: false,
        rules: vec![Rule {
            name: "default".into(),
            when: Signs::default(),
            unless: Signs::default(),
            answer: Answer {
                replies: [Network::Facebook, Network::Instagram]
                    .map(|network| (network, vec!["שלחתי הודעה בפרטי".into(), "כתבתי לך".into()]))
                    .into(),
                likes: vec![Network::Facebook, Network::Instagram],
                private_reply: Some("comment-thanks".into()),
                ..Answer::default()
            },
            gift: None,
        }],
        afterwards: None,
    };
    Playbook {
        version: PlaybookVersion::new("v1"),
        business: Business {
            id: "neveh".into(),
            name: "נווה תיירות".into(),
            zone: TimeZone::get("Asia/Jerusalem").unwrap(),
            language: "he".into(),
            agent: "נועה".into(),
            tracked: BTreeSet::new(),
            links: BTreeMap::from([("booking".to_owned(), "https://example.com/book".to_owned())]),
        },
        channels: Channels {
            page: Some("101".into()),
            instagram: Some("178".into()),
            whatsapp_number: Some("106".into()),
            whatsapp_account: Some("102".into()),
            whatsapp_phone: PhoneNumber::parse("+972501230000").ok(),
            mailbox: None,
            token: "META".into(),
        },
        sources: Sources {
            lead_ads: Some(ConsentBasis { text: "אני מאשר".into(), field: None }),
            ..Sources::default()
        },
        messages: messages.into_iter().map(|message| (message.name.clone(), message)).collect(),
        journeys: journeys.into_iter().collect(),
        campaigns: [(campaign.name.clone(), campaign)].into(),
        quiet_hours: QuietHours::nightly(time(21, 0, 0, 0), time(8, 0, 0, 0)),
        daily_cap: Some(2),
        weekly_cap: None,
        paces: Paces::default(),
        tags: BTreeMap::new(),
        worklist: Default::default(),
        segments: Default::default(),
        agents: Default::default(),
        teams: Default::default(),
        deals: Default::default(),
        bus: Vec::new(),
        alerts: None,
        opt_out_confirmation: Some("goodbye".into()),
    }
}

/// The arguments of a decision, kept together.
pub struct Story {
    playbooks: Playbooks,
    pepper: Pepper,
}

impl Story {
    pub fn new() -> Self {
        Self { playbooks: Playbooks::only(Arc::new(playbook())), pepper: Pepper::new([5; 32]) }
    }

    pub fn with_context<T>(&self, now: Timestamp, use_it: impl FnOnce(&Context<'_>) -> T) -> T {
        use_it(&Context { now, seed: 11, playbooks: &self.playbooks, pepper: &self.pepper, public_url: None })
    }
}
