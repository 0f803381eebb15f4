//! What a reader sees: as a page, and as plain text for those whose program shows no pages.

use domain::call::ButtonAction;
use domain::mail::Mail;
use minijinja::{Environment, Error, Value, context};

const PAGE: &str = include_str!("mail.html");

/// What Masa itself says in an e-mail.
struct Words {
    direction: &'static str,
    align: &'static str,
    unsubscribe: &'static str,
}

fn words(language: &str) -> Words {
    match language {
        "he" => Words {
            direction: "rtl", align: "right", unsubscribe: "להסרה מרשימת הדיוור במייל"
        },
        "ar" => Words {
            direction: "rtl", align: "right", unsubscribe: "لإلغاء الاشتراك في رسائل البريد"
        },
        _ => Words { direction: "ltr", align: "left", unsubscribe: "Unsubscribe from these e-mails" },
    }
}

/// Names and texts are escaped: nothing in them is taken for markup.
pub fn page(mail: &Mail, unsubscribe: Option<&str>) -> Result<String, Error> {
    let words = words(&mail.language);
    let line = |line: &str| -> Vec<Value> {
        pieces(line).into_iter().map(|(text, is_link)| context! { text, is_link }).collect()
    };
    let paragraphs = mail.text.trim().split("\n\n").map(|paragraph| paragraph.trim_matches('\n'));
    let paragraphs: Vec<Vec<Vec<Value>>> =
        paragraphs.map(|paragraph| paragraph.lines().map(line).collect()).collect();
    let buttons: Vec<_> = links(mail).map(|(label, url)| context! { label, url }).collect();
    let mut environment = Environment::new();
    environment.add_template("mail.html", PAGE)?;
    environment.get_template("mail.html")?.render(context! {
        subject => mail.subject.as_str(),
        from => mail.from_name.as_str(),
        language => mail.language.as_str(),
        direction => words.direction,
        align => words.align,
        image => mail.image.as_deref(),
        paragraphs,
        buttons,
        unsubscribe => unsubscribe.map(|url| context! { label => words.unsubscribe, url }),
    })
}

pub fn text(mail: &Mail, unsubscribe: Option<&str>) -> String {
    let mut text = mail.text.trim().to_owned();
    for (label, url) in links(mail) {
        text.push_str(&format!("\n\n{label}: {url}"));
    }
    text.push_str(&format!("\n\n-- \n{}\n", mail.from_name));
    if let Some(url) = unsubscribe {
        text.push_str(&format!("{}: {url}\n", words(&mail.language).unsubscribe));
    }
    text
}

fn links(mail: &Mail) -> impl Iterator<Item = (&str, &str)> {
    mail.buttons.iter().filter_map(|button| match &button.action {
        ButtonAction::Url(url) => Some((button.label.as_str(), url.as_str())),
        ButtonAction::Payload(_) => None,
    })
}

/// Text, and the addresses in it.
fn pieces(line: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let length = rest[start..].find(char::is_whitespace).unwrap_or(rest.len() - start);
        // What ends a sentence is not of the address.
        let link = rest[start..start + length].trim_end_matches(['.', ',', '!', '?', ')', ';', ':', '"']);
        pieces.push((&rest[..start], false));
        pieces.push((link, true));
        rest = &rest[start + link.len()..];
        if link.len() <= "https://".len() {
            break;
        }
    }
    pieces.push((rest, false));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}
