//! A CloudFormation stack: read, made, changed, deleted, and waited for.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{Capability, Parameter, StackEvent, TemplateStage};

use crate::aws::Aws;
use crate::fault::{AwsError, DeployError, StackFailed, explain};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Above the hour after which CloudFormation itself gives up on the slowest of our resources.
const LOOKS_MAX: u32 = 2_000;
/// What is shown of a failure: the first is the cause, the rest mostly follow.
const EVENTS_SHOWN_MAX: usize = 5;

/// A stack as CloudFormation tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    pub id: String,
    pub status: String,
    pub template: String,
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
}

/// Where a template is.
#[derive(Clone, Copy)]
pub enum Template<'t> {
    Body(&'t str),
    Url(&'t str),
}

/// What a stack shall become.
#[derive(Clone, Copy)]
pub struct Wish<'w> {
    pub name: &'w str,
    pub template: Template<'w>,
    pub parameters: &'w BTreeMap<String, String>,
    /// Keep what was made if something fails, to go on from there. For what holds data: what is kept by its
    /// deletion policy would otherwise stand in the way of the next try, under the same name.
    pub keeps_what_was_made: bool,
}

pub async fn read(aws: &Aws, name: &str) -> Result<Option<Stack>, AwsError> {
    let Some(mut stack) = describe(aws, name).await? else { return Ok(None) };
    let get = aws.cloudformation.get_template().stack_name(name).template_stage(TemplateStage::Original);
    let template =
        get.send().await.map_err(|error| explain("read a stack's template", aws.region(), &error))?;
    stack.template = template.template_body.unwrap_or_default();
    Ok(Some(stack))
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<Stack>, AwsError> {
    let described = aws.cloudformation.describe_stacks().stack_name(name).send().await;
    let stacks = match described {
        Ok(stacks) => stacks.stacks.unwrap_or_default(),
        Err(error) if error.message().is_some_and(|message| message.contains("does not exist")) => {
            return Ok(None);
        }
        Err(error) => return Err(explain("read the stacks", aws.region(), &error)),
    };
    let stack = stacks.into_iter().next().map(|stack| Stack {
        status: stack.stack_status().map_or("unknown", |status| status.as_str()).to_owned(),
        parameters: stack
            .parameters()
            .iter()
            .filter_map(|one| Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned())))
            .collect(),
        outputs: stack
            .outputs()
            .iter()
            .filter_map(|one| Some((one.output_key()?.to_owned(), one.output_value()?.to_owned())))
            .collect(),
        template: String::new(),
        id: stack.stack_id.unwrap_or_default(),
    });
    Ok(stack.filter(|stack| stack.status != "DELETE_COMPLETE"))
}

pub async fn make(aws: &Aws, wish: &Wish<'_>) -> Result<Stack, DeployError> {
    let mut create = aws
        .cloudformation
        .create_stack()
        .stack_name(wish.name)
        .capabilities(Capability::CapabilityIam)
        .disable_rollback(wish.keeps_what_was_made)
        .set_parameters(Some(parameters(wish.parameters)));
    create = match wish.template {
        Template::Body(text) => create.template_body(text),
        Template::Url(url) => create.template_url(url),
    };
    create.send().await.map_err(|error| explain("make a stack", aws.region(), &error))?;
    became(aws, wish.name, "CREATE_COMPLETE").await
}

pub async fn change(aws: &Aws, wish: &Wish<'_>) -> Result<Stack, DeployError> {
    let mut update = aws
        .cloudformation
        .update_stack()
        .stack_name(wish.name)
        .capabilities(Capability::CapabilityIam)
        .disable_rollback(wish.keeps_what_was_made)
        .set_parameters(Some(parameters(wish.parameters)));
    update = match wish.template {
        Template::Body(text) => update.template_body(text),
        Template::Url(url) => update.template_url(url),
    };
    match update.send().await {
        Ok(_) => became(aws, wish.name, "UPDATE_COMPLETE").await,
        // The text differs and nothing that it describes.
        Err(error) if error.message().is_some_and(|message| message.contains("No updates are to be")) => {
            let stack = describe(aws, wish.name).await?;
            Ok(stack.unwrap_or_default())
        }
        Err(error) => Err(explain("change a stack", aws.region(), &error).into()),
    }
}

/// Deletes a stack and waits until it is gone. `retained` names what is not looked at, since it is gone already.
pub async fn delete(aws: &Aws, stack: &Stack, retained: Vec<String>) -> Result<(), DeployError> {
    let retained = (!retained.is_empty()).then_some(retained);
    let delete = aws.cloudformation.delete_stack().stack_name(&stack.id).set_retain_resources(retained);
    delete.send().await.map_err(|error| explain("delete a stack", aws.region(), &error))?;
    match settled(aws, &stack.id).await? {
        None => Ok(()),
        Some(left) => Err(failed(aws, &stack.id, left.status).await?),
    }
}

/// What could not be deleted, by the names of the template.
pub async fn undeleted(aws: &Aws, stack: &Stack) -> Result<Vec<String>, AwsError> {
    let listed = aws.cloudformation.describe_stack_resources().stack_name(&stack.id).send().await;
    let listed = listed.map_err(|error| explain("list a stack's resources", aws.region(), &error))?;
    let left = listed.stack_resources().iter();
    let left =
        left.filter(|one| one.resource_status().is_some_and(|status| status.as_str() == "DELETE_FAILED"));
    Ok(left.filter_map(|one| one.logical_resource_id()).map(str::to_owned).collect())
}

async fn became(aws: &Aws, name: &str, status: &str) -> Result<Stack, DeployError> {
    let stack = settled(aws, name).await?.unwrap_or_default();
    if stack.status == status { Ok(stack) } else { Err(failed(aws, name, stack.status).await?) }
}

/// Waits until nothing moves in a stack.
async fn settled(aws: &Aws, name: &str) -> Result<Option<Stack>, AwsError> {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    for _ in 0..LOOKS_MAX {
        looks.tick().await;
        match describe(aws, name).await? {
            Some(stack) if stack.status.ends_with("_IN_PROGRESS") => {}
            other => return Ok(other),
        }
    }
    let reason = "it still moves; run the same command again when it is done".to_owned();
    Err(AwsError::NoAnswer { doing: format!("finish the stack {name}"), reason })
}

async fn failed(aws: &Aws, name: &str, status: String) -> Result<DeployError, AwsError> {
    let described = aws.cloudformation.describe_stack_events().stack_name(name).send().await;
    let events = described.map_err(|error| explain("read a stack's events", aws.region(), &error))?;
    let stack = name.rsplit('/').nth(1).unwrap_or(name).to_owned();
    Ok(DeployError::Stack(StackFailed { stack, status, events: first_failures(events.stack_events()) }))
}

/// The failures of the last operation, the first one first. Events come newest first.
fn first_failures(events: &[StackEvent]) -> Vec<String> {
    let began = |event: &&StackEvent| {
        event.resource_status_reason() == Some("User Initiated")
            && event.resource_status().is_some_and(|status| status.as_str().ends_with("_IN_PROGRESS"))
    };
    let of_operation = events.iter().position(|event| began(&event)).map_or(events, |last| &events[..=last]);
    let failure = |event: &StackEvent| {
        let status = event.resource_status()?.as_str();
        let reason = event.resource_status_reason().unwrap_or("no reason given");
        // Cancelled because another one failed: that one is the cause.
        if !status.ends_with("_FAILED") || reason.contains("cancelled") || reason.contains("canceled") {
            return None;
        }
        let (name, kind) = (event.logical_resource_id()?, event.resource_type().unwrap_or_default());
        Some(format!("{name} ({kind}): {reason}"))
    };
    of_operation.iter().rev().filter_map(failure).take(EVENTS_SHOWN_MAX).collect()
}

fn parameters(values: &BTreeMap<String, String>) -> Vec<Parameter> {
    let parameter = |(key, value): (&String, &String)| {
        Parameter::builder().parameter_key(key).parameter_value(value).build()
    };
    values.iter().map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::types::ResourceStatus;

    fn event(name: &str, status: ResourceStatus, reason: &str) -> StackEvent {
        StackEvent::builder()
            .stack_id("id")
            .event_id("id")
            .stack_name("masa-masa-app")
            .timestamp(aws_sdk_cloudformation::primitives::DateTime::from_secs(0))
            .logical_resource_id(name)
            .resource_type("AWS::SQS::Queue")
            .resource_status(status)
            .resource_status_reason(reason)
            .build()
    }

    #[test]
    fn the_first_failures_of_the_last_operation_are_told() {
        use ResourceStatus::{CreateFailed, UpdateFailed, UpdateInProgress};
        let newest_first = [
            event("C", UpdateFailed, "Resource update cancelled"),
            event("B", UpdateFailed, "the second"),
            event("A", UpdateFailed, "the first"),
            event("masa-masa-app", UpdateInProgress, "User Initiated"),
            event("Old", CreateFailed, "of another day"),
        ];
        assert_eq!(
            first_failures(&newest_first),
            ["A (AWS::SQS::Queue): the first", "B (AWS::SQS::Queue): the second"]
        );
    }
}
