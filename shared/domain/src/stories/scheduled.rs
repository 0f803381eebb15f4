//! Messages that a person of the business schedules for one lead.

use jiff::Timestamp;

use super::events::{event, form, phone};
use super::tale::{Tale, done};
use crate::call::{Operation, WhatsAppContent};
use crate::channel::Channel;
use crate::decide::Decision;
use crate::event::EventKind;
use crate::ids::WorkId;
use crate::playbook::Kind;
use crate::scheduled::{
    NOTE_CHARS_MAX, SCHEDULED_MAX, Schedule, Unschedulable, cancel, reschedule, schedule, scheduled,
};
use crate::testing::at;
use crate::work::WorkState;

/// A lead that the journey leaves alone, and a message that says what is written with it.
fn tale() -> Tale {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys = Default::default();
        let mut note = playbook.messages[&"welcome".into()].clone();
        note.name = "note".into();
        note.text = "היי {{ first_name | default('') }}, {{ fields.note }}".into();
        note.whatsapp_template.as_mut().unwrap().params =
            vec!["first_name | default('לך')".into(), "fields.note".into()];
        playbook.messages.insert("note".into(), note);
    });
    tale.happens("2026-11-30T09:00", form("1"));
    tale
}

fn note(at: Timestamp) -> Schedule {
    Schedule { message: "note".into(), at, note: Some("הכרטיסים מחכים לך".into()) }
}

fn scheduling(tale: &Tale, wanted: &Schedule) -> Result<(Decision, WorkId), Unschedulable> {
    tale.in_context(at("2026-11-30T09:10"), |tale, context| schedule(&tale.lead, wanted, context))
}

fn schedules(tale: &mut Tale, wanted: &Schedule) -> WorkId {
    let (decision, id) = scheduling(tale, wanted).unwrap();
    tale.commits(decision);
    id
}

fn words(operation: &Operation) -> &[String] {
    match operation {
        Operation::SendWhatsApp { content: WhatsAppContent::Template { params, .. }, .. } => params,
        _ => &[],
    }
}

#[test]
fn it_goes_at_its_moment_with_what_was_written() {
    let mut tale = tale();
    let id = schedules(&mut tale, &note(at("2026-12-03T10:00")));
    assert_eq!(schedules(&mut tale, &note(at("2026-12-03T10:00"))), id);
    assert_eq!(scheduled(&tale.lead).len(), 1);
    tale.look("2026-12-03T09:59").look("2026-12-03T10:00").answers("2026-12-03T10:00:01", done());
    let said = format!("{:?}", words(&tale.calls[0].operation));
    assert!(said.contains("הכרטיסים מחכים לך"), "{said}");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        sleeps
        scheduled [whatsapp] [message] [note] [until 12-03 10:00:00]
    12-03 09:59:00 look
        nothing to do
        wakes 12-03 10:00:00 for bulk
    12-03 10:00:00 look
        CALL 1 send-whatsapp: template welcome
        wakes 12-03 10:00:30 for bulk
    12-03 10:00:01 answer to call 1
        sent [whatsapp] [message] [note] [wamid.1]
        sleeps
    ");
}

#[test]
fn it_waits_for_the_morning_and_for_no_journey() {
    let mut tale = tale();
    schedules(&mut tale, &note(at("2026-12-03T22:30")));
    tale.look("2026-12-03T22:30").look("2026-12-04T08:00");
    assert!(tale.told().contains("moved"), "{}", tale.told());
    assert_eq!(tale.calls.len(), 1, "{}", tale.told());
}

#[test]
fn another_moment_is_the_only_one_and_what_is_called_off_does_not_go() {
    let mut tale = tale();
    let id = schedules(&mut tale, &note(at("2026-12-03T10:00")));
    let moved = tale.in_context(at("2026-12-01T09:00"), |tale, context| {
        reschedule(&tale.lead, id, at("2026-12-05T10:00"), context)
    });
    tale.commits(moved.unwrap());
    tale.look("2026-12-03T10:00");
    assert_eq!(tale.calls.len(), 0, "{}", tale.told());
    let called_off = |tale: &Tale| {
        tale.in_context(at("2026-12-04T09:00"), |tale, context| cancel(&tale.lead, id, context))
    };
    let decision = called_off(&tale).unwrap();
    tale.commits(decision);
    tale.look("2026-12-05T10:00");
    assert_eq!((tale.calls.len(), called_off(&tale)), (0, Err(Unschedulable::Unknown)));
}

#[test]
fn what_is_on_its_way_is_neither_moved_nor_called_off() {
    let mut tale = tale();
    let id = schedules(&mut tale, &note(at("2026-12-03T10:00")));
    tale.look("2026-12-03T10:00");
    let both = tale.in_context(at("2026-12-03T10:00"), |tale, context| {
        let later = at("2026-12-05T10:00");
        (reschedule(&tale.lead, id, later, context), cancel(&tale.lead, id, context))
    });
    assert_eq!(both, (Err(Unschedulable::OnItsWay), Err(Unschedulable::OnItsWay)));
}

#[test]
fn what_cannot_go_is_refused_at_once_and_says_why() {
    let tale = tale();
    let noon = at("2026-12-03T12:00");
    let with = |message: &str, note: Option<&str>| Schedule {
        message: message.into(),
        at: noon,
        note: note.map(str::to_owned),
    };
    let why = |wanted: &Schedule| scheduling(&tale, wanted).unwrap_err();
    assert_eq!(why(&with("nothing", None)), Unschedulable::UnknownMessage("nothing".into()));
    assert_eq!(why(&with("welcome", Some("מה שלומך?"))), Unschedulable::NoteNotSaid);
    assert_eq!(why(&with("note", Some(&"א".repeat(NOTE_CHARS_MAX + 1)))), Unschedulable::NoteTooLong);
    assert_eq!(why(&with("note", None)), Unschedulable::NoteMissing);
    assert_eq!(why(&note(at("2026-11-30T09:10"))), Unschedulable::Past);
    assert_eq!(why(&note(at("2027-12-03T12:00"))), Unschedulable::TooFar);
    let mut stranger = Tale::with(|playbook| {
        playbook.journeys = Default::default();
        playbook.messages.get_mut(&"welcome".into()).unwrap().kind = Kind::Marketing;
    });
    assert!(matches!(scheduling(&stranger, &with("welcome", None)), Err(Unschedulable::Unreachable(_))));
    let reacted = EventKind::Reacted { channel: Channel::WhatsApp, asset: "106".into() };
    stranger.happens("2026-11-30T09:00", event(phone(), "1", reacted));
    assert_eq!(scheduling(&stranger, &with("welcome", None)), Err(Unschedulable::NoConsent));
}

#[test]
fn so_many_and_no_more() {
    let mut tale = tale();
    for hour in 0..SCHEDULED_MAX as i64 {
        let moment = at("2026-12-03T00:00") + jiff::SignedDuration::from_hours(hour);
        schedules(&mut tale, &note(moment));
    }
    let one_more = scheduling(&tale, &note(at("2026-12-10T10:00")));
    assert_eq!(one_more.unwrap_err(), Unschedulable::TooMany);
    let due: Vec<_> = scheduled(&tale.lead).iter().map(|work| work.due_at).collect();
    assert!(due.is_sorted());
    assert!(scheduled(&tale.lead).iter().all(|work| work.state == WorkState::Planned));
}
