//! How a verdict was established, what counts as done without a word, and what nobody says again.

use crate::common::{START, World, estate, id, is_done, secs};
use castellan_domain::alarm::{
    AlarmCommand, AlarmFact, AlarmRefusal, Condition, Due, FollowUp, NoteContent, ReturnedBy,
    ShelfReason, Unheard, Verdict, VerdictBasis,
};
use castellan_domain::answer::{Accepted, Answer, Outcome};
use castellan_domain::audience::{Audience, WITHHELD};
use castellan_domain::command::Command;
use castellan_domain::engine::Engine;
use castellan_domain::estate::{DutyKept, Estate};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState::{Active, Momentary};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;
use castellan_domain::staff::{StaffCommand, StaffRefusal};
use castellan_domain::time::Timestamp;
use castellan_domain::view::Shown;

/// An estate that wants gas verified and keeps duty.
fn verifying() -> Estate {
    let mut estate = estate();
    estate.staffing.duty = DutyKept::Recorded;
    for kind in &mut estate.alarm_types[..2] {
        kind.verify = true;
    }
    estate
}

fn judge(
    world: &mut World,
    alarm: AlarmId,
    verdict: Verdict,
    basis: Option<VerdictBasis>,
) -> Answer {
    let command = AlarmCommand::Judge {
        alarm,
        verdict,
        basis,
    };
    world.command("li-na", None, Command::Alarm(command))
}

fn looked(who: &str) -> VerdictBasis {
    VerdictBasis::OnScene { by: id(who) }
}

#[test]
fn nobody_dismisses_gas_from_the_chair_alone() {
    let mut world = World::with(Site::default(), verifying());
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", alarm).unwrap();
    let refused = Err(Refusal::Alarm(AlarmRefusal::NotVerified));
    for verdict in Verdict::ALL.into_iter().filter(|v| v.is_false()) {
        assert_eq!(
            judge(&mut world, alarm, verdict, None),
            refused,
            "{verdict:?}"
        );
    }
    let person = id("wang-qiang");
    let off_duty = Err(Refusal::Staff(StaffRefusal::NotOnDuty { person }));
    let environment = Verdict::Environment;
    let answer = judge(&mut world, alarm, environment, Some(looked("wang-qiang")));
    assert_eq!(answer, off_duty);
    let person = id("nobody");
    let unknown = Err(Refusal::Staff(StaffRefusal::UnknownPerson { person }));
    assert_eq!(
        judge(&mut world, alarm, environment, Some(looked("nobody"))),
        unknown
    );
    assert!(!world.alarm(alarm).is_judged());

    let person = id("wang-qiang");
    let on_duty = Command::Staff(StaffCommand::GoOnDuty { person });
    assert!(is_done(&world.command("li-na", None, on_duty)));
    let answer = judge(&mut world, alarm, environment, Some(looked("wang-qiang")));
    assert!(is_done(&answer), "{answer:?}");
    let judged = world.alarm(alarm).judged().expect("a verdict").clone();
    assert_eq!(judged.basis, Some(looked("wang-qiang")));
    let wall = world.alarm(alarm).seen_by(&alarm, &Audience::WallVisitor);
    let on_wall = wall
        .expect("the row")
        .judged()
        .and_then(|j| j.basis.clone());
    assert_eq!(on_wall, Some(looked(WITHHELD)), "a wall learns of nobody");

    let correct = |verdict, basis| AlarmCommand::CorrectVerdict {
        alarm,
        verdict,
        basis,
    };
    let wrong = Command::Alarm(correct(Verdict::DeviceFault, None));
    assert_eq!(world.command("li-na", None, wrong), refused);
    let better = Command::Alarm(correct(Verdict::DeviceFault, Some(VerdictBasis::Phone)));
    assert!(is_done(&world.command("li-na", None, better)));
    let judged = world.alarm(alarm).judged().expect("a verdict");
    assert_eq!(judged.basis, Some(VerdictBasis::Phone));
}

#[test]
fn a_real_fire_and_what_is_no_fire_need_no_basis_and_a_row_that_has_taken_in_gas_does() {
    let mut world = World::with(Site::default(), verifying());
    let gas = world.raise("gas-1", "gas_low", Active);
    let door = world.raise("door-1", "door_held", Active);
    for alarm in [gas, door] {
        world.claim("li-na", alarm).unwrap();
    }
    assert!(is_done(&judge(&mut world, gas, Verdict::Genuine, None)));
    assert!(is_done(&judge(
        &mut world,
        door,
        Verdict::Environment,
        None
    )));
    let mut estate = estate();
    estate.alarm_types[1].verify = true;
    let mut world = World::with(Site::default(), estate);
    let risen = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", risen).unwrap();
    let refused = Err(Refusal::Alarm(AlarmRefusal::NotVerified));
    assert_eq!(judge(&mut world, risen, Verdict::Test, None), refused);
}

#[test]
fn a_family_is_verified_whole_or_not_at_all() {
    let kinds = verifying().alarm_types;
    assert!(estate().with_alarm_types(kinds).is_ok());
    let mut half = estate();
    half.alarm_types[1].verify = true;
    let error = half.with_alarm_types(Vec::new()).expect_err("by half");
    assert_eq!(
        error.to_string(),
        "alarm types gas_low and gas_high are of one family, and only one of them has `verify`; \
         give it to both or to neither"
    );
}

#[test]
fn what_a_key_says_was_done_stops_the_deadline_as_a_note_does() {
    let mut world = World::new();
    let claimed = world.raise("gas-1", "gas_low", Active);
    let seen = world.raise("door-1", "door_held", Active);
    world.claim("li-na", claimed).unwrap();
    let see = AlarmCommand::Acknowledge { alarm: seen };
    assert!(is_done(&world.command("li-na", None, Command::Alarm(see))));
    for (alarm, what) in [claimed, seen].into_iter().zip(FollowUp::ALL) {
        let done = AlarmCommand::FollowUp { alarm, what };
        assert!(is_done(&world.command("li-na", None, Command::Alarm(done))));
        let notes = &world.alarm(alarm).notes;
        assert_eq!(notes[0].content, NoteContent::Done(what));
    }
    assert_eq!(world.alarm(claimed).next_due(), None);
    world.wait(secs(1_800));
    assert_eq!(world.alarm(claimed).owner(), Some(&id("li-na")));
    let acknowledged = world.alarm(seen).acknowledged.as_ref();
    assert!(acknowledged.expect("nobody took it back").followed_up);
}

#[test]
fn a_picture_that_was_looked_at_ends_the_owners_own_wait_and_nothing_else() {
    let mut world = World::new();
    let claimed = world.raise("gas-1", "gas_low", Active);
    let seen = world.raise("door-1", "door_held", Active);
    let look = |world: &mut World, who: &str, alarm| {
        let what = FollowUp::PictureLooked;
        let looked = AlarmCommand::FollowUp { alarm, what };
        world.command(who, None, Command::Alarm(looked))
    };
    let nothing = Err(CommonRefusal::NothingToDo.into());
    assert_eq!(look(&mut world, "li-na", claimed), nothing, "nobody has it");
    world.claim("li-na", claimed).unwrap();
    let see = AlarmCommand::Acknowledge { alarm: seen };
    assert!(is_done(&world.command("li-na", None, Command::Alarm(see))));
    for alarm in [claimed, seen] {
        assert_eq!(look(&mut world, "zhao-min", alarm), nothing, "another's");
        assert!(is_done(&look(&mut world, "li-na", alarm)));
        assert_eq!(look(&mut world, "li-na", alarm), nothing, "once");
        let notes = &world.alarm(alarm).notes;
        let done = NoteContent::Done(FollowUp::PictureLooked);
        assert_eq!((notes.len(), &notes[0].content), (1, &done));
    }
    assert_eq!(world.alarm(claimed).next_due(), None);
    assert!(
        !FollowUp::ALL.contains(&FollowUp::PictureLooked),
        "no digit says it"
    );
}

/// An estate whose gas and held doors are to be heard of again within ten minutes.
fn repeating() -> Estate {
    let mut estate = estate();
    for kind in &mut estate.alarm_types[..3] {
        kind.active_s_max = Some(600);
    }
    estate
}

/// The last thing that was told of a row, and when that was due.
fn last(world: &World) -> (&AlarmFact, Timestamp) {
    let fact = &world.facts.last().expect("a fact").fact;
    let FactBody::Alarm(body) = &fact.body else {
        panic!("{fact:?}");
    };
    (body, fact.occurred_at)
}

#[test]
fn what_is_not_said_again_is_annunciated_anew_once_and_a_report_starts_the_clock_anew() {
    let mut world = World::with(Site::default(), repeating());
    // It would be overdue every quarter of an hour by now, and no sooner.
    let row = world.raise("gas-1", "gas_low", Active);
    world.wait(secs(500));
    world.report("gas-1", "gas_low", Momentary).unwrap();
    world.wait(secs(599));
    assert_eq!(world.alarm(row).unheard, None);
    let before = world.alarm(row).clone();
    assert_eq!(before.next_due(), Some((START + secs(1_100), Due::Unheard)));
    world.wait(secs(1));
    let unheard = Some(Unheard {
        at: START + secs(1_100),
        for_s: 600,
    });
    assert_eq!(world.alarm(row).unheard, unheard);
    assert!(world.alarm(row).is_active(), "silence is no all-clear");
    let (AlarmFact::Overdue(body), at) = last(&world) else {
        panic!("{:?}", last(&world));
    };
    assert_eq!((body.late_s, at), (0, START + secs(1_100)));
    world.wait(secs(7_200));
    assert_eq!(world.alarm(row).unheard, unheard, "once");
    world.report("gas-1", "gas_low", Active).unwrap();
    assert_eq!(world.alarm(row).unheard, None);
    assert_eq!(
        world.alarm(row).unheard_due_at(),
        Some(world.now + secs(600))
    );
}

#[test]
fn what_somebody_has_or_has_seen_or_called_genuine_comes_back_when_nothing_more_is_heard() {
    let mut world = World::with(Site::default(), repeating());
    let claimed = world.raise("gas-1", "gas_low", Active);
    let genuine = world.raise("gas-2", "gas_low", Active);
    let seen = world.raise("door-1", "door_held", Active);
    // Nothing that came before an incident joins it.
    world.wait(secs(0));
    for alarm in [claimed, genuine] {
        world.claim("li-na", alarm).unwrap();
        world.note("li-na", alarm).unwrap();
    }
    world.judge("li-na", genuine, Verdict::Genuine).unwrap();
    let see = AlarmCommand::Acknowledge { alarm: seen };
    assert!(is_done(&world.command("li-na", None, Command::Alarm(see))));
    world.wait(secs(600));
    // What is genuine is an incident, and that has an owner.
    let row = world.alarm(genuine);
    assert_eq!((row.owner(), row.is_judged()), (Some(&id("li-na")), false));
    for alarm in [claimed, seen] {
        let row = world.alarm(alarm);
        assert_eq!((row.owner(), row.is_judged()), (None, false), "{alarm}");
        let due = row.next_due().map(|(_, due)| due);
        assert_eq!(due, Some(Due::Claim), "{alarm}");
        let castellan_domain::alarm::Ownership::Unclaimed { returned, .. } = &row.ownership else {
            panic!("{alarm} is owned");
        };
        let returned = returned.as_ref().expect("it came back");
        assert_eq!(returned.why, ReturnedBy::Unheard);
        assert_eq!(returned.from, Some(id("li-na")));
    }
}

/// Else it would be active for ever, and hide the next report.
#[test]
fn what_was_called_false_is_over_when_nothing_more_is_heard_and_the_next_report_is_a_new_row() {
    let mut world = World::with(Site::default(), repeating());
    let row = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", row).unwrap();
    world.judge("li-na", row, Verdict::Environment).unwrap();
    world.wait(secs(599));
    assert!(!world.alarm(row).is_closed());
    world.wait(secs(1));
    let at = START + secs(600);
    assert!(world.alarm(row).is_closed());
    assert_eq!(world.alarm(row).condition, Condition::Unheard { at });
    let again = world.report("gas-1", "gas_low", Active);
    let alarm = Some(AlarmId(2));
    let outcome = Outcome::Raised;
    assert_eq!(again, Ok(Accepted::Reported { outcome, alarm }));
}

/// A detector above its high limit says that, and not the low one beside it; and where one thing may
/// stay until it is cleared, silence says nothing.
#[test]
fn a_row_is_heard_of_while_anything_in_it_is() {
    let mut estate = repeating();
    let mut world = World::with(Site::default(), estate.clone());
    let row = world.raise("gas-1", "gas_low", Active);
    for _ in 0..3 {
        world.wait(secs(500));
        world.report("gas-1", "gas_high", Active).unwrap();
    }
    assert_eq!(world.alarm(row).unheard, None);
    estate.alarm_types[1].active_s_max = None;
    let mut world = World::with(Site::default(), estate);
    let row = world.raise("gas-1", "gas_low", Active);
    world.report("gas-1", "gas_high", Active).unwrap();
    assert_eq!(world.alarm(row).unheard_due_at(), None);
}

#[test]
fn what_comes_off_the_shelf_says_that_it_was_not_heard_of_and_rings_once() {
    let mut world = World::with(Site::default(), repeating());
    let alarm = world.raise("gas-1", "gas_low", Active);
    let shelve = AlarmCommand::Shelve {
        alarm,
        for_s: 1_000,
        reason: ShelfReason::Works,
    };
    assert!(is_done(&world.command(
        "li-na",
        None,
        Command::Alarm(shelve)
    )));
    world.wait(secs(999));
    assert_eq!(world.alarm(alarm).unheard, None);
    world.wait(secs(1));
    let at = START + secs(1_000);
    let told = world.alarm(alarm).unheard;
    assert_eq!(told, Some(Unheard { at, for_s: 600 }));
    assert!(matches!(last(&world).0, AlarmFact::Unshelved(_)));
}

/// The clock follows from the facts: killed and started anew after an hour, it fires once, and says
/// by how much too late.
#[test]
fn a_restart_forgets_no_silence_and_says_how_late_it_was_noticed() {
    let mut world = World::with(Site::default(), repeating());
    let alarm = world.raise("door-1", "door_held", Active);
    world.claim("li-na", alarm).unwrap();
    world.note("li-na", alarm).unwrap();
    let mut site = Site::default();
    for fact in world.history() {
        site.apply(fact);
    }
    let mut world = World::with(site, repeating());
    world.engine = Engine::new(world.engine.site().clone());
    world.load("estate-1", repeating());
    world.now = START + secs(3_600);
    world.wait(secs(0));
    let told: Vec<_> = world
        .history()
        .filter_map(|fact| match &fact.body {
            FactBody::Alarm(AlarmFact::Unheard(body)) => Some((body.for_s, body.late_s)),
            FactBody::Alarm(AlarmFact::Returned(body)) => Some((0, body.late_s)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(600, 3_000), (0, 3_000)]);
}
