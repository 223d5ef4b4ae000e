//! The book of people and zones: who is on duty, whose a phone is, what is armed, who called.

use super::books::Seen;
use super::store::Store;
use super::totals::Totals;
use castellan_domain::alarm::{Condition, MOVED_M_MIN, Source};
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{EstateIndex, Priority};
use castellan_domain::fact::FactBody;
use castellan_domain::geo::distance_m;
use castellan_domain::ids::{PersonId, PhoneId, ZoneId};
use castellan_domain::observation::{Call, Observation, PhoneFix};
use castellan_domain::refusal::Refusal;
use castellan_domain::staff::{Duty, StaffCommand, StaffRefusal};
use castellan_domain::text::CallSign;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use castellan_domain::zone::{ZoneCommand, ZoneFact};
use std::collections::BTreeMap;

/// Hours by which the estate's clocks are ahead, and when its one schedule switches.
const AHEAD_H: i64 = 8;
const ARMS_AT_H: i64 = 22;
const DISARMS_AT_H: i64 = 6;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// The zone that has a schedule.
const SCHEDULED: &str = "east";

#[derive(Clone, Default)]
pub(crate) struct StaffBook {
    on_duty: BTreeMap<PersonId, Timestamp>,
    /// Whose a phone is where somebody said so.
    phones: BTreeMap<PhoneId, Option<PersonId>>,
    call_signs: BTreeMap<PersonId, CallSign>,
    /// What people armed and disarmed last, and when.
    by_hand: BTreeMap<ZoneId, (bool, Timestamp)>,
}

impl StaffBook {
    pub(crate) fn person_of<'a>(
        &'a self,
        phone: &PhoneId,
        estate: &'a EstateIndex,
    ) -> Option<&'a PersonId> {
        if let Some(bound) = self.phones.get(phone) {
            return bound.as_ref();
        }
        let mut people = estate.estate.people.iter();
        let person = people.find(|person| person.phone.as_ref() == Some(phone));
        person.map(|person| &person.id)
    }

    pub(crate) fn has_phone(&self, person: &PersonId, estate: &EstateIndex) -> bool {
        let of_estate = estate.estate.people.iter().filter_map(|p| p.phone.as_ref());
        let mut phones = of_estate.chain(self.phones.keys());
        phones.any(|phone| self.person_of(phone, estate) == Some(person))
    }

    pub(crate) fn on_duty_since(&self, person: &PersonId) -> Option<Timestamp> {
        self.on_duty.get(person).copied()
    }

    pub(crate) fn handled(&mut self, seen: &Seen<'_>, store: &Store, totals: &mut Totals) {
        for fact in &seen.handled.facts {
            let by = match &fact.body {
                FactBody::Zone(ZoneFact::Armed(body)) => &body.by,
                FactBody::Zone(ZoneFact::Disarmed(body)) => &body.by,
                _ => continue,
            };
            totals.switched += u64::from(by.is_none());
        }
        let Some(answer) = &seen.handled.answer else {
            return;
        };
        match &seen.handled.input {
            Input::Observed(Observation::PhoneFix(fix)) => self.fix(seen, fix, answer, store),
            Input::Observed(Observation::Call(call)) => self.call(seen, call, answer, totals),
            Input::Commanded { command, .. } if answer.is_ok() => {
                self.done(command, seen.handled.at, totals);
            }
            _ => {}
        }
    }

    fn done(&mut self, command: &Command, at: Timestamp, totals: &mut Totals) {
        match command {
            Command::Staff(StaffCommand::GoOnDuty { person }) => {
                let before = self.on_duty.insert(person.clone(), at);
                assert_eq!(before, None, "{person} was on duty");
            }
            Command::Staff(StaffCommand::GoOffDuty { person }) => {
                let before = self.on_duty.remove(person);
                assert!(before.is_some(), "{person} was off duty");
            }
            Command::Staff(StaffCommand::BindPhone { phone, person }) => {
                totals.bound += 1;
                self.phones.insert(phone.clone(), Some(person.clone()));
            }
            Command::Staff(StaffCommand::UnbindPhone { phone }) => {
                totals.unbound += 1;
                self.phones.insert(phone.clone(), None);
            }
            Command::Staff(StaffCommand::GiveCallSign { person, call_sign }) => {
                totals.call_signs += 1;
                let mut others = self.call_signs.iter().filter(|(one, _)| *one != person);
                assert!(
                    !others.any(|(_, theirs)| theirs == call_sign),
                    "two of {call_sign:?}"
                );
                self.call_signs.insert(person.clone(), call_sign.clone());
            }
            Command::Zone(ZoneCommand::Arm { zone }) => {
                self.by_hand.insert(zone.clone(), (true, at));
            }
            Command::Zone(ZoneCommand::Disarm { zone }) => {
                self.by_hand.insert(zone.clone(), (false, at));
            }
            _ => {}
        }
    }

    /// A position is kept for whoever has the phone, while they are on duty and nowhere else.
    fn fix(&self, seen: &Seen<'_>, fix: &PhoneFix, answer: &Answer, store: &Store) {
        let person = self.person_of(&fix.phone, seen.estate);
        let is_far = seen.estate.anchor.offset(fix.at).is_none();
        let expected = match person {
            None => Err(Refusal::Staff(StaffRefusal::UnknownPhone {
                phone: fix.phone.clone(),
            })),
            Some(person) if !self.on_duty.contains_key(person) => Ok(Accepted::OffDuty),
            Some(_) if is_far => Ok(Accepted::OffSite),
            Some(_) => Ok(Accepted::Tracked),
        };
        assert_eq!(*answer, expected, "{fix:?}");
        if let (Some(person), Ok(Accepted::Tracked), true) = (person, answer, seen.handled.kept) {
            assert!(store.has_track(person, fix.occurred_at), "{fix:?}");
        }
    }

    /// A call for help is in an open row of the first priority, whoever made it and wherever.
    fn call(&self, seen: &Seen<'_>, call: &Call, answer: &Answer, totals: &mut Totals) {
        let Some(person) = self.person_of(&call.phone, seen.estate) else {
            let phone = call.phone.clone();
            assert_eq!(
                *answer,
                Err(Refusal::Staff(StaffRefusal::UnknownPhone { phone }))
            );
            return;
        };
        let Ok(Accepted::Reported {
            alarm: Some(id), ..
        }) = answer
        else {
            panic!("a call for help was answered {answer:?}");
        };
        totals.calls += 1;
        let row = &seen.after.alarms[id];
        let source = Source::Person(person.clone());
        let said = call
            .at
            .filter(|at| seen.estate.anchor.offset(*at).is_some());
        totals.untrue += u64::from(call.at.is_some() && said.is_none());
        let place = row.place_of(&source);
        if let Some(at) = place.point() {
            assert!(
                seen.estate.anchor.offset(at).is_some(),
                "help is sent to {at:?}"
            );
        }
        if let Some(said) = said {
            let shown = place.point().expect("it was said");
            let off_m = distance_m(shown, said);
            assert!(off_m <= MOVED_M_MIN, "{off_m} m from where {person} is");
        }
        let before = seen.before.alarms.get(id).map(|row| row.place_of(&source));
        totals.moved += u64::from(before.is_some_and(|before| before != place));
        assert!(
            row.priority == Priority::P1 && row.is_annunciated() && row.drill == call.drill,
            "a call for help is in {row:?}"
        );
        let says = row.condition_of(&Source::Person(person.clone()));
        assert!(matches!(says, Some(Condition::Momentary { .. })), "{row:?}");
    }

    pub(crate) fn check(&self, view: &View, estate: &EstateIndex) {
        for (phone, person) in &self.phones {
            assert_eq!(view.phones.get(phone), Some(person), "whose {phone} is");
        }
        assert_eq!(view.phones.len(), self.phones.len());
        for person in &estate.estate.people {
            let shown = view.person(&person.id);
            let since = match shown.duty {
                Duty::On { since } => Some(since),
                Duty::Off { .. } => None,
            };
            let id = &person.id;
            assert_eq!(since, self.on_duty_since(id), "since when {id} is on duty");
            assert_eq!(shown.call_sign.as_ref(), self.call_signs.get(id), "{id}");
        }
    }

    /// A zone is as somebody left it, or as its schedule did since then.
    pub(crate) fn check_due(&self, view: &View, now: Timestamp) {
        for zone in ["north", SCHEDULED] {
            let zone: ZoneId = zone.parse().expect("an id");
            let mut last = self.by_hand.get(&zone).copied();
            if zone.as_str() == SCHEDULED {
                let (armed, at) = last_switch(now);
                last = last.filter(|(_, by_hand)| *by_hand >= at);
                last = last.or(Some((armed, at)));
            }
            let armed = last.is_some_and(|(armed, _)| armed);
            assert_eq!(view.is_armed(&zone), armed, "whether {zone} is armed");
        }
    }
}

/// The last switch of the schedule, and when it was.
fn last_switch(now: Timestamp) -> (bool, Timestamp) {
    let local_s = now.as_micros().div_euclid(1_000_000) + AHEAD_H * HOUR_S;
    let of_day_s = local_s.rem_euclid(DAY_S);
    let midnight = Timestamp::from_secs(local_s - of_day_s - AHEAD_H * HOUR_S);
    let at = |hour: i64| midnight + Span::from_secs(hour * HOUR_S);
    match of_day_s / HOUR_S {
        ARMS_AT_H.. => (true, at(ARMS_AT_H)),
        DISARMS_AT_H.. => (false, at(DISARMS_AT_H)),
        _ => (true, at(ARMS_AT_H - 24)),
    }
}
