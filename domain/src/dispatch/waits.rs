//! How long somebody may take: as the ladder of the incident's type says, else as usual for its priority.

use crate::estate::{LadderPlan, Priority, Role};
use crate::ids::{AlarmTypeId, PersonId};
use crate::time::Span;
use crate::view::Known;

/// Seconds that an engineer has for an answer: their hands are in a cabinet more often than on a phone.
const ENGINEER_S: u32 = 60;

/// How long an offer to somebody waits for its answer; for ever, where the estate says that
/// they have a radio only: they are called. Whoever has no phone in the estate has a page: any browser opens it.
pub(super) fn answer_wait(
    known: &Known<'_>,
    kind: &AlarmTypeId,
    priority: Priority,
    person: &PersonId,
    is_night: bool,
) -> Option<Span> {
    let of_estate = known.estate.person(person)?;
    if of_estate.radio_only {
        return None;
    }
    // An engineer sends no positions, and is called by other means than a page.
    if of_estate.role == Role::Engineer {
        return Some(Span::from_secs(i64::from(ENGINEER_S)));
    }
    let usual_s = match priority {
        Priority::P1 => 20,
        Priority::P2 | Priority::P3 | Priority::P4 => 30,
    };
    let said = plan(known, kind, is_night).and_then(|plan| plan.unaccepted_s_max);
    Some(Span::from_secs(i64::from(said.unwrap_or(usual_s))))
}

/// How long somebody who accepted may take until they are there: until the first one is called about it.
pub(super) fn arrival_wait(
    known: &Known<'_>,
    kind: &AlarmTypeId,
    priority: Priority,
    is_night: bool,
) -> Span {
    let usual_s = match priority {
        Priority::P1 => 180,
        Priority::P2 | Priority::P3 | Priority::P4 => 300,
    };
    let plan = plan(known, kind, is_night);
    let first = plan.and_then(|plan| plan.not_on_scene.first());
    Span::from_secs(i64::from(first.map_or(usual_s, |step| step.after_s)))
}

fn plan<'a>(known: &Known<'a>, kind: &AlarmTypeId, is_night: bool) -> Option<&'a LadderPlan> {
    let kind = known.estate.alarm_type(kind)?;
    let ladder = known.estate.ladder(kind.ladder.as_ref()?)?;
    Some(ladder.plan(is_night))
}
