//! The one thread that owns the database. SQLite has one writer anyway, and a write waits for the disk: no async
//! thread is held up by it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use dynoxide::Database;
use tokio::sync::oneshot;

use crate::error::EngineError;
use crate::folder::Folder;

type Job = Box<dyn FnOnce(&Database) + Send>;

/// Hands work to the thread. When the last of these is gone, the thread closes the database and lets go of the
/// folder.
#[derive(Clone, Debug)]
pub struct Worker(Sender<Job>);

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
                        run(database, work);
                    }
                    Err(error) => {
                        let _ = opened.send(Err(EngineError::Open(error.to_string())));
                    }
                }
                drop(folder);
            })
            .map_err(|error| EngineError::Open(error.to_string()))?;
        is_open.recv().map_err(|_| EngineError::Stopped)??;
        Ok(Self(jobs))
    }

    /// Runs `job` on the thread. It runs to its end also when nobody waits for it any more.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |database| {
            let _ = answer.send(job(database));
        });
        self.0.send(job).map_err(|_| EngineError::Stopped)?;
        answered.await.map_err(|_| EngineError::Stopped)
    }
}

fn run(database: Database, work: Receiver<Job>) {
    for job in work {
        job(&database);
    }
}
