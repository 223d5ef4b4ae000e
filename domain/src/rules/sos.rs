//! A guard's call for help.
//!
//! It is never discarded: not off duty, not away from the site, not with a wrong clock. Only a phone
//! that is nobody's is refused, and its sender is told. A place that cannot be true is not believed over
//! what is known: help goes to where its caller was last, and the row says what was said.

use super::annunciate;
use super::guard_silent::last_known;
use super::seen::{Decision, Seen};
use crate::alarm::{Located, Source};
use crate::estate::EstateIndex;
use crate::fact::Cause;
use crate::ids::{AlarmTypeId, PersonId};
use crate::memory::{LastFixes, LastPlace};
use crate::observation::{Call, CallKind, Dated, PlaceDoubt, ReportedState};
use crate::refusal::{CommonRefusal, Refusal};
use crate::site::Context;
use crate::staff::StaffRefusal;

/// What a call raises.
pub(crate) const fn type_of(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Sos => "guard_sos",
        CallKind::ManDown => "man_down",
        CallKind::Silent => "duress",
    }
}

/// Where a caller is, and what is to be held against the place that the phone says.
pub(crate) fn located(
    estate: &EstateIndex,
    call: &Call,
    last: Option<LastPlace>,
) -> (Located, Option<PlaceDoubt>) {
    let untrue = call.at.and_then(|at| PlaceDoubt::of(at, estate));
    let believed = call.at.filter(|_| untrue.is_none());
    let located = believed.map_or_else(
        || last_known(estate, last),
        |at| Located::Said {
            place: estate.place_at(at),
            as_of: call.received_at,
        },
    );
    (located, untrue)
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
    let (place, untrue) = located(context.estate, call, memory.last_place(person));
    let mut doubts = dated.doubts(call.doubts);
    let unread = doubts.place.map(|doubt| doubt.at(context.estate));
    doubts.place = untrue.or(unread);
    annunciate::decide(
        context,
        Seen {
            source: Source::Person(person.clone()),
            kind,
            state: ReportedState::Momentary,
            place,
            accuracy_dm: None,
            silence: None,
            occurred_at: dated.at,
            own_clock: dated.own_clock,
            doubts,
            drill: call.drill,
            cause: Cause::Call {
                phone: call.phone.clone(),
                event: call.event.clone(),
            },
        },
    )
}

/// What a call says of where its caller is, if that can be true, is remembered.
pub(crate) fn remember(
    context: &Context<'_>,
    memory: &mut LastFixes,
    person: &PersonId,
    call: &Call,
) {
    if let Some(at) = call.at
        && PlaceDoubt::of(at, context.estate).is_none()
    {
        let from = LastPlace {
            at,
            received_at: call.received_at,
        };
        memory.called(context.estate, person, from);
    }
}
