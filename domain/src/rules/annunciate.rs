//! Where a condition goes: into the row that it belongs to, or into a new one.
//!
//! Devices' reports and the conditions that rules find for themselves all come through here, so
//! that one list of steps decides what operators see:
//!
//! 1. the type is the one that it is at night, or of a critical device;
//! 2. the source has an open row of the family: it repeats, rises, clears or reopens it;
//! 3. what needs arming and is not armed is no alarm;
//! 4. it confirms a row nearby ([`super::second_source`]);
//! 5. it shares what failed with others ([`super::upstream`]);
//! 6. in a flood it joins a row that looks like the same matter ([`super::same_matter`]);
//! 7. it gets a row of its own.

use super::seen::{Decision, Seen, kinds, named, nothing, rise};
use super::{same_matter, second_source, upstream};
use crate::alarm::{Alarm, AlarmFact, AlarmRefusal, OPEN_ALARMS_MAX, ReturnedBy, RisenBy, Source};
use crate::answer::Outcome;
use crate::estate::{AlarmType, Priority};
use crate::fact::{AlarmCleared, AlarmRaised, AlarmReturned, FactBody};
use crate::ids::AlarmTypeId;
use crate::observation::{CLOCK_AHEAD_MAX, ReportedState};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::time::Timestamp;

/// Decides about one condition.
pub fn decide(context: &Context<'_>, seen: Seen<'_>) -> Result<Decision, Refusal> {
    let mut seen = seen;
    let said = &seen.kind.id;
    seen.kind = effective_type(context, &seen);
    let control = &context.site.control().alarms;
    let open = control
        .row_of(&seen.source, seen.kind.family(), seen.drill)
        .and_then(|id| context.view().alarms.get(&id));
    if let Some(row) = open {
        return Ok(into_own_row(context, &seen, said, row));
    }
    if seen.state == ReportedState::Cleared {
        return Ok(nothing(Outcome::NothingToClear, None));
    }
    if seen.kind.needs_arming && !is_armed(context, &seen.source) {
        return Ok(nothing(Outcome::NotArmed, None));
    }
    if let Some(decision) = second_source::decide(context, &seen)
        .or_else(|| upstream::decide(context, &seen))
        .or_else(|| same_matter::fold(context, &seen))
    {
        return Ok(decision);
    }
    if control.open_count() >= OPEN_ALARMS_MAX && seen.kind.priority != Priority::P1 {
        return Err(Refusal::Alarm(AlarmRefusal::TooManyOpenAlarms));
    }
    let alarm = control.next();
    let raised = AlarmRaised {
        alarm,
        kind: seen.kind.id.clone(),
        family: seen.kind.family().clone(),
        tier: seen.kind.tier,
        priority: seen.kind.priority,
        source: seen.source.clone(),
        place: seen.place.clone(),
        state: seen.state,
        active_s_max: seen.kind.active_s_max,
        claim_due_at: context.claim_due_at(seen.kind),
        doubts: seen.doubts,
        silence: seen.silence,
    };
    Ok(seen.decision(
        Outcome::Raised,
        alarm,
        FactBody::Alarm(AlarmFact::Raised(raised)),
    ))
}

fn effective_type<'a>(context: &Context<'a>, seen: &Seen<'a>) -> &'a AlarmType {
    let device = seen.source.device();
    let device = device.and_then(|id| context.estate.device(id));
    let is_critical = || device.is_some_and(|device| context.estate.estate.is_critical(device));
    let night = context.estate.calendar.is_night(context.now);
    let named = seen.kind.if_critical.as_ref().filter(|_| is_critical());
    let named = named.or(seen.kind.at_night.as_ref().filter(|_| night));
    named
        .and_then(|id| context.estate.alarm_type(id))
        .unwrap_or(seen.kind)
}

/// Whether a zone of the source is armed. What belongs to no zone cannot be disarmed.
fn is_armed(context: &Context<'_>, source: &Source) -> bool {
    let Some(device) = source.device() else {
        return true;
    };
    let mut zones = context.estate.zones_of(device).peekable();
    zones.peek().is_none() || zones.any(|zone| context.view().is_armed(&zone.id))
}

/// The source has an open row of this family.
fn into_own_row(
    context: &Context<'_>,
    seen: &Seen<'_>,
    said: &AlarmTypeId,
    row: &Alarm,
) -> Decision {
    let alarm = row.id;
    let source = Some(seen.source.clone()).filter(|source| *source != row.source);
    if seen.state == ReportedState::Cleared {
        let ended = named(context, row, &seen.source, said);
        let ended = kinds(ended.filter(|one| !is_stale(seen, one.since)));
        if ended.is_empty() {
            return nothing(Outcome::NothingToClear, Some(alarm));
        }
        let cleared = AlarmCleared {
            alarm,
            source,
            ended,
        };
        return seen.decision(
            Outcome::Cleared,
            alarm,
            FactBody::Alarm(AlarmFact::Cleared(cleared)),
        );
    }
    let state = seen.state;
    let repeated = seen.repeat(row);
    let mut decision = seen.decision(Outcome::Repeated, alarm, repeated);
    if seen.kind.tier > row.tier && seen.kind.family() == &row.family {
        decision.outcome = Outcome::Risen;
        let risen = rise(context, row, seen.kind, RisenBy::Reported);
        decision
            .drafts
            .push(seen.draft(FactBody::Alarm(AlarmFact::Risen(risen))));
    } else if row.is_judged() && state == ReportedState::Momentary {
        // A button that is pressed once more is a new matter, whatever the first press was.
        decision.outcome = Outcome::Returned;
        let returned = AlarmReturned {
            alarm,
            why: ReturnedBy::Again,
            claim_due_at: context.claim_due_again_at(row),
            late_s: 0,
        };
        decision
            .drafts
            .push(seen.draft(FactBody::Alarm(AlarmFact::Returned(returned))));
    }
    decision
}

/// A "cleared" that was on its way for long may be older than the condition that it would end.
/// Clocks within [`CLOCK_AHEAD_MAX`] of each other cannot tell, and a row is not kept for that.
fn is_stale(seen: &Seen<'_>, since: Timestamp) -> bool {
    seen.own_clock && seen.occurred_at + CLOCK_AHEAD_MAX < since
}
