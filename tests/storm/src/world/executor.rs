//! Workers: futures that are polled one at a time, in an order that chance gives, and that may die between any
//! two of their steps.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use crate::chance::Chance;

pub type TaskId = u64;

/// What a worker does. In a box from the start: the functions' futures are large, and moving them costs.
pub type Work<E> = Pin<Box<dyn Future<Output = E>>>;

/// What a worker is for, `J`, and what it comes back with, `E`.
pub struct Executor<J, E> {
    tasks: BTreeMap<TaskId, Task<J, E>>,
    ready: Arc<Mutex<Vec<TaskId>>>,
    next: TaskId,
}

struct Task<J, E> {
    job: J,
    future: Work<E>,
    waker: Waker,
    /// After so many steps the worker is gone.
    steps_left: Option<u32>,
}

/// How a worker ended.
pub enum Ended<E> {
    Came(E),
    Died,
}

struct Bell {
    task: TaskId,
    ready: Arc<Mutex<Vec<TaskId>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let mut ready = self.ready.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if !ready.contains(&self.task) {
            ready.push(self.task);
        }
    }
}

impl<J, E> Default for Executor<J, E> {
    fn default() -> Self {
        Self { tasks: BTreeMap::new(), ready: Arc::default(), next: 0 }
    }
}

impl<J, E> Executor<J, E> {
    pub fn spawn(&mut self, job: J, dies_after: Option<u32>, future: Work<E>) {
        self.next += 1;
        let bell = Arc::new(Bell { task: self.next, ready: Arc::clone(&self.ready) });
        let waker = Waker::from(Arc::clone(&bell));
        bell.wake();
        let task = Task { job, future, waker, steps_left: dies_after };
        self.tasks.insert(self.next, task);
    }

    /// How many workers are under way.
    pub fn count(&self) -> usize {
        self.tasks.len()
    }

    /// The next step of a worker that can go on, if one can. `about_to` is told which.
    pub fn step(
        &mut self,
        chance: &mut Chance,
        about_to: impl FnOnce(TaskId),
    ) -> Option<Option<(TaskId, J, Ended<E>)>> {
        let id = {
            let mut ready = self.ready.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if ready.is_empty() {
                return None;
            }
            let index = if ready.len() == 1 { 0 } else { chance.index(ready.len()) };
            ready.swap_remove(index)
        };
        let Some(task) = self.tasks.get_mut(&id) else { return Some(None) };
        if let Some(left) = &mut task.steps_left {
            if *left == 0 {
                return Some(self.end(id, Ended::Died));
            }
            *left -= 1;
        }
        about_to(id);
        let waker = task.waker.clone();
        match task.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => Some(None),
            Poll::Ready(end) => Some(self.end(id, Ended::Came(end))),
        }
    }

    /// All workers are gone at once, as when the machine goes down.
    pub fn kill_all(&mut self) -> Vec<(TaskId, J)> {
        self.ready.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
        std::mem::take(&mut self.tasks).into_iter().map(|(id, task)| (id, task.job)).collect()
    }

    fn end(&mut self, id: TaskId, how: Ended<E>) -> Option<(TaskId, J, Ended<E>)> {
        self.tasks.remove(&id).map(|task| (id, task.job, how))
    }
}
