//! Random events.

use domain::delivery::DeliveryStatus;
use domain::event::{
    Call, CallKind, Capture, Comment, Details, EmailStop, EventKind, LeadAd, Media, Mention, Message,
};
use domain::grant::{Given, Wanted};
use domain::ids::{
    AssetId, CampaignName, CommentId, FormId, LeadAdId, LeadId, PlatformMessageId, PostId, RuleName, WorkId,
};

use super::leads::{channel, comment_at, email, grant, identity, moment, name, network, phone, source};
use crate::chance::Chance;

pub fn random_kind(chance: &mut Chance) -> EventKind {
    let asset = AssetId::new(chance.text());
    let comment = CommentId::new(chance.text());
    let id = PlatformMessageId::new(chance.text());
    let channel = channel(chance);
    match chance.below(26) {
        0 => EventKind::Captured(capture(chance)),
        1 => EventKind::LeadAd(LeadAd {
            id: LeadAdId::new(chance.text()),
            page: asset,
            form: chance.maybe(Chance::text).map(FormId::new),
            ad: chance.maybe(Chance::text),
        }),
        2 => EventKind::Called(Call {
            kind: chance.pick(&[CallKind::Missed, CallKind::Ended]),
            phone: phone(chance),
            agent: chance.maybe(Chance::text),
        }),
        3 => EventKind::Commented(self::comment(chance)),
        4 => EventKind::CommentEdited { comment },
        5 => EventKind::CommentRemoved { comment },
        6 => EventKind::CommentHidden { comment },
        7 => EventKind::Messaged(Message {
            channel,
            asset,
            id: chance.maybe(|_| id),
            text: chance.maybe(Chance::text),
            payload: chance.maybe(Chance::text),
            media: chance.maybe(|chance| chance.pick(&[Media::Image, Media::StoryMention, Media::Other])),
            sender_name: chance.maybe(Chance::text),
            referral: chance.maybe(source),
        }),
        8 => EventKind::MessageEdited { channel, id },
        9 => EventKind::MessageUnsent { channel, id },
        10 => EventKind::Reacted { channel, asset },
        11 => EventKind::Referred { channel, asset, source: source(chance) },
        12 => EventKind::Echoed { channel, id: chance.maybe(|_| id), text: chance.maybe(Chance::text) },
        13 => EventKind::Standby { channel },
        14 => EventKind::Receipt {
            channel,
            status: chance.pick(&[DeliveryStatus::Sent, DeliveryStatus::Delivered, DeliveryStatus::Read]),
            ids: chance.some(3, |chance| PlatformMessageId::new(chance.text())),
            up_to: chance.maybe(moment),
        },
        15 => EventKind::DeliveryFailed {
            id,
            work: chance.maybe(|chance| WorkId::new(chance.wide())),
            code: chance.number() as i64,
        },
        16 => EventKind::MarketingStopped,
        17 => EventKind::MarketingResumed,
        23 => EventKind::EmailStopped {
            why: chance.pick(&EmailStop::ALL),
            work: chance.maybe(|chance| WorkId::new(chance.wide())),
        },
        24 => EventKind::LinkClicked { link: chance.text() },
        25 => EventKind::ReplyTold { channel, refuses: chance.one_in(2) },
        18 => EventKind::IdentityChanged { to: identity(chance) },
        19 => EventKind::Claimed {
            by: LeadId::new(chance.wide()),
            asked: chance.maybe(Chance::text).map(CampaignName::new),
        },
        20 => EventKind::GrantWanted(wanted(chance)),
        21 => EventKind::Granted(Given {
            campaign: CampaignName::new(chance.text()),
            wanted: wanted(chance),
            grant: chance.maybe(grant),
        }),
        22 => EventKind::Won { campaign: CampaignName::new(chance.text()), number: chance.number() as u32 },
        _ => EventKind::Mentioned(mention(chance)),
    }
}

pub fn comment(chance: &mut Chance) -> Comment {
    Comment {
        network: network(chance),
        asset: AssetId::new(chance.text()),
        id: CommentId::new(chance.text()),
        post: chance.maybe(Chance::text).map(PostId::new),
        original_post: chance.maybe(Chance::text).map(PostId::new),
        text: chance.text(),
        author_name: chance.maybe(Chance::text),
        is_reply: chance.one_in(2),
        is_live: chance.one_in(2),
        is_ad: chance.one_in(2),
        written_at: chance.maybe(moment),
        friends: chance.maybe(|chance| chance.below(4) as u32),
    }
}

pub fn mention(chance: &mut Chance) -> Mention {
    Mention {
        network: network(chance),
        asset: AssetId::new(chance.text()),
        comment: chance.maybe(|chance| CommentId::new(chance.text())),
        post: chance.maybe(Chance::text).map(PostId::new),
        is_ours: chance.one_in(2),
    }
}

pub fn wanted(chance: &mut Chance) -> Wanted {
    Wanted {
        lead: LeadId::new(chance.wide()),
        rule: RuleName::new(chance.text()),
        to: comment_at(chance),
        written_at: moment(chance),
    }
}

fn capture(chance: &mut Chance) -> Capture {
    let details = Details {
        name: name(chance),
        phone: chance.maybe(phone),
        phone_unreadable: chance.maybe(Chance::text),
        email: chance.maybe(email),
        fields: chance.some(4, |chance| (chance.text(), chance.text())),
    };
    Capture { details, source: source(chance), consent: chance.maybe(Chance::text) }
}
