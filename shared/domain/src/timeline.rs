//! What happened to a lead, what was sent, and why not: the record a business reads later.
//!
//! An entry is a word and its facts, so that a page can say it in any language and a new fact breaks no old
//! entry.

use std::collections::BTreeMap;

use jiff::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub what: What,
    pub facts: BTreeMap<Fact, String>,
}

impl Entry {
    pub fn new(at: Timestamp, what: What) -> Self {
        Self { at, what, facts: BTreeMap::new() }
    }

    pub fn with(mut self, fact: Fact, value: impl ToString) -> Self {
        self.facts.insert(fact, value.to_string());
        self
    }

    pub fn with_some(self, fact: Fact, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(fact, value),
            None => self,
        }
    }

    pub fn fact(&self, fact: Fact) -> Option<&str> {
        self.facts.get(&fact).map(String::as_str)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// The kinds of entry.
    What {
        LeadAdFilled = "lead-ad-filled",
        Captured = "captured",
        CallMissed = "call-missed",
        CallEnded = "call-ended",
        Commented = "commented",
        CommentEdited = "comment-edited",
        CommentRemoved = "comment-removed",
        CommentHidden = "comment-hidden",
        /// The platform told what its webhook had not.
        CommentRead = "comment-read",
        /// A campaign gave something, or had nothing left.
        Granted = "granted",
        /// The person's number was drawn.
        Won = "won",
        /// Asked by a campaign for it, the person gave their phone number.
        PhoneGiven = "phone-given",
        /// They confirmed it from the number itself.
        PhoneConfirmed = "phone-confirmed",
        Wrote = "wrote",
        MessageEdited = "message-edited",
        MessageUnsent = "message-unsent",
        Reacted = "reacted",
        Referred = "referred",
        Mentioned = "mentioned",
        Standby = "standby",
        PersonAnswered = "person-answered",
        OptedOut = "opted-out",
        ConsentGiven = "consent-given",
        MarketingStopped = "marketing-stopped",
        MarketingResumed = "marketing-resumed",
        EmailStopped = "email-stopped",
        LinkClicked = "link-clicked",
        IdentityAdded = "identity-added",
        /// The identity is another lead's already: the two are probably one person.
        IdentityHeld = "identity-held",
        /// Another record turned out to be of this person, and goes on in this one.
        Absorbed = "absorbed",
        JourneyStarted = "journey-started",
        JourneyStopped = "journey-stopped",
        JourneyEnded = "journey-ended",
        /// The person is of those who are left out of a journey.
        HeldOut = "held-out",
        GoalReached = "goal-reached",
        /// A branch, a wait or a split led on.
        WentOn = "went-on",
        /// A newer version of its journey carries the person on.
        RunMoved = "run-moved",
        TagAdded = "tag-added",
        TagRemoved = "tag-removed",
        TaskGiven = "task-given",
        TaskEscalated = "task-escalated",
        TaskDone = "task-done",
        DealChanged = "deal-changed",
        Sent = "sent",
        Delivered = "delivered",
        Read = "read",
        /// A person of the business wants a message to go then.
        Scheduled = "scheduled",
        Moved = "moved",
        /// It could not go by its channel, and goes by the next.
        Rerouted = "rerouted",
        Skipped = "skipped",
        Retried = "retried",
        Failed = "failed",
        InDoubt = "in-doubt",
        Settled = "settled",
        /// In doubt, and not repeated: whether it arrived is not known.
        Unknown = "unknown",
        Parked = "parked",
        Redriven = "redriven",
        MergedInto = "merged-into",
        NoWhatsApp = "no-whatsapp",
        Note = "note",
    }
}

words! {
    /// What an entry can say.
    Fact {
        Agent = "agent",
        Broadcast = "broadcast",
        Campaign = "campaign",
        Channel = "channel",
        Code = "code",
        Comment = "comment",
        Deal = "deal",
        Event = "event",
        Form = "form",
        Identity = "identity",
        Journey = "journey",
        Lead = "lead",
        Link = "link",
        Media = "media",
        Message = "message",
        /// The channel by which it goes on.
        Next = "next",
        Number = "number",
        PlatformId = "platform-id",
        Post = "post",
        Reason = "reason",
        Rule = "rule",
        Source = "source",
        Status = "status",
        Step = "step",
        Tag = "tag",
        Text = "text",
        Trigger = "trigger",
        Until = "until",
        Version = "version",
        Way = "way",
        Work = "work",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_the_facts_that_were_given_and_no_others() {
        let entry = Entry::new(Timestamp::UNIX_EPOCH, What::Moved)
            .with(Fact::Rule, "R6")
            .with_some(Fact::Code, Some(131_050))
            .with_some(Fact::Reason, None::<&str>);
        let facts = [Fact::Rule, Fact::Code, Fact::Reason].map(|fact| entry.fact(fact));
        assert_eq!(facts, [Some("R6"), Some("131050"), None]);
        assert!(What::ALL.iter().all(|what| What::parse(what.as_str()) == Some(*what)));
        assert!(Fact::ALL.iter().all(|fact| Fact::parse(fact.as_str()) == Some(*fact)));
    }
}
