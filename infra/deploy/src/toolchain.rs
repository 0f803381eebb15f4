//! What builds the functions: cargo-lambda, run as anybody would run it by hand.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use cloud::FUNCTIONS;

use crate::bundle::Code;
use crate::fault::DeployError;

/// Why the functions cannot be built here. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    #[error(
        "`cargo lambda` is not there: `pip install cargo-lambda ziglang` (or `brew install cargo-lambda/tap/cargo-lambda`). Without Rust, take the zips of a release: --prebuilt DIR"
    )]
    NoCargoLambda,
    #[error(
        "run it in Masa's folder, whose functions/ it builds; or take the zips of a release: --prebuilt DIR"
    )]
    NotInMasa,
    #[error("the functions were not built; what cargo says is above")]
    NotBuilt,
}

/// A place where the functions can be built.
#[derive(Debug)]
pub struct Toolchain {
    workspace: PathBuf,
}

impl Toolchain {
    pub fn find() -> Result<Self, ToolchainError> {
        let version = Command::new("cargo").args(["lambda", "--version"]).stdin(Stdio::null()).output();
        if !version.is_ok_and(|version| version.status.success()) {
            return Err(ToolchainError::NoCargoLambda);
        }
        let located = Command::new("cargo")
            .args(["locate-project", "--workspace", "--message-format", "plain"])
            .output()
            .map_err(|_| ToolchainError::NotInMasa)?;
        let manifest = PathBuf::from(String::from_utf8_lossy(&located.stdout).trim());
        let workspace = manifest.parent().map(PathBuf::from).unwrap_or_default();
        let has = |name: &str| workspace.join("functions").join(name).join("Cargo.toml").is_file();
        if !FUNCTIONS.iter().all(|function| has(function.name)) {
            return Err(ToolchainError::NotInMasa);
        }
        Ok(Self { workspace })
    }

    /// Builds the six for arm64. Cargo shows its progress itself.
    pub fn build(&self) -> Result<Code, DeployError> {
        // A folder of its own: the default one may hold what `cargo lambda watch` built for this machine.
        let folder = self.workspace.join("target").join("deploy");
        let mut cargo = Command::new("cargo");
        cargo.args(["lambda", "build", "--release", "--arm64", "--lambda-dir"]).arg(&folder);
        for function in FUNCTIONS {
            cargo.args(["--package", function.name]);
        }
        let built = cargo.current_dir(&self.workspace).status();
        if !built.is_ok_and(|built| built.success()) {
            return Err(ToolchainError::NotBuilt.into());
        }
        Ok(Code::pack(&folder)?)
    }
}
