//! A record with everything in it, an event of every kind, and that each is read back as it was.

use std::collections::{BTreeMap, BTreeSet};

use domain::channel::{Channel, Network, Window};
use domain::consent::{Consent, OptOut};
use domain::deal::{Deal, DealChange, Stage};
use domain::delivery::DeliveryStatus;
use domain::email::EmailAddress;
use domain::erasure::{Erasing, Suppression};
use domain::event::{
    Call, CallKind, Capture, Comment, Details, EmailStop, Event, EventKind, LeadAd, Media, Mention, Message,
};
use domain::event_key::EventKey;
use domain::grant::{Given, Grant, Wanted};
use domain::identity::Identity;
use domain::ids::{BusinessId, LeadId, RunId, StepKey, WorkId};
use domain::lead::{Answered, Fallback, Lead, PendingMerge, PhoneAsked, Proof, RecentSend, Wish};
use domain::name::PersonName;
use domain::phone::PhoneNumber;
use domain::playbook::{Occasion, Trigger};
use domain::run::Run;
use domain::source::{Source, SourceKind};
use domain::task::Task;
use domain::timeline::{Entry, Fact, What};
use domain::work::{Action, Claim, Class, CommentAt, Intent, Purpose, Work, WorkState};
use jiff::{SignedDuration, Timestamp};

use super::{Damaged, EventItem, LeadItem, TimelineItem, from_body, to_body};

fn at(second: i64) -> Timestamp {
    Timestamp::from_millisecond(1_796_000_000_000 + second * 1_000).unwrap()
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("054-123-4567").unwrap()
}

fn source(kind: SourceKind) -> Source {
    Source { kind, campaign: vec![("utm_source".into(), "instagram".into()), ("ad_id".into(), "12".into())] }
}

fn work(number: u32, action: Action, state: WorkState) -> Work {
    Work {
        id: WorkId::new(u128::MAX - u128::from(number)),
        number,
        class: if number.is_multiple_of(2) { Class::Conversation } else { Class::Bulk },
        action,
        run: (number == 1).then(|| RunId::new(5)),
        due_at: at(60),
        planned_at: at(i64::from(number)),
        expires_at: (number == 1).then(|| at(900)),
        state,
        tries: number,
        called_off: number == 2,
        turn: (number == 3).then_some(4),
    }
}

fn run(next_at: Option<Timestamp>) -> Run {
    Run {
        id: RunId::new(u128::MAX / 3),
        journey: "new-lead".into(),
        version: "3f8a12c09b7d4e51".into(),
        started_at: at(1),
        deal: next_at.map(|_| "order-7".into()),
        next: 1,
        next_at,
        last_step_at: at(2),
        taken: next_at.into_iter().flat_map(|_| [StepKey(7), StepKey(u32::MAX)]).collect(),
        acted_at: next_at.map(|_| at(2)),
        is_held_out: next_at.is_some(),
        goal_at: next_at.map(|_| at(3)),
    }
}

fn comment_at(network: Network) -> CommentAt {
    CommentAt { network, asset: "101".into(), comment: "1_2".into(), post: Some("1".into()), is_live: false }
}

fn comment() -> Comment {
    Comment {
        network: Network::Instagram,
        asset: "178".into(),
        id: "17".into(),
        post: None,
        original_post: None,
        text: "@noa".into(),
        author_name: None,
        is_reply: false,
        is_live: false,
        is_ad: false,
        written_at: None,
        friends: None,
    }
}

fn mention() -> Mention {
    Mention {
        network: Network::Instagram,
        asset: "178".into(),
        comment: Some("17".into()),
        post: Some("18".into()),
        is_ours: true,
    }
}

fn grant() -> Grant {
    Grant { given_at: at(7), number: Some(3), coupon: Some("OCT25".into()) }
}

fn wanted() -> Wanted {
    Wanted {
        lead: LeadId::new(5),
        rule: "raffle".into(),
        to: comment_at(Network::Instagram),
        written_at: at(8),
    }
}

/// Every field set, and every action and state of work.
fn full_lead() -> Lead {
    let send = |purpose| Action::Send { message: "welcome".into(), channel: Channel::WhatsApp, purpose };
    let like = |network| Action::Like { to: comment_at(network) };
    Lead {
        version: 9,
        name: PersonName::of_parts(Some("אנה מריה"), Some("לוי"), None),
        username: Some("anna.levi".into()),
        phone: Some(phone()),
        email: Some(EmailAddress::parse("Anna@example.com").unwrap()),
        fields: BTreeMap::from([("יעד".into(), "רומא \"וסביבתה\"".into())]),
        identities: BTreeSet::from([
            Identity::Phone(phone()),
            Identity::Email(EmailAddress::parse("Anna@example.com").unwrap()),
            Identity::Psid("77".into()),
            Identity::Lead(LeadId::new(3)),
            Identity::Account("102".into()),
        ]),
        outdated: BTreeSet::from([Identity::WhatsAppUser("IL.1".into())]),
        first_source: Some(source(SourceKind::Call)),
        last_source: Some(source(SourceKind::LeadAd { id: "5".into(), form: Some("6".into()), ad: None })),
        consents: vec![Consent {
            text: "אני מאשרת".into(), given_at: at(0), source: "form contact".into()
        }],
        opt_out: Some(OptOut { at: at(50), by: "whatsapp".into() }),
        marketing_stopped_at: Some(at(51)),
        tags: BTreeSet::from(["mailing-list".into(), "vip".into()]),
        deals: vec![Deal {
            id: "order-7".into(),
            kind: "trip".into(),
            stage: Stage::Won,
            dates: BTreeMap::from([("departs_at".into(), at(90))]),
            facts: BTreeMap::from([("destination".into(), "רומא".into())]),
            changed_at: at(8),
            stage_at: Some(at(7)),
            said_at: BTreeMap::from([("departs_at".into(), at(8))]),
        }],
        windows: BTreeMap::from([(Channel::Instagram, Window { opened_at: at(4), asset: "178".into() })]),
        held: BTreeMap::from([(Channel::Messenger, at(500))]),
        runs: vec![run(Some(at(100))), run(None)],
        tasks: vec![
            Task {
                id: WorkId::new(77),
                title: "להתקשר".into(),
                to: "sales".into(),
                due_at: at(70),
                escalates: Some(("noa".into(), at(90))),
            },
            Task {
                id: WorkId::new(78),
                title: "call".into(),
                to: "noa".into(),
                due_at: at(71),
                escalates: None,
            },
        ],
        work: vec![
            work(0, send(Purpose::OptOutConfirmation), WorkState::InDoubt { since: at(1), until: at(61) }),
            work(1, send(Purpose::Playbook), WorkState::Planned),
            work(
                2,
                like(Network::Facebook),
                WorkState::Parked { reason: "the token is no longer valid".into() },
            ),
            work(3, like(Network::Instagram), WorkState::Planned),
            work(
                4,
                Action::PublicReply {
                    to: CommentAt { post: None, is_live: true, ..comment_at(Network::Facebook) },
                    campaign: "comments".into(),
                    rule: "prices".into(),
                    pick: 3,
                },
                WorkState::Planned,
            ),
            work(
                5,
                Action::PrivateReply {
                    to: comment_at(Network::Instagram),
                    message: "thanks".into(),
                    campaign: "comments".into(),
                },
                WorkState::Planned,
            ),
            work(9, Action::Hide { to: comment_at(Network::Facebook) }, WorkState::Planned),
            work(13, Action::LookUpFollow, WorkState::Planned),
            work(11, Action::LookUpMention { mention: Box::new(mention()) }, WorkState::Planned),
            work(
                12,
                Action::AnswerMention {
                    network: Network::Instagram,
                    asset: "178".into(),
                    post: "18".into(),
                    comment: None,
                    campaign: "tagged".into(),
                    pick: 2,
                },
                WorkState::Planned,
            ),
            work(10, Action::LookUpComment { comment: Box::new(comment()) }, WorkState::Planned),
            work(
                8,
                Action::Announce { what: Trigger::LeadCaptured, happened_at: at(9) },
                WorkState::Waiting { reason: "not approved".into() },
            ),
            work(
                13,
                Action::Alert {
                    to: "noa".into(),
                    about: vec![
                        Occasion::any(Trigger::LeadReplied),
                        Occasion { trigger: Trigger::TagAdded, of: Some("hot".into()) },
                    ],
                },
                WorkState::Planned,
            ),
            work(6, Action::LookUpLeadAd { id: "5".into(), page: "101".into() }, WorkState::Planned),
            work(
                7,
                send(Purpose::Playbook),
                WorkState::Waiting { reason: "the template is not approved".into() },
            ),
        ],
        work_next: 8,
        claim: Some(Claim {
            work: WorkId::new(4),
            number: 12,
            started_at: at(10),
            until: at(40) + SignedDuration::from_nanos(7),
            intent: Intent::LookForEvidence,
        }),
        claims: 12,
        recent_sends: vec![
            RecentSend {
                at: at(5),
                channel: Channel::WhatsApp,
                class: Class::Bulk,
                id: Some("wamid.1".into()),
            },
            RecentSend { at: at(6), channel: Channel::Messenger, class: Class::Conversation, id: None },
        ],
        grants: [
            ("raffle".into(), grant()),
            ("other".into(), Grant { number: None, coupon: None, ..grant() }),
        ]
        .into(),
        wishes: [("1_2".into(), Wish { is_hidden: true }), ("1_3".into(), Wish { is_hidden: false })].into(),
        answered: vec![Answered { campaign: "comments".into(), what: "post".into() }],
        phone_asked: Some(PhoneAsked {
            campaign: "comments".into(),
            rule: "default".into(),
            channel: Channel::Instagram,
            at: at(69),
            misread: 1,
            is_answered: true,
        }),
        active_at: Some(at(1)),
        email_stopped_at: Some(at(2)),
        fallbacks: vec![Fallback {
            work: WorkId::new(77),
            class: Class::Bulk,
            action: Action::Send {
                message: "welcome".into(),
                channel: Channel::WhatsApp,
                purpose: Purpose::Broadcast { name: "spring".into() },
            },
        }],
        alerted_at: Some(at(3)),
        broadcasts: vec!["summer".into()],
        merged_into: Some(LeadId::new(99)),
        merges: vec![
            PendingMerge { with: LeadId::new(4), proof: Proof::Proven, due_at: at(70) },
            PendingMerge { with: LeadId::new(5), proof: Proof::Claimed, due_at: at(71) },
            PendingMerge { with: LeadId::new(9), proof: Proof::Asserted, due_at: at(72) },
        ],
        absorbed: vec![LeadId::new(6), LeadId::new(u128::MAX)],
        erasing: Some(Erasing {
            at: at(80),
            next_at: at(81),
            looks: 2,
            inboxes: vec![Identity::Phone(phone()).key(&domain::ids::Pepper::new([2; 32]), &"neveh".into())],
            suppression: Suppression {
                opt_out: Some(OptOut { at: at(50), by: "whatsapp".into() }),
                marketing_stopped_at: Some(at(51)),
                email_stopped_at: Some(at(52)),
            },
        }),
        ..Lead::new("neveh".into(), LeadId::new(1), at(0))
    }
}

fn read_lead(body: &str, of: &Lead) -> Result<Lead, Damaged> {
    from_body::<LeadItem>(body)?.read(&of.business, of.id, of.version)
}

#[test]
fn a_lead_with_everything_in_it_is_read_back_as_it_was() {
    for lead in [full_lead(), Lead::new("neveh".into(), LeadId::new(2), at(0))] {
        let body = to_body(&LeadItem::from(&lead)).unwrap();
        assert_eq!(read_lead(&body, &lead), Ok(lead));
    }
}

/// A lead from the site's form on the second day of its journey: the record that is written most often.
fn usual_lead() -> Lead {
    let wamid = "wamid.HBgMOTcyNTQxMjM0NTY3FQIAERgSQzE2NTlFN0I3RjQ5RjlGQTk1AA==";
    let mut next = work(
        1,
        Action::Send {
            message: "follow-up-1".into(),
            channel: Channel::WhatsApp,
            purpose: Purpose::Playbook,
        },
        WorkState::Planned,
    );
    next.run = Some(RunId::new(u128::MAX / 3));
    next.tries = 0;
    Lead {
        version: 5,
        name: PersonName::parse("דנה כהן"),
        phone: Some(phone()),
        identities: BTreeSet::from([Identity::Phone(phone())]),
        first_source: Some(source(SourceKind::Form { form: "contact".into() })),
        last_source: Some(source(SourceKind::Form { form: "contact".into() })),
        consents: vec![Consent {
            text: "אני מאשרת לקבל הצעות ועדכונים".into(),
            given_at: at(0),
            source: "form contact".into(),
        }],
        runs: vec![run(Some(at(100)))],
        work: vec![next],
        work_next: 2,
        claims: 1,
        recent_sends: vec![RecentSend {
            at: at(5),
            channel: Channel::WhatsApp,
            class: Class::Conversation,
            id: Some(wamid.into()),
        }],
        ..Lead::new("neveh".into(), LeadId::new(u128::MAX / 7), at(0))
    }
}

#[test]
fn a_usual_lead_costs_one_write_unit() {
    let lead = usual_lead();
    let row = crate::adapters::dynamodb::leads::row_of(&lead, lead.wake()).unwrap();
    let bytes: usize = row.0.iter().map(|(name, value)| name.len() + size_of_value(value)).sum();
    assert!(bytes <= 1_024, "{bytes} bytes");
}

/// However much a form sends, and however often: the record has a bound far below the 400 KB of an item.
#[test]
fn nothing_that_anybody_sends_makes_a_record_too_large() {
    let text = include_str!("../../../../../infra/local/playbook.he.yaml");
    let playbook = std::sync::Arc::new(crate::playbook::parse("starter", text).unwrap());
    let playbooks = domain::context::Playbooks::only(playbook);
    let pepper = domain::ids::Pepper::new([2; 32]);
    let context = domain::context::Context {
        now: at(9),
        seed: 3,
        playbooks: &playbooks,
        pepper: &pepper,
        public_url: None,
    };
    let long = |number: usize| (format!("{number}{}", "ש".repeat(300)), "ש".repeat(20_000));
    let mut lead = Lead::new("neveh".into(), LeadId::new(5), at(0));
    for turn in 0..120_usize {
        let phone = PhoneNumber::parse(&format!("054{turn:07}")).unwrap();
        let event = Event {
            business: "neveh".into(),
            key: EventKey::parse(&format!("l-{turn:032x}")).unwrap(),
            occurred_at: at(turn as i64),
            author: Identity::Phone(phone),
            also: vec![Identity::Igsid(turn.to_string())],
            kind: EventKind::Captured(Capture {
                details: Details {
                    name: PersonName::parse(&"ש".repeat(5_000)),
                    fields: (0..100).map(|number| long(turn * 100 + number)).collect(),
                    ..Details::default()
                },
                source: Source {
                    kind: SourceKind::Form { form: "contact".into() },
                    campaign: (0..100).map(long).collect(),
                },
                consent: Some("ש".repeat(20_000) + &turn.to_string()),
            }),
        };
        lead = domain::decide::decide(&lead, &event, &context).lead;
    }
    let bytes = to_body(&LeadItem::from(&lead)).unwrap().len();
    assert!(bytes < 100_000, "{bytes} bytes");
}

fn size_of_value(value: &aws_sdk_dynamodb::types::AttributeValue) -> usize {
    match (value.as_s(), value.as_n(), value.as_b()) {
        (Ok(text), _, _) => text.len(),
        (_, Ok(number), _) => number.len().div_ceil(2) + 1,
        (_, _, Ok(bytes)) => bytes.as_ref().len(),
        _ => panic!("the record holds texts, numbers and bytes"),
    }
}

#[test]
fn a_field_that_a_newer_version_adds_is_passed_over_and_a_newer_format_is_refused() {
    let lead = Lead::new("neveh".into(), LeadId::new(2), at(0));
    let body = to_body(&LeadItem::from(&lead)).unwrap();
    let with_more = body.replacen('{', "{\"later\":[1,{\"x\":2}],", 1);
    assert_eq!(read_lead(&with_more, &lead), Ok(lead.clone()));
    let newer = body.replacen("\"f\":1", "\"f\":2", 1);
    let refused = read_lead(&newer, &lead).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "it has format 2, and this version of Masa reads formats up to 1; update Masa"
    );
}

#[test]
fn a_damaged_body_is_refused_without_telling_what_was_in_it() {
    let lead = full_lead();
    let body = to_body(&LeadItem::from(&lead)).unwrap();
    for broken in [&body[..body.len() / 2], "", "[]", &body.replace("+972541234567", "0541234567x")] {
        let refused = read_lead(broken, &lead).unwrap_err().to_string();
        assert!(!refused.contains("541234567"), "{refused}");
    }
}

/// One of every kind.
fn kinds() -> Vec<EventKind> {
    let details = Details {
        name: PersonName::parse("דנה כהן"),
        phone: Some(phone()),
        phone_unreadable: Some("054-12".into()),
        email: Some(EmailAddress::parse("dana@example.com").unwrap()),
        fields: vec![("b".into(), "2".into()), ("a".into(), "1".into())],
    };
    let kinds = vec![
        EventKind::Captured(Capture {
            details: details.clone(),
            source: source(SourceKind::Form { form: "contact".into() }),
            consent: Some("אני מאשרת".into()),
        }),
        EventKind::LeadAd(LeadAd {
            id: "1".into(),
            page: "2".into(),
            form: Some("3".into()),
            ad: Some("4".into()),
        }),
        EventKind::Called(Call { kind: CallKind::Missed, phone: phone(), agent: Some("נועה".into()) }),
        EventKind::Called(Call { kind: CallKind::Ended, phone: phone(), agent: None }),
        EventKind::Commented(Comment {
            network: Network::Facebook,
            asset: "101".into(),
            id: "1_2".into(),
            post: Some("1".into()),
            original_post: Some("9".into()),
            text: "כמה עולה?\n🙏".into(),
            author_name: Some("Dana".into()),
            is_reply: true,
            is_live: true,
            is_ad: true,
            written_at: Some(at(3)),
            friends: Some(2),
        }),
        EventKind::GrantWanted(wanted()),
        EventKind::Granted(Given { campaign: "raffle".into(), wanted: wanted(), grant: Some(grant()) }),
        EventKind::Granted(Given { campaign: "raffle".into(), wanted: wanted(), grant: None }),
        EventKind::CommentEdited { comment: "1".into() },
        EventKind::CommentRemoved { comment: "1".into() },
        EventKind::CommentHidden { comment: "1".into() },
        EventKind::Messaged(Message {
            channel: Channel::Messenger,
            asset: "101".into(),
            id: Some("mid.1".into()),
            text: Some("שלום".into()),
            payload: Some("book".into()),
            media: Some(Media::StoryReply),
            sender_name: Some("Dana".into()),
            referral: Some(source(SourceKind::Mention)),
        }),
        EventKind::MessageEdited { channel: Channel::WhatsApp, id: "1".into() },
        EventKind::MessageUnsent { channel: Channel::Instagram, id: "1".into() },
        EventKind::Reacted { channel: Channel::Instagram, asset: "178".into() },
        EventKind::Referred {
            channel: Channel::Messenger,
            asset: "101".into(),
            source: source(SourceKind::Comment { id: "1".into(), post: Some("2".into()) }),
        },
        EventKind::Echoed { channel: Channel::Messenger, id: Some("1".into()), text: Some("x".into()) },
        EventKind::Standby { channel: Channel::Messenger },
        EventKind::Receipt {
            channel: Channel::Instagram,
            status: DeliveryStatus::Read,
            ids: vec!["1".into(), "2".into()],
            up_to: Some(at(3)),
        },
        EventKind::DeliveryFailed { id: "1".into(), work: Some(WorkId::new(8)), code: 131_047 },
        EventKind::MarketingStopped,
        EventKind::MarketingResumed,
        EventKind::EmailStopped { why: EmailStop::Bounced, work: None },
        EventKind::EmailStopped { why: EmailStop::Complained, work: Some(WorkId::new(8)) },
        EventKind::LinkClicked { link: "video".into() },
        EventKind::ReplyTold { channel: Channel::Email, refuses: true },
        EventKind::IdentityChanged { to: Identity::WhatsAppUser("IL.1".into()) },
        EventKind::Claimed { by: LeadId::new(8), asked: None },
        EventKind::Claimed { by: LeadId::new(8), asked: Some("comments".into()) },
        EventKind::Won { campaign: "raffle".into(), number: 7 },
        EventKind::Mentioned(mention()),
        EventKind::Deal(DealChange {
            id: "order-7".into(),
            kind: "trip".into(),
            stage: Some(Stage::Lost),
            dates: BTreeMap::from([("departs_at".into(), Some(at(90))), ("returns_at".into(), None)]),
            facts: BTreeMap::from([("destination".into(), "רומא".into())]),
            replaces: Some("order-6".into()),
            details,
        }),
        EventKind::TemplateApproved { name: "lead_welcome".into(), language: "he".into() },
    ];
    let names: BTreeSet<&str> = kinds.iter().map(EventKind::name).collect();
    assert_eq!(names.len(), 29, "one of each kind; a new kind belongs into this list");
    kinds
}

#[test]
fn an_event_of_every_kind_is_read_back_as_it_was() {
    let business = BusinessId::new("neveh");
    let key = EventKey::parse(&format!("m-{}", "0".repeat(32))).unwrap();
    for kind in kinds() {
        let event = Event {
            business: business.clone(),
            key: key.clone(),
            occurred_at: at(1) + SignedDuration::from_micros(7),
            author: Identity::Phone(phone()),
            also: vec![Identity::Igsid("5".into()), Identity::Comment("6".into())],
            kind,
        };
        let body = to_body(&EventItem::from(&event)).unwrap();
        let read = from_body::<EventItem>(&body).and_then(|item| item.read(&business, key.clone()));
        assert_eq!(read, Ok(event), "{body}");
    }
}

#[test]
fn an_entry_of_every_kind_is_read_back_and_an_unknown_one_is_told_as_a_note() {
    let facts: BTreeMap<Fact, String> =
        Fact::ALL.iter().map(|fact| (*fact, fact.as_str().to_owned())).collect();
    let entries: Vec<Entry> =
        What::ALL.iter().map(|what| Entry { at: at(1), what: *what, facts: facts.clone() }).collect();
    let body = to_body(&TimelineItem::of(&entries)).unwrap();
    assert_eq!(from_body::<TimelineItem>(&body).unwrap().read(), entries);
    let later = r#"{"f":1,"e":[{"t":0,"w":"flew-to-the-moon","d":{"crew":"2","tag":"vip"}}]}"#;
    let read = from_body::<TimelineItem>(later).unwrap().read();
    let note = Entry::new(Timestamp::UNIX_EPOCH, What::Note)
        .with(Fact::Text, "flew-to-the-moon")
        .with(Fact::Tag, "vip");
    assert_eq!(read, [note]);
}
