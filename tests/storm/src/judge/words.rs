//! What people read: the texts of the playbook that is current, of the business that writes, with the reader's own name.

use shared::domain::channel::Channel;

use super::Violation;
use super::case::Case;
use crate::people::acts::What;
use crate::people::businesses::id;
use crate::world::log::{Call, Wanted};

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    for call in &case.history.calls {
        let Some(words) = &call.words else { continue };
        let name = match &call.wanted {
            // A template is filled in with the name, and maybe a link.
            Wanted::Send { template: true, .. } => Some(words.split(" http").next().unwrap_or_default()),
            Wanted::PublicReply { .. } => {
                let version = words.rsplit_once(" v").map(|(_, version)| version);
                of_the_current_version(case, call, version, found);
                None
            }
            _ => free_words(case, call, words, found),
        };
        if let Some(name) = name {
            of_the_reader(case, call, name, found);
        }
    }
}

/// The name in a text of ours, which stands between the message's and the business's.
fn free_words<'w>(
    case: &Case<'_>,
    call: &Call,
    words: &'w str,
    found: &mut Vec<Violation>,
) -> Option<&'w str> {
    let business = id(call.business);
    let signature = format!(" {} v", business.as_str());
    let (_, rest) = words.split_once(']')?;
    let Some((name, version)) = rest.split_once(&signature) else {
        let what = format!("{:?} in another business's words", call.wanted);
        found.push(case.violates("9 another's words", call.begun_at, what));
        return None;
    };
    of_the_current_version(case, call, version.get(..1), found);
    Some(name.trim())
}

fn of_the_current_version(case: &Case<'_>, call: &Call, version: Option<&str>, found: &mut Vec<Violation>) {
    let current = case.versions(call.business, call.begun_at);
    let version: Option<usize> = version.and_then(|version| version.parse().ok());
    if !version.is_some_and(|version| current.contains(&version)) {
        let what = format!("{:?} of version {version:?}, and current is {current:?}", call.wanted);
        found.push(case.violates("6 words of another version", call.begun_at, what));
    }
}

/// Whoever has told no name is called by none.
fn of_the_reader(case: &Case<'_>, call: &Call, name: &str, found: &mut Vec<Violation>) {
    let Some(who) = case.recipient(call).filter(|who| !case.is_mixed_up(call.business, *who)) else { return };
    // Somebody else typed this person's address: it is theirs whom the mail greets.
    let typed = matches!(&call.wanted, Wanted::Send { channel: Channel::Email, .. })
        && case.history.entries.iter().any(|entry| match &entry.what {
            What::Form { who: other, email_of: Some(of), business, .. } => {
                (*of, *business) == (who, call.business) && case.plan.people[*other].first_name == name
            }
            _ => false,
        });
    if typed {
        return;
    }
    if !name.is_empty() && name != "-" && name != case.plan.people[who].first_name {
        let what = format!("{:?} to person {who} calls them {name}", call.wanted);
        found.push(case.violates("9 another's name", call.begun_at, what));
    }
}
