//! Whether two things are one matter: of one procedure, and in one building or near each other.

use super::reasons::JoinedIncidentBy;
use super::state::{Incident, JOIN_M_MAX, LINK_S_MAX, Stage};
use crate::alarm::{Alarm, Located, Source};
use crate::geo::distance_m;
use crate::ids::{AlarmTypeId, IncidentId};
use crate::time::Span;
use crate::view::Known;

/// Why an alarm and an incident are one matter, if they are.
pub(crate) fn together(
    known: &Known<'_>,
    row: &Alarm,
    incident: &Incident,
) -> Option<JoinedIncidentBy> {
    let is_apart = row.drill != incident.drill || row.began_as_duress() || incident.discreet;
    if is_apart || !is_alike(known, &row.kind, &incident.kind) {
        return None;
    }
    near(&row.place, &incident.place)
}

fn near(one: &Located, other: &Located) -> Option<JoinedIncidentBy> {
    if one.building().is_some() && one.building() == other.building() {
        return Some(JoinedIncidentBy::Building);
    }
    let m = distance_m(one.point()?, other.point()?);
    if m > JOIN_M_MAX {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and JOIN_M_MAX"
    )]
    let m = m.round() as u16;
    Some(JoinedIncidentBy::Near { m })
}

/// Whether one procedure does for both; where none is written down, whether they are of one family.
fn is_alike(known: &Known<'_>, one: &AlarmTypeId, other: &AlarmTypeId) -> bool {
    let kind = |id| known.estate.alarm_type(id);
    let (Some(one), Some(other)) = (kind(one), kind(other)) else {
        return false;
    };
    match (&one.procedure, &other.procedure) {
        (None, None) => one.family() == other.family(),
        (one, other) => one == other,
    }
}

/// The incident of the same matter that was closed last, at most [`LINK_S_MAX`] seconds ago: an alarm joins nothing
/// that is closed, and whoever opens a new one is told what it comes after.
pub(crate) fn closed_before(known: &Known<'_>, row: &Alarm) -> Option<IncidentId> {
    let recent = known.view.closed_incidents.iter().rev();
    let recent = recent.take_while(|(at, _)| known.now.since(*at) <= Span::from_secs(LINK_S_MAX));
    let mut recent = recent.filter_map(|(_, id)| known.view.incidents.get(id));
    let found = recent.find(|incident| {
        let is_closed = matches!(incident.stage, Stage::Closed { .. });
        is_closed && row.source != Source::System && together(known, row, incident).is_some()
    });
    found.map(|incident| incident.id)
}
