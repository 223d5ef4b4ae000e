//! What a guard's phone is told over the stream, and who is let in.

use crate::common::bodies::alarm_bodies;
use crate::common::response::{assignments, incidents};
use crate::common::site_bodies::staff;
use crate::common::{
    PEOPLE, START, World, cases, estate, fact, folder, id, read, secs, spot, text,
};
use crate::guard_view::{index, seen};
use crate::incidents::{guarded, part_of, send, world};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Stage};
use castellan_domain::engine::Input;
use castellan_domain::estate::{DutyKept, Estate, Role};
use castellan_domain::fact::FactBody;
use castellan_domain::geo::Anchor;
use castellan_domain::guard_view::GuardView;
use castellan_domain::ids::{AssignmentId, JournalId, Seq};
use castellan_domain::observation::{Fix, ReportedState::Active};
use castellan_domain::site::Site;
use castellan_domain::staff::StaffCommand;
use castellan_domain::stream::{Backlog, Connected, Outgoing, SiteStream};
use castellan_domain::text::CallSign;
use castellan_domain::wire::live::{
    GuardMessage, Hello, PROTOCOL_VERSION, RefusedCode, ResumeBy, ServerMessage,
};
use proptest::prelude::*;
use std::sync::Arc;

/// A stream that follows a world.
struct Phones {
    stream: SiteStream,
    told: usize,
}

impl Phones {
    fn of(world: &World, estate: Estate) -> Self {
        let journal = JournalId(uuid::Uuid::from_u128(1));
        let backlog = Backlog::new(journal, world.view().seq, "h");
        let anchor = Anchor::new(estate.anchor);
        let view = world.view().clone();
        let mut stream = SiteStream::new(id("test-1"), text("web-1"), backlog, view, anchor, 1);
        stream.serve_guards(Arc::new(index(estate)));
        Self {
            stream,
            told: world.facts.len(),
        }
    }

    /// Shows what was recorded since, as one turn.
    fn publish(&mut self, world: &World) {
        let new = &world.facts[self.told..];
        self.told = world.facts.len();
        let facts = new.iter().map(|stamped| stamped.bytes.as_str());
        let told = self.stream.publish(facts, world.view().seq, "h");
        told.expect("facts that can be read");
    }

    fn open(&mut self, who: Option<&str>) -> Result<Connected, RefusedCode> {
        let hello = Hello {
            protocol: PROTOCOL_VERSION,
            build: text("phone-1"),
            site: id("test-1"),
            audience: text(Audience::Guard.name()),
            resume: None,
        };
        let who = who.map(id);
        let opened = self.stream.let_in(&hello, who.as_ref(), START);
        let (connected, welcome) = opened.map_err(|refused| refused.code)?;
        assert_eq!(
            (welcome.audience, welcome.resume),
            (Audience::Guard, ResumeBy::Whole)
        );
        Ok(connected)
    }

    /// Somebody was heard of, so many steps of [`spot`] to the east.
    fn hear_of(&mut self, who: &str, east: i32) {
        self.stream.lane().update(&Fix {
            person: id(who),
            occurred_at: START,
            received_at: START,
            at: spot(east, 0),
            accuracy_dm: None,
            battery_percent: None,
        });
    }

    /// What a phone is told now, but for heartbeats.
    fn told(&self, phone: &mut Connected) -> Option<GuardMessage> {
        let mut told = None;
        while let Some(message) = phone.next(&self.stream, START).expect("JSON") {
            let Outgoing::Text(message) = message else {
                panic!("a phone hears no positions");
            };
            match serde_json::from_str(&message).expect("a message") {
                ServerMessage::Heartbeat(_) => {}
                ServerMessage::Guard(message) => told = Some(*message),
                other => panic!("a phone hears {other:?}"),
            }
        }
        told
    }
}

#[test]
fn a_phone_is_told_its_whole_view_in_the_turn_that_changes_it_and_nothing_else() {
    let mut world = world();
    let mut phones = Phones::of(&world, guarded());
    let mut wang = phones.open(Some("wang-qiang")).unwrap();
    let mut li_min = phones.open(Some("li-min")).unwrap();
    let first = phones.told(&mut wang).unwrap();
    assert_eq!(
        (first.seq, first.view),
        (world.view().seq, seen(&world, "wang-qiang"))
    );
    assert!(phones.told(&mut li_min).is_some());

    let gas = world.raise("gas-1", "gas_low", Active);
    phones.publish(&world);
    assert_eq!(
        phones.told(&mut wang),
        None,
        "an alarm is none of his business yet"
    );
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    phones.publish(&world);
    let offered = phones.told(&mut wang).unwrap();
    assert_eq!(offered.view.tasks[0].stage, Stage::Offered);
    assert_eq!(phones.told(&mut li_min), None, "another one is asked");
    assert_eq!(phones.told(&mut wang), None, "once");

    // The way begins where he was last heard of, from the next turn that concerns him.
    assert_eq!(
        offered.view.tasks[0].plan.as_ref().unwrap().course,
        [[0; 2]; 0]
    );
    phones.hear_of("wang-qiang", -80);
    send(&mut world, "li-na", gas, "li-min").unwrap();
    phones.publish(&world);
    let again = phones.told(&mut wang).unwrap().view;
    assert!(again.tasks[0].plan.as_ref().unwrap().course.len() >= 3);
    assert_eq!(again.tasks[0].others[0].stage, Stage::Offered);
    assert_eq!(phones.told(&mut li_min).unwrap().view.tasks.len(), 1);

    let assignment = AssignmentId(1);
    part_of(&mut world, "li-na", DispatchCommand::Recall { assignment }).unwrap();
    phones.publish(&world);
    assert_eq!(
        phones.told(&mut wang).unwrap().view.tasks,
        [],
        "gone in the same turn"
    );
}

#[test]
fn a_shift_leaders_phone_is_told_what_they_own_and_what_they_gave_away() {
    let mut world = world();
    let mut phones = Phones::of(&world, guarded());
    let mut leader = phones.open(Some("zhou-jie")).unwrap();
    phones.told(&mut leader).unwrap();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.claim("zhou-jie", alarm).unwrap();
    phones.publish(&world);
    assert_eq!(phones.told(&mut leader).unwrap().view.owned.alarms, 1);
    world.claim("li-na", alarm).unwrap_err();
    let to = id("li-na");
    let away = Command::Alarm(AlarmCommand::Transfer { alarm, to });
    world.command("zhou-jie", None, away).unwrap();
    phones.publish(&world);
    assert_eq!(phones.told(&mut leader).unwrap().view.owned.alarms, 0);
}

/// A way through the whole estate is looked for in each view: a turn costs those whom it concerns.
#[test]
fn a_turn_about_others_makes_nobody_a_new_view_and_a_call_sign_everybody() {
    let mut world = world();
    let mut phones = Phones::of(&world, guarded());
    let gas = world.raise("gas-1", "gas_low", Active);
    let door = world.raise("door-1", "door_held", Active);
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    phones.publish(&world);
    let mut wang = phones.open(Some("wang-qiang")).unwrap();
    assert_eq!(phones.told(&mut wang).unwrap().view.tasks.len(), 1);
    // Only a view that is made anew shows where he is now.
    phones.hear_of("wang-qiang", -80);
    send(&mut world, "zhao-min", door, "li-min").unwrap();
    world.give(Input::SessionOpened {
        person: id("zhao-min"),
    });
    phones.publish(&world);
    assert_eq!(phones.told(&mut wang), None);
    let mut other = phones.open(Some("wang-qiang")).unwrap();
    let first = phones.told(&mut other).unwrap().view;
    assert!(first.tasks[0].plan.as_ref().unwrap().course.len() >= 3);
    let call_sign = CallSign {
        zh: text("猎鹰7"),
        en: text("Falcon 7"),
    };
    let person = id("li-min");
    let given = Command::Staff(StaffCommand::GiveCallSign { person, call_sign });
    world.command("zhou-jie", None, given).unwrap();
    phones.publish(&world);
    assert_eq!(phones.told(&mut wang).unwrap().view, first);
}

/// An estate in which everybody is sent, who each take a step of the procedure of gas.
fn all_sent() -> Estate {
    let mut estate = estate();
    estate.staffing.duty = DutyKept::Recorded;
    for person in &mut estate.people {
        person.role = Role::Guard;
    }
    let procedure = r#"{"id": "gas", "name": {"zh": "燃气", "en": "Gas"}, "steps": [
        {"id": "send", "words": {"zh": "关阀", "en": "Close the valve"}, "who": "guard"}]}"#;
    estate.procedures = vec![serde_json::from_str(procedure).expect("a procedure")];
    estate.alarm_types[0].procedure = Some(id("gas"));
    estate
}

/// Turns of any facts, each with the seconds that passed before.
fn turns() -> impl Strategy<Value = Vec<(i64, Vec<FactBody>)>> {
    let body = prop_oneof![
        4 => alarm_bodies().boxed(), 4 => incidents().boxed(), 6 => assignments().boxed(),
        2 => staff().boxed(),
    ];
    let pause = prop_oneof![9 => 0i64..600, 1 => 80_000i64..90_000];
    prop::collection::vec((pause, prop::collection::vec(body, 1..4)), 1..50)
}

proptest! {
    #![proptest_config(cases(64, "tests/regressions/guard_stream.txt"))]

    #[test]
    fn whatever_happens_each_phone_has_been_told_the_view_of_its_guard(turns in turns()) {
        let world = World::with(Site::default(), all_sent());
        let mut phones = Phones::of(&world, all_sent());
        let mut all = Vec::new();
        for (who, east) in PEOPLE.into_iter().zip([-90, -40, 0, 40, 90]) {
            phones.hear_of(who, east);
            let mut phone = phones.open(Some(who)).unwrap();
            let told = phones.told(&mut phone).unwrap().view;
            all.push((phone, told));
        }
        let mut now = START;
        for (pause, bodies) in turns {
            now = now + secs(pause);
            let (head, _) = phones.stream.head();
            let facts = (head.0 + 1..).zip(bodies).map(|(seq, body)| fact(seq, now, body));
            let facts: Vec<_> = facts.collect();
            let upto = facts.last().unwrap().seq;
            let stored: Vec<_> = facts.iter().map(|fact| fact.encode().unwrap()).collect();
            phones.stream.publish(stored.iter().map(String::as_str), upto, "h").unwrap();
            for (phone, told) in &mut all {
                if let Some(message) = phones.told(phone) {
                    *told = message.view;
                }
                let now: Option<GuardView> = phones.stream.guard_view(&told.person, now);
                prop_assert_eq!(Some(&*told), now.as_ref());
            }
        }
    }
}

#[test]
fn a_phone_is_somebodys_who_is_sent() {
    let world = world();
    let mut phones = Phones::of(&world, guarded());
    let refused = |phones: &mut Phones, who| phones.open(who).map(drop).unwrap_err();
    assert_eq!(refused(&mut phones, None), RefusedCode::UnknownPerson);
    assert_eq!(
        refused(&mut phones, Some("stranger")),
        RefusedCode::UnknownPerson
    );
    assert_eq!(
        refused(&mut phones, Some("li-na")),
        RefusedCode::CannotBeSent
    );
    // A phone that goes off the air costs the others nothing.
    let wang = phones.open(Some("wang-qiang")).unwrap();
    phones.stream.let_go(&wang);
    assert_eq!(
        phones.stream.audiences_kept(),
        0,
        "nothing is projected for phones"
    );
    let anchor = Anchor::new(estate().anchor);
    let backlog = Backlog::new(JournalId(uuid::Uuid::from_u128(1)), Seq(0), "h");
    let view = world.view().clone();
    let without = SiteStream::new(id("test-1"), text("web-1"), backlog, view, anchor, 1);
    let mut phones = Phones {
        stream: without,
        told: 0,
    };
    assert_eq!(
        refused(&mut phones, Some("wang-qiang")),
        RefusedCode::UnknownPerson
    );
}

/// A cheap phone in a basement reads it.
#[test]
fn an_offer_of_the_demo_estate_is_a_few_kilobytes() {
    let document = folder("../../assets/demo").join("estate.json");
    let mut demo = Estate::parse(read(&document).as_bytes()).unwrap();
    (demo.site, demo.alarm_types) = (id("test-1"), guarded().alarm_types);
    demo.staffing.duty = DutyKept::Assumed;
    let mut world = World::with(Site::default(), demo.clone());
    let gas = world.raise("gas-3-b1", "gas_high", Active);
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    let mut phones = Phones::of(&world, demo.clone());
    phones.stream.lane().update(&Fix {
        person: id("wang-qiang"),
        occurred_at: START,
        received_at: START,
        // From the other end of the estate.
        at: demo.device(&id("door-east-gate")).unwrap().place.at,
        accuracy_dm: None,
        battery_percent: None,
    });
    let mut wang = phones.open(Some("wang-qiang")).unwrap();
    let view = phones.told(&mut wang).unwrap().view;
    let plan = view.tasks[0].plan.as_ref().unwrap();
    assert!(
        plan.course.len() > 5 && plan.buildings.len() > 3,
        "{plan:?}"
    );
    let bytes = serde_json::to_string(&view).unwrap().len();
    assert!((1_000..8_000).contains(&bytes), "{bytes} bytes");
}
