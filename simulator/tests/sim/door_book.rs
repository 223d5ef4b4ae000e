//! The book of doors: what each controller said last, as far as it can be believed, and what
//! follows from it.

use super::books::{Seen, is_active};
use super::order_book::OrderBook;
use super::totals::Totals;
use castellan_domain::alarm::{AlarmFact, Source};
use castellan_domain::answer::Accepted;
use castellan_domain::door::{DoorFact, DoorState};
use castellan_domain::engine::Input;
use castellan_domain::estate::EstateIndex;
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::ids::DeviceId;
use castellan_domain::observation::{DoorChange, DoorReport, Observation};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use std::collections::BTreeMap;

/// Clocks that differ by less cannot tell what came first.
const CLOCKS_DIFFER: Span = Span::from_secs(300);
const WEEK: Span = Span::from_secs(7 * 24 * 3_600);
const GRANTED_FOR: Span = Span::from_secs(10);
const LOOKED_AT_AGAIN_AFTER: Span = Span::from_secs(600);

#[derive(Clone, Default)]
struct Door {
    /// Whether it is open, and since when.
    open: Option<(bool, Timestamp)>,
    held_due_at: Timestamp,
    granted_until: Option<Timestamp>,
    /// It was called held since it opened.
    was_held: bool,
    /// It left the estate, and what was found about it ended, since it opened.
    has_ended: bool,
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
    pub(crate) fn handled(&mut self, seen: &Seen<'_>, orders: &OrderBook, totals: &mut Totals) {
        let handled = seen.handled;
        let said = match (&handled.input, &handled.answer) {
            (Input::Observed(Observation::Door(report)), Some(Ok(answer))) => {
                Some((report, answer))
            }
            _ => None,
        };
        if let Input::EstateLoaded { .. } = &handled.input {
            self.loaded(seen, totals);
        }
        if let Some((report, answer)) = said {
            self.said(seen, (report, answer), orders, totals);
        } else {
            for (door, kept) in handled.facts.iter().filter_map(kept) {
                self.put_off(seen, door, &kept);
            }
        }
        for fact in &handled.facts {
            self.held(seen, fact, totals);
        }
    }

    /// What was found about a door ends when it leaves.
    fn loaded(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        for (id, door) in &mut self.doors {
            if seen.estate.device(id).is_none() {
                let source = Source::Device(id.clone());
                let was_told = |family| is_active(seen.before, &source, family, false);
                let was_told = was_told("door_held") || was_told("door_forced");
                totals.doors_gone += u64::from(was_told);
                door.has_ended = true;
            }
        }
    }

    /// A door that is not in the estate is held by nobody; it is looked at again later.
    fn put_off(&mut self, seen: &Seen<'_>, id: &DeviceId, kept: &Kept) {
        let is_gone = seen.estate.device(id).is_none();
        let later = Kept::Opened(seen.handled.at + LOOKED_AT_AGAIN_AFTER);
        assert!(
            is_gone && *kept == later,
            "{id} {kept:?} by {:?}",
            seen.handled.input
        );
        let door = self.doors.get_mut(id).expect("a door that spoke");
        door.held_due_at = seen.handled.at + LOOKED_AT_AGAIN_AFTER;
    }

    fn said(
        &mut self,
        seen: &Seen<'_>,
        (report, answer): (&DoorReport, &Accepted),
        orders: &OrderBook,
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
        let may = if orders.may_open(&report.device, at) {
            true
        } else if settings.reports_grants {
            door.granted_until.is_some_and(|until| at <= until)
        } else {
            let zones = seen.estate.estate.zones.iter();
            let mut own = zones.filter(|zone| zone.devices.contains(&report.device));
            !own.any(|zone| seen.before.is_armed(&zone.id))
        };
        let is_forced = seen.handled.facts.iter().any(|fact| {
            matches!(
                fact.body,
                FactBody::Alarm(
                    AlarmFact::Raised(_) | AlarmFact::Repeated(_) | AlarmFact::Joined(_)
                )
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
                (door.was_held, door.has_ended) = (false, false);
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
            FactBody::Alarm(AlarmFact::Raised(body)) => body.source.clone(),
            FactBody::Alarm(AlarmFact::Joined(body)) => body.source.clone(),
            FactBody::Alarm(AlarmFact::Repeated(body)) => {
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
        (door.was_held, door.has_ended) = (true, false);
        totals.held += 1;
    }

    /// What is shown of a door is the last word that was believed.
    pub(crate) fn check(&self, view: &View, estate: &EstateIndex) {
        for (id, door) in &self.doors {
            let shown = view.doors.get(id).map(|state| match state {
                DoorState::Open { since, .. } => (true, *since),
                DoorState::Closed { since } => (false, *since),
            });
            assert_eq!(shown, door.open, "{id}");
            let source = Source::Device(id.clone());
            let is_held = is_active(view, &source, "door_held", false);
            let is_open = matches!(door.open, Some((true, _)));
            let must_be_held = is_open && door.was_held && !door.has_ended;
            assert_eq!(is_held, must_be_held, "{id} is held open");
            if !is_open || estate.device(id).is_none() {
                let is_forced = is_active(view, &source, "door_forced", false);
                assert!(!is_forced, "{id} is forced, and closed or gone");
            }
        }
    }

    pub(crate) fn check_due(&self, estate: &EstateIndex, now: Timestamp) {
        for (id, door) in &self.doors {
            let is_open = matches!(door.open, Some((true, _))) && estate.device(id).is_some();
            if is_open && door.held_due_at <= now {
                assert!(door.was_held, "{id} is held open, and nobody says so");
            }
        }
    }
}

/// What a fact keeps of a door.
fn kept(fact: &Fact) -> Option<(&DeviceId, Kept)> {
    match &fact.body {
        FactBody::Door(DoorFact::Granted(body)) => Some((&body.door, Kept::Granted(body.until))),
        FactBody::Door(DoorFact::Opened(body)) => {
            Some((&body.door, Kept::Opened(body.held_due_at)))
        }
        FactBody::Door(DoorFact::Closed(body)) => Some((&body.door, Kept::Closed)),
        _ => None,
    }
}
