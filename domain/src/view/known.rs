//! What everybody at a console knows, and commands are decided on.

use super::state::View;
use crate::alarm::{Alarm, AlarmRefusal};
use crate::estate::{AlarmType, DutyKept, Estate, Person};
use crate::ids::{AlarmId, PersonId, PhoneId};
use crate::staff::Duty;
use crate::text::CallSign;
use crate::time::{Span, Timestamp};

/// The folded site, the estate document and the time: the server has them, and every console.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub view: &'a View,
    pub estate: &'a Estate,
    pub now: Timestamp,
}

impl<'a> Known<'a> {
    /// A row that is held live.
    pub fn alarm(&self, id: AlarmId) -> Result<&'a Alarm, AlarmRefusal> {
        let row = self.view.alarms.get(&id);
        row.ok_or(AlarmRefusal::UnknownAlarm { alarm: id })
    }

    /// Whose a phone is: as facts say, else as the estate says.
    pub fn person_of_phone(&self, phone: &PhoneId) -> Option<&'a PersonId> {
        if let Some(bound) = self.view.phones.get(phone) {
            return bound.as_ref();
        }
        let mut people = self.estate.people.iter();
        let whose = people.find(|person| person.phone.as_ref() == Some(phone));
        whose.map(|person| &person.id)
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

    /// The claim deadline of an alarm of this type that begins to wait now.
    pub fn claim_due_at(&self, kind: &AlarmType, shift_end: Timestamp) -> Timestamp {
        match kind.claim_s_max {
            Some(seconds) => self.now + Span::from_secs(i64::from(seconds)),
            None => shift_end,
        }
    }
}
