//! Something that a person of the business has to do about a lead: a call, a look. It stays until somebody says that it is
//! done; left undone for too long it becomes another one's.

use jiff::Timestamp;

use crate::context::Context;
use crate::decide::{Decision, Draft};
use crate::ids::WorkId;
use crate::lead::Lead;
use crate::timeline::{Entry, Fact, What};

/// How many tasks about one lead may be open. More is a fault of the playbook.
pub const TASKS_MAX: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Of the step of the run that gave it, so that giving it twice gives one.
    pub id: WorkId,
    pub title: String,
    /// An agent or a team of the playbook, by name.
    pub to: String,
    pub due_at: Timestamp,
    /// Whose it becomes, and when, if it is not done.
    pub escalates: Option<(String, Timestamp)>,
}

pub fn give(draft: &mut Draft<'_>, task: Task) {
    if draft.lead.tasks.iter().any(|open| open.id == task.id) {
        return;
    }
    let full = draft.lead.tasks.len() >= TASKS_MAX;
    let what = if full { What::Skipped } else { What::TaskGiven };
    let entry = described(Entry::new(draft.now(), what), &task).with(Fact::Until, task.due_at);
    match full {
        true => draft.note(entry.with(Fact::Reason, "this lead has too many open tasks already")),
        false => {
            draft.note(entry);
            draft.lead.tasks.push(task);
        }
    }
}

/// What was left undone becomes another one's.
pub fn escalate(draft: &mut Draft<'_>) {
    let now = draft.now();
    for index in 0..draft.lead.tasks.len() {
        let task = &mut draft.lead.tasks[index];
        let Some((to, _)) = task.escalates.take_if(|(_, at)| *at <= now) else { continue };
        task.to = to;
        let task = task.clone();
        draft.note(described(Entry::new(now, What::TaskEscalated), &task));
    }
}

/// Somebody did it. `None` when no such task is open.
pub fn done(lead: &Lead, id: WorkId, context: &Context<'_>) -> Option<Decision> {
    let mut draft = Draft::new(lead, context);
    let index = draft.lead.tasks.iter().position(|task| task.id == id)?;
    let task = draft.lead.tasks.remove(index);
    draft.note(described(Entry::new(context.now, What::TaskDone), &task));
    Some(draft.finish())
}

fn described(entry: Entry, task: &Task) -> Entry {
    entry.with(Fact::Work, task.id).with(Fact::Text, &task.title).with(Fact::Agent, &task.to)
}
