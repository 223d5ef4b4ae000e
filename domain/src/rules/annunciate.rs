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
//! 6. in a flood it joins a row that looks like the same matter ([`super::flood`]);
//! 7. it gets a row of its own.

use super::{flood, second_source, upstream};
use crate::alarm::{
    Alarm, AlarmFact, AlarmRefusal, Existing, JoinedBy, OPEN_ALARMS_MAX, ReturnedBy, RisenBy,
    Source,
};
use crate::answer::Outcome;
use crate::estate::{AlarmType, Place, Priority};
use crate::fact::{
    AlarmCleared, AlarmJoined, AlarmRaised, AlarmRepeated, AlarmReturned, AlarmRisen, Cause,
    FactBody, FactDraft,
};
use crate::ids::{AlarmId, AlarmTypeId};
use crate::observation::{CLOCK_AHEAD_MAX, ReportedState};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::time::Timestamp;

/// A condition that was reported or found.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// Who or what it is about.
    pub source: Source,
    /// Of which type.
    pub kind: &'a AlarmType,
    /// Whether it began, ended or merely happened.
    pub state: ReportedState,
    /// Where.
    pub place: Place,
    /// When, as far as known.
    pub occurred_at: Timestamp,
    /// Whether that comes from a clock of the source's own.
    pub own_clock: bool,
    /// What the source's clock said, where it could not be believed.
    pub doubted_clock: Option<Timestamp>,
    /// Part of a drill.
    pub drill: bool,
    /// What led to it.
    pub cause: Cause,
}

/// A condition's consequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What became of it.
    pub outcome: Outcome,
    /// The row that it belongs to.
    pub alarm: Option<AlarmId>,
    /// What to record, in this order.
    pub drafts: Vec<FactDraft>,
}

impl Seen<'_> {
    /// A fact about this condition.
    pub(super) fn draft(&self, body: FactBody) -> FactDraft {
        FactDraft {
            occurred_at: Some(self.occurred_at),
            cause: self.cause.clone(),
            actor: None,
            drill: self.drill,
            body,
        }
    }

    /// It goes into `row`, of which its source is a part.
    pub(super) fn repeat(&self, row: &Alarm) -> FactBody {
        FactBody::Alarm(AlarmFact::Repeated(AlarmRepeated {
            alarm: row.id,
            source: Some(self.source.clone()).filter(|source| *source != row.source),
            kind: self.kind.id.clone(),
            family: self.kind.family().clone(),
            state: self.state,
        }))
    }

    /// It becomes part of `row`.
    pub(super) fn join(&self, row: AlarmId, why: JoinedBy) -> FactDraft {
        self.draft(FactBody::Alarm(AlarmFact::Joined(AlarmJoined {
            alarm: row,
            source: self.source.clone(),
            kind: self.kind.id.clone(),
            family: self.kind.family().clone(),
            state: self.state,
            why,
        })))
    }

    fn decision(&self, outcome: Outcome, alarm: AlarmId, body: FactBody) -> Decision {
        Decision {
            outcome,
            alarm: Some(alarm),
            drafts: vec![self.draft(body)],
        }
    }
}

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
        .or_else(|| flood::fold(context, &seen))
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
        claim_due_at: context.claim_due_at(seen.kind),
        doubted_clock: seen.doubted_clock,
    };
    Ok(seen.decision(
        Outcome::Raised,
        alarm,
        FactBody::Alarm(AlarmFact::Raised(raised)),
    ))
}

/// Nothing is to be recorded.
pub(super) const fn nothing(outcome: Outcome, alarm: Option<AlarmId>) -> Decision {
    Decision {
        outcome,
        alarm,
        drafts: Vec::new(),
    }
}

/// What ends where a source says that a type is over: that type, under each name that it may have
/// had when it began. By night it is called otherwise, and of a critical device; but of one that is
/// not critical and says both, the critical one is a condition of its own.
pub(super) fn named<'a>(
    context: &Context<'_>,
    row: &'a Alarm,
    source: &Source,
    kind: &'a AlarmTypeId,
) -> impl Iterator<Item = &'a Existing> {
    let exists = row.existing_of(source);
    let known = context.estate.alarm_type(kind);
    let night = known.and_then(|kind| kind.at_night.clone());
    let device = source.device().and_then(|id| context.estate.device(id));
    let alone = !exists.iter().any(|one| one.kind == *kind);
    let critical = known.and_then(|kind| kind.if_critical.clone());
    let critical = critical.filter(|_| alone || device.is_some_and(|device| device.critical));
    exists.iter().filter(move |one| {
        one.kind == *kind
            || night.as_ref() == Some(&one.kind)
            || critical.as_ref() == Some(&one.kind)
    })
}

/// The row in which `source` says that a condition of this type exists.
pub(super) fn active_row<'a>(
    context: &Context<'a>,
    source: &Source,
    kind: &AlarmType,
) -> Option<&'a Alarm> {
    let id = context
        .site
        .control()
        .alarms
        .row_of(source, kind.family(), false)?;
    let row = context.view().alarms.get(&id)?;
    let exists = named(context, row, source, &kind.id).next().is_some();
    exists.then_some(row)
}

/// The fact that ends a condition which a rule found, if it exists.
pub(super) fn end(
    context: &Context<'_>,
    source: &Source,
    kind: &str,
    rule: &'static str,
) -> Option<FactDraft> {
    let kind = context.estate.alarm_type(&AlarmTypeId::new(kind).ok()?)?;
    let row = active_row(context, source, kind)?;
    let body = FactBody::Alarm(AlarmFact::Cleared(AlarmCleared {
        alarm: row.id,
        source: Some(source.clone()).filter(|source| *source != row.source),
        ended: kinds(named(context, row, source, &kind.id)),
    }));
    Some(context.by_rule(rule, Some(row), body))
}

/// The types of these.
pub(super) fn kinds<'a>(exists: impl Iterator<Item = &'a Existing>) -> Vec<AlarmTypeId> {
    exists.map(|one| one.kind.clone()).collect()
}

fn effective_type<'a>(context: &Context<'a>, seen: &Seen<'a>) -> &'a AlarmType {
    let critical = seen
        .source
        .device()
        .and_then(|id| context.estate.device(id));
    let critical = critical.is_some_and(|device| device.critical);
    let night = context.estate.calendar.is_night(context.now);
    let named = seen.kind.if_critical.as_ref().filter(|_| critical);
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

/// The fact by which `row` becomes of type `to`.
pub(super) fn rise(context: &Context<'_>, row: &Alarm, to: &AlarmType, why: RisenBy) -> AlarmRisen {
    let due_at = match row.owner() {
        Some(_) if !row.is_judged() => context.follow_up_due_at(to.priority),
        _ => context.claim_due_at(to),
    };
    AlarmRisen {
        alarm: row.id,
        kind: to.id.clone(),
        family: to.family().clone(),
        tier: to.tier,
        priority: to.priority,
        why,
        source: None,
        place: None,
        due_at,
    }
}
