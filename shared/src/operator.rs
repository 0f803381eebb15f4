//! What the operator asks of a business's campaigns and of what is scheduled, and says of its leads, on one machine as on
//! AWS: a question and its answer as JSON, so that both ways to ask it are one.

use application::broadcasts::{self, BroadcastError};
use application::campaigns::{
    CampaignReport, ConnectionReport, RaffleError, campaigns, commit_to_raffle, draw_raffle, entrants,
};
use application::catch_up;
use application::grants::load_coupons;
use application::known::{self, KnownError};
use application::scheduled::{self, ScheduleError, Scheduled};
use application::{WorkError, World};
use domain::broadcast::{Broadcast, State, Tally, Wanted};
use domain::catch_up::CatchUp;
use domain::ids::{BroadcastName, BusinessId, CampaignName, LeadId, MessageName, WorkId};
use domain::raffle::Draw;
use domain::scheduled::Schedule;
use domain::work::Work;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many codes one call loads; more are loaded by several.
pub const CODES_PER_CALL_MAX: usize = 1_000;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Asked {
    Campaigns,
    LoadCoupons {
        campaign: String,
        codes: Vec<String>,
    },
    /// `seed` is 64 hexadecimal digits.
    CommitToRaffle {
        campaign: String,
        seed: String,
    },
    DrawRaffle {
        campaign: String,
        winners: u32,
    },
    RaffleEntrants {
        campaign: String,
    },
    /// Reads what may have been missed since a moment: `2 days`, or the moment itself.
    Replay {
        since: String,
    },
    /// Schedules a message for whoever has this phone number or record, at a civil time of the business.
    Schedule {
        to: String,
        message: String,
        at: String,
        note: Option<String>,
    },
    Scheduled,
    Reschedule {
        lead: String,
        work: String,
        at: String,
    },
    CancelScheduled {
        lead: String,
        work: String,
    },
    /// Whoever has this phone number, address or record answered where nothing is heard by itself.
    Answered {
        who: String,
        /// They want no more messages.
        refuses: bool,
    },
    /// They booked a meeting at a civil time of the business, or moved the one ahead to it; without one it is cancelled.
    Booked {
        who: String,
        at: Option<String>,
    },
    Broadcasts,
    PreviewBroadcast {
        message: String,
        segment: String,
    },
    Broadcast(AskedBroadcast),
    StopBroadcast {
        name: String,
    },
    ResumeBroadcast {
        name: String,
    },
}

impl Asked {
    /// Whether it may be asked of every business at once: it only looks.
    pub fn is_of_all(&self) -> bool {
        matches!(self, Self::Campaigns | Self::Scheduled | Self::Broadcasts)
    }
}

/// A message to everybody of a segment, from a civil time of the business on.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskedBroadcast {
    pub name: String,
    pub message: String,
    pub segment: String,
    pub at: Option<String>,
    pub per_minute: u32,
    pub limit: Option<u32>,
}

/// Why it cannot be done, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum AskedError {
    #[error(transparent)]
    Raffle(#[from] RaffleError),
    #[error(transparent)]
    Work(#[from] WorkError),
    #[error("the seed of a raffle has 64 hexadecimal digits")]
    Seed,
    #[error(
        "\"{0}\" is neither a span nor a moment; write --since \"2 days\" or --since 2026-12-01T09:00:00+02:00"
    )]
    Since(String),
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    #[error(transparent)]
    Known(#[from] KnownError),
    #[error(transparent)]
    Broadcast(#[from] BroadcastError),
    #[error("\"{0}\" is no moment; write it as the clock there shows it: \"2026-12-01 10:00\"")]
    Moment(String),
    #[error("no such message is scheduled; copy its name as masa schedule shows it")]
    NotScheduled,
    #[error("a call loads at most {CODES_PER_CALL_MAX} codes")]
    TooManyCodes,
}

pub async fn carry_out(world: &World, business: &BusinessId, asked: &Asked) -> Result<Value, AskedError> {
    Ok(match asked {
        Asked::Campaigns => {
            let (reports, connections) = campaigns(world, business).await?;
            json!({
                "business": business.as_str(),
                "campaigns": reports.iter().map(campaign).collect::<Vec<_>>(),
                "connections": connections.iter().map(connection).collect::<Vec<_>>(),
            })
        }
        Asked::LoadCoupons { codes, .. } if codes.len() > CODES_PER_CALL_MAX => {
            return Err(AskedError::TooManyCodes);
        }
        Asked::LoadCoupons { campaign, codes } => {
            let loaded = load_coupons(world, business, &CampaignName::new(campaign), codes).await?;
            json!({ "added": loaded.added, "known": loaded.known, "left": loaded.left })
        }
        Asked::CommitToRaffle { campaign, seed } => {
            let seed = read_seed(seed).ok_or(AskedError::Seed)?;
            draw(&commit_to_raffle(world, business, &CampaignName::new(campaign), seed).await?)
        }
        Asked::DrawRaffle { campaign, winners } => {
            draw(&draw_raffle(world, business, &CampaignName::new(campaign), *winners).await?)
        }
        Asked::Replay { since } => {
            let connections = catch_up::start(world, business, since_when(since, world)?).await?;
            json!({ "business": business.as_str(), "connections": connections })
        }
        Asked::Schedule { to, message, at, note } => {
            let at = moment(world, business, at).await?;
            let wanted = Schedule { message: MessageName::new(message), at, note: note.clone() };
            scheduled_as(world, business, scheduled::schedule(world, business, to, &wanted).await?).await?
        }
        Asked::Reschedule { lead, work, at } => {
            let (name, at) = (name_of(lead, work)?, moment(world, business, at).await?);
            scheduled_as(world, business, scheduled::reschedule(world, business, name, at).await?).await?
        }
        Asked::CancelScheduled { lead, work } => {
            scheduled::cancel(world, business, name_of(lead, work)?).await?;
            json!({ "business": business.as_str() })
        }
        Asked::Scheduled => {
            let zone = zone_of(world, business).await?;
            let all = scheduled::all(world, business).await?;
            let one = |(lead, work): &(LeadId, Work)| {
                json!({
                    "lead": lead.to_string(),
                    "work": work.id.to_string(),
                    "message": work.action.message().map(MessageName::as_str),
                    "at": civil(work.due_at, &zone),
                })
            };
            json!({ "business": business.as_str(), "scheduled": all.iter().map(one).collect::<Vec<_>>() })
        }
        Asked::Answered { who, refuses } => {
            let lead = known::answered(world, business, who, *refuses).await?;
            json!({ "business": business.as_str(), "lead": lead.to_string() })
        }
        Asked::Booked { who, at } => {
            let at = moment_if(world, business, at.as_deref()).await?;
            let lead = known::booked(world, business, who, at).await?;
            json!({ "business": business.as_str(), "lead": lead.to_string() })
        }
        Asked::Broadcasts => {
            let all = world.store.broadcasts(business).await.map_err(WorkError::from)?;
            let zone = zone_of(world, business).await?;
            json!({
                "business": business.as_str(),
                "broadcasts": all.iter().map(|broadcast| told_broadcast(broadcast, &zone)).collect::<Vec<_>>(),
            })
        }
        Asked::PreviewBroadcast { message, segment } => {
            reach(&broadcasts::preview(world, business, &MessageName::new(message), segment).await?)
        }
        Asked::Broadcast(asked) => {
            let starts_at = moment_if(world, business, asked.at.as_deref()).await?;
            let wanted = Wanted {
                name: BroadcastName::new(&asked.name),
                message: MessageName::new(&asked.message),
                segment: asked.segment.clone(),
                starts_at,
                per_minute: asked.per_minute,
                limit: asked.limit,
            };
            let (broadcast, tally) = broadcasts::start(world, business, &wanted).await?;
            let mut told = told_broadcast(&broadcast, &zone_of(world, business).await?);
            told["reach"] = reach(&tally);
            told
        }
        Asked::StopBroadcast { name } => {
            let broadcast = broadcasts::stop(world, business, &BroadcastName::new(name)).await?;
            told_broadcast(&broadcast, &zone_of(world, business).await?)
        }
        Asked::ResumeBroadcast { name } => {
            let broadcast = broadcasts::resume(world, business, &BroadcastName::new(name)).await?;
            told_broadcast(&broadcast, &zone_of(world, business).await?)
        }
        Asked::RaffleEntrants { campaign } => {
            let entrants = entrants(world, business, &CampaignName::new(campaign)).await?;
            let entrant =
                |number: u32, lead: String, at: String| json!({ "number": number, "lead": lead, "at": at });
            entrants
                .into_iter()
                .map(|(number, lead, grant)| entrant(number, lead.to_string(), grant.given_at.to_string()))
                .collect()
        }
    })
}

fn name_of(lead: &str, work: &str) -> Result<(LeadId, WorkId), AskedError> {
    LeadId::parse(lead).zip(WorkId::parse(work)).ok_or(AskedError::NotScheduled)
}

/// What is answered to whoever scheduled a message: its name, and when it leaves.
async fn scheduled_as(
    world: &World,
    business: &BusinessId,
    scheduled: Scheduled,
) -> Result<Value, AskedError> {
    let zone = zone_of(world, business).await?;
    Ok(json!({
        "business": business.as_str(),
        "lead": scheduled.lead.to_string(),
        "work": scheduled.work.to_string(),
        "leaves_at": civil(scheduled.leaves_at, &zone),
    }))
}

async fn zone_of(world: &World, business: &BusinessId) -> Result<TimeZone, AskedError> {
    let playbook = world.playbooks.current(business, world.clock.now()).await.map_err(WorkError::from)?;
    Ok(playbook.ok_or_else(|| WorkError::NoPlaybook(business.clone()))?.business.zone.clone())
}

async fn moment_if(
    world: &World,
    business: &BusinessId,
    text: Option<&str>,
) -> Result<Option<Timestamp>, AskedError> {
    match text {
        Some(text) => moment(world, business, text).await.map(Some),
        None => Ok(None),
    }
}

/// A civil time of the business, or a moment with its offset.
async fn moment(world: &World, business: &BusinessId, text: &str) -> Result<Timestamp, AskedError> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let zone = zone_of(world, business).await?;
    let civil = text.parse::<DateTime>().ok().and_then(|civil| zone.to_timestamp(civil).ok());
    civil.ok_or_else(|| AskedError::Moment(text.chars().take(60).collect()))
}

fn civil(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn since_when(text: &str, world: &World) -> Result<Timestamp, AskedError> {
    let span = || text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    let moment = text.parse().ok().or_else(|| world.clock.now().checked_sub(span()?.abs()).ok());
    moment.ok_or_else(|| AskedError::Since(text.chars().take(60).collect()))
}

fn read_seed(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in seed.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(seed)
}

/// The seed is shown only once it decides nothing more.
fn draw(draw: &Draw) -> Value {
    json!({
        "commitment": draw.commitment(),
        "drawn_at": draw.drawn_at.map(|at| at.to_string()),
        "seed": draw.drawn_at.map(|_| draw.revealed()),
        "entrants": draw.entrants,
        "list": draw.list,
        "winners": draw.winners,
    })
}

fn campaign(report: &CampaignReport) -> Value {
    let place = |(rule, taken, of): &(String, u32, u32)| json!({ "rule": rule, "taken": taken, "of": of });
    json!({
        "name": report.name.as_str(),
        "ends_at": report.ends_at.map(|at| at.to_string()),
        "numbers": report.numbers,
        "places": report.places.iter().map(place).collect::<Vec<_>>(),
        "coupons": report.coupons.map(|(given, left)| json!({ "given": given, "left": left })),
        "is_drawn": report.is_drawn,
    })
}

fn connection(report: &ConnectionReport) -> Value {
    let waiting = report.waiting.iter().map(|(kind, waiting)| {
        json!({
            "kind": kind.as_str(),
            "count": waiting.count,
            "oldest": waiting.oldest.to_string(),
            "empty_at": waiting.empty_at.to_string(),
        })
    });
    json!({
        "asset": report.asset.as_str(),
        "broken": report.broken.as_ref().map(|(since, why)| json!({ "since": since.to_string(), "why": why })),
        "paused_until": report.paused_until.map(|until| until.to_string()),
        "waiting": waiting.collect::<Vec<_>>(),
        "catch_up": report.catch_up.as_ref().map(caught_up),
    })
}

fn told_broadcast(broadcast: &Broadcast, zone: &TimeZone) -> Value {
    let state = match &broadcast.state {
        State::Going => "going".to_owned(),
        State::Stopped { at, reason } => format!("stopped at {}: {reason}", civil(*at, zone)),
        State::Ended { at } => format!("ended at {}", civil(*at, zone)),
    };
    let mut told = reach(&broadcast.tally);
    told["name"] = json!(broadcast.name.as_str());
    told["message"] = json!(broadcast.message.as_str());
    told["segment"] = json!(broadcast.segment);
    told["per_minute"] = json!(broadcast.per_minute);
    told["next_at"] = json!(civil(broadcast.next_at, zone));
    told["state"] = json!(state);
    told
}

fn reach(tally: &Tally) -> Value {
    json!({ "seen": tally.seen, "planned": tally.planned, "left_out": tally.left_out })
}

fn caught_up(catch_up: &CatchUp) -> Value {
    json!({
        "since": catch_up.since.to_string(),
        "started_at": catch_up.started_at.to_string(),
        "ended_at": catch_up.ended_at.map(|at| at.to_string()),
        "seen": catch_up.seen,
        "found": catch_up.found,
        "trouble": catch_up.trouble,
    })
}
