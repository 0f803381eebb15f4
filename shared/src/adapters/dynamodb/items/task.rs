//! A task about a lead.

use domain::ids::WorkId;
use domain::task::Task;
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;

#[derive(Debug, Serialize, Deserialize)]
pub struct TaskItem {
    i: String,
    /// The title.
    t: String,
    /// Whose it is.
    a: String,
    /// When it is due.
    d: Moment,
    /// Whose it becomes, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<(String, Moment)>,
}

impl From<&Task> for TaskItem {
    fn from(task: &Task) -> Self {
        Self {
            i: task.id.to_string(),
            t: task.title.clone(),
            a: task.to.clone(),
            d: task.due_at.into(),
            e: task.escalates.as_ref().map(|(to, at)| (to.clone(), (*at).into())),
        }
    }
}

impl TaskItem {
    pub fn read(self) -> Result<Task, Damaged> {
        Ok(Task {
            id: WorkId::parse(&self.i).ok_or(Damaged::Field("task id"))?,
            title: self.t,
            to: self.a,
            due_at: self.d.into(),
            escalates: self.e.map(|(to, at)| (to, at.into())),
        })
    }
}
