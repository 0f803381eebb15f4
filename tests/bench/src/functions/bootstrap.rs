//! A function's program: how large it is, and a process of it with a Runtime API of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;

use super::runtime_api::{RuntimeApi, Said};
use crate::{Failure, clock, proc};

/// A built function.
#[derive(Clone)]
pub struct Program {
    pub name: &'static str,
    path: PathBuf,
}

impl Program {
    /// `folder` is where cargo puts what it builds; without it, the one of this program.
    pub fn find(name: &'static str, folder: Option<&Path>) -> Result<Self, Failure> {
        let path = match folder {
            Some(folder) => folder.join(name),
            None => std::env::current_exe()?.with_file_name(name),
        };
        if path.is_file() {
            return Ok(Self { name, path });
        }
        let path = path.display();
        Err(format!("there is no {path}; build it with: cargo build --release -p {name}").into())
    }

    pub fn bytes(&self) -> Result<u64, Failure> {
        Ok(fs::metadata(&self.path)?.len())
    }

    /// As it is uploaded: what a zip adds to this is a few hundred bytes.
    pub fn deflated_bytes(&self) -> Result<u64, Failure> {
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(&fs::read(&self.path)?)?;
        Ok(deflate.finish()?.len() as u64)
    }
}

/// A process of a function. Ends with its value.
pub struct Bootstrap {
    process: Child,
    api: RuntimeApi,
    spawned: Instant,
    log: PathBuf,
}

impl Bootstrap {
    /// Starts it with this environment and no other.
    pub async fn spawn(program: &Program, environment: &[(String, String)]) -> Result<Self, Failure> {
        let api = RuntimeApi::start().await?;
        let log =
            std::env::temp_dir().join(format!("masa-bench-{}-{}.log", std::process::id(), program.name));
        let file = fs::File::create(&log)?;
        let mut command = Command::new(&program.path);
        command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", program.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let spawned = clock::now();
        let process = command.spawn()?;
        Ok(Self { process, api, spawned, log })
    }

    /// How long it took from its spawn until it asked for its first event.
    pub async fn ready(&mut self) -> Result<Duration, Failure> {
        match self.api.hear().await {
            Ok(Said::Ready(at)) => Ok(at.duration_since(self.spawned)),
            other => Err(self.broken(other)),
        }
    }

    /// One event. Gives the answer, and when it came.
    pub async fn invoke(&mut self, event: Value) -> Result<(Value, Instant), Failure> {
        self.api.put(event)?;
        loop {
            match self.api.hear().await {
                Ok(Said::Answered(at, answer)) => return Ok((answer, at)),
                // It asks for the next event before it is given this one.
                Ok(Said::Ready(_)) => {}
                other => return Err(self.broken(other)),
            }
        }
    }

    pub fn since_spawn(&self, at: Instant) -> Duration {
        at.duration_since(self.spawned)
    }

    pub fn cpu_seconds(&self) -> Result<f64, Failure> {
        Ok(proc::cpu_seconds(self.process.id())?)
    }

    pub fn memory_peak_mib(&self) -> Result<f64, Failure> {
        Ok(proc::memory_peak_mib(self.process.id())?)
    }

    fn broken(&self, said: Result<Said, Failure>) -> Failure {
        let what = match said {
            Ok(Said::Failed(error)) => error.to_string(),
            Ok(Said::Ready(_) | Said::Answered(..)) => "it spoke out of turn".to_owned(),
            Err(error) => error.to_string(),
        };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        format!("the function broke: {what}; its log says:\n{log}").into()
    }
}

impl Drop for Bootstrap {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.log);
    }
}
