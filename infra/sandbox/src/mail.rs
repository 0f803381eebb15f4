//! A mail server: it takes what any provider would take, and keeps it to be looked at.

use jiff::Timestamp;
use mail_parser::{HeaderName, Message, MessageParser};

use crate::world::World;
use crate::{Channel, Sent};

/// SES takes 40 MB; Gmail cuts a page behind 102 KB (support.google.com, "Message clipped").
const BYTES_MAX: usize = 40_000_000;
const PAGE_BYTES_MAX: usize = 102_000;

/// An e-mail that was taken.
#[derive(Clone, Debug)]
pub struct Mail {
    pub id: String,
    pub at: Timestamp,
    pub subject: String,
    /// What most readers see.
    pub page: String,
    pub text: String,
}

/// Takes an e-mail, or says which rule it breaks.
pub(crate) fn take(world: &mut World, now: Timestamp, business: &str, raw: &[u8]) -> Result<String, String> {
    if raw.len() > BYTES_MAX {
        return Err("it is larger than 40 MB".to_owned());
    }
    let message = MessageParser::default().parse(raw).ok_or("it is no e-mail")?;
    let to = check(&message)?;
    let (text, page) = (body(&message, false)?, body(&message, true)?);
    if page.len() > PAGE_BYTES_MAX {
        return Err("its page is longer than 102 KB, and would be cut".to_owned());
    }
    let number = world.numbers.next();
    let id = format!("mail-sandbox{number:012}");
    let subject = message.subject().unwrap_or_default().to_owned();
    world.note_sent(Sent {
        at: now,
        business: business.to_owned(),
        channel: Channel::Email,
        to,
        kind: "email".to_owned(),
        body: format!("{subject}\n\n{text}"),
        id: id.clone(),
        template: None,
        buttons: Vec::new(),
    });
    world.note_mail(Mail { id: id.clone(), at: now, subject, page, text });
    Ok(id)
}

/// What RFC 5322 asks of every e-mail, and the large providers of whoever sends many (RFC 8058). Gives whom it goes to.
fn check(message: &Message<'_>) -> Result<String, String> {
    let from = message.from().map(|from| from.iter().count()).unwrap_or_default();
    if from != 1 {
        return Err("it has not one From".to_owned());
    }
    let mut to = message.to().into_iter().flat_map(|to| to.iter());
    let first = to.next().and_then(|to| to.address()).ok_or("it goes to nobody")?.to_owned();
    if to.next().is_some() || message.cc().is_some() || message.bcc().is_some() {
        return Err("it goes to more than one".to_owned());
    }
    if message.subject().is_none_or(|subject| subject.trim().is_empty()) {
        return Err("it has no subject".to_owned());
    }
    if message.date().is_none() || message.message_id().is_none() {
        return Err("it has no date or no Message-ID".to_owned());
    }
    let header = |name: &'static str| {
        message
            .header_raw(HeaderName::parse(name).unwrap_or(HeaderName::Other(name.into())))
            .map(str::trim)
            .unwrap_or_default()
            .to_owned()
    };
    // A mail to one of the business is no list's.
    if header("Auto-Submitted") == "auto-generated" {
        return Ok(first);
    }
    let way_out = header("List-Unsubscribe");
    if !way_out.starts_with("<http") || header("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
        return Err("it cannot be unsubscribed from with one click".to_owned());
    }
    Ok(first)
}

fn body(message: &Message<'_>, page: bool) -> Result<String, String> {
    let (body, is_there, what) = match page {
        true => (message.body_html(0), message.parts.iter().any(|part| part.is_text_html()), "page"),
        false => (
            message.body_text(0),
            message.parts.iter().any(|part| part.is_text() && !part.is_text_html()),
            "text part",
        ),
    };
    match body {
        // The parser makes one of the other where it is missing.
        Some(body) if is_there && !body.trim().is_empty() => Ok(body.into_owned()),
        _ => Err(format!("it has no {what}")),
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::Stage;

    const GOOD: &str = "From: Neveh <hello@neveh.example>\r\nTo: dana@example.com\r\nSubject: Hi\r\n\
        Date: Tue, 1 Dec 2026 09:00:00 +0200\r\nMessage-ID: <1@neveh.example>\r\n\
        List-Unsubscribe: <https://example.com/u/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p>\r\n--b--\r\n";

    #[test]
    fn a_sound_mail_is_kept_and_each_flaw_is_named() {
        let stage = Stage::new();
        let take = |raw: &str| stage.sandbox.mail(stage.now(), "neveh", raw.as_bytes());
        let id = take(GOOD).unwrap();
        let mail = stage.sandbox.mails().pop().unwrap();
        assert_eq!((mail.id, mail.subject.as_str(), mail.text.trim()), (id, "Hi", "Hello"));
        assert_eq!(stage.sandbox.sent().len(), 1);
        let flaws = [
            ("From: Neveh <hello@neveh.example>\r\n", "", "From"),
            ("To: dana@example.com", "To: dana@example.com, ron@example.com", "more than one"),
            ("To: dana@example.com", "To: dana@example.com\r\nBcc: ron@example.com", "more than one"),
            ("Subject: Hi\r\n", "", "subject"),
            ("Message-ID: <1@neveh.example>\r\n", "", "Message-ID"),
            ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "", "one click"),
            ("text/html", "text/x-nothing", "page"),
            ("text/plain", "text/html", "text part"),
        ];
        for (there, instead, told) in flaws {
            let refusal = take(&GOOD.replacen(there, instead, 1)).unwrap_err();
            assert!(refusal.contains(told), "{told}: {refusal}");
        }
        assert_eq!(stage.sandbox.sent().len(), 1);
    }
}
