//! Meta's error codes: PLATFORM.md §7 as one table, decided by code and subcode.
//!
//! The advice is ours, since Meta's wording can hold names, numbers and texts of people.

use std::ops::RangeInclusive;

use domain::call::Refusal;

/// What an answer says of the call, before it is asked what kind of call it was.
#[derive(Clone, Copy)]
pub enum Class {
    /// Certainly not done; wait at least so many seconds.
    Wait(i64),
    /// The same; and it is the connection that has reached a limit.
    Limit,
    /// Nobody says whether it was done.
    Unclear,
    Refused(Refusal),
}

/// What one code, or some, mean.
pub struct Row {
    codes: RangeInclusive<i64>,
    /// Empty for any.
    subcodes: &'static [i64],
    pub class: Class,
    /// What happened and what to do, for the operator.
    pub advice: &'static str,
}

const ANY: RangeInclusive<i64> = i64::MIN..=i64::MAX;

const fn row(
    codes: RangeInclusive<i64>,
    subcodes: &'static [i64],
    class: Class,
    advice: &'static str,
) -> Row {
    Row { codes, subcodes, class, advice }
}

const fn code(code: i64, class: Class, advice: &'static str) -> Row {
    row(code..=code, &[], class, advice)
}

// `Refusal` by their short names, so that the table reads as one.
const BROKEN: Class = Class::Refused(Refusal::ConnectionBroken);
const ACCOUNT: Class = Class::Refused(Refusal::Account);
const WINDOW: Class = Class::Refused(Refusal::Window);
const RECIPIENT: Class = Class::Refused(Refusal::Recipient);
const OPTED_OUT: Class = Class::Refused(Refusal::OptedOut);
const TEMPLATE: Class = Class::Refused(Refusal::Template);
const NOT_NOW: Class = Class::Refused(Refusal::NotNow);
const ANSWERED: Class = Class::Refused(Refusal::AlreadyAnswered);
pub const REQUEST: Class = Class::Refused(Refusal::Request);

pub const RATE: &str = "Meta's rate limit is reached; it is tried again by itself";
const UNWELL: &str = "Meta is not well; it is tried again by itself";
pub const UNCLEAR: &str = "Meta failed without saying whether it was done";
const TOKEN: &str = "Meta does not accept the access token; connect the account again and set the new token";
const PERMISSION: &str =
    "the access token lacks a permission for this; check the app's permissions and connect the account again";
const OUTSIDE: &str = "Meta says that the window for answers is closed; the person has to write first";
const UNREACHABLE: &str = "Meta says that this person cannot be reached";
const UNANSWERABLE: &str = "the comment has its private reply already, is too old for one, or is gone";
const RESTRICTED: &str =
    "Meta restricts or blocks the account; look into Meta Business Suite, and appeal there";
pub const REFUSED_REQUEST: &str = "Meta refuses the request as wrong; look at the message in the playbook";
const TEMPLATE_MISSING: &str = "WhatsApp has not approved it in this language; submit it with `masa templates submit`, or correct its name in the playbook";
const TEMPLATE_PAUSED: &str =
    "WhatsApp has paused it for its quality; see in WhatsApp Manager for how long, or take another";
const TEMPLATE_MISFIT: &str = "what the playbook gives does not fit the template; compare its parameters and buttons with WhatsApp Manager";
const TEMPLATE_STOPPED: &str =
    "WhatsApp has disabled this template for its quality; take another, since this one does not come back";

/// The first row that fits decides: rows with subcodes come before the rest of their code.
const TABLE: &[Row] = &[
    row(ANY, &[2_534_014, 2_534_025, 2_534_001], ANSWERED, UNANSWERABLE),
    row(ANY, &[1_545_041, 2_018_001], RECIPIENT, UNREACHABLE),
    row(10..=10, &[2_018_278, 2_534_022], WINDOW, OUTSIDE),
    row(10..=10, &[1_893_063], ACCOUNT, RESTRICTED),
    // General knowledge, not in PLATFORM.md: an older window subcode, a person who cannot get messages, and a
    // "temporary failure" of the Send API that does not say how far it came.
    row(10..=10, &[2_018_065], WINDOW, OUTSIDE),
    row(10..=10, &[2_018_108], RECIPIENT, UNREACHABLE),
    code(1_200, Class::Unclear, UNCLEAR),
    // Certainly not done, and worth another try.
    code(4, Class::Limit, RATE),
    code(17, Class::Limit, RATE),
    code(32, Class::Limit, RATE),
    code(341, Class::Limit, RATE),
    code(613, Class::Limit, RATE),
    row(80_000..=80_014, &[], Class::Limit, RATE),
    code(
        130_429,
        Class::Wait(0),
        "this number sends faster than WhatsApp allows; it is tried again by itself",
    ),
    code(131_056, Class::Wait(6), "too many messages to this person at once; it is tried again by itself"),
    code(133_016, Class::Limit, RATE),
    code(131_016, Class::Wait(0), UNWELL),
    code(131_057, Class::Wait(0), "WhatsApp maintains this account; it is tried again by itself"),
    // It may have been done.
    code(1, Class::Unclear, UNCLEAR),
    code(2, Class::Unclear, UNCLEAR),
    code(131_000, Class::Unclear, UNCLEAR),
    // The connection.
    code(190, BROKEN, TOKEN),
    code(102, BROKEN, TOKEN),
    code(0, BROKEN, TOKEN),
    code(10, BROKEN, PERMISSION),
    code(3, BROKEN, PERMISSION),
    row(200..=299, &[], BROKEN, PERMISSION),
    code(131_005, BROKEN, PERMISSION),
    // Windows and people.
    code(131_047, WINDOW, OUTSIDE),
    code(551, RECIPIENT, UNREACHABLE),
    code(1_545_041, RECIPIENT, UNREACHABLE),
    code(
        131_026,
        RECIPIENT,
        "WhatsApp cannot deliver to this person: no WhatsApp, an old app, or terms not accepted",
    ),
    code(131_021, RECIPIENT, "the number to send to is the business's own"),
    code(131_049, NOT_NOW, "WhatsApp holds marketing back from this person at present"),
    code(130_472, NOT_NOW, "WhatsApp holds marketing back from this person in an experiment of its own"),
    code(131_050, OPTED_OUT, "the person has stopped marketing messages from this business in WhatsApp"),
    // The account.
    code(368, ACCOUNT, RESTRICTED),
    code(131_031, ACCOUNT, "WhatsApp has locked the account; look into WhatsApp Manager, and appeal there"),
    code(130_497, ACCOUNT, "WhatsApp does not let this account write to people in that country"),
    code(
        131_042,
        ACCOUNT,
        "WhatsApp has no valid payment method for this account; add one in Meta Business Suite",
    ),
    code(
        131_048,
        ACCOUNT,
        "WhatsApp limits this number since too many people blocked it; write less, to who asked",
    ),
    code(131_064, ACCOUNT, RESTRICTED),
    // The request.
    code(100, REQUEST, REFUSED_REQUEST),
    code(
        131_008,
        REQUEST,
        "WhatsApp misses a parameter; compare the message with its template in WhatsApp Manager",
    ),
    code(
        131_009,
        REQUEST,
        "WhatsApp refuses a parameter: a text or a button is too long, or a link is not sound",
    ),
    code(131_051, REQUEST, REFUSED_REQUEST),
    code(131_053, REQUEST, "WhatsApp cannot take the media file; check its address, kind and size"),
    code(131_062, REQUEST, "this template cannot go to a person whose phone number is hidden"),
    code(131_063, REQUEST, REFUSED_REQUEST),
    code(132_001, TEMPLATE, TEMPLATE_MISSING),
    code(132_000, REQUEST, TEMPLATE_MISFIT),
    row(132_008..=132_012, &[], REQUEST, TEMPLATE_MISFIT),
    code(132_005, REQUEST, "the template with its parameters filled in is too long; shorten it"),
    code(132_007, REQUEST, "the template's content breaks WhatsApp's rules; change it in WhatsApp Manager"),
    code(132_015, TEMPLATE, TEMPLATE_PAUSED),
    code(132_016, REQUEST, TEMPLATE_STOPPED),
    row(
        132_068..=132_069,
        &[],
        REQUEST,
        "the flow behind this message is blocked or throttled; see WhatsApp Manager",
    ),
];

/// The row for an error, if the table has one.
pub fn find(code: i64, subcode: Option<i64>) -> Option<&'static Row> {
    TABLE.iter().find(|row| {
        let subcode_fits =
            row.subcodes.is_empty() || subcode.is_some_and(|subcode| row.subcodes.contains(&subcode));
        subcode_fits && row.codes.contains(&code)
    })
}
