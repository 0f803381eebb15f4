//! What may leave now, by law and by the platforms' rules (`RULES.md`). Checked when the claim is made, however
//! long ago the work was planned.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::channel::Channel;
use crate::context::Context;
use crate::ids::{DealId, WorkId};
use crate::lead::Lead;
use crate::playbook::{Kind, Message, Quiet, Step};
use crate::schedule::zone_of;
use crate::work::{Action, Class, Purpose, Work};

/// The answer of the rules, with the id of the one that spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Pass,
    Skip { reason: &'static str, rule: Option<&'static str> },
    Move { until: Timestamp, reason: &'static str, rule: &'static str },
    Park { reason: String },
}

/// Messages to one person on WhatsApp: one in six seconds, and short bursts are lent (PLATFORM.md §6).
const PAIR_SPACING: SignedDuration = SignedDuration::from_secs(6);
const PAIR_BURST: usize = 5;

const PASS: Gate = Gate::Pass;

fn skip(reason: &'static str, rule: &'static str) -> Gate {
    Gate::Skip { reason, rule: Some(rule) }
}

/// Asks every rule that touches this work. The first that objects decides.
pub fn check(lead: &Lead, work: &Work, context: &Context<'_>) -> Gate {
    if work.called_off {
        return Gate::Skip { reason: "called off, and not tried again", rule: None };
    }
    let too_late = work.expires_at.is_some_and(|expires_at| context.now > expires_at);
    if too_late {
        return Gate::Skip { reason: "too late: the step says how long it may still go", rule: None };
    }
    match &work.action {
        // These write to nobody.
        Action::LookUpLeadAd { .. }
        | Action::LookUpComment { .. }
        | Action::LookUpMention { .. }
        | Action::LookUpFollow
        | Action::Like { .. }
        | Action::Hide { .. }
        | Action::Announce { .. }
        | Action::Alert { .. } => PASS,
        Action::PublicReply { .. } | Action::AnswerMention { .. } | Action::PrivateReply { .. }
            if lead.opt_out.is_some() =>
        {
            skip("the person has refused messages", "R3")
        }
        Action::PublicReply { .. } | Action::AnswerMention { .. } => PASS,
        Action::PrivateReply { message, .. } => match context.playbooks.current.messages.get(message) {
            Some(_) => PASS,
            None => missing(work),
        },
        Action::Send { message, channel, purpose } => match context.playbooks.current.messages.get(message) {
            Some(message) => {
                check_message(lead, work, &message.worded(lead, *channel), *channel, purpose, context)
            }
            None => missing(work),
        },
    }
}

fn missing(work: &Work) -> Gate {
    let name = work.action.message().map(|name| name.as_str()).unwrap_or_default();
    Gate::Park { reason: format!("the playbook has no message {name} any more; publish one of that name") }
}

fn check_message(
    lead: &Lead,
    work: &Work,
    message: &Message,
    channel: Channel,
    purpose: &Purpose,
    context: &Context<'_>,
) -> Gate {
    if lead.opt_out.is_some() && *purpose != Purpose::OptOutConfirmation {
        return skip("the person has refused messages", "R3");
    }
    let is_broadcast = matches!(purpose, Purpose::Broadcast { .. });
    if is_broadcast && !lead.has_consent() {
        return skip("a broadcast needs consent, and there is none on record", "R1");
    }
    if message.kind == Kind::Marketing {
        if !lead.has_consent() {
            return skip("marketing needs consent, and there is none on record", "R1");
        }
        if channel == Channel::WhatsApp && lead.marketing_stopped_at.is_some() {
            return skip("the person stopped marketing on WhatsApp", "R14");
        }
    }
    if lead.address(channel).is_none() {
        return skip("this lead cannot be reached on the channel", "R27");
    }
    let held = lead.held.get(&channel).copied().filter(|until| *until > context.now);
    if let (Some(until), Purpose::Playbook | Purpose::Broadcast { .. }) = (held, purpose) {
        return Gate::Move { until, reason: "a person or another app holds the conversation", rule: "R22" };
    }
    match check_channel(lead, message, channel, context) {
        Gate::Pass => {}
        objection => return objection,
    }
    if work.class == Class::Bulk { check_bulk(lead, work, context) } else { PASS }
}

fn check_channel(lead: &Lead, message: &Message, channel: Channel, context: &Context<'_>) -> Gate {
    let open = lead.window_is_open(channel, context.now);
    match channel {
        Channel::WhatsApp => {
            if !open && message.whatsapp_template.is_none() {
                return skip(
                    "outside the 24 hours only an approved template may go, and the message has none",
                    "R10",
                );
            }
            let american = lead.phone.as_ref().is_some_and(|phone| phone.is_north_american());
            if !open && message.kind == Kind::Marketing && american {
                return skip("marketing templates to +1 are blocked", "R12");
            }
            pair_pace(lead, context.now)
        }
        Channel::Messenger | Channel::Instagram if !open => {
            skip("outside the 24 hours nothing automatic may go on this channel", "R17")
        }
        Channel::Messenger | Channel::Instagram => PASS,
        Channel::Email if lead.email_stopped_at.is_some() => {
            skip("the person gets no e-mails any more", "R28")
        }
        Channel::Email if message.email.is_none() => skip("the message has no form for e-mail", "J12"),
        Channel::Email => PASS,
    }
}

fn pair_pace(lead: &Lead, now: Timestamp) -> Gate {
    let span = PAIR_SPACING * PAIR_BURST as i32;
    let recent: Vec<Timestamp> = lead
        .recent_sends
        .iter()
        .filter(|send| send.channel == Channel::WhatsApp && now.duration_since(send.at) < span)
        .map(|send| send.at)
        .collect();
    match recent.first() {
        Some(oldest) if recent.len() >= PAIR_BURST => Gate::Move {
            until: *oldest + span,
            reason: "one message in six seconds to one person",
            rule: "R16",
        },
        _ => PASS,
    }
}

/// What nobody waits for keeps quiet hours and the daily cap.
fn check_bulk(lead: &Lead, work: &Work, context: &Context<'_>) -> Gate {
    let playbook = &context.playbooks.current;
    let zone = &playbook.business.zone;
    let step = step_of(lead, work, context);
    let nights_in = match &step {
        Some((step, deal)) => zone_of(step, deal.as_ref().and_then(|id| lead.deal(id)), zone),
        None => zone.clone(),
    };
    let quiet = |moment| playbook.quiet_hours.next_allowed(moment, zone, &nights_in);
    if step.is_none_or(|(step, _)| step.quiet != Quiet::Ignore) {
        let allowed = quiet(context.now);
        if let Some(reason) = allowed.because {
            return Gate::Move { until: allowed.at, reason, rule: "R6" };
        }
    }
    let today = context.now.to_zoned_datetime(zone.clone()).date();
    let days: Vec<Date> = lead
        .recent_sends
        .iter()
        .filter(|send| send.class == Class::Bulk)
        .map(|send| send.at.to_zoned_datetime(zone.clone()).date())
        .collect();
    let caps = [
        (playbook.daily_cap, 1, "this person has had the day's messages"),
        (playbook.weekly_cap, 7, "this person has had the week's messages"),
    ];
    for (cap, span, reason) in caps {
        let Some(free) = cap.and_then(|cap| free_day(&days, today, cap as usize, span)) else { continue };
        if let Ok(midnight) = free.to_zoned_datetime(zone.clone()) {
            return Gate::Move { until: quiet(midnight.timestamp()).at, reason, rule: "R7" };
        }
    }
    PASS
}

/// The first day on which one more message fits into the cap of so many days; `None` if it fits today.
fn free_day(sent: &[Date], today: Date, cap: usize, span: i32) -> Option<Date> {
    let since = |day: Date| day.saturating_sub(jiff::Span::new().days(span - 1));
    let mut counted: Vec<Date> =
        sent.iter().copied().filter(|day| (since(today)..=today).contains(day)).collect();
    if counted.len() < cap {
        return None;
    }
    counted.sort();
    // When the oldest of those that fill the cap no longer counts.
    let oldest = counted[counted.len() - cap];
    Some(oldest.saturating_add(jiff::Span::new().days(span)))
}

/// The step that planned the work, by its run.
fn step_of<'c>(lead: &Lead, work: &Work, context: &Context<'c>) -> Option<(&'c Step, Option<DealId>)> {
    let run = lead.runs.iter().find(|run| Some(run.id) == work.run)?;
    let steps = &context.playbooks.journey(run)?.steps;
    let planned = |step: &&Step| WorkId::for_step(context.pepper, run.id, &step.id) == work.id;
    Some((steps.iter().find(planned)?, run.deal.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Consent, OptOut};
    use crate::lead::RecentSend;
    use crate::phone::PhoneNumber;
    use crate::testing::{Story, at, mobile};

    /// A lead with a mobile phone and consent, and a marketing follow-up that is due at noon.
    fn case(change: impl FnOnce(&mut Lead, &mut Work)) -> Gate {
        let story = Story::new();
        let mut lead = crate::testing::lead();
        let phone = mobile();
        lead.identities.insert(crate::identity::Identity::Phone(phone.clone()));
        lead.phone = Some(phone);
        lead.consents.push(Consent {
            text: "כן".into(),
            given_at: at("2026-12-01T09:00"),
            source: "form".into(),
        });
        let mut work = crate::testing::follow_up(at("2026-12-03T12:00"));
        change(&mut lead, &mut work);
        story.with_context(work.due_at, |context| check(&lead, &work, context))
    }

    fn rule(gate: Gate) -> &'static str {
        match gate {
            Gate::Pass => "pass",
            Gate::Skip { rule, .. } => rule.unwrap_or("late"),
            Gate::Move { rule, .. } => rule,
            Gate::Park { .. } => "park",
        }
    }

    #[test]
    fn each_rule_speaks_for_its_own_case() {
        assert_eq!(rule(case(|_, _| {})), "pass");
        assert_eq!(rule(case(|lead, _| lead.consents.clear())), "R1");
        let refused = |lead: &mut Lead| {
            lead.opt_out = Some(OptOut { at: at("2026-12-02T09:00"), by: "whatsapp".into() })
        };
        assert_eq!(rule(case(|lead, _| refused(lead))), "R3");
        assert_eq!(rule(case(|_, work| work.due_at = at("2026-12-03T22:00"))), "R6");
        assert_eq!(rule(case(|lead, _| lead.marketing_stopped_at = Some(at("2026-12-02T09:00")))), "R14");
        assert_eq!(
            rule(case(|lead, _| lead.held = [(Channel::WhatsApp, at("2026-12-03T13:00"))].into())),
            "R22"
        );
        let landline = PhoneNumber::parse("03-123-4567").unwrap();
        let only = |lead: &mut Lead, phone: PhoneNumber| {
            lead.identities.clear();
            lead.phone = Some(phone);
        };
        assert_eq!(rule(case(|lead, _| only(lead, landline))), "R27");
        let american = PhoneNumber::parse("+1 650 555 1234").unwrap();
        assert_eq!(rule(case(|lead, _| lead.phone = Some(american))), "R12");
        assert_eq!(rule(case(|_, work| work.expires_at = Some(at("2026-12-03T11:59")))), "late");
        let unknown = |work: &mut Work| {
            work.action = Action::Send {
                message: "gone".into(),
                channel: Channel::WhatsApp,
                purpose: Purpose::Playbook,
            };
        };
        assert_eq!(rule(case(|_, work| unknown(work))), "park");
        let on_messenger = |work: &mut Work| {
            work.action = Action::Send {
                message: "follow-up-1".into(),
                channel: Channel::Messenger,
                purpose: Purpose::Playbook,
            };
        };
        let known = |lead: &mut Lead| lead.identities.extend([crate::identity::Identity::Psid("1".into())]);
        assert_eq!(rule(case(|lead, work| (known(lead), on_messenger(work)).1)), "R17");
        let plain = |work: &mut Work| {
            work.action = Action::Send {
                message: "plain".into(),
                channel: Channel::WhatsApp,
                purpose: Purpose::Playbook,
            };
        };
        assert_eq!(rule(case(|_, work| plain(work))), "R10");
    }

    #[test]
    fn the_cap_counts_a_civil_day_and_moves_to_the_next_morning() {
        let sends = |lead: &mut Lead, time: &str, count: usize| {
            for _ in 0..count {
                let send =
                    RecentSend { at: at(time), channel: Channel::WhatsApp, class: Class::Bulk, id: None };
                lead.recent_sends.push(send);
            }
        };
        assert_eq!(rule(case(|lead, _| sends(lead, "2026-12-02T21:59", 2))), "pass");
        let gate = case(|lead, _| sends(lead, "2026-12-03T10:00", 2));
        let Gate::Move { until, rule, .. } = gate else { panic!("{gate:?}") };
        assert_eq!((until, rule), (at("2026-12-04T08:00"), "R7"));
    }

    #[test]
    fn a_burst_to_one_person_is_spread() {
        let gate = case(|lead, work| {
            for second in 0..5 {
                lead.recent_sends.push(RecentSend {
                    at: work.due_at - SignedDuration::from_secs(10 - second),
                    channel: Channel::WhatsApp,
                    class: Class::Conversation,
                    id: None,
                });
            }
        });
        let Gate::Move { until, rule, .. } = gate else { panic!("{gate:?}") };
        assert_eq!((until, rule), (at("2026-12-03T12:00") + SignedDuration::from_secs(20), "R16"));
    }
}
