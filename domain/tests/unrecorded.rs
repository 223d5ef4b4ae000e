//! What is shown of what came while nothing could be recorded: whatever would have been a new row.

use crate::rules_common::{World, at, id, secs};
use castellan_domain::alarm::{Located, Source};
use castellan_domain::command::Command;
use castellan_domain::estate::Priority;
use castellan_domain::geo::LonLat;
use castellan_domain::observation::{
    Call, CallKind, DoorChange, DoorReport, Doubts, Observation, Report, ReportedState,
};
use castellan_domain::unrecorded::{UnrecordedDoors, UnrecordedNotice, notice};
use castellan_domain::zone::ZoneCommand;

/// A world whose record fails, and what is remembered meanwhile.
struct Outage {
    world: World,
    doors: UnrecordedDoors,
}

impl Outage {
    fn new(world: World) -> Self {
        let doors = UnrecordedDoors::default();
        Self { world, doors }
    }

    fn notice(&mut self, observation: &Observation) -> Option<UnrecordedNotice> {
        let engine = &self.world.engine;
        let last_at = |person: &_| engine.last_place(person);
        notice(&self.world.context(), &mut self.doors, last_at, observation)
    }

    fn call(
        &mut self,
        phone: &str,
        kind: CallKind,
        at: Option<LonLat>,
    ) -> Option<UnrecordedNotice> {
        self.notice(&Observation::Call(Call {
            phone: id(phone),
            kind,
            event: id("e-1"),
            at,
            claimed_at: None,
            received_at: self.world.now,
            drill: false,
            doubts: Doubts::default(),
        }))
    }

    /// Whether a door's report is shown, and then as a forced door.
    fn forced(&mut self, door: &str, what: DoorChange) -> bool {
        let shown = self.notice(&Observation::Door(DoorReport {
            device: id(door),
            what,
            event: id("e-1"),
            claimed_at: None,
            received_at: self.world.now,
            drill: false,
            doubts: Doubts::default(),
        }));
        if let Some(shown) = &shown {
            assert_eq!(shown.source, Source::Device(id(door)));
            assert_eq!(
                (shown.kind.as_str(), shown.priority, shown.state),
                ("door_forced", Priority::P2, ReportedState::Active)
            );
        }
        shown.is_some()
    }
}

#[test]
fn a_call_for_help_is_shown_with_its_person_where_the_phone_is_or_was() {
    let mut outage = Outage::new(World::new());
    let shown = outage.call("guard-01", CallKind::Sos, None).expect("shown");
    assert_eq!(shown.source, Source::Person(id("wang-qiang")));
    assert_eq!(
        (shown.kind.as_str(), shown.priority, shown.count),
        ("guard_sos", Priority::P1, 1)
    );
    assert_eq!(shown.place, Located::Unknown, "never heard");
    outage.world.fix("guard-01", 70.0, 10.0, 5).unwrap();
    let shown = outage.call("guard-01", CallKind::ManDown, None).unwrap();
    assert_eq!(shown.kind.as_str(), "man_down");
    assert_eq!(
        shown.place.building(),
        Some(&id("b2")),
        "where the phone was"
    );
    let here = Some(at(10.0, 10.0));
    let shown = outage.call("guard-01", CallKind::Sos, here).unwrap();
    assert_eq!(shown.place.building(), Some(&id("b1")), "where it is");
    // Off duty as well, and not from a phone that is nobody's.
    assert!(outage.call("guard-02", CallKind::Sos, None).is_some());
    assert_eq!(outage.call("stranger", CallKind::Sos, None), None);
}

#[test]
fn a_door_is_shown_if_nobody_was_let_through_before_the_outage_or_in_it() {
    let mut world = World::new();
    world.door("gate", DoorChange::Granted);
    let mut outage = Outage::new(world);
    assert!(!outage.forced("gate", DoorChange::Opened), "on record");
    assert!(!outage.forced("gate", DoorChange::Closed));
    outage.world.now = outage.world.now + secs(11);
    assert!(outage.forced("gate", DoorChange::Opened));
    assert!(!outage.forced("gate", DoorChange::Opened), "it is open");
    assert!(!outage.forced("gate", DoorChange::Closed));
    assert!(!outage.forced("gate", DoorChange::Granted));
    outage.world.now = outage.world.now + secs(10);
    assert!(!outage.forced("gate", DoorChange::Opened), "let through");
    assert!(!outage.forced("gate", DoorChange::Closed));
    outage.world.now = outage.world.now + secs(1);
    assert!(outage.forced("gate", DoorChange::Opened), "too late");
    assert!(!outage.forced("gate", DoorChange::Retained { open: false }));
    assert!(!outage.forced("gate", DoorChange::Retained { open: true }));
}

#[test]
fn a_door_without_grants_is_forced_while_it_is_armed() {
    let mut world = World::new();
    let mut outage = Outage::new(World::new());
    assert!(!outage.forced("cellar", DoorChange::Opened));
    let zone = id("cellars");
    world.done("zhou-jie", Command::Zone(ZoneCommand::Arm { zone }));
    let mut outage = Outage::new(world);
    assert!(!outage.forced("cellar", DoorChange::Granted));
    assert!(outage.forced("cellar", DoorChange::Opened));
    assert!(!outage.forced("hall", DoorChange::Opened), "no door");
    assert!(!outage.forced("nobody", DoorChange::Opened));
}

#[test]
fn a_report_is_shown_when_something_began_and_a_drill_is_marked() {
    let mut outage = Outage::new(World::new());
    let report = |state, drill| {
        Observation::Report(Report {
            device: id("hall"),
            kind: id("smoke"),
            state,
            event: id("e-1"),
            claimed_at: None,
            received_at: crate::rules_common::NOON,
            drill,
            doubts: Doubts::default(),
        })
    };
    let shown = outage
        .notice(&report(ReportedState::Active, false))
        .unwrap();
    assert_eq!((shown.priority, shown.drill), (Priority::P2, false));
    let drill = outage.notice(&report(ReportedState::Momentary, true));
    assert!(drill.unwrap().drill);
    assert_eq!(outage.notice(&report(ReportedState::Cleared, false)), None);
}
