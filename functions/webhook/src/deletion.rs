//! A person asks Meta to have their data deleted, and Meta asks us (Meta's "Data Deletion Request Callback").
//!
//! Meta names the person by an id of the app's, which is none of the ids that lead to a lead: only the operator can
//! tell who it is. So each business gets a notice that stays until somebody has seen to it, and the person a code.

use application::ports::{Notice, StoreError};
use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::figure::Figure;
use domain::ids::Pepper;
use serde::Deserialize;
use serde_json::json;
use shared::secrets::any_passes;

use crate::signature::Signature;
use crate::{APP_SECRETS, Webhook, answer, body};

/// Where the answers of this module stand.
pub const PATH: &str = "/meta/data-deletion";

/// A request of Meta's is far below that.
const BODY_BYTES_MAX: usize = 16 * 1024;
const CODE_DIGITS: usize = 32;

/// What Meta signed: the part that it signed, its signature, and what it says.
struct SignedRequest {
    signed: String,
    signature: Signature,
    person: String,
    issued_at: i64,
}

#[derive(Deserialize)]
struct Form {
    signed_request: String,
}

#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    user_id: serde_json::Value,
    #[serde(default)]
    issued_at: i64,
}

impl SignedRequest {
    /// `<signature>.<payload>`, both base64url. Nothing of it is believed before the signature is checked.
    fn read(bytes: &[u8]) -> Option<Self> {
        let form: Form = serde_urlencoded::from_bytes(bytes).ok()?;
        let (signature, signed) = form.signed_request.split_once('.')?;
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let payload: Payload = serde_json::from_slice(&decoded(signed)?).ok()?;
        let person = match payload.user_id {
            serde_json::Value::String(id) => id,
            serde_json::Value::Number(id) => id.to_string(),
            _ => return None,
        };
        let known =
            payload.algorithm.eq_ignore_ascii_case("HMAC-SHA256") && !person.is_empty() && person.len() <= 64;
        let signature = Signature::of_bytes(&decoded(signature)?)?;
        known.then(|| Self { signed: signed.to_owned(), signature, person, issued_at: payload.issued_at })
    }

    /// What the person may ask about it with: the same each time the request comes, and nobody can guess it.
    fn code(&self, pepper: &Pepper) -> String {
        let code = pepper.derive("data-deletion", &[&self.person, &self.issued_at.to_string()]);
        format!("{code:032x}")
    }
}

pub async fn requested(webhook: &Webhook, request: &ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let bytes = body::bytes(request).ok().filter(|bytes| bytes.len() <= BODY_BYTES_MAX);
    let Some(asked) = bytes.as_deref().and_then(SignedRequest::read) else {
        tracing::warn!("refused a data deletion request that cannot be read");
        return answer::error(400, "not-a-signed-request", "send signed_request as Meta documents it");
    };
    let secrets = webhook.secrets.as_ref();
    let is_by = |secret: &_| asked.signature.is_by(secret, asked.signed.as_bytes());
    match any_passes(secrets, &APP_SECRETS, is_by).await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!("refused a data deletion request without a valid signature");
            return answer::error(401, "bad-signature", "the signature does not fit the request");
        }
        Err(error) => return answer::without_secrets(&error),
    }
    let code = asked.code(&webhook.world.pepper);
    if let Err(error) = note(webhook, &asked, &code).await {
        tracing::error!(%error, "a data deletion request could not be stored; Meta sends it again");
        return answer::error(503, "not-stored", "the request could not be stored; send it again");
    }
    tracing::warn!(code, "a person asked to have their data deleted; each business has a notice");
    answer::json(
        200,
        &json!({ "url": format!("{}{PATH}/{code}", origin(request)), "confirmation_code": code }),
    )
}

/// Who it is only the businesses can tell, and the app's id does not say whose lead: each of them is told.
async fn note(webhook: &Webhook, asked: &SignedRequest, code: &str) -> Result<(), StoreError> {
    let world = &webhook.world;
    for business in world.store.businesses().await? {
        let notice = Notice {
            business: business.clone(),
            key: format!("data-deletion-{code}"),
            at: world.clock.now(),
            reason: format!(
                "a person asked Meta to have their data deleted (code {code}): find them by the id in this notice, \
                 as Meta's app knows them, and use `masa erase`"
            ),
            body: Some(json!({ "app_scoped_user_id": asked.person }).to_string()),
        };
        if world.store.put_notice(&notice).await? {
            world.figures.count(&business, Figure::Parked);
        }
    }
    Ok(())
}

/// How the outside reaches us: as whoever asked did.
fn origin(request: &ApiGatewayV2httpRequest) -> String {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").or(request.request_context.domain_name.as_deref()).unwrap_or_default();
    let on_this_machine = host.starts_with("127.0.0.1") || host.starts_with("localhost");
    format!("{}://{host}", if on_this_machine { "http" } else { "https" })
}

/// The page of a code: what becomes of the request. It looks nothing up, since the code alone says that it was taken.
pub fn status(path: &str) -> ApiGatewayV2httpResponse {
    let code = path.strip_prefix(PATH).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
    let sound = code.len() == CODE_DIGITS && code.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !sound {
        return answer::error(404, "unknown-code", "a confirmation code has 32 digits");
    }
    answer::html(200, &PAGE.replace("{code}", code))
}

const PAGE: &str = r#"<!doctype html>
<html lang="he" dir="rtl">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>בקשה למחיקת מידע · Data deletion request</title>
<style>body{font-family:system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;line-height:1.6}
code{direction:ltr;unicode-bidi:isolate}section+section{border-top:1px solid #ccc;margin-top:2rem;padding-top:1rem}</style></head>
<body>
<section><h1>הבקשה למחיקת המידע התקבלה</h1>
<p>קוד האישור: <code>{code}</code></p>
<p>בקשתך נמסרה לכל בית עסק שמשתמש במערכת. מי שמזהה אותך מוחק את פרטיך ואת ההתכתבות איתך בתוך 30 יום. לבירור פנו לבית העסק עם קוד האישור.</p></section>
<section lang="en" dir="ltr"><h1>Your request to delete your data was received</h1>
<p>Confirmation code: <code>{code}</code></p>
<p>It was handed to each business that uses this system. Whoever recognises you deletes your details and your
conversation within 30 days. To ask about it, write to the business and give the code.</p></section>
</body></html>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_request_is_read() {
        let payload = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signature = URL_SAFE_NO_PAD.encode([7_u8; 32]);
        let sound = payload(r#"{"algorithm":"HMAC-SHA256","user_id":"218471","issued_at":1796029200}"#);
        let read = |body: String| SignedRequest::read(body.as_bytes()).map(|asked| asked.person);
        assert_eq!(read(format!("signed_request={signature}.{sound}")), Some("218471".to_owned()));
        let as_number = payload(r#"{"algorithm":"hmac-sha256","user_id":218471}"#);
        assert_eq!(read(format!("signed_request={signature}.{as_number}")), Some("218471".to_owned()));
        for body in [
            String::new(),
            format!("signed_request={sound}"),
            format!("signed_request={signature}."),
            format!("signed_request=.{sound}"),
            format!("signed_request={signature}.{}", payload("{}")),
            format!("signed_request={signature}.{}", payload(r#"{"algorithm":"none","user_id":"1"}"#)),
            format!("signed_request={signature}.{}", payload(r#"{"algorithm":"HMAC-SHA256","user_id":""}"#)),
            format!("signed_request={}.{sound}", URL_SAFE_NO_PAD.encode([7_u8; 31])),
        ] {
            assert_eq!(read(body.clone()), None, "{body}");
        }
    }
}
