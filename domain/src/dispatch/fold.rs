//! What facts about assignments change: the assignment, and how far its incident is.

use super::fact::{AssignmentOffered, DispatchFact};
use super::state::{Assignment, Stage};
use crate::ids::{AssignmentId, IncidentId};
use crate::incident::{self, IncidentFact};
use crate::subject::{Change, Stamp};
use crate::view::{Touched, View, put};

pub(crate) fn fold(view: &mut View, fact: &DispatchFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    if let DispatchFact::Offered(body) = fact {
        return offer(view, body, stamp, touched);
    }
    let id = fact.assignment();
    let Some(before) = view.assignments.get(&id).cloned() else {
        return;
    };
    let Ok(after) = before.apply(fact, stamp) else {
        return;
    };
    let incident = after.incident;
    let reached = match after.stage {
        Stage::OnScene { .. } => Some(incident::Stage::Handling),
        Stage::Offered
        | Stage::Unanswered
        | Stage::Accepted
        | Stage::OnTheWay
        | Stage::Done
        | Stage::Declined { .. }
        | Stage::Withdrawn { .. } => None,
    };
    put(&mut view.assignments, &id, after, &mut touched.assignments);
    if let Some(stage) = reached {
        let sent = sent(view, incident);
        incident::fold::reach(view, incident, &stage, sent, touched);
    }
}

/// A number is given once: what has it stays as it is. What is to be offered again is, by this.
fn offer(view: &mut View, body: &AssignmentOffered, stamp: &Stamp<'_>, touched: &mut Touched) {
    if view.assignments.contains_key(&body.assignment) {
        return;
    }
    let assignment = Assignment::offered(body, stamp);
    put(
        &mut view.assignments,
        &body.assignment,
        assignment,
        &mut touched.assignments,
    );
    if let Some(after) = body.after {
        settle(view, after, touched);
    }
    if body.by.is_some() {
        answer_support(view, body.incident, touched);
    }
    let sent = sent(view, body.incident);
    incident::fold::reach(
        view,
        body.incident,
        &incident::Stage::Dispatched,
        sent,
        touched,
    );
}

fn settle(view: &mut View, id: AssignmentId, touched: &mut Touched) {
    if let Some(mut before) = view.assignments.get(&id).cloned() {
        before.to_offer_again = false;
        put(&mut view.assignments, &id, before, &mut touched.assignments);
    }
}

/// Somebody sent more people: whoever asked for them has their answer.
fn answer_support(view: &mut View, incident: IncidentId, touched: &mut Touched) {
    let asks = |one: &&Assignment| one.incident == incident && one.support_asked_at.is_some();
    let asking: Vec<_> = view.assignments.values().filter(asks).cloned().collect();
    for mut one in asking {
        one.support_asked_at = None;
        put(
            &mut view.assignments,
            &one.id.clone(),
            one,
            &mut touched.assignments,
        );
    }
}

/// How many are asked, going or there: one for each slot.
fn sent(view: &View, incident: IncidentId) -> usize {
    let all = view.assignments.values();
    let live = all.filter(|one| one.incident == incident && one.is_live());
    let slots: std::collections::BTreeSet<u16> = live.map(|one| one.slot).collect();
    slots.len()
}

/// What was for one incident is for another one: of which it is part from now on, or which was split off from it.
pub(crate) fn follow(view: &mut View, fact: &IncidentFact, touched: &mut Touched) {
    if let IncidentFact::Merged(body) = fact {
        let merged = view.incidents.get(&body.incident);
        let merged = merged.map(|incident| &incident.stage);
        if matches!(merged, Some(incident::Stage::Merged { into, .. }) if *into == body.into) {
            hand_over(view, body.incident, body.into, touched);
        }
    } else if let IncidentFact::Opened(body) = fact
        && let Some(from) = body.people_of.filter(|from| *from != body.incident)
    {
        let mut changed = touched.incidents.iter();
        let is_new = |change: &Change<_, _>| change.id == body.incident && change.before.is_none();
        if changed.any(is_new) {
            hand_over(view, from, body.incident, touched);
            begin_with(view, body.incident, touched);
        }
    }
}

/// How far an incident is that begins with people who were sent before.
fn begin_with(view: &mut View, id: IncidentId, touched: &mut Touched) {
    let all = view.assignments.values().filter(|one| one.incident == id);
    let is_there = |one: &Assignment| matches!(one.stage, Stage::OnScene { .. } | Stage::Done);
    let stages = all.map(|one| match one {
        one if is_there(one) => incident::Stage::Handling,
        _ => incident::Stage::Dispatched,
    });
    let sent = sent(view, id);
    for stage in stages.collect::<Vec<_>>() {
        incident::fold::reach(view, id, &stage, sent, touched);
    }
}

/// In slots of their own.
fn hand_over(view: &mut View, from: IncidentId, into: IncidentId, touched: &mut Touched) {
    let of = |incident| {
        view.assignments
            .values()
            .filter(move |one| one.incident == incident)
    };
    let above = of(into).map(|one| one.slot).max().unwrap_or_default();
    let moved: Vec<_> = of(from).cloned().collect();
    for mut assignment in moved {
        assignment.incident = into;
        assignment.slot = assignment.slot.saturating_add(above);
        put(
            &mut view.assignments,
            &assignment.id.clone(),
            assignment,
            &mut touched.assignments,
        );
    }
}
