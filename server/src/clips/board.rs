//! What keeper, requests and health know of clips.

use super::store::Store;
use crate::cameras::Budget;
use castellan_domain::alarm::Alarm;
use castellan_domain::ids::{ClipId, PersonId};
use castellan_domain::incident::Incident;
use castellan_domain::rules::clips::VIEWED_EVERY;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use castellan_domain::wire::api::ClipHealth;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Clips in the making at a time; one more is not kept.
const CLIPS_MAX: usize = 32;
/// Viewings that are remembered as recorded; beyond it all are forgotten, and may be recorded again.
const VIEWINGS_MAX: usize = 1_000;

/// What keeper, requests and health share.
#[derive(Debug)]
pub(crate) struct Clips {
    pub(crate) store: Store,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    not_kept: u64,
    not_kept_at: Option<Timestamp>,
    fault: Option<String>,
    /// At most [`VIEWINGS_MAX`].
    viewed: BTreeMap<(PersonId, ClipId), Timestamp>,
}

impl Clips {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is shown under health.
    pub(crate) fn health(&self, budget: &Budget) -> ClipHealth {
        let state = self.state();
        ClipHealth {
            memory_bytes: budget.bytes(),
            memory_bytes_max: budget.bytes_max,
            running: state.running,
            not_kept: state.not_kept,
            not_kept_at: state.not_kept_at,
            fault: state.fault.clone(),
        }
    }

    /// A place for a clip in the making; nothing if all are taken.
    pub(super) fn begin(&self) -> bool {
        let mut state = self.state();
        let has_place = state.running < CLIPS_MAX;
        state.running += usize::from(has_place);
        has_place
    }

    pub(super) fn end(&self) {
        let mut state = self.state();
        state.running = state.running.saturating_sub(1);
    }

    pub(super) fn not_kept(&self, why: Option<String>, now: Timestamp) {
        let mut state = self.state();
        state.not_kept += 1;
        state.not_kept_at = Some(now);
        state.fault = why.or(state.fault.take());
    }

    pub(super) fn works(&self) {
        self.state().fault = None;
    }

    /// Whether it is on record already that somebody looks at a clip.
    pub(crate) fn is_viewed(&self, by: &PersonId, clip: ClipId, now: Timestamp) -> bool {
        let viewed = &self.state().viewed;
        let at = viewed.get(&(by.clone(), clip));
        at.is_some_and(|at| now.since(*at) < VIEWED_EVERY)
    }

    /// It is on record.
    pub(crate) fn viewed(&self, by: PersonId, clip: ClipId, now: Timestamp) {
        let viewed = &mut self.state().viewed;
        if viewed.len() >= VIEWINGS_MAX {
            viewed.clear();
        }
        viewed.insert((by, clip), now);
    }
}

/// Whether the alarm of a clip is open, or the incident that it is part of.
pub(super) fn is_open(view: &View, clip: ClipId) -> bool {
    let row = view.alarms.get(&clip.alarm);
    let incident = row.and_then(|row| row.incident);
    let incident = incident.and_then(|id| view.incidents.get(&id));
    row.is_some_and(|row: &Alarm| !row.is_closed()) || incident.is_some_and(Incident::is_open)
}

/// Whether a clip is there of which no fact tells, by what is known of its alarm. Of an alarm that is not live, or has
/// lost steps of its history, nobody knows.
pub(super) fn is_orphan(view: &View, clip: ClipId) -> bool {
    let row = view.alarms.get(&clip.alarm);
    row.is_some_and(|row| row.history.left_out() == 0 && row.clip(clip).is_none())
}
