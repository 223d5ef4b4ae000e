//! What facts about alarms change.

use super::fact::{AlarmFact, AlarmRaised, AlarmSplit};
use super::sources::Source;
use super::state::{Alarm, CLOSED_ALARMS_MAX, CLOSED_KEPT};
use crate::estate::Priority;
use crate::flood::fold::count;
use crate::ids::{AlarmId, PersonId};
use crate::incident::Incident;
use crate::staff::{ABSENT_MAX, Console};
use crate::subject::Stamp;
use crate::time::Timestamp;
use crate::view::{Touched, View, put, remove};

pub(crate) fn fold(view: &mut View, fact: &AlarmFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    if let AlarmFact::Raised(body) = fact {
        return raise(view, body, stamp, touched);
    }
    if let AlarmFact::Split(body) = fact {
        return split(view, body, stamp, touched);
    }
    let absent = new_owner(fact).map(|owner| absent_due_at(view, owner, stamp.at));
    change(view, fact.alarm(), stamp, touched, |row| {
        let after = row.apply(fact, stamp).ok()?;
        Some(match absent {
            Some(due_at) => after.owner_absent(due_at),
            None => after,
        })
    });
    if let AlarmFact::Joined(_) = fact {
        count(view, touched, |flood| &mut flood.folded);
    }
}

/// A number is given once: the row that has it stays as it is.
fn raise(view: &mut View, body: &AlarmRaised, stamp: &Stamp<'_>, touched: &mut Touched) {
    if view.alarms.contains_key(&body.alarm) {
        return;
    }
    let row = Alarm::raised(body, stamp);
    put(&mut view.alarms, &body.alarm, row, &mut touched.alarms);
    // The flood's own row did not come from outside.
    if body.source != Source::System {
        count(view, touched, |flood| &mut flood.shown);
    }
}

/// Whose the row is from here on, if the fact gives it to somebody.
fn new_owner(fact: &AlarmFact) -> Option<&PersonId> {
    if let AlarmFact::Claimed(body) = fact {
        Some(&body.by)
    } else if let AlarmFact::Transferred(body) = fact {
        Some(&body.to)
    } else {
        None
    }
}

/// Starts or stops the deadline of everything urgent that a person owns.
pub(crate) fn owner_absent(
    view: &mut View,
    stamp: &Stamp<'_>,
    owner: &PersonId,
    due_at: Option<Timestamp>,
    touched: &mut Touched,
) {
    let rows = view.alarms.values();
    let theirs: Vec<_> = rows
        .filter(|row| !row.is_judged() && row.incident.is_none() && row.owner() == Some(owner))
        .filter(|row| due_at.is_none() || row.priority <= Priority::P2)
        .map(|row| row.id)
        .collect();
    for id in theirs {
        change(view, id, stamp, touched, |row| {
            Some(row.owner_absent(due_at))
        });
    }
}

/// Lets go of what was closed long ago: a pure function of the facts' own times, so that every
/// replica lets go of the same alarms at the same fact.
pub(crate) fn let_go(view: &mut View, now: Timestamp, touched: &mut Touched) {
    let of_open = |view: &View, id: &AlarmId| {
        let incident = view.alarms.get(id).and_then(|row| row.incident);
        let incident = incident.and_then(|id| view.incidents.get(&id));
        incident.is_some_and(Incident::is_open)
    };
    let is_old = |at: Timestamp| now.since(at) > CLOSED_KEPT;
    // Mostly there is nothing to do, and this is asked at every fact.
    let is_due = view.closed.front().is_some_and(|(at, _)| is_old(*at));
    if view.closed.len() <= CLOSED_ALARMS_MAX && !is_due {
        return;
    }
    loop {
        // What belongs to an open incident stays for as long as that is open.
        let mut closed = view.closed.iter().enumerate();
        let oldest = closed.find(|(_, (_, id))| !of_open(view, id));
        let Some((place, (closed_at, id))) = oldest.map(|(place, at)| (place, *at)) else {
            break;
        };
        if !is_old(closed_at) && view.closed.len() <= CLOSED_ALARMS_MAX {
            break;
        }
        view.closed.remove(place);
        if view.alarms.contains_key(&id) {
            remove(&mut view.alarms, id, &mut touched.alarms);
        }
    }
}

/// By when somebody must have a console to keep what they take at `at`. Nothing if they have one, or
/// never had: then nobody can have seen them leave.
pub(crate) fn absent_due_at(view: &View, owner: &PersonId, at: Timestamp) -> Option<Timestamp> {
    let console = view.people.get(owner).map(|person| person.console);
    matches!(console, Some(Console::Gone { .. })).then(|| at + ABSENT_MAX)
}

fn split(view: &mut View, body: &AlarmSplit, stamp: &Stamp<'_>, touched: &mut Touched) {
    if view.alarms.contains_key(&body.into) {
        return;
    }
    let mut alone = None;
    change(view, body.alarm, stamp, touched, |row| {
        let (rest, split) = row.apply_split(body, stamp).ok()?;
        alone = Some(split);
        Some(rest)
    });
    if let Some(alone) = alone {
        put(&mut view.alarms, &body.into, alone, &mut touched.alarms);
    }
}

fn change(
    view: &mut View,
    id: AlarmId,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
    step: impl FnOnce(Alarm) -> Option<Alarm>,
) {
    let Some(before) = view.alarms.get(&id) else {
        return;
    };
    let Some(after) = step(before.clone()) else {
        return;
    };
    if after.is_closed() && !before.is_closed() {
        view.closed.push_back((stamp.at, id));
    } else if before.is_closed() && !after.is_closed() {
        view.closed.retain(|(_, closed)| *closed != id);
    }
    put(&mut view.alarms, &id, after, &mut touched.alarms);
}
