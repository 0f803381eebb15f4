//! An e-mail as it travels: headers, a text part and a page (RFC 5322, RFC 2045, RFC 8058).

use domain::call::PlatformCall;
use domain::mail::Mail;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::url::URL;

use super::files::File;
use super::look;

/// Why an e-mail could not be written: our own template is at fault.
#[derive(Debug, thiserror::Error)]
#[error("the e-mail could not be written: {0}")]
pub struct Unwritable(String);

/// `public_url` is where this installation's own pages are, without a slash at the end.
pub fn mime(
    mail: &Mail,
    call: &PlatformCall,
    public_url: &str,
    at: Timestamp,
    files: &[File],
) -> Result<Vec<u8>, Unwritable> {
    let way_out = mail.unsubscribe.as_ref();
    let way_out = way_out.map(|token| format!("{public_url}/unsubscribe/{}", token.as_str()));
    let page = look::page(mail, way_out.as_deref()).map_err(|error| Unwritable(error.to_string()))?;
    let host = mail.from.as_str().rsplit_once('@').map_or("localhost", |(_, host)| host);
    let builder = MessageBuilder::new()
        .from((mail.from_name.as_str(), mail.from.as_str()))
        .to(mail.to.as_str())
        .subject(mail.subject.as_str())
        .date(at.as_second())
        // The same for every try, so that whoever gets it twice sees it once.
        .message_id(format!("{}.{}@{host}", call.lead, call.work))
        .text_body(look::text(mail, way_out.as_deref()))
        .html_body(page);
    let builder = match &way_out {
        Some(way_out) => builder
            .header("List-Unsubscribe", URL::new(way_out.as_str()))
            .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click")),
        // To one of the business: no list, and nothing that an out-of-office note should answer (RFC 3834).
        None => builder.header("Auto-Submitted", Raw::new("auto-generated")),
    };
    let builder = match &mail.reply_to {
        Some(address) => builder.reply_to(address.as_str()),
        None => builder,
    };
    let mut builder = builder;
    for file in files {
        builder = builder.attachment(file.content_type.as_str(), file.name.as_str(), file.bytes.as_slice());
    }
    builder.write_to_vec().map_err(|error| Unwritable(error.to_string()))
}

#[cfg(test)]
pub mod tests {
    use domain::call::{ButtonAction, Operation, ReplyButton};
    use domain::email::EmailAddress;
    use domain::ids::{LeadId, Pepper, WorkId};
    use domain::mail::UnsubscribeToken;
    use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders};

    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    pub fn letter(change: impl FnOnce(&mut Mail)) -> Mail {
        let mut mail = Mail {
            from: address("hello@neveh.example"),
            from_name: "נווה תיירות".into(),
            reply_to: Some(address("noa@neveh.example")),
            to: address("dana@example.com"),
            subject: "הכרטיסים שלך לרומא".into(),
            text: "היי דנה,\nהכרטיסים כאן: https://example.com/t/1?a=2&b=3.\n\nנתראה בשדה!".into(),
            buttons: vec![ReplyButton {
                label: "לביטוח".into(),
                action: ButtonAction::Url("https://example.com/i?x=1&y=2".into()),
            }],
            image: Some("https://example.com/rome.jpg".into()),
            attachments: Vec::new(),
            language: "he".into(),
            unsubscribe: Some(UnsubscribeToken::of(&Pepper::new([1; 32]), &"neveh".into(), LeadId::new(7))),
        };
        change(&mut mail);
        mail
    }

    fn written(mail: &Mail) -> Vec<u8> {
        written_with(mail, &[])
    }

    fn written_with(mail: &Mail, files: &[File]) -> Vec<u8> {
        let call = PlatformCall {
            business: "neveh".into(),
            lead: LeadId::new(7),
            work: WorkId::new(9),
            number: 3,
            token: String::new(),
            operation: Operation::SendEmail(Box::new(mail.clone())),
        };
        mime(mail, &call, "https://api.example.com", "2026-12-01T07:00:00Z".parse().unwrap(), files).unwrap()
    }

    fn header<'m>(message: &'m Message<'_>, name: &'static str) -> &'m str {
        message
            .header_raw(HeaderName::parse(name).unwrap_or(HeaderName::Other(name.into())))
            .map(str::trim)
            .unwrap_or_default()
    }

    #[test]
    fn a_mail_has_both_parts_its_direction_and_a_way_out() {
        let raw = written(&letter(|_| {}));
        let message = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.subject(), Some("הכרטיסים שלך לרומא"));
        let from = message.from().unwrap().first().unwrap();
        assert_eq!((from.name(), from.address()), (Some("נווה תיירות"), Some("hello@neveh.example")));
        assert_eq!(message.to().unwrap().first().unwrap().address(), Some("dana@example.com"));
        assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("noa@neveh.example"));
        assert_eq!(message.date().unwrap().to_timestamp(), 1_796_108_400);
        let way_out = header(&message, "List-Unsubscribe");
        assert!(way_out.starts_with("<https://api.example.com/unsubscribe/neveh."), "{way_out}");
        assert_eq!(header(&message, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        let text = message.body_text(0).unwrap();
        for part in
            ["היי דנה,", "https://example.com/t/1?a=2&b=3.", "לביטוח: https://example.com/i?x=1&y=2", "להסרה"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let page = message.body_html(0).unwrap();
        for part in [
            "<html lang=\"he\" dir=\"rtl\">",
            "href=\"https:&#x2f;&#x2f;example.com&#x2f;t&#x2f;1?a=2&amp;b=3\"",
            ">לביטוח</a>",
            "rome.jpg",
            "unsubscribe",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert_eq!(
            (message.text_body_count(), message.html_body_count(), message.attachment_count()),
            (1, 1, 0)
        );
        assert!(raw.iter().all(u8::is_ascii), "every line travels anywhere");
        assert!(raw.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "lines of RFC 5322");
    }

    #[test]
    fn files_go_along_under_their_names() {
        let file = |name: &str, bytes: &[u8]| File {
            name: name.into(),
            content_type: "application/pdf".into(),
            bytes: bytes.into(),
        };
        let files = [file("כרטיסים.pdf", &[0, 159, 255, b'\n']), file("a\r\nBcc: all@example.com.pdf", b"x")];
        let raw = written_with(&letter(|_| {}), &files);
        let message = MessageParser::default().parse(&raw).unwrap();
        let attached: Vec<_> =
            message.attachments().map(|part| (part.attachment_name().unwrap(), part.contents())).collect();
        assert_eq!(attached[0], ("כרטיסים.pdf", &[0, 159, 255, b'\n'][..]));
        assert_eq!(attached.len(), 2);
        assert!(message.bcc().is_none());
        assert!(message.body_text(0).unwrap().contains("היי דנה") && message.body_html(0).is_some());
        assert!(raw.iter().all(u8::is_ascii));
    }

    #[test]
    fn names_and_texts_smuggle_neither_headers_nor_markup() {
        let raw = written(&letter(|mail| {
            mail.from_name = "נווה\" <evil@example.com>\r\nBcc: all@example.com".into();
            mail.subject = "שלום\r\nBcc: all@example.com\r\n\r\n<script>".into();
            mail.text = "היי <script>alert(1)</script> & <b>דנה</b> https://example.com/\"onclick=\"x".into();
            mail.buttons[0].label = "<img src=x onerror=alert(1)>".into();
        }));
        let message = MessageParser::default().parse(&raw).unwrap();
        assert!(message.bcc().is_none() && message.cc().is_none());
        assert_eq!(message.from().unwrap().first().unwrap().address(), Some("hello@neveh.example"));
        assert_eq!(message.to().unwrap().iter().count(), 1);
        let page = message.body_html(0).unwrap();
        for markup in ["<script", "<b>", "<img src=x", "\"onclick"] {
            assert!(!page.contains(markup), "{markup}: {page}");
        }
    }

    #[test]
    fn english_reads_from_the_left() {
        let raw = written(&letter(|mail| mail.language = "en".into()));
        let message = MessageParser::default().parse(&raw).unwrap();
        let page = message.body_html(0).unwrap();
        assert!(page.contains("dir=\"ltr\"") && page.contains("Unsubscribe from these e-mails"));
        assert!(!page.contains("dir=\"rtl\""));
    }
}
