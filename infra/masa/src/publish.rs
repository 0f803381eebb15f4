//! `masa playbook publish`: a playbook becomes the one that is followed, and people on a journey go over to its new steps.
//! First it says how many they are, and what changes for them.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};
use shared::application::moving::PeopleMoved;
use shared::playbook::parse;

use crate::arguments::Publish;
use crate::playbook::read;
use crate::{Refusal, aws};

/// What is moved, by journey.
pub type Moves = Vec<(String, PeopleMoved)>;

pub async fn publish(typed: &Publish) -> Result<(), Refusal> {
    let name = typed.file.display().to_string();
    let playbook = parse(&name, &read(&typed.file)?)?;
    for journey in &typed.moves {
        if playbook.journeys.get(&journey.as_str().into()).is_none() {
            let known: Vec<&str> = playbook.journeys.values().map(|journey| journey.name.as_str()).collect();
            return Err(
                format!("no journey of {name} is called {journey}; there are: {}", known.join(", ")).into()
            );
        }
    }
    let wanted = carry_out(typed, true).await?;
    for (journey, people) in &wanted {
        print!("{}", described(journey, people));
    }
    if typed.dry_run {
        println!("Nothing was published.");
        return Ok(());
    }
    let moves_people = wanted.iter().any(|(_, people)| people.people > 0);
    if moves_people && !typed.yes && !agreed()? {
        return Err("nothing was published".into());
    }
    let moved = carry_out(typed, false).await?;
    let people: usize = moved.iter().map(|(_, people)| people.people).sum();
    println!("{name} is followed from now on ({}).", playbook.version);
    if !typed.moves.is_empty() {
        println!("{people} people were moved.");
    }
    Ok(())
}

async fn carry_out(typed: &Publish, dry_run: bool) -> Result<Moves, Refusal> {
    if typed.place.installation.is_some() {
        return aws::publish(typed, dry_run).await;
    }
    let address = format!("{}/sandbox/playbook", typed.place.url.trim_end_matches('/'));
    let asked = json!({
        "name": typed.file.display().to_string(),
        "text": read(&typed.file)?,
        "move": typed.moves,
        "dry_run": dry_run,
    });
    let answer = reqwest::Client::builder().no_proxy().build()?.post(&address).json(&asked).send().await;
    let answer =
        answer.map_err(|_| format!("nothing answers at {}; start it with `masa run`", typed.place.url))?;
    let is_good = answer.status().is_success();
    let body: Value = answer.json().await?;
    if !is_good {
        return Err(body["error"]["message"].as_str().unwrap_or("the stack refused it").to_owned().into());
    }
    let moves = body["moved"].as_array().into_iter().flatten();
    Ok(moves.map(|moved| (moved["journey"].as_str().unwrap_or_default().to_owned(), people(moved))).collect())
}

fn people(moved: &Value) -> PeopleMoved {
    let step = |value: &Value| value.as_str().map(Into::into);
    let count = |value: &Value| usize::try_from(value.as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
    let changes = moved["changes"].as_array().into_iter().flatten();
    PeopleMoved {
        people: count(&moved["people"]),
        changes: changes
            .map(|change| ((step(&change["before"]), step(&change["after"])), count(&change["runs"])))
            .collect(),
    }
}

/// How many they are, and what changes for them.
fn described(journey: &str, moved: &PeopleMoved) -> String {
    if moved.people == 0 {
        return format!("Nobody is on {journey} by an older playbook.\n");
    }
    let mut text = format!("{} people are on {journey} by an older playbook.\n", moved.people);
    let named = |step: &Option<shared::domain::ids::StepId>| {
        step.as_ref().map_or_else(|| "the end".to_owned(), |step| format!("\"{step}\""))
    };
    for ((before, after), runs) in &moved.changes {
        let (before, after) = (named(before), named(after));
        let change = match before == after {
            true => format!("  {runs}: next is {before} as before, at the new time\n"),
            false => format!("  {runs}: next is {after} in the place of {before}\n"),
        };
        text.push_str(&change);
    }
    text.push_str("What was sent stays sent.\n");
    text
}

fn agreed() -> Result<bool, Refusal> {
    if !std::io::stdin().is_terminal() {
        return Err("say --yes to move them without being asked".into());
    }
    print!("Go on? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "כן"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Where;

    #[tokio::test(flavor = "multi_thread")]
    async fn people_on_a_journey_are_counted_first_and_then_moved() {
        let stack = crate::demo::start(0).await.unwrap();
        let url = format!("http://{}", stack.address());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let form = json!({ "name": "דנה כהן", "phone": "054-123-4567" });
        let sent = client.post(format!("{url}/forms/neveh/contact")).header("x-form-key", "sandbox-form-key");
        sent.json(&form).send().await.unwrap().error_for_status().unwrap();
        stack.work_off().await;
        let folder = std::env::temp_dir().join(format!("masa-publish-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("playbook.yaml");
        let edited = crate::run::STARTER
            .replacen(
                "- { after: 3 days, at: \"10:00\", send: follow-up-1, within: 2 days }",
                "- { after: 2 days, at: \"12:00\", send: follow-up-3, within: 2 days }",
                1,
            )
            .replacen(
                "      - { after: 20 days, at: \"10:00\", send: follow-up-3, within: 2 days }\n",
                "",
                1,
            );
        std::fs::write(&file, &edited).unwrap();
        let typed = |dry_run| Publish {
            file: file.clone(),
            moves: vec!["new-lead".to_owned(), "trip".to_owned()],
            dry_run,
            yes: true,
            place: Where { url: url.clone(), installation: None, region: None, endpoint_url: None },
        };
        let would = carry_out(&typed(true), true).await.unwrap();
        let told: String = would.iter().map(|(journey, people)| described(journey, people)).collect();
        insta::assert_snapshot!(told, @r#"
        1 people are on new-lead by an older playbook.
          1: next is "follow-up-3" in the place of "follow-up-1"
        What was sent stays sent.
        Nobody is on trip by an older playbook.
        "#);
        publish(&typed(true)).await.unwrap();
        assert_eq!(carry_out(&typed(true), true).await.unwrap(), would, "a dry run changes nothing");
        publish(&typed(false)).await.unwrap();
        let after = carry_out(&typed(true), true).await.unwrap();
        assert!(after.iter().all(|(_, people)| people.people == 0), "{after:?}");
        let leads: Value =
            client.get(format!("{url}/sandbox/leads")).send().await.unwrap().json().await.unwrap();
        // Monday the 30th of November, and two days at noon.
        assert_eq!(leads[0]["wake_at"], "2026-12-02T10:00:00Z");
        let mut wrong = typed(false);
        wrong.moves = vec!["new-led".to_owned()];
        let refused = publish(&wrong).await.unwrap_err().to_string();
        assert!(refused.contains("no journey of") && refused.contains("new-lead"), "{refused}");
        std::fs::write(&file, edited.replacen("send: welcome", "send: welcom", 1)).unwrap();
        assert!(publish(&typed(false)).await.unwrap_err().to_string().contains("unknown message"));
        std::fs::remove_dir_all(&folder).unwrap();
        stack.stop().await;
    }
}
