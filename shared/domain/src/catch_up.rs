//! What a connection may have missed: after an outage, comments and lead ads are read from the platform itself, and
//! whatever nobody has handled is taken in as if its webhook had come.
//!
//! It stands beside the connection's pace, so that it goes on after a crash where it was.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::call::Listed;
use crate::channel::Network;
use crate::ids::{AssetId, FormId, PostId};
use crate::playbook::{Playbook, Posts};

/// Private replies may be given for so long (R18), and nothing older is answered.
pub const BACK_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What happened shortly before the last one began is read again: a webhook may still have been on its way.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// Not before this time of night.
const NIGHTLY_AT: Time = Time::constant(3, 0, 0, 0);
/// How many posts are looked through, the newest first.
pub const POSTS_MAX: usize = 100;
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(5);
const BROKEN_FOR: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUp {
    /// From this moment on.
    pub since: Timestamp,
    pub started_at: Timestamp,
    /// What is still to be read, the next first.
    pub wanted: Vec<Reading>,
    /// Not before then.
    pub next_at: Timestamp,
    /// How many comments and lead ads were seen, and how many of them nobody had handled.
    pub seen: u32,
    pub found: u32,
    pub ended_at: Option<Timestamp>,
    /// Why it does not go on.
    pub trouble: Option<String>,
}

/// One page of something that the platform lists. `after` is its word for where the page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub what: Readable,
    pub after: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readable {
    Posts,
    Comments(PostId),
    Forms,
    Leads(FormId),
}

impl Reading {
    fn first(what: Readable) -> Self {
        Self { what, after: None }
    }
}

/// What became of reading one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The same again, not before so long.
    Later(Option<SignedDuration>),
    /// The connection does not work.
    Broken,
    /// This one cannot be read; the others can.
    Skip,
}

impl CatchUp {
    /// Everything that may have come by a connection since a moment, as far as it may still be answered.
    pub fn new(
        playbook: &Playbook,
        network: Network,
        asset: &AssetId,
        since: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            since: since.clamp(now - BACK_MAX, now),
            started_at: now,
            wanted: to_read(playbook, network, asset),
            next_at: now,
            seen: 0,
            found: 0,
            ended_at: None,
            trouble: None,
        }
    }

    /// A first one: what was before Masa is not answered out of the blue.
    fn from_now_on(now: Timestamp) -> Self {
        Self {
            since: now,
            started_at: now,
            wanted: Vec::new(),
            next_at: now,
            seen: 0,
            found: 0,
            ended_at: Some(now),
            trouble: None,
        }
    }

    pub fn is_under_way(&self) -> bool {
        self.ended_at.is_none()
    }

    /// What is to be read now.
    pub fn next(&self, now: Timestamp) -> Option<&Reading> {
        self.wanted.first().filter(|_| self.is_under_way() && self.next_at <= now)
    }

    /// A page was read; `found` of what it lists nobody had handled.
    pub fn took(&mut self, read: &Reading, listed: &Listed, found: usize, now: Timestamp) {
        if self.wanted.first() != Some(read) {
            // Another worker read it as well, and was faster.
            return;
        }
        self.wanted.remove(0);
        self.seen = self.seen.saturating_add((listed.comments.len() + listed.lead_ads.len()) as u32);
        self.found = self.found.saturating_add(found as u32);
        let is_open = !listed.is_older_than(self.since);
        let posts = listed.posts.iter().map(|post| Readable::Comments(post.clone()));
        let forms = listed.forms.iter().map(|form| Readable::Leads(form.clone()));
        let mut of_posts =
            self.wanted.iter().filter(|wanted| matches!(wanted.what, Readable::Comments(_))).count();
        for what in posts.chain(forms) {
            let known = self.wanted.iter().any(|wanted| wanted.what == what);
            let is_post = matches!(what, Readable::Comments(_));
            if known || is_post && of_posts >= POSTS_MAX {
                continue;
            }
            of_posts += usize::from(is_post);
            self.wanted.push(Reading::first(what));
        }
        let goes_on = is_open && (read.what != Readable::Posts || of_posts < POSTS_MAX);
        if let Some(after) = listed.after.clone().filter(|_| goes_on) {
            self.wanted.insert(0, Reading { what: read.what.clone(), after: Some(after) });
        }
        self.go_on(now);
    }

    /// A page could not be read.
    pub fn failed(&mut self, read: &Reading, trouble: Trouble, reason: &str, now: Timestamp) {
        if self.wanted.first() != Some(read) {
            return;
        }
        let wait = match trouble {
            Trouble::Later(wait) => wait.unwrap_or(TRY_AGAIN),
            Trouble::Broken => BROKEN_FOR,
            Trouble::Skip => {
                self.wanted.remove(0);
                return self.end_if_done(now);
            }
        };
        (self.trouble, self.next_at) = (Some(reason.to_owned()), now + wait);
    }

    fn go_on(&mut self, now: Timestamp) {
        (self.trouble, self.next_at) = (None, now);
        self.end_if_done(now);
    }

    fn end_if_done(&mut self, now: Timestamp) {
        if self.wanted.is_empty() {
            self.ended_at = Some(now);
        }
    }
}

/// The nightly one, if it is time: once a civil day, at night. The first only marks from when on.
pub fn nightly(
    last: Option<&CatchUp>,
    playbook: &Playbook,
    network: Network,
    asset: &AssetId,
    now: Timestamp,
) -> Option<CatchUp> {
    let Some(last) = last else { return Some(CatchUp::from_now_on(now)) };
    let here = civil(now, &playbook.business.zone);
    let same_day = civil(last.started_at, &playbook.business.zone).date() == here.date();
    if last.is_under_way() || same_day || here.time() < NIGHTLY_AT {
        return None;
    }
    Some(CatchUp::new(playbook, network, asset, last.started_at - OVERLAP, now))
}

fn civil(at: Timestamp, zone: &TimeZone) -> jiff::civil::DateTime {
    at.to_zoned_datetime(zone.clone()).datetime()
}

/// The posts of which campaigns speak by their ids, and the newest ones where one is for all of them; the forms of
/// lead ads.
fn to_read(playbook: &Playbook, network: Network, asset: &AssetId) -> Vec<Reading> {
    let campaigns = || playbook.campaigns.values().filter(|campaign| campaign.networks.contains(&network));
    let mut wanted = Vec::new();
    if campaigns().any(|campaign| !matches!(campaign.posts, Posts::These(_))) {
        wanted.push(Reading::first(Readable::Posts));
    }
    for campaign in campaigns() {
        let Posts::These(posts) = &campaign.posts else { continue };
        for post in posts {
            let reading = Reading::first(Readable::Comments(of_page(post, network, asset)));
            if !wanted.contains(&reading) {
                wanted.push(reading);
            }
        }
    }
    if network == Network::Facebook {
        wanted.push(Reading::first(Readable::Forms));
    }
    wanted
}

/// Facebook's posts have the Page's id before their own; people may write either.
fn of_page(post: &PostId, network: Network, page: &AssetId) -> PostId {
    match network {
        Network::Facebook if !post.as_str().contains('_') => PostId::new(format!("{page}_{post}")),
        _ => post.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, playbook};

    const NOW: &str = "2026-12-01T12:00";

    fn started(change: impl FnOnce(&mut Playbook)) -> CatchUp {
        let mut playbook = playbook();
        change(&mut playbook);
        CatchUp::new(&playbook, Network::Facebook, &"101".into(), at("2026-11-30T12:00"), at(NOW))
    }

    fn names(catch_up: &CatchUp) -> Vec<String> {
        let name = |reading: &Reading| {
            let what = match &reading.what {
                Readable::Posts => "posts".to_owned(),
                Readable::Comments(post) => format!("comments of {post}"),
                Readable::Forms => "forms".to_owned(),
                Readable::Leads(form) => format!("leads of {form}"),
            };
            what + reading
                .after
                .as_deref()
                .map(|after| format!(" after {after}"))
                .unwrap_or_default()
                .as_str()
        };
        catch_up.wanted.iter().map(name).collect()
    }

    #[test]
    fn posts_forms_and_what_they_list_are_read_page_by_page_and_then_it_is_over() {
        let mut catch_up = started(|_| {});
        assert_eq!(names(&catch_up), ["posts", "forms"]);
        let listed =
            Listed { posts: vec!["1".into(), "2".into()], after: Some("x".into()), ..Listed::default() };
        let reading = catch_up.next(at(NOW)).unwrap().clone();
        catch_up.took(&reading, &listed, 0, at(NOW));
        assert_eq!(names(&catch_up), ["posts after x", "forms", "comments of 1", "comments of 2"]);
        catch_up.took(&reading, &listed, 0, at(NOW));
        assert_eq!(names(&catch_up).len(), 4, "what another has read changes nothing");
        let mut pages = 0;
        while let Some(reading) = catch_up.next(at(NOW)).cloned() {
            pages += 1;
            let forms = if reading.what == Readable::Forms { vec!["5".into()] } else { Vec::new() };
            catch_up.took(&reading, &Listed { forms, ..Listed::default() }, 1, at(NOW));
        }
        assert_eq!((pages, catch_up.found, catch_up.ended_at), (5, 5, Some(at(NOW))));
    }

    #[test]
    fn what_is_older_than_asked_for_ends_a_list() {
        let mut catch_up = started(|_| {});
        catch_up.wanted = vec![Reading::first(Readable::Comments("1".into()))];
        let reading = catch_up.wanted[0].clone();
        let page = |oldest| Listed { oldest: Some(at(oldest)), after: Some("x".into()), ..Listed::default() };
        catch_up.took(&reading, &page("2026-11-30T12:01"), 0, at(NOW));
        assert_eq!(names(&catch_up), ["comments of 1 after x"]);
        let reading = catch_up.wanted[0].clone();
        catch_up.took(&reading, &page("2026-11-30T11:59"), 0, at(NOW));
        assert!(!catch_up.is_under_way());
    }

    #[test]
    fn a_campaigns_own_posts_are_read_by_their_ids_and_no_others() {
        let catch_up = started(|playbook| {
            let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
            campaign.posts = Posts::These(["7".into(), "101_8".into()].into());
        });
        assert_eq!(names(&catch_up), ["comments of 101_8", "comments of 101_7", "forms"]);
    }

    #[test]
    fn trouble_waits_or_is_passed_over() {
        let mut catch_up = started(|_| {});
        let reading = catch_up.wanted[0].clone();
        catch_up.failed(&reading, Trouble::Later(None), "busy", at(NOW));
        assert_eq!((catch_up.next(at(NOW)), catch_up.next(at("2026-12-01T12:05"))), (None, Some(&reading)));
        catch_up.failed(&reading, Trouble::Skip, "the post is gone", at(NOW));
        assert_eq!(names(&catch_up), ["forms"]);
        let reading = catch_up.wanted[0].clone();
        catch_up.failed(&reading, Trouble::Broken, "the token", at(NOW));
        assert_eq!(catch_up.next(at("2026-12-01T12:59")), None);
        assert_eq!(catch_up.next(at("2026-12-01T13:00")), Some(&reading));
    }

    #[test]
    fn a_nightly_one_comes_once_a_night_and_begins_where_the_last_one_did() {
        let (playbook, page) = (playbook(), "101".into());
        let of =
            |last: Option<&CatchUp>, now: &str| nightly(last, &playbook, Network::Facebook, &page, at(now));
        let first = of(None, NOW).unwrap();
        assert!(!first.is_under_way(), "nothing from before is answered");
        assert_eq!(of(Some(&first), "2026-12-01T23:59"), None);
        assert_eq!(of(Some(&first), "2026-12-02T02:59"), None);
        let second = of(Some(&first), "2026-12-02T03:00").unwrap();
        assert_eq!((second.since, second.is_under_way()), (at("2026-12-01T11:00"), true));
        assert_eq!(of(Some(&second), "2026-12-03T03:00"), None, "it is not over");
    }

    #[test]
    fn nothing_older_than_a_week_is_read() {
        let catch_up =
            CatchUp::new(&playbook(), Network::Instagram, &"178".into(), at("2026-01-01T00:00"), at(NOW));
        assert_eq!(catch_up.since, at(NOW) - BACK_MAX);
        assert_eq!(names(&catch_up), ["posts"]);
    }
}
