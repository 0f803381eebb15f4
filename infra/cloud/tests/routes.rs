//! The HTTP API has the routes that the functions answer, each with its bound, and keeps nothing of who called.

mod project;

use std::collections::{BTreeMap, BTreeSet};

use cloud::template::{Template, list, text};
use project::source;

fn app() -> Template {
    Template::read(cloud::APP).unwrap()
}

/// The function of each route, read from where the functions match on method and path.
fn served() -> BTreeMap<String, &'static str> {
    let mut routes = BTreeMap::new();
    for line in source("functions/webhook/src/lib.rs").lines() {
        // (&Method::GET, "/meta/webhook") => …
        let Some((method, rest)) =
            line.trim().strip_prefix("(&Method::").and_then(|rest| rest.split_once(", "))
        else {
            continue;
        };
        let path = rest.split('"').nth(1).expect("a path");
        routes.insert(format!("{method} {path}"), "Webhook");
    }
    for line in source("functions/lead-intake/src/lib.rs").lines() {
        // ("POST", ["calls", business]) => …
        let Some((method, rest)) = line.trim().strip_prefix("(\"").and_then(|rest| rest.split_once("\", ["))
        else {
            continue;
        };
        let parts = rest.split(']').next().unwrap_or_default().split(", ");
        let part = |part: &str| match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            Some(word) => format!("/{word}"),
            None => format!("/{{{part}}}"),
        };
        let path: String = parts.map(part).collect();
        routes.insert(format!("{method} {path}"), "LeadIntake");
    }
    routes
}

#[test]
fn the_routes_are_those_that_the_functions_answer() {
    let template = app();
    let mut routes = BTreeMap::new();
    for route in template.of_kind("AWS::ApiGatewayV2::Route") {
        let target = text(&route.properties()["Target"]);
        let integration = target.strip_prefix("integrations/{").and_then(|name| name.strip_suffix('}'));
        let integration = template.resource(integration.expect("an integration")).expect("an integration");
        let function = template.pointed_at(&integration.properties()["IntegrationUri"]).expect("a function");
        routes.insert(text(&route.properties()["RouteKey"]), function.name);
    }
    let served = served();
    assert!(served.len() >= 6, "the functions' routes were not found: {served:?}");
    assert_eq!(routes, served);
}

#[test]
fn each_route_has_a_bound_of_its_own() {
    let template = app();
    let stage = template.of_kind("AWS::ApiGatewayV2::Stage").next().unwrap();
    let bounds = stage.properties()["RouteSettings"].as_object().unwrap();
    let bounded: BTreeSet<&String> = bounds.keys().collect();
    assert_eq!(bounded, served().keys().collect());
    for (route, bound) in bounds {
        assert!(bound["ThrottlingRateLimit"].as_u64().is_some_and(|rate| rate > 0), "{route}");
        assert!(bound["ThrottlingBurstLimit"].as_u64().is_some_and(|burst| burst > 0), "{route}");
    }
    // The stage names routes, and AWS refuses one that is not made yet.
    let waits: BTreeSet<String> = list(&stage.body["DependsOn"]).into_iter().map(text).collect();
    let routes = template.of_kind("AWS::ApiGatewayV2::Route").map(|route| route.name.to_owned());
    assert_eq!(waits, routes.collect());
}

#[test]
fn the_access_log_knows_nobody() {
    let template = app();
    let stage = template.of_kind("AWS::ApiGatewayV2::Stage").next().unwrap();
    let format = text(&stage.properties()["AccessLogSettings"]["Format"]);
    serde_json::from_str::<serde_json::Value>(&format).expect("a line of JSON");
    let words = format.split('"').filter(|word| word.starts_with('$')).collect::<BTreeSet<_>>();
    let known = [
        "$context.error.message",
        "$context.integrationLatency",
        "$context.requestId",
        "$context.requestTime",
        "$context.responseLatency",
        "$context.responseLength",
        "$context.routeKey",
        "$context.status",
    ];
    assert_eq!(words, BTreeSet::from(known));
}

#[test]
fn whoever_asks_from_another_site_is_answered_by_the_function() {
    let template = app();
    let api = template.of_kind("AWS::ApiGatewayV2::Api").next().unwrap();
    assert!(api.properties().get("CorsConfiguration").is_none(), "the API would answer before lead-intake");
}
