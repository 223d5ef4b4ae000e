//! What a guard's phone is told over the stream, and who is let in.

use crate::common::{START, World, estate, folder, id, read, spot, text};
use crate::guard_view::{index, seen};
use crate::incidents::{guarded, part_of, send, world};
use castellan_domain::audience::Audience;
use castellan_domain::dispatch::{DispatchCommand, Stage};
use castellan_domain::estate::{DutyKept, Estate};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AssignmentId, JournalId, Seq};
use castellan_domain::observation::{Fix, ReportedState::Active};
use castellan_domain::site::Site;
use castellan_domain::stream::{Backlog, Connected, Outgoing, SiteStream};
use castellan_domain::wire::live::{
    GuardMessage, Hello, PROTOCOL_VERSION, RefusedCode, ResumeBy, ServerMessage,
};
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

    // The way begins where he was last heard of, from the next turn that changes something.
    assert_eq!(
        offered.view.tasks[0].plan.as_ref().unwrap().course,
        [[0; 2]; 0]
    );
    phones.stream.lane().update(&Fix {
        person: id("wang-qiang"),
        occurred_at: START,
        received_at: START,
        at: spot(-80, 0),
        accuracy_dm: None,
        battery_percent: None,
    });
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
