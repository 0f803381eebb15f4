//! Comments on posts and media, and the business's answers below them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::Channel;

/// Who wrote a comment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Person(usize),
    Business,
}

/// One comment or answer.
#[derive(Clone)]
pub(crate) struct Comment {
    pub(crate) id: String,
    pub(crate) business: usize,
    /// Facebook or Instagram.
    pub(crate) channel: Channel,
    pub(crate) author: Author,
    pub(crate) text: String,
    /// The post or media.
    pub(crate) on: String,
    /// The top-level comment that this one stands below.
    pub(crate) parent: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) live: bool,
    pub(crate) hidden: bool,
    pub(crate) removed: bool,
    pub(crate) liked: bool,
    pub(crate) answered_privately: bool,
    /// The comments below this one, in order.
    pub(crate) replies: Vec<String>,
}

/// All comments.
#[derive(Default)]
pub(crate) struct Comments {
    by_id: BTreeMap<String, Comment>,
    by_person: BTreeMap<usize, Vec<String>>,
}

impl Comments {
    pub(crate) fn add(&mut self, comment: Comment) {
        if let Author::Person(person) = comment.author {
            self.by_person.entry(person).or_default().push(comment.id.clone());
        }
        if let Some(parent) = comment.parent.as_ref().and_then(|parent| self.by_id.get_mut(parent)) {
            parent.replies.push(comment.id.clone());
        }
        self.by_id.insert(comment.id.clone(), comment);
    }

    /// Those that nobody has removed.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Comment> {
        self.by_id.values().filter(|comment| !comment.removed)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// A comment, unless its author has removed it.
    pub(crate) fn get(&self, id: &str) -> Option<&Comment> {
        self.by_id.get(id).filter(|comment| !comment.removed)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Comment> {
        self.by_id.get_mut(id).filter(|comment| !comment.removed)
    }

    /// Where an answer to `comment` stands: platforms have two levels only.
    pub(crate) fn top_of(comment: &Comment) -> String {
        comment.parent.clone().unwrap_or_else(|| comment.id.clone())
    }

    pub(crate) fn replies(&self, comment: &Comment) -> impl Iterator<Item = &Comment> {
        comment.replies.iter().filter_map(|id| self.get(id))
    }

    pub(crate) fn of_person(&self, person: usize) -> impl Iterator<Item = &Comment> {
        self.by_person.get(&person).into_iter().flatten().filter_map(|id| self.get(id))
    }
}
