//! What an error answer, or none at all, means for the operation. What each code means is in `codes`.

use domain::call::{CallFailure, Operation, Refusal};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;

use super::codes::{self, Class, RATE, REFUSED_REQUEST, REQUEST, UNCLEAR};
use super::{json, waits};

/// What an error answer gives to decide by.
#[derive(Clone, Copy)]
struct MetaError {
    code: i64,
    subcode: Option<i64>,
}

/// What an error answer means for the operation. `body` is the answer as far as it is JSON.
pub fn failure(
    operation: &Operation,
    status: StatusCode,
    headers: &HeaderMap,
    body: Option<&Value>,
) -> CallFailure {
    let error = body.and_then(read);
    if is_lead_to_come(operation, status, error) {
        let advice = "the lead is not there yet, or the Leads Access Manager hides it from the app";
        return again(Class::Wait(0), headers, reason(advice, status, error));
    }
    if is_comment_gone(operation, error) {
        let reason = reason("the comment is gone, or the app may not see it", status, error);
        let code = error.map(|error| error.code);
        return CallFailure::Refused { why: Refusal::AlreadyAnswered, code, reason };
    }
    if is_profile_hidden(operation, error) {
        let reason = reason("Instagram tells nothing of who has not written to us", status, error);
        let code = error.map(|error| error.code);
        return CallFailure::Refused { why: Refusal::Recipient, code, reason };
    }
    let row = error.and_then(|error| codes::find(error.code, error.subcode));
    let (class, advice) = row.map_or_else(|| by_status(status), |row| (row.class, row.advice));
    let reason = reason(advice, status, error);
    match class {
        Class::Wait(_) | Class::Limit => again(class, headers, reason),
        Class::Unclear => lost(operation, reason),
        Class::Refused(why) => CallFailure::Refused { why, code: error.map(|error| error.code), reason },
    }
}

/// An answer that did not come, or said nothing certain. What may be repeated without harm is simply repeated.
pub fn lost(operation: &Operation, reason: String) -> CallFailure {
    match operation {
        Operation::Like { .. }
        | Operation::Hide { .. }
        | Operation::ReadLeadAd { .. }
        | Operation::ReadComment { .. }
        | Operation::ReadFollow { .. }
        | Operation::ReadMention { .. }
        | Operation::FindReply { .. }
        | Operation::FindMessage { .. }
        | Operation::List { .. }
        | Operation::SendAlert(_)
        | Operation::Announce(_) => CallFailure::TryAgain { wait: None, is_limit: false, reason },
        Operation::SendWhatsApp { .. }
        | Operation::SendMessage { .. }
        | Operation::AnswerMention { .. }
        | Operation::SendEmail(_)
        | Operation::ReplyToComment { .. } => CallFailure::AnswerLost { reason },
    }
}

fn read(body: &Value) -> Option<MetaError> {
    let error = body.get("error")?;
    Some(MetaError { code: json::integer(&error["code"])?, subcode: json::integer(&error["error_subcode"]) })
}

/// A lead's webhook can be faster than the lead. The retries' schedule ends by parking it.
fn is_lead_to_come(operation: &Operation, status: StatusCode, error: Option<MetaError>) -> bool {
    let not_found = match error {
        Some(error) => matches!(error.code, 100 | 803),
        None => status == StatusCode::NOT_FOUND,
    };
    not_found && matches!(operation, Operation::ReadLeadAd { .. })
}

/// What is not there cannot be looked up, and never will be.
fn is_comment_gone(operation: &Operation, error: Option<MetaError>) -> bool {
    let unknown = error.is_some_and(|error| matches!(error.code, 100 | 803));
    let gone = matches!(
        operation,
        Operation::ReadComment { .. }
            | Operation::ReadMention { .. }
            | Operation::AnswerMention { .. }
            | Operation::Hide { .. }
    );
    unknown && gone
}

/// "User consent is required": they have not written, or have blocked us (PLATFORM.md §3).
fn is_profile_hidden(operation: &Operation, error: Option<MetaError>) -> bool {
    matches!(operation, Operation::ReadFollow { .. }) && error.is_some_and(|error| error.code == 230)
}

/// Without a code that decides. HTTP's status is unreliable here, and so comes last.
fn by_status(status: StatusCode) -> (Class, &'static str) {
    match status {
        StatusCode::TOO_MANY_REQUESTS => (Class::Limit, RATE),
        StatusCode::REQUEST_TIMEOUT => (Class::Unclear, UNCLEAR),
        _ if status.is_redirection() => (REQUEST, "the Graph API has moved; check the base URL"),
        _ if status.is_client_error() => (REQUEST, REFUSED_REQUEST),
        _ => (Class::Unclear, UNCLEAR),
    }
}

fn again(class: Class, headers: &HeaderMap, reason: String) -> CallFailure {
    let least = match class {
        Class::Wait(seconds) if seconds > 0 => Some(SignedDuration::from_secs(seconds)),
        _ => None,
    };
    let is_limit = matches!(class, Class::Limit);
    CallFailure::TryAgain { wait: waits::asked_for(headers).max(least), is_limit, reason }
}

fn reason(advice: &str, status: StatusCode, error: Option<MetaError>) -> String {
    match error {
        Some(MetaError { code, subcode: Some(subcode) }) => {
            format!("{advice} (Meta's code {code}, subcode {subcode})")
        }
        Some(MetaError { code, subcode: None }) => format!("{advice} (Meta's code {code})"),
        None => format!("{advice} (HTTP status {})", status.as_u16()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::call::{Recipient, WhatsAppContent, WhatsAppRecipient};
    use domain::channel::{Channel, Network};
    use jiff::Timestamp;
    use serde_json::json;

    fn send() -> Operation {
        Operation::SendWhatsApp {
            from: "106".into(),
            to: WhatsAppRecipient::Id("5678".into()),
            content: WhatsAppContent::Text { body: "שלום".into() },
            image: None,
        }
    }

    fn harmless() -> [Operation; 4] {
        let (asset, comment) = (|| "17841".into(), || "1_2".into());
        let network = Network::Facebook;
        [
            Operation::Like { network, asset: asset(), comment: comment() },
            Operation::ReadLeadAd { id: "233".into() },
            Operation::FindReply { network, asset: asset(), comment: comment(), text: "א".into() },
            Operation::FindMessage {
                asset: asset(),
                person: "600".into(),
                text: "א".into(),
                since: Timestamp::UNIX_EPOCH,
            },
        ]
    }

    fn of(operation: &Operation, status: u16, body: &Value) -> CallFailure {
        failure(operation, StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), Some(body))
    }

    fn error(code: i64, subcode: impl Into<Option<i64>>) -> Value {
        json!({"error": {"message": "to +972541234567: שלום", "code": code, "error_subcode": subcode.into()}})
    }

    fn class(failure: &CallFailure) -> &'static str {
        match failure {
            CallFailure::TryAgain { .. } => "again",
            CallFailure::AnswerLost { .. } => "lost",
            CallFailure::Refused { why, .. } => match why {
                Refusal::ConnectionBroken => "broken",
                Refusal::Account => "account",
                Refusal::Window => "window",
                Refusal::Recipient => "recipient",
                Refusal::OptedOut => "opted out",
                Refusal::NotNow => "not now",
                Refusal::AlreadyAnswered => "answered",
                Refusal::Template => "template",
                Refusal::Request => "request",
            },
        }
    }

    fn reason_of(failure: &CallFailure) -> &str {
        match failure {
            CallFailure::TryAgain { reason, .. }
            | CallFailure::AnswerLost { reason }
            | CallFailure::Refused { reason, .. } => reason,
        }
    }

    #[test]
    fn each_code_means_what_the_fact_sheet_says() {
        let any = None::<i64>;
        type Code = (i64, Option<i64>);
        let cases: &[(&str, &[Code])] = &[
            (
                "again",
                &[
                    (4, any),
                    (17, any),
                    (32, any),
                    (341, any),
                    (613, any),
                    (80_001, any),
                    (80_002, any),
                    (80_005, any),
                    (80_006, any),
                    (80_007, any),
                    (130_429, any),
                    (131_056, any),
                    (133_016, any),
                    (131_016, any),
                    (131_057, any),
                ],
            ),
            ("lost", &[(1, any), (1, Some(99)), (2, any), (131_000, any), (1_200, any)]),
            (
                "broken",
                &[
                    (190, any),
                    (190, Some(458)),
                    (190, Some(460)),
                    (190, Some(463)),
                    (190, Some(467)),
                    (102, any),
                    (10, any),
                    (10, Some(1)),
                    (3, any),
                    (200, any),
                    (299, any),
                    (131_005, any),
                    (0, any),
                ],
            ),
            (
                "window",
                &[(10, Some(2_018_278)), (10, Some(2_534_022)), (10, Some(2_018_065)), (131_047, any)],
            ),
            (
                "recipient",
                &[
                    (551, any),
                    (551, Some(1_545_041)),
                    (200, Some(1_545_041)),
                    (1_545_041, any),
                    (100, Some(2_018_001)),
                    (10, Some(2_018_108)),
                    (131_026, any),
                    (131_021, any),
                ],
            ),
            ("not now", &[(131_049, any), (130_472, any)]),
            ("opted out", &[(131_050, any)]),
            (
                "account",
                &[
                    (368, any),
                    (131_031, any),
                    (130_497, any),
                    (131_042, any),
                    (131_048, any),
                    (131_064, any),
                    (10, Some(1_893_063)),
                ],
            ),
            (
                "request",
                &[
                    (100, any),
                    (100, Some(33)),
                    (131_008, any),
                    (131_009, any),
                    (131_051, any),
                    (131_053, any),
                    (131_062, any),
                    (131_063, any),
                    (132_000, any),
                    (132_005, any),
                    (132_007, any),
                    (132_008, any),
                    (132_012, any),
                    (132_016, any),
                    (132_068, any),
                    (132_069, any),
                    (999_999, any),
                ],
            ),
            ("template", &[(132_001, any), (132_015, any)]),
            ("answered", &[(100, Some(2_534_014)), (100, Some(2_534_025)), (100, Some(2_534_001))]),
        ];
        for (expected, codes) in cases {
            for (code, subcode) in *codes {
                let failure = of(&send(), 400, &error(*code, *subcode));
                assert_eq!(class(&failure), *expected, "{code} {subcode:?}");
                let reason = reason_of(&failure);
                assert!(reason.contains(&code.to_string()), "{reason}");
                assert!(!reason.contains("97254") && !reason.contains("שלום"), "{reason}");
                if let CallFailure::Refused { code: told, .. } = failure {
                    assert_eq!(told, Some(*code));
                }
            }
        }
    }

    #[test]
    fn without_a_code_that_decides_the_status_does() {
        let cases = [
            (400, json!({}), "request"),
            (404, json!("Not Found"), "request"),
            (302, json!(null), "request"),
            (408, json!(null), "lost"),
            (429, json!(null), "again"),
            (500, json!(null), "lost"),
            (503, error(999_999, None), "lost"),
            (200, error(999_999, None), "lost"),
            (500, error(190, None), "broken"),
            (500, json!({"error": {"code": "131016"}}), "again"),
            (400, json!({"error": "broken"}), "request"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(class(&of(&send(), status, &body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn what_may_be_repeated_without_harm_is_tried_again() {
        for operation in harmless() {
            for (status, body) in [(400, error(2, None)), (500, json!(null)), (400, error(131_000, None))] {
                assert_eq!(class(&of(&operation, status, &body)), "again", "{operation:?}");
            }
            assert_eq!(class(&of(&operation, 401, &error(190, 460))), "broken", "{operation:?}");
        }
        let reply = Operation::ReplyToComment {
            network: Network::Facebook,
            comment: "1_2".into(),
            text: "שלום".into(),
        };
        let private = Operation::SendMessage {
            channel: Channel::Instagram,
            from: "17841".into(),
            to: Recipient::Comment("17".into()),
            text: "שלום".into(),
            buttons: Vec::new(),
            image: None,
        };
        for operation in [reply, private, send()] {
            assert_eq!(class(&of(&operation, 500, &error(2, None))), "lost", "{operation:?}");
        }
    }

    #[test]
    fn a_lead_that_is_not_there_may_still_come() {
        let read = Operation::ReadLeadAd { id: "233".into() };
        assert_eq!(class(&of(&read, 400, &error(100, 33))), "again");
        assert_eq!(class(&of(&read, 404, &json!(null))), "again");
        assert_eq!(class(&of(&read, 403, &error(200, None))), "broken");
    }

    #[test]
    fn of_who_has_not_written_the_profile_is_refused_and_no_connection_is_broken() {
        let read = Operation::ReadFollow { person: "17".into() };
        let consent = error(230, None);
        assert_eq!(class(&of(&read, 400, &consent)), "recipient");
        assert_eq!(class(&of(&send(), 400, &consent)), "broken");
        assert_eq!(class(&of(&read, 400, &error(190, None))), "broken");
        assert_eq!(class(&of(&read, 500, &json!(null))), "again");
    }

    #[test]
    fn a_wait_is_what_the_platform_asks_for_and_six_seconds_for_a_pair() {
        let wait = |code, headers: &HeaderMap| match failure(
            &send(),
            StatusCode::BAD_REQUEST,
            headers,
            Some(&error(code, None)),
        ) {
            CallFailure::TryAgain { wait, .. } => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        };
        let none = HeaderMap::new();
        let mut some = HeaderMap::new();
        some.insert("retry-after", "30".parse().unwrap());
        assert_eq!((wait(4, &none), wait(4, &some)), (None, Some(30)));
        assert_eq!((wait(131_056, &none), wait(131_056, &some)), (Some(6), Some(30)));
    }
}
