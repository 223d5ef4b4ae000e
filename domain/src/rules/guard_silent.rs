//! 失联: somebody on duty is not heard of for three periods of their phone, and for two minutes at
//! least.
//!
//! What is missed is a position that is new. A phone that says nothing is silent. One that says the same
//! position again and again, one that cannot be true, or only that it is there, is alive, and where its
//! person is nobody knows any more: the same row, for another reason. Whoever stands still sends fresh
//! positions of one place, and is not missed. The row says the present reason, and ends with the next
//! fresh position, or when its person goes off duty.
//!
//! Time is measured by our clock, from the last fresh position that came, the beginning of duty or the
//! engine's start, whichever was last. Who has no phone is not expected to send one.

use super::annunciate;
use super::seen::{self, Seen};
use crate::alarm::{Located, Silence, Source};
use crate::estate::{AlarmType, EstateIndex};
use crate::fact::{Cause, FactDraft};
use crate::ids::{AlarmTypeId, PersonId};
use crate::memory::{ASKED_PER_INPUT_MAX, LastFixes, LastPlace, REFUSED_AGAIN_AFTER};
use crate::observation::{Doubts, ReportedState};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::staff::Duty;
use crate::text::Text;
use crate::time::{Span, Timestamp};

const RULE: &str = "guard_silent@1";
/// What a silent guard raises.
pub const TYPE: &str = "guard_silent";
/// What one raises who was sent.
const ON_TASK: &str = "guard_silent_on_task";

/// Where somebody was last, if anybody knows.
pub(crate) fn last_known(estate: &EstateIndex, last: Option<LastPlace>) -> Located {
    last.map_or(Located::Unknown, |last| Located::Last {
        place: estate.place_at(last.at),
        as_of: last.received_at,
    })
}

/// A person's phone said a fresh position, or they went off duty: what ends by that.
pub(crate) fn over(context: &Context<'_>, person: &PersonId) -> Option<FactDraft> {
    seen::end(context, &Source::Person(person.clone()), TYPE, RULE)
}

/// A person's phone spoke, whatever it said: no longer is it the phone that is missed.
pub(crate) fn heard(
    context: &Context<'_>,
    memory: &mut LastFixes,
    person: &PersonId,
) -> Vec<FactDraft> {
    memory.heard(context.estate, person, context.now);
    let row = kind(context).and_then(|kind| {
        let source = Source::Person(person.clone());
        let row = seen::active_row(context, &source, kind)?;
        row.silence_of(&source)
    });
    if !matches!(row, Some(Silence::Phone { .. })) {
        return Vec::new();
    }
    // The row is there: nothing refuses what it repeats.
    silent(context, memory, person).unwrap_or_default()
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

/// When a person is not heard of for too long; never, if nobody expects to hear of them.
fn due_at(context: &Context<'_>, memory: &LastFixes, person: &PersonId) -> Option<Timestamp> {
    let limit = context.estate.silent_after()?;
    let of_estate = context.estate.estate.person(person)?;
    if !context.is_on_duty(person) || !context.known().has_phone(of_estate) {
        return None;
    }
    let due_at = expected_since(context, person, memory.unseen_since(person)) + limit;
    // 静默作业: they said, whatever they are on, that nothing is to be heard of them.
    let theirs = context.live_of(person);
    let quiet_until = theirs.filter_map(|one| one.quiet_until).max();
    Some(quiet_until.map_or(due_at, |until| due_at.max(until)))
}

/// Before they were on duty nobody was expected to speak.
fn expected_since(context: &Context<'_>, person: &PersonId, since: Timestamp) -> Timestamp {
    match context.view().person(person).duty {
        Duty::On { since: on_duty } => since.max(on_duty),
        Duty::Off { .. } => since,
    }
}

fn kind<'a>(context: &Context<'a>) -> Option<&'a AlarmType> {
    context.estate.alarm_type(&AlarmTypeId::new(TYPE).ok()?)
}

/// Whoever was sent and is missed needs help sooner.
fn on_task_kind<'a>(context: &Context<'a>, person: &PersonId) -> Option<&'a AlarmType> {
    context.task_of(person)?;
    context.estate.alarm_type(&AlarmTypeId::new(ON_TASK).ok()?)
}

/// What nobody hears of a person, and when that may become something else.
fn missing(
    context: &Context<'_>,
    memory: &LastFixes,
    person: &PersonId,
    limit: Span,
) -> (Silence, Option<Timestamp>) {
    let last = memory.last(person).map(|fix| fix.received_at);
    match memory.heard_at(person).map(|at| (at, at + limit)) {
        Some((_, silent_at)) if silent_at > context.now => {
            let since = last.unwrap_or_else(|| memory.unseen_since(person));
            let since = expected_since(context, person, since);
            (Silence::Position { since }, Some(silent_at))
        }
        heard => {
            let heard_at = heard.map(|(at, _)| at).or(last);
            let since = heard_at.unwrap_or_else(|| memory.unseen_since(person));
            let since = expected_since(context, person, since);
            (Silence::Phone { since }, None)
        }
    }
}

fn silent(
    context: &Context<'_>,
    memory: &mut LastFixes,
    person: &PersonId,
) -> Result<Vec<FactDraft>, Refusal> {
    let kind = on_task_kind(context, person).or_else(|| kind(context));
    let (Some(kind), Some(limit)) = (kind, context.estate.silent_after()) else {
        return Ok(Vec::new());
    };
    let (silence, again_at) = missing(context, memory, person, limit);
    if let Some(again_at) = again_at {
        memory.look_at(person, again_at);
    }
    let source = Source::Person(person.clone());
    // After a restart it is on record that they are missed.
    if seen::active_row(context, &source, kind)
        .and_then(|row| row.silence_of(&source))
        .is_some_and(|known| known.is_like(silence))
    {
        return Ok(Vec::new());
    }
    let seen = Seen {
        source,
        kind,
        state: ReportedState::Active,
        place: last_known(context.estate, memory.last_place(person)),
        accuracy_dm: None,
        silence: Some(silence),
        occurred_at: context.now,
        own_clock: false,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(RULE)),
    };
    annunciate::decide(context, seen).map(|decision| decision.drafts)
}
