//! What every rule is given: the site, the estate and the time.

use super::control::Control;
use super::state::Site;
use crate::alarm::decide::Terms;
use crate::alarm::{Alarm, OVERDUE_WAIT_MAX, follow_up_wait};
use crate::dispatch::Assignment;
use crate::estate::{AlarmType, EstateIndex, Priority};
use crate::fact::{Cause, FactBody, FactDraft};
use crate::ids::{PersonId, PhoneId};
use crate::incident::decide::Terms as IncidentTerms;
use crate::text::Text;
use crate::time::{Span, Timestamp};
use crate::view::{Known, View};

/// A deadline settled later than this was missed while nobody ran: it is marked late.
const LATE_AFTER: Span = Span::from_secs(5);

/// What a rule decides from.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What is known.
    pub site: &'a Site,
    pub estate: &'a EstateIndex,
    pub now: Timestamp,
}

impl<'a> Context<'a> {
    /// What displays know.
    pub fn view(&self) -> &'a View {
        self.site.view()
    }

    /// What only the server knows.
    pub fn control(&self) -> &'a Control {
        self.site.control()
    }

    /// The same as consoles know it.
    pub fn known(&self) -> Known<'a> {
        Known {
            view: self.site.view(),
            estate: &self.estate.estate,
            now: self.now,
        }
    }

    /// When what may wait for the end of the shift is due: then, and never sooner than
    /// [`OVERDUE_WAIT_MAX`] from now. What comes in the last minutes would else be overdue at once, and
    /// again after as few seconds. Put off to the end of the next shift it would be nobody's for half
    /// a day; so whoever comes on has it within their first quarter of an hour.
    pub fn shift_end(&self) -> Timestamp {
        let end = self.estate.calendar.shift_end(self.now);
        end.max(self.now + OVERDUE_WAIT_MAX)
    }

    /// Seconds by which it is noticed too late that something is due; none within [`LATE_AFTER`].
    pub fn late_s(&self, due_at: Timestamp) -> u32 {
        let late = self.now.since(due_at);
        let late_s = if late > LATE_AFTER { late.as_secs() } else { 0 };
        u32::try_from(late_s).unwrap_or(u32::MAX)
    }

    /// The claim deadline of an alarm of this type that begins to wait now.
    pub fn claim_due_at(&self, kind: &AlarmType) -> Timestamp {
        self.known().claim_due_at(kind, self.shift_end())
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

    /// What a step about this row is decided by.
    pub fn terms(&self, row: &Alarm) -> Terms {
        Terms {
            follow_up_due_at: self.follow_up_due_at(row.priority),
            claim_due_again_at: self.claim_due_again_at(row),
            shift_end: self.shift_end(),
            shelved: self.control().alarms.shelved(),
            next_alarm: self.control().alarms.next(),
        }
    }

    /// What a step about incidents is decided by.
    pub fn incident_terms(&self) -> IncidentTerms {
        let incidents = &self.control().incidents;
        IncidentTerms {
            next_incident: incidents.next(),
            open_incidents: incidents.open_count(),
            shift_end: self.shift_end(),
        }
    }

    /// What somebody is asked for, goes to, or is at. [`Known`] looks through everybody's, and each position
    /// of a phone asks.
    pub fn live_of(&self, person: &PersonId) -> impl Iterator<Item = &'a Assignment> {
        let view = self.view();
        let theirs = self.control().dispatch.live_of(person);
        theirs.filter_map(|id| view.assignments.get(&id))
    }

    /// What binds somebody now.
    pub fn task_of(&self, person: &PersonId) -> Option<&'a Assignment> {
        self.live_of(person).find(|one| one.is_task())
    }

    /// Whose a phone is: as its name says if it is somebody's page, as facts say, else as the estate says.
    pub fn person_of_phone(&self, phone: &PhoneId) -> Option<&'a PersonId> {
        if let Some(person) = phone.person_of_page() {
            return self.estate.estate.person_of_page(person);
        }
        match self.view().phones.get(phone) {
            Some(bound) => bound.as_ref(),
            None => self.estate.person_of_phone(phone),
        }
    }

    /// Whether a person is on duty, where the estate keeps duty; everybody is where it does not.
    pub fn is_on_duty(&self, person: &PersonId) -> bool {
        self.known().is_on_duty(person)
    }

    /// A fact that a rule decides, named `rule@version`.
    pub fn by_rule(
        &self,
        rule: &'static str,
        alarm: Option<&Alarm>,
        body: impl Into<FactBody>,
    ) -> FactDraft {
        self.by_rule_in(rule, alarm.is_some_and(|alarm| alarm.drill), body)
    }

    /// The same about something else than an alarm.
    pub fn by_rule_in(
        &self,
        rule: &'static str,
        drill: bool,
        body: impl Into<FactBody>,
    ) -> FactDraft {
        FactDraft {
            occurred_at: None,
            cause: Cause::Rule(Text::constant(rule)),
            actor: None,
            drill,
            body: body.into(),
        }
    }
}
