//! 失联: the phone of somebody on duty has sent no position for three of its periods, and for two
//! minutes at least.
//!
//! Silence is measured by our clock, from the last position that came, the beginning of duty or the
//! engine's start, whichever was last. Who has no phone is not expected to send one. The row ends
//! with the next position, or when its person goes off duty.

use super::annunciate;
use super::seen::{self, Seen};
use crate::alarm::Source;
use crate::estate::Place;
use crate::fact::{Cause, FactDraft};
use crate::ids::{AlarmTypeId, PersonId};
use crate::memory::{ASKED_PER_INPUT_MAX, LastFixes, REFUSED_AGAIN_AFTER};
use crate::observation::{Doubts, ReportedState};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::staff::Duty;
use crate::text::Text;
use crate::time::Timestamp;

const RULE: &str = "guard_silent@1";
/// What a silent guard raises.
pub const TYPE: &str = "guard_silent";
/// Where somebody was last, or where the estate is.
pub(super) fn last_place(context: &Context<'_>, memory: &LastFixes, person: &PersonId) -> Place {
    let last = memory.last(person).map(|last| last.at);
    let home = context.estate.estate.home.centre;
    context.estate.place_at(last.unwrap_or(home))
}

/// A person's phone spoke, or they went off duty: what ends by that.
pub(crate) fn over(context: &Context<'_>, person: &PersonId) -> Option<FactDraft> {
    seen::end(context, &Source::Person(person.clone()), TYPE, RULE)
}

/// The facts about the person who has been silent for the longest time, if it is time.
pub(super) fn decide(context: &Context<'_>, memory: &mut LastFixes) -> Vec<FactDraft> {
    for _ in 0..ASKED_PER_INPUT_MAX {
        let Some(person) = memory.take_due(context.now) else {
            break;
        };
        let Some(due_at) = due_at(context, memory, &person) else {
            continue;
        };
        if due_at > context.now {
            memory.look_at(&person, due_at);
            continue;
        }
        match silent(context, memory, &person) {
            Ok(drafts) if drafts.is_empty() => {}
            Ok(drafts) => return drafts,
            Err(_) => memory.look_at(&person, context.now + REFUSED_AGAIN_AFTER),
        }
    }
    Vec::new()
}

/// When a person is silent for too long; never, if nobody expects to hear of them.
fn due_at(context: &Context<'_>, memory: &LastFixes, person: &PersonId) -> Option<Timestamp> {
    let limit = context.estate.silent_after()?;
    if !context.is_on_duty(person) || !has_phone(context, person) {
        return None;
    }
    let since = memory.silent_since(person);
    let on_duty = match context.view().person(person).duty {
        Duty::On { since } => since,
        Duty::Off { .. } => since,
    };
    Some(since.max(on_duty) + limit)
}

fn has_phone(context: &Context<'_>, person: &PersonId) -> bool {
    let own = context.estate.estate.person(person);
    let own = own.and_then(|known| known.phone.as_ref());
    own.is_some_and(|phone| context.person_of_phone(phone) == Some(person))
        || context
            .view()
            .phones
            .values()
            .any(|whose| whose.as_ref() == Some(person))
}

fn silent(
    context: &Context<'_>,
    memory: &LastFixes,
    person: &PersonId,
) -> Result<Vec<FactDraft>, Refusal> {
    let kind = AlarmTypeId::new(TYPE).ok();
    let Some(kind) = kind.and_then(|kind| context.estate.alarm_type(&kind)) else {
        return Ok(Vec::new());
    };
    let source = Source::Person(person.clone());
    // After a restart it is on record that they are silent.
    if seen::active_row(context, &source, kind).is_some() {
        return Ok(Vec::new());
    }
    let seen = Seen {
        source,
        kind,
        state: ReportedState::Active,
        place: last_place(context, memory, person),
        occurred_at: context.now,
        own_clock: false,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(RULE)),
    };
    annunciate::decide(context, seen).map(|decision| decision.drafts)
}
