//! What was told becomes an alarm, claimed by whoever took the call, and its incident.

use super::command::{PlaceName, RegistrationCommand};
use super::refusal::RegistrationRefusal;
use crate::access::Actor;
use crate::alarm::decide::Terms as AlarmTerms;
use crate::alarm::{Alarm, AlarmFact, AlarmRefusal, Located, OPEN_ALARMS_MAX, Source};
use crate::estate::{AlarmType, Estate, Place, Priority};
use crate::fact::{AlarmRaised, FactBody};
use crate::ids::{AlarmId, AlarmTypeId, Seq};
use crate::incident::decide::{Terms as IncidentTerms, must_have_room, opened};
use crate::incident::{IncidentFact, OpenedBy};
use crate::observation::{Doubts, ReportedState};
use crate::refusal::{CommonRefusal, Refusal};
use crate::subject::Stamp;
use crate::view::Known;

/// What only the server knows of a new alarm.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The number that it gets.
    pub next_alarm: AlarmId,
    pub open_alarms: usize,
    pub is_night: bool,
}

impl Terms {
    /// As a display can tell.
    pub const fn of_display() -> Self {
        Self {
            next_alarm: AlarmId(0),
            open_alarms: 0,
            is_night: false,
        }
    }
}

pub(crate) fn decide(
    known: &Known<'_>,
    actor: &Actor,
    command: RegistrationCommand,
    terms: &Terms,
    incidents: &IncidentTerms,
    of_alarm: impl FnOnce(&Alarm) -> AlarmTerms,
) -> Result<Vec<FactBody>, Refusal> {
    let RegistrationCommand::Register { kind, place } = command;
    let kind = registrable(known.estate, &kind, terms.is_night)?;
    if terms.open_alarms >= OPEN_ALARMS_MAX && kind.priority != Priority::P1 {
        return Err(AlarmRefusal::TooManyOpenAlarms.into());
    }
    must_have_room(kind.priority, incidents)?;
    let raised = AlarmRaised {
        alarm: terms.next_alarm,
        kind: kind.id.clone(),
        family: kind.family().clone(),
        tier: kind.tier,
        priority: kind.priority,
        source: Source::Registration(terms.next_alarm),
        place: Located::Fixed(place_of(known.estate, place)?),
        state: ReportedState::Momentary,
        active_s_max: None,
        claim_due_at: known.claim_due_at(kind, incidents.shift_end),
        doubts: Doubts::default(),
        silence: None,
    };
    let row = Alarm::raised(
        &raised,
        &Stamp {
            seq: Seq(0),
            at: known.now,
            occurred_at: known.now,
            actor: None,
            drill: false,
        },
    );
    let by = actor.person.clone();
    let due_at = of_alarm(&row).follow_up_due_at;
    let claimed = crate::alarm::decide::claimed(known, &row, by.clone(), due_at);
    let opened = opened(known, OpenedBy::Registration, &row, Some(by), incidents);
    Ok(vec![
        AlarmFact::Raised(raised).into(),
        AlarmFact::Claimed(claimed).into(),
        IncidentFact::Opened(opened).into(),
    ])
}

/// The type as it is now: some are others at night.
fn registrable<'a>(
    estate: &'a Estate,
    id: &AlarmTypeId,
    is_night: bool,
) -> Result<&'a AlarmType, Refusal> {
    let kind = estate.alarm_type(id).ok_or(CommonRefusal::NotInEstate)?;
    if kind.by_rule_only || kind.id.is_duress() || kind.family().is_duress() {
        let kind = kind.id.clone();
        return Err(RegistrationRefusal::NotRegistered { kind }.into());
    }
    let at_night = kind.at_night.as_ref().filter(|_| is_night);
    let at_night = at_night.and_then(|id| estate.alarm_type(id));
    Ok(at_night.unwrap_or(kind))
}

fn place_of(estate: &Estate, place: PlaceName) -> Result<Place, RegistrationRefusal> {
    let found = estate.place_named(place.as_str());
    found.ok_or(RegistrationRefusal::UnknownPlace { place })
}
