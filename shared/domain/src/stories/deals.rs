//! Deals: what a business's system says of them, in whatever order it arrives, and what waits for it.

use jiff::Timestamp;

use super::events::{event, form, phone};
use super::tale::Tale;
use crate::deal::{DealChange, Stage};
use crate::event::{Event, EventKind};
use crate::playbook::{
    DealDate, DealNames, Delay, Journey, Occasion, Playbook, Step, StepAction, Trigger, Unit, Wait, in_order,
};

/// A trip that is won begins with its tickets, and the day before they hear of packing.
fn travels(playbook: &mut Playbook) {
    let names = DealNames { dates: vec!["departs_at".into()], facts: vec!["tickets".into()] };
    playbook.deals.insert("trip".into(), names);
    let mut named = |name: &str, param: &str| {
        let mut message = playbook.messages[&"welcome".into()].clone();
        message.name = name.into();
        let template = message.whatsapp_template.as_mut().unwrap();
        (template.name, template.params) = (name.to_owned(), vec![param.to_owned()]);
        playbook.messages.insert(name.into(), message);
    };
    named("tickets", "trip.tickets");
    named("packing", "trip.departs_at");
    let send = |name: &str| StepAction::Send(name.into());
    let departs = DealDate { kind: "trip".into(), date: "departs_at".into() };
    playbook.journeys = Default::default();
    let journey = Journey {
        name: "trip".into(),
        starts: vec![Occasion::any(Trigger::DealWon)],
        stops: vec![Occasion::any(Trigger::DealLost)],
        steps: in_order([
            Step::new(send("tickets"), Delay::After(Wait::NONE), 0),
            Step::new(send("packing"), Delay::Before(departs, Wait { amount: 1, unit: Unit::Days }), 0),
        ]),
        ..Journey::default()
    };
    playbook.journeys.insert(journey);
}

/// `departs`: the day of December, at noon in Israel.
fn says(
    id: &str,
    stage: Option<Stage>,
    departs: Option<u8>,
    tickets: Option<&str>,
) -> impl FnOnce(Timestamp) -> Event {
    let moment = |day| crate::testing::at(&format!("2026-12-{day:02}T12:00"));
    let change = DealChange {
        id: "order-7".into(),
        kind: "trip".into(),
        stage,
        dates: departs.map(|day| ("departs_at".to_owned(), Some(moment(day)))).into_iter().collect(),
        facts: tickets.map(|where_| ("tickets".to_owned(), where_.to_owned())).into_iter().collect(),
        replaces: None,
        details: Default::default(),
    };
    event(phone(), id, EventKind::Deal(change))
}

#[test]
fn what_is_told_late_fills_in_what_nothing_newer_said() {
    let mut tale = Tale::with(travels);
    // The sender's first request failed, and comes again behind the second and the third.
    tale.happens("2026-12-01T09:10", says("moved", None, Some(10), None))
        .happens("2026-12-01T09:20", says("tickets", None, None, Some("https://tickets.example/2")))
        .hears_late(
            "2026-12-01T09:30",
            "2026-12-01T09:00",
            says("won", Some(Stage::Won), Some(8), Some("https://tickets.example/1")),
        )
        .hears_late("2026-12-01T09:31", "2026-12-01T08:00", says("old", Some(Stage::Open), Some(5), None))
        .lives_until("2026-12-20T00:00");
    insta::assert_snapshot!(tale.told(), @"
    12-01 09:10:00 deal
        deal-changed [order-7] [open]
        sleeps
    12-01 09:20:00 deal
        deal-changed [order-7] [open]
        sleeps
    12-01 09:30:00 deal
        deal-changed [order-7] [won]
        journey-started [order-7] [trip]
        wakes 12-01 09:30:00 for conversation
    12-01 09:31:00 deal
        deal-changed [order-7] [something newer was said of it already]
        wakes 12-01 09:30:00 for conversation
    12-01 09:31:00 look
        CALL 1 send-whatsapp: template tickets
    12-01 09:31:00 answer to call 1
        sent [whatsapp] [message] [tickets] [wamid.1]
    12-09 12:00:00 look
        journey-ended [trip]
        CALL 2 send-whatsapp: template packing
    12-09 12:00:00 answer to call 2
        sent [whatsapp] [message] [packing] [wamid.1]
        sleeps
    ");
    let deal = &tale.lead.deals[0];
    assert_eq!((deal.stage, deal.facts["tickets"].as_str()), (Stage::Won, "https://tickets.example/2"));
    assert_eq!(deal.dates["departs_at"], crate::testing::at("2026-12-10T12:00"));
}

#[test]
fn what_was_parked_for_lack_of_something_goes_on_when_it_is_said() {
    let mut tale = Tale::with(travels);
    tale.happens("2026-12-01T09:00", form("1"))
        .happens("2026-12-01T09:01", says("won", Some(Stage::Won), Some(20), None))
        .lives_until("2026-12-03T09:00");
    assert!(tale.calls.is_empty() && tale.lead.work[0].is_parked(), "{}", tale.told());
    // Something else of the trip is no reason to try it again.
    tale.happens("2026-12-03T10:00", says("moved", None, Some(21), None)).lives_until("2026-12-03T11:00");
    assert!(tale.calls.is_empty(), "{}", tale.told());
    tale.happens("2026-12-04T10:00", says("tickets", None, None, Some("https://tickets.example/1")))
        .lives_until("2026-12-04T10:01");
    assert_eq!(tale.calls.len(), 1, "{}", tale.told());
    assert!(tale.told().contains("redriven [whatsapp] [message] [tickets] [what it lacked is known now]"));
}
