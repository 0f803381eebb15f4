//! What SES tells of e-mails, by way of EventBridge and this function's queue: sent, delivered, bounced, complained of.
//!
//! Which lead and which piece of work an e-mail was for stands in its tags (Amazon SES, "Event data that Amazon SES publishes").

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use shared::application::decide_event::{Decided, decide_event};
use shared::application::known;
use shared::application::ports::Notice;
use shared::application::{WorkError, World};
use shared::domain::delivery::{Delivery, DeliveryStatus};
use shared::domain::event::{EmailStop, EventKind};
use shared::domain::figure::Figure;
use shared::domain::ids::{BusinessId, LeadId, PlatformMessageId, WorkId};

#[derive(Deserialize)]
pub struct MailEvent {
    source: String,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_type: String,
    mail: Mail,
    bounce: Option<Part>,
    complaint: Option<Part>,
    delivery: Option<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    timestamp: String,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    timestamp: Option<String>,
    bounce_type: Option<String>,
}

/// `None` for a message of the queue that is no event of SES's.
pub fn read(body: &str) -> Option<MailEvent> {
    serde_json::from_str::<MailEvent>(body).ok().filter(|event| event.source == "aws.ses")
}

pub async fn told(world: &World, event: &MailEvent) -> Result<(), WorkError> {
    let Detail { event_type, mail, bounce, complaint, delivery } = &event.detail;
    let tag = |name: &str| mail.tags.get(name).and_then(|values| values.first()).map(String::as_str);
    let of = (tag("business"), tag("lead").and_then(LeadId::parse), tag("work").and_then(WorkId::parse));
    let (Some(business), Some(lead), Some(work)) = of else {
        tracing::info!(event_type, "an e-mail of nobody's: it does not carry our tags");
        return Ok(());
    };
    let business = BusinessId::new(business);
    let part = [bounce, complaint, delivery].into_iter().flatten().next();
    let told = part.and_then(|part| part.timestamp.as_deref()).unwrap_or(&mail.timestamp);
    // A moment that cannot be read is no reason to lose a bounce.
    let at = told.parse().unwrap_or_else(|_| world.clock.now());
    let for_good = bounce.as_ref().is_some_and(|part| part.bounce_type.as_deref() == Some("Permanent"));
    let (status, stop) = match event_type.as_str() {
        "Send" => (DeliveryStatus::Sent, None),
        "Delivery" => (DeliveryStatus::Delivered, None),
        "Bounce" if for_good => (DeliveryStatus::Failed, Some(EmailStop::Bounced)),
        "Bounce" => (DeliveryStatus::Failed, None),
        "Complaint" => (DeliveryStatus::Delivered, Some(EmailStop::Complained)),
        _ => return Ok(()),
    };
    let id = Some(PlatformMessageId::new(mail.message_id.as_str()));
    world.store.put_delivery(&business, lead, work, &Delivery { status, at, id }).await?;
    match (stop, tag("kind")) {
        (None, _) => Ok(()),
        // A mail to one of the business: the lead has stopped nothing.
        (Some(stop), Some("alert")) => {
            let key = format!("alert-{}", stop.as_str());
            notice(world, &business, at, key, "alerts do not reach an agent: their e-mail address bounces, or they have reported an alert as spam. Look at agents: email in the playbook").await
        }
        (Some(why), _) => {
            let id = format!("{}/{}", mail.message_id, why.as_str());
            let kind = EventKind::EmailStopped { why, work: Some(work) };
            let event = known::event(world, &business, lead, (&id, at), kind);
            match decide_event(world, &event, Some(lead), None).await? {
                Decided::Nothing(None) => {
                    let key = format!("mail-{}-{lead}", why.as_str());
                    notice(world, &business, at, key, "an e-mail bounced, or was complained of, and its lead is not known any more: nothing was changed").await
                }
                Decided::Committed(_) | Decided::Nothing(Some(_)) => Ok(()),
            }
        }
    }
}

async fn notice(
    world: &World,
    business: &BusinessId,
    at: Timestamp,
    key: String,
    reason: &str,
) -> Result<(), WorkError> {
    let notice = Notice { business: business.clone(), key, at, reason: reason.to_owned(), body: None };
    if world.store.put_notice(&notice).await? {
        world.figures.count(business, Figure::Parked);
    }
    Ok(())
}
