//! The client against a server of a few lines, on this machine's loopback.

use std::sync::Arc;

use application::ports::Platforms;
use domain::call::{
    CallFailure, Operation, Outcome, PlatformCall, Receipt, Refusal, WhatsAppContent, WhatsAppRecipient,
};
use domain::channel::Network;
use domain::ids::{LeadId, PlatformMessageId, WorkId};
use jiff::SignedDuration;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{GraphApi, GraphSettings};
use crate::secrets::{FixedSecrets, SecretString, Secrets, SecretsUnavailable};

pub const TOKEN: &str = "a-secret-token";
const ACCEPTED: &str = r#"{"messages":[{"id":"wamid.9"}]}"#;

/// Answers one call with these bytes, and gives back what was asked.
async fn answer_once(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let (base, asked) = answer_all(vec![answer]).await;
    (base, tokio::spawn(async move { asked.await.unwrap().remove(0) }))
}

/// Answers as many calls as there are answers, one after the other, and gives back what was asked.
pub async fn answer_all(answers: Vec<Vec<u8>>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/graph", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            asked.push(read_request(&mut connection).await);
            // The client may have heard enough and be gone.
            let _ = connection.write_all(&answer).await;
            let _ = connection.shutdown().await;
        }
        asked
    });
    (base, asked)
}

async fn read_request(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        match connection.read(&mut buffer).await.unwrap() {
            0 => return text,
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}

pub fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn client(base: &str, token: &str, timeout: SignedDuration) -> GraphApi {
    let settings = GraphSettings { base_url: base.to_owned(), timeout, ..GraphSettings::default() };
    let tokens = FixedSecrets::from_iter([("main", token)]);
    GraphApi::new(&settings, Arc::new(tokens)).unwrap()
}

async fn call(base: &str, operation: Operation) -> Outcome {
    client(base, TOKEN, SignedDuration::from_secs(10)).call(&of(operation)).await
}

fn of(operation: Operation) -> PlatformCall {
    PlatformCall {
        business: "neveh".into(),
        lead: LeadId::new(1),
        work: WorkId::new(2),
        number: 3,
        token: "main".into(),
        operation,
    }
}

fn send() -> Operation {
    Operation::SendWhatsApp {
        from: "106".into(),
        to: WhatsAppRecipient::Id("5678".into()),
        content: WhatsAppContent::Text { body: "שלום".into() },
        image: None,
    }
}

fn like() -> Operation {
    Operation::Like { network: Network::Facebook, asset: "101".into(), comment: "1_2".into() }
}

fn is_lost(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(CallFailure::AnswerLost { .. }))
}

fn is_tried_again(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(CallFailure::TryAgain { .. }))
}

#[tokio::test]
async fn a_message_leaves_with_token_and_opaque_data_and_comes_back_with_its_id() {
    let (base, asked) = answer_once(http("200 OK", "", ACCEPTED)).await;
    let outcome = call(&base, send()).await;
    let receipt = Receipt { id: Some(PlatformMessageId::new("wamid.9")), ..Receipt::default() };
    assert_eq!(outcome, Outcome::Done(receipt));
    let asked = asked.await.unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /graph/v26.0/106/messages HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer a-secret-token"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let opaque = "masa:00000000000000000000000000000001:00000000000000000000000000000002";
    assert_eq!(body["biz_opaque_callback_data"], opaque);
}

#[tokio::test]
async fn the_proof_goes_with_the_token() {
    let (base, asked) = answer_once(http("200 OK", "", r#"{"field_data":[]}"#)).await;
    let api = client(&base, &format!("{TOKEN} 0af1"), SignedDuration::from_secs(10));
    let outcome = api.call(&of(Operation::ReadLeadAd { id: "233".into() })).await;
    assert!(matches!(outcome, Outcome::LeadAdRead(_)), "{outcome:?}");
    let asked = asked.await.unwrap();
    let place =
        "GET /graph/v26.0/233?fields=created_time%2Cid%2Cad_id%2Cform_id%2Cfield_data&appsecret_proof=0af1 ";
    assert!(asked.starts_with(place), "{asked}");
}

#[tokio::test]
async fn a_refusal_is_read_with_its_headers() {
    let usage = "x-business-use-case-usage: {\"1\":[{\"estimated_time_to_regain_access\":5}]}\r\n";
    let (base, _asked) = answer_once(http("400 Bad Request", usage, r#"{"error":{"code":80007}}"#)).await;
    let outcome = call(&base, send()).await;
    let Outcome::Failed(CallFailure::TryAgain { wait, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(wait, Some(SignedDuration::from_mins(5)));
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_leaves_doubt() {
    let cut = http("200 OK", "", ACCEPTED);
    for answer in [Vec::new(), cut[..20].to_vec(), cut[..cut.len() - 5].to_vec()] {
        let (base, _asked) = answer_once(answer.clone()).await;
        let outcome = call(&base, send()).await;
        assert!(is_lost(&outcome), "{} bytes: {outcome:?}", answer.len());
        let (base, _asked) = answer_once(answer.clone()).await;
        let outcome = call(&base, like()).await;
        assert!(is_tried_again(&outcome), "{} bytes: {outcome:?}", answer.len());
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let outcome = call(&base, send()).await;
    assert!(is_tried_again(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn garbage_leaves_doubt() {
    let moved = http("302 Found", "location: http://127.0.0.1:1/\r\n", "");
    for answer in [http("200 OK", "", "<html>sorry</html>"), b"not even HTTP\r\n\r\n".to_vec()] {
        let (base, _asked) = answer_once(answer).await;
        let outcome = call(&base, send()).await;
        assert!(is_lost(&outcome), "{outcome:?}");
    }
    let (base, _asked) = answer_once(moved).await;
    let outcome = call(&base, send()).await;
    assert!(
        matches!(outcome, Outcome::Failed(CallFailure::Refused { why: Refusal::Request, .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_answer_too_long_to_read_is_not_read() {
    let long = format!("{{\"messages\":[{{\"id\":\"wamid.9\"}}],\"more\":\"{}\"}}", "x".repeat(1024 * 1024));
    let (base, _asked) = answer_once(http("200 OK", "", &long)).await;
    let outcome = call(&base, send()).await;
    assert!(is_lost(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let api = client(&base, TOKEN, SignedDuration::from_millis(200));
    let outcome = api.call(&of(send())).await;
    assert!(is_lost(&outcome), "{outcome:?}");
    drop(listener);
}

#[tokio::test]
async fn without_a_token_the_operator_is_told_which_secret_to_set() {
    for token in ["", "line\u{0}break"] {
        let api = client("http://127.0.0.1:1", token, SignedDuration::from_secs(1));
        let mut call = of(send());
        for name in ["main", "missing"] {
            call.token = name.to_owned();
            let outcome = api.call(&call).await;
            let Outcome::Failed(CallFailure::Refused { why, code: None, reason }) = outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(why, Refusal::ConnectionBroken);
            assert!(reason.contains(name) && !reason.contains("break"), "{reason}");
        }
    }
}

/// A secret that is replaced between the reading and the refusal.
struct Replaced;

#[async_trait::async_trait]
impl Secrets for Replaced {
    async fn secret(&self, _: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        Ok(Some("revoked".into()))
    }

    async fn renewed(&self, _: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        Ok(Some(TOKEN.into()))
    }
}

#[tokio::test]
async fn a_call_whose_token_was_refused_is_made_with_the_one_that_has_replaced_it() {
    let refusal = r#"{"error":{"message":"Session has expired","type":"OAuthException","code":190}}"#;
    let answers = vec![http("400 Bad Request", "", refusal), http("200 OK", "", ACCEPTED)];
    let (base_url, asked) = answer_all(answers).await;
    let settings = GraphSettings { base_url, ..GraphSettings::default() };
    let outcome = GraphApi::new(&settings, Arc::new(Replaced)).unwrap().call(&of(send())).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let asked = asked.await.unwrap();
    assert!(asked[0].contains("Bearer revoked") && asked[1].contains(&format!("Bearer {TOKEN}")));
}

#[tokio::test]
async fn no_failure_shows_a_secret_or_a_text() {
    let (base, _asked) = answer_once(Vec::new()).await;
    let api = client(&base, &format!("{TOKEN} 0af1"), SignedDuration::from_secs(10));
    let reply = Operation::ReplyToComment {
        network: Network::Instagram,
        comment: "17".into(),
        text: "secret-text".into(),
    };
    let shown = format!("{:?}", api.call(&of(reply)).await);
    assert!(shown.contains("AnswerLost"), "{shown}");
    for secret in [TOKEN, "0af1", "secret-text"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
