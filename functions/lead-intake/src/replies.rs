//! `GET, POST /answered/{token}`: the link of an alert by which one of the business says that the lead answered by e-mail. Programs
//! that look links up only GET: nothing is said by that.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use shared::application::known::answered_by_email;
use shared::domain::ids::{BusinessId, LeadId};
use shared::domain::replied::ReplyToken;

use crate::{LeadIntake, access, page};

/// What the second button says.
const REFUSES: &str = "refuses";

pub async fn asked(intake: &LeadIntake, token: &str) -> ApiGatewayV2httpResponse {
    match read(intake, token).await {
        Ok((_, _, words)) => {
            let (say, refused) = (words.say, words.say_refused);
            let buttons = format!(
                "<form method=\"post\"><p><button>{say}</button></p>\
                 <p><button name=\"{REFUSES}\" value=\"yes\">{refused}</button></p></form>"
            );
            page::of(200, words.reading, words.question, &buttons)
        }
        Err(refusal) => refusal,
    }
}

pub async fn told(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    token: &str,
) -> ApiGatewayV2httpResponse {
    let (business, lead, words) = match read(intake, token).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let refuses = refuses(request);
    match answered_by_email(&intake.world, &business, lead, refuses).await {
        Ok(()) => page::of(200, words.reading, if refuses { words.done_refused } else { words.done }, ""),
        Err(error) => {
            access::failed(&error);
            page::of(503, words.reading, words.again, "")
        }
    }
}

/// Which of the two buttons was pressed.
fn refuses(request: &ApiGatewayV2httpRequest) -> bool {
    let body = access::body(request).unwrap_or_default();
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    fields.iter().any(|(name, _)| name == REFUSES)
}

/// Who answered, and the words of the business's language; or the page that says why it cannot be said.
async fn read(
    intake: &LeadIntake,
    token: &str,
) -> Result<(BusinessId, LeadId, Words), ApiGatewayV2httpResponse> {
    let world = &intake.world;
    let Some((business, lead, is_open)) = ReplyToken::read(token, &world.pepper, world.clock.now()) else {
        return Err(unknown());
    };
    let words = page::in_language_of(intake, &business, HEBREW, ENGLISH).await;
    match is_open {
        true => Ok((business, lead, words)),
        false => Err(page::of(410, words.reading, words.over, "")),
    }
}

struct Words {
    reading: page::Reading,
    question: &'static str,
    say: &'static str,
    say_refused: &'static str,
    done: &'static str,
    done_refused: &'static str,
    again: &'static str,
    over: &'static str,
}

const HEBREW: Words = Words {
    reading: page::HEBREW,
    question: "הלקוח או הלקוחה ענו לך במייל? נסמן שענו, ומה שמחכה לתשובה ימשיך או ייעצר.",
    say: "כן, ענו",
    say_refused: "ענו, וביקשו לא לקבל עוד הודעות",
    done: "סימנו שענו.",
    done_refused: "סימנו. לא נכתוב להם יותר.",
    again: "משהו השתבש, ועוד לא סימנו. אפשר לנסות שוב בעוד רגע.",
    over: "הקישור הזה כבר אינו פעיל. בהתראה חדשה יותר יש קישור חדש, ואפשר גם: masa answered.",
};

const ENGLISH: Words = Words {
    reading: page::ENGLISH,
    question: "Did they answer you by e-mail? It is noted, and what waits for an answer goes on or stops.",
    say: "Yes, they did",
    say_refused: "They did, and want no more messages",
    done: "Noted: they answered.",
    done_refused: "Noted. Nothing more is written to them.",
    again: "Something went wrong, and nothing has been noted yet. Please try again in a moment.",
    over: "This link is over. A newer alert has a new one, and there is also: masa answered.",
};

fn unknown() -> ApiGatewayV2httpResponse {
    let english = "<p dir=\"ltr\">This link is not one of ours. Copy it again from the alert, all of it.</p>";
    page::of(404, page::HEBREW, "הקישור אינו מוכר. העתיקו אותו שוב מההתראה, בשלמותו.", english)
}
