//! Two records of one person become one.

use std::collections::BTreeSet;

use crate::call::CLAIM_LENGTH;
use crate::channel::Channel;
use crate::consent::OptOut;
use crate::context::{Context, Playbooks};
use crate::decide::decide;
use crate::delivery::DeliveryStatus;
use crate::event::EventKind;
use crate::identity::Identity;
use crate::ids::{LeadId, WorkId};
use crate::lead::{ABSORBED_MAX, Lead, MERGES_MAX, PendingMerge, Proof, Wake};
use crate::merge::{
    Merged, Merging, forget, merge, postpone, proof_of, remember, rests_on_them, rests_on_us,
};
use crate::run::RUNS_MAX;
use crate::source::SourceKind;
use crate::testing::{Story, at, follow_up, lead, mobile};
use crate::timeline::{Fact, What};
use crate::work::{Class, OPEN_WORK_MAX, Work, WorkState};

use super::events::{comments, event, form, lead_ad, phone, writes, writes_on_instagram};
use super::life::Life;
use super::tale::{Tale, done};

/// A tale of another record, younger than those of the tests.
fn other() -> Tale {
    let mut tale = Tale::new();
    tale.lead = Lead::new("neveh".into(), LeadId::new(2), at("2026-11-30T10:00"));
    tale
}

fn merged(one: &Lead, other: &Lead, moment: &str) -> Merged {
    let merging = Story::new().with_context(at(moment), |context| merge(one, other, context));
    match merging {
        Merging::Merged(merged) => *merged,
        waits => panic!("{waits:?}"),
    }
}

#[test]
fn the_older_record_goes_on_with_all_that_is_known_of_both() {
    let mut ours = Tale::new();
    ours.happens("2026-11-30T09:00", comments("c", |_| {}));
    let mut theirs = other();
    theirs
        .happens("2026-11-30T10:00", form("1"))
        .happens("2026-11-30T10:01", writes_on_instagram("2", "שלום"));
    theirs.lead.tags.insert("vip".into());
    theirs.lead.fields.insert("יעד".into(), "רומא".into());
    let Merged { winner, loser } = merged(&theirs.lead, &ours.lead, "2026-11-30T10:02");
    let lead = winner.lead;
    assert_eq!((lead.id, lead.created_at), (ours.lead.id, ours.lead.created_at));
    assert_eq!(lead.absorbed, [theirs.lead.id]);
    assert_eq!(lead.name, ours.lead.name.clone().or(theirs.lead.name.clone()));
    assert_eq!(lead.phone, Some(mobile()));
    let all: BTreeSet<Identity> = ours.lead.identities.union(&theirs.lead.identities).cloned().collect();
    assert_eq!(lead.identities, all);
    assert_eq!(lead.first_source.as_ref().unwrap().kind.as_str(), "comment");
    assert_eq!(lead.last_source.as_ref().unwrap().kind.as_str(), "message");
    assert!(lead.has_consent() && lead.tags.contains("vip") && lead.fields.contains_key("יעד"));
    assert!(lead.windows.contains_key(&Channel::Instagram));
    assert_eq!(
        loser.lead,
        Lead {
            version: theirs.lead.version,
            merged_into: Some(lead.id),
            ..Lead::new("neveh".into(), theirs.lead.id, theirs.lead.created_at)
        }
    );
    assert_eq!(loser.lead.wake(), None);
}

#[test]
fn two_in_one_journey_get_each_further_step_once() {
    // By one record the person has had the first follow-up, by the other only the welcome.
    for further_is_older in [true, false] {
        let (mut ours, mut theirs) = (Tale::new(), other());
        let (first, second) =
            if further_is_older { (&mut ours, &mut theirs) } else { (&mut theirs, &mut ours) };
        first.happens("2026-11-30T11:00", form("1")).lives_until("2026-12-03T12:00");
        second.happens("2026-12-02T11:00", form("2")).lives_until("2026-12-03T12:00");
        ours.merges_with("2026-12-03T12:01", &mut theirs).lives_until("2027-02-01T00:00");
        let after = ours.told().split(" merge\n").nth(1).unwrap();
        let count = |what: &str| after.matches(what).count();
        assert_eq!(count("template welcome"), 0, "{after}");
        assert_eq!(count("template follow_up_1"), 0, "{after}");
        assert_eq!(count("template follow_up_2"), 1, "{after}");
        assert_eq!(count("tag-added"), 1, "{after}");
    }
}

#[test]
fn a_welcome_that_both_records_wait_with_is_sent_once() {
    let (mut ours, mut theirs) = (Tale::new(), other());
    ours.happens("2026-11-30T11:00", form("1"));
    theirs.happens("2026-11-30T11:00", form("2"));
    ours.merges_with("2026-11-30T11:00", &mut theirs).lives_until("2026-12-01T00:00");
    assert_eq!(ours.told().matches("CALL").count(), 1, "{}", ours.told());
    // Nor a second time if it has left by one of them.
    let (mut ours, mut theirs) = (Tale::new(), other());
    ours.happens("2026-11-30T11:00", form("1"));
    theirs.happens("2026-11-30T11:00", form("2")).lives_until("2026-11-30T11:00");
    ours.merges_with("2026-11-30T11:00", &mut theirs).lives_until("2026-12-01T00:00");
    assert_eq!(ours.told().matches("CALL").count(), 0, "{}", ours.told());
}

#[test]
fn a_journey_of_another_time_is_no_second_run_of_the_same() {
    let (mut ours, mut theirs) = (Tale::new(), other());
    ours.happens("2026-11-30T11:00", form("1")).lives_until("2027-02-01T00:00");
    theirs.happens("2027-03-01T11:00", form("2"));
    ours.merges_with("2027-03-01T11:00", &mut theirs).lives_until("2027-03-01T12:00");
    assert!(ours.told().split(" merge\n").nth(1).unwrap().contains("template welcome"), "{}", ours.told());
}

#[test]
fn the_strictest_refusal_holds_whoever_refused() {
    let refused = |second: i64| {
        Some(OptOut {
            at: at("2026-12-01T09:00") + jiff::SignedDuration::from_secs(second),
            by: "whatsapp".into(),
        })
    };
    // (ours, theirs, what holds)
    let cases = [
        (None, None, None),
        (refused(1), None, refused(1)),
        (None, refused(2), refused(2)),
        (refused(1), refused(2), refused(2)),
        (refused(4), refused(3), refused(4)),
    ];
    for (ours_refused, theirs_refused, holds) in cases {
        let (mut ours, mut theirs) = (Tale::new(), other());
        ours.happens("2026-11-30T11:00", form("1")).lives_until("2026-11-30T11:00");
        theirs.happens("2026-12-02T11:00", comments("c", |_| {}));
        ours.lead.opt_out = ours_refused;
        theirs.lead.opt_out = theirs_refused;
        theirs.lead.marketing_stopped_at = holds.as_ref().map(|_| at("2026-12-01T09:00"));
        ours.merges_with("2026-12-02T11:00", &mut theirs);
        assert_eq!(ours.lead.opt_out, holds);
        let messages = ours.lead.work.iter().filter(|work| work.action.message().is_some()).count();
        let refused = holds.is_some();
        assert_eq!(ours.lead.has_consent(), !refused, "what was agreed to before a refusal is void");
        assert_eq!((messages == 0, ours.lead.runs.iter().all(|run| !run.is_active())), (refused, refused));
        assert_eq!(ours.lead.marketing_stopped_at.is_some(), refused);
    }
}

#[test]
fn a_refusal_on_both_records_is_confirmed_once() {
    // Each record wrote that nobody should write: (ours is confirmed already, theirs is, confirmations to come)
    for (ours_done, theirs_done, left) in
        [(false, false, 1), (true, false, 0), (false, true, 0), (true, true, 0)]
    {
        let (mut ours, mut theirs) = (Tale::new(), other());
        for (tale, sent) in [(&mut ours, ours_done), (&mut theirs, theirs_done)] {
            tale.happens("2026-11-30T11:00", writes("1", "הסר"));
            if sent {
                tale.lives_until("2026-11-30T11:00");
            }
        }
        ours.merges_with("2026-11-30T11:01", &mut theirs).lives_until("2026-12-30T00:00");
        let calls = ours.told().split(" merge\n").nth(1).unwrap().matches("CALL").count();
        assert_eq!(calls, left, "{}", ours.told());
    }
}

#[test]
fn a_merge_waits_for_a_claim_and_takes_one_that_ran_out_for_doubt() {
    let (mut ours, mut theirs) = (Tale::new(), other());
    ours.happens("2026-11-30T11:00", comments("c", |_| {}));
    theirs.happens("2026-11-30T11:00", form("1")).look("2026-11-30T11:00");
    ours.merges_with("2026-11-30T11:00", &mut theirs);
    assert!(ours.told().contains("waits until 11-30 11:00:30"), "{}", ours.told());
    assert!(ours.lead.absorbed.is_empty() && theirs.lead.claim.is_some());

    let claimed = theirs.lead.claim.clone().unwrap();
    ours.merges_with("2026-11-30T11:01", &mut theirs);
    let moved = ours.lead.work(claimed.work).unwrap();
    assert!(moved.is_in_doubt() && moved.tries == 1);
    assert!(ours.lead.claim.is_none() && ours.lead.claims >= claimed.number);
    // The slow worker comes back with its answer after all: it is evidence.
    ours.answers("2026-11-30T11:01", done());
    assert_eq!(ours.lead.work(claimed.work), None, "{}", ours.told());
    assert!(
        ours.told().contains("settled [whatsapp] [message] [welcome] [wamid.1] [late answer]"),
        "{}",
        ours.told()
    );
}

#[test]
fn evidence_settles_doubt_that_was_moved() {
    let (mut ours, mut theirs) = (Tale::new(), other());
    theirs.happens("2026-11-30T11:00", form("1")).look("2026-11-30T11:00");
    ours.merges_with("2026-11-30T11:01", &mut theirs);
    ours.is_told("2026-11-30T11:01", DeliveryStatus::Delivered).look("2026-11-30T11:02");
    assert!(ours.told().contains("settled"), "{}", ours.told());
    ours.lives_until("2026-12-01T00:00");
    assert!(!ours.told().split("settled").nth(1).unwrap().contains("CALL"), "{}", ours.told());
}

#[test]
fn open_work_goes_behind_the_winner_s_and_none_goes_without_a_word() {
    let crowd = |first: u128, count: usize| -> Vec<Work> {
        (0..count)
            .map(|number| Work {
                id: WorkId::new(first + number as u128),
                number: number as u32,
                ..follow_up(at("2026-12-01T10:00"))
            })
            .collect()
    };
    let mut ours = lead();
    (ours.work, ours.work_next) = (crowd(100, 40), 40);
    let mut theirs = Lead::new("neveh".into(), LeadId::new(2), at("2026-11-30T10:00"));
    (theirs.work, theirs.work_next) = (crowd(500, 40), 40);
    theirs.work[39].tries = 1;
    theirs.work[39].state =
        WorkState::InDoubt { since: at("2026-11-30T10:00"), until: at("2026-11-30T10:01") };
    theirs.work[38].state = WorkState::Parked { reason: "the token is no longer valid".into() };
    let Merged { winner, loser } = merged(&ours, &theirs, "2026-11-30T10:00");
    assert_eq!(winner.lead.work.len(), OPEN_WORK_MAX);
    assert!(winner.lead.work.windows(2).all(|pair| pair[0].number < pair[1].number));
    assert_eq!(winner.lead.work[..40], ours.work[..]);
    assert!(winner.lead.work(theirs.work[39].id).is_some_and(Work::is_in_doubt), "what was called for stays");
    let told: BTreeSet<String> =
        loser.timeline.iter().filter_map(|entry| entry.fact(Fact::Work).map(str::to_owned)).collect();
    let lost = theirs.work.iter().filter(|work| winner.lead.work(work.id).is_none());
    assert!(lost.clone().all(|work| told.contains(&work.id.to_string())));
    assert_eq!(lost.count(), 16);
}

#[test]
fn journeys_and_names_beyond_what_a_record_holds_are_told_or_stay() {
    let (mut ours, mut theirs) = (Tale::new(), other());
    for (tale, prefix) in [(&mut ours, "a"), (&mut theirs, "b")] {
        tale.happens("2026-11-30T11:00", form("1")).lives_until("2026-11-30T11:00");
        let run = tale.lead.runs[0].clone();
        tale.lead.runs = (0..RUNS_MAX)
            .map(|number| crate::run::Run {
                id: crate::ids::RunId::new(number as u128),
                journey: format!("{prefix}{number}").as_str().into(),
                ..run.clone()
            })
            .collect();
        tale.lead.identities = (0..40).map(|number| Identity::Psid(format!("{prefix}{number}"))).collect();
    }
    let Merged { winner, loser } = merged(&ours.lead, &theirs.lead, "2026-11-30T11:01");
    assert_eq!(winner.lead.runs, ours.lead.runs);
    let stopped = loser.timeline.iter().filter(|entry| entry.what == What::JourneyStopped).count();
    assert_eq!(stopped, RUNS_MAX);
    let kept = winner.lead.identities.len() + loser.lead.identities.len();
    assert_eq!(kept, 80, "a name without room still leads to the other record");
}

#[test]
fn a_person_has_a_bounded_number_of_records() {
    let (mut ours, theirs) = (lead(), Lead::new("neveh".into(), LeadId::new(2), at("2026-11-30T10:00")));
    ours.absorbed = (10..10 + ABSORBED_MAX as u128).map(LeadId::new).collect();
    let merging = Story::new().with_context(at("2026-11-30T11:00"), |context| merge(&ours, &theirs, context));
    assert_eq!(merging, Merging::TooMany);
}

#[test]
fn what_a_platform_says_is_proof_and_what_somebody_typed_is_a_claim() {
    let now = at("2026-11-30T09:00");
    assert_eq!(proof_of(&form("1")(now)), Proof::Claimed);
    for proven in [writes("1", "שלום")(now), lead_ad()(now), comments("1", |_| {})(now)] {
        assert_eq!(proof_of(&proven), Proof::Proven);
    }
    // (the name in common, whether we have a phone, whether it may be proven by ours, whether by theirs)
    let mail = Identity::Email(crate::email::EmailAddress::parse("dana@example.com").unwrap());
    for (identity, known, ours, theirs) in [
        (phone(), true, false, true),
        (phone(), false, false, true),
        (mail.clone(), true, true, false),
        (mail, false, true, true),
    ] {
        let mut lead = lead();
        lead.phone = known.then(mobile);
        assert_eq!((rests_on_us(&identity), rests_on_them(&lead, &identity)), (ours, theirs), "{identity:?}");
    }
}

#[test]
fn a_claim_is_proven_once_the_number_has_written_whichever_comes_first() {
    let with = LeadId::new(7);
    // The claim first.
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-11-30T09:00");
    let before = tale.lead.wake();
    assert_eq!(remember(&mut tale.lead, with, Proof::Claimed, at("2026-11-30T09:01")), None);
    assert_eq!(tale.lead.wake(), before, "a claim wakes nobody");
    tale.happens("2026-11-30T09:02", writes_on_instagram("2", "שלום"));
    assert_eq!(tale.lead.proven_merges().count(), 0, "another channel proves nothing of a number");
    tale.happens("2026-11-30T09:03", writes("3", "שלום"));
    assert_eq!(tale.lead.wake(), Some(Wake { class: Class::Conversation, at: at("2026-11-30T09:03") }));
    assert_eq!(tale.lead.due_merge(at("2026-11-30T09:03")).unwrap().with, with);
    assert_eq!(tale.lead.due_merge(at("2026-11-30T09:02")), None);
    // The message first, and told by the other's record.
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes("1", "שלום"))
        .happens("2026-11-30T09:01", event(phone(), "2", EventKind::Claimed { by: with, asked: None }));
    assert_eq!(
        tale.lead.merges,
        [PendingMerge { with, proof: Proof::Proven, due_at: at("2026-11-30T09:01") }]
    );
    // Nobody's number: nothing is proven.
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes_on_instagram("1", "שלום"));
    remember(&mut tale.lead, with, Proof::Claimed, at("2026-11-30T09:01"));
    tale.happens("2026-11-30T09:02", writes_on_instagram("2", "שלום"));
    assert_eq!(tale.lead.proven_merges().count(), 0);
}

#[test]
fn merges_that_wait_are_few_and_proof_goes_before_claims() {
    let now = at("2026-11-30T09:00");
    let mut lead = lead();
    let mut full = 0;
    for id in 10..10 + MERGES_MAX as u128 + 2 {
        full += remember(&mut lead, LeadId::new(id), Proof::Claimed, now).iter().count();
    }
    assert_eq!((lead.merges.len(), full), (MERGES_MAX, 2));
    assert_eq!(remember(&mut lead, LeadId::new(99), Proof::Proven, now), None);
    assert_eq!((lead.merges.len(), lead.proven_merges().count()), (MERGES_MAX, 1));
    // Nobody is merged with themselves, nor twice.
    let own = lead.id;
    lead.absorbed = vec![LeadId::new(50)];
    for known in [own, LeadId::new(50), LeadId::new(99)] {
        assert_eq!(remember(&mut lead, known, Proof::Proven, now), None);
    }
    assert_eq!(lead.proven_merges().count(), 1);
    let later = at("2026-11-30T09:00") + CLAIM_LENGTH;
    assert!(postpone(&mut lead, LeadId::new(99), later) && !postpone(&mut lead, LeadId::new(99), later));
    assert_eq!(lead.wake().unwrap().at, later);
    forget(&mut lead, LeadId::new(99));
    assert_eq!(lead.wake(), None);
}

#[test]
fn a_lead_ad_that_ended_in_a_known_lead_is_read_with_it() {
    let mut tale = Tale::new();
    let ended = LeadId::new(44);
    tale.happens("2026-11-30T09:00", |now| {
        let mut event = form("1")(now);
        event.also = vec![Identity::Lead(ended), Identity::Lead(LeadId::new(1))];
        event
    });
    assert_eq!(tale.lead.absorbed, [ended]);
    assert!(matches!(tale.lead.last_source.as_ref().unwrap().kind, SourceKind::Form { .. }));
}

/// Whatever two records have lived through: it does not matter who is named first, and all open work goes on or
/// its end is told.
#[test]
fn nothing_is_lost_or_doubled_by_a_merge_of_any_two_lives() {
    let mut merges = 0;
    for seed in 0..300 {
        let (mut one, mut two) = (Life::new(seed), Life::new(seed + 10_000));
        two.lead.id = LeadId::new(2);
        one.live();
        two.live();
        let now = one.now.max(two.now);
        let playbooks: &Playbooks = &one.playbooks;
        let context = Context { now, seed, playbooks, pepper: &one.pepper, public_url: None };
        let Merging::Merged(merged) = merge(&one.lead, &two.lead, &context) else { continue };
        merges += 1;
        assert_eq!(merge(&two.lead, &one.lead, &context), Merging::Merged(merged.clone()));
        let Merged { winner, loser } = *merged;
        assert!(loser.lead.work.is_empty() && loser.lead.runs.is_empty() && loser.lead.claim.is_none());
        let open: BTreeSet<WorkId> = winner.lead.work.iter().map(|work| work.id).collect();
        assert_eq!(open.len(), winner.lead.work.len());
        let ends = [What::Skipped, What::Unknown, What::Settled, What::Failed];
        let told: Vec<String> = winner
            .timeline
            .iter()
            .chain(&loser.timeline)
            .filter(|entry| ends.contains(&entry.what))
            .filter_map(|entry| entry.fact(Fact::Work).map(str::to_owned))
            .collect();
        for work in one.lead.work.iter().chain(&two.lead.work) {
            let ended = told.iter().filter(|id| **id == work.id.to_string()).count();
            assert_eq!(ended + usize::from(open.contains(&work.id)), 1, "seed {seed}: {work:?}");
        }
        for journey in winner.lead.runs.iter().filter(|run| run.is_active()).map(|run| &run.journey) {
            let active = winner.lead.runs.iter().filter(|run| run.is_active() && run.journey == *journey);
            assert_eq!(active.count(), 1, "seed {seed}");
        }
        if winner.lead.opt_out.is_some() {
            let messages = winner.lead.work.iter().filter(|work| work.action.message().is_some());
            assert!(messages.clone().all(|work| work.called_off || work.action.confirms_opt_out()));
            assert!(messages.filter(|work| !work.called_off).count() <= 1);
        }
        // What comes next is decided on it like on any other.
        let next = decide(&winner.lead, &form("later")(now), &context);
        assert!(next.lead.work.len() <= OPEN_WORK_MAX);
    }
    assert!(merges > 250, "{merges}");
}
