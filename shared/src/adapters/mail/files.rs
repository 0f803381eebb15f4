//! Files that go with an e-mail, read from where they lie just before it leaves.

use std::time::Duration;

use domain::call::{CallFailure, Refusal};
use domain::mail::{Attachment, Mail};
use http::header::CONTENT_TYPE;
use reqwest::{Url, redirect};
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// All files of one e-mail together. Base64 makes a third more of it, and Gmail takes 25 MB (support.google.com, "Gmail attachment
/// size limit").
const BYTES_MAX: usize = 15_000_000;
/// How long all of them may take. With what the mail's own call takes it stays within a call's time.
const READ_WITHIN: Duration = Duration::from_secs(4);
const REDIRECTS_MAX: usize = 3;

/// A file as it was read.
pub struct File {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// Who reads them. The client is made with the first file: most mails have none.
#[derive(Default)]
pub struct Files {
    http: OnceCell<reqwest::Client>,
    /// Tests serve files themselves.
    takes_loopback: bool,
}

impl Files {
    /// All files of an e-mail, or why it cannot leave with them yet. Reasons name no address: it may be known to its reader only.
    pub async fn of(&self, mail: &Mail) -> Result<Vec<File>, CallFailure> {
        if mail.attachments.is_empty() {
            return Ok(Vec::new());
        }
        let read = async {
            let mut files: Vec<File> = Vec::with_capacity(mail.attachments.len());
            let mut room = BYTES_MAX;
            for attachment in &mail.attachments {
                let file = self.read(attachment, room).await?;
                room -= file.bytes.len();
                files.push(file);
            }
            Ok(files)
        };
        timeout(READ_WITHIN, read).await.unwrap_or_else(|_| Err(later("an attachment took too long to read")))
    }

    async fn read(&self, attachment: &Attachment, room: usize) -> Result<File, CallFailure> {
        let url = Url::parse(&attachment.url).ok().filter(|url| self.is_outside(url));
        let url = url.ok_or_else(|| never("an attachment lies at no address of the public internet"))?;
        let takes_loopback = self.takes_loopback;
        let http = self.http.get_or_try_init(async || client(takes_loopback)).await;
        let http = http.map_err(|_| later("the client that reads attachments could not be made"))?;
        let response = http.get(url).send().await;
        let mut response = response.map_err(|_| later("an attachment could not be read: nobody answered"))?;
        let status = response.status();
        if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
            return Err(later(&format!("an attachment could not be read: HTTP {}", status.as_u16())));
        }
        if !status.is_success() {
            let what = format!("an attachment is not where the playbook says: HTTP {}", status.as_u16());
            return Err(never(&what));
        }
        let told = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = plain_type(told.unwrap_or_default());
        let mut bytes = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|_| later("an attachment broke off while it was read"))?
        {
            if bytes.len() + chunk.len() > room {
                let megabytes = BYTES_MAX / 1_000_000;
                return Err(never(&format!("the attachments of one e-mail have more than {megabytes} MB")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(File { name: attachment.name.clone(), content_type, bytes })
    }

    /// A name of the public internet over TLS: what the business's own network or machine serves is not for e-mails.
    fn is_outside(&self, url: &Url) -> bool {
        is_public(url) || self.takes_loopback && url.host_str() == Some("127.0.0.1")
    }
}

fn is_public(url: &Url) -> bool {
    let is_named = url.domain().is_some_and(|name| {
        let name = name.trim_end_matches('.');
        name.contains('.') && ![".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
    });
    url.scheme() == "https" && is_named
}

fn client(takes_loopback: bool) -> reqwest::Result<reqwest::Client> {
    let follow = redirect::Policy::custom(|attempt| {
        match attempt.previous().len() > REDIRECTS_MAX || !is_public(attempt.url()) {
            true => attempt.stop(),
            false => attempt.follow(),
        }
    });
    let builder = reqwest::Client::builder()
        .user_agent(concat!("masa/", env!("CARGO_PKG_VERSION")))
        .redirect(follow)
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(READ_WITHIN / 2);
    match takes_loopback {
        true => builder.tls_certs_only([]).build(),
        false => builder.build(),
    }
}

/// `application/pdf`, without what may follow.
fn plain_type(told: &str) -> String {
    let plain = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let part = |part: &str| {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        !part.is_empty() && part.bytes().all(sound)
    };
    match plain.split_once('/') {
        Some((kind, of)) if part(kind) && part(of) => plain,
        _ => "application/octet-stream".to_owned(),
    }
}

fn later(reason: &str) -> CallFailure {
    CallFailure::TryAgain { wait: None, is_limit: false, reason: reason.to_owned() }
}

fn never(reason: &str) -> CallFailure {
    CallFailure::Refused { why: Refusal::Request, code: None, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::graph::loopback::{answer_all, http};
    use crate::adapters::mail::mime::tests::letter;

    fn mail(urls: &[String]) -> Mail {
        let attachment = |url: &String| Attachment { name: "כרטיסים.pdf".into(), url: url.clone() };
        letter(|mail| mail.attachments = urls.iter().map(attachment).collect())
    }

    fn loopback() -> Files {
        Files { takes_loopback: true, ..Files::default() }
    }

    async fn read(answers: Vec<Vec<u8>>) -> Result<Vec<File>, CallFailure> {
        let (base, _asked) = answer_all(answers.clone()).await;
        let urls: Vec<String> = (0..answers.len()).map(|number| format!("{base}/{number}.pdf")).collect();
        loopback().of(&mail(&urls)).await
    }

    fn pdf(status: &str, body: &str) -> Vec<u8> {
        String::from_utf8(http(status, "", body))
            .unwrap()
            .replace("application/json", "Application/PDF; v=1")
            .into()
    }

    #[tokio::test]
    async fn files_are_read_in_their_order_with_what_they_are() {
        let files = read(vec![pdf("200 OK", "one"), pdf("200 OK", "two")]).await.ok().unwrap();
        let told: Vec<_> = files.iter().map(|file| (&file.bytes[..], file.content_type.as_str())).collect();
        assert_eq!(told, [(&b"one"[..], "application/pdf"), (&b"two"[..], "application/pdf")]);
        assert!(Files::default().of(&mail(&[])).await.ok().unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_passes_is_told_from_what_somebody_has_to_mend() {
        for (status, passes) in
            [("503 Gone Fishing", true), ("429 Slow", true), ("404 Not Found", false), ("302 Found", false)]
        {
            let failure = read(vec![pdf(status, "")]).await.err().unwrap();
            assert_eq!(matches!(failure, CallFailure::TryAgain { .. }), passes, "{status}");
        }
        let long = pdf("200 OK", &"x".repeat(BYTES_MAX + 1));
        let failure = read(vec![long]).await.err().unwrap();
        assert!(matches!(&failure, CallFailure::Refused { reason, .. } if reason.contains("15 MB")));
        let nobody = loopback().of(&mail(&["http://127.0.0.1:1/t.pdf".into()])).await.err().unwrap();
        assert!(matches!(nobody, CallFailure::TryAgain { .. }));
    }

    #[tokio::test]
    async fn nothing_inside_is_read_for_an_email() {
        for url in [
            "http://tickets.example/t.pdf",
            "https://127.0.0.1/t.pdf",
            "https://[::1]/t.pdf",
            "https://169.254.169.254/latest/meta-data/",
            "https://localhost/t.pdf",
            "https://metadata.google.internal/t.pdf",
            "file:///etc/passwd",
            "tickets",
        ] {
            let failure = Files::default().of(&mail(&[url.to_owned()])).await.err().unwrap();
            let CallFailure::Refused { reason, .. } = failure else { panic!("{url}") };
            assert!(!reason.contains("t.pdf") && reason.contains("public internet"), "{url}: {reason}");
        }
    }

    #[test]
    fn a_type_is_no_header() {
        assert_eq!(plain_type("image/PNG; q=1"), "image/png");
        for odd in ["", "pdf", "a/b\r\nBcc: x", "a/", "text/ht ml"] {
            assert_eq!(plain_type(odd), "application/octet-stream", "{odd}");
        }
    }
}
