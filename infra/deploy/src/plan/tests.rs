use super::*;
use crate::bundle::Bundle;
use crate::installation::Installation;
use crate::secrets::Origin;
use crate::table::Contents;
use crate::wanted::{PlaybookText, playbooks};

const STARTER: &str = include_str!("../../../local/playbook.he.yaml");

fn wanted() -> Wanted {
    let starter = PlaybookText { name: "playbook.he.yaml".into(), text: STARTER.into() };
    Wanted {
        installation: Installation::parse("masa").unwrap(),
        playbooks: playbooks(&[starter]).unwrap(),
        table: None,
        alarm_email: None,
        graph_url: None,
    }
}

fn code(seed: u8) -> Code {
    Code::pack_each(|function| Bundle::pack(function, &[seed; 64]).unwrap())
}

/// What is there after a deployment of `wanted` with `code`.
fn deployed(wanted: &Wanted, code: &Code) -> Found {
    let outputs = [("TableName", "masa-masa"), ("ArtifactsBucket", "artifacts")];
    let mut found = Found {
        data: Some(Stack {
            status: "CREATE_COMPLETE".into(),
            template: cloud::DATA.into(),
            outputs: outputs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            ..Stack::default()
        }),
        secrets: secrets::needed(&wanted.token_names()).into_iter().map(|secret| secret.name).collect(),
        code: code.bundles().map(|bundle| (bundle.function.name, bundle.code_sha256())).collect(),
        table: Contents {
            released: Some("masa-masa".into()),
            current: wanted
                .playbooks
                .iter()
                .map(|sound| (sound.business().clone(), sound.version().clone()))
                .collect(),
        },
        ..Found::default()
    };
    found.data.as_mut().unwrap().parameters = data_parameters(wanted, &found);
    let mut parameters = app_parameters(wanted, &found, Some(code));
    // CloudFormation tells the defaults, too.
    for name in ["AlarmEmail", "GraphUrl"] {
        parameters.entry(name.to_owned()).or_default();
    }
    found.app = Some(Stack {
        status: "UPDATE_COMPLETE".into(),
        template: cloud::APP.into(),
        parameters,
        ..Stack::default()
    });
    found
}

fn known(new: &[&'static str], strayed: &[&'static str]) -> CodeChange {
    CodeChange::Known { new: new.iter().copied().collect(), strayed: strayed.iter().copied().collect() }
}

#[test]
fn where_nothing_is_everything_is_made() {
    let plan = plan(&wanted(), &Found::default(), Some(&code(1))).unwrap();
    assert_eq!((plan.data, plan.app), (Some(StackChange::Make), Some(StackChange::Make)));
    let all: Vec<&str> = cloud::FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(plan.code, known(&all, &[]));
    assert!(plan.release);
    assert_eq!(plan.playbooks, ["neveh".into()]);
    let given: Vec<&str> = plan
        .secrets
        .iter()
        .filter(|secret| secret.origin == Origin::Given)
        .map(|secret| secret.name.as_str())
        .collect();
    assert_eq!(given, ["MASA_META_APP_SECRET", "MASA_META_TOKEN"]);
}

#[test]
fn where_all_is_as_wanted_nothing_is_done() {
    let (wanted, code) = (wanted(), code(1));
    let found = deployed(&wanted, &code);
    let again = plan(&wanted, &found, Some(&code)).unwrap();
    assert!(again.is_empty(), "{again:?}");
    // Not built yet, so not known to be the same.
    let unbuilt = plan(&wanted, &found, None).unwrap();
    assert!(!unbuilt.is_empty());
    assert_eq!((unbuilt.data, unbuilt.app, unbuilt.code), (None, None, CodeChange::NotBuilt));
}

#[test]
fn new_code_goes_through_the_stack_and_strayed_code_is_brought_back() {
    let (wanted, old, new) = (wanted(), code(1), code(2));
    let found = deployed(&wanted, &old);
    let update = plan(&wanted, &found, Some(&new)).unwrap();
    let Some(StackChange::Change(reasons)) = &update.app else { panic!("no change: {update:?}") };
    assert_eq!(reasons.len(), cloud::FUNCTIONS.len());
    let mut strayed = found;
    strayed.code.insert("sender", "somebody else's".into());
    let back = plan(&wanted, &strayed, Some(&old)).unwrap();
    assert_eq!((back.app, back.code), (None, known(&[], &["sender"])));
}

#[test]
fn what_nobody_names_stays_as_it_is() {
    let (mut wanted, code) = (wanted(), code(1));
    wanted.alarm_email = Some("noa@example.com".into());
    wanted.table = Some("masa-restored".into());
    let found = deployed(&wanted, &code);
    wanted.alarm_email = None;
    wanted.table = None;
    wanted.playbooks.clear();
    assert!(plan(&wanted, &found, Some(&code)).unwrap().is_empty());
    let parameters = app_parameters(&wanted, &found, Some(&code));
    assert_eq!(parameters["AlarmEmail"], "noa@example.com");
    assert_eq!(parameters["TableName"], "masa-restored");
}

#[test]
fn a_second_business_brings_its_token_and_leaves_the_first_ones() {
    let (mut wanted, code) = (wanted(), code(1));
    let found = deployed(&wanted, &code);
    wanted.playbooks[0].playbook.channels.token = "MASA_META_TOKEN_2".into();
    wanted.playbooks[0].playbook.business.id = "second".into();
    let plan = plan(&wanted, &found, Some(&code)).unwrap();
    let names: Vec<&str> = plan.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(names, ["MASA_META_TOKEN_2"]);
    assert_eq!(plan.playbooks, ["second".into()]);
}

#[test]
fn a_parameter_that_the_template_no_longer_has_is_not_said_again() {
    let (wanted, code) = (wanted(), code(1));
    let mut found = deployed(&wanted, &code);
    found.app.as_mut().unwrap().parameters.insert("OfAnOldTemplate".into(), "x".into());
    assert!(plan(&wanted, &found, Some(&code)).unwrap().is_empty());
}

#[test]
fn a_stack_that_was_not_finished_is_made_again_or_gone_on_with() {
    let (wanted, code) = (wanted(), code(1));
    let with = |data: &str, app: &str| {
        let mut found = deployed(&wanted, &code);
        found.data.as_mut().unwrap().status = data.into();
        found.app.as_mut().unwrap().status = app.into();
        plan(&wanted, &found, Some(&code))
    };
    let whole = "CREATE_COMPLETE";
    for status in ["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_FAILED"] {
        assert_eq!(with(whole, status).unwrap().app, Some(StackChange::MakeAgain), "{status}");
    }
    let unfinished = Some(StackChange::Change(vec![Reason::Unfinished]));
    assert_eq!(with("CREATE_FAILED", whole).unwrap().data, unfinished);
    assert!(with(whole, "UPDATE_ROLLBACK_COMPLETE").unwrap().is_empty());
    let blocked = [
        with("ROLLBACK_COMPLETE", whole),
        with("UPDATE_IN_PROGRESS", whole),
        with(whole, "CREATE_IN_PROGRESS"),
        with(whole, "UPDATE_ROLLBACK_FAILED"),
    ];
    let blocked: Vec<String> = blocked.into_iter().map(|refusal| refusal.unwrap_err().to_string()).collect();
    insta::assert_snapshot!(blocked.join("\n\n"));
}

#[test]
fn a_business_with_a_token_of_its_own_needs_no_shared_one() {
    let (wanted, code) = (wanted(), code(1));
    let mut found = deployed(&wanted, &code);
    found.secrets.remove("MASA_META_TOKEN");
    found.secrets.insert("other/MASA_META_TOKEN".into());
    assert_eq!(plan(&wanted, &found, Some(&code)).unwrap().secrets.len(), 1);
    found.secrets.insert("neveh/MASA_META_TOKEN".into());
    assert!(plan(&wanted, &found, Some(&code)).unwrap().is_empty());
}

#[test]
fn each_parameter_that_is_said_is_one_of_the_template() {
    let (mut wanted, code) = (wanted(), code(1));
    wanted.alarm_email = Some("noa@example.com".into());
    wanted.graph_url = Some("http://127.0.0.1:1".into());
    let found = deployed(&wanted, &code);
    let said = app_parameters(&wanted, &found, Some(&code));
    let template = Template::read(cloud::APP).unwrap();
    let asked = template.part("Parameters").as_object().unwrap();
    assert!(said.keys().all(|name| asked.contains_key(name)), "{said:?}");
    let needed = asked.iter().filter(|(_, parameter)| parameter["Default"].is_null());
    assert!(needed.map(|(name, _)| name).all(|name| said.contains_key(name)), "{said:?}");
}

#[test]
fn a_pepper_that_was_lost_is_not_made_up_anew() {
    let (wanted, code) = (wanted(), code(1));
    let mut found = deployed(&wanted, &code);
    found.secrets.remove("MASA_PEPPER");
    assert_eq!(plan(&wanted, &found, Some(&code)), Err(Blocked::PepperGone("/masa/masa/MASA_PEPPER".into())));
    // A table that nobody has worked on yet knows nobody.
    found.table.released = None;
    assert!(plan(&wanted, &found, Some(&code)).is_ok());
}

#[test]
fn a_table_without_its_stack_and_an_installation_without_a_playbook_are_refused() {
    let alone = Found { table_alone: true, ..Found::default() };
    let refusal = plan(&wanted(), &alone, None).unwrap_err();
    assert!(matches!(refusal, Blocked::TableAlone { .. }), "{refusal}");
    let mut empty = wanted();
    empty.playbooks.clear();
    assert_eq!(plan(&empty, &Found::default(), None), Err(Blocked::NoPlaybook));
}
