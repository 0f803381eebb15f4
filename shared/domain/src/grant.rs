//! What a campaign gives once to a person: a raffle number, one of the first places, a coupon of its own.
//!
//! The lead's commit says what is wanted, in the campaign's inbox; the campaign alone numbers it, in the order of its
//! inbox, and tells each lead what it got. So there is no gap and no double, however many work at once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::event::{Event, EventKind, Responder};
use crate::event_key::{EventKey, Sameness};
use crate::identity::Identity;
use crate::ids::{BusinessId, CampaignName, LeadId, Pepper, RuleName};
use crate::playbook::{Coupon, Gift, Playbook};
use crate::raffle::Draw;
use crate::work::CommentAt;

/// What one person has from a campaign.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    pub given_at: Timestamp,
    /// From 1 on.
    pub number: Option<u32>,
    pub coupon: Option<String>,
}

/// A coupon is worth money to whoever reads it.
impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let coupon = self.coupon.as_ref().map(|_| "…");
        write!(f, "Grant(at {}, number {:?}, coupon {coupon:?})", self.given_at, self.number)
    }
}

/// A comment of somebody who is to get something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub lead: LeadId,
    pub rule: RuleName,
    pub to: CommentAt,
    pub written_at: Timestamp,
}

/// What the campaign says to a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub campaign: CampaignName,
    pub wanted: Wanted,
    /// `None`: there is nothing left.
    pub grant: Option<Grant>,
}

/// A campaign as an actor: what it has given so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignState {
    pub business: BusinessId,
    pub name: CampaignName,
    /// Of the stored record; 0 until it is stored.
    pub version: u64,
    /// The last raffle number.
    pub numbers: u32,
    /// How many of the first places of each rule are taken.
    pub places: BTreeMap<RuleName, u32>,
    /// How many codes of its pool are given.
    pub coupons: u32,
    /// The raffle's commitment, and once it is drawn its result. A raffle that is drawn gives no more numbers.
    pub draw: Option<Draw>,
}

impl CampaignState {
    pub fn new(business: BusinessId, name: CampaignName) -> Self {
        Self { business, name, version: 0, numbers: 0, places: BTreeMap::new(), coupons: 0, draw: None }
    }

    fn is_drawn(&self) -> bool {
        self.draw.as_ref().is_some_and(|draw| draw.drawn_at.is_some())
    }
}

/// What the store has beside the campaign's record.
#[derive(Clone, Debug, Default)]
pub struct Stock {
    /// What these people have already.
    pub grants: BTreeMap<LeadId, Grant>,
    /// The next codes of the pool, in their order.
    pub codes: Vec<String>,
}

/// The campaign's answer to some wishes, to be committed in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub state: CampaignState,
    pub new: Vec<(LeadId, Grant)>,
    /// To each wish that was answered, in their order. Those behind them wait for more codes.
    pub given: Vec<Given>,
}

/// Numbers what is wanted, in its order. Who has something already gets the same again.
pub fn number(
    state: &CampaignState,
    wanted: &[Wanted],
    stock: Stock,
    playbook: &Playbook,
    now: Timestamp,
) -> Numbered {
    let mut state = state.clone();
    let Stock { mut grants, codes } = stock;
    let mut codes = codes.into_iter();
    let (mut new, mut given) = (Vec::new(), Vec::new());
    let campaign = playbook.campaigns.get(&state.name);
    for wanted in wanted {
        let rule = campaign.and_then(|campaign| campaign.rule(&wanted.rule));
        let grant = match (grants.get(&wanted.lead), rule.and_then(|rule| rule.gift.as_ref())) {
            (Some(known), _) => Some(known.clone()),
            (None, None) => None,
            (None, Some(gift)) if !has_left(&state, &wanted.rule, gift) => None,
            (None, Some(gift)) => {
                let coupon = match &gift.coupon {
                    None => None,
                    Some(Coupon::Fixed(code)) => Some(code.clone()),
                    Some(Coupon::FromPool) => match codes.next() {
                        Some(code) => {
                            state.coupons += 1;
                            Some(code)
                        }
                        None => break,
                    },
                };
                let number = gift.raffle_number.then(|| {
                    state.numbers += 1;
                    state.numbers
                });
                if gift.first.is_some() {
                    *state.places.entry(wanted.rule.clone()).or_default() += 1;
                }
                let grant = Grant { given_at: now, number, coupon };
                grants.insert(wanted.lead, grant.clone());
                new.push((wanted.lead, grant.clone()));
                Some(grant)
            }
        };
        given.push(Given { campaign: state.name.clone(), wanted: wanted.clone(), grant });
    }
    state.version += 1;
    Numbered { state, new, given }
}

fn has_left(state: &CampaignState, rule: &RuleName, gift: &Gift) -> bool {
    let taken = state.places.get(rule).copied().unwrap_or_default();
    gift.first.is_none_or(|first| taken < first) && !(gift.raffle_number && state.is_drawn())
}

/// The wish of a lead, for the campaign's inbox.
pub fn wish(
    pepper: &Pepper,
    business: &BusinessId,
    campaign: &CampaignName,
    wanted: Wanted,
    now: Timestamp,
) -> Event {
    let id = format!("{campaign}/{}/{}", wanted.lead, wanted.to.comment);
    Event {
        business: business.clone(),
        key: EventKey::of(pepper, business, Responder::Comment, Sameness::Given { kind: "wish", id: &id }),
        occurred_at: now,
        author: Identity::Campaign(campaign.clone()),
        also: Vec::new(),
        kind: EventKind::GrantWanted(wanted),
    }
}

/// The campaign's answer, for the lead's inbox.
pub fn answer(pepper: &Pepper, business: &BusinessId, given: Given, now: Timestamp) -> Event {
    let id = format!("{}/{}/{}", given.campaign, given.wanted.lead, given.wanted.to.comment);
    Event {
        business: business.clone(),
        key: EventKey::of(pepper, business, Responder::Comment, Sameness::Given { kind: "grant", id: &id }),
        occurred_at: now,
        author: Identity::Lead(given.wanted.lead),
        also: Vec::new(),
        kind: EventKind::Granted(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Network;
    use crate::testing::at;

    const NOW: &str = "2026-12-01T09:00";

    fn playbook(gift: Gift) -> Playbook {
        let mut playbook = crate::testing::playbook();
        let campaign = playbook.campaigns.get_mut(&"comments".into()).unwrap();
        campaign.rules[0].gift = Some(gift);
        playbook
    }

    fn state() -> CampaignState {
        CampaignState::new("neveh".into(), "comments".into())
    }

    fn wants(lead: u128) -> Wanted {
        let to = CommentAt {
            network: Network::Facebook,
            asset: "101".into(),
            comment: lead.to_string().as_str().into(),
            post: None,
            is_live: false,
        };
        Wanted { lead: LeadId::new(lead), rule: "default".into(), to, written_at: at(NOW) }
    }

    fn numbers(numbered: &Numbered) -> Vec<Option<u32>> {
        numbered.given.iter().map(|given| given.grant.as_ref().and_then(|grant| grant.number)).collect()
    }

    #[test]
    fn numbers_have_no_gap_and_nobody_gets_two() {
        let playbook = playbook(Gift { raffle_number: true, ..Gift::default() });
        let first = number(&state(), &[wants(1), wants(2), wants(1)], Stock::default(), &playbook, at(NOW));
        assert_eq!(numbers(&first), [Some(1), Some(2), Some(1)]);
        assert_eq!(first.new.len(), 2);
        let grants = first.new.iter().cloned().collect();
        let stock = Stock { grants, codes: Vec::new() };
        let second = number(&first.state, &[wants(2), wants(3)], stock, &playbook, at(NOW));
        assert_eq!(numbers(&second), [Some(2), Some(3)]);
        assert_eq!((second.state.numbers, second.state.version), (3, 2));
    }

    #[test]
    fn the_first_ten_are_ten_and_the_eleventh_hears_of_it() {
        let playbook = playbook(Gift { first: Some(10), ..Gift::default() });
        let all: Vec<Wanted> = (1..=11).map(wants).collect();
        let numbered = number(&state(), &all, Stock::default(), &playbook, at(NOW));
        let got = |given: &&Given| given.grant.is_some();
        assert_eq!(numbered.given.iter().filter(got).count(), 10);
        assert_eq!(numbered.given[10].grant, None);
        let again = number(&numbered.state, &[wants(12)], Stock::default(), &playbook, at(NOW));
        assert_eq!(again.given[0].grant, None);
    }

    #[test]
    fn an_empty_pool_lets_those_behind_wait() {
        let playbook = playbook(Gift { coupon: Some(Coupon::FromPool), ..Gift::default() });
        let stock = Stock { codes: vec!["A".into(), "B".into()], ..Stock::default() };
        let all: Vec<Wanted> = (1..=3).map(wants).collect();
        let numbered = number(&state(), &all, stock, &playbook, at(NOW));
        let codes: Vec<_> = numbered
            .given
            .iter()
            .map(|given| given.grant.as_ref().unwrap().coupon.clone().unwrap())
            .collect();
        assert_eq!((codes, numbered.state.coupons), (vec!["A".to_owned(), "B".to_owned()], 2));
    }

    #[test]
    fn a_raffle_that_is_drawn_gives_no_more_numbers() {
        let playbook = playbook(Gift { raffle_number: true, ..Gift::default() });
        let draw = Draw { drawn_at: Some(at(NOW)), ..Draw::committed([1; 32]) };
        let drawn = CampaignState { draw: Some(draw), ..state() };
        assert_eq!(numbers(&number(&drawn, &[wants(1)], Stock::default(), &playbook, at(NOW))), [None]);
    }
}
