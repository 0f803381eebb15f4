//! What people of the business hear of by e-mail: a lead wrote, called, became hot. What happens within a short while goes in one
//! mail, so that a chat does not fill an inbox.

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::call::{ButtonAction, ReplyButton};
use crate::channel::Channel;
use crate::context::Context;
use crate::decide::{Draft, Plan};
use crate::email::EmailAddress;
use crate::ids::WorkId;
use crate::lead::Lead;
use crate::mail::{Mail, header_line};
use crate::playbook::{Happened, Occasion, Playbook, Trigger};
use crate::render;
use crate::replied::ReplyToken;
use crate::schedule::later;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Work};

/// Who hears of what, as the playbook says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// An agent or a team, by name. Of a call the agent who took it hears instead.
    pub to: String,
    pub on: Vec<Occasion>,
    /// How long more of it is waited for, before the mail leaves.
    pub wait: SignedDuration,
    /// The least time between two mails about one lead.
    pub every: SignedDuration,
}

pub const WAIT_DEFAULT: SignedDuration = SignedDuration::from_mins(2);
pub const EVERY_DEFAULT: SignedDuration = SignedDuration::from_mins(15);

/// How many kinds of news one mail tells of.
const NEWS_MAX: usize = 8;
/// How much of the conversation a mail shows.
const LINES_MAX: usize = 10;
const LINE_CHARS_MAX: usize = 400;
const FIELDS_MAX: usize = 8;

/// Plans a mail to whoever is to hear of this, or adds to the one that waits already.
pub(crate) fn about(draft: &mut Draft<'_>, happened: &Happened<'_>) {
    let playbook = draft.playbook();
    let Some(alerts) = playbook.alerts.as_ref() else { return };
    if happened.is_told_by_us || !alerts.on.iter().any(|occasion| occasion.is(happened)) {
        return;
    }
    // Which button was pressed, and on which network: the conversation shows it.
    let tells = !matches!(happened.trigger, Trigger::LeadReplied | Trigger::CommentMade);
    let of = happened.of.filter(|_| tells).map(str::to_owned);
    let news = Occasion { trigger: happened.trigger, of };
    for to in recipients(playbook, alerts, happened) {
        match waiting_for(draft, &to) {
            Some(open) => add(draft, open, std::slice::from_ref(&news)),
            None => {
                let again = draft.lead.alerted_at.map(|at| later(at, alerts.every));
                let due_at = later(draft.now(), alerts.wait).max(again.unwrap_or(Timestamp::MIN));
                let (pepper, lead) = (draft.context.pepper, draft.lead.id);
                draft.plan(Plan {
                    id: WorkId::for_event(pepper, lead, happened.event, &format!("alert {to}")),
                    class: Class::Bulk,
                    action: Action::Alert { to, about: vec![news.clone()] },
                    run: None,
                    due_at,
                    within: None,
                });
            }
        }
    }
}

/// The mail to this agent that has not left yet. One that is leaving tells of nothing more.
fn waiting_for(draft: &Draft<'_>, agent: &str) -> Option<WorkId> {
    let claimed = draft.lead.claim.as_ref().map(|claim| claim.work);
    let to_them = |work: &&Work| matches!(&work.action, Action::Alert { to, .. } if to == agent);
    let mut open = draft.lead.work.iter().filter(to_them);
    open.find(|work| Some(work.id) != claimed && !work.is_in_doubt()).map(|work| work.id)
}

fn add(draft: &mut Draft<'_>, open: WorkId, news: &[Occasion]) {
    draft.change_work(open, |work| {
        let Action::Alert { about, .. } = &mut work.action else { return };
        for news in news {
            if !about.contains(news) && about.len() < NEWS_MAX {
                about.push(news.clone());
            }
        }
    });
}

/// Whether another record's mail is told with the one that waits here already. One that may have left stays what it is.
pub(crate) fn joins_waiting(draft: &mut Draft<'_>, theirs: &Work) -> bool {
    let Action::Alert { to, about } = &theirs.action else { return false };
    let waits = theirs.tries == 0 && !theirs.is_in_doubt();
    let Some(ours) = waits.then(|| waiting_for(draft, to)).flatten() else { return false };
    add(draft, ours, about);
    true
}

/// The agents, by the playbook's names for them.
fn recipients(playbook: &Playbook, alerts: &Alerts, happened: &Happened<'_>) -> Vec<String> {
    let of_the_call = happened.by.and_then(|told| {
        let mut agents = playbook.agents.iter().filter(|(_, agent)| agent.email.is_some());
        agents.find(|(name, agent)| *name == told || agent.name == told).map(|(name, _)| name.clone())
    });
    match (of_the_call, playbook.teams.get(&alerts.to)) {
        (Some(agent), _) => vec![agent],
        (None, Some(team)) => team.clone(),
        (None, None) => vec![alerts.to.clone()],
    }
}

/// A mail to an agent that is ready but for the conversation, which stands beside the record.
#[derive(Clone, PartialEq, Eq)]
pub struct Alert {
    pub to: EmailAddress,
    pub from: EmailAddress,
    pub from_name: String,
    pub language: String,
    pub zone: TimeZone,
    pub about: Vec<Occasion>,
    /// The lead, by name or by what else is known.
    pub who: String,
    pub phone: Option<String>,
    /// Answers to forms.
    pub fields: Vec<(String, String)>,
    /// Where the conversation goes on.
    pub links: Vec<ReplyButton>,
    /// The end of the conversation, oldest first.
    pub talk: Vec<Line>,
}

impl fmt::Debug for Alert {
    /// All of it is of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alert(…)")
    }
}

/// One message of a conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    pub is_ours: bool,
    pub text: String,
}

/// `None` where the agent, their address or the business's mailbox is missing.
pub(crate) fn compose(lead: &Lead, context: &Context<'_>, to: &str, about: &[Occasion]) -> Option<Alert> {
    let playbook = &context.playbooks.current;
    let mailbox = playbook.channels.mailbox.as_ref()?;
    let words = words(&playbook.business.language);
    let phone = lead.phone.as_ref().map(|phone| phone.as_str().to_owned());
    let email = lead.email.as_ref().map(|email| email.as_str().to_owned());
    let name = lead.name.as_ref().map(|name| name.full().to_owned());
    let who = name.or_else(|| lead.username.clone()).or_else(|| phone.clone()).or(email);
    Some(Alert {
        to: playbook.agents.get(to)?.email.clone()?,
        from: mailbox.from.clone(),
        from_name: playbook.business.name.clone(),
        language: playbook.business.language.clone(),
        zone: playbook.business.zone.clone(),
        about: about.to_vec(),
        who: who.unwrap_or_else(|| words.somebody.to_owned()),
        phone,
        fields: lead.fields.iter().take(FIELDS_MAX).map(|(key, value)| (key.clone(), clip(value))).collect(),
        links: links(lead, context, words),
        talk: Vec::new(),
    })
}

/// Where an agent goes on talking with the lead. None of these is a secret; the last one says that an e-mail was answered, and
/// ends.
fn links(lead: &Lead, context: &Context<'_>, words: &Words) -> Vec<ReplyButton> {
    let channels = &context.playbooks.current.channels;
    let phone = lead.phone.as_ref();
    let whatsapp = phone.filter(|phone| phone.may_have_whatsapp());
    let instagram = lead.address(Channel::Instagram).and(lead.username.as_ref());
    // `m.me` opens a chat with the Page itself: the person is found in the Page's own inbox.
    let messenger = lead.address(Channel::Messenger).and(channels.page.as_ref());
    let links = [
        whatsapp.map(|phone| (words.whatsapp, format!("https://wa.me/{}", phone.digits()))),
        phone.map(|phone| (words.call, format!("tel:{}", phone.as_str()))),
        messenger.map(|page| {
            (words.messenger, format!("https://business.facebook.com/latest/inbox/all?asset_id={page}"))
        }),
        instagram.map(|name| (words.instagram, format!("https://ig.me/m/{}", render::percent_encode(name)))),
        lead.email.as_ref().map(|email| (words.email, format!("mailto:{}", email.as_str()))),
        lead.email.as_ref().and(context.public_url).map(|public_url| {
            let token = ReplyToken::of(context.pepper, &lead.business, lead.id, context.now);
            (words.replied, format!("{public_url}/answered/{}", token.as_str()))
        }),
    ];
    let button = |(label, url): (&str, String)| ReplyButton {
        label: label.to_owned(),
        action: ButtonAction::Url(url),
    };
    links.into_iter().flatten().map(button).collect()
}

/// The end of the conversation, from the lead's timeline, which is oldest first.
pub fn talk<'e>(
    lead: &Lead,
    playbook: &Playbook,
    timeline: impl DoubleEndedIterator<Item = &'e Entry>,
) -> Vec<Line> {
    let line = |entry: &Entry| {
        let said = entry.fact(Fact::Text).or(entry.fact(Fact::Media));
        let (is_ours, text) = match entry.what {
            What::Wrote | What::Commented => (false, said?.to_owned()),
            What::PersonAnswered => (true, said?.to_owned()),
            What::Sent | What::Settled => {
                let name = entry.fact(Fact::Message)?;
                let message = playbook.messages.get(&name.into());
                let text = message.and_then(|message| render::text(&message.text, playbook, lead).ok());
                (true, text.unwrap_or_else(|| name.to_owned()))
            }
            _ => return None,
        };
        Some(Line { at: entry.at, is_ours, text: clip(&text) })
    };
    let mut lines: Vec<Line> = timeline.rev().filter_map(line).take(LINES_MAX).collect();
    lines.reverse();
    lines
}

fn clip(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Alert {
    pub fn mail(&self) -> Mail {
        let words = words(&self.language);
        let news: Vec<String> = self.about.iter().map(|news| label(news, words)).collect();
        let more = if news.len() > 1 { words.and_more } else { "" };
        let who = self.name();
        let subject = format!("{}{more}: {who}", news.first().map_or("", String::as_str));
        let mut head = vec![news.join(" · "), who];
        let phone = self.phone.as_ref().filter(|phone| **phone != self.who);
        head.extend(phone.map(|phone| self.left_to_right(phone)));
        head.extend(self.fields.iter().map(|(key, value)| format!("{key}: {value}")));
        let mut paragraphs = vec![head.join("\n")];
        let lines: Vec<String> = self.talk.iter().map(|line| self.line(line, words)).collect();
        if !lines.is_empty() {
            paragraphs.push(format!("{}\n{}", words.talk, lines.join("\n")));
        }
        Mail {
            from: self.from.clone(),
            from_name: self.from_name.clone(),
            reply_to: None,
            to: self.to.clone(),
            subject: header_line(&subject),
            text: paragraphs.join("\n\n"),
            buttons: self.links.clone(),
            image: None,
            attachments: Vec::new(),
            language: self.language.clone(),
            unsubscribe: None,
        }
    }

    /// A number or an address stands for whoever has told no name.
    fn name(&self) -> String {
        if self.who.is_ascii() { self.left_to_right(&self.who) } else { self.who.clone() }
    }

    /// Among words that read from the right a number's plus would stand behind it (Unicode Bidirectional Algorithm, "Explicit
    /// Directional Isolates").
    fn left_to_right(&self, text: &str) -> String {
        if self.language == "he" { format!("\u{2066}{text}\u{2069}") } else { text.to_owned() }
    }

    fn line(&self, line: &Line, words: &Words) -> String {
        let at = line.at.to_zoned_datetime(self.zone.clone()).strftime("%-d.%-m %H:%M");
        let who = if line.is_ours { words.us } else { words.them };
        // One line of the mail each, whatever somebody typed.
        let text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{at} {who}: {text}")
    }
}

fn label(news: &Occasion, words: &Words) -> String {
    let label = (words.news)(news.trigger);
    match &news.of {
        Some(of) => format!("{label} ({of})"),
        None => label.to_owned(),
    }
}

struct Words {
    somebody: &'static str,
    and_more: &'static str,
    talk: &'static str,
    us: &'static str,
    them: &'static str,
    whatsapp: &'static str,
    call: &'static str,
    messenger: &'static str,
    instagram: &'static str,
    email: &'static str,
    replied: &'static str,
    news: fn(Trigger) -> &'static str,
}

fn words(language: &str) -> &'static Words {
    match language {
        "he" => &HEBREW,
        _ => &ENGLISH,
    }
}

static HEBREW: Words = Words {
    somebody: "מישהו בלי שם",
    and_more: " ועוד",
    talk: "ההודעות האחרונות:",
    us: "אנחנו",
    them: "הלקוח/ה",
    whatsapp: "לשיחה בוואטסאפ",
    call: "לשיחת טלפון",
    messenger: "לתיבת ההודעות של הדף",
    instagram: "לשיחה באינסטגרם",
    email: "לכתיבת מייל",
    replied: "ענו לנו במייל",
    news: |trigger| match trigger {
        Trigger::LeadCaptured => "פנייה חדשה",
        Trigger::LeadReplied => "תשובה חדשה",
        Trigger::LeadOptedOut => "בקשה לא לקבל הודעות",
        Trigger::ConsentGiven => "הסכמה לקבל הודעות",
        Trigger::CallMissed => "שיחה שלא נענתה",
        Trigger::CallEnded => "שיחה שהסתיימה",
        Trigger::CommentMade => "תגובה חדשה",
        Trigger::PhoneGiven => "מספר טלפון התקבל",
        Trigger::PhoneConfirmed => "מספר הטלפון אושר",
        Trigger::RaffleWon => "זכייה בהגרלה",
        Trigger::DealOpened => "עסקה נפתחה",
        Trigger::DealWon => "עסקה נסגרה בהצלחה",
        Trigger::DealLost => "עסקה בוטלה",
        Trigger::BookingMade => "פגישה נקבעה",
        Trigger::BookingMoved => "פגישה הוזזה",
        Trigger::BookingCancelled => "פגישה בוטלה",
        Trigger::LinkClicked => "כניסה לקישור",
        Trigger::TagAdded => "סומן",
        Trigger::FieldChanged => "פרט השתנה",
        Trigger::SegmentEntered => "כניסה לקבוצה",
        Trigger::SegmentLeft => "יציאה מקבוצה",
    },
};

static ENGLISH: Words = Words {
    somebody: "somebody without a name",
    and_more: " and more",
    talk: "The last messages:",
    us: "We",
    them: "They",
    whatsapp: "Chat on WhatsApp",
    call: "Call",
    messenger: "The Page's inbox",
    instagram: "Chat on Instagram",
    email: "Write an e-mail",
    replied: "They answered by e-mail",
    news: |trigger| match trigger {
        Trigger::LeadCaptured => "New lead",
        Trigger::LeadReplied => "New reply",
        Trigger::LeadOptedOut => "Wants no more messages",
        Trigger::ConsentGiven => "Agreed to messages",
        Trigger::CallMissed => "Missed call",
        Trigger::CallEnded => "Call ended",
        Trigger::CommentMade => "New comment",
        Trigger::PhoneGiven => "Gave a phone number",
        Trigger::PhoneConfirmed => "Confirmed the phone number",
        Trigger::RaffleWon => "Won the raffle",
        Trigger::DealOpened => "Deal opened",
        Trigger::DealWon => "Deal won",
        Trigger::DealLost => "Deal lost",
        Trigger::BookingMade => "Booked a meeting",
        Trigger::BookingMoved => "Moved a meeting",
        Trigger::BookingCancelled => "Cancelled a meeting",
        Trigger::LinkClicked => "Followed a link",
        Trigger::TagAdded => "Tagged",
        Trigger::FieldChanged => "A detail changed",
        Trigger::SegmentEntered => "Entered a segment",
        Trigger::SegmentLeft => "Left a segment",
    },
};
