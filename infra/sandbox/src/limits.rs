//! How large anything may grow. Platform rules are not here but beside what they rule.

/// The bytes of one Graph API call.
pub(crate) const CALL_BYTES_MAX: usize = 256 * 1024;
/// The bytes of one act.
pub(crate) const ACT_BYTES_MAX: usize = 64 * 1024;
/// The characters of what a person writes.
pub(crate) const TEXT_CHARACTERS_MAX: usize = 4096;
/// The characters of a name, an id, or an address in an act.
pub(crate) const NAME_CHARACTERS_MAX: usize = 200;
/// People in one world.
pub(crate) const PEOPLE_MAX: usize = 200_000;
/// Messages kept of one conversation; the oldest go first.
pub(crate) const THREAD_MESSAGES_MAX: usize = 500;
/// Comments in one world.
pub(crate) const COMMENTS_MAX: usize = 200_000;
/// Lead-ad forms filled in one world.
pub(crate) const LEADS_MAX: usize = 200_000;
/// Accepted messages kept for reading; the oldest go first.
pub(crate) const SENT_MAX: usize = 500_000;
/// Webhooks that wait for an answer; the oldest go first.
pub(crate) const WEBHOOKS_MAX: usize = 500_000;
/// Webhooks handed out at a time; the host asks until there are none.
pub(crate) const WEBHOOKS_TAKEN_MAX: usize = 256;
/// People shown on the page, the most recent first.
pub(crate) const PEOPLE_SHOWN_MAX: usize = 200;
/// Entries of a list that a read answers.
pub(crate) const LISTED_MAX: usize = 100;
/// How many e-mails are kept to be looked at.
pub(crate) const MAILS_MAX: usize = 1_000;
