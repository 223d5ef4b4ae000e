//! What of the site a guard's phone shows: the assignments that are theirs and not over.

use crate::errand::{Asked, LiftRule};
use castellan_domain::dispatch::Assignment;
use castellan_domain::dispatch::goal::Goal;
use castellan_domain::ids::PersonId;
use castellan_domain::view::Known;

/// The procedure that keeps phones outside.
const WITHOUT_PHONE: &str = "gas";

/// What somebody is asked now, the oldest first.
pub fn asked(known: &Known<'_>, person: &PersonId) -> Vec<Asked> {
    let all = known.view.assignments.values();
    let theirs = all.filter(|one| one.person == *person && one.is_live());
    theirs.filter_map(|one| show(known, one)).collect()
}

fn show(known: &Known<'_>, one: &Assignment) -> Option<Asked> {
    let incident = known.incident(one.incident).ok()?;
    let kind = known.estate.alarm_type(&incident.kind);
    let procedure = kind.and_then(|kind| kind.procedure.as_ref());
    Some(Asked {
        assignment: one.id,
        stage: one.stage.clone(),
        is_quiet: one.quiet_until.is_some(),
        place: incident.place.place().cloned(),
        lifts: LiftRule::from(Goal::of_incident(known, incident).lifts),
        without_phone: procedure.is_some_and(|id| id.as_str() == WITHOUT_PHONE),
    })
}
