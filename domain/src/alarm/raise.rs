//! How a row comes to be, rises, and takes in what belongs to it.

use super::{
    Alarm, Condition, HISTORY_MAX, JOINED_MAX, Judgement, Ownership, Returned, ReturnedBy, Source,
};
use crate::estate::Priority;
use crate::fact::{AlarmJoined, AlarmRaised, AlarmRisen, AlarmSplit};
use crate::ids::{AlarmTypeId, DeviceId, Version};
use crate::observation::ReportedState;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Another source that is part of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Who or what.
    pub source: Source,
    /// What it reported.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What that would have shared its row with.
    pub family: AlarmTypeId,
    /// Why it is part of this row.
    pub why: JoinedBy,
    /// Since when.
    pub at: Timestamp,
    /// What it says.
    pub condition: Condition,
    /// How often it said it again.
    pub repeats: u32,
}

/// Why a source is part of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinedBy {
    /// It confirms the row from nearby.
    SecondSource,
    /// It is reached through the same device as the others.
    Upstream,
    /// Too many alarms came at once, and it looks like the same matter.
    Flood,
}

/// How a row became more urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risen {
    /// What it was before.
    #[serde(rename = "type")]
    pub from: AlarmTypeId,
    /// How urgent it was before.
    pub priority: Priority,
    /// Why it rose.
    pub why: RisenBy,
    /// When.
    pub at: Timestamp,
}

/// Why a row became more urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RisenBy {
    /// Its own source reported worse.
    Reported,
    /// Another source confirmed it.
    SecondSource(Source),
    /// Several sources share this device, which is what failed.
    Upstream(DeviceId),
}

impl Alarm {
    /// A new row, as its fact decided it.
    pub fn raised(
        fact: &AlarmRaised,
        occurred_at: Timestamp,
        raised_at: Timestamp,
        drill: bool,
        version: Version,
    ) -> Self {
        Self {
            id: fact.alarm,
            kind: fact.kind.clone(),
            family: fact.family.clone(),
            tier: fact.tier,
            priority: fact.priority,
            source: fact.source.clone(),
            place: fact.place.clone(),
            drill,
            occurred_at,
            raised_at,
            doubted_clock: fact.doubted_clock,
            condition: Condition::reported(fact.state, occurred_at),
            ownership: Ownership::Unclaimed {
                since: raised_at,
                due_at: fact.claim_due_at,
                times_overdue: 0,
                returned: None,
            },
            acknowledged: None,
            mute: None,
            shelf: None,
            judgement: Judgement::Open,
            former: Vec::new(),
            repeats: 0,
            joined: Vec::new(),
            rises: Vec::new(),
            notes: Vec::new(),
            version,
        }
    }

    /// Its source, or one that joined it, said it again.
    #[must_use]
    pub fn repeated(mut self, source: &Source, state: ReportedState, at: Timestamp) -> Self {
        if let Some(joined) = self.joined_mut(source) {
            joined.repeats = joined.repeats.saturating_add(1);
            joined.condition = joined.condition.then(state, at);
        } else {
            self.repeats = self.repeats.saturating_add(1);
            self.condition = self.condition.then(state, at);
        }
        self
    }

    /// The condition of a source ended.
    #[must_use]
    pub fn cleared(mut self, source: &Source, at: Timestamp) -> Self {
        match self.joined_mut(source) {
            Some(joined) => joined.condition = Condition::Cleared { at },
            None => self.condition = Condition::Cleared { at },
        }
        self
    }

    fn joined_mut(&mut self, source: &Source) -> Option<&mut Joined> {
        // The row's own source comes first, even where it has joined itself under another type.
        if self.source == *source {
            return None;
        }
        self.joined
            .iter_mut()
            .find(|joined| joined.source == *source)
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
    #[must_use]
    pub fn risen(mut self, fact: &AlarmRisen, at: Timestamp) -> Self {
        if self.rises.len() >= HISTORY_MAX {
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
            // What failed takes the row; who noticed first becomes part of it.
            let first = Joined {
                source: std::mem::replace(&mut self.source, source),
                kind,
                family,
                why: JoinedBy::Upstream,
                at,
                condition: self.condition,
                repeats: self.repeats,
            };
            self.joined.insert(0, first);
            self.condition = Condition::Momentary { at };
            self.repeats = 0;
        }
        if let Some(place) = fact.place.clone() {
            self.place = place;
        }
        let former = match std::mem::replace(&mut self.judgement, Judgement::Open) {
            Judgement::Open => None,
            Judgement::Judged(judged) => {
                let from = Some(judged.by.clone());
                self.remember(judged);
                Some(Returned {
                    why: ReturnedBy::Risen,
                    from,
                    at,
                })
            }
        };
        self.ownership = match (self.ownership, former) {
            (
                Ownership::Claimed {
                    by,
                    at,
                    absent_due_at,
                    ..
                },
                None,
            ) => Ownership::Claimed {
                by,
                at,
                follow_up_due_at: Some(fact.due_at),
                absent_due_at,
            },
            (before, former) => Ownership::Unclaimed {
                since: at,
                due_at: fact.due_at,
                times_overdue: 0,
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

    /// Another source is part of it from now on.
    #[must_use]
    pub fn joined_by(mut self, fact: &AlarmJoined, at: Timestamp, occurred_at: Timestamp) -> Self {
        if self.joined.len() < JOINED_MAX && self.condition_of(&fact.source).is_none() {
            self.joined.push(Joined {
                source: fact.source.clone(),
                kind: fact.kind.clone(),
                family: fact.family.clone(),
                why: fact.why,
                at,
                condition: Condition::reported(fact.state, occurred_at),
                repeats: 0,
            });
        }
        self
    }

    /// A source leaves it: the row without it, and the new row that it gets.
    pub fn split(
        mut self,
        fact: &AlarmSplit,
        at: Timestamp,
        version: Version,
    ) -> Option<(Self, Self)> {
        let index = self
            .joined
            .iter()
            .position(|joined| joined.source == fact.source)?;
        let joined = self.joined.remove(index);
        let raised = AlarmRaised {
            alarm: fact.into,
            kind: joined.kind,
            family: fact.family.clone(),
            tier: fact.tier,
            priority: fact.priority,
            source: joined.source,
            place: fact.place.clone(),
            state: ReportedState::Momentary,
            claim_due_at: fact.claim_due_at,
            doubted_clock: None,
        };
        let mut alone = Self::raised(&raised, joined.at, at, self.drill, version);
        alone.condition = joined.condition;
        alone.repeats = joined.repeats;
        Some((self, alone))
    }
}
