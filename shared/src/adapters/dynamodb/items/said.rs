//! What people wrote: comments and messages.

use domain::event::{Comment, Media, Mention, Message};
use domain::ids::{AssetId, CommentId, PlatformMessageId, PostId};
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;
use super::source::SourceItem;
use super::words::{channel, channel_letter, is_default, network, network_letter};

#[derive(Debug, Serialize, Deserialize)]
pub struct CommentItem {
    n: char,
    a: String,
    i: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// The post that an ad shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<String>,
    /// The text.
    x: String,
    /// The author's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<String>,
    /// It is a reply; it is live.
    #[serde(default, skip_serializing_if = "is_default")]
    r: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    l: bool,
    /// It is under an ad.
    #[serde(default, skip_serializing_if = "is_default")]
    d: bool,
    /// When it was written, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<Moment>,
    /// How many other people it names, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    f: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct MessageItem {
    c: char,
    a: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    /// What a pressed button carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// Media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    m: Option<String>,
    /// The sender's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<String>,
    /// The referral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<SourceItem>,
}

impl From<&Comment> for CommentItem {
    fn from(comment: &Comment) -> Self {
        Self {
            n: network_letter(comment.network),
            a: comment.asset.to_string(),
            i: comment.id.to_string(),
            p: comment.post.as_ref().map(PostId::to_string),
            o: comment.original_post.as_ref().map(PostId::to_string),
            x: comment.text.clone(),
            u: comment.author_name.clone(),
            r: comment.is_reply,
            l: comment.is_live,
            d: comment.is_ad,
            t: comment.written_at.map(Moment),
            f: comment.friends,
        }
    }
}

impl CommentItem {
    pub fn read(self) -> Result<Comment, Damaged> {
        Ok(Comment {
            network: network(self.n)?,
            asset: AssetId::new(self.a),
            id: CommentId::new(self.i),
            post: self.p.map(PostId::new),
            original_post: self.o.map(PostId::new),
            text: self.x,
            author_name: self.u,
            is_reply: self.r,
            is_live: self.l,
            is_ad: self.d,
            written_at: self.t.map(Into::into),
            friends: self.f,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct MentionItem {
    n: char,
    a: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// It stands under a post of ours.
    #[serde(default, skip_serializing_if = "is_default")]
    o: bool,
}

impl From<&Mention> for MentionItem {
    fn from(mention: &Mention) -> Self {
        Self {
            n: network_letter(mention.network),
            a: mention.asset.to_string(),
            i: mention.comment.as_ref().map(CommentId::to_string),
            p: mention.post.as_ref().map(PostId::to_string),
            o: mention.is_ours,
        }
    }
}

impl MentionItem {
    pub fn read(self) -> Result<Mention, Damaged> {
        Ok(Mention {
            network: network(self.n)?,
            asset: AssetId::new(self.a),
            comment: self.i.map(CommentId::new),
            post: self.p.map(PostId::new),
            is_ours: self.o,
        })
    }
}

impl From<&Message> for MessageItem {
    fn from(message: &Message) -> Self {
        Self {
            c: channel_letter(message.channel),
            a: message.asset.to_string(),
            i: message.id.as_ref().map(PlatformMessageId::to_string),
            x: message.text.clone(),
            p: message.payload.clone(),
            m: message.media.map(|media| media.as_str().to_owned()),
            u: message.sender_name.clone(),
            s: message.referral.as_ref().map(Into::into),
        }
    }
}

impl MessageItem {
    pub fn read(self) -> Result<Message, Damaged> {
        let media = |word: &String| Media::parse(word).ok_or(Damaged::Field("media"));
        Ok(Message {
            channel: channel(self.c)?,
            asset: AssetId::new(self.a),
            id: self.i.map(PlatformMessageId::new),
            text: self.x,
            payload: self.p,
            media: self.m.as_ref().map(media).transpose()?,
            sender_name: self.u,
            referral: self.s.map(Into::into),
        })
    }
}
