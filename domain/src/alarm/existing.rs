//! What a source says exists, type by type.
//!
//! Types of one family share a row, and each of them ends by itself: gas above its low limit is still
//! there when it is no longer above its high limit. A source's condition is over when nothing is left
//! of what it said. In doubt it is not over: a device that reports a low and a high limit and then
//! clears only one of them leaves its row active, and a person looks. The row keeps its tier and its
//! priority all the while; it is never lowered by itself.

use super::located::Located;
use super::sources::{Condition, EXISTING_MAX, Existing, Joined, Silence, Source};
use super::state::Alarm;
use crate::ids::AlarmTypeId;
use crate::observation::{Doubts, ReportedState};
use crate::time::Timestamp;

/// One source's side of a row: the row's own, or that of one that joined it.
pub(super) struct Voice<'a> {
    pub(super) condition: &'a mut Condition,
    pub(super) exists: &'a mut Vec<Existing>,
    pub(super) repeats: &'a mut u32,
    pub(super) doubts: &'a mut Doubts,
    pub(super) place: &'a mut Located,
    pub(super) silence: &'a mut Option<Silence>,
}

impl Voice<'_> {
    /// It says something again.
    pub(super) fn says(&mut self, said: &Said<'_>) {
        *self.repeats = self.repeats.saturating_add(1);
        *self.condition = self.condition.then(said.state, said.occurred_at);
        match said.state {
            ReportedState::Active => begin(self.exists, said),
            ReportedState::Momentary => {}
            ReportedState::Cleared => self.exists.clear(),
        }
    }

    /// Some types ended.
    pub(super) fn ends(&mut self, ended: &[AlarmTypeId], at: Timestamp) {
        self.exists.retain(|one| !ended.contains(&one.kind));
        if self.exists.is_empty() {
            *self.condition = Condition::Cleared { at };
        }
    }
}

/// One thing that a source said.
pub(super) struct Said<'a> {
    pub(super) kind: &'a AlarmTypeId,
    pub(super) family: &'a AlarmTypeId,
    pub(super) state: ReportedState,
    pub(super) occurred_at: Timestamp,
    pub(super) active_s_max: Option<u32>,
}

/// What exists when a source is first heard of.
pub(super) fn first(said: &Said<'_>) -> Vec<Existing> {
    let mut exists = Vec::new();
    if said.state == ReportedState::Active {
        begin(&mut exists, said);
    }
    exists
}

fn begin(exists: &mut Vec<Existing>, said: &Said<'_>) {
    if let Some(one) = exists.iter_mut().find(|one| one.kind == *said.kind) {
        one.active_s_max = said.active_s_max;
    } else if exists.len() < EXISTING_MAX {
        exists.push(Existing {
            kind: said.kind.clone(),
            family: said.family.clone(),
            since: said.occurred_at,
            active_s_max: said.active_s_max,
        });
    }
}

impl Alarm {
    /// What a source of this row says exists.
    pub fn existing_of(&self, source: &Source) -> &[Existing] {
        if self.source == *source {
            return &self.exists;
        }
        let joined = self.joined.iter().find(|joined| joined.source == *source);
        joined.map_or(&[], |joined| &joined.exists)
    }

    /// Where a source of this row is.
    pub fn place_of(&self, source: &Source) -> &Located {
        self.part(source).map_or(&self.place, |part| &part.place)
    }

    /// Whether the place of a source of this row is doubtful.
    pub fn has_doubtful_place(&self, source: &Source) -> bool {
        let doubts = self.part(source).map_or(self.doubts, |part| part.doubts);
        doubts.place.is_some()
    }

    /// What nobody hears of a source of this row.
    pub fn silence_of(&self, source: &Source) -> Option<Silence> {
        self.part(source).map_or(self.silence, |part| part.silence)
    }

    /// A source that joined it. The row's own comes first, even where it has joined itself under
    /// another type.
    fn part(&self, source: &Source) -> Option<&Joined> {
        let mut joined = self.joined.iter().filter(|_| self.source != *source);
        joined.find(|joined| joined.source == *source)
    }

    pub(super) fn voice_mut(&mut self, source: Option<&Source>) -> Voice<'_> {
        // The row's own source comes first, even where it has joined itself under another type.
        let joined = source.filter(|source| **source != self.source);
        let joined = joined.and_then(|source| {
            let mut joined = self.joined.iter();
            joined.position(|joined| joined.source == *source)
        });
        match joined.and_then(|at| self.joined.get_mut(at)) {
            Some(joined) => Voice {
                condition: &mut joined.condition,
                exists: &mut joined.exists,
                repeats: &mut joined.repeats,
                doubts: &mut joined.doubts,
                place: &mut joined.place,
                silence: &mut joined.silence,
            },
            None => Voice {
                condition: &mut self.condition,
                exists: &mut self.exists,
                repeats: &mut self.repeats,
                doubts: &mut self.doubts,
                place: &mut self.place,
                silence: &mut self.silence,
            },
        }
    }
}
