//! The book of the server's own rows: a gap, a step of the clock and a disk that fills are each told
//! in a row that nobody has judged away before.

use super::books::{Seen, is_active};
use super::totals::Totals;
use castellan_domain::alarm::{Alarm, AlarmFact, Source};
use castellan_domain::engine::Input;
use castellan_domain::fact::FactBody;
use castellan_domain::system::DiskRoom;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;

const DISK: &str = "disk_low";

#[derive(Clone, Default)]
pub(crate) struct SystemBook {
    is_low: bool,
}

impl SystemBook {
    pub(crate) fn handled(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        match &seen.handled.input {
            Input::RecordingResumed(resumed) => {
                told(seen, "not_recording", resumed.since);
                totals.gaps += 1;
            }
            Input::ClockStepped(step) => {
                told(seen, "clock_step", step.at);
                totals.steps += 1;
            }
            Input::DiskRoom(room) => {
                let is_low = *room == DiskRoom::Low;
                let is_news = is_low != self.is_low;
                assert_eq!(!seen.handled.facts.is_empty(), is_news, "{room:?}");
                totals.disks += u64::from(is_low && is_news);
                self.is_low = is_low;
            }
            _ => {}
        }
    }

    pub(crate) fn check(&self, view: &View) {
        let is_shown = is_active(view, &Source::System, DISK, false);
        assert_eq!(is_shown, self.is_low, "whether the disk is low");
    }
}

/// What happened at a time is in an open row, by a fact that says when.
fn told(seen: &Seen<'_>, family: &str, at: Timestamp) {
    let is_row = |row: &&Alarm| !row.is_closed() && row.family.as_str() == family && !row.drill;
    let mut rows = seen.after.alarms.values().filter(is_row);
    let row = rows
        .next()
        .unwrap_or_else(|| panic!("no row says {family}"));
    assert!(rows.next().is_none(), "two rows say {family}");
    assert!(row.source == Source::System && !row.is_judged(), "{row:?}");
    let mut facts = seen.handled.facts.iter();
    let says_when = facts.any(|fact| {
        let alarm = match &fact.body {
            FactBody::Alarm(AlarmFact::Raised(body)) => body.alarm,
            FactBody::Alarm(AlarmFact::Repeated(body)) => body.alarm,
            _ => return false,
        };
        alarm == row.id && fact.occurred_at == at
    });
    assert!(says_when, "nothing says that {family} was at {at:?}");
}
