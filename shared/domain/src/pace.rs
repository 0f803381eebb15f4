//! How fast a connection may answer comments, and whose turn it is.
//!
//! One record for each Page or account, shared by all workers. A kind of call has a budget for a span of time: a
//! burst of a quarter of it at once, the rest spread evenly, so that no span, wherever it begins, holds more than
//! the budget. What has to wait gets a turn in the queue of its post; the turns of all posts are served side by side,
//! so that a post with thousands of comments does not hold up another's first.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::catch_up::CatchUp;
use crate::context::Context;
use crate::decide::{Decision, Draft};
use crate::ids::{AssetId, BusinessId, PostId, WorkId, short_hash};
use crate::lead::Lead;
use crate::retry::scramble;
use crate::work::{Action, Work};

/// A kind of call that has a budget of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paced {
    PrivateReply,
    PublicReply,
    Like,
}

impl Paced {
    pub const ALL: [Self; 3] = [Self::PrivateReply, Self::PublicReply, Self::Like];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateReply => "private-reply",
            Self::PublicReply => "public-reply",
            Self::Like => "like",
        }
    }
}

/// So many calls in any span of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub calls: u32,
    pub span: SignedDuration,
}

impl Budget {
    pub const fn hourly(calls: u32) -> Self {
        Self { calls, span: SignedDuration::from_hours(1) }
    }

    fn burst(self) -> u32 {
        (self.calls / 4).max(1)
    }

    /// How far calls may run ahead of the interval.
    fn ahead(self) -> SignedDuration {
        self.interval() * (self.burst() as i32 - 1)
    }

    /// Between two calls, once the burst is used up.
    pub fn interval(self) -> SignedDuration {
        let rest = self.calls.saturating_sub(self.burst()).max(1);
        SignedDuration::from_nanos_i128(self.span.as_nanos().div_euclid(i128::from(rest)) + 1)
    }
}

/// What the business lets its connections do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paces {
    pub private_replies: Budget,
    pub public_replies: Budget,
    pub likes: Budget,
}

/// R19, R20. Of public replies Meta names no number: what is known to go unnoticed.
impl Default for Paces {
    fn default() -> Self {
        Self {
            private_replies: Budget::hourly(200),
            public_replies: Budget::hourly(400),
            likes: Budget { calls: 40, span: SignedDuration::from_secs(5) },
        }
    }
}

impl Paces {
    pub fn of(&self, kind: Paced) -> Budget {
        match kind {
            Paced::PrivateReply => self.private_replies,
            Paced::PublicReply => self.public_replies,
            Paced::Like => self.likes,
        }
    }
}

/// One connection's pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    pub business: BusinessId,
    pub asset: AssetId,
    /// Of the stored record; 0 until it is stored.
    pub version: u64,
    /// The platform asked to wait.
    pub paused_until: Option<Timestamp>,
    pub broken: Option<Broken>,
    pub lanes: BTreeMap<Paced, PaceLane>,
    /// What was said last in public on each post.
    pub said: BTreeMap<PostId, Said>,
    /// What the connection may have missed, as it is read from the platform.
    pub catch_up: Option<CatchUp>,
}

/// The connection does not work: one call at a time finds out whether it was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub since: Timestamp,
    pub reason: String,
    pub next_try_at: Timestamp,
    pub tries: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaceLane {
    /// When the calls so far would have been made, had they kept the interval: ahead of now by as much of the burst as
    /// is used.
    pub used_until: Option<Timestamp>,
    /// The turn that was served last: where a post begins that had none waiting.
    pub served: u64,
    /// The posts that have some waiting.
    pub posts: BTreeMap<PostId, Queue>,
}

/// The turns of one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// The highest that was served.
    pub served: u64,
    /// The last that was given out.
    pub last: u64,
}

/// What was said last, the newest last: to which comment, and the text, both shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub at: Timestamp,
    pub texts: Vec<(u32, u32)>,
}

/// How many posts a connection remembers its words of.
const POSTS_MAX: usize = 60;
/// How many replies on one post can be kept from repeating.
pub const NO_REPEAT_MAX: u32 = 10;
const BREAK_FIRST: SignedDuration = SignedDuration::from_mins(5);
const BREAK_MAX: SignedDuration = SignedDuration::from_hours(2);

/// What a call that wants to be made is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// Ask again then, with this turn.
    Later {
        until: Timestamp,
        turn: u64,
    },
}

/// A piece of work that has to ask before it is called for.
pub struct Asking<'w> {
    work: &'w Work,
    kind: Paced,
    asset: &'w AssetId,
    post: Option<&'w PostId>,
    is_urgent: bool,
}

impl<'w> Asking<'w> {
    /// `None` for work that needs not ask.
    pub fn of(work: &'w Work) -> Option<Self> {
        let (kind, to) = match &work.action {
            Action::PrivateReply { to, .. } => (Paced::PrivateReply, to),
            Action::PublicReply { to, .. } => (Paced::PublicReply, to),
            Action::Like { to } => (Paced::Like, to),
            Action::AnswerMention { asset, .. } => {
                return Some(Self { work, kind: Paced::PublicReply, asset, post: None, is_urgent: false });
            }
            _ => return None,
        };
        Some(Self { work, kind, asset: &to.asset, post: to.post.as_ref(), is_urgent: to.is_live })
    }

    pub fn kind(&self) -> Paced {
        self.kind
    }

    pub fn work(&self) -> WorkId {
        self.work.id
    }

    pub fn asset(&self) -> &'w AssetId {
        self.asset
    }

    /// Takes a turn in the pace, which is to be stored then. With it comes the public reply that is said, if it is said
    /// for the first time.
    pub fn ask(&self, pace: &mut Pace, context: &Context<'_>) -> (Turn, Option<u32>) {
        let playbook = &context.playbooks.current;
        let budget = playbook.paces.of(self.kind);
        let post = self.post;
        let turn = pace.take(self.kind, post, self.work.turn, self.is_urgent, budget, context.now);
        pace.version += 1;
        let pick = match &self.work.action {
            Action::PublicReply { to, campaign, rule, .. } if turn == Turn::Now && self.work.tries <= 1 => {
                let answer = playbook.campaigns.get(campaign).and_then(|campaign| campaign.answer_of(rule));
                answer.map(|answer| {
                    let pool = answer.replies(to.network);
                    // By the comment, so that the same day gives the same words, however workers take turns.
                    let comment = short_hash(to.comment.as_str());
                    pace.choose(post, pool, answer.no_repeat, comment, context.now)
                })
            }
            _ => None,
        };
        (turn, pick)
    }
}

/// The record with the public reply that was chosen.
pub fn with_pick(lead: &Lead, work: WorkId, chosen: u32) -> Lead {
    let mut lead = lead.clone();
    let work = lead.work.iter_mut().find(|open| open.id == work);
    if let Some(Work { action: Action::PublicReply { pick, .. }, .. }) = work {
        *pick = chosen;
    }
    lead
}

/// The work waits for its turn.
pub fn wait(
    lead: &Lead,
    work: WorkId,
    until: Timestamp,
    turn: u64,
    because: (&str, &str),
    context: &Context<'_>,
) -> Decision {
    let mut draft = Draft::new(lead, context);
    let Some(work) = draft.lead.work(work).cloned() else { return draft.finish() };
    // Said once; that it waits on is nothing new.
    match work.turn {
        None => draft.move_to(&work, until, because.0, because.1),
        Some(_) => draft.change_work(work.id, |work| work.due_at = until),
    }
    draft.change_work(work.id, |work| work.turn = Some(turn));
    draft.finish()
}

impl Pace {
    /// Why calls wait, and by which rule.
    pub fn because(&self, now: Timestamp) -> (&'static str, &'static str) {
        match (&self.broken, self.paused_until) {
            (Some(_), _) => ("the connection does not work; it is tried again by itself", "R19"),
            (None, Some(until)) if until > now => ("the platform asked everybody on it to wait", "R19"),
            _ => ("the connection answers as fast as it may; others were first", "R19"),
        }
    }

    pub fn new(business: BusinessId, asset: AssetId) -> Self {
        Self {
            business,
            asset,
            version: 0,
            paused_until: None,
            broken: None,
            lanes: BTreeMap::new(),
            said: BTreeMap::new(),
            catch_up: None,
        }
    }

    /// Asks for one call. What is urgent goes before all turns, and never beyond the budget.
    pub fn take(
        &mut self,
        kind: Paced,
        post: Option<&PostId>,
        turn: Option<u64>,
        urgent: bool,
        budget: Budget,
        now: Timestamp,
    ) -> Turn {
        let stopped = self.stopped_until(now);
        let post = post.cloned().unwrap_or_default();
        let lane = self.lanes.entry(kind).or_default();
        if stopped.is_none() && urgent && lane.has_room(budget, now) {
            lane.use_up(budget, now);
            return Turn::Now;
        }
        let turn = turn.unwrap_or_else(|| lane.turn_for(&post));
        let ahead = lane.ahead_of(&post, turn);
        let is_its_turn = lane.is_next(&post, turn) || lane.is_idle(budget, now);
        if stopped.is_none() && is_its_turn && lane.has_room(budget, now) {
            lane.use_up(budget, now);
            lane.serve(&post, turn);
            if let Some(broken) = &mut self.broken {
                broken.try_again(now);
            }
            return Turn::Now;
        }
        let from = stopped.unwrap_or(now).max(lane.room_from(budget, now));
        let wait = budget.interval().checked_mul(ahead.min(i32::MAX as u64) as i32).unwrap_or_default();
        // Whoever asks again at the very moment at which there was no room would ask for ever.
        let until = (from + wait).max(now + SignedDuration::from_millis(1));
        Turn::Later { until, turn }
    }

    /// When so many calls of a kind will have been made, if all of them want to be made now.
    pub fn empty_at(&self, kind: Paced, count: usize, budget: Budget, now: Timestamp) -> Timestamp {
        let lane = self.lanes.get(&kind).cloned().unwrap_or_default();
        let from = self.stopped_until(now).unwrap_or(now).max(lane.room_from(budget, now));
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        from + budget.interval().checked_mul(count).unwrap_or_default()
    }

    fn stopped_until(&self, now: Timestamp) -> Option<Timestamp> {
        let paused = self.paused_until.filter(|until| *until > now);
        let broken = self.broken.as_ref().map(|broken| broken.next_try_at).filter(|until| *until > now);
        paused.max(broken)
    }

    /// The platform asked to wait, or told that most of what it allows is used.
    pub fn pause(&mut self, until: Timestamp) {
        self.paused_until = self.paused_until.max(Some(until));
    }

    /// A call showed that the connection does not work.
    pub fn break_off(&mut self, reason: &str, now: Timestamp) {
        match &mut self.broken {
            Some(broken) => broken.reason = reason.to_owned(),
            None => {
                let next_try_at = now + BREAK_FIRST;
                self.broken = Some(Broken { since: now, reason: reason.to_owned(), next_try_at, tries: 0 });
            }
        }
    }

    /// A call went through.
    pub fn works(&mut self) {
        self.broken = None;
    }

    /// Which of the replies is said to a comment: by chance, but none of those that were said last on its post, as far as
    /// the pool allows. `no_repeat` is how many of the last ones. Asked again for the same comment, it is the same.
    pub fn choose(
        &mut self,
        post: Option<&PostId>,
        pool: &[String],
        no_repeat: u32,
        comment: u32,
        now: Timestamp,
    ) -> u32 {
        if pool.is_empty() {
            return 0;
        }
        let hashes: Vec<u32> = pool.iter().map(|text| short_hash(text)).collect();
        let no_repeat = no_repeat.min(NO_REPEAT_MAX).min(pool.len() as u32 - 1) as usize;
        let post = post.cloned().unwrap_or_default();
        let last = self.said.get(&post).map(|said| said.texts.as_slice()).unwrap_or_default();
        let before = last.iter().rev().find(|(to, _)| *to == comment);
        let before = before.and_then(|(_, text)| hashes.iter().position(|hash| hash == text));
        if let Some(before) = before {
            return before as u32;
        }
        let last = &last[last.len().saturating_sub(no_repeat)..];
        let was_said = |index: &usize| last.iter().any(|(_, text)| *text == hashes[*index]);
        let free: Vec<usize> = (0..pool.len()).filter(|index| !was_said(index)).collect();
        // Two texts of a pool may be the same.
        let free = if free.is_empty() { (0..pool.len()).collect() } else { free };
        let pick = free[(scramble(u64::from(comment)) % free.len() as u64) as usize];
        let said = self.said.entry(post).or_insert_with(|| Said { at: now, texts: Vec::new() });
        said.at = now;
        said.texts.push((comment, hashes[pick]));
        let surplus = said.texts.len().saturating_sub(NO_REPEAT_MAX as usize);
        said.texts.drain(..surplus);
        while self.said.len() > POSTS_MAX {
            let oldest = self.said.iter().min_by_key(|(_, said)| said.at).map(|(post, _)| post.clone());
            let Some(oldest) = oldest else { break };
            self.said.remove(&oldest);
        }
        pick as u32
    }
}

impl Broken {
    fn try_again(&mut self, now: Timestamp) {
        self.tries += 1;
        let wait = BREAK_FIRST * 2_i32.saturating_pow(self.tries.min(8));
        self.next_try_at = now + wait.min(BREAK_MAX);
    }
}

impl PaceLane {
    fn turn_for(&mut self, post: &PostId) -> u64 {
        let begins = Queue { served: self.served, last: self.served };
        let queue = self.posts.get(post).copied().unwrap_or(begins);
        let turn = queue.last + 1;
        if self.posts.len() < POSTS_MAX || self.posts.contains_key(post) {
            self.posts.insert(post.clone(), Queue { last: turn, ..queue });
        }
        turn
    }

    fn others<'a>(&'a self, post: &'a PostId) -> impl Iterator<Item = (&'a PostId, &'a Queue)> {
        self.posts.iter().filter(move |(of, _)| *of != post)
    }

    /// Whether nobody of another post has an earlier turn.
    fn is_next(&self, post: &PostId, turn: u64) -> bool {
        self.others(post).all(|(_, queue)| turn <= queue.served + 1)
    }

    /// How many wait whose turns are before this one; of those with the same turn, the posts before its own.
    fn ahead_of(&self, post: &PostId, turn: u64) -> u64 {
        let before = self.others(post).map(|(of, queue)| {
            let up_to = if of < post { turn } else { turn.saturating_sub(1) };
            queue.last.min(up_to).saturating_sub(queue.served)
        });
        let served = self.posts.get(post).map_or(self.served, |queue| queue.served);
        before.sum::<u64>() + turn.saturating_sub(1).saturating_sub(served)
    }

    /// Whoever had an earlier turn and did not come has lost it, and goes first when they do.
    fn serve(&mut self, post: &PostId, turn: u64) {
        self.served = self.served.max(turn);
        for (of, queue) in &mut self.posts {
            let up_to = if of == post { turn } else { turn.saturating_sub(1) };
            queue.served = queue.served.max(up_to.min(queue.last));
        }
        self.posts.retain(|_, queue| queue.served < queue.last);
    }

    /// From when there is room for a call.
    fn room_from(&self, budget: Budget, now: Timestamp) -> Timestamp {
        self.used_until.map_or(now, |used| used - budget.ahead()).max(now)
    }

    fn has_room(&self, budget: Budget, now: Timestamp) -> bool {
        self.room_from(budget, now) <= now
    }

    /// Whether there has been room for as long as a call takes its place: those whose turn it is do not want it.
    fn is_idle(&self, budget: Budget, now: Timestamp) -> bool {
        self.used_until.is_none_or(|used| used + budget.interval() <= now + budget.ahead())
    }

    fn use_up(&mut self, budget: Budget, now: Timestamp) {
        self.used_until = Some(self.used_until.map_or(now, |used| used.max(now)) + budget.interval());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const BUDGET: Budget = Budget::hourly(200);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn pace() -> Pace {
        Pace::new("neveh".into(), "101".into())
    }

    /// What became of many who ask: when each was served, and how often they asked.
    struct Crowd {
        served: Vec<(Timestamp, usize)>,
        asks: usize,
    }

    /// Lets all of them ask, and ask again when they are told to. Those who never come do not.
    fn crowd(pace: &mut Pace, comments: &[(i64, &str)], vanish: impl Fn(usize) -> bool) -> Crowd {
        let mut asking: BTreeSet<(Timestamp, usize, Option<u64>)> =
            comments.iter().enumerate().map(|(id, (second, _))| (at(*second), id, None)).collect();
        let mut crowd = Crowd { served: Vec::new(), asks: 0 };
        while let Some((now, id, turn)) = asking.pop_first() {
            if turn.is_some() && vanish(id) {
                continue;
            }
            crowd.asks += 1;
            let post = PostId::new(comments[id].1);
            match pace.take(Paced::PrivateReply, Some(&post), turn, false, BUDGET, now) {
                Turn::Now => crowd.served.push((now, id)),
                Turn::Later { until, turn } => {
                    assert!(until > now);
                    asking.insert((until, id, Some(turn)));
                }
            }
        }
        crowd
    }

    fn most_in_an_hour(served: &[(Timestamp, usize)]) -> usize {
        let hour = SignedDuration::from_hours(1);
        let within =
            |from: usize| served[from..].iter().take_while(|(at, _)| *at < served[from].0 + hour).count();
        (0..served.len()).map(within).max().unwrap_or_default()
    }

    #[test]
    fn a_burst_is_served_whole_in_order_and_never_above_the_budget() {
        let comments: Vec<(i64, &str)> = (0..2_000).map(|n| (n / 20, "a")).collect();
        let crowd = crowd(&mut pace(), &comments, |_| false);
        assert_eq!(crowd.served.len(), 2_000);
        assert!((150..=200).contains(&most_in_an_hour(&crowd.served)), "{}", most_in_an_hour(&crowd.served));
        let order: Vec<usize> = crowd.served.iter().map(|(_, id)| *id).collect();
        assert!(order.is_sorted(), "whoever came first is answered first");
        let last = crowd.served.last().unwrap().0.duration_since(at(0));
        assert!(last < SignedDuration::from_hours(14), "{last:?}");
        assert!(crowd.asks < 2 * 2_000 + 100, "{} asks", crowd.asks);
    }

    #[test]
    fn a_post_that_is_flooded_does_not_hold_up_another() {
        let flood = (0..2_000).map(|_| (0, "a"));
        let few = (0..20).map(|n| (3_600 + n, "b"));
        let comments: Vec<(i64, &str)> = flood.chain(few).collect();
        let crowd = crowd(&mut pace(), &comments, |_| false);
        assert_eq!(crowd.served.len(), 2_020);
        assert!(most_in_an_hour(&crowd.served) <= 200);
        let last_of_few =
            crowd.served.iter().filter(|(_, id)| *id >= 2_000).map(|(at, _)| *at).max().unwrap();
        let waited = last_of_few.duration_since(at(3_600));
        // 20 of theirs and 20 of the flood, at 150 an hour, and some that are ahead.
        assert!(waited < SignedDuration::from_mins(25), "{waited:?}");
        assert!(crowd.asks < 3 * 2_020, "{} asks", crowd.asks);
    }

    #[test]
    fn who_waits_and_is_gone_does_not_hold_up_the_others() {
        let comments: Vec<(i64, &str)> = (0..500).map(|_| (0, "a")).collect();
        let crowd = crowd(&mut pace(), &comments, |id| (60..460).contains(&id));
        assert_eq!(crowd.served.len(), 100);
        assert!(most_in_an_hour(&crowd.served) <= 200);
    }

    #[test]
    fn what_is_urgent_passes_the_queue_and_not_the_budget() {
        let mut pace = pace();
        let mut take =
            |urgent, second| pace.take(Paced::PrivateReply, None, None, urgent, BUDGET, at(second));
        (0..50).for_each(|_| assert_eq!(take(false, 0), Turn::Now));
        assert!(matches!(take(false, 0), Turn::Later { .. }));
        assert!(matches!(take(true, 0), Turn::Later { .. }), "the burst is used up");
        assert_eq!(take(true, 25), Turn::Now);
        assert!(matches!(take(true, 25), Turn::Later { .. }));
    }

    #[test]
    fn a_pause_and_a_broken_connection_stop_all_but_one_call_at_a_time() {
        let mut pace = pace();
        pace.pause(at(100));
        let first = pace.take(Paced::Like, None, None, false, BUDGET, at(0));
        let Turn::Later { until, turn } = first else { panic!("{first:?}") };
        assert_eq!(until, at(100));
        assert_eq!(pace.take(Paced::Like, None, Some(turn), false, BUDGET, at(100)), Turn::Now);
        pace.break_off("the token is no longer valid", at(101));
        let first = pace.take(Paced::Like, None, None, false, BUDGET, at(102));
        assert!(matches!(first, Turn::Later { until, .. } if until == at(401)), "{first:?}");
        assert_eq!(pace.take(Paced::Like, None, None, false, BUDGET, at(401)), Turn::Now, "one tries");
        assert!(matches!(pace.take(Paced::Like, None, None, false, BUDGET, at(401)), Turn::Later { .. }));
        pace.works();
        assert_eq!(pace.take(Paced::Like, None, None, false, BUDGET, at(402)), Turn::Now);
    }

    #[test]
    fn no_reply_is_repeated_within_the_last_ones_of_its_post() {
        let pool: Vec<String> = ["א", "ב", "ג", "ד"].map(str::to_owned).into();
        let mut pace = pace();
        let (a, b) = (PostId::new("a"), PostId::new("b"));
        let mut of_a = Vec::new();
        for seed in 0..400 {
            let post = if seed % 3 == 0 { &b } else { &a };
            let pick = pace.choose(Some(post), &pool, 2, seed, at(i64::from(seed)));
            assert_eq!(pace.choose(Some(post), &pool, 2, seed, at(i64::from(seed))), pick, "asked twice");
            if post == &a {
                of_a.push(pick);
            }
        }
        assert!(of_a.windows(3).all(|three| three.iter().collect::<BTreeSet<_>>().len() == 3), "{of_a:?}");
        assert_eq!(of_a.iter().collect::<BTreeSet<_>>().len(), 4, "each is said at times");
        assert_eq!(pace.choose(None, &pool[..1], 5, 1, at(0)), 0);
        assert_eq!(pace.choose(None, &[], 5, 1, at(0)), 0);
    }

    #[test]
    fn many_posts_take_no_more_room_than_some() {
        let mut pace = pace();
        for number in 0..500_i64 {
            let post = PostId::new(number.to_string());
            pace.choose(Some(&post), &["א".to_owned(), "ב".to_owned()], 1, 1, at(number));
            pace.take(Paced::PublicReply, Some(&post), None, false, Budget::hourly(1), at(0));
        }
        assert_eq!(pace.said.len(), POSTS_MAX);
        assert!(pace.lanes[&Paced::PublicReply].posts.len() <= POSTS_MAX);
    }
}
