//! What is shown of reports that could not be recorded: during an outage, and for a while after a
//! report broke the engine. See [`castellan_domain::unrecorded`].

use castellan_domain::engine::Input;
use castellan_domain::estate::EstateIndex;
use castellan_domain::site::Context;
use castellan_domain::stream::{Machine, caught};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::unrecorded::{Unrecorded, UnrecordedDoors, UnrecordedNotice, notice};
use std::collections::VecDeque;
use tracing::error;

/// How long a report is shown that broke the engine. Nothing records it later.
const BROKEN_SHOWN: Span = Span::from_secs(3_600);
/// Broken reports shown at once; the oldest give way.
const BROKEN_MAX: usize = 50;

/// Both kinds of notices.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    outage: Unrecorded,
    /// Reports of the outage, however many notices they made.
    reports: u32,
    /// What doors said in the outage.
    doors: UnrecordedDoors,
    /// At most [`BROKEN_MAX`].
    broken: VecDeque<UnrecordedNotice>,
}

/// What a notice is made from: what the site knew when it was last recorded.
#[derive(Debug)]
pub(crate) struct Known<'a, M> {
    pub(crate) machine: &'a M,
    pub(crate) estate: &'a EstateIndex,
    pub(crate) now: Timestamp,
}

impl<M: Machine> Known<'_, M> {
    /// Whatever broke the engine may break this as well: then it is not shown, and the log says so.
    fn notice(&self, doors: &mut UnrecordedDoors, input: &Input) -> Option<UnrecordedNotice> {
        let Input::Observed(observation) = input else {
            return None;
        };
        let context = Context {
            site: self.machine.site(),
            estate: self.estate,
            now: self.now,
        };
        let last_place = |person: &_| self.machine.last_place(person);
        caught(|| notice(&context, doors, last_place, observation)).unwrap_or_else(|why| {
            error!(%why, "a report that could not be recorded cannot be shown either");
            None
        })
    }
}

impl Notices {
    /// A report came while nothing could be recorded.
    pub(crate) fn lost<M: Machine>(&mut self, input: &Input, known: &Known<'_, M>) {
        if let Some(notice) = known.notice(&mut self.doors, input) {
            self.reports = self.reports.saturating_add(1);
            self.outage.note(notice);
        }
    }

    /// A report broke the engine.
    pub(crate) fn broke<M: Machine>(&mut self, input: &Input, known: &Known<'_, M>) {
        if let Some(notice) = known.notice(&mut UnrecordedDoors::default(), input) {
            if self.broken.len() >= BROKEN_MAX {
                self.broken.pop_front();
            }
            self.broken.push_back(notice);
        }
    }

    /// Lets go of what was shown for long enough; whether there was anything.
    pub(crate) fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.broken.len();
        self.broken
            .retain(|notice| now.since(notice.received_at) < BROKEN_SHOWN);
        self.broken.len() < before
    }

    /// Facts are recorded again; how many reports were not.
    pub(crate) fn reports(&self) -> u32 {
        self.reports
    }

    /// Forgets the outage.
    pub(crate) fn end_outage(&mut self) {
        self.outage = Unrecorded::default();
        self.reports = 0;
        self.doors = UnrecordedDoors::default();
    }

    /// What is to be shown.
    pub(crate) fn shown(&self) -> Unrecorded {
        let mut shown = self.outage.clone();
        for notice in &self.broken {
            shown.note(notice.clone());
        }
        shown
    }
}
