//! What the commands for AWS say in a `masa` that was built without its clients.

use shared::domain::ids::{LeadId, WorkId};
use shared::operator::Asked;

use crate::Refusal;
use crate::arguments::{BusinessCommand, Deploy, Destroy, Doctor, Erase, Publish, Redrive, Release, Where};
use crate::journeys::Effects;
use crate::publish::Moves;
use crate::tasks::OpenTask;

pub async fn deploy(_: &Deploy) -> Result<(), Refusal> {
    Err(not_built_in("deploy"))
}

pub async fn business(_: &BusinessCommand) -> Result<(), Refusal> {
    Err(not_built_in("business"))
}

pub async fn destroy(_: &Destroy) -> Result<(), Refusal> {
    Err(not_built_in("destroy"))
}

pub async fn doctor(_: &Doctor) -> Result<(), Refusal> {
    Err(not_built_in("doctor"))
}

pub async fn release(_: &Release) -> Result<(), Refusal> {
    Err(not_built_in("release"))
}

pub async fn publish(_: &Publish, _: bool) -> Result<Moves, Refusal> {
    Err(not_built_in("playbook publish"))
}

pub async fn journeys(_: &Where) -> Result<Effects, Refusal> {
    Err(not_built_in("journeys"))
}

pub async fn operate(_: &Where, _: Option<&str>, _: &Asked) -> Result<Vec<serde_json::Value>, Refusal> {
    Err(not_built_in("campaigns"))
}

pub async fn tasks(_: &Where) -> Result<Vec<OpenTask>, Refusal> {
    Err(not_built_in("tasks"))
}

pub async fn task_done(_: &Where, _: LeadId, _: WorkId) -> Result<bool, Refusal> {
    Err(not_built_in("tasks"))
}

pub async fn redrive(_: &Redrive) -> Result<(), Refusal> {
    Err(not_built_in("redrive"))
}

pub async fn erase(_: &Erase) -> Result<(), Refusal> {
    Err(not_built_in("erase"))
}

fn not_built_in(command: &str) -> Refusal {
    format!("this masa was built without AWS, to be built quickly. Run `cargo run --release --features aws -- {command}`, or take the masa of a release").into()
}
