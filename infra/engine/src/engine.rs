//! The engine, opened.

use std::path::Path;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;

use crate::connector::{self, Retries};
use crate::error::EngineError;
use crate::folder::Folder;
use crate::operation::{self, Answer};
use crate::sweep::Sweep;
use crate::worker::Worker;

/// A DynamoDB of this process's own. Clones are the same one; when the last is gone, with its clients, the
/// database is closed and the folder is free.
#[derive(Clone, Debug)]
pub struct Engine {
    worker: Worker,
}

impl Engine {
    /// Opens the data in a folder, and makes both if they are missing.
    ///
    /// What was acknowledged is on the disk: SQLite writes ahead (WAL) and waits for the disk at every commit
    /// (`synchronous = FULL`, its default, which nobody changes here), so `kill -9` loses nothing.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        Ok(Self { worker: Worker::start(Some(Folder::take(folder)?))? })
    }

    /// A database that ends with the process.
    pub fn memory() -> Result<Self, EngineError> {
        Ok(Self { worker: Worker::start(None)? })
    }

    /// The same engine for whoever must not wait behind others: its requests are answered before all that wait.
    pub fn ahead(&self) -> Self {
        Self { worker: self.worker.ahead() }
    }

    pub fn client(&self, retries: Retries) -> Client {
        connector::client(self.worker.clone(), retries)
    }

    /// Answers a request as it is on the wire, by the name of its operation and its body: for who gives the engine a
    /// socket.
    pub async fn answer(&self, operation: &str, body: Vec<u8>) -> Result<Answer, EngineError> {
        let operation = operation.to_owned();
        self.worker.run(move |tables| operation::answer(tables, &operation, &body)).await
    }

    /// Deletes the markers of a table that expired before `now`, a page at a time so that others get their turn.
    /// Gives how many. `now` is the caller's: a clock that stands still must not lose what a real one would.
    pub async fn sweep_ttl(&self, table: &str, now: Timestamp) -> Result<usize, EngineError> {
        let mut sweep = Sweep::new(table.to_owned(), now);
        let mut deleted = 0;
        loop {
            let (after, page) = self
                .worker
                .run(move |tables| {
                    let page = sweep.page(&tables.database);
                    (sweep, page)
                })
                .await?;
            deleted += page?;
            if after.is_over() {
                return Ok(deleted);
            }
            sweep = after;
        }
    }
}
