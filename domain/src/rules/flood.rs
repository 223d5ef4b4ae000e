//! 报警激增: when more comes than people can take, what looks like the same matter shares a row.
//!
//! A flood begins at ten new conditions in ten minutes for each operator and ends below five
//! (EEMUA 191). Nothing is hidden: what came is what is shown and what was folded, the count is
//! part of the view, and each folded source stands in its row with its name. The two highest
//! priorities are never folded.

use super::annunciate;
use super::seen::Seen;
use crate::alarm::{Located, Source};
use crate::estate::{EstateIndex, Role};
use crate::fact::{Cause, FactBody, FactDraft, FloodBegan, FloodEnded};
use crate::flood::FloodFact;
use crate::ids::AlarmTypeId;
use crate::memory::Memory;
use crate::observation::{Doubts, ReportedState};
use crate::site::{Context, Site};
use crate::staff::{Console, Duty};
use crate::text::Text;
use crate::time::Timestamp;
use crate::view::View;

/// New conditions within the window, for each operator, at which a flood begins.
pub const BEGINS_AT: u32 = 10;
/// Below this many it ends.
pub const ENDS_BELOW: u32 = 5;
const RULE: &str = "flood@1";
/// The type of the flood's own row.
const TYPE: &str = "alarm_flood";

/// Something came that may begin or end a flood, or enough has left the window.
pub(super) fn settle(context: &Context<'_>, memory: &mut Memory) -> Vec<FactDraft> {
    memory.flood_due_at = memory.flood_due_at.filter(|due_at| *due_at > context.now);
    decide(context).into_iter().collect()
}

/// The fact that begins or ends a flood, if it is time; else the flood's own row, if it is not as
/// the flood is.
fn decide(context: &Context<'_>) -> Option<FactDraft> {
    let came = context.site.control().alarms.came(context.now);
    let alarms = u32::try_from(came).unwrap_or(u32::MAX);
    let operators = operators(context.view(), context.estate);
    let body = match &context.view().flood {
        None if alarms >= BEGINS_AT.saturating_mul(operators) => {
            FactBody::Flood(FloodFact::Began(FloodBegan { alarms, operators }))
        }
        Some(flood) if alarms < ENDS_BELOW.saturating_mul(operators) => {
            FactBody::Flood(FloodFact::Ended(FloodEnded {
                came: flood.shown.saturating_add(flood.folded),
                shown: flood.shown,
                folded: flood.folded,
            }))
        }
        Some(_) | None => return own_row(context),
    };
    Some(context.by_rule(RULE, None, body))
}

/// A flood is an alarm itself.
fn own_row(context: &Context<'_>) -> Option<FactDraft> {
    let kind = context.estate.alarm_type(&AlarmTypeId::new(TYPE).ok()?)?;
    let control = &context.site.control().alarms;
    let row = control.row_of(&Source::System, kind.family(), false);
    let row = row.and_then(|id| context.view().alarms.get(&id));
    let is_on = context.view().flood.is_some();
    let state = match row {
        Some(row) if row.condition.is_active() == is_on => return None,
        None if !is_on => return None,
        Some(_) | None if is_on => ReportedState::Active,
        Some(_) | None => ReportedState::Cleared,
    };
    let seen = Seen {
        source: Source::System,
        kind,
        state,
        place: Located::Unknown,
        accuracy_dm: None,
        silence: None,
        occurred_at: context.now,
        own_clock: false,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(RULE)),
    };
    // A full site refuses it: the flood's light is in the view all the same.
    let decision = annunciate::decide(context, seen).ok()?;
    decision.drafts.into_iter().next()
}

/// When a flood is to be looked at: at once if something came, or when it ends if nothing more does.
pub(super) fn next_due(site: &Site, estate: &EstateIndex, memory: &Memory) -> Option<Timestamp> {
    memory
        .flood_due_at
        .into_iter()
        .chain(ends_at(site, estate))
        .min()
}

/// As the conditions that began it leave the window, or at once where so many operators have come
/// since that it is none for them.
fn ends_at(site: &Site, estate: &EstateIndex) -> Option<Timestamp> {
    let flood = site.view().flood.as_ref()?;
    let still = ENDS_BELOW.saturating_mul(operators(site.view(), estate));
    let leaves_at = site
        .control()
        .alarms
        .fewer_than_at(usize::try_from(still).ok()?);
    Some(leaves_at.unwrap_or(flood.since))
}

/// Operators who can take alarms now: on duty or at a console; at least one.
fn operators(view: &View, estate: &EstateIndex) -> u32 {
    let people = &estate.estate.people;
    let here = people.iter().filter(|person| {
        let state = view.people.get(&person.id);
        person.role == Role::Operator
            && state.is_some_and(|state| {
                matches!(state.duty, Duty::On { .. })
                    || matches!(state.console, Console::Here { .. })
            })
    });
    u32::try_from(here.count()).unwrap_or(u32::MAX).max(1)
}
