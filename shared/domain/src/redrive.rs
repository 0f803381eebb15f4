//! The operator mended the cause of what was parked, or of what waits: it goes on.

use crate::compose::operation_for;
use crate::context::Context;
use crate::decide::{Decision, Draft, describe};
use crate::ids::DealId;
use crate::lead::Lead;
use crate::playbook::WhatsAppTemplate;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Class, Work, WorkState};

/// Sets parked work going again, as after its first call. `None` when none is parked or waits. An answer that was
/// held up may still go, however late: the operator wants it. What nobody waits for keeps its latest moment.
pub fn redrive(lead: &Lead, context: &Context<'_>) -> Option<Decision> {
    let of = |held: fn(&Work) -> bool| lead.work.iter().filter(|work| held(work)).cloned().collect();
    let (parked, waiting): (Vec<Work>, Vec<Work>) = (of(Work::is_parked), of(Work::is_waiting));
    if parked.is_empty() && waiting.is_empty() {
        return None;
    }
    let mut draft = Draft::new(lead, context);
    // It would go on by itself; now it need not wait for its next try.
    waiting.iter().for_each(|work| wake(&mut draft, work, None));
    parked.iter().for_each(|work| set_going(&mut draft, work, None));
    Some(draft.finish())
}

/// WhatsApp approved a template: what waits for it need not wait for its next try. `None` when nothing of this lead
/// does.
pub fn template_approved(lead: &Lead, name: &str, language: &str, context: &Context<'_>) -> Option<Decision> {
    let mut draft = Draft::new(lead, context);
    let is_it = |template: &WhatsAppTemplate| template.name == name && template.language == language;
    let binding = |work: &Work| draft.message_of(work)?.whatsapp_template.clone();
    let waits = |work: &&Work| work.is_waiting() && binding(work).filter(is_it).is_some();
    let waiting: Vec<Work> = lead.work.iter().filter(waits).cloned().collect();
    if waiting.is_empty() {
        return None;
    }
    let reason = format!("WhatsApp approved the template {name} ({language})");
    waiting.iter().for_each(|work| wake(&mut draft, work, Some(&reason)));
    Some(draft.finish())
}

fn set_going(draft: &mut Draft<'_>, parked: &Work, reason: Option<&str>) {
    let now = draft.now();
    draft.change_work(parked.id, |work| {
        work.state = WorkState::Planned;
        work.due_at = now;
        work.planned_at = now;
        // What was called before stays known as called: evidence that it arrived is still taken up.
        work.tries = work.tries.min(1);
        // A private reply ends with its comment's seven days, whatever the operator wants (R18).
        if work.class == Class::Conversation && work.action.comment().is_none() {
            work.expires_at = None;
        }
    });
    draft.note(describe(Entry::new(now, What::Redriven), parked).with_some(Fact::Reason, reason));
}

/// What is parked of a deal's journeys since something that it says is not known: an address of its tickets.
pub(crate) fn lacking(draft: &Draft<'_>, deal: &DealId) -> Vec<Work> {
    let of_deal = |work: &&Work| {
        let run = draft.lead.runs.iter().find(|run| Some(run.id) == work.run);
        work.is_parked() && run.is_some_and(|run| run.deal.as_ref() == Some(deal))
    };
    let parked = draft.lead.work.iter().filter(of_deal);
    parked.filter(|work| operation_for(draft, work).is_err()).cloned().collect()
}

/// What lacks nothing any more goes on by itself.
pub(crate) fn go_on(draft: &mut Draft<'_>, lacking: &[Work]) {
    for work in lacking {
        if operation_for(draft, work).is_ok() {
            set_going(draft, work, Some("what it lacked is known now"));
        }
    }
}

fn wake(draft: &mut Draft<'_>, waiting: &Work, reason: Option<&str>) {
    let now = draft.now();
    draft.change_work(waiting.id, |work| work.due_at = now);
    draft.note(describe(Entry::new(now, What::Redriven), waiting).with_some(Fact::Reason, reason));
}
