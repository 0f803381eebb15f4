//! E-mail through the functions, with the starter playbook: what cannot go by WhatsApp, and how its reader stops it.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use journeys::{NEVEH, Town, TownSettings, event_file, request_file, webhooks};
use serde_json::{Value, json};
use shared::application::ports::{Attention, Clock};
use shared::domain::call::{CallFailure, Operation, Outcome, Refusal};
use shared::domain::delivery::opaque;
use shared::domain::lead::Lead;
use shared::domain::mail::{Mail, UnsubscribeToken};
use shared::domain::timeline::{Fact, What};

const START: &str = "2026-11-30T09:00:00+02:00";

async fn town() -> Town {
    let path = format!("{}/../../infra/local/playbook.he.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    Town::of(&[text], TownSettings::default(), START.parse().unwrap()).await
}

fn no_whatsapp() -> Outcome {
    let reason = "(#131026) undeliverable".to_owned();
    Outcome::Failed(CallFailure::Refused { why: Refusal::Recipient, code: Some(131_026), reason })
}

fn mails(town: &Town) -> Vec<Mail> {
    let operations = town.calls().into_iter().map(|call| call.operation);
    let mails = operations.filter_map(|operation| match operation {
        Operation::SendEmail(mail) => Some(*mail),
        _ => None,
    });
    mails.collect()
}

async fn sent(town: &Town, lead: &Lead) -> Vec<String> {
    let entries = town.entries(lead).await;
    let sent = entries.iter().filter(|entry| entry.what == What::Sent);
    let fact =
        |entry: &shared::domain::timeline::Entry, fact| entry.fact(fact).unwrap_or_default().to_owned();
    sent.map(|entry| format!("{} by {}", fact(entry, Fact::Message), fact(entry, Fact::Channel))).collect()
}

fn request(method: &str, path: &str) -> ApiGatewayV2httpRequest {
    let mut request = request_file("lead-intake/form.json");
    request.raw_path = Some(path.to_owned());
    request.request_context.http.method = method.parse().unwrap();
    request.request_context.http.path = Some(path.to_owned());
    request.headers.remove("x-form-key");
    request.body = (method == "POST").then(|| "List-Unsubscribe=One-Click".to_owned());
    request
}

async fn deal(town: &Town, departs: &str, returns: &str) {
    let mut request = request_file("lead-intake/deal-won.json");
    let deal = json!({
        "id": "t1", "kind": "trip", "stage": "won", "email": "dana@example.com", "phone": "03-123-4567",
        "dates": { "departs_at": departs, "returns_at": returns }, "facts": { "destination": "רומא" },
    });
    request.body = Some(deal.to_string());
    let (status, told) = town.http(request).await;
    assert_eq!(status, 202, "{told}");
    town.work().await;
}

#[tokio::test]
async fn a_landline_s_whole_trip_goes_by_email_and_moves_with_the_flight() {
    let town = town().await;
    let form = json!({ "name": "דנה כהן", "phone": "03-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    deal(&town, "2026-12-20T14:00", "2026-12-27T20:00").await;
    town.move_to("2026-12-05T12:00:00+02:00").await;
    // The flight moves by four days: what hangs on it moves along, and what was sent stays sent.
    deal(&town, "2026-12-24T14:00", "2026-12-31T20:00").await;
    town.move_to("2027-01-03T12:00:00+02:00").await;
    let lead = town.only_lead(NEVEH);
    let entries = town.entries(&lead).await;
    let zone = jiff::tz::TimeZone::get("Asia/Jerusalem").unwrap();
    let told: Vec<String> = entries
        .iter()
        .filter(|entry| entry.what == What::Sent)
        .map(|entry| {
            let at = entry.at.to_zoned_datetime(zone.clone());
            let fact = |fact| entry.fact(fact).unwrap_or_default();
            format!("{} {} {}", at.strftime("%m-%d %H:%M"), fact(Fact::Channel), fact(Fact::Message))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    11-30 09:00 email welcome
    11-30 09:00 email trip-joined
    12-17 10:00 email trip-attractions
    12-24 09:00 email trip-to-the-airport
    12-26 17:22 email trip-enjoy
    01-01 08:00 email trip-how-was-it
    ");
    let mails = mails(&town);
    assert!(mails.iter().all(|mail| mail.to.as_str() == "dana@example.com" && !mail.subject.is_empty()));
    assert!(mails.iter().any(|mail| mail.text.contains("רומא")));
    assert_eq!(mails.len(), told.len(), "nothing went by another channel");
}

#[tokio::test]
async fn what_whatsapp_refuses_for_good_is_read_in_an_email_and_once() {
    let town = town().await;
    town.platforms.answer_next(no_whatsapp());
    let form = json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert_eq!(sent(&town, &lead).await, ["welcome by email"]);
    assert_eq!(mails(&town).len(), 1);
    let mail = &mails(&town)[0];
    assert!(mail.text.contains("דנה") && mail.buttons.len() == 1);
}

#[tokio::test]
async fn one_click_stops_emails_a_look_does_not_and_a_forged_link_does_nothing() {
    let town = town().await;
    let form = json!({ "name": "דנה כהן", "phone": "03-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    let token = mails(&town)[0].unsubscribe.clone().unwrap();
    assert_eq!(token, UnsubscribeToken::of(&town.world.pepper, &NEVEH.into(), town.only_lead(NEVEH).id));
    let path = format!("/unsubscribe/{}", token.as_str());
    // A program looks the link up.
    assert_eq!(town.http(request("GET", &path)).await.0, 200);
    assert_eq!(town.only_lead(NEVEH).email_stopped_at, None);
    let forged = format!("{}0", &path[..path.len() - 1]);
    let forged = if forged == path { format!("{}1", &path[..path.len() - 1]) } else { forged };
    for method in ["GET", "POST"] {
        assert_eq!(town.http(request(method, &forged)).await.0, 404);
    }
    assert_eq!(town.only_lead(NEVEH).email_stopped_at, None);
    for _ in 0..2 {
        assert_eq!(town.http(request("POST", &path)).await.0, 200);
    }
    let before = mails(&town).len();
    deal(&town, "2026-12-20T14:00", "2026-12-27T20:00").await;
    town.move_to("2027-01-03T12:00:00+02:00").await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.email_stopped_at.is_some());
    assert_eq!(mails(&town).len(), before);
    let entries = town.entries(&lead).await;
    assert_eq!(entries.iter().filter(|entry| entry.what == What::EmailStopped).count(), 1);
    assert!(entries.iter().any(|entry| entry.what == What::Skipped && entry.fact(Fact::Rule) == Some("R28")));
}

/// Every message that WhatsApp gets by a template has a form for e-mail, which can be filled in for whoever is known by an address only.
#[tokio::test]
async fn every_message_of_the_starters_can_go_by_email() {
    for language in ["he", "en", "restaurant.he", "insurance.he"] {
        let path = format!("{}/../../infra/local/playbook.{language}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let playbook =
            shared::playbook::parse("the starter", &text).unwrap_or_else(|faults| panic!("{faults}"));
        let dm_only = |channel: &shared::domain::channel::Channel| {
            matches!(
                channel,
                shared::domain::channel::Channel::Messenger | shared::domain::channel::Channel::Instagram
            )
        };
        for message in playbook.messages.values() {
            // Answers in private to what was said in public have no other way.
            if !message.channels.iter().all(dm_only) {
                assert!(message.email.is_some(), "{language}: {}", message.name);
            }
        }
    }
}

/// What SES tells, as EventBridge puts it into the queue of lead-intake.
async fn ses(town: &Town, change: impl FnOnce(&mut Value)) -> usize {
    let mut event = event_file("lead-intake/mail-bounced.json");
    let mut body: Value = serde_json::from_str(event["Records"][0]["body"].as_str().unwrap()).unwrap();
    change(&mut body["detail"]);
    event["Records"][0]["body"] = body.to_string().into();
    let event = serde_json::from_value(event).unwrap();
    let failed = lead_intake::handle_sqs(&town.world, event).await.batch_item_failures.len();
    town.work().await;
    failed
}

fn tags(lead: &Lead, work: &str, kind: &str) -> Value {
    json!({ "business": [NEVEH], "lead": [lead.id.to_string()], "work": [work], "kind": [kind] })
}

#[tokio::test]
async fn a_bounce_stops_emails_a_full_mailbox_does_not_and_an_agent_s_bounce_is_the_operator_s() {
    let town = town().await;
    let form = json!({ "name": "דנה כהן", "phone": "03-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    let lead = town.only_lead(NEVEH);
    let work = town.calls().into_iter().find(|call| matches!(call.operation, Operation::SendEmail(_)));
    let work = work.unwrap().work.to_string();
    let told = |event_type: &'static str, kind: &'static str| {
        let tags = tags(&lead, &work, kind);
        move |detail: &mut Value| {
            detail["eventType"] = event_type.into();
            detail["mail"]["tags"] = tags;
        }
    };
    assert_eq!(ses(&town, told("Send", "message")).await, 0);
    assert_eq!(ses(&town, told("Delivery", "message")).await, 0);
    let full = told("Bounce", "message");
    ses(&town, |detail| {
        full(detail);
        detail["bounce"]["bounceType"] = "Transient".into();
    })
    .await;
    ses(&town, told("Bounce", "alert")).await;
    assert_eq!(town.only_lead(NEVEH).email_stopped_at, None);
    let reasons = |attention: Vec<Attention>| -> Vec<String> {
        let reason = |attention| match attention {
            Attention::Notice { reason, .. } => reason,
            other => panic!("{other:?}"),
        };
        attention.into_iter().map(reason).collect()
    };
    let notices = reasons(town.world.store.attention(&NEVEH.into(), 9).await.unwrap());
    assert!(notices.len() == 1 && notices[0].contains("agent"), "{notices:?}");
    for _ in 0..2 {
        assert_eq!(ses(&town, told("Bounce", "message")).await, 0);
    }
    let lead = town.only_lead(NEVEH);
    assert!(lead.email_stopped_at.is_some());
    let entries = town.entries(&lead).await;
    let stops: Vec<_> = entries.iter().filter(|entry| entry.what == What::EmailStopped).collect();
    assert_eq!((stops.len(), stops[0].fact(Fact::Reason)), (1, Some("bounced")));
    let mails_before = mails(&town).len();
    deal(&town, "2026-12-20T14:00", "2026-12-27T20:00").await;
    town.move_to("2027-01-03T12:00:00+02:00").await;
    assert_eq!(mails(&town).len(), mails_before);
}

#[tokio::test]
async fn a_complaint_of_nobody_we_know_is_told_and_changes_nothing_and_a_foreign_mail_is_left_alone() {
    let town = town().await;
    let stranger = "0000000000000000000000000000002a";
    ses(&town, |detail| {
        detail["eventType"] = "Complaint".into();
        detail["mail"]["tags"]["lead"] = json!([stranger]);
        detail["mail"]["tags"]["work"] = json!([stranger]);
    })
    .await;
    let attention = town.world.store.attention(&NEVEH.into(), 9).await.unwrap();
    assert!(
        matches!(&attention[..], [Attention::Notice { reason, .. }] if reason.contains("not known")),
        "{attention:?}"
    );
    assert!(town.leads(NEVEH).is_empty());
    assert_eq!(ses(&town, |detail| detail["mail"]["tags"] = json!({})).await, 0);
    // What is neither of SES nor a hint comes again, and ends where the operator sees it.
    let mut event = event_file("lead-intake/mail-bounced.json");
    event["Records"][0]["body"] = json!({ "source": "aws.other", "detail": {} }).to_string().into();
    let event = serde_json::from_value(event).unwrap();
    assert_eq!(lead_intake::handle_sqs(&town.world, event).await.batch_item_failures.len(), 1);
}

#[tokio::test]
async fn what_whatsapp_gives_up_after_it_took_it_is_read_in_an_email_and_once() {
    let town = town().await;
    let form = json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    let call = town.calls().remove(0);
    assert!(mails(&town).is_empty());
    let data = opaque::write(call.lead, call.work);
    let second = town.clock.now().as_second();
    for _ in 0..2 {
        let mut told = webhooks::whatsapp_status("wamid.out", "failed", Some(&data), second);
        let status = &mut told["entry"][0]["changes"][0]["value"]["statuses"][0];
        status["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
        assert_eq!(town.webhook(&told).await.0, 200);
        town.work().await;
    }
    assert_eq!(mails(&town).len(), 1);
    assert_eq!(mails(&town)[0].to.as_str(), "dana@example.com");
}

/// The starter, in which the tickets follow within the hour, by e-mail first.
async fn town_with_tickets() -> Town {
    let path = format!("{}/../../infra/local/playbook.he.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let message = r#"
messages:
  trip-tickets:
    kind: service
    channels: [email, whatsapp]
    email:
      subject: "הכרטיסים ל{{ trip.destination | default('טיול') }}"
      attachments: [{ name: "כרטיסים.pdf", url: "{{ trip.tickets }}" }]
    text: "היי {{ first_name | default('') }}, הכרטיסים מצורפים."
    whatsapp-template: { name: trip_tickets, params: ["first_name | default('לך')"] }
"#;
    let step = "      - send: trip-joined\n";
    let changes = [
        ("facts: [destination, zone]", "facts: [destination, zone, tickets]".to_owned()),
        ("\nmessages:\n", message.to_owned()),
        (step, format!("{step}      - {{ then-after: 1 hour, send: trip-tickets }}\n")),
    ];
    let text = changes.iter().fold(text, |text, (plain, changed)| {
        assert!(text.contains(plain), "the starter has no {plain}");
        text.replacen(plain, changed, 1)
    });
    Town::of(&[text], TownSettings::default(), START.parse().unwrap()).await
}

async fn says(town: &Town, deal: Value) -> (i64, Value) {
    let mut request = request_file("lead-intake/deal-won.json");
    let mut body =
        json!({ "id": "t1", "kind": "trip", "email": "dana@example.com", "phone": "054-123-4567" });
    for (key, value) in deal.as_object().unwrap() {
        body[key] = value.clone();
    }
    request.body = Some(body.to_string());
    let told = town.http(request).await;
    town.work().await;
    told
}

/// Deal won, tickets by e-mail, the flight moved, back home: the tickets wait for their file, and a bounce brings them elsewhere.
#[tokio::test]
async fn tickets_go_by_email_with_their_file_and_the_flight_that_moves_takes_the_rest_along() {
    let town = town_with_tickets().await;
    let form = json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    let dates = json!({ "departs_at": "2026-12-20T14:00", "returns_at": "2026-12-27T20:00" });
    let won = json!({ "stage": "won", "dates": dates, "facts": { "destination": "רומא" } });
    assert_eq!(says(&town, won).await.0, 202);
    town.move_to("2026-11-30T11:00:00+02:00").await;
    // The file is not there yet: nothing leaves without it, and the operator sees why.
    let attention = town.world.store.attention(&NEVEH.into(), 9).await.unwrap();
    assert!(matches!(&attention[..], [Attention::Lead { .. }]), "{attention:?}");
    assert!(mails(&town).iter().all(|mail| mail.attachments.is_empty()));
    let long = format!("https://tickets.example/{}", "x".repeat(600));
    let (status, told) = says(&town, json!({ "facts": { "tickets": long } })).await;
    assert_eq!((status, told["error"]["fields"]["facts.tickets"].is_string()), (422, true), "{told}");
    let address = format!("https://tickets.example/t/1.pdf?signature={}", "a".repeat(200));
    assert_eq!(says(&town, json!({ "facts": { "tickets": address } })).await.0, 202);
    // Nobody has to drive it on.
    let with_file = mails(&town).into_iter().find(|mail| !mail.attachments.is_empty()).unwrap();
    assert_eq!((with_file.subject.as_str(), with_file.attachments.len()), ("הכרטיסים לרומא", 1));
    assert_eq!(with_file.attachments[0].name, "כרטיסים.pdf");
    assert_eq!(with_file.attachments[0].url, address);
    // The address turns out to be nobody's: what was in it is read on WhatsApp, once.
    let lead = town.only_lead(NEVEH);
    let call = town.calls().into_iter().rfind(|call| matches!(call.operation, Operation::SendEmail(_)));
    let tags = tags(&lead, &call.unwrap().work.to_string(), "message");
    for _ in 0..2 {
        let tags = tags.clone();
        ses(&town, |detail| {
            detail["eventType"] = "Bounce".into();
            detail["mail"]["tags"] = tags;
        })
        .await;
    }
    let dates = json!({ "departs_at": "2026-12-24T14:00", "returns_at": "2026-12-31T20:00" });
    assert_eq!(says(&town, json!({ "dates": dates })).await.0, 202);
    town.move_to("2027-01-03T12:00:00+02:00").await;
    let lead = town.only_lead(NEVEH);
    insta::assert_snapshot!(sent(&town, &lead).await.join("\n"), @"
    welcome by whatsapp
    trip-joined by whatsapp
    trip-tickets by email
    trip-tickets by whatsapp
    trip-attractions by whatsapp
    trip-to-the-airport by whatsapp
    trip-enjoy by whatsapp
    trip-how-was-it by whatsapp
    ");
}
