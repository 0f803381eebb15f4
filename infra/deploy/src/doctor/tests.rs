use jiff::{SignedDuration, Timestamp};
use shared::adapters::graph::TemplateStatus;
use shared::application::ports::Heartbeat;

use super::facts::{
    Api, BusinessFacts, CodeState, Facts, FunctionFacts, MetaFacts, QueueFacts, Subscription, TableFacts,
    TemplateFacts, TokenFacts,
};
use super::findings::{Finding, State, findings};
use super::page::page;
use crate::installation::Installation;

fn now() -> Timestamp {
    "2026-11-30T09:00:00Z".parse().unwrap()
}

/// An installation in which everything is as it should be.
fn sound() -> Facts {
    let function = |of: cloud::Function| FunctionFacts {
        name: of.name,
        state: Some("Active".into()),
        code: CodeState::AsDeployed,
    };
    let approved = Some(TemplateStatus::Approved);
    Facts {
        now: now(),
        stacks: ["data", "app"].map(|of| (format!("masa-masa-{of}"), Some("CREATE_COMPLETE".into()))).into(),
        functions: cloud::FUNCTIONS.map(function).into(),
        table: Some(TableFacts {
            name: "masa-masa".into(),
            expires_markers: true,
            can_be_restored: true,
            is_protected: true,
            released: Some("masa-masa".into()),
        }),
        heartbeat: Some(Heartbeat { swept_at: now() - SignedDuration::from_secs(40), held_since: None }),
        queues: cloud::QUEUES.map(|name| QueueFacts { name, waiting: 3, dead: 0 }).into(),
        missing_secrets: Vec::new(),
        api: Some(Api {
            url: "https://abc.execute-api.il-central-1.amazonaws.com".into(),
            status: Some(200),
            clock_is_off_by: Some(SignedDuration::from_secs(1)),
        }),
        businesses: vec![BusinessFacts {
            id: "neveh".into(),
            playbook: Ok("4f2a".into()),
            parked: 0,
            notices: 0,
            meta: Some(MetaFacts {
                token_name: "MASA_META_TOKEN".into(),
                needs: vec![&["pages_messaging"]],
                token: TokenFacts::Valid { expires_at: None, permissions: vec!["pages_messaging".into()] },
                page: Some(Subscription::Subscribed { missing_fields: Vec::new() }),
                whatsapp: Some(Subscription::Subscribed { missing_fields: Vec::new() }),
                instagram: Some(Subscription::Subscribed { missing_fields: Vec::new() }),
                templates: vec![TemplateFacts {
                    name: "lead_welcome".into(),
                    language: "he".into(),
                    status: approved,
                }],
            }),
        }],
    }
}

/// What is said of one thing that is not as it should be.
fn said(change: impl FnOnce(&mut Facts)) -> (State, String) {
    let good: Vec<Finding> = findings(&sound());
    let mut facts = sound();
    change(&mut facts);
    let new: Vec<Finding> =
        findings(&facts).into_iter().filter(|finding| finding.state != State::Good).collect();
    assert!(good.iter().all(|finding| finding.state == State::Good), "{good:?}");
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].to_do.as_ref().is_some_and(|to_do| !to_do.is_empty()), "{new:?}");
    (new[0].state, new[0].says.clone())
}

#[test]
fn a_sound_installation_has_nothing_to_look_at() {
    let page = page(&Installation::parse("masa").unwrap(), "il-central-1", &findings(&sound()));
    let (links, readiness) = page.split_once("\nWhat works on the first day").unwrap();
    insta::assert_snapshot!(links);
    for row in cloud::readiness::READINESS {
        assert!(readiness.contains(row.name) && readiness.contains(&row.needs.replace('`', "")), "{row:?}");
    }
}

#[test]
fn each_thing_that_breaks_is_one_finding_that_says_what_to_do() {
    type Change = (&'static str, State, fn(&mut Facts));
    let changes: [Change; 22] = [
        ("ROLLBACK", State::Broken, |of| of.stacks[1].1 = Some("ROLLBACK_COMPLETE".into())),
        ("no stack", State::Broken, |of| of.stacks[0].1 = None),
        ("being changed", State::Look, |of| of.stacks[1].1 = Some("UPDATE_IN_PROGRESS".into())),
        ("answers 500", State::Broken, |of| of.api.as_mut().unwrap().status = Some(500)),
        ("does not answer", State::Unknown, |of| of.api.as_mut().unwrap().status = None),
        ("clock", State::Look, |of| {
            of.api.as_mut().unwrap().clock_is_off_by = Some(SignedDuration::from_mins(-7))
        }),
        ("MASA_API_KEY", State::Broken, |of| of.missing_secrets.push("MASA_API_KEY".into())),
        ("may not send", State::Broken, |of| of.table.as_mut().unwrap().released = Some("masa-old".into())),
        ("point-in-time", State::Look, |of| of.table.as_mut().unwrap().can_be_restored = false),
        ("not protected", State::Look, |of| of.table.as_mut().unwrap().is_protected = false),
        ("20 minutes ago", State::Broken, |of| {
            of.heartbeat.as_mut().unwrap().swept_at = now() - SignedDuration::from_mins(20)
        }),
        ("held since", State::Look, |of| of.heartbeat.as_mut().unwrap().held_since = Some(now())),
        ("2 dead letters of bulk", State::Look, |of| of.queues[5].dead = 2),
        ("5000 hints", State::Look, |of| of.queues[0].waiting = 5_000),
        ("1 are parked", State::Look, |of| of.businesses[0].parked = 1),
        ("Session has expired", State::Broken, |of| {
            of.businesses[0].meta.as_mut().unwrap().token = TokenFacts::Refused("Session has expired".into())
        }),
        ("lacks permissions: leads_retrieval", State::Look, |of| {
            of.businesses[0].meta.as_mut().unwrap().needs.push(&["leads_retrieval"])
        }),
        ("ends at", State::Look, |of| {
            let ends = TokenFacts::Valid {
                expires_at: Some(now() + SignedDuration::from_hours(48)),
                permissions: Vec::new(),
            };
            of.businesses[0].meta.as_mut().unwrap().token = ends;
        }),
        ("leadgen", State::Look, |of| {
            let missing_fields = vec!["leadgen"];
            of.businesses[0].meta.as_mut().unwrap().page = Some(Subscription::Subscribed { missing_fields });
        }),
        ("tells nothing of the WhatsApp account", State::Broken, |of| {
            of.businesses[0].meta.as_mut().unwrap().whatsapp = Some(Subscription::NotSubscribed)
        }),
        ("does not have: lead_welcome (he)", State::Broken, |of| {
            of.businesses[0].meta.as_mut().unwrap().templates[0].status = None
        }),
        ("paused: lead_welcome (he)", State::Look, |of| {
            of.businesses[0].meta.as_mut().unwrap().templates[0].status = Some(TemplateStatus::Pending)
        }),
    ];
    for (words, state, change) in changes {
        let (found, says) = said(change);
        assert!(says.contains(words), "{words}: {says}");
        assert_eq!(found, state, "{says}");
    }
}
