//! What a source says exists is believed for as long as its type allows without being said again.
//!
//! A row counts as heard of while anything that exists in it is said again in time. Silence ends no
//! condition by itself: it brings the row before people once, and what they have called false already
//! is over with it.

use super::fact::AlarmUnheard;
use super::sources::{Condition, Unheard};
use super::state::Alarm;
use crate::time::{Span, Timestamp};

impl Alarm {
    /// A source says something here: the row is heard of, with all that is in it. A detector that
    /// reports its high limit need not repeat the low one.
    pub(super) fn hears(&mut self, at: Timestamp) {
        self.heard_at = at;
        self.unheard = None;
    }

    /// By when something has to be said again. Nothing if that was told already, or if anything in
    /// it is believed until it is cleared.
    pub fn unheard_due_at(&self) -> Option<Timestamp> {
        if self.unheard.is_some() {
            return None;
        }
        let joined = self.joined.iter().flat_map(|joined| &joined.exists);
        let mut longest_s = None;
        for one in self.exists.iter().chain(joined) {
            longest_s = longest_s.max(Some(one.active_s_max?));
        }
        longest_s.map(|most| self.heard_at + Span::from_secs(i64::from(most)))
    }

    /// How long nobody will have said it again by `due_at`.
    pub fn unheard_for_s(&self, due_at: Timestamp) -> u32 {
        u32::try_from(due_at.since(self.heard_at).as_secs()).unwrap_or(u32::MAX)
    }

    /// Nobody said it again in time.
    pub(super) fn unheard(mut self, fact: &AlarmUnheard, at: Timestamp) -> Self {
        let for_s = fact.for_s;
        self.unheard = Some(Unheard { at, for_s });
        if fact.is_over {
            let joined = self.joined.iter_mut();
            let joined = joined.map(|joined| (&mut joined.condition, &mut joined.exists));
            for (condition, exists) in joined.chain([(&mut self.condition, &mut self.exists)]) {
                exists.clear();
                if condition.is_active() {
                    *condition = Condition::Unheard { at };
                }
            }
        }
        self
    }

    /// It comes before people by itself: what was not heard of it meanwhile is told by that.
    pub(super) fn seen_anew(mut self, at: Timestamp) -> Self {
        if let Some(due_at) = self.unheard_due_at().filter(|due_at| *due_at <= at) {
            let for_s = self.unheard_for_s(due_at);
            self.unheard = Some(Unheard { at, for_s });
        }
        self
    }
}
