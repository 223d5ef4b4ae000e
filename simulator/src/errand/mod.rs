//! What a guard makes of what they are asked: answers, goes there, says so, works, and goes back.
//!
//! The guard does what the server knows of them: whoever an operator answered for goes, and whoever is called
//! back, or was too late, turns back at once. A guard with a radio only says nothing by phone: whoever hears
//! them writes it down.

use crate::character::{Character, Reply, draw_from};
use crate::ground::Ground;
use crate::trip::{Spot, Trip};
use castellan_domain::dispatch::{DeclineReason, DispatchCommand, Stage};
use castellan_domain::estate::{Lifts, Place, WALKING_M_PER_S};
use castellan_domain::ids::{AssignmentId, DeviceId};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::ops::Range;

/// Milliseconds from saying yes to the first step.
const SETS_OUT_AFTER_MS: Range<i64> = 2_000..6_000;
/// Milliseconds from being there to saying so, where a position says nothing.
const SAYS_SO_AFTER_MS: Range<i64> = 2_000..6_000;
/// Milliseconds for which the server may notice by position that somebody is there.
const NOTICED_WITHIN_MS: i64 = 20_000;
/// Assignments that one guard looks at; later ones wait until others are over.
pub const ASKED_MAX: usize = 16;

/// An assignment as its guard's phone shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub assignment: AssignmentId,
    pub stage: Stage,
    /// Nothing is to be heard of them by the record.
    pub is_quiet: bool,
    /// Where; nothing where nobody knows.
    pub place: Option<Place>,
    pub lifts: LiftRule,
    /// No phone may come along, as into gas.
    pub without_phone: bool,
}

/// Which lifts they may take, there and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiftRule {
    Allowed,
    Forbidden,
    Without(DeviceId),
}

impl From<Lifts<'_>> for LiftRule {
    fn from(lifts: Lifts<'_>) -> Self {
        match lifts {
            Lifts::Allowed => Self::Allowed,
            Lifts::Forbidden => Self::Forbidden,
            Lifts::Without(lift) => Self::Without(lift.clone()),
        }
    }
}

impl LiftRule {
    const fn lifts(&self) -> Lifts<'_> {
        match self {
            Self::Allowed => Lifts::Allowed,
            Self::Forbidden => Lifts::Forbidden,
            Self::Without(lift) => Lifts::Without(lift),
        }
    }
}

impl Asked {
    const fn binds(&self) -> bool {
        matches!(
            self.stage,
            Stage::Accepted | Stage::OnTheWay | Stage::OnScene { .. }
        )
    }

    const fn is_offer(&self) -> bool {
        matches!(self.stage, Stage::Offered | Stage::Unanswered)
    }
}

/// What was made of one assignment.
#[derive(Debug, Clone, Copy)]
struct Mind {
    reply: Reply,
    reply_at_ms: i64,
    /// When they set out, once they are bound.
    leaves_at_ms: Option<i64>,
    has_answered: bool,
    /// They were there and are through with it, or there is no way.
    is_through: bool,
}

/// Where a guard's legs take them.
#[derive(Debug)]
enum Doing {
    /// Their round, or their post.
    Round,
    /// To where they were sent.
    Going { id: AssignmentId, trip: Trip },
    /// At it.
    There {
        id: AssignmentId,
        spot: Spot,
        since_ms: i64,
        until_ms: i64,
        says_so_at_ms: i64,
        has_said_so: bool,
        has_gone_quiet: bool,
    },
    /// Back to where they left their round.
    Back { trip: Trip },
}

/// What a guard is asked, and does about it.
#[derive(Debug)]
pub(crate) struct Errands {
    character: Character,
    at_post: bool,
    radio_only: bool,
    /// At most [`ASKED_MAX`].
    asked: Vec<Asked>,
    /// At most one for each that is asked.
    minds: BTreeMap<AssignmentId, Mind>,
    doing: Doing,
    /// As it was where they were sent last.
    lifts: LiftRule,
}

impl Errands {
    pub(crate) const fn new(character: Character, at_post: bool, radio_only: bool) -> Self {
        Self {
            character,
            at_post,
            radio_only,
            asked: Vec::new(),
            minds: BTreeMap::new(),
            doing: Doing::Round,
            lifts: LiftRule::Allowed,
        }
    }

    /// All that is asked of the guard now.
    pub(crate) fn see(&mut self, mut asked: Vec<Asked>) {
        asked.truncate(ASKED_MAX);
        let is_asked = |id: &AssignmentId| asked.iter().any(|one| one.assignment == *id);
        self.minds.retain(|id, _| is_asked(id));
        self.asked = asked;
    }

    /// Where the guard is, unless on their round.
    pub(crate) fn spot(&self) -> Option<Spot> {
        match &self.doing {
            Doing::Round => None,
            Doing::Going { trip, .. } | Doing::Back { trip } => Some(trip.spot()),
            Doing::There { spot, .. } => Some(*spot),
        }
    }

    /// Whether the guard stands still where they were sent.
    pub(crate) const fn is_standing(&self) -> bool {
        matches!(self.doing, Doing::There { .. })
    }

    /// How fast they go where they are sent.
    pub(crate) const fn pace_m_per_s(&self) -> f64 {
        WALKING_M_PER_S * self.character.haste
    }

    /// Lets so many seconds pass up to `ms`. `round` is where they are on their round, or left it.
    pub(crate) fn live(
        &mut self,
        ms: i64,
        seconds: f64,
        round: Spot,
        ground: &Ground,
        rng: &mut Rng,
    ) -> Vec<DispatchCommand> {
        let mut said = Vec::new();
        self.think(ms, &mut said, rng);
        self.obey(ms, round, ground, &mut said, rng);
        self.walk(ms, seconds * self.character.haste, rng);
        self.work(ms, round, ground, &mut said);
        if self.radio_only {
            said.clear();
        }
        said
    }

    /// Makes up their mind about offers, and says it when it is time.
    fn think(&mut self, ms: i64, said: &mut Vec<DispatchCommand>, rng: &mut Rng) {
        let is_busy = self.asked.iter().any(Asked::binds);
        for one in &self.asked {
            let mind = self.minds.entry(one.assignment).or_insert_with(|| {
                let (reply, after_ms) = self.character.reply(self.at_post, rng);
                Mind {
                    reply,
                    reply_at_ms: ms + after_ms,
                    leaves_at_ms: None,
                    has_answered: false,
                    is_through: false,
                }
            });
            if !one.is_offer() || mind.has_answered || ms < mind.reply_at_ms {
                continue;
            }
            mind.has_answered = true;
            let assignment = one.assignment;
            let reply = match mind.reply {
                Reply::Accept if is_busy => Reply::Decline(DeclineReason::Busy),
                Reply::Accept if one.place.is_none() => Reply::Decline(DeclineReason::TooFar),
                reply => reply,
            };
            said.extend(match reply {
                Reply::Accept => Some(DispatchCommand::Accept { assignment }),
                Reply::Decline(reason) => Some(DispatchCommand::Decline { assignment, reason }),
                Reply::Silence => None,
            });
        }
    }

    /// Sets out when bound, and turns back when not bound any more.
    fn obey(
        &mut self,
        ms: i64,
        round: Spot,
        ground: &Ground,
        said: &mut Vec<DispatchCommand>,
        rng: &mut Rng,
    ) {
        let minds = &self.minds;
        let through = |id| minds.get(&id).is_some_and(|mind| mind.is_through);
        let mut bound = self.asked.iter().filter(|one| one.binds());
        let bound = bound.find(|one| !through(one.assignment)).cloned();
        if let Doing::Going { id, .. } | Doing::There { id, .. } = &self.doing {
            if bound.as_ref().is_some_and(|one| one.assignment == *id) {
                return;
            }
            self.turn_back(round, ground);
        }
        let Some(one) = bound else {
            return;
        };
        let here = self.spot().unwrap_or(round);
        let Some(mind) = self.minds.get_mut(&one.assignment) else {
            return;
        };
        let leaves_at_ms = *mind
            .leaves_at_ms
            .get_or_insert_with(|| ms + draw_from(&SETS_OUT_AFTER_MS, rng));
        if ms < leaves_at_ms {
            return;
        }
        let to = one.place.as_ref();
        match to.and_then(|to| ground.trip(here, to, one.lifts.lifts())) {
            Some(trip) => {
                self.lifts = one.lifts;
                let id = one.assignment;
                if one.stage == Stage::Accepted {
                    said.push(DispatchCommand::SetOut { assignment: id });
                }
                self.doing = Doing::Going { id, trip };
            }
            // Somebody answered for them, and they cannot come: it gets late, and is seen to.
            None => mind.is_through = true,
        }
    }

    fn turn_back(&mut self, round: Spot, ground: &Ground) {
        let here = self.spot().unwrap_or(round);
        // Who came somewhere finds back: every path is walked both ways.
        let back = ground.ways.graph().degrees(round.at).ok();
        let back = back.and_then(|at| {
            let place = Place {
                building: None,
                floor: None,
                spot: None,
                at,
            };
            ground.trip(here, &place, self.lifts.lifts())
        });
        self.doing = back.map_or(Doing::Round, |trip| Doing::Back { trip });
    }

    fn walk(&mut self, ms: i64, seconds: f64, rng: &mut Rng) {
        match &mut self.doing {
            Doing::Round | Doing::There { .. } => {}
            Doing::Going { id, trip } => {
                trip.advance(seconds);
                if trip.is_over() {
                    let spot = trip.spot();
                    self.doing = Doing::There {
                        id: *id,
                        spot,
                        since_ms: ms,
                        until_ms: ms + draw_from(&self.character.works_ms, rng),
                        says_so_at_ms: ms + draw_from(&SAYS_SO_AFTER_MS, rng),
                        has_said_so: false,
                        has_gone_quiet: false,
                    };
                }
            }
            Doing::Back { trip } => {
                trip.advance(seconds);
                if trip.is_over() {
                    self.doing = Doing::Round;
                }
            }
        }
    }

    /// Says that they are there, goes quiet where that is due, works, and has done.
    fn work(&mut self, ms: i64, round: Spot, ground: &Ground, said: &mut Vec<DispatchCommand>) {
        let Doing::There {
            id,
            spot,
            since_ms,
            until_ms,
            says_so_at_ms,
            has_said_so,
            has_gone_quiet,
        } = &mut self.doing
        else {
            return;
        };
        let assignment = *id;
        let Some(one) = self.asked.iter().find(|one| one.assignment == assignment) else {
            return;
        };
        let is_known = matches!(one.stage, Stage::OnScene { .. });
        let is_inside = one
            .place
            .as_ref()
            .is_some_and(|place| place.floor.is_some());
        // Outdoors the server sees it by itself, if the position is good enough.
        let says_so_at_ms = if is_inside {
            *says_so_at_ms
        } else {
            *since_ms + NOTICED_WITHIN_MS
        };
        if !is_known && !*has_said_so && ms >= says_so_at_ms {
            *has_said_so = true;
            said.push(DispatchCommand::Arrive { assignment });
        }
        let is_out_of_reach = one.without_phone || spot.ordinal < 0;
        if is_known && is_out_of_reach && !*has_gone_quiet {
            *has_gone_quiet = true;
            let for_s = self.character.quiet_s;
            said.push(DispatchCommand::GoQuiet { assignment, for_s });
        }
        if ms < *until_ms {
            return;
        }
        if one.is_quiet {
            said.push(DispatchCommand::EndQuiet { assignment });
        }
        said.push(DispatchCommand::Finish { assignment });
        if let Some(mind) = self.minds.get_mut(&assignment) {
            mind.is_through = true;
        }
        self.turn_back(round, ground);
    }
}

#[cfg(test)]
mod tests;
