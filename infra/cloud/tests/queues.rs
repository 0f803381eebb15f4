//! Queues: each is worked by one function, in its time, and what cannot be worked ends where it is seen.

mod project;

use std::collections::BTreeSet;

use cloud::template::{Resource, Template, list, text};
use serde_json::json;

fn app() -> Template {
    Template::read(cloud::APP).unwrap()
}

fn dead_letters<'t>(template: &'t Template, queue: Resource<'t>) -> Option<Resource<'t>> {
    template.pointed_at(&queue.properties()["RedrivePolicy"]["deadLetterTargetArn"])
}

#[test]
fn each_queue_has_dead_letters_of_its_own_that_are_kept_longer() {
    let template = app();
    let mut taken = BTreeSet::new();
    for queue in template.of_kind("AWS::SQS::Queue") {
        let Some(dead) = dead_letters(&template, queue) else { continue };
        assert!(taken.insert(dead.name), "{} takes the dead letters of two queues", dead.name);
        assert!(dead_letters(&template, dead).is_none(), "{} passes them on", dead.name);
        let kept = |queue: Resource<'_>| queue.properties()["MessageRetentionPeriod"].as_u64().unwrap();
        assert!(
            kept(dead) > kept(queue),
            "{}: dead letters keep the time at which they were sent",
            dead.name
        );
    }
    for queue in template.of_kind("AWS::SQS::Queue").filter(|queue| !taken.contains(queue.name)) {
        assert!(dead_letters(&template, queue).is_some(), "{} has no dead letters", queue.name);
        assert_eq!(queue.properties()["SqsManagedSseEnabled"], true, "{}", queue.name);
    }
}

#[test]
fn each_queue_is_worked_by_one_function_and_within_its_time() {
    let template = app();
    let mut worked = BTreeSet::new();
    for source in template.of_kind("AWS::Lambda::EventSourceMapping") {
        let properties = source.properties();
        let queue = template.pointed_at(&properties["EventSourceArn"]).expect("a queue");
        assert!(worked.insert(queue.name), "{} is worked twice", queue.name);
        assert_eq!(
            properties["FunctionResponseTypes"],
            json!(["ReportBatchItemFailures"]),
            "{}",
            source.name
        );
        assert!(!properties["ScalingConfig"]["MaximumConcurrency"].is_null(), "{} has no bound", source.name);
        assert!(properties["BatchSize"].as_u64().unwrap() <= 10, "{}", source.name);
        let function = template.pointed_at(&properties["FunctionName"]).expect("a function");
        let timeout = function.properties()["Timeout"].as_u64().unwrap();
        let hidden = queue.properties()["VisibilityTimeout"].as_u64().unwrap();
        assert!(hidden >= 6 * timeout, "{}: {hidden} s are less than 6 times {timeout} s", queue.name);
    }
    let living =
        template.of_kind("AWS::SQS::Queue").filter(|queue| dead_letters(&template, *queue).is_some());
    assert_eq!(worked, living.map(|queue| queue.name).collect());
}

#[test]
fn one_message_at_a_time_holds_up_nobody_at_the_platforms() {
    let template = app();
    for source in template.of_kind("AWS::Lambda::EventSourceMapping") {
        let function = template.pointed_at(&source.properties()["FunctionName"]).expect("a function");
        if function.name == "Sender" {
            assert_eq!(list(&source.properties()["BatchSize"]), [1], "{}", source.name);
        }
    }
}

#[test]
fn the_queues_are_named_in_the_order_in_which_the_functions_are_told_of_them() {
    let template = app();
    let settings = project::source("shared/src/lambda/settings.rs");
    let mut told_at = 0;
    for name in cloud::QUEUES {
        let variable = format!("MASA_QUEUE_{}", name.to_uppercase().replace('-', "_"));
        let at = settings.find(&format!("\"{variable}\"")).unwrap_or_else(|| panic!("{variable}"));
        assert!(at > told_at, "{variable} stands before the one of the queue before");
        told_at = at;
        let function = template.of_kind("AWS::Lambda::Function").next().expect("a function");
        let queue = &function.properties()["Environment"]["Variables"][variable.as_str()];
        let queue = template.pointed_at(queue).expect("a queue");
        let dead = dead_letters(&template, queue).expect("dead letters");
        let named = |queue: Resource<'_>| text(&queue.properties()["QueueName"]);
        assert_eq!(named(queue), format!("masa-{{Installation}}-{name}"));
        assert_eq!(named(dead), format!("masa-{{Installation}}-{name}-dead"));
    }
}
