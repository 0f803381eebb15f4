//! What a person leaves of themselves: details, consent, names, and where they came from.

use jiff::Timestamp;

use super::events::{comments, details, event, fields, lead_ad, missed_call, phone};
use super::tale::Tale;
use crate::channel::{Channel, Network};
use crate::decide::decide;
use crate::email::EmailAddress;
use crate::event::{Capture, Details, Event, EventKind};
use crate::identity::Identity;
use crate::ids::LeadId;
use crate::lead_ad::hand_over;
use crate::name::PersonName;
use crate::phone::PhoneNumber;
use crate::source::{Source, SourceKind};
use crate::testing::{Story, at, lead, mobile};

/// A form that says something else of the person than the one of the other stories.
fn form_of(id: &str, change: impl FnOnce(&mut Capture)) -> impl FnOnce(Timestamp) -> Event {
    let source = Source { kind: SourceKind::Form { form: "contact".into() }, campaign: Vec::new() };
    let mut capture = Capture { details: details(), source, consent: None };
    change(&mut capture);
    let details = &capture.details;
    let author = details.phone.clone().map(Identity::Phone);
    let author = author.unwrap_or_else(|| Identity::Submission(id.to_owned()));
    event(author, id, EventKind::Captured(capture))
}

fn answers(numbers: std::ops::Range<usize>, value: &str) -> Vec<(String, String)> {
    numbers.map(|number| (format!("question {number:02}"), value.to_owned())).collect()
}

#[test]
fn forty_answers_are_kept_and_a_kept_one_is_renewed() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form_of("1", |form| form.details.fields = answers(0..45, "first")))
        .happens("2026-11-30T09:01", form_of("2", |form| form.details.fields = answers(39..45, "second")));
    let told: Vec<_> = tale.lead.fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(told.len(), 40);
    assert_eq!(told[38..], ["question 38: first", "question 39: second"]);
}

#[test]
fn the_first_and_the_last_source_are_kept() {
    let mut tale = Tale::new();
    let campaign = vec![("utm_source".to_owned(), "newsletter".to_owned())];
    tale.happens("2026-11-30T09:00", form_of("1", |form| form.source.campaign = campaign))
        .happens("2026-11-30T09:01", comments("c1", |_| {}))
        .happens("2026-11-30T09:02", missed_call("2"));
    let (first, last) = (tale.lead.first_source.unwrap(), tale.lead.last_source.unwrap());
    assert_eq!((first.kind.as_str(), last.kind.as_str()), ("form", "call"));
    assert_eq!(first.campaign, [("utm_source".to_owned(), "newsletter".to_owned())]);
}

#[test]
fn consent_given_again_is_renewed_and_to_another_text_or_elsewhere_is_kept_beside_it() {
    let mut tale = Tale::new();
    let consent = |id: &'static str, form: &'static str, text: &'static str| {
        form_of(id, move |capture| {
            capture.source.kind = SourceKind::Form { form: form.into() };
            capture.consent = Some(text.to_owned());
        })
    };
    tale.happens("2026-11-30T09:00", consent("1", "contact", "offers"))
        .happens("2026-11-30T09:01", consent("2", "contact", "news"))
        .happens("2026-11-30T09:02", consent("3", "landing", "offers"))
        .happens("2026-11-30T09:03", consent("4", "contact", "offers"));
    let proofs: Vec<_> = tale
        .lead
        .consents
        .iter()
        .map(|consent| (consent.source.as_str(), consent.text.as_str(), consent.given_at))
        .collect();
    assert_eq!(
        proofs,
        [
            ("form contact", "news", at("2026-11-30T09:01")),
            ("form landing", "offers", at("2026-11-30T09:02")),
            ("form contact", "offers", at("2026-11-30T09:03")),
        ]
    );
}

#[test]
fn the_agent_reads_why_nobody_was_written_to() {
    let skipped = |change: fn(&mut Details), channels: Vec<Channel>| {
        let mut tale = Tale::with(|playbook| {
            playbook.messages.get_mut(&"welcome".into()).unwrap().channels = channels;
        });
        tale.happens("2026-11-30T09:00", form_of("1", |form| change(&mut form.details)));
        let skipped = tale.told().lines().find(|line| line.contains("skipped [welcome]"));
        skipped.unwrap_or(tale.told()).trim().to_owned()
    };
    let cases: [(fn(&mut Details), _, _); 3] = [
        (
            |details| details.phone = Some(PhoneNumber::parse("03-123-4567").unwrap()),
            vec![Channel::WhatsApp],
            "the phone number is no mobile number",
        ),
        (|_| {}, vec![Channel::Messenger], "none of the message's channels reaches this lead"),
        (
            |details| details.phone = None,
            vec![Channel::WhatsApp],
            "no phone number that could be read, and no other channel",
        ),
    ];
    for (change, channels, reason) in cases {
        assert_eq!(skipped(change, channels), format!("skipped [welcome] [{reason}] [R27]"));
    }
}

#[test]
fn a_second_phone_and_address_lead_here_and_the_first_are_written_to() {
    let mut tale = Tale::new();
    let [first, second] =
        ["dana@example.com", "dana@work.example"].map(|text| EmailAddress::parse(text).unwrap());
    let other = PhoneNumber::parse("054-765-4321").unwrap();
    let (email, second_email, second_phone) = (first.clone(), second.clone(), other.clone());
    tale.happens("2026-11-30T09:00", form_of("1", |form| form.details.email = Some(email))).happens(
        "2026-11-30T09:01",
        form_of("2", |form| {
            form.details.phone = Some(second_phone);
            form.details.email = Some(second_email);
        }),
    );
    assert_eq!((&tale.lead.phone, &tale.lead.email), (&Some(mobile()), &Some(first)));
    assert!(tale.lead.identities.contains(&Identity::Phone(other)));
    assert!(tale.lead.identities.contains(&Identity::Email(second)));
}

#[test]
fn our_own_name_for_a_lead_is_no_name_of_the_person() {
    let mut tale = Tale::new();
    let own = Identity::Lead(LeadId::new(1));
    tale.happens("2026-11-30T09:00", form_of("1", |_| {}))
        .happens("2026-11-30T09:01", event(own, "2", EventKind::MarketingStopped));
    assert_eq!(tale.lead.identities, [phone()].into());
}

#[test]
fn a_comment_and_a_lead_ad_are_decided_once_and_a_form_by_its_key() {
    let once = |event: Event| {
        let now = event.occurred_at;
        Story::new().with_context(now, |context| decide(&lead(), &event, context).once)
    };
    let now = at("2026-11-30T09:00");
    assert_eq!(once(comments("c1", |_| {})(now)), Some(Identity::Comment("c1".into())));
    assert_eq!(once(lead_ad()(now)), Some(Identity::LeadAd("77".into())));
    assert_eq!(once(form_of("1", |_| {})(now)), None);
}

#[test]
fn a_comment_names_a_stranger_and_renames_nobody() {
    let mut tale = Tale::new();
    let by = |name: &'static str, network| {
        move |comment: &mut crate::event::Comment| {
            comment.author_name = Some(name.to_owned());
            comment.network = network;
        }
    };
    tale.happens("2026-11-30T09:00", comments("c1", by("דנה לוי", Network::Facebook)))
        .happens("2026-11-30T09:01", comments("c2", by("Dana L.", Network::Facebook)))
        .happens("2026-11-30T09:02", comments("c3", by("dana_travels", Network::Instagram)));
    assert_eq!(tale.lead.name, PersonName::parse("דנה לוי"));
    assert_eq!(tale.lead.username.as_deref(), Some("dana_travels"));
}

#[test]
fn a_lead_ad_of_a_known_person_is_handed_over_under_its_own_claim_only() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", lead_ad()).look("2026-11-30T09:00:01");
    let claim = tale.lead.claim.clone().unwrap();
    let to = LeadId::new(2);
    let hand = |number| {
        Story::new().with_context(at("2026-11-30T09:00:02"), |context| {
            hand_over(&tale.lead, claim.work, number, &fields(), to, context)
        })
    };
    assert!(hand(claim.number + 1).is_none());
    let (decision, event) = hand(claim.number).unwrap();
    assert_eq!(
        (decision.lead.merged_into, decision.lead.claim, decision.lead.work),
        (Some(to), None, vec![])
    );
    assert_eq!((event.author, event.occurred_at), (phone(), at("2026-11-30T09:00")));
    let EventKind::Captured(capture) = event.kind else { panic!("{:?}", event.kind) };
    assert_eq!((capture.details, capture.consent.as_deref()), (details(), Some("אני מאשר")));
}
