//! `GET, POST /unsubscribe/{token}`: the link of an e-mail by which its reader stops them (RFC 8058). Programs that look links up
//! only GET: nothing stops by that.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use shared::application::decide_event::decide_event;
use shared::application::known;
use shared::domain::event::{EmailStop, EventKind};
use shared::domain::mail::UnsubscribeToken;

use crate::{LeadIntake, access, page};

/// A page with a button: people press it, and programs that follow links do not.
pub async fn asked(intake: &LeadIntake, token: &str) -> ApiGatewayV2httpResponse {
    let Some((business, _)) = UnsubscribeToken::read(token, &intake.world.pepper) else { return unknown() };
    let words = page::in_language_of(intake, &business, HEBREW, ENGLISH).await;
    let button = format!("<form method=\"post\"><button type=\"submit\">{}</button></form>", words.stop);
    page::of(200, words.reading, words.question, &button)
}

pub async fn stopped(intake: &LeadIntake, token: &str) -> ApiGatewayV2httpResponse {
    let Some((business, lead)) = UnsubscribeToken::read(token, &intake.world.pepper) else {
        return unknown();
    };
    let words = page::in_language_of(intake, &business, HEBREW, ENGLISH).await;
    let kind = EventKind::EmailStopped { why: EmailStop::Unsubscribed, work: None };
    let event = known::pressed(&intake.world, &business, lead, "unsubscribe", kind);
    match decide_event(&intake.world, &event, Some(lead), None).await {
        Ok(_) => page::of(200, words.reading, words.done, ""),
        Err(error) => {
            access::failed(&error);
            page::of(503, words.reading, words.again, "")
        }
    }
}

struct Words {
    reading: page::Reading,
    question: &'static str,
    stop: &'static str,
    done: &'static str,
    again: &'static str,
}

const HEBREW: Words = Words {
    reading: page::HEBREW,
    question: "להפסיק לקבל מאיתנו מיילים?",
    stop: "כן, להפסיק",
    done: "הסרנו את הכתובת. לא יישלחו אליה עוד מיילים.",
    again: "משהו השתבש, ועוד לא הסרנו. אפשר לנסות שוב בעוד רגע.",
};

const ENGLISH: Words = Words {
    reading: page::ENGLISH,
    question: "Stop getting e-mails from us?",
    stop: "Yes, stop them",
    done: "Done. No more e-mails go to this address.",
    again: "Something went wrong, and nothing has changed yet. Please try again in a moment.",
};

fn unknown() -> ApiGatewayV2httpResponse {
    let english =
        "<p dir=\"ltr\">This link is not one of ours. Copy it again from the e-mail, all of it.</p>";
    page::of(404, page::HEBREW, "הקישור אינו מוכר. העתיקו אותו שוב מהמייל, בשלמותו.", english)
}
