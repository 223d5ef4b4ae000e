//! What everybody at a console knows, and commands are decided on.

use super::state::View;
use crate::alarm::{Alarm, AlarmRefusal};
use crate::dispatch::{Assignment, DispatchRefusal};
use crate::estate::{AlarmType, DutyKept, Estate, Person};
use crate::ids::{AlarmId, AlarmTypeId, AssignmentId, IncidentId, PersonId, PhoneId};
use crate::incident::{Incident, IncidentRefusal};
use crate::serial::is_default;
use crate::staff::Duty;
use crate::text::CallSign;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The folded site, the estate document and the time: the server has them, and every console.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub view: &'a View,
    pub estate: &'a Estate,
    pub now: Timestamp,
}

/// How much is in somebody's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Owned {
    /// Alarms without a verdict.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alarms: u32,
    /// Incidents that are open.
    #[serde(default, skip_serializing_if = "is_default")]
    pub incidents: u32,
}

impl<'a> Known<'a> {
    /// A row that is held live.
    pub fn alarm(&self, id: AlarmId) -> Result<&'a Alarm, AlarmRefusal> {
        let row = self.view.alarms.get(&id);
        row.ok_or(AlarmRefusal::UnknownAlarm { alarm: id })
    }

    /// An incident that is held live.
    pub fn incident(&self, id: IncidentId) -> Result<&'a Incident, IncidentRefusal> {
        let incident = self.view.incidents.get(&id);
        incident.ok_or(IncidentRefusal::UnknownIncident { incident: id })
    }

    /// The open incident that a row is part of.
    pub fn open_incident_of(&self, row: &Alarm) -> Option<&'a Incident> {
        let incident = self.view.incidents.get(&row.incident?);
        incident.filter(|incident| incident.is_open())
    }

    /// How much somebody has that is not over.
    pub fn owned_by(&self, person: &PersonId) -> Owned {
        let alarms = self.view.alarms.values();
        let alarms = alarms.filter(|row| !row.is_judged() && row.owner() == Some(person));
        let incidents = self.view.incidents.values();
        let incidents = incidents.filter(|one| one.is_open() && one.owner() == Some(person));
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Owned {
            alarms: count(alarms.count()),
            incidents: count(incidents.count()),
        }
    }

    /// An assignment that is held live.
    pub fn assignment(&self, id: AssignmentId) -> Result<&'a Assignment, DispatchRefusal> {
        let assignment = self.view.assignments.get(&id);
        assignment.ok_or(DispatchRefusal::UnknownAssignment { assignment: id })
    }

    /// Who was sent to an incident, in that order.
    pub fn assignments_of(
        &self,
        incident: IncidentId,
    ) -> impl Iterator<Item = &'a Assignment> + use<'a> {
        let all = self.view.assignments.values();
        all.filter(move |one| one.incident == incident)
    }

    /// How many are asked, going or there: one for each slot.
    pub fn live_slots(&self, incident: IncidentId) -> usize {
        let live = self.assignments_of(incident).filter(|one| one.is_live());
        live.map(|one| one.slot).collect::<BTreeSet<_>>().len()
    }

    /// What binds somebody now.
    pub fn task_of(&self, person: &PersonId) -> Option<&'a Assignment> {
        let mut all = self.view.assignments.values();
        all.find(|one| one.person == *person && one.is_task())
    }

    /// Whose a phone is: as its name says if it is somebody's page, as facts say, else as the estate says.
    pub fn person_of_phone(&self, phone: &PhoneId) -> Option<&'a PersonId> {
        if let Some(person) = phone.person_of_page() {
            return self.estate.person_of_page(person);
        }
        if let Some(bound) = self.view.phones.get(phone) {
            return bound.as_ref();
        }
        let mut people = self.estate.people.iter();
        let whose = people.find(|person| person.phone.as_ref() == Some(phone));
        whose.map(|person| &person.id)
    }

    /// Whether somebody has a phone: the estate's, which is nobody else's there, if it is still theirs, or one that
    /// was bound to them.
    pub fn has_phone(&self, person: &Person) -> bool {
        let is_still_theirs = |phone: &PhoneId| {
            if let Some(bound) = self.view.phones.get(phone) {
                return bound.as_ref() == Some(&person.id);
            }
            let page = phone.person_of_page();
            page.is_none_or(|page| page == person.id.as_str())
        };
        let mut bound = self.view.phones.values();
        person.phone.as_ref().is_some_and(is_still_theirs)
            || bound.any(|whose| whose.as_ref() == Some(&person.id))
    }

    /// What somebody is called on the radio: what they were given, else what the estate says.
    pub fn call_sign(&self, person: &'a Person) -> Option<&'a CallSign> {
        let state = self.view.people.get(&person.id);
        let given = state.and_then(|state| state.call_sign.as_ref());
        given.or(person.call_sign.as_ref())
    }

    /// Whether a person is on duty, where the estate keeps duty; everybody is where it does not.
    pub fn is_on_duty(&self, person: &PersonId) -> bool {
        match self.estate.staffing.duty {
            DutyKept::Assumed => true,
            DutyKept::Recorded => matches!(
                self.view.people.get(person).map(|person| person.duty),
                Some(Duty::On { .. })
            ),
        }
    }

    /// Whether somebody takes a break: they are on duty, and no rule sends them.
    pub fn is_on_break(&self, person: &PersonId) -> bool {
        let state = self.view.people.get(person);
        state.is_some_and(|state| state.break_since.is_some())
    }

    /// By when somebody has to be sent for something of this type that somebody takes now, if its type says so.
    pub fn dispatch_due_at(&self, kind: &AlarmTypeId) -> Option<Timestamp> {
        let seconds = self.estate.alarm_type(kind)?.dispatch_s_max?;
        Some(self.now + Span::from_secs(i64::from(seconds)))
    }

    /// The claim deadline of an alarm of this type that begins to wait now.
    pub fn claim_due_at(&self, kind: &AlarmType, shift_end: Timestamp) -> Timestamp {
        match kind.claim_s_max {
            Some(seconds) => self.now + Span::from_secs(i64::from(seconds)),
            None => shift_end,
        }
    }
}
