//! What typed letters may mean here: open alarms and incidents first, then who was sent, then what the estate has.

use super::texts;
use crate::alarms::located::{place, place_alone};
use crate::alarms::model::{type_name, what};
use crate::desk::{Beside, Picked};
use crate::dispatch::model::stage_name;
use crate::incidents::model::stage_name as incident_stage;
use crate::names::{call_sign, sign_and_name};
use crate::texts::Words;
use castellan_domain::alarm::Alarm;
use castellan_domain::dispatch::Assignment;
use castellan_domain::estate::{Found, TYPED_MAX};
use castellan_domain::incident::Incident;
use castellan_domain::text::Language;
use castellan_domain::view::Known;

/// Results at most: who needs more types another letter.
pub const RESULTS_MAX: usize = 12;

/// Where a result leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// It is selected.
    To(Picked),
    /// It stands in a list.
    List(Beside),
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Result {
    /// Where it leads.
    pub leads: Leads,
    /// What it is.
    pub kind: Words,
    /// What it is called.
    pub name: String,
    /// What else tells it from others.
    pub detail: String,
}

/// What was typed may mean these.
pub fn results(known: &Known<'_>, typed: &str, language: Language) -> Vec<Result> {
    let wanted = typed.trim().to_lowercase();
    if wanted.is_empty() || wanted.chars().count() > TYPED_MAX {
        return Vec::new();
    }
    let mut open: Vec<&Alarm> = known
        .view
        .alarms
        .values()
        .filter(|a| !a.is_closed())
        .collect();
    open.sort_by_key(|alarm| (alarm.priority, alarm.id));
    let alarms = open
        .into_iter()
        .filter(|alarm| is_meant(known, alarm, &wanted));
    let alarms = alarms.map(|alarm| of_alarm(known, alarm, language));
    let incidents = known.view.incidents.values();
    let incidents = incidents.filter(|incident| incident.is_open());
    let incidents = incidents
        .filter(|incident| is_incident_meant(known, incident, &wanted))
        .filter_map(|incident| of_incident(known, incident, language));
    let found = known.estate.find(typed, RESULTS_MAX);
    let errands = found.iter().flat_map(|found| errands(known, *found));
    let errands = errands.filter_map(|one| of_errand(known, one, language));
    let things = found.iter();
    let things = things.filter_map(|found| of_thing(known, *found, language));
    let matters = incidents.chain(alarms).chain(errands);
    matters.chain(things).take(RESULTS_MAX).collect()
}

/// By the beginning of its number, or by its place, in either language.
fn is_incident_meant(known: &Known<'_>, incident: &Incident, wanted: &str) -> bool {
    let number = incident.id.to_string().to_lowercase();
    number.starts_with(wanted)
        || [Language::Zh, Language::En].into_iter().any(|language| {
            let place = place_alone(Some(known.estate), &incident.place, known.now, language);
            place.to_lowercase().contains(wanted)
        })
}

/// It leads to its first alarm, whose panel is the incident's.
fn of_incident(known: &Known<'_>, incident: &Incident, language: Language) -> Option<Result> {
    let mut alarms = incident.alarms.iter();
    let alarm = alarms.find(|alarm| known.view.alarms.contains_key(alarm))?;
    let stage = incident_stage(&incident.stage, language);
    let kind = type_name(Some(known.estate), &incident.kind, language);
    Some(Result {
        leads: Leads::To(Picked::Alarm(*alarm)),
        kind: texts::INCIDENT,
        name: place_alone(Some(known.estate), &incident.place, known.now, language),
        detail: format!("{} {kind} {stage}", incident.id),
    })
}

/// What somebody who is found was sent for, and is not over.
fn errands<'a>(known: &Known<'a>, found: Found<'_>) -> Vec<&'a Assignment> {
    let Found::Person(person) = found else {
        return Vec::new();
    };
    let all = known.view.assignments.values();
    all.filter(|one| one.person == person.id && one.is_live())
        .collect()
}

fn of_errand(known: &Known<'_>, one: &Assignment, language: Language) -> Option<Result> {
    let incident = known.view.incidents.get(&one.incident)?;
    let of_incident = of_incident(known, incident, language)?;
    let stage = stage_name(&one.stage).get(language);
    Some(Result {
        kind: texts::ERRAND,
        detail: format!("{stage} {} {}", incident.id, of_incident.name),
        name: sign_and_name(known, &one.person, language),
        ..of_incident
    })
}

/// By its number, its type or its place, in either language.
fn is_meant(known: &Known<'_>, alarm: &Alarm, wanted: &str) -> bool {
    let number = alarm.id.to_string().to_lowercase();
    number == wanted
        || [Language::Zh, Language::En].into_iter().any(|language| {
            let result = of_alarm(known, alarm, language);
            let words = format!("{} {}", result.name, result.detail);
            words.to_lowercase().contains(wanted)
        })
}

fn of_alarm(known: &Known<'_>, alarm: &Alarm, language: Language) -> Result {
    let about = alarm
        .source
        .person()
        .map(|person| known.view.person(person));
    let state = about.unwrap_or_default();
    let estate = Some(known.estate);
    Result {
        leads: Leads::To(Picked::Alarm(alarm.id)),
        kind: texts::ALARM,
        name: place(estate, alarm, &state, known.now, language),
        detail: format!("{} {}", what(estate, alarm, language), alarm.id),
    }
}

fn of_thing(known: &Known<'_>, found: Found<'_>, language: Language) -> Option<Result> {
    let (leads, kind, detail) = match found {
        Found::Building(one) => {
            let picked = Picked::Building(one.id.clone());
            (Leads::To(picked), texts::BUILDING, String::new())
        }
        Found::Device(one) => {
            let place = known.estate.place_name(&one.place, language);
            (
                Leads::To(Picked::Device(one.id.clone())),
                texts::DEVICE,
                place,
            )
        }
        Found::Person(one) => {
            let sign = call_sign(one, &known.view.person(&one.id), language);
            (
                Leads::To(Picked::Person(one.id.clone())),
                texts::PERSON,
                sign,
            )
        }
        Found::Zone(_) => (Leads::List(Beside::Zones), texts::ZONE, String::new()),
        Found::Area(one) => {
            let picked = Picked::Area(one.id.clone());
            (Leads::To(picked), texts::AREA, String::new())
        }
        // An address leads to its building.
        Found::Unit(..) | Found::Floor(..) | Found::Room(..) | Found::Post(_) => {
            let building = found.place(known.estate)?.building?;
            (
                Leads::To(Picked::Building(building)),
                texts::ADDRESS,
                String::new(),
            )
        }
    };
    let name = found.name().get(language).to_owned();
    let detail = if detail == name {
        String::new()
    } else {
        detail
    };
    Some(Result {
        leads,
        kind,
        name,
        detail,
    })
}

/// The result so many places on, at the ends no further.
pub fn moved(at: usize, step: isize, count: usize) -> usize {
    at.saturating_add_signed(step).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, claimed, estate, incident_of, judged, li_na, part, person, raised, view,
    };
    use castellan_domain::alarm::Located;
    use castellan_domain::dispatch::Stage;
    use castellan_domain::estate::Estate;
    use castellan_domain::ids::{AlarmId, AssignmentId, IncidentId};
    use castellan_domain::incident::Stage as IncidentStage;
    use castellan_domain::view::View;
    use proptest::prelude::*;

    fn with_things() -> Estate {
        let mut estate = estate();
        let device = r#"{"id": "door-east", "kind": "door", "name": {"zh": "东门", "en": "East gate"},
            "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.0, 30.0]}}"#;
        estate.devices = vec![serde_json::from_str(device).expect("a device")];
        let person = r#"{"id": "wang", "role": "guard", "name": {"zh": "王强", "en": "Wang Qiang"},
            "call_sign": {"zh": "巡逻2", "en": "Patrol 2"}}"#;
        estate.people = vec![serde_json::from_str(person).expect("a person")];
        let zone = r#"{"id": "east", "name": {"zh": "东墙", "en": "East wall"}, "devices": []}"#;
        estate.zones = vec![serde_json::from_str(zone).expect("a zone")];
        estate
    }

    fn found(view: &View, typed: &str) -> Vec<Result> {
        let estate = with_things();
        let known = Known {
            view,
            estate: &estate,
            now: START,
        };
        results(&known, typed, Language::Zh)
    }

    #[test]
    fn an_open_alarm_is_found_by_its_number_and_before_what_the_estate_has() {
        let view = view([raised(17, 1), raised(18, 3), judged(raised(19, 2))]);
        let leads = |typed| -> Vec<Leads> {
            found(&view, typed)
                .into_iter()
                .map(|result| result.leads)
                .collect()
        };
        let alarm = |number| Leads::To(Picked::Alarm(AlarmId(number)));
        assert_eq!(leads("a-17"), [alarm(17)]);
        assert_eq!(leads(" A-18 "), [alarm(18)]);
        assert_eq!(
            leads("gas_low").len(),
            3,
            "a judged one that is still active is open"
        );
        let east: Vec<_> = found(&view, "东")
            .into_iter()
            .map(|one| (one.kind, one.name))
            .collect();
        let named = |words, name: &str| (words, name.to_owned());
        assert_eq!(
            east,
            [named(texts::DEVICE, "东门"), named(texts::ZONE, "东墙")]
        );
        let wang = &found(&view, "巡逻2")[0];
        assert_eq!(
            (wang.name.as_str(), wang.detail.as_str()),
            ("王强", "巡逻2")
        );
        assert!(leads("").is_empty() && leads("nowhere").is_empty());
    }

    #[test]
    fn an_open_incident_is_found_by_its_number_and_its_place_and_an_errand_by_whoever_was_sent() {
        let mut estate = with_things();
        let mut view = view([claimed(raised(17, 1)), claimed(raised(170, 1))]);
        for (number, spot) in [(17, "东门"), (170, "北门")] {
            let alarm = view.alarms.get_mut(&AlarmId(number)).expect("it is there");
            alarm.incident = Some(IncidentId(number));
            let mut incident = incident_of(alarm);
            let device = estate.devices[0].clone();
            let mut place = device.place;
            place.spot = serde_json::from_value(serde_json::json!({"zh": spot, "en": "Gate"})).ok();
            incident.place = Located::Fixed(place);
            view.incidents.insert(incident.id, incident);
            let one = part(number, "wang", Stage::Accepted);
            view.assignments.insert(one.id, one);
        }
        let over = view.incidents.get_mut(&IncidentId(170));
        over.expect("it is there").stage = IncidentStage::Closed {
            by: li_na(),
            at: START,
        };
        let over = view.assignments.get_mut(&AssignmentId(170));
        over.expect("it is there").stage = Stage::Done;
        estate.devices.clear();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let leads = |typed| -> Vec<(Words, Leads)> {
            let results = results(&known, typed, Language::Zh).into_iter();
            results.map(|result| (result.kind, result.leads)).collect()
        };
        let alarm = || Leads::To(Picked::Alarm(AlarmId(17)));
        assert_eq!(
            leads("i-17"),
            [(texts::INCIDENT, alarm())],
            "the other one is closed"
        );
        assert_eq!(leads("东门"), [(texts::INCIDENT, alarm())]);
        let person = Leads::To(Picked::Person(person("wang")));
        let wang = leads("巡逻2");
        assert_eq!(wang, [(texts::ERRAND, alarm()), (texts::PERSON, person)]);
        let said = &results(&known, "王强", Language::Zh)[0];
        assert_eq!(said.name, "巡逻2 王强");
        assert_eq!(said.detail, "已接单 I-17 东门");
    }

    #[test]
    fn the_marked_result_stays_among_the_results() {
        assert_eq!(moved(0, -1, 3), 0);
        assert_eq!(moved(0, 1, 3), 1);
        assert_eq!(moved(2, 1, 3), 2);
        assert_eq!(moved(5, 0, 0), 0);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_there_are_only_so_many_results(typed in "\\PC{0,60}") {
            let view = view((1..40).map(|number| raised(number, 3)));
            prop_assert!(found(&view, &typed).len() <= RESULTS_MAX);
        }
    }
}
