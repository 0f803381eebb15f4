//! `masa journeys`: what each journey brings about, beside those who were held out of it.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;
use shared::application::effect::{Effect, Group};

use crate::arguments::Where;
use crate::{Refusal, aws};

/// By business and journey.
pub type Effects = Vec<(String, String, Effect)>;

pub async fn journeys(place: &Where) -> Result<(), Refusal> {
    let effects = match place.installation {
        Some(_) => aws::journeys(place).await?,
        None => of_stack(&place.url).await?,
    };
    print!("{}", table(&effects));
    Ok(())
}

async fn of_stack(url: &str) -> Result<Effects, Refusal> {
    let address = format!("{}/sandbox/journeys", url.trim_end_matches('/'));
    let answer = reqwest::Client::builder().no_proxy().build()?.get(&address).send().await;
    let answer = answer.map_err(|_| format!("nothing answers at {url}; start it with `masa run`"))?;
    let body: Vec<Value> = answer.error_for_status()?.json().await?;
    Ok(body.iter().map(effect).collect())
}

fn effect(value: &Value) -> (String, String, Effect) {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let group = |name: &str| {
        let count = |field: &str| value[name][field].as_u64().and_then(|count| usize::try_from(count).ok());
        Group { runs: count("runs").unwrap_or(0), reached_goal: count("reached_goal").unwrap_or(0) }
    };
    (text("business"), text("journey"), Effect { taken: group("taken"), held_out: group("held_out") })
}

fn table(effects: &Effects) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["business", "journey", "taken", "reached its goal", "held out", "reached it, too"]);
    let reached = |group: &Group| match group.percent() {
        Some(percent) => format!("{} ({percent:.1} %)", group.reached_goal),
        None => String::new(),
    };
    for (business, journey, effect) in effects {
        let Effect { taken, held_out } = effect;
        table.add_row([
            business.clone(),
            journey.clone(),
            taken.runs.to_string(),
            reached(taken),
            held_out.runs.to_string(),
            reached(held_out),
        ]);
    }
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn who_passes_the_follow_gate_gets_the_code_and_the_others_are_told_how() {
        let stack = crate::demo::start_with(crate::demo::GATED).await.unwrap();
        let sandbox = stack.sandbox().unwrap();
        let says = |act: serde_json::Value| {
            sandbox.act(stack.clock().now(), &serde_json::from_value(act).unwrap()).unwrap();
            stack.sandbox_acted();
        };
        let writes =
            |name: &str| json!({ "person": name, "do": "message", "channel": "instagram", "text": "היי" });
        let read = || sandbox.sent().iter().map(|sent| sent.body.clone()).collect::<Vec<_>>();
        let (code, how) = ("הקוד: FOLLOW10", "עקבו אחרינו, ולחצו");
        says(json!({ "person": "דנה", "do": "follow" }));
        says(writes("דנה"));
        stack.work_off().await;
        assert_eq!(read(), [code]);
        says(writes("רון"));
        stack.work_off().await;
        assert_eq!(read(), [code, how]);
        says(json!({ "person": "רון", "do": "follow" }));
        says(json!({ "person": "רון", "do": "press", "channel": "instagram", "payload": "followed" }));
        stack.work_off().await;
        assert_eq!(read(), [code, how, code]);
        stack.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_effect_of_a_journey_is_told_beside_those_who_were_held_out() {
        // Half are held out of the journey whose goal is that they answer.
        let starter = crate::run::STARTER.replacen(
            "    stops: [lead.replied, deal.won, lead.opted-out]\n",
            "    stops: [lead.opted-out]\n    goal: [deal.won]\n    hold-out: 50\n",
            1,
        );
        let stack = crate::demo::start_with(&starter).await.unwrap();
        let url = format!("http://{}", stack.address());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for number in 0..12 {
            let phone = format!("054-123-45{number:02}");
            let form =
                client.post(format!("{url}/forms/neveh/contact")).header("x-form-key", "sandbox-form-key");
            form.json(&json!({ "name": "דנה כהן", "phone": phone }))
                .send()
                .await
                .unwrap()
                .error_for_status()
                .unwrap();
            if number % 3 == 0 {
                let deal = client.post(format!("{url}/deals/neveh")).bearer_auth("sandbox-api-key");
                let won = json!({ "id": format!("order-{number}"), "phone": phone, "stage": "won" });
                deal.json(&won).send().await.unwrap().error_for_status().unwrap();
            }
        }
        stack.work_off().await;
        let effects = of_stack(&url).await.unwrap();
        let (_, _, effect) = effects.iter().find(|(_, journey, _)| journey == "new-lead").unwrap();
        assert_eq!(effect.taken.runs + effect.held_out.runs, 12);
        assert_eq!(effect.taken.reached_goal + effect.held_out.reached_goal, 4);
        assert!(effect.taken.runs > 0 && effect.held_out.runs > 0, "{effect:?}");
        let group = |runs, reached_goal| Group { runs, reached_goal };
        let shown = vec![
            ("neveh".into(), "new-lead".into(), Effect { taken: group(90, 9), held_out: group(10, 0) }),
            ("neveh".into(), "trip".into(), Effect { taken: group(3, 0), held_out: group(0, 0) }),
        ];
        insta::assert_snapshot!(table(&shown), @"
        ─────────────────────────────────────────────────────────────────────────────
         business   journey    taken   reached its goal   held out   reached it, too 
        ═════════════════════════════════════════════════════════════════════════════
         neveh      new-lead   90      9 (10.0 %)         10         0 (0.0 %)       
        ─────────────────────────────────────────────────────────────────────────────
         neveh      trip       3       0 (0.0 %)          0                          
        ─────────────────────────────────────────────────────────────────────────────
        ");
        stack.stop().await;
    }
}
