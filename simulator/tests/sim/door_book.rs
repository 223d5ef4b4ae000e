//! The book of doors: what each controller said last, as far as it can be believed, and what
//! follows from it.

use super::books::{Seen, is_active};
use super::totals::Totals;
use castellan_domain::alarm::Source;
use castellan_domain::engine::{Accepted, Input};
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::ids::DeviceId;
use castellan_domain::observation::{DoorChange, DoorReport, Observation};
use castellan_domain::site::{DoorState, View};
use castellan_domain::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// Clocks that differ by less cannot tell what came first.
const CLOCKS_DIFFER: Span = Span::from_secs(300);
const WEEK: Span = Span::from_secs(7 * 24 * 3_600);
const GRANTED_FOR: Span = Span::from_secs(10);

#[derive(Clone, Default)]
struct Door {
    /// Whether it is open, and since when.
    open: Option<(bool, Timestamp)>,
    held_due_at: Timestamp,
    granted_until: Option<Timestamp>,
    /// It was called held since it opened.
    was_held: bool,
}

#[derive(Clone, Default)]
pub(crate) struct DoorBook {
    doors: BTreeMap<DeviceId, Door>,
}

/// What a report should lead to.
#[derive(Debug, PartialEq)]
enum Kept {
    Nothing,
    Granted(Timestamp),
    Opened(Timestamp),
    Closed,
}

impl DoorBook {
    pub(crate) fn handled(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        let handled = seen.handled;
        let said = match (&handled.input, &handled.answer) {
            (Input::Observed(Observation::Door(report)), Some(Ok(answer))) => {
                Some((report, answer))
            }
            _ => None,
        };
        let mut kept = handled.facts.iter().filter_map(kept);
        if let Some((report, answer)) = said {
            self.said(seen, report, answer, totals);
        } else if let Some((door, kept)) = kept.next() {
            panic!("{door} {kept:?} by {:?}", handled.input);
        }
        for fact in &handled.facts {
            self.held(seen, fact, totals);
        }
    }

    fn said(
        &mut self,
        seen: &Seen<'_>,
        report: &DoorReport,
        answer: &Accepted,
        totals: &mut Totals,
    ) {
        let at = seen.handled.at;
        let settings = seen.estate.device(&report.device).and_then(|d| d.door);
        let settings = settings.expect("a door was taken for one");
        let door = self.doors.entry(report.device.clone()).or_default();
        let believed = report.claimed_at.filter(|claimed| {
            *claimed <= report.received_at + CLOCKS_DIFFER && *claimed >= report.received_at - WEEK
        });
        let since = believed.unwrap_or(report.received_at);
        let is_old = door
            .open
            .zip(believed)
            .is_some_and(|((_, known), claimed)| claimed + CLOCKS_DIFFER < known);
        let says_open = match report.what {
            DoorChange::Opened | DoorChange::Retained { open: true } => Some(true),
            DoorChange::Closed | DoorChange::Retained { open: false } => Some(false),
            DoorChange::Granted => None,
        };
        let is_news = says_open.is_some() && door.open.map(|(open, _)| open) != says_open;
        let expected = match says_open {
            _ if report.drill => Kept::Nothing,
            None => Kept::Granted(at + GRANTED_FOR),
            Some(_) if is_old || !is_news => Kept::Nothing,
            Some(true) => Kept::Opened(at + Span::from_secs(i64::from(settings.held_open_s_max))),
            Some(false) => Kept::Closed,
        };
        totals.old_news += u64::from(is_old && is_news && !report.drill);
        let facts = seen.handled.facts.iter().filter_map(kept);
        let facts: Vec<_> = facts.collect();
        let wanted = match &expected {
            Kept::Nothing => Vec::new(),
            kept => vec![(&report.device, kept)],
        };
        let told: Vec<_> = facts.iter().map(|(door, kept)| (*door, kept)).collect();
        assert_eq!(told, wanted, "{report:?} was answered {answer:?}");
        let opens = report.what == DoorChange::Opened
            && (report.drill || matches!(expected, Kept::Opened(_)));
        let may = if settings.reports_grants {
            door.granted_until.is_some_and(|until| at <= until)
        } else {
            let zones = seen.estate.estate.zones.iter();
            let mut own = zones.filter(|zone| zone.devices.contains(&report.device));
            !own.any(|zone| seen.before.is_armed(&zone.id))
        };
        let is_forced = seen.handled.facts.iter().any(|fact| {
            matches!(
                fact.body,
                FactBody::AlarmRaised(_) | FactBody::AlarmRepeated(_) | FactBody::AlarmJoined(_)
            )
        });
        assert_eq!(is_forced, opens && !may, "{report:?} was forced");
        let source = Source::Device(report.device.clone());
        if is_forced {
            totals.forced += 1;
            assert!(is_active(seen.after, &source, "door_forced", report.drill));
        }
        match expected {
            Kept::Nothing => {}
            Kept::Granted(until) => {
                totals.granted += 1;
                door.granted_until = Some(until);
            }
            Kept::Opened(held_due_at) => {
                totals.opened += 1;
                door.open = Some((true, since));
                door.held_due_at = held_due_at;
                door.was_held = false;
            }
            Kept::Closed => {
                totals.closed += 1;
                door.open = Some((false, since));
            }
        }
        if says_open == Some(false) && report.drill {
            assert!(!is_active(seen.after, &source, "door_forced", true));
        }
    }

    /// A held door is told once for each opening, and no sooner than it is due.
    fn held(&mut self, seen: &Seen<'_>, fact: &Fact, totals: &mut Totals) {
        if !matches!(&fact.cause, Cause::Rule(rule) if rule.as_str().starts_with("door_held@")) {
            return;
        }
        let source = match &fact.body {
            FactBody::AlarmRaised(body) => body.source.clone(),
            FactBody::AlarmJoined(body) => body.source.clone(),
            FactBody::AlarmRepeated(body) => {
                let row = &seen.after.alarms[&body.alarm];
                body.source.clone().unwrap_or_else(|| row.source.clone())
            }
            _ => return,
        };
        let id = source.device().expect("a door is held, nobody else");
        let door = self.doors.get_mut(id).expect("a door that spoke");
        assert!(matches!(door.open, Some((true, _))), "{id} is closed");
        assert!(fact.recorded_at >= door.held_due_at, "{id} too soon");
        assert!(!door.was_held, "{id} was held twice");
        door.was_held = true;
        totals.held += 1;
    }

    /// What is shown of a door is the last word that was believed.
    pub(crate) fn check(&self, view: &View) {
        for (id, door) in &self.doors {
            let shown = view.doors.get(id).map(|state| match state {
                DoorState::Open { since, .. } => (true, *since),
                DoorState::Closed { since } => (false, *since),
            });
            assert_eq!(shown, door.open, "{id}");
            let source = Source::Device(id.clone());
            let is_held = is_active(view, &source, "door_held", false);
            let is_open = matches!(door.open, Some((true, _)));
            assert_eq!(is_held, is_open && door.was_held, "{id} is held open");
            if !is_open {
                let is_forced = is_active(view, &source, "door_forced", false);
                assert!(!is_forced, "{id} is closed and forced");
            }
        }
    }

    pub(crate) fn check_due(&self, view: &View, now: Timestamp) {
        for (id, door) in &self.doors {
            let is_open = matches!(door.open, Some((true, _)));
            if is_open && door.held_due_at <= now {
                assert!(door.was_held, "{id} is held open, and nobody says so");
                let source = Source::Device(id.clone());
                assert!(is_active(view, &source, "door_held", false));
            }
        }
    }
}

/// What a fact keeps of a door.
fn kept(fact: &Fact) -> Option<(&DeviceId, Kept)> {
    match &fact.body {
        FactBody::DoorGranted(body) => Some((&body.door, Kept::Granted(body.until))),
        FactBody::DoorOpened(body) => Some((&body.door, Kept::Opened(body.held_due_at))),
        FactBody::DoorClosed(body) => Some((&body.door, Kept::Closed)),
        _ => None,
    }
}
