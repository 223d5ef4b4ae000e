//! Orders to devices: who may give one, that each leaves once, and what is known of it afterwards.

use crate::rules_common::{NOON, World, estate, id, list, secs};
use castellan_domain::actuation::{
    Act, ActuationCommand, ActuationFact, ActuationIntended, ActuationOutcome, ActuationRefusal,
    ActuationSettled, ActuationState, SEND_WITHIN,
};
use castellan_domain::answer::Accepted;
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::door::DoorRefusal;
use castellan_domain::door::GRANTED_FOR;
use castellan_domain::engine::{Engine, Input, Output};
use castellan_domain::fact::{Cause, Fact, FactBody, FactDraft};
use castellan_domain::flood::FloodFact;
use castellan_domain::ids::Seq;
use castellan_domain::observation::DoorChange::{Closed, Opened};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;
use castellan_domain::stream::{Machine, Ran, run};
use castellan_domain::time::Timestamp;
use castellan_domain::view::{Entity, ViewFact, project};
use castellan_domain::zone::ZoneCommand;
use serde_json::json;
use std::collections::VecDeque;

fn open(door: &str) -> Command {
    Command::Actuation(ActuationCommand::OpenDoor { door: id(door) })
}

/// A site whose gate and cellar may be opened from afar.
fn world() -> World {
    let mut estate = estate();
    for device in list(&mut estate, "devices") {
        if ["gate", "cellar"].contains(&device["id"].as_str().expect("an id")) {
            device["door"]["remote_release"] = json!(true);
        }
        if device["id"] == "shed" {
            device["door"] = json!({});
        }
    }
    World::of(&estate)
}

fn last(world: &World, door: &str) -> ActuationState {
    world.view().actuations[&id(door)].clone()
}

/// The driver, or the server for it, says how an order ended.
fn settle(
    world: &mut World,
    door: &str,
    about: Seq,
    outcome: ActuationOutcome,
) -> Result<Accepted, Refusal> {
    let settled = ActuationSettled {
        about,
        device: id(door),
        outcome,
    };
    world.give(Input::Actuated(settled)).expect("an answer")
}

fn opened(world: &mut World, door: &str, outcome: ActuationOutcome) {
    world.done("li-na", open(door));
    let intent = last(world, door).intent;
    assert!(settle(world, door, intent, outcome).is_ok());
}

#[test]
fn an_operator_opens_a_door_that_the_estate_lets_be_opened() {
    let mut world = world();
    let seq = world.view().seq.next();
    assert_eq!(
        world.command("li-na", open("gate")),
        Ok(Accepted::Done { seq })
    );
    let fact = world.facts.last().expect("it is on the record");
    let intended = ActuationIntended {
        device: id("gate"),
        what: Act::OpenDoor,
        send_by: NOON + SEND_WITHIN,
    };
    assert_eq!(
        fact.body,
        FactBody::Actuation(ActuationFact::Intended(intended))
    );
    assert_eq!(fact.actor, Some(id("li-na")));
    assert!(!fact.drill);
    let under_way = last(&world, "gate");
    assert_eq!((under_way.intent, under_way.at), (seq, NOON));
    assert_eq!((under_way.by, under_way.settled), (Some(id("li-na")), None));
}

#[test]
fn nobody_else_and_nothing_else_is_opened() {
    let mut world = world();
    let before = world.facts.len();
    for (who, door, refusal) in [
        (
            "wang-qiang",
            "gate",
            Refusal::Common(CommonRefusal::NotAllowed),
        ),
        (
            "li-na",
            "nowhere",
            Refusal::Common(CommonRefusal::NotInEstate),
        ),
        ("li-na", "hall", Refusal::Door(DoorRefusal::NotADoor)),
        (
            "li-na",
            "shed",
            Refusal::Actuation(ActuationRefusal::NoRemoteRelease { door: id("shed") }),
        ),
    ] {
        assert_eq!(world.command(who, open(door)), Err(refusal), "{who} {door}");
    }
    assert_eq!(world.facts.len(), before, "a refusal leaves no trace");
    for who in ["li-na", "zhou-jie"] {
        opened(&mut world, "gate", ActuationOutcome::Done);
        assert!(world.command(who, open("gate")).is_ok());
        let intent = last(&world, "gate").intent;
        assert!(settle(&mut world, "gate", intent, ActuationOutcome::Done).is_ok());
    }
}

#[test]
fn a_door_has_one_order_at_a_time_until_it_is_settled_however_it_ends() {
    let mut world = world();
    for outcome in [
        ActuationOutcome::Done,
        ActuationOutcome::Refused,
        ActuationOutcome::NotSent,
        ActuationOutcome::Expired,
        ActuationOutcome::Unknown,
    ] {
        world.done("li-na", open("gate"));
        let (at, by) = (world.now, Some(id("li-na")));
        // Even long after its time: only a settlement says that nothing comes of it any more.
        world.wait(secs(100));
        let second = world.command("zhou-jie", open("gate"));
        assert_eq!(
            second,
            Err(Refusal::Actuation(ActuationRefusal::AlreadyUnderWay {
                by,
                at
            }))
        );
        world.crash(secs(1));
        let intent = last(&world, "gate").intent;
        assert_eq!(world.view().open_actuations().count(), 1);
        assert!(settle(&mut world, "gate", intent, outcome).is_ok());
        let settled = last(&world, "gate").settled.expect("settled");
        assert_eq!((settled.outcome, settled.at), (outcome, world.now));
        assert_eq!(world.view().open_actuations().count(), 0);
    }
    world.done("li-na", open("gate"));
    world.done("li-na", open("cellar"));
    assert_eq!(
        world.view().open_actuations().count(),
        2,
        "one for each door"
    );
}

#[test]
fn a_settlement_that_is_told_again_or_about_another_order_changes_nothing() {
    let mut world = world();
    world.done("li-na", open("gate"));
    let first = last(&world, "gate").intent;
    let done = ActuationOutcome::Done;
    for (door, about) in [
        ("gate", first.next()),
        ("cellar", first),
        ("nowhere", first),
    ] {
        let told = settle(&mut world, door, about, done);
        assert_eq!(
            told,
            Err(Refusal::Common(CommonRefusal::NothingToDo)),
            "{door} {about}"
        );
    }
    assert!(settle(&mut world, "gate", first, done).is_ok());
    let facts = world.facts.len();
    let again = settle(&mut world, "gate", first, ActuationOutcome::Unknown);
    assert_eq!(again, Err(Refusal::Common(CommonRefusal::NothingToDo)));
    assert_eq!(world.facts.len(), facts);
    // And of an order that came later, the earlier one's word is not taken.
    world.done("li-na", open("gate"));
    assert!(settle(&mut world, "gate", first, ActuationOutcome::Unknown).is_err());
    assert_eq!(last(&world, "gate").settled, None);
}

#[test]
fn a_door_that_an_order_may_have_opened_is_not_forced() {
    let zone = || id("cellars");
    for (outcome, forced) in [
        (ActuationOutcome::Done, 0),
        (ActuationOutcome::Unknown, 0),
        (ActuationOutcome::Refused, 1),
        (ActuationOutcome::NotSent, 1),
        (ActuationOutcome::Expired, 1),
    ] {
        for door in ["gate", "cellar"] {
            let mut world = world();
            world.done("li-na", Command::Zone(ZoneCommand::Arm { zone: zone() }));
            opened(&mut world, door, outcome);
            world.wait(GRANTED_FOR);
            world.door(door, Opened);
            let rows = world.rows("door_forced").len();
            assert_eq!(rows, forced, "{door} after {outcome:?}");
            world.door(door, Closed);
            world.wait(secs(6));
            world.door(door, Opened);
            assert_eq!(world.rows("door_forced").len(), 1, "its time is over");
        }
    }
    let mut world = world();
    world.done("li-na", open("gate"));
    world.wait(SEND_WITHIN);
    world.door("gate", Opened);
    assert!(world.rows("door_forced").is_empty(), "it is under way");
}

#[test]
fn walls_of_the_staff_are_told_and_visitors_are_not() {
    let mut world = world();
    world.done("li-na", open("gate"));
    let fact = world.facts.last().expect("the intent").clone();
    let mut site = Site::default();
    for before in world.facts.iter().filter(|one| one.seq < fact.seq) {
        site.apply(before);
    }
    let touched = site.apply(&fact);
    let told = project(&Audience::Wall, &touched, site.view());
    let put = Entity::Actuation(id("gate"), last(&world, "gate"));
    assert_eq!(told, [ViewFact::Put(put)]);
    assert_eq!(project(&Audience::WallVisitor, &touched, site.view()), []);
    assert_eq!(site.view().seen_by(&Audience::Wall).actuations.len(), 1);
    assert!(
        site.view()
            .seen_by(&Audience::WallVisitor)
            .actuations
            .is_empty()
    );
}

/// A machine that says whatever a test wants.
struct Saying {
    site: Site,
    outputs: VecDeque<Output>,
}

impl Machine for Saying {
    fn of(site: Site) -> Self {
        let outputs = VecDeque::new();
        Self { site, outputs }
    }

    fn handle(&mut self, _: Input, _: Timestamp) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn apply(&mut self, fact: &Fact) {
        self.site.apply(fact);
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        None
    }
}

fn intends(door: &str, drill: bool) -> Output {
    Output::Record(Box::new(FactDraft {
        occurred_at: None,
        cause: Cause::Server,
        actor: None,
        drill,
        body: FactBody::Actuation(ActuationFact::Intended(ActuationIntended {
            device: id(door),
            what: Act::OpenDoor,
            send_by: NOON + SEND_WITHIN,
        })),
    }))
}

fn said(outputs: Vec<Output>) -> (Ran, Site) {
    let mut machine = Saying::of(Site::default());
    machine.outputs.extend(outputs);
    let inputs = [Input::DeadlineReached, Input::DeadlineReached];
    let ran = run(&mut machine, &id("test-1"), &inputs, || NOON).expect("it runs");
    (ran, machine.site)
}

fn ordered(ran: &Ran) -> Vec<(Seq, &str)> {
    let all = ran.turn.actuations.iter();
    all.map(|order| (order.about(), order.intended().device.as_str()))
        .collect()
}

#[test]
fn a_drill_orders_nothing_and_leaves_the_door_as_it_is() {
    let (ran, site) = said(vec![intends("gate", true), Output::Actuate]);
    assert_eq!(ran.turn.facts.len(), 1, "it is on the record");
    assert_eq!(ran.turn.actuations, []);
    let rehearsed = &ran.turn.actuation_rehearsals;
    assert_eq!(rehearsed.len(), 1);
    assert_eq!(rehearsed[0].about(), Seq(1));
    assert_eq!(rehearsed[0].intended().device, id("gate"));
    assert!(site.view().actuations.is_empty(), "nobody waits for it");
}

#[test]
fn each_intent_orders_once_and_nothing_without_an_intent_orders() {
    let none = FactDraft {
        occurred_at: None,
        cause: Cause::Server,
        actor: None,
        drill: false,
        body: FactBody::Flood(FloodFact::Ended(castellan_domain::fact::FloodEnded {
            came: 0,
            shown: 0,
            folded: 0,
        })),
    };
    let (ran, _) = said(vec![
        Output::Actuate,
        Output::Record(Box::new(none)),
        Output::Actuate,
        intends("gate", false),
        Output::Actuate,
        Output::Actuate,
        intends("cellar", false),
        Output::Actuate,
        intends("shed", false),
    ]);
    assert_eq!(ordered(&ran), [(Seq(2), "gate"), (Seq(3), "cellar")]);
}

#[test]
fn a_command_that_comes_twice_orders_once() {
    let mut engine = Engine::new(Site::default());
    let world = world();
    for fact in &world.facts {
        engine.apply(fact);
    }
    engine.handle(world.loaded(), NOON);
    while engine.poll_output().is_some() {}
    let input = world.commanded("li-na", open("gate"));
    let ran = run(&mut engine, &id("test-1"), &[input.clone(), input], || NOON);
    let ran = ran.expect("it runs");
    assert_eq!(ordered(&ran).len(), 1);
    assert_eq!(ran.done[0].answer, ran.done[1].answer);
}
