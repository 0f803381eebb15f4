//! The one thread that owns the database. SQLite has one writer anyway, and a write waits for the disk: no async
//! thread is held up by it.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use dynoxide::Database;
use tokio::sync::oneshot;

use crate::error::EngineError;
use crate::folder::Folder;
use crate::repeats::Repeats;

/// What the thread owns.
pub struct Tables {
    pub database: Database,
    pub repeats: Repeats,
}

type Job = Box<dyn FnOnce(&mut Tables) + Send>;

/// Which of the jobs that wait are taken first.
#[derive(Clone, Copy, Debug)]
enum Rank {
    Ahead,
    Usual,
}

/// Hands work to the thread. When the last of these is gone, the thread closes the database and lets go of the
/// folder.
#[derive(Clone, Debug)]
pub struct Worker {
    jobs: Sender<(Rank, Job)>,
    rank: Rank,
}

impl Worker {
    /// `folder` is `None` for a database that lives in memory.
    pub fn start(folder: Option<Folder>) -> Result<Self, EngineError> {
        let (opened, is_open) = channel();
        let (jobs, work) = channel();
        thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || {
                let database = match &folder {
                    Some(folder) => Database::new(&folder.data_file().to_string_lossy()),
                    None => Database::memory(),
                };
                match database {
                    Ok(database) => {
                        let _ = opened.send(Ok(()));
                        run(Tables { database, repeats: Repeats::default() }, work);
                    }
                    Err(error) => {
                        let _ = opened.send(Err(EngineError::Open(error.to_string())));
                    }
                }
                drop(folder);
            })
            .map_err(|error| EngineError::Open(error.to_string()))?;
        is_open.recv().map_err(|_| EngineError::Stopped)??;
        Ok(Self { jobs, rank: Rank::Usual })
    }

    /// The same worker; what is handed to this one is taken before all that waits.
    pub fn ahead(&self) -> Self {
        Self { jobs: self.jobs.clone(), rank: Rank::Ahead }
    }

    /// Runs `job` on the thread. It runs to its end also when nobody waits for it any more.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tables| {
            let _ = answer.send(job(tables));
        });
        self.jobs.send((self.rank, job)).map_err(|_| EngineError::Stopped)?;
        answered.await.map_err(|_| EngineError::Stopped)
    }
}

fn run(mut tables: Tables, work: Receiver<(Rank, Job)>) {
    let mut waiting: [VecDeque<Job>; 2] = Default::default();
    loop {
        for (rank, job) in work.try_iter() {
            waiting[rank as usize].push_back(job);
        }
        let next = waiting.iter_mut().find_map(VecDeque::pop_front);
        match next.map_or_else(|| work.recv().map(|(_, job)| job), Ok) {
            Ok(job) => job(&mut tables),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, mpsc};

    use super::*;

    #[tokio::test]
    async fn what_goes_ahead_is_done_before_all_that_waits() {
        let worker = Worker::start(None).unwrap();
        let ahead = worker.ahead();
        let done = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let done = Arc::clone(&done);
            move |_: &mut Tables| done.lock().unwrap().push(name)
        };
        let (open, is_open) = mpsc::channel::<()>();
        let hold_up = worker.run(move |_| is_open.recv().unwrap());
        let (first, second) = (worker.run(note("first")), worker.run(note("second")));
        let urgent = ahead.run(note("urgent"));
        let (held_up, ..) = tokio::join!(hold_up, first, second, urgent, async { open.send(()).unwrap() });
        held_up.unwrap();
        assert_eq!(*done.lock().unwrap(), ["urgent", "first", "second"]);
    }
}
