//! What is told to an operator becomes an alarm and an incident.

use crate::common::{World, id, is_done, secs, text};
use crate::incidents::{guarded, incident, send};
use castellan_domain::alarm::{Located, Source};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::estate::Estate;
use castellan_domain::ids::AlarmId;
use castellan_domain::incident::{IncidentRefusal, OPEN_INCIDENTS_MAX, OpenedBy, Stage};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::registration::{RegistrationCommand, RegistrationRefusal};
use castellan_domain::site::Site;

fn register(world: &mut World, who: &str, kind: &str, place: &str) -> Answer {
    let command = RegistrationCommand::Register {
        kind: id(kind),
        place: text(place),
    };
    world.command(who, None, Command::Registration(command))
}

fn told_of() -> Estate {
    let mut estate = guarded();
    let medical =
        r#"{"id": "medical", "name": {"zh": "医疗求助", "en": "Medical help"}, "priority": 1}"#;
    let medical = serde_json::from_str(medical).expect("a type");
    estate.alarm_types.push(medical);
    estate
}

#[test]
fn what_is_told_is_an_alarm_at_its_place_claimed_and_an_incident_at_once() {
    let mut world = World::with(Site::default(), told_of());
    assert!(is_done(&register(&mut world, "li-na", "medical", "gas-1")));
    let alarm = world.alarm(AlarmId(1));
    assert_eq!(alarm.source, Source::Registration(AlarmId(1)));
    assert_eq!(alarm.owner(), Some(&id("li-na")));
    let estate = told_of();
    let device = estate.device(&id("gas-1")).expect("a device");
    assert_eq!(alarm.place, Located::Fixed(device.place.clone()));
    let opened = incident(&world, 1);
    assert_eq!(
        (opened.why, &opened.stage),
        (OpenedBy::Registration, &Stage::Open)
    );
    assert_eq!(opened.owner(), Some(&id("li-na")));
    // A second call is another matter, until somebody says that it is the same.
    assert!(is_done(&register(&mut world, "li-na", "medical", "gas-1")));
    world.wait(secs(2));
    assert_eq!(world.view().incidents.len(), 2);
}

#[test]
fn a_place_that_is_none_and_a_type_that_nobody_tells_of_are_refused() {
    let mut world = World::with(Site::default(), told_of());
    let unknown = RegistrationRefusal::UnknownPlace {
        place: text("nowhere"),
    };
    assert_eq!(
        register(&mut world, "li-na", "medical", "nowhere"),
        Err(Refusal::Registration(unknown))
    );
    let person = register(&mut world, "li-na", "medical", "wang-qiang");
    assert!(matches!(
        person,
        Err(Refusal::Registration(
            RegistrationRefusal::UnknownPlace { .. }
        ))
    ));
    let kind = id("duress");
    assert_eq!(
        register(&mut world, "li-na", "duress", "gas-1"),
        Err(Refusal::Registration(RegistrationRefusal::NotRegistered {
            kind
        }))
    );
    assert_eq!(
        register(&mut world, "li-na", "nothing", "gas-1"),
        Err(CommonRefusal::NotInEstate.into())
    );
    assert_eq!(
        register(&mut world, "wang-qiang", "medical", "gas-1"),
        Err(CommonRefusal::NotAllowed.into())
    );
    assert!(world.view().alarms.is_empty());
}

#[test]
fn a_full_list_of_incidents_refuses_nothing_that_is_most_urgent() {
    let mut world = World::with(Site::default(), told_of());
    for _ in 0..OPEN_INCIDENTS_MAX {
        assert!(is_done(&register(
            &mut world,
            "li-na",
            "door_held",
            "gas-1"
        )));
    }
    let full = Err(Refusal::Incident(IncidentRefusal::TooManyIncidents));
    let alarms = world.view().alarms.len();
    assert_eq!(register(&mut world, "li-na", "door_held", "gas-1"), full);
    assert_eq!(world.view().alarms.len(), alarms);
    let less = world.raise("door-1", "gas_low", Active);
    assert_eq!(send(&mut world, "li-na", less, "wang-qiang"), full);

    let open = |world: &World| world.view().incidents.len() - OPEN_INCIDENTS_MAX;
    assert!(is_done(&register(&mut world, "li-na", "medical", "gas-1")));
    assert_eq!(open(&world), 1);
    let button = world.raise("button-1", "panic", Active);
    assert!(is_done(&send(&mut world, "li-na", button, "wang-qiang")));
    assert_eq!(open(&world), 2);
    world.raise("gas-2", "gas_high", Active);
    world.wait(secs(0));
    assert_eq!(open(&world), 3);
}
