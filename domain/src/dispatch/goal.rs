//! Where people are sent, and which lifts they may take: one answer for the server that ranks and re-offers, the
//! phone that shows the way, and the console that names somebody on its button and says a sentence for the radio.

use crate::alarm::{Alarm, Located};
use crate::estate::{LiftUse, Lifts, Ways, WaysTo};
use crate::ids::{AlarmTypeId, DeviceId};
use crate::incident::Incident;
use crate::view::Known;
use std::collections::BTreeSet;

/// What people are sent for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Goal<'a> {
    /// The incident, if it is one already.
    pub incident: Option<&'a Incident>,
    /// Its type.
    pub kind: &'a AlarmTypeId,
    pub place: &'a Located,
    pub lifts: Lifts<'a>,
}

impl<'a> Goal<'a> {
    /// Of an incident.
    pub fn of_incident(known: &Known<'a>, incident: &'a Incident) -> Self {
        let rows = incident.alarms.iter();
        let rows = rows.filter_map(|id| known.view.alarms.get(id));
        Self {
            incident: Some(incident),
            kind: &incident.kind,
            place: &incident.place,
            lifts: lifts(known, &incident.kind, rows),
        }
    }

    /// Of the open incident that an alarm is part of; of the alarm, while it is part of none.
    pub fn of_alarm(known: &Known<'a>, alarm: &'a Alarm) -> Self {
        if let Some(incident) = known.open_incident_of(alarm) {
            return Self::of_incident(known, incident);
        }
        Self {
            incident: None,
            kind: &alarm.kind,
            place: &alarm.place,
            lifts: lifts(known, &alarm.kind, [alarm].into_iter()),
        }
    }

    /// All ways there; nothing while nobody knows where it is.
    pub fn ways<'w>(&self, ways: &'w Ways) -> Option<WaysTo<'w>> {
        Some(ways.to(self.place.place()?, self.lifts))
    }
}

/// Which lifts whoever is sent for this may take. Where people are trapped, that lift is out; where they are trapped
/// in several, or nobody knows in which, all of them are.
pub fn lifts<'a>(
    known: &Known<'_>,
    kind: &AlarmTypeId,
    rows: impl Iterator<Item = &'a Alarm>,
) -> Lifts<'a> {
    let use_of = |kind| known.estate.alarm_type(kind).map(|kind| kind.lifts);
    match use_of(kind).unwrap_or_default() {
        LiftUse::Allowed => Lifts::Allowed,
        LiftUse::Forbidden => Lifts::Forbidden,
        LiftUse::NotThisOne => {
            let stuck = rows.filter(|row| use_of(&row.kind) == Some(LiftUse::NotThisOne));
            let stuck: BTreeSet<Option<&DeviceId>> = stuck.map(|row| row.source.device()).collect();
            match (stuck.len(), stuck.first()) {
                (1, Some(Some(lift))) => Lifts::Without(lift),
                _ => Lifts::Forbidden,
            }
        }
    }
}
