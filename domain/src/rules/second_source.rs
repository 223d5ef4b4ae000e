//! Two devices near each other that say the same within a minute are not mistaken: the first
//! one's row rises, and the second one becomes part of it.

use super::seen::{Decision, Seen, rise};
use crate::alarm::{Alarm, AlarmFact, JOINED_MAX, JoinedBy, RisenBy, Source};
use crate::answer::Outcome;
use crate::estate::{AlarmType, SecondSource};
use crate::fact::FactBody;
use crate::site::Context;
use crate::time::Span;

/// Rows that are looked at, newest first.
const LOOKED_AT_MAX: usize = 500;

/// What becomes of a condition that confirms a row.
pub(super) fn decide(context: &Context<'_>, seen: &Seen<'_>) -> Option<Decision> {
    let recent = context
        .site
        .control()
        .alarms
        .recent()
        .rev()
        .take(LOOKED_AT_MAX);
    let (row, kind) = recent
        .filter_map(|(_, id)| context.view().alarms.get(&id))
        .filter(|row| !row.is_judged() && row.drill == seen.drill)
        .filter(|row| row.joined.len() < JOINED_MAX && !row.has_part(&seen.source))
        .find_map(|row| Some((row, confirmed(context, seen, row)?)))?;
    let mut drafts = vec![seen.join(row.id, JoinedBy::SecondSource)];
    let mut outcome = Outcome::Joined;
    if let Some(to) = kind
        .second_source
        .as_ref()
        .and_then(|s| context.estate.alarm_type(&s.to))
        && to.tier > row.tier
    {
        let why = RisenBy::SecondSource(seen.source.clone());
        let risen = rise(context, row, to, why);
        drafts.push(seen.draft(FactBody::Alarm(AlarmFact::Risen(risen))));
        outcome = Outcome::Risen;
    }
    Some(Decision {
        outcome,
        alarm: Some(row.id),
        drafts,
    })
}

/// The type by whose rule `row` is confirmed, if it is.
fn confirmed<'a>(context: &Context<'a>, seen: &Seen<'_>, row: &Alarm) -> Option<&'a AlarmType> {
    // A row that has risen is still what it was first, and its rule still holds.
    let first = row.rises.first().map_or(&row.kind, |risen| &risen.from);
    let kind = context.estate.alarm_type(first)?;
    let rule = kind.second_source.as_ref()?;
    let (Source::Device(one), Source::Device(other)) = (&row.source, &seen.source) else {
        return None;
    };
    let same_matter = seen.kind.family() == &row.family || rule.also.contains(&seen.kind.id);
    // A less urgent row may rise; a more urgent condition is not hidden in it.
    let fits = same_matter && is_soon(context, rule, row) && is_as_urgent(context, seen, rule, row);
    (fits && one != other && context.estate.are_near(one, other, rule.near)).then_some(kind)
}

fn is_soon(context: &Context<'_>, rule: &SecondSource, row: &Alarm) -> bool {
    let last = row.joined.iter().map(|joined| joined.at).max();
    let last = last.unwrap_or(row.raised_at).max(row.raised_at);
    context.now.since(last) <= Span::from_secs(i64::from(rule.within_s))
}

fn is_as_urgent(context: &Context<'_>, seen: &Seen<'_>, rule: &SecondSource, row: &Alarm) -> bool {
    let risen = context.estate.alarm_type(&rule.to);
    let becomes = risen.map_or(row.priority, |to| to.priority.min(row.priority));
    becomes <= seen.kind.priority
}
