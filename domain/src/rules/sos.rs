//! A guard's call for help.
//!
//! It is never discarded: not off duty, not away from the site, not with a wrong clock. Only a phone
//! that is nobody's is refused, and its sender is told.

use super::annunciate;
use super::guard_silent::last_place;
use super::seen::{Decision, Seen};
use crate::alarm::Source;
use crate::fact::Cause;
use crate::ids::AlarmTypeId;
use crate::memory::LastFixes;
use crate::observation::{Call, CallKind, Dated, ReportedState};
use crate::refusal::{CommonRefusal, Refusal};
use crate::site::Context;
use crate::staff::StaffRefusal;

/// What a call raises.
pub(crate) const fn type_of(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Sos => "guard_sos",
        CallKind::ManDown => "man_down",
    }
}

/// Decides about one call.
pub(crate) fn decide(
    context: &Context<'_>,
    memory: &LastFixes,
    call: &Call,
) -> Result<Decision, Refusal> {
    let person = context.person_of_phone(&call.phone);
    let person = person.ok_or_else(|| {
        Refusal::Staff(StaffRefusal::UnknownPhone {
            phone: call.phone.clone(),
        })
    })?;
    let kind = AlarmTypeId::new(type_of(call.kind)).ok();
    let kind = kind.and_then(|kind| context.estate.alarm_type(&kind));
    let kind = kind.ok_or(Refusal::Common(CommonRefusal::NotInEstate))?;
    let dated = Dated::new(call.claimed_at, call.received_at);
    let place = match call.at {
        Some(at) => context.estate.place_at(at),
        None => last_place(context, memory, person),
    };
    annunciate::decide(
        context,
        Seen {
            source: Source::Person(person.clone()),
            kind,
            state: ReportedState::Momentary,
            place,
            occurred_at: dated.at,
            own_clock: dated.own_clock,
            doubts: dated.doubts(call.doubts),
            drill: call.drill,
            cause: Cause::Call {
                phone: call.phone.clone(),
                event: call.event.clone(),
            },
        },
    )
}
