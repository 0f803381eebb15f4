//! `masa tasks`: what people of the business have still to do.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde_json::Value;
use shared::domain::ids::{LeadId, WorkId};

use crate::arguments::{Tasks, Where};
use crate::{Refusal, aws};

#[derive(Debug)]
pub struct OpenTask {
    pub business: String,
    /// The lead's id and the task's, as `--done` takes them.
    pub name: String,
    pub title: String,
    /// An agent or a team.
    pub to: String,
    pub due_at: Timestamp,
}

pub async fn tasks(typed: &Tasks) -> Result<(), Refusal> {
    let Some(name) = &typed.done else {
        print!("{}", table(&open(&typed.place).await?));
        return Ok(());
    };
    let parts =
        name.split_once('/').and_then(|(lead, task)| Some((LeadId::parse(lead)?, WorkId::parse(task)?)));
    let (lead, task) = parts.ok_or("copy it as `masa tasks` shows it: two ids with a / between them")?;
    match finish(&typed.place, lead, task).await? {
        true => println!("It is done."),
        false => return Err("no such task is open".into()),
    }
    Ok(())
}

async fn open(place: &Where) -> Result<Vec<OpenTask>, Refusal> {
    if place.installation.is_some() {
        return aws::tasks(place).await;
    }
    let address = format!("{}/sandbox/tasks", place.url.trim_end_matches('/'));
    let answer = client()?.get(&address).send().await.map_err(|_| silent(place))?;
    let body: Vec<Value> = answer.error_for_status()?.json().await?;
    body.iter().map(task).collect()
}

async fn finish(place: &Where, lead: LeadId, task: WorkId) -> Result<bool, Refusal> {
    if place.installation.is_some() {
        return aws::task_done(place, lead, task).await;
    }
    let address = format!("{}/sandbox/tasks/{lead}/{task}/done", place.url.trim_end_matches('/'));
    let answer = client()?.post(&address).send().await.map_err(|_| silent(place))?;
    if answer.status() == reqwest::StatusCode::NOT_FOUND {
        return Ok(false);
    }
    answer.error_for_status()?;
    Ok(true)
}

fn client() -> Result<reqwest::Client, Refusal> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

fn silent(place: &Where) -> Refusal {
    format!("nothing answers at {}; start it with `masa run`", place.url).into()
}

fn task(value: &Value) -> Result<OpenTask, Refusal> {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Ok(OpenTask {
        business: text("business"),
        name: format!("{}/{}", text("lead"), text("task")),
        title: text("title"),
        to: text("to"),
        due_at: text("due_at").parse()?,
    })
}

fn table(open: &[OpenTask]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["due", "whose", "what", "business", "name"]);
    for task in open {
        let due = task.due_at.to_string();
        table.add_row([&due, &task.to, &task.title, &task.business, &task.name]);
    }
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::STARTER;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_task_is_given_becomes_another_s_and_is_done() {
        let given = "      - send: welcome\n      - { task: להתקשר, to: sales, due: 4 hours, escalate: { to: noa, after: 1 day } }\n";
        let starter = STARTER.replacen("      - send: welcome\n", given, 1) + "\nteams: { sales: [noa] }\n";
        let stack = crate::demo::start_with(&starter).await.unwrap();
        let url = format!("http://{}", stack.address());
        let place = Where { url: url.clone(), installation: None, region: None, endpoint_url: None };
        let form = client().unwrap().post(format!("{url}/forms/neveh/contact"));
        let form = form
            .header("x-form-key", "sandbox-form-key")
            .json(&json!({ "name": "דנה", "phone": "054-123-4567" }));
        form.send().await.unwrap().error_for_status().unwrap();
        stack.work_off().await;
        let given = open(&place).await.unwrap();
        let shown = |open: &[OpenTask]| {
            open.iter().map(|task| format!("{} {} {}", task.due_at, task.to, task.title)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&given), ["2026-11-30T11:00:00Z sales להתקשר"]);
        // Nobody did it for a day after it was due.
        stack.move_clock("2026-12-01T11:00:00Z".parse().unwrap()).await.unwrap();
        let escalated = open(&place).await.unwrap();
        assert_eq!(shown(&escalated), ["2026-11-30T11:00:00Z noa להתקשר"]);
        assert!(table(&escalated).contains(&given[0].name));
        let done = |name: &str| Tasks {
            place: Where { url: url.clone(), installation: None, region: None, endpoint_url: None },
            done: Some(name.to_owned()),
        };
        tasks(&done(&given[0].name)).await.unwrap();
        assert!(open(&place).await.unwrap().is_empty());
        assert_eq!(tasks(&done(&given[0].name)).await.unwrap_err().to_string(), "no such task is open");
        assert!(tasks(&done("1")).await.unwrap_err().to_string().starts_with("copy it as"));
        stack.stop().await;
    }
}
