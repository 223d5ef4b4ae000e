//! While a flood lasts, what looks like the same matter shares a row. The two highest priorities are
//! never folded: see [`super::flood`].

use super::seen::{Decision, Seen};
use crate::alarm::{Alarm, JOINED_MAX, JoinedBy, Source};
use crate::answer::Outcome;
use crate::estate::Priority;
use crate::site::Context;

/// Rows that are looked at, newest first.
const LOOKED_AT_MAX: usize = 500;

/// Folds a condition into a row that looks like the same matter, while a flood lasts.
pub(super) fn fold(context: &Context<'_>, seen: &Seen<'_>) -> Option<Decision> {
    context.view().flood.as_ref()?;
    if seen.kind.priority <= Priority::P2 {
        return None;
    }
    let recent = context
        .site
        .control()
        .alarms
        .recent()
        .rev()
        .take(LOOKED_AT_MAX);
    let row = recent
        .filter_map(|(_, id)| context.view().alarms.get(&id))
        .filter(|row| row.is_annunciated() && row.drill == seen.drill)
        .filter(|row| row.joined.len() < JOINED_MAX && row.priority <= seen.kind.priority)
        .filter(|row| !row.has_part(&seen.source))
        .find(|row| is_same_matter(context, seen, row))?;
    Some(Decision {
        outcome: Outcome::Joined,
        alarm: Some(row.id),
        drafts: vec![seen.join(row.id, JoinedBy::Flood)],
    })
}

/// The same kind of thing at the same building, or behind the same device of the network.
fn is_same_matter(context: &Context<'_>, seen: &Seen<'_>, row: &Alarm) -> bool {
    if row.family != *seen.kind.family() || row.source == seen.source {
        return false;
    }
    let upstream = |source: &Source| {
        let device = source.device().and_then(|id| context.estate.device(id));
        device.and_then(|device| device.upstream.clone())
    };
    let building = seen.place.building();
    let same_building = building.is_some() && row.place.building() == building;
    let through = upstream(&seen.source);
    same_building || (through.is_some() && through == upstream(&row.source))
}
