//! What its alarms make of an incident, whenever one of them became worse, came or left.
//!
//! **Worse:** it is of the type of the alarm that is worse than all others, and as urgent; it wants as many people
//! as any of its alarms does; and if somebody owns it and fewer are sent, the time in which they have to be starts
//! anew. **Less bad**, once its worst alarm has left: it is what the alarms make of it that are left, apart from
//! those that were false. A priority that somebody set holds then. Nothing starts anew, but where those who were
//! sent have left with the other alarms. Where no alarm is left at the place to which people are sent, that is the
//! place of the worst one from then on.
//!
//! A verdict changes none of it: who was sent for a false alarm is recalled by a person.

use crate::alarm::{Alarm, Located};
use crate::estate::Priority;
use crate::fact::{Fact, FactDraft, IncidentRegraded};
use crate::ids::{AlarmTypeId, IncidentId};
use crate::incident::grade::{guards, is_worse, nearest, worst};
use crate::incident::{Incident, IncidentFact};
use crate::site::Context;
use crate::view::Touched;
use std::collections::BTreeSet;

const RULE: &str = "regrade@1";

/// What an incident is by its alarms.
struct Grade {
    kind: AlarmTypeId,
    priority: Priority,
    guards: u8,
    /// Where people are sent, if that changes.
    place: Located,
    /// Whether the time to send people starts anew.
    starts: bool,
}

/// What follows from a fact, in its own turn: what the incidents are whose alarms it changed.
pub(crate) fn follows(context: &Context<'_>, fact: &Fact, touched: &Touched) -> Vec<FactDraft> {
    let alarms = touched.alarms.iter();
    let of_alarms = alarms.filter_map(|change| context.view().alarms.get(&change.id)?.incident);
    let itself = touched.incidents.iter().map(|change| change.id);
    let changed: BTreeSet<IncidentId> = of_alarms.chain(itself).collect();
    let drafts = changed.into_iter();
    drafts
        .filter_map(|id| regraded(context, fact, touched, id))
        .collect()
}

fn regraded(
    context: &Context<'_>,
    fact: &Fact,
    touched: &Touched,
    id: IncidentId,
) -> Option<FactDraft> {
    let now = context.view().incidents.get(&id);
    let now = now.filter(|incident| incident.is_open())?;
    // Of several changes the first knows what was before. One that is new says itself what it is.
    let mut changes = touched.incidents.iter();
    let before = changes.find(|change| change.id == id);
    let before = before.map_or(Some(now), |change| change.before.as_ref())?;
    let has_lost = before
        .alarms
        .iter()
        .any(|alarm| !now.alarms.contains(alarm));
    let grade = if has_lost {
        with_fewer(context, touched, before, now)?
    } else {
        with_worse(context, touched, before, now)?
    };
    let body = body(context, now, grade)?;
    let mut draft = context.by_rule_in(RULE, now.drill, IncidentFact::Regraded(body));
    // Whoever took an alarm out has answered what was wanted for it.
    draft.actor = fact.actor.clone().filter(|_| has_lost);
    Some(draft)
}

/// The fact; nothing, if it is all so already.
fn body(context: &Context<'_>, now: &Incident, grade: Grade) -> Option<IncidentRegraded> {
    let known = context.known();
    let is_short = known.live_slots(now.id) < usize::from(grade.guards);
    let is_wanted = now.owner().is_some() && now.needs_people();
    let anew = known.dispatch_due_at(&grade.kind);
    let anew = anew.filter(|_| grade.starts && is_wanted);
    // What runs already runs on, also while nobody owns it.
    let dispatch_due_at = anew.or(now.dispatch_due_at).filter(|_| is_short);
    let is_so = grade.kind == now.kind
        && grade.priority == now.priority
        && grade.guards == now.guards
        && grade.place.is_unknown()
        && dispatch_due_at == now.dispatch_due_at;
    (!is_so).then_some(IncidentRegraded {
        incident: now.id,
        kind: grade.kind,
        priority: grade.priority,
        guards: grade.guards,
        dispatch_due_at,
        place: grade.place,
    })
}

/// What it is with alarms that came, or became worse; nothing, if none did.
fn with_worse(
    context: &Context<'_>,
    touched: &Touched,
    before: &Incident,
    now: &Incident,
) -> Option<Grade> {
    let known = context.known();
    let all = || {
        let all = now.alarms.iter();
        all.filter_map(|id| context.view().alarms.get(id))
    };
    let news = || all().filter(|row| !is_false(row) && is_news(touched, row));
    let is_worst = |row: &&Alarm| all().all(|other| other.id == row.id || is_worse(row, other));
    let kind = news().find(is_worst).map_or(&before.kind, |row| &row.kind);
    // What somebody set holds until something worse comes.
    let priority = news().map(|row| row.priority).min()?.min(before.priority);
    let wanted = news()
        .map(|row| guards(&known, row))
        .max()?
        .max(before.guards);
    Some(Grade {
        starts: *kind != before.kind || priority < before.priority || wanted > before.guards,
        kind: kind.clone(),
        priority,
        guards: wanted,
        place: Located::Unknown,
    })
}

fn is_false(row: &Alarm) -> bool {
    row.judged().is_some_and(|judged| judged.verdict.is_false())
}

/// Whether it came with this fact, or became worse by it.
fn is_news(touched: &Touched, row: &Alarm) -> bool {
    let mut changes = touched.alarms.iter();
    let change = changes.find(|change| change.id == row.id);
    change.is_some_and(|change| {
        let before = change.before.as_ref();
        before.is_none_or(|before| before.incident != row.incident || is_worse(row, before))
    })
}

/// What it is without those that left it; nothing else than before, if all that are left were false.
fn with_fewer(
    context: &Context<'_>,
    touched: &Touched,
    before: &Incident,
    now: &Incident,
) -> Option<Grade> {
    let known = context.known();
    let row = |id| context.view().alarms.get(id);
    let left = || now.alarms.iter().filter_map(row);
    let counts = || left().filter(|row| !is_false(row));
    let worst = worst(counts())?;
    let there = nearest(&before.place, before.alarms.iter().filter_map(row));
    let is_left = there.is_some_and(|there| now.alarms.contains(&there.id));
    let mut people = touched.assignments.iter();
    let of_it = |incident: Option<IncidentId>| incident == Some(now.id);
    let have_left = people.any(|change| {
        let has = context.view().assignments.get(&change.id);
        of_it(change.before.as_ref().map(|one| one.incident)) && !of_it(has.map(|one| one.incident))
    });
    Some(Grade {
        kind: worst.kind.clone(),
        priority: match &now.priority_by {
            Some(_) => now.priority,
            None => worst.priority,
        },
        guards: counts().map(|row| guards(&known, row)).max()?,
        place: if is_left {
            Located::Unknown
        } else {
            worst.place.clone()
        },
        starts: have_left,
    })
}
