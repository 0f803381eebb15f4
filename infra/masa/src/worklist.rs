//! `masa worklist`: which accounts somebody of the business looks in on today, and what they do there by hand.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::civil::Date;
use minijinja::{Environment, context};
use shared::adapters::system::SystemClock;
use shared::application::ports::Clock;
use shared::domain::playbook::Playbook;
use shared::domain::worklist::{ChoreKind, Visit};
use shared::playbook::{hebrew, parse};

use crate::Refusal;
use crate::arguments::{Language, WorklistFormat, WorklistOf};
use crate::playbook::read;

/// Pages are filled in by the name's ending: what stands in the playbook cannot become markup.
const PAGE: (&str, &str) = ("worklist.html", include_str!("worklist.html"));
const NOTE: &str = "Masa does none of this itself: the platforms forbid programs that do, and block the accounts they act for.";

pub fn worklist(typed: &WorklistOf) -> Result<(), Refusal> {
    let playbook = parse(&typed.file.display().to_string(), &read(&typed.file)?)?;
    let today = || playbook.business.zone.to_datetime(SystemClock.now()).date();
    let date = typed.date.unwrap_or_else(today);
    let language = typed.lang.unwrap_or_else(|| Language::of(&playbook));
    print!("{}", shown(&playbook, date, typed.format, language)?);
    Ok(())
}

fn shown(
    playbook: &Playbook,
    date: Date,
    format: WorklistFormat,
    language: Language,
) -> Result<String, Refusal> {
    let visits = playbook.worklist.on(date);
    if visits.is_empty() {
        return Err(
            "the playbook watches no account; name some: worklist: { instagram: [visitgreece] }".into()
        );
    }
    let say = |english: &str| match language {
        Language::En => english.to_owned(),
        Language::He => hebrew::reason(english),
    };
    Ok(match format {
        WorklistFormat::Table => table(&visits, &say),
        WorklistFormat::Html => page(playbook, date, &visits, language, &say)?,
    })
}

fn chore(what: ChoreKind, say: &dyn Fn(&str) -> String) -> String {
    say(&match what {
        ChoreKind::WatchStories => "watch its stories".to_owned(),
        ChoreKind::Like(1) => "like its newest post, if you do".to_owned(),
        ChoreKind::Like(count) => format!("like its {count} newest posts, if you do"),
        ChoreKind::Comment(1) => "comment on a post, in words of your own".to_owned(),
        ChoreKind::Comment(count) => format!("comment on {count} posts, in words of your own"),
        ChoreKind::Follow(1) => "follow somebody who follows it and might need you".to_owned(),
        ChoreKind::Follow(count) => format!("follow {count} people who follow it and might need you"),
    })
}

fn table(visits: &[Visit], say: &dyn Fn(&str) -> String) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["account", "to do", "where"].map(say));
    for visit in visits {
        for of_it in &visit.chores {
            table.add_row([visit.watched.account().to_owned(), chore(of_it.what, say), of_it.link.clone()]);
        }
    }
    format!("{table}\n{}\n", say(NOTE))
}

fn page(
    playbook: &Playbook,
    date: Date,
    visits: &[Visit],
    language: Language,
    say: &dyn Fn(&str) -> String,
) -> Result<String, Refusal> {
    let mut pages = Environment::new();
    pages.add_template(PAGE.0, PAGE.1)?;
    let visits = visits.iter().enumerate().map(|(visited, visit)| {
        let chores = visit.chores.iter().enumerate().map(|(number, of_it)| {
            context! { id => format!("chore-{visited}-{number}"), what => chore(of_it.what, say), link => &of_it.link }
        });
        context! {
            account => visit.watched.account(),
            network => say(visit.watched.network().as_str()),
            chores => chores.collect::<Vec<_>>(),
        }
    });
    let (lang, dir) = match language {
        Language::En => ("en", "ltr"),
        Language::He => ("he", "rtl"),
    };
    Ok(pages.get_template(PAGE.0)?.render(context! {
        lang, dir,
        title => say("by hand today"),
        business => &playbook.business.name,
        date => date.strftime("%d.%m.%Y").to_string(),
        visits => visits.collect::<Vec<_>>(),
        open => say("open"),
        note => say(NOTE),
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WATCHING: &str = r#"
business: { id: neveh, name: "נווה <תיירות>", zone: Asia/Jerusalem, language: he, agent: ליאור }
channels: { instagram: { account: "17841400000000001" } }
messages: {}
journeys: {}
worklist:
  instagram: [visitgreece, "@crete.island", santorini]
  facebook: [https://www.facebook.com/greecetravel]
  a-day: { accounts: 2, likes: 3, comments: 1, follows: 2 }
"#;

    fn told(format: WorklistFormat, language: Language) -> String {
        let playbook = parse("watching.yaml", WATCHING).unwrap();
        shown(&playbook, Date::constant(2026, 12, 28), format, language).unwrap()
    }

    #[test]
    fn a_day_is_a_table_in_the_language_that_is_asked_for() {
        insta::assert_snapshot!(
            [Language::En, Language::He].map(|of| told(WorklistFormat::Table, of)).join("\n")
        );
    }

    #[test]
    fn a_page_reads_from_right_to_left_and_its_links_tell_nobody_where_one_came_from() {
        let page = told(WorklistFormat::Html, Language::He);
        assert!(page.contains("<html lang=\"he\" dir=\"rtl\">"), "{page}");
        assert!(page.contains("נווה &lt;תיירות&gt;") && !page.contains("<תיירות>"), "{page}");
        assert_eq!(page.matches("rel=\"noopener noreferrer\"").count(), page.matches("<a ").count());
        assert!(!page.contains("might"), "all words are in Hebrew: {page}");
    }

    #[test]
    fn who_watches_nobody_is_told_how() {
        let playbook = parse("starter.yaml", crate::run::STARTER).unwrap();
        let refused = shown(&playbook, Date::constant(2026, 12, 28), WorklistFormat::Table, Language::En);
        assert!(refused.unwrap_err().to_string().contains("worklist: {"));
    }
}
