//! The command and the functions, built as anybody builds them, and run as anybody runs them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The secrets that the operator gives. None of them may be seen in what the command says.
pub const GIVEN: [(&str, &str); 2] = [("MASA_META_APP_SECRET", APP_SECRET), ("MASA_META_TOKEN", META_TOKEN)];
pub const APP_SECRET: &str = "parity-app-secret-8f2c";
pub const META_TOKEN: &str = "parity-token-77aa";
const PLAYBOOK: &str = "infra/local/playbook.he.yaml";

/// What cargo is asked for: which features a library is built with depends on it. With these it takes the libraries that
/// `cargo test --workspace --features masa/aws` has built; naming one test makes it count what only tests depend on.
const AS_TESTED: [&str; 5] = ["--workspace", "--features", "masa/aws", "--test", "parity"];

pub const REGION: &str = "il-central-1";

/// The build folder that this test was built into.
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("the test has a file");
    // <target>/<profile>/deps/<test>
    test.ancestors().nth(3).expect("a build folder").to_owned()
}

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The command and a folder with the functions' zips.
pub struct Masa {
    program: PathBuf,
    zips: PathBuf,
}

/// How a run of the command ended.
pub struct Ran {
    pub ok: bool,
    /// What it said, on both streams.
    pub text: String,
}

impl Masa {
    /// Built once for all tests.
    pub fn built() -> &'static Self {
        static BUILT: OnceLock<Masa> = OnceLock::new();
        BUILT.get_or_init(Self::build)
    }

    /// Builds everything for this machine, without optimisation: the emulator runs what the machine runs.
    fn build() -> Self {
        let functions = cloud::FUNCTIONS.map(|function| function.name);
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--message-format", "json"]).args(AS_TESTED);
        cargo.arg("--target-dir").arg(target()).args(["--bin", "masa"]);
        for name in functions {
            cargo.args(["--bin", name]);
        }
        let built = cargo.current_dir(workspace()).stderr(Stdio::inherit()).output().expect("cargo runs");
        assert!(built.status.success(), "the functions are not built");
        let programs = programs(&built.stdout);
        let zips = target().join("parity-zips");
        std::fs::create_dir_all(&zips).expect("a folder for the zips");
        for name in functions {
            pack(&programs[name], &zips.join(format!("{name}.zip")));
        }
        Self { program: programs["masa"].clone(), zips }
    }

    /// `masa deploy` with the zips and what else is said.
    pub async fn deploy(&self, endpoint: &str, more: &[&str]) -> Ran {
        let zips = self.zips.display().to_string();
        let said = ["deploy", "--prebuilt", &zips, "--playbook", PLAYBOOK, "--endpoint-url", endpoint];
        self.run(&said, more).await
    }

    pub async fn destroy(&self, endpoint: &str, more: &[&str]) -> Ran {
        self.run(&["destroy", "--endpoint-url", endpoint], more).await
    }

    /// Another command on what is deployed.
    pub async fn on(&self, endpoint: &str, said: &[&str]) -> Ran {
        self.run(said, &["--endpoint-url", endpoint]).await
    }

    async fn run(&self, said: &[&str], more: &[&str]) -> Ran {
        let ran = tokio::process::Command::new(&self.program)
            .args(said)
            .args(more)
            .current_dir(workspace())
            .env_clear()
            .env("HOME", target())
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", "parity")
            .env("AWS_SECRET_ACCESS_KEY", "parity")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(GIVEN)
            .stdin(Stdio::null())
            .output()
            .await
            .expect("masa runs");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { ok: ran.status.success(), text: said(&ran.stdout) + &said(&ran.stderr) }
    }
}

/// Name and file of each program that cargo built.
fn programs(messages: &[u8]) -> BTreeMap<String, PathBuf> {
    let lines = messages.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    messages
        .filter_map(|message| {
            let file = message["executable"].as_str()?;
            Some((message["target"]["name"].as_str()?.to_owned(), PathBuf::from(file)))
        })
        .collect()
}

/// A zip as Lambda takes it; the one that is there, if the program is not newer.
fn pack(program: &Path, zip: &Path) {
    let changed = |file: &Path| std::fs::metadata(file).and_then(|file| file.modified()).ok();
    if changed(zip).is_some_and(|packed| changed(program).is_some_and(|built| built < packed)) {
        return;
    }
    let half = zip.with_extension("half");
    let file = std::fs::File::create(&half).expect("a file for the zip");
    let mut writer = ZipWriter::new(file);
    let options = SimpleFileOptions::default().unix_permissions(0o755).compression_level(Some(1));
    writer.start_file("bootstrap", options).expect("an entry");
    writer.write_all(&std::fs::read(program).expect("a program")).expect("an entry");
    writer.finish().expect("a zip");
    std::fs::rename(half, zip).expect("a name for the zip");
}
