use std::collections::BTreeSet;

use super::*;
use crate::secrets::needed;

fn installation() -> Installation {
    Installation::parse("masa").unwrap()
}

fn nothing() -> Plan {
    let code = CodeChange::Known { new: BTreeSet::new(), strayed: BTreeSet::new() };
    Plan { data: None, secrets: Vec::new(), app: None, code, release: false, playbooks: Vec::new() }
}

#[test]
fn the_first_time_everything_is_made() {
    let first = Plan {
        data: Some(StackChange::Make),
        secrets: needed(&BTreeSet::from(["MASA_META_TOKEN".to_owned()])),
        app: Some(StackChange::Make),
        code: CodeChange::NotBuilt,
        release: true,
        playbooks: vec!["neveh".into()],
    };
    insta::assert_snapshot!(plan(&installation(), &first));
}

#[test]
fn an_update_says_what_and_why() {
    let parameter = |name: &str, from: Option<&str>, to: &str| Reason::Parameter {
        name: name.to_owned(),
        from: from.map(str::to_owned),
        to: to.to_owned(),
    };
    let reasons = vec![
        Reason::Template,
        parameter("AlarmEmail", Some(""), "noa@example.com"),
        parameter("WebhookCode", Some("code/webhook/a.zip"), "code/webhook/b.zip"),
    ];
    let update = Plan {
        data: Some(StackChange::Change(vec![Reason::Unfinished])),
        app: Some(StackChange::Change(reasons)),
        code: CodeChange::Known { new: BTreeSet::from(["webhook"]), strayed: BTreeSet::from(["sender"]) },
        ..nothing()
    };
    let again = Plan { app: Some(StackChange::MakeAgain), ..nothing() };
    let texts = [update, again].map(|of| plan(&installation(), &of));
    insta::assert_snapshot!(texts.join("\n"));
    assert_eq!(plan(&installation(), &nothing()), "");
}

#[test]
fn the_month_is_that_of_the_cost_command() {
    insta::assert_snapshot!(monthly(1_000, "il-central-1").unwrap());
    assert!(monthly(0, "il-central-1").is_err());
}

#[test]
fn the_last_page_shows_the_verify_token_and_no_other_secret() {
    let page = up(&Up {
        installation: &installation(),
        region: "il-central-1",
        webhook_url: "https://abc.execute-api.il-central-1.amazonaws.com/meta/webhook",
        api_url: "https://abc.execute-api.il-central-1.amazonaws.com",
        dashboard: "masa-masa",
        verify_token: "0123456789abcdef",
        alarm_email: Some("noa@example.com"),
    });
    insta::assert_snapshot!(page);
}
