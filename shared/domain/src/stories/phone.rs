//! A campaign asks in private for a phone number: what counts as an answer, and what it proves.

use crate::channel::Channel;
use crate::consent::OptOut;
use crate::event::{Event, EventKind};
use crate::identity::Identity;
use crate::ids::LeadId;
use crate::lead::{PendingMerge, Proof};
use crate::merge::{proof_of, remember};
use crate::playbook::{
    Button, CONFIRM_PAYLOAD, Delay, Journey, Kind, Message, Occasion, PhoneQuestion, Playbook, Step,
    StepAction, Trigger, Wait, in_order,
};
use crate::testing::{at, mobile};
use crate::timeline::What;
use jiff::Timestamp;

use super::events::{comments, event, presses, writes, writes_on_messenger};
use super::tale::Tale;

const ASKED: &str = "2026-12-01T09:00";

fn asking(playbook: &mut Playbook) {
    let plain = playbook.messages[&"plain".into()].clone();
    let named = |name: &str, text: &str| Message { name: name.into(), text: text.into(), ..plain.clone() };
    let confirm = Message {
        name: "confirm-number".into(),
        kind: Kind::Service,
        channels: vec![Channel::WhatsApp],
        buttons: vec![Button::Confirm { label: "כן, זה אני".into() }],
        whatsapp_template: playbook.messages[&"welcome".into()].whatsapp_template.clone(),
        ..plain.clone()
    };
    let more = [named("thanks", "נרשם"), named("unclear", "לא הבנו את המספר"), confirm];
    playbook.messages.extend(more.map(|message| (message.name.clone(), message)));
    let rule = &mut playbook.campaigns.get_mut(&"comments".into()).unwrap().rules[0];
    rule.answer.replies.clear();
    rule.answer.likes.clear();
    rule.answer.asks_phone =
        Some(PhoneQuestion { thanks: Some("thanks".into()), unclear: Some("unclear".into()) });
    let confirm = Journey {
        name: "confirm".into(),
        starts: vec![Occasion { trigger: Trigger::PhoneGiven, of: Some("comments".into()) }],
        steps: in_order([Step::new(StepAction::Send("confirm-number".into()), Delay::After(Wait::NONE), 0)]),
        ..Journey::default()
    };
    playbook.journeys.insert(confirm);
}

/// Somebody who commented and was asked.
fn asked() -> Tale {
    let mut tale = Tale::with(asking);
    tale.happens(ASKED, comments("c1", |_| {})).lives_until(ASKED);
    tale
}

fn claimed(asked: bool) -> impl FnOnce(Timestamp) -> Event {
    let asked = asked.then(|| "comments".into());
    let kind = EventKind::Claimed { by: LeadId::new(8), asked };
    event(Identity::Phone(mobile()), "claimed", kind)
}

fn messages(tale: &Tale) -> Vec<String> {
    tale.lead.work.iter().filter_map(|work| Some(work.action.message()?.to_string())).collect()
}

#[test]
fn a_number_is_understood_as_people_type_it_and_starts_the_journey_that_confirms_it() {
    for text in ["054-123-4567", "בטח! 054 1234567 :)", "+972541234567"] {
        let mut tale = asked();
        tale.happens("2026-12-01T09:05", writes_on_messenger("m1", text));
        assert_eq!(messages(&tale), ["thanks", "confirm-number"], "{text}");
        assert_eq!(tale.lead.phone, Some(mobile()), "{text}");
        let channels: Vec<_> = tale.lead.work.iter().map(|work| work.lane()).collect();
        assert!(channels.contains(&crate::work::Lane::Channel(Channel::WhatsApp)));
    }
}

#[test]
fn what_cannot_be_read_is_asked_for_again_and_not_for_ever() {
    let mut tale = asked();
    let mut replies = Vec::new();
    for (id, text) in
        [("m1", "054-123-45"), ("m2", "054-123-456"), ("m3", "054-123-456"), ("m4", "כמה עולה?")]
    {
        tale.happens("2026-12-01T09:05", writes_on_messenger(id, text));
        replies.push(messages(&tale).join(" "));
        tale.lives_until("2026-12-01T09:05");
    }
    assert_eq!(replies, ["unclear", "unclear", "", ""]);
    assert_eq!(tale.lead.phone, None);
    tale.happens("2026-12-01T09:06", writes_on_messenger("m5", "0541234567"));
    assert_eq!(tale.lead.phone, Some(mobile()), "a good answer counts, however many were not");
}

#[test]
fn a_landline_is_kept_and_another_number_is_asked_for() {
    let mut tale = asked();
    tale.happens("2026-12-01T09:05", writes_on_messenger("m1", "03-1234567"));
    assert_eq!(messages(&tale), ["unclear"]);
    assert_eq!(tale.lead.phone.as_ref().map(|phone| phone.as_str()), Some("+97231234567"));
    tale.lives_until("2026-12-01T09:05");
    tale.happens("2026-12-01T09:06", writes_on_messenger("m2", "0541234567"));
    assert_eq!(messages(&tale), ["thanks", "confirm-number"]);
}

#[test]
fn a_number_that_nobody_asked_for_is_only_read() {
    let mut tale = Tale::with(asking);
    tale.happens("2026-12-01T09:05", writes_on_messenger("m1", "054-123-4567"));
    assert_eq!((messages(&tale).len(), tale.lead.phone.clone()), (0, None));
    // Once given, another one changes nothing.
    let mut tale = asked();
    tale.happens("2026-12-01T09:05", writes_on_messenger("m1", "054-123-4567"))
        .lives_until("2026-12-01T09:05");
    tale.happens("2026-12-01T09:06", writes_on_messenger("m2", "052-765-4321"));
    assert_eq!((messages(&tale).len(), tale.lead.phone.clone()), (0, Some(mobile())));
    // A year later it is no answer any more.
    let mut tale = asked();
    tale.happens("2027-12-01T09:05", writes_on_messenger("m1", "054-123-4567"));
    assert_eq!(tale.lead.phone, None);
}

#[test]
fn a_number_that_a_stranger_gives_is_merged_only_when_it_confirms() {
    let mut tale = Tale::with(asking);
    tale.happens("2026-12-01T08:00", writes("m0", "היי"));
    tale.happens("2026-12-01T09:05", claimed(true));
    let pending =
        PendingMerge { with: LeadId::new(8), proof: Proof::Asserted, due_at: at("2026-12-01T09:05") };
    assert_eq!(tale.lead.merges, [pending], "the number has written before, and knows nothing of this");
    assert_eq!(messages(&tale), ["confirm-number"]);
    tale.lives_until("2026-12-01T09:05");
    tale.happens("2026-12-01T09:06", writes("m1", "מי זה?"));
    assert_eq!(tale.lead.merges[0].proof, Proof::Asserted, "whatever else it writes");
    tale.happens("2026-12-01T09:07", presses("m2", CONFIRM_PAYLOAD));
    assert_eq!(tale.lead.merges[0].proof, Proof::Proven);
    assert!(tale.told().contains(What::PhoneConfirmed.as_str()));
}

#[test]
fn who_has_refused_is_not_asked_whether_the_number_is_theirs() {
    let mut tale = Tale::with(asking);
    tale.lead.opt_out = Some(OptOut { at: at("2026-12-01T08:00"), by: "whatsapp".into() });
    tale.happens("2026-12-01T09:05", claimed(true));
    assert_eq!(messages(&tale), [""; 0]);
}

#[test]
fn what_stands_in_a_form_is_proven_as_before_and_asks_nobody() {
    let mut tale = Tale::with(asking);
    tale.happens("2026-12-01T08:00", writes("m0", "היי"));
    tale.happens("2026-12-01T09:05", claimed(false));
    assert_eq!(messages(&tale), [""; 0]);
    let now = at(ASKED);
    assert_eq!(proof_of(&writes_on_messenger("m1", "1")(now)), Proof::Asserted);
    assert_eq!(proof_of(&writes("m1", "1")(now)), Proof::Proven);
    let mut lead = crate::testing::lead();
    remember(&mut lead, LeadId::new(8), Proof::Asserted, now);
    remember(&mut lead, LeadId::new(8), Proof::Proven, now);
    assert_eq!(lead.merges[0].proof, Proof::Proven);
}

#[test]
fn a_link_to_whatsapp_has_the_persons_code_and_public_replies_do_not() {
    let mut tale = Tale::with(|playbook| {
        let message = playbook.messages.get_mut(&"comment-thanks".into()).unwrap();
        message.text = "נמשיך בוואטסאפ: {{ whatsapp_link }}".into();
    });
    tale.happens(ASKED, comments("c1", |_| {}));
    let codes = |tale: &Tale| -> Vec<String> {
        let codes = tale.lead.identities.iter().filter(|identity| matches!(identity, Identity::Link(_)));
        codes.map(Identity::value).collect()
    };
    let code = codes(&tale);
    assert_eq!(code.len(), 1);
    tale.lives_until(ASKED);
    let told = tale.told().lines().find(|line| line.contains("https://wa.me/972501230000?text="));
    assert!(told.is_some_and(|line| line.contains(&code[0])), "{}", tale.told());
    let plain = asked();
    assert_eq!(codes(&plain), [""; 0], "only whoever gets such a link has a code");
}
