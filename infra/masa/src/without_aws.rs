//! What `masa deploy` and `masa destroy` say in a `masa` that was built without the clients of AWS.

use crate::Refusal;
use crate::arguments::{Deploy, Destroy};

pub async fn deploy(_: &Deploy) -> Result<(), Refusal> {
    Err(not_built_in("deploy"))
}

pub async fn destroy(_: &Destroy) -> Result<(), Refusal> {
    Err(not_built_in("destroy"))
}

fn not_built_in(command: &str) -> Refusal {
    format!("this masa was built without AWS, to be built quickly. Run `cargo run --release --features aws -- {command}`, or take the masa of a release").into()
}
