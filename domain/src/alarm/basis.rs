//! 核实方式: how it was established what an alarm was. Nobody dismisses a fire from the chair alone.

use super::state::Alarm;
use crate::estate::Estate;
use crate::ids::AlarmTypeId;

/// Whether a false verdict needs its basis: if anything that this row is, was or has taken in is of
/// a family that does.
pub fn needs_basis(estate: &Estate, alarm: &Alarm) -> bool {
    let family_of = |kind: &AlarmTypeId| estate.alarm_type(kind).map(|kind| kind.family().clone());
    let joined = alarm.joined.iter();
    let exists = joined.clone().flat_map(|joined| &joined.exists);
    let said = exists.chain(&alarm.exists).map(|one| &one.family);
    let families = joined.map(|joined| &joined.family).chain(said);
    let mut families = families
        .chain([&alarm.family])
        .cloned()
        .chain(alarm.rises.iter().filter_map(|rise| family_of(&rise.from)));
    families.any(|family| estate.verifies(&family))
}
