//! What facts about incidents change: the incident, and who has its alarms.

use super::fact::{IncidentFact, IncidentMerged, IncidentOpened};
use super::state::{CLOSED_INCIDENTS_MAX, CLOSED_KEPT, Incident, Owner, Stage};
use crate::alarm::Alarm;
use crate::alarm::fold::absent_due_at as absent_due;
use crate::estate::Priority;
use crate::ids::{AlarmId, IncidentId, PersonId};
use crate::subject::Stamp;
use crate::time::Timestamp;
use crate::view::{Touched, View, put, remove};
use std::collections::BTreeSet;

pub(crate) fn fold(view: &mut View, fact: &IncidentFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    if let IncidentFact::Opened(body) = fact {
        return open(view, body, stamp, touched);
    }
    let id = fact.incident();
    let Some(before) = view.incidents.get(&id).cloned() else {
        return;
    };
    if let IncidentFact::Merged(body) = fact {
        return merge(view, &before, body, stamp, touched);
    }
    let Ok(mut after) = before.clone().apply(fact, stamp) else {
        return;
    };
    if !before.is_open() {
        // What left it while it was closed has its own way since then.
        let is_part = |alarm: &AlarmId| {
            let row = view.alarms.get(alarm);
            row.is_none_or(|row| row.incident == Some(id))
        };
        after.alarms.retain(is_part);
    }
    let was_open = before.is_open();
    if let IncidentFact::Joined(body) = fact {
        enter(view, body.alarm, &after, stamp, touched);
    }
    if let IncidentFact::Left(body) = fact {
        change(view, body.alarm, touched, |row| {
            row.taken_out(body.follow_up_due_at, body.dispatch_due_at, stamp)
        });
    }
    if before.owner != after.owner && after.is_open() {
        for alarm in &after.alarms {
            own(view, *alarm, &after, stamp, touched);
        }
    }
    settle(view, was_open, after, stamp, touched);
    if let IncidentFact::Regraded(body) = fact
        && body.kind.is_duress()
    {
        hide(view, id, touched);
    }
}

/// Puts an incident, with whether its owner has a console, and remembers when it ended.
fn settle(
    view: &mut View,
    was_open: bool,
    mut incident: Incident,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    let id = incident.id;
    watch_owner(view, &mut incident, stamp.at);
    if was_open && !incident.is_open() {
        view.closed_incidents.push_back((stamp.at, id));
        for alarm in &incident.alarms {
            leave(view, *alarm, stamp, touched);
        }
    } else if !was_open && incident.is_open() {
        view.closed_incidents.retain(|(_, closed)| *closed != id);
    }
    put(&mut view.incidents, &id, incident, &mut touched.incidents);
}

/// Whoever owns something urgent and has no console loses it after a while.
fn watch_owner(view: &View, incident: &mut Incident, at: Timestamp) {
    if incident.priority > Priority::P2 {
        return;
    }
    if let Owner::Person {
        by, absent_due_at, ..
    } = &mut incident.owner
    {
        *absent_due_at = absent_due_at.or(absent_due(view, by, at));
    }
}

/// A number is given once: what has it stays as it is.
fn open(view: &mut View, body: &IncidentOpened, stamp: &Stamp<'_>, touched: &mut Touched) {
    if view.incidents.contains_key(&body.incident) {
        return;
    }
    let incident = Incident::opened(body, stamp);
    take_out(view, body, stamp, touched);
    for alarm in &incident.alarms {
        enter(view, *alarm, &incident, stamp, touched);
    }
    settle(view, true, incident, stamp, touched);
}

/// All of one becomes part of another one that is open.
fn merge(
    view: &mut View,
    before: &Incident,
    body: &IncidentMerged,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    let into = view.incidents.get(&body.into).cloned();
    let Some(mut into) = into.filter(|into| into.is_open() && into.id != before.id) else {
        return;
    };
    let fact = IncidentFact::Merged(body.clone());
    let Ok(after) = before.clone().apply(&fact, stamp) else {
        return;
    };
    into.alarms.extend(&before.alarms);
    into.joined_at = stamp.at;
    into.version = stamp.seq;
    into.history.add(fact, stamp);
    for alarm in &before.alarms {
        enter(view, *alarm, &into, stamp, touched);
    }
    let worse = before.priority < into.priority;
    if worse {
        into.kind = before.kind.clone();
        into.priority = before.priority;
        into.priority_by = None;
    }
    let into_id = into.id;
    settle(view, true, after, stamp, touched);
    settle(view, true, into, stamp, touched);
    if before.discreet {
        hide(view, into_id, touched);
    }
}

/// Takes alarms out of the incidents that they are part of.
fn take_out(view: &mut View, body: &IncidentOpened, stamp: &Stamp<'_>, touched: &mut Touched) {
    let parts = body
        .alarms
        .iter()
        .filter_map(|alarm| view.alarms.get(alarm)?.incident);
    let from: BTreeSet<_> = parts.collect();
    for id in from {
        let Some(mut incident) = view.incidents.get(&id).cloned() else {
            continue;
        };
        incident.alarms.retain(|part| !body.alarms.contains(part));
        incident.version = stamp.seq;
        incident
            .history
            .add(IncidentFact::Opened(body.clone()), stamp);
        put(&mut view.incidents, &id, incident, &mut touched.incidents);
    }
}

fn enter(
    view: &mut View,
    alarm: AlarmId,
    incident: &Incident,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    change(view, alarm, touched, |row| {
        row.enter_incident(incident.id, stamp)
    });
    own(view, alarm, incident, stamp, touched);
}

/// Its owner owns its alarms.
fn own(
    view: &mut View,
    alarm: AlarmId,
    incident: &Incident,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    change(view, alarm, touched, |row| match &incident.owner {
        Owner::Person { by, .. } => row.owned_through_incident(by, stamp),
        Owner::Nobody {
            due_at, returned, ..
        } => row.given_back(*due_at, returned.clone(), stamp),
    });
}

/// What nobody has is no part of what is closed.
fn leave(view: &mut View, alarm: AlarmId, stamp: &Stamp<'_>, touched: &mut Touched) {
    change(view, alarm, touched, |row| {
        if row.is_nobodys() {
            row.leave_incident(stamp)
        } else {
            row
        }
    });
}

fn change(
    view: &mut View,
    alarm: AlarmId,
    touched: &mut Touched,
    step: impl FnOnce(Alarm) -> Alarm,
) {
    if let Some(row) = view.alarms.get(&alarm).cloned() {
        let after = step(row.clone());
        if after != row {
            put(&mut view.alarms, &alarm, after, &mut touched.alarms);
        }
    }
}

/// What alarms did that are part of incidents: one that became worse makes its incident so; one that
/// comes back is its incident's owner's, or leaves an incident that is closed.
pub(crate) fn follow(view: &mut View, stamp: &Stamp<'_>, touched: &mut Touched) {
    let mut members = Vec::new();
    for change in &touched.alarms {
        let now = view.alarms.get(&change.id);
        let Some((row, id)) = now.and_then(|row| Some((row, row.incident?))) else {
            continue;
        };
        let is_news = change
            .before
            .as_ref()
            .is_none_or(|before| before.incident != row.incident || row.priority < before.priority);
        let is_discreet = row.began_as_duress();
        members.push((change.id, id, row.is_nobodys(), is_news, is_discreet));
    }
    for (alarm, id, is_nobodys, is_news, is_discreet) in members {
        if is_discreet {
            hide(view, id, touched);
        }
        let Some(incident) = view.incidents.get(&id).cloned() else {
            continue;
        };
        if !incident.is_open() {
            leave(view, alarm, stamp, touched);
        } else if is_nobodys {
            own(view, alarm, &incident, stamp, touched);
        }
        // A priority that somebody set holds until something worse comes.
        if is_news {
            worsen(view, alarm, incident, stamp, touched);
        }
    }
}

/// What is part of a silent call for help is hidden with it, and whoever was sent for it as well.
fn hide(view: &mut View, id: IncidentId, touched: &mut Touched) {
    let open = view
        .incidents
        .get(&id)
        .filter(|incident| !incident.discreet);
    let Some(mut incident) = open.cloned() else {
        return;
    };
    incident.discreet = true;
    put(&mut view.incidents, &id, incident, &mut touched.incidents);
    let sent = view.assignments.values().filter(|one| one.incident == id);
    for mut one in sent.cloned().collect::<Vec<_>>() {
        one.discreet = true;
        put(
            &mut view.assignments,
            &one.id.clone(),
            one,
            &mut touched.assignments,
        );
    }
}

fn worsen(
    view: &mut View,
    alarm: AlarmId,
    mut incident: Incident,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    let Some(row) = view.alarms.get(&alarm) else {
        return;
    };
    if !incident.is_open() || row.is_judged() || row.priority >= incident.priority {
        return;
    }
    incident.priority = row.priority;
    incident.priority_by = None;
    incident.kind = row.kind.clone();
    watch_owner(view, &mut incident, stamp.at);
    put(
        &mut view.incidents,
        &incident.id.clone(),
        incident,
        &mut touched.incidents,
    );
}

/// Starts or stops the deadline of every urgent incident that a person owns.
pub(crate) fn owner_absent(
    view: &mut View,
    owner: &PersonId,
    due_at: Option<Timestamp>,
    touched: &mut Touched,
) {
    let theirs: Vec<_> = view
        .incidents
        .values()
        .filter(|incident| incident.is_open() && incident.owner() == Some(owner))
        .filter(|incident| due_at.is_none() || incident.priority <= Priority::P2)
        .cloned()
        .collect();
    for mut incident in theirs {
        if let Owner::Person { absent_due_at, .. } = &mut incident.owner {
            *absent_due_at = due_at;
        }
        put(
            &mut view.incidents,
            &incident.id.clone(),
            incident,
            &mut touched.incidents,
        );
    }
}

/// Somebody was asked to go, or is there.
pub(crate) fn reach(
    view: &mut View,
    id: IncidentId,
    stage: &Stage,
    sent: usize,
    touched: &mut Touched,
) {
    let Some(mut incident) = view.incidents.get(&id).cloned() else {
        return;
    };
    let before = incident.clone();
    incident.stage = match (&incident.stage, stage) {
        (Stage::Open, Stage::Dispatched) => Stage::Dispatched,
        (Stage::Open | Stage::Dispatched, Stage::Handling) => Stage::Handling,
        (_, _) => incident.stage.clone(),
    };
    if sent >= usize::from(incident.guards) {
        incident.dispatch_due_at = None;
    }
    if incident != before {
        put(&mut view.incidents, &id, incident, &mut touched.incidents);
    }
}

/// Lets go of what was closed long ago, with its assignments: a pure function of the facts' own times.
pub(crate) fn let_go(view: &mut View, now: Timestamp, touched: &mut Touched) {
    while let Some((closed_at, id)) = view.closed_incidents.front().copied() {
        let expired = now.since(closed_at) > CLOSED_KEPT;
        if !expired && view.closed_incidents.len() <= CLOSED_INCIDENTS_MAX {
            break;
        }
        view.closed_incidents.pop_front();
        if view.incidents.contains_key(&id) {
            remove(&mut view.incidents, id, &mut touched.incidents);
        }
        let assignments = view.assignments.values().filter(|one| one.incident == id);
        for assignment in assignments.map(|one| one.id).collect::<Vec<_>>() {
            remove(&mut view.assignments, assignment, &mut touched.assignments);
        }
    }
}
