//! How a row comes to be, rises, and takes in what belongs to it.

use super::existing::{self, Said};
use super::fact::{
    AlarmCleared, AlarmFact, AlarmJoined, AlarmRaised, AlarmRepeated, AlarmRisen, AlarmSplit,
};
use super::located::Located;
use super::reasons::ReturnedBy;
use super::refusal::AlarmRefusal;
use super::sources::{Condition, Joined, JoinedBy, Risen, Source};
use super::state::{Alarm, JOINED_MAX, Judgement, Ownership, RISES_MAX, Returned};
use crate::observation::ReportedState;
use crate::subject::{History, Stamp};
use crate::time::Timestamp;

impl Alarm {
    /// A new row, as its fact decided it.
    pub fn raised(fact: &AlarmRaised, stamp: &Stamp<'_>) -> Self {
        let (occurred_at, raised_at) = (stamp.occurred_at, stamp.at);
        let said = Said {
            kind: &fact.kind,
            family: &fact.family,
            state: fact.state,
            occurred_at,
            active_s_max: fact.active_s_max,
        };
        Self {
            id: fact.alarm,
            kind: fact.kind.clone(),
            family: fact.family.clone(),
            tier: fact.tier,
            priority: fact.priority,
            source: fact.source.clone(),
            place: fact.place.clone(),
            drill: stamp.drill,
            occurred_at,
            raised_at,
            doubts: fact.doubts,
            silence: fact.silence,
            condition: Condition::reported(fact.state, occurred_at),
            exists: existing::first(&said),
            heard_at: raised_at,
            unheard: None,
            ownership: Ownership::Unclaimed {
                since: raised_at,
                due_at: fact.claim_due_at,
                times_overdue: 0,
                late_s: 0,
                returned: None,
            },
            acknowledged: None,
            mute: None,
            shelf: None,
            judgement: Judgement::Open,
            incident: None,
            taken_out: false,
            repeats: 0,
            joined: Vec::new(),
            rises: Vec::new(),
            notes: Vec::new(),
            version: stamp.seq,
            history: History::begun(AlarmFact::Raised(fact.clone()), stamp),
        }
    }

    /// Its source, or one that joined it, said it again.
    pub(super) fn repeated(mut self, fact: &AlarmRepeated, stamp: &Stamp<'_>) -> Self {
        self.hears(stamp.at);
        let mut voice = self.voice_mut(fact.source.as_ref());
        voice.says(&Said {
            kind: &fact.kind,
            family: &fact.family,
            state: fact.state,
            occurred_at: stamp.occurred_at,
            active_s_max: fact.active_s_max,
        });
        let is_placed = fact.place.as_ref().is_some_and(Located::is_believed);
        *voice.doubts = voice.doubts.followed_by(fact.doubts, is_placed);
        if let Some(place) = &fact.place {
            *voice.place = place.clone();
        }
        *voice.silence = fact.silence.or(*voice.silence);
        self
    }

    /// Something that a source said has ended.
    pub(super) fn cleared(mut self, fact: &AlarmCleared, stamp: &Stamp<'_>) -> Self {
        self.hears(stamp.at);
        let mut voice = self.voice_mut(fact.source.as_ref());
        voice.ends(&fact.ended, stamp.occurred_at);
        self
    }

    /// What a source of this row says.
    pub fn condition_of(&self, source: &Source) -> Option<Condition> {
        if self.source == *source {
            return Some(self.condition);
        }
        let joined = self.joined.iter().find(|joined| joined.source == *source);
        joined.map(|joined| joined.condition)
    }

    /// Whether a source is part of it. It has one condition here: what else it says, it says in
    /// another row.
    pub fn has_part(&self, source: &Source) -> bool {
        self.condition_of(source).is_some()
    }

    /// It became more urgent. Its owner keeps it, the clocks start anew, and it is heard again.
    pub(super) fn risen(mut self, fact: &AlarmRisen, at: Timestamp) -> Self {
        if self.rises.len() >= RISES_MAX {
            self.rises.remove(0);
        }
        self.rises.push(Risen {
            from: self.kind.clone(),
            priority: self.priority,
            why: fact.why.clone(),
            at,
        });
        let kind = std::mem::replace(&mut self.kind, fact.kind.clone());
        let family = std::mem::replace(&mut self.family, fact.family.clone());
        self.tier = fact.tier;
        self.priority = fact.priority;
        if let Some(source) = fact.source.clone() {
            // What failed takes the row, with all that it said as a part of it; who noticed first
            // becomes part of it.
            let mut joined = self.joined.iter();
            let part = joined.position(|joined| joined.source == source);
            let part = part.map(|part| self.joined.remove(part));
            let first = Joined {
                source: std::mem::replace(&mut self.source, source),
                kind,
                family,
                why: JoinedBy::Upstream,
                at,
                condition: self.condition,
                exists: std::mem::take(&mut self.exists),
                repeats: self.repeats,
                doubts: std::mem::take(&mut self.doubts),
                place: self.place.clone(),
                silence: self.silence.take(),
            };
            self.joined.insert(0, first);
            self.condition = Condition::Momentary { at };
            self.repeats = 0;
            if let Some(part) = part {
                self.condition = part.condition;
                self.exists = part.exists;
                self.repeats = part.repeats;
                self.doubts = part.doubts;
                self.place = part.place;
                self.silence = part.silence;
            }
        }
        if let Some(place) = fact.place.clone() {
            self.place = place;
        }
        let former = match std::mem::replace(&mut self.judgement, Judgement::Open) {
            Judgement::Open => None,
            Judgement::Judged(judged) => Some(Returned {
                why: ReturnedBy::Risen,
                from: Some(judged.by),
                at,
                late_s: 0,
            }),
        };
        self.ownership = match (self.ownership, former) {
            (
                Ownership::Claimed {
                    by,
                    at,
                    absent_due_at,
                    undispatched_at,
                    ..
                },
                None,
            ) => Ownership::Claimed {
                by,
                at,
                follow_up_due_at: Some(fact.due_at),
                absent_due_at,
                // What was late is no less late by this.
                dispatch_due_at: fact.dispatch_due_at,
                undispatched_at,
            },
            (before, former) => Ownership::Unclaimed {
                since: at,
                due_at: fact.due_at,
                times_overdue: 0,
                late_s: 0,
                returned: former.or(match before {
                    Ownership::Unclaimed { returned, .. } => returned,
                    Ownership::Claimed { .. } => None,
                }),
            },
        };
        self.acknowledged = None;
        self.unmute(at);
        self.shelf = None;
        self
    }

    /// Another source is part of it from now on. One that is part of it already says something more.
    pub(super) fn joined_by(mut self, fact: &AlarmJoined, stamp: &Stamp<'_>) -> Self {
        let said = Said {
            kind: &fact.kind,
            family: &fact.family,
            state: fact.state,
            occurred_at: stamp.occurred_at,
            active_s_max: fact.active_s_max,
        };
        self.hears(stamp.at);
        if self.condition_of(&fact.source).is_some() {
            let mut voice = self.voice_mut(Some(&fact.source));
            voice.says(&said);
            let is_placed = fact.place.is_believed();
            *voice.doubts = voice.doubts.followed_by(fact.doubts, is_placed);
            if !fact.place.is_unknown() {
                *voice.place = fact.place.clone();
            }
            *voice.silence = fact.silence.or(*voice.silence);
        } else if self.joined.len() < JOINED_MAX {
            self.joined.push(Joined {
                source: fact.source.clone(),
                kind: fact.kind.clone(),
                family: fact.family.clone(),
                why: fact.why,
                at: stamp.at,
                condition: Condition::reported(fact.state, stamp.occurred_at),
                exists: existing::first(&said),
                repeats: 0,
                doubts: fact.doubts,
                place: fact.place.clone(),
                silence: fact.silence,
            });
        }
        self
    }

    /// A source leaves it: the row without it, and the new row that it gets. What has its verdict is
    /// history: its sources may have rows of their own again by now.
    pub(super) fn split(
        mut self,
        fact: &AlarmSplit,
        stamp: &Stamp<'_>,
    ) -> Result<(Self, Self), AlarmRefusal> {
        self.must_be_open()?;
        let mut joined = self.joined.iter();
        let Some(index) = joined.position(|joined| joined.source == fact.source) else {
            return Err(AlarmRefusal::NotJoined { alarm: self.id });
        };
        let joined = self.joined.remove(index);
        let raised = AlarmRaised {
            alarm: fact.into,
            kind: fact.kind.clone(),
            family: fact.family.clone(),
            tier: fact.tier,
            priority: fact.priority,
            source: joined.source,
            place: fact.place.clone(),
            state: ReportedState::Momentary,
            active_s_max: None,
            claim_due_at: fact.claim_due_at,
            doubts: joined.doubts,
            silence: joined.silence,
        };
        let born = Stamp {
            occurred_at: joined.at,
            drill: self.drill,
            ..*stamp
        };
        let mut alone = Self::raised(&raised, &born);
        alone.condition = joined.condition;
        alone.exists = joined.exists;
        alone.repeats = joined.repeats;
        alone.history = History::begun(AlarmFact::Split(fact.clone()), stamp);
        Ok((self.seen_anew(stamp.at), alone))
    }
}
