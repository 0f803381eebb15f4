//! The functions of the template are those of the project: all of them, with what their code reads, with a log, and
//! woken as their `main.rs` is.

mod project;

use std::collections::BTreeSet;

use cloud::template::{Resource, Template, list, text};
use project::{path, source};

/// Begins the names of the Graph API's settings and tokens: read by the one function that calls it.
const OF_WHO_CALLS_OUT: [&str; 5] =
    ["MASA_GRAPH_", "MASA_META_TOKEN", "MASA_BUS", "MASA_PUBLIC_URL", "MASA_MAIL_EVENTS"];

fn app() -> Template {
    Template::read(cloud::APP).unwrap()
}

fn name_of(function: Resource<'_>) -> String {
    let name = text(&function.properties()["FunctionName"]);
    name.strip_prefix("masa-{Installation}-").expect("a name of this installation").to_owned()
}

/// The names of variables in a source.
fn variables(source: &str) -> BTreeSet<String> {
    let quoted = source.split('"').skip(1).step_by(2);
    let is_name = |text: &&str| {
        text.starts_with("MASA_") && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    quoted.filter(is_name).map(str::to_owned).collect()
}

/// What the constants of `secrets/names.rs` that a source mentions are called.
fn secrets_named(code: &str) -> BTreeSet<String> {
    let constants = source("shared/src/secrets/names.rs");
    let constants =
        constants.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = "));
    let is_mentioned = |constant: &str| {
        let mention = format!("names::{constant}");
        code.split(&mention)
            .skip(1)
            .any(|after| !after.starts_with(|next: char| next.is_ascii_uppercase() || next == '_'))
    };
    let mentioned = constants.filter(|(constant, _)| is_mentioned(constant));
    mentioned.map(|(_, name)| name.trim_matches(['"', ';']).to_owned()).collect()
}

fn read_by(function: &str) -> BTreeSet<String> {
    let mut code = String::new();
    for file in std::fs::read_dir(path(&format!("functions/{function}/src"))).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            code += &std::fs::read_to_string(file).unwrap();
        }
    }
    let start = source("shared/src/lambda/start.rs");
    let mut read = variables(&source("shared/src/lambda/settings.rs"));
    read.extend(variables(&start));
    read.extend(secrets_named(&start));
    read.insert("MASA_META_TOKEN".to_owned());
    if !code.contains("outside(") {
        read.retain(|name| OF_WHO_CALLS_OUT.iter().all(|prefix| !name.starts_with(prefix)));
    }
    read.extend(secrets_named(&code));
    read
}

/// The secrets that a function may read, as tests/rights.rs holds them.
fn secrets_of(template: &Template, function: Resource<'_>) -> BTreeSet<String> {
    let role = template.pointed_at(&function.properties()["Role"]).expect("a role");
    let own = list(&role.properties()["Policies"]).into_iter().map(|policy| &policy["PolicyDocument"]);
    let shared = list(&role.properties()["ManagedPolicyArns"])
        .into_iter()
        .filter_map(|policy| template.pointed_at(policy))
        .map(|policy| &policy.properties()["PolicyDocument"]);
    let statements = own.chain(shared).flat_map(|document| list(&document["Statement"]));
    let secrets = statements
        .filter(|statement| {
            list(&statement["Action"]).iter().any(|action| text(action) == "ssm:GetParameters")
        })
        .flat_map(|statement| list(&statement["Resource"]))
        .map(|resource| text(resource).rsplit('/').next().unwrap_or_default().to_owned());
    secrets.collect()
}

#[test]
fn each_folder_is_a_function_and_the_other_way_round() {
    let folders = std::fs::read_dir(path("functions")).unwrap().map(|entry| entry.unwrap());
    let folders: BTreeSet<String> = folders
        .filter(|entry| entry.path().join("src/main.rs").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let template = app();
    let of_template: BTreeSet<String> = template.of_kind("AWS::Lambda::Function").map(name_of).collect();
    assert_eq!(of_template, folders);
    let of_lib: BTreeSet<String> = cloud::FUNCTIONS.iter().map(|function| function.name.to_owned()).collect();
    assert_eq!(of_lib, folders);
}

#[test]
fn each_function_is_built_and_started_alike() {
    let template = app();
    for function in template.of_kind("AWS::Lambda::Function") {
        let (name, properties) = (name_of(function), function.properties());
        assert_eq!(properties["Runtime"], "provided.al2023", "{name}");
        assert_eq!(properties["Handler"], "bootstrap", "{name}");
        assert_eq!(properties["Architectures"], serde_json::json!(["arm64"]), "{name}");
        assert_eq!(text(&properties["Code"]["S3Bucket"]), "{ArtifactsBucket}", "{name}");
        let parameter = cloud::FUNCTIONS.iter().find(|known| known.name == name).unwrap().code_parameter;
        assert_eq!(text(&properties["Code"]["S3Key"]), format!("{{{parameter}}}"), "{name}");
        assert!(template.part("Parameters").get(parameter).is_some(), "{parameter}");
    }
}

/// What a function's Cargo.toml tells `cargo lambda deploy`.
fn told_to_cargo_lambda(name: &str) -> BTreeSet<String> {
    let manifest = source(&format!("functions/{name}/Cargo.toml"));
    let section = manifest.split("[package.metadata.lambda.deploy]\n").nth(1);
    let lines = section.unwrap_or_default().lines().take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn cargo_lambda_deploy_changes_the_code_and_nothing_else() {
    let template = app();
    for function in template.of_kind("AWS::Lambda::Function") {
        let (name, properties) = (name_of(function), function.properties());
        let tracing = match &properties["TracingConfig"]["Mode"] {
            serde_json::Value::Null => "PassThrough".to_owned(),
            mode => text(mode),
        };
        // Anything more (a role, variables, a description) would be a second place that says what a function is.
        let expected = [
            format!("memory = {}", properties["MemorySize"]),
            format!("timeout = {}", properties["Timeout"]),
            format!("tracing = \"{tracing}\""),
        ];
        assert_eq!(told_to_cargo_lambda(&name), BTreeSet::from(expected), "{name}");
    }
}

#[test]
fn each_function_is_told_what_its_code_reads() {
    let template = app();
    for function in template.of_kind("AWS::Lambda::Function") {
        let name = name_of(function);
        let variables = function.properties()["Environment"]["Variables"].as_object().unwrap();
        assert_eq!(text(&variables["MASA_INSTALLATION"]), "{Installation}", "{name}");
        assert_eq!(text(&variables["MASA_SECRETS"]), "/masa/{Installation}", "{name}");
        let secrets = secrets_of(&template, function);
        for secret in &secrets {
            assert!(!variables.contains_key(secret), "{name} has {secret} in the open");
        }
        let mut known: BTreeSet<String> = variables.keys().cloned().chain(secrets).collect();
        known.retain(|known| known != "RUST_LOG" && !known.ends_with('*'));
        assert_eq!(known, read_by(&name), "what {name} is told or may read, and what its code reads");
    }
}

#[test]
fn each_function_hands_over_its_figures_when_an_event_is_worked_off() {
    for function in cloud::FUNCTIONS {
        let main = source(&format!("functions/{}/src/main.rs", function.name));
        let (_, each_event) = main.split_once("service_fn(").expect("a handler");
        let (handler, _) = each_event.split_once("\n}\n").expect("its end");
        assert!(handler.contains("counted("), "{}", function.name);
    }
}

#[test]
fn each_function_writes_into_a_log_that_forgets() {
    let template = app();
    for function in template.of_kind("AWS::Lambda::Function") {
        let properties = function.properties();
        let log = template.pointed_at(&properties["LoggingConfig"]["LogGroup"]).expect("a log group");
        let expected = format!("/aws/lambda/{}", text(&properties["FunctionName"]));
        assert_eq!(text(&log.properties()["LogGroupName"]), expected);
    }
    for log in template.of_kind("AWS::Logs::LogGroup") {
        assert_eq!(text(&log.properties()["RetentionInDays"]), "{LogRetentionDays}", "{}", log.name);
    }
}

#[test]
fn the_tick_wakes_each_function_that_takes_it_and_is_not_repeated() {
    let template = app();
    let takes_it = |name: &String| {
        let main = source(&format!("functions/{name}/src/main.rs"));
        main.contains("tick")
    };
    let functions = || template.of_kind("AWS::Lambda::Function");
    let expected: BTreeSet<String> = functions().map(name_of).filter(takes_it).collect();
    let mut woken = BTreeSet::new();
    for schedule in template.of_kind("AWS::Scheduler::Schedule") {
        let properties = schedule.properties();
        assert_eq!(properties["ScheduleExpression"], "rate(1 minute)", "{}", schedule.name);
        assert_eq!(properties["ScheduleExpressionTimezone"], "UTC", "{}", schedule.name);
        assert_eq!(properties["FlexibleTimeWindow"]["Mode"], "OFF", "{}", schedule.name);
        let target = &properties["Target"];
        assert_eq!(target["RetryPolicy"]["MaximumRetryAttempts"], 0, "{}", schedule.name);
        assert_eq!(target["RetryPolicy"]["MaximumEventAgeInSeconds"], 60, "{}", schedule.name);
        // What has these would be taken for a request or for a batch.
        let input = text(&target["Input"]);
        assert!(!input.contains("requestContext") && !input.contains("Records"), "{input}");
        let function = template.pointed_at(&target["Arn"]).expect("a function");
        let once = template.of_kind("AWS::Lambda::EventInvokeConfig").find(|once| {
            template.pointed_at(&once.properties()["FunctionName"]).is_some_and(|of| of.name == function.name)
        });
        let once = once.unwrap_or_else(|| panic!("{} would be repeated", schedule.name)).properties();
        assert_eq!(once["MaximumRetryAttempts"], 0, "{}", schedule.name);
        assert_eq!(once["MaximumEventAgeInSeconds"], 60, "{}", schedule.name);
        assert!(woken.insert(name_of(function)), "{} is woken twice", function.name);
    }
    assert_eq!(woken, expected);
}
