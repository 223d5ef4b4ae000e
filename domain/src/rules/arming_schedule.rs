//! Zones arm and disarm themselves by their weekly schedule.
//!
//! The schedule switches; it does not hold. Who disarms a zone by hand in the night finds it
//! disarmed until its next switch. One that was missed needs no mark of its own: it occurred when it
//! was due, the zone is armed since it was made, and both stand in the record.

use crate::estate::Zone;
use crate::fact::{FactBody, FactDraft, ZoneArmed, ZoneDisarmed};
use crate::memory::Memory;
use crate::site::Context;
use crate::time::Timestamp;
use crate::zone::ZoneFact;

const RULE: &str = "arming_schedule@1";

/// The facts of all switches that are due, and when the next one is. What is decided here is not
/// folded yet: then it is due once more, and finds nothing.
pub(super) fn settle(context: &Context<'_>, memory: &mut Memory) -> Vec<FactDraft> {
    if memory
        .arming_due_at
        .is_none_or(|due_at| due_at > context.now)
    {
        return Vec::new();
    }
    memory.arming_due_at = next_due_at(context);
    decide(context)
}

/// The facts for all zones whose last switch has not been made.
fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let zones = &context.estate.estate.zones;
    let due = zones.iter().filter_map(|zone| due(context, zone));
    due.map(|(zone, at, armed)| switch(context, zone, at, armed))
        .collect()
}

fn switch(context: &Context<'_>, zone: &Zone, at: Timestamp, armed: bool) -> FactDraft {
    let id = zone.id.clone();
    let body = if armed {
        FactBody::Zone(ZoneFact::Armed(ZoneArmed { zone: id, by: None }))
    } else {
        FactBody::Zone(ZoneFact::Disarmed(ZoneDisarmed { zone: id, by: None }))
    };
    let mut draft = context.by_rule(RULE, None, body);
    draft.occurred_at = Some(at);
    draft
}

/// When a zone switches next, which takes long to look up. A switch that was missed is due at once.
pub(crate) fn next_due_at(context: &Context<'_>) -> Option<Timestamp> {
    let zones = &context.estate.estate.zones;
    zones
        .iter()
        .filter(|zone| !zone.schedule.is_empty())
        .filter_map(|zone| match due(context, zone) {
            Some((_, at, _)) => Some(at),
            None => next_switch(context, zone),
        })
        .min()
}

/// A switch of the past that nothing has happened since: the zone is not as it left it, and was
/// last changed before it.
fn due<'a>(context: &Context<'_>, zone: &'a Zone) -> Option<(&'a Zone, Timestamp, bool)> {
    if zone.schedule.is_empty() {
        return None;
    }
    let (last, _) = context
        .estate
        .calendar
        .switches(&zone.schedule, context.now);
    let (at, armed) = last?;
    let state = context.view().zones.get(&zone.id);
    let missed = state.is_none_or(|state| state.since < at);
    let differs = state.is_some_and(|state| state.armed) != armed;
    (missed && differs).then_some((zone, at, armed))
}

fn next_switch(context: &Context<'_>, zone: &Zone) -> Option<Timestamp> {
    let (_, next) = context
        .estate
        .calendar
        .switches(&zone.schedule, context.now);
    next.map(|(at, _)| at)
}
