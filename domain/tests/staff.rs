//! People, their phones and the zones: what may be commanded by whom, what it changes, and what
//! changes nothing.

use crate::common::{START, World, estate, id, is_done, secs, spot, text};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{DutyKept, Estate};
use castellan_domain::fact::{Cause, FactBody};
use castellan_domain::ids::{PersonId, PhoneId, ZoneId};
use castellan_domain::observation::{PhoneFix, ReportedState};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;
use castellan_domain::staff::{Console, Duty, StaffCommand, StaffFact, StaffRefusal};
use castellan_domain::text::CallSign;
use castellan_domain::time::Timestamp;
use castellan_domain::zone::{ZoneCommand, ZoneRefusal};

/// The estate of the tests with a zone that is armed by hand, where duty is on the record.
fn recorded() -> Estate {
    let mut estate = estate();
    estate.staffing.duty = DutyKept::Recorded;
    estate.zones = vec![
        serde_json::from_str(
            r#"{"id": "north", "name": {"zh": "北", "en": "North"}, "devices": ["door-1"]}"#,
        )
        .expect("a zone"),
    ];
    estate
}

fn world() -> World {
    World::with(Site::default(), recorded())
}

fn on_duty(who: &str) -> Command {
    Command::Staff(StaffCommand::GoOnDuty { person: id(who) })
}

fn off_duty(who: &str) -> Command {
    Command::Staff(StaffCommand::GoOffDuty { person: id(who) })
}

fn bind(phone: &str, who: &str) -> Command {
    Command::Staff(StaffCommand::BindPhone {
        phone: id(phone),
        person: id(who),
    })
}

fn unbind(phone: &str) -> Command {
    Command::Staff(StaffCommand::UnbindPhone { phone: id(phone) })
}

fn arm(zone: &str) -> Command {
    Command::Zone(ZoneCommand::Arm { zone: id(zone) })
}

fn disarm(zone: &str) -> Command {
    Command::Zone(ZoneCommand::Disarm { zone: id(zone) })
}

fn fix(phone: &str, at: Timestamp) -> PhoneFix {
    PhoneFix {
        phone: id(phone),
        occurred_at: at,
        received_at: at,
        at: spot(1, 1),
        accuracy_dm: None,
        battery_percent: None,
    }
}

/// The command is done, and its fact names who commanded.
#[track_caller]
fn does(world: &mut World, who: &str, command: Command) {
    let answer = world.command(who, None, command);
    assert!(is_done(&answer), "{answer:?}");
    let fact = &world.facts.last().expect("a fact").fact;
    assert_eq!(fact.actor, Some(id(who)));
    assert!(matches!(fact.cause, Cause::Command(_)) && !fact.drill);
}

/// The command is refused and changes nothing.
#[track_caller]
fn refused(world: &mut World, who: &str, command: Command, why: &Refusal) {
    let (before, facts) = (world.engine.site().clone(), world.facts.len());
    assert_eq!(world.command(who, None, command), Err(why.clone()));
    assert_eq!(world.engine.site(), &before);
    assert_eq!(world.facts.len(), facts);
}

#[test]
fn a_page_is_its_persons_whatever_is_bound() {
    let mut world = world();
    let nothing = Refusal::Common(CommonRefusal::NothingToDo);
    for command in [
        bind("page:wang-qiang", "zhou-jie"),
        bind("page:wang-qiang", "wang-qiang"),
        unbind("page:wang-qiang"),
    ] {
        refused(&mut world, "li-na", command, &nothing);
    }
    does(&mut world, "wang-qiang", on_duty("wang-qiang"));
    let now = world.now;
    assert_eq!(
        world.fix(fix("page:wang-qiang", now)),
        Ok(Accepted::Tracked)
    );
    assert_eq!(world.latest.last().unwrap().person, id("wang-qiang"));
    for nobodys in ["page:", "page:nobody", "Page:wang-qiang"] {
        let answer = world.fix(fix(nobodys, now));
        assert!(answer.is_err(), "{nobodys}: {answer:?}");
    }
    let long = "x".repeat(castellan_domain::ids::SLUG_MAX);
    assert_eq!(
        PhoneId::of_page(&id(&long)),
        None,
        "too long to be signed with"
    );
}

#[test]
fn people_go_on_and_off_duty_once_each() {
    let mut world = world();
    refused(
        &mut world,
        "wang-qiang",
        off_duty("wang-qiang"),
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    does(&mut world, "wang-qiang", on_duty("wang-qiang"));
    refused(
        &mut world,
        "wang-qiang",
        on_duty("wang-qiang"),
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    let duty = world.view().person(&id("wang-qiang")).duty;
    assert_eq!(duty, Duty::On { since: START });
    world.wait(secs(5));
    does(&mut world, "li-na", off_duty("wang-qiang"));
    let duty = world.view().person(&id("wang-qiang")).duty;
    let since = Some(START + secs(5));
    assert_eq!(duty, Duty::Off { since });
    let FactBody::Staff(StaffFact::OffDuty(body)) = &world.facts.last().unwrap().fact.body else {
        panic!("another fact");
    };
    assert_eq!(body.by, id("li-na"), "who took them off");
    let person: PersonId = id("nobody");
    let why = Refusal::Staff(StaffRefusal::UnknownPerson { person });
    refused(&mut world, "li-na", on_duty("nobody"), &why);
}

#[test]
fn a_guard_goes_on_duty_and_commands_nothing_else() {
    let mut world = world();
    let call_sign = CallSign {
        zh: text("猎鹰2"),
        en: text("Falcon 2"),
    };
    for command in [
        on_duty("li-na"),
        off_duty("li-na"),
        bind("guard-02", "wang-qiang"),
        unbind("guard-01"),
        arm("north"),
        disarm("north"),
        Command::Staff(StaffCommand::GiveCallSign {
            person: id("wang-qiang"),
            call_sign: call_sign.clone(),
        }),
    ] {
        refused(
            &mut world,
            "wang-qiang",
            command,
            &Refusal::Common(CommonRefusal::NotAllowed),
        );
    }
    let person = id("wang-qiang");
    let give = |person| {
        Command::Staff(StaffCommand::GiveCallSign {
            person,
            call_sign: call_sign.clone(),
        })
    };
    does(&mut world, "li-na", give(person));
    let known = world.view().person(&id("wang-qiang")).call_sign;
    assert_eq!(known, Some(call_sign.clone()));
    let why = Refusal::Staff(StaffRefusal::UnknownPerson {
        person: id("nobody"),
    });
    refused(&mut world, "li-na", give(id("nobody")), &why);
}

/// Whether the estate says so or somebody did: two would answer, or neither.
#[test]
fn nobody_gets_the_call_sign_of_somebody_else() {
    let mut world = world();
    let give = |who: &str, zh: &str, en: &str| {
        let call_sign = CallSign {
            zh: text(zh),
            en: text(en),
        };
        let person = id(who);
        Command::Staff(StaffCommand::GiveCallSign { person, call_sign })
    };
    let taken = |by: &str| Refusal::Staff(StaffRefusal::CallSignTaken { by: id(by) });
    for (zh, en) in [("猎鹰1", "Base"), ("总台", "falcon1")] {
        refused(
            &mut world,
            "li-na",
            give("zhao-min", zh, en),
            &taken("wang-qiang"),
        );
    }
    does(&mut world, "li-na", give("wang-qiang", "猎鹰2", "Falcon 2"));
    does(&mut world, "li-na", give("zhao-min", "猎鹰1", "Falcon 1"));
    refused(
        &mut world,
        "li-na",
        give("wang-qiang", "猎鹰1", "Falcon 1"),
        &taken("zhao-min"),
    );
    does(
        &mut world,
        "li-na",
        give("wang-qiang", "猎鹰 2", "Falcon 2"),
    );
}

#[test]
fn a_phone_is_one_persons_at_a_time() {
    let mut world = world();
    for who in ["wang-qiang", "li-na"] {
        does(&mut world, "zhou-jie", on_duty(who));
    }
    let unknown = |phone: &str| -> Refusal {
        let phone: PhoneId = id(phone);
        Refusal::Staff(StaffRefusal::UnknownPhone { phone })
    };
    assert_eq!(world.fix(fix("guard-09", START)), Err(unknown("guard-09")));
    assert_eq!(world.fix(fix("guard-01", START)), Ok(Accepted::Tracked));
    assert_eq!(
        world.tracks[0].person,
        id("wang-qiang"),
        "as the estate says"
    );
    let already = bind("guard-01", "wang-qiang");
    refused(
        &mut world,
        "zhou-jie",
        already,
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    does(&mut world, "zhou-jie", bind("guard-01", "li-na"));
    assert_eq!(world.fix(fix("guard-01", START)), Ok(Accepted::Tracked));
    assert_eq!(world.tracks[1].person, id("li-na"));
    does(&mut world, "zhou-jie", unbind("guard-01"));
    let nobodys = world.fix(fix("guard-01", START));
    assert_eq!(
        nobodys,
        Err(unknown("guard-01")),
        "what the estate says counts no more"
    );
    refused(
        &mut world,
        "zhou-jie",
        unbind("guard-01"),
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    refused(
        &mut world,
        "zhou-jie",
        unbind("guard-09"),
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    let why = Refusal::Staff(StaffRefusal::UnknownPerson {
        person: id("nobody"),
    });
    refused(&mut world, "zhou-jie", bind("guard-01", "nobody"), &why);
    does(&mut world, "zhou-jie", bind("guard-01", "wang-qiang"));
    assert_eq!(world.fix(fix("guard-01", START)), Ok(Accepted::Tracked));
    assert_eq!(world.tracks[2].person, id("wang-qiang"));
}

#[test]
fn nobody_is_tracked_off_duty_where_duty_is_on_the_record() {
    let mut world = world();
    assert_eq!(world.fix(fix("guard-01", START)), Ok(Accepted::OffDuty));
    assert_eq!((world.tracks.len(), world.latest.len()), (0, 0));
    does(&mut world, "wang-qiang", on_duty("wang-qiang"));
    assert_eq!(world.fix(fix("guard-01", START)), Ok(Accepted::Tracked));
    does(&mut world, "wang-qiang", off_duty("wang-qiang"));
    assert_eq!(world.fix(fix("guard-01", START)), Ok(Accepted::OffDuty));
    assert_eq!((world.tracks.len(), world.latest.len()), (1, 1));
    let mut assumed = World::new();
    assert_eq!(assumed.fix(fix("guard-01", START)), Ok(Accepted::Tracked));
}

#[test]
fn a_zone_is_armed_and_disarmed_once_each() {
    let mut world = world();
    let north: ZoneId = id("north");
    refused(
        &mut world,
        "li-na",
        disarm("north"),
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    let zone: ZoneId = id("roof");
    let why = Refusal::Zone(ZoneRefusal::UnknownZone { zone });
    refused(&mut world, "li-na", arm("roof"), &why);
    does(&mut world, "li-na", arm("north"));
    assert!(world.view().is_armed(&north));
    refused(
        &mut world,
        "zhao-min",
        arm("north"),
        &Refusal::Common(CommonRefusal::NothingToDo),
    );
    world.wait(secs(3));
    does(&mut world, "zhao-min", disarm("north"));
    let state = &world.view().zones[&north];
    assert_eq!((state.armed, state.since), (false, START + secs(3)));
    assert_eq!(state.by, Some(id("zhao-min")));
}

#[test]
fn an_armed_zone_that_left_the_estate_can_still_be_disarmed() {
    let mut world = world();
    does(&mut world, "li-na", arm("north"));
    world.load("estate-2", estate());
    let why = Refusal::Zone(ZoneRefusal::UnknownZone { zone: id("north") });
    refused(&mut world, "li-na", arm("north"), &why);
    does(&mut world, "li-na", disarm("north"));
    assert!(!world.view().is_armed(&id("north")));
}

#[test]
fn a_console_that_comes_or_goes_is_told_once() {
    let mut world = world();
    let person: PersonId = id("li-na");
    let opened = || Input::SessionOpened {
        person: id("li-na"),
    };
    let gone = || Input::SessionGone {
        person: id("li-na"),
    };
    world.give(gone());
    assert_eq!(world.view().person(&person).console, Console::Never);
    assert_eq!(world.facts.len(), 1, "who never came does not go");
    world.give(opened());
    world.wait(secs(2));
    world.give(opened());
    let since = START;
    assert_eq!(
        world.view().person(&person).console,
        Console::Here { since }
    );
    world.give(gone());
    world.give(gone());
    let fact = &world.facts.last().unwrap().fact;
    assert_eq!(fact.cause, Cause::Console);
    let FactBody::Staff(StaffFact::Gone(body)) = &fact.body else {
        panic!("another fact");
    };
    assert_eq!(body.lapse_at, START + secs(62));
    let since = START + secs(2);
    assert_eq!(
        world.view().person(&person).console,
        Console::Gone { since }
    );
    assert_eq!(world.facts.len(), 3);
}

#[test]
fn nobody_commands_before_there_is_an_estate() {
    let mut world = World::without_estate(Site::default());
    refused(
        &mut world,
        "chen-hui",
        on_duty("chen-hui"),
        &Refusal::Common(CommonRefusal::NotAllowed),
    );
    let unknown = Refusal::Staff(StaffRefusal::UnknownPhone {
        phone: id("guard-01"),
    });
    assert_eq!(world.fix(fix("guard-01", START)), Err(unknown));
    let report = world.report("gas-1", "gas_low", ReportedState::Active);
    assert_eq!(report, Err(Refusal::Common(CommonRefusal::NotInEstate)));
}
