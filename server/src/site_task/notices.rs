//! What is shown of reports that could not be recorded: during an outage, and for a while after a
//! report broke the engine. See [`castellan_domain::unrecorded`].

use castellan_domain::engine::Input;
use castellan_domain::estate::Estate;
use castellan_domain::observation::{Observation, Report, ReportedState};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::unrecorded::{Unrecorded, UnrecordedNotice};
use std::collections::VecDeque;

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
    broken: VecDeque<UnrecordedNotice>,
}

impl Notices {
    /// A report came while nothing could be recorded.
    pub(crate) fn lost(&mut self, input: &Input, estate: &Estate) {
        if let Some(notice) = notice(input, estate) {
            self.reports = self.reports.saturating_add(1);
            self.outage.note(notice);
        }
    }

    /// A report broke the engine.
    pub(crate) fn broke(&mut self, input: &Input, estate: &Estate) {
        if let Some(notice) = notice(input, estate) {
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

/// Only reports are shown, and only what began: whatever else is lost, its sender was told.
fn notice(input: &Input, estate: &Estate) -> Option<UnrecordedNotice> {
    let Input::Observed(Observation::Report(report)) = input else {
        return None;
    };
    let Report {
        device,
        kind,
        state,
        received_at,
        ..
    } = report;
    if *state == ReportedState::Cleared {
        return None;
    }
    Some(UnrecordedNotice {
        device: device.clone(),
        kind: kind.clone(),
        priority: estate.alarm_type(kind)?.priority,
        place: estate.device(device)?.place.clone(),
        state: *state,
        first_received_at: *received_at,
        received_at: *received_at,
        count: 1,
    })
}
