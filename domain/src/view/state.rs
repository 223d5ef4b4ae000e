//! The part of a site that displays replicate.

use crate::actuation::ActuationState;
use crate::alarm::Alarm;
use crate::dispatch::Assignment;
use crate::door::DoorState;
use crate::flood::Flood;
use crate::ids::{
    AlarmId, AssignmentId, DeviceId, EstateHash, IncidentId, PersonId, PhoneId, Seq, ZoneId,
};
use crate::incident::Incident;
use crate::ladder::LadderRun;
use crate::matter::Matter;
use crate::notify::state::Reach;
use crate::self_test::SelfTest;
use crate::staff::PersonState;
use crate::time::Timestamp;
use crate::zone::ZoneState;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// What every display of the staff knows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct View {
    /// The last fact that was folded.
    pub seq: Seq,
    /// The estate document that counts.
    pub estate: Option<EstateHash>,
    /// Open alarms, and those closed within 24 hours.
    pub alarms: BTreeMap<AlarmId, Alarm>,
    /// When which alarm was closed, in that order.
    /// At most `alarm::CLOSED_ALARMS_MAX`.
    pub(crate) closed: VecDeque<(Timestamp, AlarmId)>,
    /// Open incidents, and those closed within 24 hours.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// When which incident was closed, in that order.
    /// At most `incident::CLOSED_INCIDENTS_MAX`.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(crate) closed_incidents: VecDeque<(Timestamp, IncidentId)>,
    /// Who was sent, for as long as their incidents stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assignments: BTreeMap<AssignmentId, Assignment>,
    /// What facts said of people. Who is not here is as the estate says, and off duty.
    pub people: BTreeMap<PersonId, PersonState>,
    /// Whose a phone is, where facts said so: somebody's or nobody's. Else it is as in the estate.
    pub phones: BTreeMap<PhoneId, Option<PersonId>>,
    /// Zones that were ever armed or disarmed. A zone that is not here is disarmed.
    pub zones: BTreeMap<ZoneId, ZoneState>,
    /// Doors whose state is known.
    pub doors: BTreeMap<DeviceId, DoorState>,
    /// What was last wanted of a device, and what became of it. One for each device.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actuations: BTreeMap<DeviceId, ActuationState>,
    /// Who is called about what, and whose answer ended that. One for each alarm that is here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ladders: BTreeMap<Matter, LadderRun>,
    /// By what people are reached who can be called. Where nobody can, no ladder is climbed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reach: BTreeMap<PersonId, Reach>,
    /// 报警激增, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flood: Option<Flood>,
    /// The last self-test, if there ever was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_test: Option<SelfTest>,
}

impl View {
    /// What facts said of a person.
    pub fn person(&self, person: &PersonId) -> PersonState {
        self.people.get(person).cloned().unwrap_or_default()
    }

    /// Whether a zone is armed.
    pub fn is_armed(&self, zone: &ZoneId) -> bool {
        self.zones.get(zone).is_some_and(|zone| zone.armed)
    }

    /// Orders that are under way, with their devices.
    pub fn open_actuations(&self) -> impl Iterator<Item = (&DeviceId, &ActuationState)> {
        let all = self.actuations.iter();
        all.filter(|(_, state)| state.settled.is_none())
    }
}
