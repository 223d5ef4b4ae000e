//! What every rule is given: the site, the estate and the time.

use crate::alarm::{Alarm, follow_up_wait};
use crate::estate::{AlarmType, DutyKept, EstateIndex, Priority};
use crate::fact::{Cause, FactBody, FactDraft};
use crate::ids::{PersonId, PhoneId};
use crate::site::{Duty, Site, View};
use crate::text::Text;
use crate::time::{Span, Timestamp};

/// What a rule decides from.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What is known.
    pub site: &'a Site,
    /// The place.
    pub estate: &'a EstateIndex,
    /// Site time.
    pub now: Timestamp,
}

impl<'a> Context<'a> {
    /// What displays know.
    pub fn view(&self) -> &'a View {
        self.site.view()
    }

    /// When the shift of this moment ends.
    pub fn shift_end(&self) -> Timestamp {
        self.estate.calendar.shift_end(self.now)
    }

    /// The claim deadline of an alarm of this type that begins to wait now.
    pub fn claim_due_at(&self, kind: &AlarmType) -> Timestamp {
        match kind.claim_s_max {
            Some(seconds) => self.now + Span::from_secs(i64::from(seconds)),
            None => self.shift_end(),
        }
    }

    /// The same for an alarm that waits again. Where its type has left the estate, its priority
    /// says how long it may.
    pub fn claim_due_again_at(&self, alarm: &Alarm) -> Timestamp {
        match self.estate.alarm_type(&alarm.kind) {
            Some(kind) => self.claim_due_at(kind),
            None => self.follow_up_due_at(alarm.priority),
        }
    }

    /// By when something has to be done about an alarm that somebody took or saw now.
    pub fn follow_up_due_at(&self, priority: Priority) -> Timestamp {
        follow_up_wait(priority).map_or_else(|| self.shift_end(), |wait| self.now + wait)
    }

    /// Whose a phone is: as facts say, else as the estate says.
    pub fn person_of_phone(&self, phone: &PhoneId) -> Option<&'a PersonId> {
        match self.view().phones.get(phone) {
            Some(bound) => bound.as_ref(),
            None => self.estate.person_of_phone(phone),
        }
    }

    /// Whether a person is on duty, where the estate keeps duty; everybody is where it does not.
    pub fn is_on_duty(&self, person: &PersonId) -> bool {
        match self.estate.estate.staffing.duty {
            DutyKept::Assumed => true,
            DutyKept::Recorded => {
                matches!(
                    self.view().people.get(person).map(|p| p.duty),
                    Some(Duty::On { .. })
                )
            }
        }
    }

    /// A fact that a rule decides, named `rule@version`.
    pub fn by_rule(&self, rule: &'static str, alarm: Option<&Alarm>, body: FactBody) -> FactDraft {
        FactDraft {
            occurred_at: None,
            cause: Cause::Rule(Text::constant(rule)),
            actor: None,
            drill: alarm.is_some_and(|alarm| alarm.drill),
            body,
        }
    }
}
