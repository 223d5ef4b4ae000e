//! The steps of a procedure: which is waited for, late, or left out.

use super::Model;
use super::ladders::News;

/// Each step with its seconds, if it has any, and whether it may be left out without a word.
pub(crate) const STEPS: [(&str, Option<i64>, bool); 4] = [
    ("police", Some(60), false),
    ("ambulance", Some(40), true),
    ("record", Some(150), false),
    ("report", None, false),
];
/// What is noticed within so many seconds is not late.
pub(super) const LATE_AFTER_S: i64 = 5;

#[derive(Clone, Copy, Default)]
struct Known {
    late_at: Option<i64>,
    taken: bool,
    /// When it was left out though it had to be taken.
    left_out_at: Option<i64>,
}

/// What is known of the steps of one incident.
#[derive(Clone, Default)]
pub(super) struct Steps([Known; STEPS.len()]);

impl Steps {
    fn ahead(&self) -> impl Iterator<Item = (usize, &Known)> {
        let all = self.0.iter().enumerate();
        all.filter(|(at, known)| !known.taken && !STEPS[*at].2)
    }

    /// Since when those are late that are still to be taken.
    pub(super) fn late_ahead(&self) -> Vec<i64> {
        let late = self.ahead().filter_map(|(_, known)| known.late_at);
        let mut late: Vec<_> = late.collect();
        late.sort_unstable();
        late
    }

    /// When the last of those was left out that had to be taken.
    pub(super) fn left_out_at(&self) -> Option<i64> {
        self.0.iter().filter_map(|known| known.left_out_at).max()
    }

    /// The step that has to be taken first by somebody who has had it since then.
    fn awaited(&self, since: i64) -> Option<(i64, usize)> {
        let ahead = self.ahead().filter(|(_, known)| known.late_at.is_none());
        let timed = ahead.filter_map(|(at, _)| Some((since + STEPS[at].1?, at)));
        timed.min_by_key(|(due, _)| *due)
    }
}

impl Model {
    pub(super) fn take_or_leave(
        &mut self,
        who: usize,
        at: usize,
        step: usize,
        takes: bool,
    ) -> bool {
        let now = self.now;
        let Some(incident) = self.open(at) else {
            return false;
        };
        let known = &mut incident.steps.0[step];
        known.taken = true;
        known.left_out_at = (!takes && !STEPS[step].2).then_some(now);
        self.happened(at, Some(super::ACTORS[who]), News::Other);
        true
    }

    pub(super) fn undo(&mut self, who: usize, at: usize, step: usize) -> bool {
        let incident = self.open(at);
        let known = incident.map(|incident| &mut incident.steps.0[step]);
        let Some(known) = known.filter(|known| known.taken) else {
            return false;
        };
        (known.taken, known.left_out_at) = (false, None);
        self.happened(at, Some(super::ACTORS[who]), News::Other);
        true
    }

    /// When somebody's step is late next, and which.
    pub(super) fn step_due(&self, at: usize) -> Option<(i64, usize)> {
        let incident = &self.incidents[at];
        let is_theirs = incident.stage != "closed" && incident.owner.is_some();
        let since = incident.opened_at.max(incident.owned_at);
        is_theirs.then(|| incident.steps.awaited(since)).flatten()
    }

    /// Whether one was late.
    pub(super) fn settle_step(&mut self, at: usize) -> bool {
        let now = self.now;
        let due = self.step_due(at).filter(|(due, _)| *due <= now);
        let Some((_, step)) = due else {
            return false;
        };
        self.incidents[at].steps.0[step].late_at = Some(now);
        self.happened(at, None, News::Other);
        true
    }
}
