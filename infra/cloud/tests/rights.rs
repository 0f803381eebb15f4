//! Who may do what: the whole of it, held against the table below.
//!
//! Rights are compared as they work, not as they are written: how the template groups them into statements does not
//! matter. A right that is added or taken there and not here turns this red, and the other way round.

use std::collections::BTreeSet;

use cloud::template::{Resource, Template, list, text};
use serde_json::Value;

/// What each function may do, and the schedule. The keys are those of `keys.rs`: `A#` assets; `B#<business>` a
/// business's playbooks; below it `#L#` leads, `#I#` names and their inboxes, `#E#` markers, `#O` notices, `#C#` campaigns and what
/// they give, `#K#` the pace of connections; `M` the
/// heartbeat; `R` which table may send. IAM looks at partition keys alone: what stands beside a lead's record shares
/// its rights.
#[rustfmt::skip]
const RIGHTS: &[(&str, &[(&str, &str)])] = &[
    ("webhook", &[
        ("table A#*",                            "GetItem"),
        ("table B",                              "Query"), // each business is told of a request to delete data
        ("table B#*#I#*",                        "BatchWriteItem PutItem"),
        ("table B#*#L#*",                        "PutItem"), // what platforms say of messages
        ("table B#*#O",                          "BatchWriteItem PutItem"),
        ("table M",                              "GetItem"), // opens the connection
        ("queue lead-intake",                    "SendMessage"),
        ("queue comments",                       "SendMessage"),
        ("queue tags",                           "SendMessage"),
        ("queue messages",                       "SendMessage"),
        ("secret MASA_META_APP_SECRET",          "GetParameters"),
        ("secret MASA_META_APP_SECRET_PREVIOUS", "GetParameters"),
        ("secret MASA_META_VERIFY_TOKEN",        "GetParameters"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log webhook",                          "CreateLogStream PutLogEvents"),
    ]),
    ("lead-intake", &[
        ("table B#* but not B#*#*",              "GetItem Query"),
        ("table B#*#I#*",                        "DeleteItem GetItem PutItem Query UpdateItem"),
        ("table B#*#L#*",                        "GetItem PutItem"),
        ("table B#*#E#*",                        "PutItem"),
        ("table B#*#O",                          "PutItem"),
        ("table M",                              "GetItem"), // opens the connection
        ("index wake",                           "Query"),
        ("queue lead-intake",                    "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"),
        ("queue conversation",                   "SendMessage"),
        ("queue bulk",                           "SendMessage"),
        ("secret MASA_API_KEY",                  "GetParameters"),
        ("secret MASA_FORM_KEY",                 "GetParameters"),
        ("secret */MASA_API_KEY",                "GetParameters"), // a business's own
        ("secret */MASA_FORM_KEY",               "GetParameters"),
        ("secret */MASA_CALENDLY_KEY",           "GetParameters"),
        ("secret MASA_CALENDLY_KEY",             "GetParameters"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log lead-intake",                      "CreateLogStream PutLogEvents"),
    ]),
    ("comment-responder", &[
        ("table B#* but not B#*#*",              "GetItem Query"),
        ("table B#*#I#*",                        "DeleteItem GetItem PutItem Query UpdateItem"),
        ("table B#*#L#*",                        "GetItem PutItem"),
        ("table B#*#E#*",                        "PutItem"),
        ("table B#*#O",                          "PutItem"),
        ("table M",                              "GetItem"), // opens the connection
        ("index wake",                           "Query"),
        ("table B#*#C#*",                        "GetItem PutItem Query"), // what campaigns give
        ("queue comments",                       "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"),
        ("queue lead-intake",                    "SendMessage"), // a name that is another lead's
        ("queue conversation",                   "SendMessage"),
        ("queue bulk",                           "SendMessage"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log comment-responder",                "CreateLogStream PutLogEvents"),
    ]),
    ("tag-responder", &[
        ("table B#* but not B#*#*",              "GetItem Query"),
        ("table B#*#I#*",                        "DeleteItem GetItem PutItem Query UpdateItem"),
        ("table B#*#L#*",                        "GetItem PutItem"),
        ("table B#*#E#*",                        "PutItem"),
        ("table B#*#O",                          "PutItem"),
        ("table M",                              "GetItem"), // opens the connection
        ("index wake",                           "Query"),
        ("queue tags",                           "DeleteMessage GetQueueAttributes ReceiveMessage"),
        ("queue lead-intake",                    "SendMessage"), // a name that is another lead's
        ("queue conversation",                   "SendMessage"),
        ("queue bulk",                           "SendMessage"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log tag-responder",                    "CreateLogStream PutLogEvents"),
    ]),
    ("message-responder", &[
        ("table B#* but not B#*#*",              "GetItem Query"),
        ("table B#*#I#*",                        "DeleteItem GetItem PutItem Query UpdateItem"),
        ("table B#*#L#*",                        "GetItem PutItem"),
        ("table B#*#E#*",                        "PutItem"),
        ("table B#*#O",                          "PutItem"),
        ("table M",                              "GetItem"), // opens the connection
        ("index wake",                           "Query"),
        ("index attention",                      "Query"), // who waits for an approved template
        ("queue messages",                       "DeleteMessage GetQueueAttributes ReceiveMessage"),
        ("queue lead-intake",                    "SendMessage"), // a name that is another lead's
        ("queue conversation",                   "SendMessage"),
        ("queue bulk",                           "SendMessage"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log message-responder",                "CreateLogStream PutLogEvents"),
    ]),
    ("followup-dispatcher", &[
        ("table M",                              "GetItem PutItem"),
        ("index wake",                           "Query"),
        ("queue lead-intake",                    "SendMessage"),
        ("queue comments",                       "SendMessage"),
        ("queue tags",                           "SendMessage"),
        ("queue messages",                       "SendMessage"),
        ("queue conversation",                   "GetQueueAttributes SendMessage"),
        ("queue bulk",                           "GetQueueAttributes SendMessage"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log followup-dispatcher",              "CreateLogStream PutLogEvents"),
    ]),
    ("sender", &[
        ("table B#* but not B#*#*",              "GetItem Query"),
        ("table B#*#L#*",                        "DeleteItem GetItem PutItem Query"),
        ("table B#*#I#*",                        "DeleteItem GetItem PutItem Query UpdateItem"),
        ("table B#*#O",                          "PutItem"),
        ("table M",                              "GetItem"), // the heartbeat
        ("table R",                              "GetItem"), // which table may send
        ("table B#*#K#*",                        "GetItem PutItem"), // how fast a connection may go
        ("table B#*#BC",                         "GetItem PutItem Query"), // broadcasts, and who is next
        ("index roster",                         "Query"),
        ("queue comments",                       "SendMessage"), // what a comment that was looked up is to get
        ("index wake",                           "Query"),
        ("queue conversation",                   "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"),
        ("queue bulk",                           "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"),
        ("queue lead-intake",                    "SendMessage"), // a lead ad whose person is a lead already
        ("the bus",                              "PutEvents"),
        ("mail from *",                          "SendEmail SendRawEmail"), // from what is verified
        ("mail told of by {MailEvents}",         "SendEmail SendRawEmail"),
        ("secret MASA_META_TOKEN",               "GetParameters"),
        ("secret MASA_META_TOKEN_*",             "GetParameters"),
        ("secret */MASA_META_TOKEN",             "GetParameters"), // a business's own
        ("secret */MASA_META_TOKEN_*",           "GetParameters"),
        ("secret MASA_PEPPER",                   "GetParameters"),
        ("log sender",                           "CreateLogStream PutLogEvents"),
    ]),
    ("the schedule", &[
        ("function lead-intake",                 "InvokeFunction"),
        ("function comment-responder",           "InvokeFunction"),
        ("function tag-responder",               "InvokeFunction"),
        ("function message-responder",           "InvokeFunction"),
        ("function followup-dispatcher",         "InvokeFunction"),
        ("function sender",                      "InvokeFunction"),
    ]),
];

/// What is open to whom from outside the roles.
const DOORS: &[&str] = &[
    "apigateway.amazonaws.com of {Api}/*/* may lambda:InvokeFunction on webhook",
    "apigateway.amazonaws.com of {Api}/*/* may lambda:InvokeFunction on lead-intake",
    "events.amazonaws.com of {MailEventsRule.Arn} may sqs:SendMessage on {LeadIntakeQueue.Arn}",
    "everybody may s3:GetObject on {MediaBucket.Arn}/* over HTTPS",
    "nobody may s3:* on {MediaBucket.Arn} but over HTTPS",
    "nobody may s3:* on {MediaBucket.Arn}/* but over HTTPS",
    "nobody may s3:* on {ArtifactsBucket.Arn} but over HTTPS",
    "nobody may s3:* on {ArtifactsBucket.Arn}/* but over HTTPS",
];

#[test]
fn each_function_may_do_what_it_needs_and_nothing_else() {
    let template = Template::read(cloud::APP).unwrap();
    let expected = RIGHTS.iter().flat_map(|(who, rights)| {
        rights.iter().flat_map(move |(what, actions)| {
            actions.split(' ').map(move |action| format!("{who}: {action} on {what}"))
        })
    });
    assert_same(&granted(&template), &expected.collect());
}

#[test]
fn the_table_itself_grants_nothing_wide() {
    for (who, rights) in RIGHTS {
        for (what, actions) in *rights {
            assert!(!actions.contains('*') && *what != "*", "{who}: {actions} on {what}");
            for forbidden in ["Scan", "Table", "PartiQL", "iam:", "kms:", "sts:"] {
                assert!(!actions.contains(forbidden), "{who}: {actions} on {what}");
            }
        }
    }
}

#[test]
fn a_role_is_taken_by_one_function_or_by_the_schedule() {
    let template = Template::read(cloud::APP).unwrap();
    for role in template.of_kind("AWS::IAM::Role") {
        let trust = &role.properties()["AssumeRolePolicyDocument"]["Statement"];
        let [trust] = list(trust)[..] else { panic!("{} trusts several", role.name) };
        assert_eq!(trust["Effect"], "Allow", "{}", role.name);
        assert_eq!(trust["Action"], "sts:AssumeRole", "{}", role.name);
        let service = match function_of(&template, role) {
            Some(_) => "lambda.amazonaws.com",
            None => "scheduler.amazonaws.com",
        };
        assert_eq!(trust["Principal"], serde_json::json!({ "Service": service }), "{}", role.name);
    }
}

#[test]
fn the_doors_from_outside_are_these() {
    let (app, data) = (Template::read(cloud::APP).unwrap(), Template::read(cloud::DATA).unwrap());
    let mut doors = BTreeSet::new();
    for permission in app.of_kind("AWS::Lambda::Permission") {
        let properties = permission.properties();
        let who = text(&properties["Principal"]);
        let from = text(&properties["SourceArn"]);
        let from = from.replace(&arn("execute-api", ""), "");
        let function = app.pointed_at(&properties["FunctionName"]).map(|function| short_name(function));
        let (action, on) = (text(&properties["Action"]), function.unwrap_or_default());
        doors.insert(format!("{who} of {from} may {action} on {on}"));
    }
    for policy in app.of_kind("AWS::SQS::QueuePolicy") {
        for statement in list(&policy.properties()["PolicyDocument"]["Statement"]) {
            assert_known(
                "a statement",
                statement,
                &["Effect", "Principal", "Action", "Resource", "Condition"],
            );
            assert_eq!(statement["Effect"], "Allow");
            let who = text(&statement["Principal"]["Service"]);
            let from = text(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]);
            let (action, on) = (text(&statement["Action"]), text(&statement["Resource"]));
            doors.insert(format!("{who} of {from} may {action} on {on}"));
        }
    }
    for policy in data.of_kind("AWS::S3::BucketPolicy") {
        for statement in list(&policy.properties()["PolicyDocument"]["Statement"]) {
            // Of a statement that comes under a condition, the one that there may be.
            let statement = statement.get("Fn::If").map_or(statement, |either| &either[1]);
            doors.extend(doors_of_bucket(statement));
        }
    }
    assert_same(&doors, &DOORS.iter().map(|door| (*door).to_owned()).collect());
}

/// Rights also come by other resources: none of them is there unseen.
#[test]
fn nothing_else_grants_anything() {
    for (template, known) in [
        (
            cloud::APP,
            &[
                "AWS::IAM::Role",
                "AWS::IAM::ManagedPolicy",
                "AWS::Lambda::Permission",
                "AWS::SQS::QueuePolicy",
            ][..],
        ),
        (cloud::DATA, &["AWS::S3::BucketPolicy"][..]),
    ] {
        let template = Template::read(template).unwrap();
        for resource in template.resources() {
            let kind = resource.kind();
            let grants = ["::IAM::", "Policy", "Permission", "::Url", "AccessPoint", "Grant", "::KMS::"];
            if grants.iter().any(|word| kind.contains(word)) {
                assert!(known.contains(&kind), "{} is a {kind}, which may grant rights", resource.name);
            }
            assert!(resource.properties().get("ResourcePolicy").is_none(), "{}", resource.name);
        }
    }
}

fn assert_same(granted: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let added: Vec<&String> = granted.difference(expected).collect();
    let missing: Vec<&String> = expected.difference(granted).collect();
    assert!(
        added.is_empty() && missing.is_empty(),
        "granted by the template and not in the table: {added:#?}\nin the table and not granted: {missing:#?}"
    );
}

/// Every right of the template, as a sentence each.
fn granted(template: &Template) -> BTreeSet<String> {
    let mut granted = BTreeSet::new();
    for role in template.of_kind("AWS::IAM::Role") {
        let known = ["AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"];
        assert_known(role.name, role.properties(), &known);
        let who = function_of(template, role).unwrap_or_else(|| schedule_of(template, role));
        let own = list(&role.properties()["Policies"]).into_iter().map(|policy| &policy["PolicyDocument"]);
        let shared = list(&role.properties()["ManagedPolicyArns"]).into_iter().map(|policy| {
            // A policy that AWS keeps may change without us.
            let policy = template.pointed_at(policy).expect("a policy of this template");
            assert_known(policy.name, policy.properties(), &["PolicyDocument"]);
            &policy.properties()["PolicyDocument"]
        });
        for document in own.chain(shared) {
            for statement in list(&document["Statement"]) {
                granted.extend(rights_of(template, statement).map(|right| format!("{who}: {right}")));
            }
        }
    }
    granted
}

fn assert_known(name: &str, object: &Value, known: &[&str]) {
    for key in object.as_object().into_iter().flat_map(|object| object.keys()) {
        assert!(known.contains(&key.as_str()), "{name} has {key}, which this test does not understand");
    }
}

/// The one function that has this role.
fn function_of(template: &Template, role: Resource<'_>) -> Option<String> {
    let has = |function: &Resource<'_>| {
        template.pointed_at(&function.properties()["Role"]).is_some_and(|of| of.name == role.name)
    };
    let functions: Vec<_> = template.of_kind("AWS::Lambda::Function").filter(has).collect();
    assert!(functions.len() <= 1, "{} is the role of several functions", role.name);
    functions.first().map(|function| short_name(*function))
}

fn schedule_of(template: &Template, role: Resource<'_>) -> String {
    let mut schedules = template.of_kind("AWS::Scheduler::Schedule");
    let has = |schedule: Resource<'_>| {
        template
            .pointed_at(&schedule.properties()["Target"]["RoleArn"])
            .is_some_and(|of| of.name == role.name)
    };
    assert!(schedules.any(has), "{} is nobody's role", role.name);
    "the schedule".to_owned()
}

/// A function or queue by the end of its name: what stands before it is the same for all.
fn short_name(resource: Resource<'_>) -> String {
    let properties = resource.properties();
    let name = properties.get("FunctionName").or(properties.get("QueueName")).map(text).unwrap_or_default();
    name.strip_prefix("masa-{Installation}-").unwrap_or(&name).to_owned()
}

fn rights_of(template: &Template, statement: &Value) -> impl Iterator<Item = String> {
    assert_known("a statement", statement, &["Effect", "Action", "Resource", "Condition"]);
    assert_eq!(statement["Effect"], "Allow", "{statement}");
    let conditions = conditions(&statement["Condition"]);
    let mut rights = Vec::new();
    for resource in list(&statement["Resource"]) {
        let (service, what) = what(template, resource);
        for action in list(&statement["Action"]) {
            let action = text(action);
            // An action of another service than the resource's keeps its full name, and is in no table.
            let action = action.strip_prefix(&service).map(str::to_owned).unwrap_or(action);
            for condition in &conditions {
                rights.push(format!("{action} on {what}{condition}"));
            }
        }
    }
    rights.into_iter()
}

/// The keys to which a statement is bound, one after the other; one empty text if it is bound to none.
fn conditions(condition: &Value) -> Vec<String> {
    let Some(operators) = condition.as_object() else { return vec![String::new()] };
    let keys = |operator: &str| -> Vec<String> {
        let Some(bound) = operators.get(operator) else { return Vec::new() };
        assert_known(operator, bound, &["dynamodb:LeadingKeys"]);
        list(&bound["dynamodb:LeadingKeys"]).into_iter().map(text).collect()
    };
    assert_known("a condition", condition, &["ForAllValues:StringLike", "ForAllValues:StringNotLike"]);
    let not = keys("ForAllValues:StringNotLike");
    let not = if not.is_empty() { String::new() } else { format!(" but not {}", not.join(", ")) };
    let like = keys("ForAllValues:StringLike");
    assert!(!like.is_empty(), "a condition without keys bounds nothing: {condition}");
    like.into_iter().map(|key| format!(" {key}{not}")).collect()
}

fn arn(service: &str, rest: &str) -> String {
    format!("arn:{{AWS::Partition}}:{service}:{{AWS::Region}}:{{AWS::AccountId}}:{rest}")
}

/// What a statement is about, and the beginning of the actions that belong to it. What is not known is said in full.
fn what(template: &Template, resource: &Value) -> (String, String) {
    if let Some(of) = template.pointed_at(resource) {
        let (service, word) = match of.kind() {
            "AWS::SQS::Queue" => ("sqs:", "queue"),
            "AWS::Lambda::Function" => ("lambda:", "function"),
            "AWS::Events::EventBus" => return ("events:".to_owned(), "the bus".to_owned()),
            _ => return (String::new(), text(resource)),
        };
        return (service.to_owned(), format!("{word} {}", short_name(of)));
    }
    let full = text(resource);
    let table = arn("dynamodb", "table/{TableName}");
    if full == table {
        return ("dynamodb:".to_owned(), "table".to_owned());
    }
    if let Some(index) = full.strip_prefix(&format!("{table}/index/")) {
        return ("dynamodb:".to_owned(), format!("index {index}"));
    }
    if let Some(secret) = full.strip_prefix(&arn("ssm", "parameter/masa/{Installation}/")) {
        return ("ssm:".to_owned(), format!("secret {secret}"));
    }
    if let Some(set) = full.strip_prefix(&arn("ses", "configuration-set/")) {
        return ("ses:".to_owned(), format!("mail told of by {set}"));
    }
    if let Some(from) = full.strip_prefix(&arn("ses", "identity/")) {
        return ("ses:".to_owned(), format!("mail from {from}"));
    }
    let log = arn("logs", "log-group:/aws/lambda/masa-{Installation}-");
    if let Some(log) = full.strip_prefix(&log).and_then(|log| log.strip_suffix(":*")) {
        return ("logs:".to_owned(), format!("log {log}"));
    }
    (String::new(), full)
}

fn doors_of_bucket(statement: &Value) -> Vec<String> {
    assert_known(
        "a statement",
        statement,
        &["Sid", "Effect", "Principal", "Action", "Resource", "Condition"],
    );
    assert_eq!(statement["Principal"], "*", "{statement}");
    let https = &statement["Condition"]["Bool"]["aws:SecureTransport"];
    let (who, how) = match (text(&statement["Effect"]).as_str(), https.as_str()) {
        ("Allow", Some("true")) => ("everybody", "over HTTPS"),
        ("Deny", Some("false")) => ("nobody", "but over HTTPS"),
        _ => panic!("this test does not understand {statement}"),
    };
    let mut doors = Vec::new();
    for resource in list(&statement["Resource"]) {
        for action in list(&statement["Action"]) {
            doors.push(format!("{who} may {} on {} {how}", text(action), text(resource)));
        }
    }
    doors
}
