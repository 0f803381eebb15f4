//! The follow gate: asked of those who have written, and never twice.

use super::events::{writes, writes_on_instagram};
use super::tale::Tale;
use super::ways::{days, send, told_of_steps};
use crate::call::{CallFailure, Outcome, Refusal};
use crate::channel::Channel;
use crate::playbook::{Delay, Journey, Occasion, Playbook, Step, StepAction, Trigger, Wait};

const WROTE: &str = "2026-12-01T22:30";

/// Whoever writes is asked about, and gets the gift, or the word how to get it.
fn gated(playbook: &mut Playbook) {
    playbook.daily_cap = None;
    playbook.messages.get_mut(&"plain".into()).unwrap().channels =
        vec![Channel::Instagram, Channel::WhatsApp];
    let gate = Step::new(StepAction::FollowGate { otherwise: 3 }, Delay::After(Wait::NONE), 1);
    let steps = vec![
        gate,
        send("plain", Delay::ThenAfter(Wait::NONE), 2),
        Step::new(StepAction::Tag("follows".into()), Delay::ThenAfter(Wait::NONE), 4),
        Step::new(StepAction::Tag("asked".into()), Delay::ThenAfter(Wait::NONE), 4),
    ];
    let journey = Journey {
        name: "gift".into(),
        starts: vec![Occasion::any(Trigger::LeadReplied)],
        steps,
        ..Journey::default()
    };
    playbook.journeys.insert(journey);
}

fn wrote() -> Tale {
    let mut tale = Tale::with(gated);
    tale.happens(WROTE, writes_on_instagram("1", "היי"));
    tale.look(WROTE);
    tale
}

#[test]
fn who_follows_goes_on_at_once_though_it_is_night() {
    let mut tale = wrote();
    tale.answers(WROTE, Outcome::FollowRead(Some(true))).lives_until("2026-12-02T12:00");
    insta::assert_snapshot!(told_of_steps(&tale));
}

#[test]
fn who_does_not_follow_or_is_not_told_of_takes_the_other_way() {
    let refused = CallFailure::Refused { why: Refusal::Recipient, code: Some(230), reason: "consent".into() };
    let (no, untold) = ("they do not follow us", "Instagram did not say whether they follow");
    let answers = [
        (Outcome::FollowRead(Some(false)), no),
        (Outcome::FollowRead(None), untold),
        (Outcome::Failed(refused), untold),
    ];
    for (answer, reason) in answers {
        let mut tale = wrote();
        tale.answers(WROTE, answer).lives_until("2026-12-02T12:00");
        assert_eq!(tale.told().matches("went-on").count(), 1, "{}", tale.told());
        assert!(tale.told().contains(&format!("[{reason}]")), "{}", tale.told());
        assert!(tale.lead.tags.contains("asked") && tale.lead.tags.len() == 1, "{}", tale.told());
        assert!(tale.lead.work.is_empty() && tale.lead.runs.iter().all(|run| !run.is_active()));
        assert_eq!(tale.calls.len(), 1, "{}", tale.told());
    }
}

#[test]
fn without_the_platform_s_word_the_journey_goes_on_without_it_and_asks_no_more() {
    let mut tale = wrote();
    let broken =
        CallFailure::Refused { why: Refusal::ConnectionBroken, code: Some(190), reason: "token".into() };
    tale.answers(WROTE, Outcome::Failed(broken)).lives_until("2026-12-01T22:39");
    assert!(tale.lead.tags.is_empty() && tale.lead.attention().is_some());
    tale.lives_until("2026-12-03T12:00");
    assert!(tale.lead.tags.contains("asked"), "{}", tale.told());
    assert!(tale.lead.work.is_empty() && tale.calls.len() == 1, "{}", tale.told());
}

#[test]
fn who_has_not_written_on_instagram_is_not_asked_about() {
    let mut tale = Tale::with(gated);
    tale.happens(WROTE, writes("1", "היי")).lives_until("2026-12-02T12:00");
    assert!(tale.lead.tags.contains("asked") && tale.calls.is_empty(), "{}", tale.told());
    assert!(tale.told().contains("only of those who have written there"), "{}", tale.told());
}

#[test]
fn an_answer_that_comes_after_the_end_of_the_journey_changes_nothing() {
    let mut tale = Tale::with(|playbook| {
        gated(playbook);
        let journey = playbook.journeys.get_mut(&"gift".into()).unwrap();
        journey.stops = vec![Occasion::any(Trigger::LeadOptedOut)];
        journey.steps[1].delay = Delay::ThenAfter(days(2));
    });
    tale.happens(WROTE, writes_on_instagram("1", "היי")).look(WROTE);
    tale.happens("2026-12-01T22:31", writes_on_instagram("2", "הסר"));
    tale.answers("2026-12-01T22:31", Outcome::FollowRead(Some(true)));
    assert!(tale.lead.runs.iter().all(|run| run.next_at.is_none()), "{}", tale.told());
    assert!(!tale.lead.work.iter().any(|work| work.action.name() == "follow-look-up"), "{}", tale.told());
}
