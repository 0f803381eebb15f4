//! The command and the functions, built as anybody builds them, and run as anybody runs them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The secrets that the operator gives. None of them may be seen in what the command says.
pub const GIVEN: [(&str, &str); 2] =
    [("MASA_META_APP_SECRET", "parity-app-secret-8f2c"), ("MASA_META_TOKEN", "parity-token-77aa")];
const PLAYBOOK: &str = "infra/local/playbook.he.yaml";

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
    /// Builds everything for this machine, without optimisation: the emulator runs what the machine runs.
    pub fn build() -> Self {
        let functions = cloud::FUNCTIONS.map(|function| function.name);
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--message-format", "json", "--features", "masa/aws", "-p", "masa"]);
        for name in functions {
            cargo.args(["-p", name]);
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

fn pack(program: &Path, zip: &Path) {
    let file = std::fs::File::create(zip).expect("a file for the zip");
    let mut writer = ZipWriter::new(file);
    let options = SimpleFileOptions::default().unix_permissions(0o755).compression_level(Some(1));
    writer.start_file("bootstrap", options).expect("an entry");
    writer.write_all(&std::fs::read(program).expect("a program")).expect("an entry");
    writer.finish().expect("a zip");
}
