//! What works on the first day, and what waits for somebody else's word: one table for people and for the command.
//!
//! `docs/deploy.md` has the same rows; a test holds it to them. Whether a row is fulfilled is not asked here.

/// When a part of the product can begin to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    FirstDay,
    /// The product does not have it yet.
    Coming,
    /// Meta has to agree first.
    AfterReview,
    /// The platform offers no way.
    Never,
}

impl When {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstDay => "first day",
            Self::Coming => "coming",
            Self::AfterReview => "after review",
            Self::Never => "never",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    pub name: &'static str,
    pub when: When,
    /// Meta's permissions, by Meta's names.
    pub permission: &'static str,
    pub needs: &'static str,
    /// What a reviewer can be shown.
    pub show: &'static str,
    pub unsure: &'static str,
}

pub const READINESS: &[Readiness] = &[
    Readiness {
        name: "Site forms",
        when: When::FirstDay,
        permission: "none",
        needs: "the form key in the form; the consent text beside it",
        show: "nothing",
        unsure: "nothing",
    },
    Readiness {
        name: "Missed and ended calls",
        when: When::FirstDay,
        permission: "none",
        needs: "a phone app or switchboard that reports calls with the API key; a call is no consent: one service message; landlines get no WhatsApp",
        show: "nothing",
        unsure: "nothing",
    },
    Readiness {
        name: "WhatsApp from your own number",
        when: When::FirstDay,
        permission: "`whatsapp_business_messaging`, `whatsapp_business_management`",
        needs: "a registered number, a system user's token, consent of each person, and an approved template for each message that comes more than 24 hours after the person last wrote",
        show: "nothing, as far as we know",
        unsure: "that no review is asked for a number of your own; a new portfolio may write to 250 people in 24 hours",
    },
    Readiness {
        name: "E-mail",
        when: When::FirstDay,
        permission: "none",
        needs: "the address or its domain verified in Amazon SES, and SES out of its sandbox",
        show: "to AWS: the request for production access, with the one click that unsubscribes and what becomes of bounces and complaints",
        unsure: "what AWS asks and how long it takes; whether SES is offered in Tel Aviv",
    },
    Readiness {
        name: "Facebook comments: public reply and like",
        when: When::AfterReview,
        permission: "`pages_manage_engagement`, `pages_read_engagement`",
        needs: "the MODERATE task on the Page; the Page subscribed to `feed`",
        show: "a comment under a post of yours, Masa's reply and its like",
        unsure: "these two permissions were seen in public code only, and subscribing may ask for `pages_manage_metadata` as lead ads do; whether a Page of your own works without review; without it a comment may come without its author",
    },
    Readiness {
        name: "Messenger, and private replies to Facebook comments",
        when: When::AfterReview,
        permission: "`pages_messaging`",
        needs: "the MESSAGING task on the Page; one private reply to a comment, within 7 days; then only within 24 hours of an answer",
        show: "a comment, the private reply to it, and that an answer in Messenger stops the automatic messages",
        unsure: "what is asked beside the permission to read the person's name",
    },
    Readiness {
        name: "Facebook lead ads",
        when: When::AfterReview,
        permission: "`leads_retrieval`, `pages_manage_metadata`, `pages_show_list`, `pages_read_engagement`, `pages_manage_ads`; `ads_management` for the ad's fields",
        needs: "the app allowed in the Page's Leads Access Manager; the Page subscribed to `leadgen`",
        show: "a test lead of your form and the message that answers it",
        unsure: "nothing",
    },
    Readiness {
        name: "Instagram comments: public reply",
        when: When::AfterReview,
        permission: "Facebook Login: `instagram_manage_comments`, `instagram_basic`, `pages_read_engagement`; Instagram Login: `instagram_business_manage_comments`",
        needs: "Advanced Access, the app live, a public Instagram account; not on hidden or live comments",
        show: "a comment under a post of yours and Masa's reply",
        unsure: "nothing",
    },
    Readiness {
        name: "Instagram comments: like",
        when: When::AfterReview,
        permission: "`instagram_manage_engagement`, `instagram_basic`",
        needs: "Facebook Login (Instagram Login has no such permission); a public Instagram account",
        show: "a comment under a post of yours and Masa's like",
        unsure: "new in April 2026: whether small apps are given it",
    },
    Readiness {
        name: "Instagram messages, and private replies to comments",
        when: When::AfterReview,
        permission: "Facebook Login: `instagram_manage_messages`, `instagram_manage_comments`, `pages_messaging`; Instagram Login: `instagram_business_manage_messages`, `instagram_business_manage_comments`",
        needs: "one private reply to a comment, within 7 days; then only within 24 hours of an answer; nothing automatic after that",
        show: "a comment, the private reply to it, and that an answer stops the automatic messages",
        unsure: "Meta's pages list different permissions for private replies: ask for both kinds; that a way to a person is expected was seen in a third party's words only",
    },
    Readiness {
        name: "Answers that a person writes after 24 hours, in Messenger and Instagram",
        when: When::Coming,
        permission: "the Human Agent feature, beside those for messages",
        needs: "written by a person, within 7 days; Masa never sends it by itself",
        show: "nothing yet",
        unsure: "what a reviewer wants to see",
    },
    Readiness {
        name: "Mentions and tags",
        when: When::AfterReview,
        permission: "`instagram_manage_comments`; story mentions come as messages",
        needs: "what Instagram comments and messages need",
        show: "a caption that names the account and Masa's answer below it; a story that names it and the message",
        unsure: "a mention on Facebook comes without its author",
    },
    Readiness {
        name: "A message to each new follower",
        when: When::Never,
        permission: "none exists",
        needs: "Meta tells nobody of a new follower, and nobody may write to a stranger first",
        show: "nothing",
        unsure: "a beta for Meta's partners; access is Meta's decision",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../../../docs/deploy.md");

    fn as_written(row: &Readiness) -> String {
        let Readiness { name, when, permission, needs, show, unsure } = row;
        format!("| {name} | {} | {permission} | {needs} | {show} | {unsure} |", when.as_str())
    }

    #[test]
    fn the_document_has_exactly_these_rows() {
        let (_, after) = DOCUMENT.split_once("<!-- readiness -->\n").expect("where the table begins");
        let (table, _) = after.split_once("<!-- end of readiness -->").expect("where the table ends");
        let written: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        let expected: Vec<String> = READINESS.iter().map(as_written).collect();
        assert_eq!(written, expected, "docs/deploy.md should hold:\n{}", expected.join("\n"));
    }

    #[test]
    fn each_row_says_something_in_each_column_and_names_are_not_repeated() {
        for (index, row) in READINESS.iter().enumerate() {
            for text in [row.name, row.permission, row.needs, row.show, row.unsure] {
                assert!(!text.trim().is_empty() && !text.contains(['|', '\n']), "{row:?}");
            }
            assert!(READINESS[..index].iter().all(|other| other.name != row.name), "{}", row.name);
        }
    }
}
