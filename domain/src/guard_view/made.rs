//! How a guard's view is made.

use super::limits::{GUARD_OTHERS_MAX, GUARD_TASKS_MAX};
use super::plan::plan;
use super::types::{
    GUARD_VIEW_VERSION, GuardCall, GuardDuty, GuardOther, GuardPlace, GuardStep, GuardTask,
    GuardView, Named,
};
use crate::alarm::{Alarm, Located};
use crate::dispatch::goal::Goal;
use crate::dispatch::{Assignment, PlannedWay, Stage};
use crate::estate::{DutyKept, Estate, Place, Role, Ways};
use crate::geo::LonLat;
use crate::ids::PersonId;
use crate::incident::Incident;
use crate::procedure::Procedure;
use crate::staff::Duty;
use crate::text::{Language, Localized, Text};
use crate::view::Known;

impl GuardView {
    /// The view of somebody who is sent to incidents, and was last heard of `at` a place; nothing for anybody
    /// else. The floor they are on is not known: a position from the sky says nothing of it.
    pub fn of(
        known: &Known<'_>,
        ways: &Ways,
        at: Option<LonLat>,
        person: &PersonId,
    ) -> Option<Self> {
        let of_estate = known.estate.person(person)?;
        if !of_estate.role.is_sent() {
            return None;
        }
        let theirs = known.view.assignments.values();
        let theirs = theirs.filter(|one| one.person == *person && one.is_live());
        let mut theirs: Vec<_> = theirs.collect();
        theirs.sort_by_key(|one| (rank(&one.stage), one.priority, one.offered_at));
        let left_out = theirs.len().saturating_sub(GUARD_TASKS_MAX);
        let tasks = theirs.into_iter().take(GUARD_TASKS_MAX);
        let tasks = tasks.filter_map(|one| task(known, ways, at, one));
        Some(Self {
            version: GUARD_VIEW_VERSION,
            person: person.clone(),
            named: Named::of(of_estate, known.call_sign(of_estate)),
            duty: duty(known, person),
            call: call(known, person),
            tasks: tasks.collect(),
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
            owned: known.owned_by(person),
        })
    }
}

/// What waits for an answer comes first, and what was not answered in time last.
const fn rank(stage: &Stage) -> u8 {
    match stage {
        Stage::Offered => 0,
        Stage::Accepted | Stage::OnTheWay | Stage::OnScene { .. } => 1,
        Stage::Unanswered | Stage::Done | Stage::Declined { .. } | Stage::Withdrawn { .. } => 2,
    }
}

fn duty(known: &Known<'_>, person: &PersonId) -> GuardDuty {
    let state = known.view.person(person);
    match (state.break_since, state.duty, known.estate.staffing.duty) {
        (Some(since), _, _) => GuardDuty::Break { since },
        (None, _, DutyKept::Assumed) => GuardDuty::Assumed,
        (None, Duty::On { since }, DutyKept::Recorded) => GuardDuty::On { since },
        (None, Duty::Off { .. }, DutyKept::Recorded) => GuardDuty::Off,
    }
}

/// The last call for help of somebody that nobody has judged.
fn call(known: &Known<'_>, person: &PersonId) -> Option<GuardCall> {
    let rows = known.view.alarms.values();
    let theirs = rows.filter(|row| {
        row.source.person() == Some(person) && !row.is_judged() && is_call(row) && !row.drill
    });
    let last = theirs.max_by_key(|row| row.raised_at)?;
    Some(GuardCall {
        silent: last.began_as_duress(),
        at: last.raised_at,
        taken_by: last.owner().and_then(|owner| named(known, owner)),
    })
}

fn is_call(row: &Alarm) -> bool {
    row.began_as_duress() || matches!(row.kind.as_str(), "guard_sos" | "man_down")
}

fn named(known: &Known<'_>, person: &PersonId) -> Option<Named> {
    let person = known.estate.person(person)?;
    Some(Named::of(person, known.call_sign(person)))
}

fn task(known: &Known<'_>, ways: &Ways, at: Option<LonLat>, one: &Assignment) -> Option<GuardTask> {
    let incident = known.incident(one.incident).ok()?;
    let place = incident.place.place();
    let (way, course) = way(known, ways, incident, at);
    let procedure = known.estate.procedure_of(&incident.kind);
    let role = known.estate.person(&one.person)?.role;
    let kind = known.estate.alarm_type(&incident.kind);
    let kind = kind.map(|kind| kind.name.clone());
    let first = incident.alarms.first();
    let first = first.and_then(|first| known.view.alarms.get(first));
    // That somebody calls for help is what nobody may read of a silent call.
    let about = first.filter(|_| !one.discreet);
    let about = about.and_then(|row| row.source.person());
    Some(GuardTask {
        assignment: one.id,
        incident: one.incident,
        kind: kind.filter(|_| !one.discreet),
        priority: one.priority,
        discreet: one.discreet,
        drill: incident.drill,
        about: about.and_then(|person| named(known, person)),
        place: guard_place(known.estate, &incident.place),
        way: way.or(one.way),
        stage: one.stage.clone(),
        since: one.since,
        due_at: one.due_at,
        late: one.late_at.is_some(),
        quiet_until: one.quiet_until,
        support_asked_at: one.support_asked_at,
        prohibitions: procedure.map_or_else(Vec::new, |of| of.prohibitions().to_vec()),
        steps: procedure.map_or_else(Vec::new, |procedure| steps(procedure, incident, role)),
        others: others(known, one),
        plan: place.map(|place| plan(known.estate, place, &course)),
    })
}

/// How they get there from where they were last, and over which points.
fn way(
    known: &Known<'_>,
    ways: &Ways,
    incident: &Incident,
    at: Option<LonLat>,
) -> (Option<PlannedWay>, Vec<LonLat>) {
    let found = at.and_then(|at| {
        let ways = Goal::of_incident(known, incident).ways(ways)?;
        Some((ways.from(at, None)?, ways))
    });
    let Some((way, ways)) = found else {
        return (None, Vec::new());
    };
    let course = ways.course(&way);
    let course = course.into_iter().map(|point| point.at).collect();
    (Some(PlannedWay::from(&way)), course)
}

fn guard_place(estate: &Estate, located: &Located) -> Option<GuardPlace> {
    let place = located.place()?;
    let within = Place {
        spot: None,
        ..place.clone()
    };
    let inside = words(estate, &within);
    let spot = place.spot.clone().filter(|_| inside.is_some());
    Some(GuardPlace {
        name: inside.or_else(|| words(estate, place)),
        spot,
        at: place.at,
        as_of: located.old_since(),
    })
}

/// A place in both languages; nothing where it has no name.
fn words(estate: &Estate, place: &Place) -> Option<Localized<120>> {
    let name = |language| Text::new(estate.place_name(place, language)).ok();
    Some(Localized {
        zh: name(Language::Zh)?,
        en: name(Language::En)?,
    })
}

/// The steps that people of a role take.
fn steps(procedure: &Procedure, incident: &Incident, role: Role) -> Vec<GuardStep> {
    let all = procedure.steps().iter().zip(1..);
    let theirs = all.filter(|(step, _)| step.who.is_some_and(|doer| role.does(doer)));
    theirs
        .map(|(step, number)| GuardStep {
            id: step.id.clone(),
            number,
            words: step.words.clone(),
            asks: step.asks(),
            taken: incident.steps.outcome(procedure.id(), &step.id).is_some(),
        })
        .collect()
}

/// Who else is asked, going or there; whoever is nearest to being there first.
fn others(known: &Known<'_>, one: &Assignment) -> Vec<GuardOther> {
    let all = known.assignments_of(one.incident);
    let others = all.filter(|other| other.id != one.id && other.is_live());
    let mut others: Vec<_> = others.collect();
    others.sort_by_key(|other| !other.is_accepted());
    let others = others.into_iter().filter_map(|other| {
        Some(GuardOther {
            named: named(known, &other.person)?,
            stage: other.stage.clone(),
        })
    });
    others.take(GUARD_OTHERS_MAX).collect()
}
