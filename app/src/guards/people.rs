//! Everybody on duty in a few counts, and whoever is no ordinary case by name.

use super::model::Freshness;
use crate::names::call_sign;
use castellan_domain::estate::{DutyKept, Estate, Person, Priority, Role};
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::staff::Duty;
use castellan_domain::stream::Tracked;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// People that are named at most; beyond it they are counted, and the list has them all.
pub const EXCEPTIONS_MAX: usize = 3;

/// The counts, and the exceptions, the most pressing first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// 在岗
    pub on_duty: usize,
    /// 任务: sent, and not done yet.
    pub on_task: usize,
    /// 休息: on duty, and sent by no rule.
    pub on_break: usize,
    /// 失联: on duty, heard before, and not for so long that the place is a guess; but for those who said that
    /// nothing would be heard of them.
    pub silent: usize,
    /// 仅对讲: on duty without a phone.
    pub radio_only: usize,
    /// Whom to look after.
    pub exceptions: Vec<(PersonId, Exception)>,
}

/// Why somebody is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exception {
    /// An alarm is about them.
    Alarm(Priority, AlarmId),
    /// Nobody has heard of them for a while.
    Silent,
    /// 静默: nothing is to be heard of them until then, by their own word.
    Quiet(Timestamp),
}

impl People {
    /// As it is at `now`.
    pub fn of(
        estate: &Estate,
        view: &View,
        tracked: &BTreeMap<PersonId, Tracked>,
        now: Timestamp,
    ) -> Self {
        let (alarms, tasks, quiet) = (alarms_about(view), tasks(view), quiet(view));
        let mut people = Self::default();
        let mut named: Vec<(Exception, String, PersonId)> = Vec::new();
        for person in estate
            .people
            .iter()
            .filter(|one| is_on_duty(estate, view, one))
        {
            people.on_duty += 1;
            people.on_task += usize::from(tasks.contains(&person.id));
            people.on_break += usize::from(view.person(&person.id).break_since.is_some());
            let quiet = quiet.get(&person.id).copied();
            let quiet = quiet.filter(|until| *until > now).map(Exception::Quiet);
            let is_lost = Freshness::of(tracked.get(&person.id), now) == Freshness::Lost;
            let is_silent = is_lost && quiet.is_none();
            people.silent += usize::from(is_silent);
            people.radio_only += usize::from(person.radio_only);
            let silent = is_silent.then_some(Exception::Silent);
            if let Some(why) = alarms.get(&person.id).copied().or(silent).or(quiet) {
                let sign = call_sign(person, &view.person(&person.id), Language::Zh);
                named.push((why, sign, person.id.clone()));
            }
        }
        named.sort();
        people.exceptions = named.into_iter().map(|(why, _, id)| (id, why)).collect();
        people
    }
}

/// Whether somebody who walks the estate is on duty. Where nobody keeps it, all are.
fn is_on_duty(estate: &Estate, view: &View, person: &Person) -> bool {
    person.role == Role::Guard
        && match estate.staffing.duty {
            DutyKept::Assumed => true,
            DutyKept::Recorded => matches!(view.person(&person.id).duty, Duty::On { .. }),
        }
}

/// The most urgent open alarm about each person.
fn alarms_about(view: &View) -> BTreeMap<&PersonId, Exception> {
    let mut worst = BTreeMap::new();
    for alarm in view.alarms.values().filter(|alarm| alarm.is_annunciated()) {
        if let Some(person) = alarm.source.person() {
            let why = Exception::Alarm(alarm.priority, alarm.id);
            let known = worst.entry(person).or_insert(why);
            *known = why.min(*known);
        }
    }
    worst
}

/// Who is on a task.
fn tasks(view: &View) -> BTreeSet<&PersonId> {
    let tasks = view.assignments.values().filter(|one| one.is_task());
    tasks.map(|one| &one.person).collect()
}

/// Until when who declared silence, on whichever of their tasks.
fn quiet(view: &View) -> BTreeMap<&PersonId, Timestamp> {
    let mut latest = BTreeMap::new();
    for one in view.assignments.values().filter(|one| one.is_live()) {
        if let Some(until) = one.quiet_until {
            let known = latest.entry(&one.person).or_insert(until);
            *known = until.max(*known);
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, part, person, raised, view};
    use castellan_domain::alarm::Source;
    use castellan_domain::dispatch::{Arrival, Assignment, Stage};
    use castellan_domain::geo::Offset;
    use castellan_domain::ids::AssignmentId;
    use castellan_domain::staff::PersonState;
    use castellan_domain::time::Span;

    fn estate(duty: DutyKept) -> Estate {
        let mut estate = crate::fixture::estate();
        let guard = |id: &str, phone: &str| {
            let one = format!(
                r#"{{"id": "{id}", "role": "guard", "name": {{"zh": "甲", "en": "A"}}{phone}}}"#
            );
            serde_json::from_str(&one).expect("a person")
        };
        estate.people = vec![
            guard("wang", r#", "phone": "guard-01""#),
            guard("zhou", r#", "phone": "guard-02""#),
            guard("wu", r#", "radio_only": true"#),
            serde_json::from_str(
                r#"{"id": "li-na", "role": "operator", "name": {"zh": "李娜", "en": "Li Na"}}"#,
            )
            .expect("a person"),
        ];
        estate.staffing.duty = duty;
        estate
    }

    fn heard(secs_ago: i64) -> Tracked {
        Tracked {
            offset: Offset::default(),
            received_at: START - Span::from_secs(secs_ago),
            accuracy_dm: None,
        }
    }

    #[test]
    fn those_on_duty_are_counted_and_whoever_is_missed_or_calls_is_named() {
        let mut sos = raised(1, 1);
        sos.source = Source::Person(person("wu"));
        let mut view = view([sos]);
        let tracked = BTreeMap::from([(person("wang"), heard(5)), (person("zhou"), heard(125))]);
        let people = |view: &View, duty| People::of(&estate(duty), view, &tracked, START);
        let all = people(&view, DutyKept::Assumed);
        assert_eq!((all.on_duty, all.silent, all.radio_only), (3, 1, 1));
        assert_eq!(
            all.exceptions,
            [
                (person("wu"), Exception::Alarm(Priority::P1, AlarmId(1))),
                (person("zhou"), Exception::Silent)
            ]
        );
        // Who declared silence is named with its end, and not missed.
        let ends_at = START + Span::from_secs(540);
        view.assignments.insert(
            AssignmentId(1),
            Assignment {
                quiet_until: Some(ends_at),
                ..part(1, "zhou", Stage::OnScene { how: Arrival::Said })
            },
        );
        // They are on another task, too, of which they said nothing.
        view.assignments.insert(
            AssignmentId(0),
            part(0, "zhou", Stage::OnScene { how: Arrival::Said }),
        );
        let quiet = people(&view, DutyKept::Assumed);
        assert_eq!((quiet.on_task, quiet.silent), (1, 0));
        let named = (person("zhou"), Exception::Quiet(ends_at));
        assert_eq!(quiet.exceptions[1], named);
        let over = People::of(&estate(DutyKept::Assumed), &view, &tracked, ends_at);
        assert_eq!(over.silent, 2, "its time is over: who is missed is missed");
        view.assignments.clear();
        let nobody = people(&view, DutyKept::Recorded);
        assert_eq!(nobody, People::default());
        let duty = Duty::On { since: START };
        let state = PersonState {
            duty,
            ..PersonState::default()
        };
        view.people.insert(person("zhou"), state);
        let one = people(&view, DutyKept::Recorded);
        assert_eq!((one.on_duty, one.silent, one.radio_only), (1, 1, 0));
        let rests = view.people.get_mut(&person("zhou")).expect("known");
        rests.break_since = Some(START);
        let one = people(&view, DutyKept::Recorded);
        assert_eq!((one.on_duty, one.on_break), (1, 1), "on duty all the same");
    }

    #[test]
    fn whoever_calls_more_than_once_is_named_once_for_the_most_urgent() {
        let about = |number, priority, who| {
            let mut alarm = raised(number, priority);
            alarm.source = Source::Person(person(who));
            alarm
        };
        let view = view([about(1, 2, "wu"), about(2, 1, "wu"), about(3, 3, "wang")]);
        let people = People::of(&estate(DutyKept::Assumed), &view, &BTreeMap::new(), START);
        assert_eq!(
            people.exceptions,
            [
                (person("wu"), Exception::Alarm(Priority::P1, AlarmId(2))),
                (person("wang"), Exception::Alarm(Priority::P3, AlarmId(3)))
            ]
        );
    }
}
