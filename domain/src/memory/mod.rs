//! What the engine remembers beside the facts, and may forget: who was heard when, and who seems to
//! be on the way across a border.
//!
//! A restart begins with no more here than where people were, if the shell says so
//! ([`crate::engine::Engine::recall`]). Silence is then measured from the restart, and a border takes
//! as many fixes as the first time. Everything that was decided from it is in facts.

mod borders;
mod last_fixes;
mod last_heard;
mod timers;

pub use borders::{AREAS_MEASURED_MAX, Borders};
pub use last_fixes::{LastFixes, LastPlace};
pub use last_heard::LastHeard;

use crate::alarm::AlarmFact;
use crate::estate::EstateIndex;
use crate::fact::{Fact, FactBody};
use crate::ids::AlarmId;
use crate::incident::IncidentFact;
use crate::site::Site;
use crate::staff::StaffFact;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;

pub(crate) use borders::{Belief, Crossing, Shape};

/// Silent devices or people that one input asks about; the rest is due at once.
pub(crate) const ASKED_PER_INPUT_MAX: usize = 64;
/// When a silence is looked at again that found no room for its row.
pub(crate) const REFUSED_AGAIN_AFTER: Span = Span::from_secs(60);

/// What the engine remembers beside the facts. Bounded by the estate: one entry for each device and
/// each person, and [`AREAS_MEASURED_MAX`] areas for each person.
#[derive(Debug, Default)]
pub struct Memory {
    /// When devices were heard.
    pub heard: LastHeard,
    /// Where people were.
    pub fixes: LastFixes,
    /// Who seems to cross which border.
    pub borders: Borders,
    /// Something came that may begin or end a flood: since when it is to be looked at.
    pub(crate) flood_due_at: Option<Timestamp>,
    /// When a zone switches next by its schedule.
    pub(crate) arming_due_at: Option<Timestamp>,
    /// Alarms that may belong to an incident, and whether they may join one: what a restart finds is
    /// only looked at for one of its own.
    /// At most one for each open alarm.
    pub(crate) to_gather: BTreeMap<AlarmId, bool>,
    /// Since when.
    pub(crate) gather_due_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
}

impl Memory {
    /// A memory that begins after these facts. What came before a restart may have begun a flood.
    pub fn after(site: &Site) -> Self {
        let alarms = &site.control().alarms;
        let alone = alarms.open().filter(|id| {
            let row = site.view().alarms.get(id);
            row.is_some_and(|row| {
                let is_alone = row.incident.is_none() && !row.taken_out;
                // Whoever claimed it before the site went down has an incident by now, too.
                is_alone && !row.is_judged()
            })
        });
        let to_gather: BTreeMap<_, _> = alone.map(|id| (id, false)).collect();
        Self {
            flood_due_at: alarms.recent().next_back().map(|(at, _)| at),
            gather_due_at: (!to_gather.is_empty()).then(|| Timestamp::from_secs(0)),
            to_gather,
            ..Self::default()
        }
    }

    /// Another estate counts. The first one starts the engine: what was before it is not known.
    pub fn load(&mut self, estate: &EstateIndex, now: Timestamp) {
        let started_at = *self.started_at.get_or_insert(now);
        self.heard.load(estate, now);
        self.fixes.load(estate, started_at);
        self.borders.load(estate);
    }

    /// Looks again at whom a fact makes expected, and follows nobody who went off duty.
    pub fn follow(&mut self, fact: &Fact, estate: Option<&EstateIndex>) {
        if let FactBody::Alarm(AlarmFact::Raised(_) | AlarmFact::Joined(_)) | FactBody::Flood(_) =
            fact.body
        {
            self.flood_due_at = Some(fact.recorded_at);
        }
        if let FactBody::Alarm(body) = &fact.body
            && let Some(alarm) = gathered_by(body)
        {
            self.to_gather.insert(alarm, true);
            self.gather_due_at = Some(fact.recorded_at);
        }
        if let FactBody::Incident(body) = &fact.body {
            self.follow_incident(body);
        }
        if let (Some(estate), FactBody::Staff(staff)) = (estate, &fact.body) {
            self.follow_staff(fact.recorded_at, staff, estate);
        }
    }

    /// An alarm is part of an incident, or of none.
    pub(crate) fn gathered(&mut self, alarm: AlarmId) {
        self.to_gather.remove(&alarm);
        if self.to_gather.is_empty() {
            self.gather_due_at = None;
        }
    }

    fn follow_incident(&mut self, fact: &IncidentFact) {
        if let IncidentFact::Opened(body) = fact {
            for alarm in &body.alarms {
                self.gathered(*alarm);
            }
        } else if let IncidentFact::Joined(body) = fact {
            self.gathered(body.alarm);
        }
    }

    fn follow_staff(&mut self, at: Timestamp, fact: &StaffFact, estate: &EstateIndex) {
        let person = match fact {
            StaffFact::OnDuty(body) => &body.person,
            StaffFact::PhoneBound(body) => &body.person,
            StaffFact::OffDuty(body) => return self.borders.forget(&body.person),
            StaffFact::Gone(_)
            | StaffFact::Back(_)
            | StaffFact::BreakBegan(_)
            | StaffFact::BreakEnded(_)
            | StaffFact::PhoneUnbound(_)
            | StaffFact::CallSignGiven(_) => return,
        };
        if let Some(limit) = estate.silent_after() {
            self.fixes.look_at(person, at + limit);
        }
    }
}

/// The row that may belong to an incident since this fact.
const fn gathered_by(fact: &AlarmFact) -> Option<AlarmId> {
    if let AlarmFact::Raised(body) = fact {
        Some(body.alarm)
    } else if let AlarmFact::Risen(body) = fact {
        Some(body.alarm)
    } else if let AlarmFact::Returned(body) = fact {
        Some(body.alarm)
    } else if let AlarmFact::Released(body) = fact {
        Some(body.alarm)
    } else if let AlarmFact::Split(body) = fact {
        Some(body.into)
    } else {
        None
    }
}
