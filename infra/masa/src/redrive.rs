//! `masa redrive`: what was parked goes on, after the operator mended the cause.

use crate::Refusal;
use crate::arguments::Redrive;

pub async fn redrive(redrive: &Redrive) -> Result<(), Refusal> {
    let address = format!("{}/sandbox/redrive", redrive.place.url.trim_end_matches('/'));
    let answer = reqwest::Client::builder().no_proxy().build()?.post(&address).send().await;
    let answer =
        answer.map_err(|_| format!("nothing answers at {}; start it with `masa run`", redrive.place.url))?;
    let body: serde_json::Value = answer.error_for_status()?.json().await?;
    let count = |name: &str| body[name].as_u64().unwrap_or(0);
    println!("{} leads and {} events go on.", count("leads"), count("events"));
    if count("notices") > 0 {
        println!(
            "{} notices wait for a person: see {}/sandbox/attention",
            count("notices"),
            redrive.place.url
        );
    }
    Ok(())
}
