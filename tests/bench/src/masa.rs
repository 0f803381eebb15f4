//! The program under test: started, killed, and looked at from outside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::product::{Product, SECRETS};
use crate::{Common, Failure, clock, proc};

const READY_AFTER_MAX: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A program, a port, and a data folder that outlives its processes. Ends with its value.
pub struct Masa {
    program: PathBuf,
    arguments: Vec<String>,
    port: u16,
    folder: PathBuf,
    keep: bool,
    process: Child,
}

impl Masa {
    /// Starts on an empty data folder. Says how long it took until it was ready.
    pub async fn start(
        common: &Common,
        graph_port: u16,
        arguments: &[&str],
    ) -> Result<(Self, Product, Duration), Failure> {
        let program = match &common.masa {
            Some(program) => program.clone(),
            None => std::env::current_exe()?.with_file_name("masa"),
        };
        if !program.is_file() {
            return Err(format!("there is no {}; build it, or name it with --masa", program.display()).into());
        }
        let port = free_port()?;
        let parent = common.data.clone().unwrap_or_else(std::env::temp_dir);
        let folder = parent.join(format!("masa-bench-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut all: Vec<String> = ["run", "--port"].map(str::to_owned).to_vec();
        all.extend([port.to_string(), "--graph-url".to_owned(), format!("http://127.0.0.1:{graph_port}")]);
        all.extend(["--data".to_owned(), folder.join("data").display().to_string()]);
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let spawned = clock::now();
        let process = spawn(&program, &all, &folder)?;
        let masa = Self { program, arguments: all, port, folder, keep: common.keep, process };
        let product = Product::at(port)?;
        masa.ready(&product).await?;
        Ok((masa, product, spawned.elapsed()))
    }

    /// SIGKILL, and a new process on the same data.
    pub async fn kill_and_restart(&mut self, product: &Product) -> Result<Duration, Failure> {
        let killed = clock::now();
        self.process.kill()?;
        self.process.wait()?;
        self.process = spawn(&self.program, &self.arguments, &self.folder)?;
        self.ready(product).await?;
        Ok(killed.elapsed())
    }

    async fn ready(&self, product: &Product) -> Result<(), Failure> {
        let start = clock::now();
        while !product.is_ready().await {
            if start.elapsed() > READY_AFTER_MAX {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("it is not ready on port {}; it said:\n{log}", self.port).into());
            }
            clock::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// User and system time of the process so far, in seconds.
    pub fn cpu_seconds(&self) -> io::Result<f64> {
        proc::cpu_seconds(self.process.id())
    }

    /// The most memory that the process ever had, in MiB.
    pub fn memory_peak_mib(&self) -> io::Result<f64> {
        proc::memory_peak_mib(self.process.id())
    }

    /// What the data folder takes on the disk, in bytes.
    pub fn data_bytes(&self) -> io::Result<u64> {
        let mut bytes = 0;
        for file in fs::read_dir(self.folder.join("data"))? {
            bytes += file?.metadata()?.len();
        }
        Ok(bytes)
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Leaves data and log where they are, for whoever looks into a failure.
    pub fn keep(&mut self) -> &Path {
        self.keep = true;
        &self.folder
    }
}

impl Drop for Masa {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if self.keep {
            eprintln!("data and log are in {}", self.folder.display());
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn spawn(program: &Path, arguments: &[String], folder: &Path) -> io::Result<Child> {
    let log = fs::File::options().create(true).append(true).open(folder.join("log"))?;
    Command::new(program)
        .args(arguments)
        .envs(SECRETS)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}

/// Free now; nobody else is likely to take it before it is used.
fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
