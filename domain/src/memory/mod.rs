//! What the engine remembers beside the facts, and may forget: who was heard when, and who seems to
//! be on the way across a border.
//!
//! A restart begins with no more here than where people were, if the shell says so
//! ([`crate::engine::Engine::recall`]). Silence is then measured from the restart, and a border takes
//! as many fixes as the first time. Everything that was decided from it is in facts.

mod borders;
mod last_fixes;
mod last_heard;
mod timers;

pub use borders::{AREAS_MEASURED_MAX, Borders};
pub use last_fixes::{LastFix, LastFixes};
pub use last_heard::LastHeard;

use crate::estate::EstateIndex;
use crate::fact::{Fact, FactBody};
use crate::rules::guard_silent;
use crate::time::Timestamp;

pub(crate) use borders::{Crossing, Shape};

/// What the engine remembers beside the facts. Bounded by the estate: one entry for each device and
/// each person, and [`AREAS_MEASURED_MAX`] areas for each person.
#[derive(Debug, Default)]
pub struct Memory {
    /// When devices were heard.
    pub heard: LastHeard,
    /// Where people were.
    pub fixes: LastFixes,
    /// Who seems to cross which border.
    pub borders: Borders,
    started_at: Option<Timestamp>,
}

impl Memory {
    /// Another estate counts. The first one starts the engine: what was before it is not known.
    pub fn load(&mut self, estate: &EstateIndex, now: Timestamp) {
        let started_at = *self.started_at.get_or_insert(now);
        self.heard.load(estate, now);
        self.fixes.load(estate, started_at);
        self.borders.load(estate);
    }

    /// Looks again at whom a fact makes expected, and follows nobody who went off duty.
    pub fn follow(&mut self, fact: &Fact, estate: &EstateIndex) {
        let person = match &fact.body {
            FactBody::PersonOnDuty(body) => &body.person,
            FactBody::PhoneBound(body) => &body.person,
            FactBody::PersonOffDuty(body) => return self.borders.forget(&body.person),
            _ => return,
        };
        if let Some(limit) = guard_silent::silent_after(estate) {
            self.fixes.look_at(person, fact.recorded_at + limit);
        }
    }

    /// When to look at somebody or something next.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        let device = self.heard.next_due_at();
        device.into_iter().chain(self.fixes.next_due_at()).min()
    }
}
