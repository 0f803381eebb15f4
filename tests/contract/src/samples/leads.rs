//! Random records.

use domain::channel::{Channel, Network, Window};
use domain::consent::{Consent, OptOut};
use domain::deal::{Deal, Stage};
use domain::email::EmailAddress;
use domain::erasure::{Erasing, Suppression};
use domain::grant::Grant;
use domain::identity::Identity;
use domain::ids::{
    AssetId, BroadcastName, BusinessId, CommentId, DealId, DealKind, FormId, JourneyName, LeadAdId, LeadId,
    MessageName,
};
use domain::ids::{CampaignName, Pepper, RuleName};
use domain::ids::{PlatformMessageId, PlaybookVersion, PostId, RunId, StepKey, WorkId};
use domain::lead::{Answered, Fallback, Lead, PendingMerge, PhoneAsked, Proof, RecentSend, Wish};
use domain::link::LinkCode;
use domain::name::PersonName;
use domain::phone::PhoneNumber;
use domain::playbook::{Occasion, Trigger};
use domain::run::Run;
use domain::source::{Source, SourceKind};
use domain::task::Task;
use domain::work::{Action, Claim, Class, CommentAt, Intent, Purpose, Work, WorkState};
use jiff::{SignedDuration, Timestamp};

use super::plain::at;
use crate::chance::Chance;

pub fn random_lead(chance: &mut Chance, business: &BusinessId, id: LeadId) -> Lead {
    let first_source = chance.maybe(source);
    let last_source = if chance.one_in(2) { first_source.clone() } else { chance.maybe(source) };
    let work = chance.some(4, work);
    let claim = if chance.one_in(4) { Some(claim(chance, &work)) } else { None };
    Lead {
        name: chance.maybe(name).flatten(),
        username: chance.maybe(Chance::text),
        phone: chance.maybe(phone),
        email: chance.maybe(email),
        fields: chance.some(3, |chance| (chance.text(), chance.text())).into_iter().collect(),
        identities: chance.some(4, identity).into_iter().collect(),
        first_source,
        last_source,
        consents: chance.some(2, consent),
        opt_out: if chance.one_in(3) { Some(OptOut { at: moment(chance), by: chance.text() }) } else { None },
        marketing_stopped_at: chance.maybe(moment),
        tags: chance.some(3, Chance::text).into_iter().collect(),
        deals: chance.some(2, deal),
        windows: chance.some(3, |chance| (channel(chance), window(chance))).into_iter().collect(),
        held: chance.some(2, |chance| (channel(chance), moment(chance))).into_iter().collect(),
        runs: chance.some(3, run),
        tasks: chance.some(2, task),
        work,
        work_next: chance.below(100) as u32,
        claim,
        claims: chance.number() >> 40,
        recent_sends: chance.some(3, recent_send),
        grants: chance
            .some(2, |chance| (CampaignName::new(chance.text()), grant(chance)))
            .into_iter()
            .collect(),
        wishes: chance
            .some(2, |chance| (CommentId::new(chance.text()), Wish { is_hidden: chance.one_in(2) }))
            .into_iter()
            .collect(),
        answered: chance
            .some(2, |chance| Answered { campaign: CampaignName::new(chance.text()), what: chance.text() }),
        phone_asked: chance.maybe(|chance| PhoneAsked {
            campaign: CampaignName::new(chance.text()),
            rule: RuleName::new(chance.text()),
            channel: chance.pick(&Channel::ALL),
            at: moment(chance),
            misread: chance.number() as u32 % 4,
            is_answered: chance.one_in(2),
        }),
        active_at: chance.maybe(moment),
        email_stopped_at: chance.maybe(moment),
        fallbacks: chance.some(3, |chance| Fallback {
            work: WorkId::new(chance.wide()),
            class: chance.pick(&Class::ALL),
            action: action(chance),
        }),
        alerted_at: chance.maybe(moment),
        broadcasts: chance.some(2, |chance| BroadcastName::new(chance.text())),
        merged_into: if chance.one_in(5) { Some(LeadId::new(chance.wide())) } else { None },
        merges: chance.some(2, pending_merge),
        absorbed: chance.some(2, |chance| LeadId::new(chance.wide())),
        erasing: if chance.one_in(6) { Some(erasing(chance)) } else { None },
        ..Lead::new(business.clone(), id, moment(chance))
    }
}

/// Mostly whole milliseconds, as clocks give them.
pub fn moment(chance: &mut Chance) -> Timestamp {
    let millis = SignedDuration::from_millis(chance.below(3_600_000) as i64);
    let finer = if chance.one_in(10) { chance.below(1_000_000) as i64 } else { 0 };
    at(0) + millis + SignedDuration::from_nanos(finer)
}

pub fn channel(chance: &mut Chance) -> Channel {
    chance.pick(&Channel::ALL)
}

pub fn network(chance: &mut Chance) -> Network {
    chance.pick(&[Network::Facebook, Network::Instagram])
}

pub fn name(chance: &mut Chance) -> Option<PersonName> {
    let (first, full) = (chance.maybe(Chance::text), chance.maybe(Chance::text));
    PersonName::of_parts(first.as_deref(), Some("לוי"), full.as_deref())
}

/// Numbers as WhatsApp gives them, among them some that no plan has.
pub fn phone(chance: &mut Chance) -> PhoneNumber {
    let country = chance.pick(&["972", "97254", "1", "44"]);
    let digits = format!("{country}{:08}", chance.below(100_000_000));
    PhoneNumber::from_whatsapp_id(&digits).expect("eight to thirteen digits")
}

pub fn email(chance: &mut Chance) -> EmailAddress {
    let number = chance.below(1_000);
    EmailAddress::parse(&format!("Dana.{number}@Example.com")).expect("an address")
}

pub fn identity(chance: &mut Chance) -> Identity {
    match chance.below(11) {
        0 => Identity::Phone(phone(chance)),
        1 => Identity::Email(email(chance)),
        2 => Identity::WhatsAppId(chance.text()),
        3 => Identity::WhatsAppUser(chance.text()),
        4 => Identity::Psid(chance.text()),
        5 => Identity::Igsid(chance.text()),
        6 => Identity::Comment(CommentId::new(chance.text())),
        7 => Identity::LeadAd(LeadAdId::new(chance.text())),
        8 => Identity::Campaign(CampaignName::new(chance.text())),
        9 => Identity::Link(LinkCode::of(&Pepper::new([1; 32]), LeadId::new(chance.wide()))),
        _ => Identity::Lead(LeadId::new(chance.wide())),
    }
}

pub fn source(chance: &mut Chance) -> Source {
    let kind = match chance.below(6) {
        0 => SourceKind::LeadAd {
            id: LeadAdId::new(chance.text()),
            form: chance.maybe(Chance::text).map(FormId::new),
            ad: chance.maybe(Chance::text),
        },
        1 => SourceKind::Form { form: FormId::new(chance.text()) },
        2 => SourceKind::Call,
        3 => SourceKind::Comment {
            id: CommentId::new(chance.text()),
            post: chance.maybe(Chance::text).map(PostId::new),
        },
        4 => SourceKind::Message,
        _ => SourceKind::Mention,
    };
    Source { kind, campaign: chance.some(3, |chance| (chance.text(), chance.text())) }
}

fn consent(chance: &mut Chance) -> Consent {
    Consent { text: chance.text(), given_at: moment(chance), source: chance.text() }
}

fn window(chance: &mut Chance) -> Window {
    Window { opened_at: moment(chance), asset: AssetId::new(chance.text()) }
}

fn deal(chance: &mut Chance) -> Deal {
    Deal {
        id: DealId::new(chance.text()),
        kind: DealKind::new(chance.text()),
        stage: chance.pick(&Stage::ALL),
        dates: chance.some(2, |chance| (chance.text(), moment(chance))).into_iter().collect(),
        facts: chance.some(2, |chance| (chance.text(), chance.text())).into_iter().collect(),
        changed_at: moment(chance),
        stage_at: chance.maybe(moment),
        said_at: chance.some(2, |chance| (chance.text(), moment(chance))).into_iter().collect(),
    }
}

fn task(chance: &mut Chance) -> Task {
    Task {
        id: WorkId::new(chance.wide()),
        title: chance.text(),
        to: chance.text(),
        due_at: moment(chance),
        escalates: chance.maybe(|chance| (chance.text(), moment(chance))),
    }
}

fn run(chance: &mut Chance) -> Run {
    Run {
        id: RunId::new(chance.wide()),
        journey: JourneyName::new(chance.text()),
        version: PlaybookVersion::new(chance.text()),
        started_at: moment(chance),
        next: chance.below(9),
        deal: chance.maybe(|chance| DealId::new(chance.text())),
        next_at: chance.maybe(moment),
        last_step_at: moment(chance),
        taken: chance.some(3, |chance| StepKey(chance.below(1 << 20) as u32)).into_iter().collect(),
        acted_at: chance.maybe(moment),
        is_held_out: chance.below(2) == 1,
        goal_at: chance.maybe(moment),
    }
}

fn work(chance: &mut Chance) -> Work {
    let state = match chance.below(5) {
        0 => WorkState::InDoubt { since: moment(chance), until: moment(chance) },
        1 => WorkState::Parked { reason: chance.text() },
        2 => WorkState::Waiting { reason: chance.text() },
        _ => WorkState::Planned,
    };
    Work {
        id: WorkId::new(chance.wide()),
        number: chance.below(64) as u32,
        class: chance.pick(&Class::ALL),
        action: action(chance),
        run: chance.maybe(|chance| RunId::new(chance.wide())),
        due_at: moment(chance),
        planned_at: moment(chance),
        expires_at: chance.maybe(moment),
        state,
        tries: chance.below(4) as u32,
        called_off: chance.one_in(5),
        turn: chance.maybe(Chance::number),
    }
}

fn action(chance: &mut Chance) -> Action {
    let message = MessageName::new(chance.text());
    let to = comment_at(chance);
    let campaign = CampaignName::new(chance.text());
    match chance.below(11) {
        0 => {
            let note = chance.maybe(Chance::text);
            let scheduled = Purpose::Scheduled { note };
            let broadcast = Purpose::Broadcast { name: BroadcastName::new(chance.text()) };
            let purposes = [Purpose::Playbook, Purpose::OptOutConfirmation, scheduled, broadcast];
            let purpose = chance.pick(&purposes);
            Action::Send { message, channel: channel(chance), purpose }
        }
        1 => Action::PrivateReply { to, message, campaign },
        2 => {
            let pick = chance.below(5) as u32;
            Action::PublicReply { to, campaign, rule: RuleName::new(chance.text()), pick }
        }
        3 => Action::Like { to },
        4 => Action::Hide { to },
        6 => Action::LookUpMention { mention: Box::new(super::events::mention(chance)) },
        7 => Action::AnswerMention {
            network: to.network,
            asset: to.asset,
            post: PostId::new(chance.text()),
            comment: chance.maybe(|chance| CommentId::new(chance.text())),
            campaign,
            pick: chance.below(5) as u32,
        },
        8 => Action::LookUpFollow,
        9 => Action::Alert {
            to: chance.text(),
            about: chance.some(3, |chance| Occasion {
                trigger: chance.pick(Trigger::ALL),
                of: chance.maybe(Chance::text),
            }),
        },
        5 => Action::LookUpComment { comment: Box::new(super::events::comment(chance)) },
        _ => Action::LookUpLeadAd { id: LeadAdId::new(chance.text()), page: AssetId::new(chance.text()) },
    }
}

pub fn comment_at(chance: &mut Chance) -> CommentAt {
    CommentAt {
        network: network(chance),
        asset: AssetId::new(chance.text()),
        comment: CommentId::new(chance.text()),
        post: chance.maybe(Chance::text).map(PostId::new),
        is_live: chance.one_in(2),
    }
}

pub fn grant(chance: &mut Chance) -> Grant {
    let number = chance.maybe(|chance| chance.below(9_999) as u32);
    Grant { given_at: moment(chance), number, coupon: chance.maybe(Chance::text) }
}

fn claim(chance: &mut Chance, work: &[Work]) -> Claim {
    Claim {
        work: work.first().map_or(WorkId::new(1), |work| work.id),
        number: chance.number() >> 40,
        started_at: moment(chance),
        until: moment(chance),
        intent: chance.pick(&[Intent::Act, Intent::LookForEvidence]),
    }
}

pub fn suppression(chance: &mut Chance) -> Suppression {
    let opt_out = chance.maybe(|chance| OptOut { at: moment(chance), by: chance.text() });
    Suppression {
        opt_out,
        marketing_stopped_at: chance.maybe(moment),
        email_stopped_at: chance.maybe(moment),
    }
}

fn erasing(chance: &mut Chance) -> Erasing {
    Erasing {
        at: moment(chance),
        next_at: moment(chance),
        looks: chance.below(3) as u32,
        inboxes: chance
            .some(3, |chance| identity(chance).key(&super::plain::pepper(), &super::plain::neveh())),
        suppression: suppression(chance),
    }
}

fn pending_merge(chance: &mut Chance) -> PendingMerge {
    let proof = chance.pick(&[Proof::Claimed, Proof::Asserted, Proof::Proven]);
    PendingMerge { with: LeadId::new(chance.wide()), proof, due_at: moment(chance) }
}

fn recent_send(chance: &mut Chance) -> RecentSend {
    RecentSend {
        at: moment(chance),
        channel: channel(chance),
        class: chance.pick(&Class::ALL),
        id: chance.maybe(Chance::text).map(PlatformMessageId::new),
    }
}
