//! The emulator: installed into the build folder, started on a port of its own, ended with the test.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::masa::target;

/// What is installed. The translator is for templates of SAM: ministack refuses to start some of its parts without.
const PACKAGES: [&str; 2] = ["ministack==1.5.33", "aws-sam-translator"];
const VERSION: &str = "1.5.33";
const SKIPPED: &str =
    "tests/parity: SKIPPED: ministack cannot be installed here (it needs python3 with venv, and PyPI)";
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS_MAX: u32 = 240;

/// Starts it, and ends it and all that it wrote when its standard input ends: a test that is killed drops nothing.
const RUN: &str = "
import os, shutil, sys, tempfile, threading

def end_with_the_test():
    sys.stdin.read()
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
    os._exit(0)

threading.Thread(target=end_with_the_test, daemon=True).start()
from ministack.app import main
main()
";

/// A running emulator. It ends when it is dropped, and its functions with it.
pub struct Emulator {
    child: Child,
    /// Where it unpacks the functions.
    folder: PathBuf,
    pub url: String,
}

impl Emulator {
    /// `None` where it cannot be installed; the reason has been said.
    pub async fn start() -> Option<Self> {
        static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
        let target = &target();
        let python = PYTHON.get_or_init(|| installed(&target.join("venv-parity"))).as_ref();
        let Some(python) = python else {
            // Past the capture of a test that passes.
            let _ = writeln!(std::io::stderr(), "{SKIPPED}");
            return None;
        };
        let port = free_port();
        let folder = target.join("parity-emulators").join(port.to_string());
        std::fs::create_dir_all(&folder).expect("a folder for the emulator");
        let child = Command::new(python)
            .args(["-c", RUN])
            .env("TMPDIR", &folder)
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("LAMBDA_EXECUTOR", "local")
            .env("PERSIST_STATE", "0")
            .stdin(Stdio::piped())
            .stdout(log(target))
            .stderr(log(target))
            .spawn()
            .expect("the emulator starts");
        let emulator = Self { child, folder, url: format!("http://127.0.0.1:{port}") };
        emulator.answers().await;
        Some(emulator)
    }

    async fn answers(&self) {
        let health = format!("{}/_ministack/health", self.url);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut looks = tokio::time::interval(LOOK_EVERY);
        for _ in 0..LOOKS_MAX {
            looks.tick().await;
            if http.get(&health).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
        }
        panic!("the emulator does not answer; see parity.log in the build folder");
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Its functions are its children, and end when their runtime API is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn log(target: &Path) -> Stdio {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(target.join("parity.log"));
    file.map_or_else(|_| Stdio::null(), Stdio::from)
}

/// A port that was free a moment ago: ministack takes no listener, only a number.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// The Python that has it.
fn installed(venv: &Path) -> Option<PathBuf> {
    let python = venv.join("bin").join("python");
    if is_version(&python) {
        return Some(python);
    }
    let done = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let made = done(Command::new("python3").args(["-m", "venv"]).arg(venv))
        && done(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"])
                .args(PACKAGES),
        );
    (made && is_version(&python)).then_some(python)
}

fn is_version(python: &Path) -> bool {
    let ask = "import importlib.metadata as m; print(m.version('ministack'))";
    let asked = Command::new(python).args(["-c", ask]).output();
    asked.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).trim() == VERSION)
}
