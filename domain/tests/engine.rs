//! What becomes of single inputs: reports, positions, commands, the estate.

use crate::common::{START, World, estate, id, is_done, secs, spot, text, words};
use ReportedState::{Active, Cleared, Momentary};
use castellan_domain::alarm::{
    AlarmCommand, AlarmFact, AlarmRefusal, Condition, NOTES_MAX, NoteCommand, OPEN_ALARMS_MAX,
    Ownership, Source, Verdict,
};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{Device, EstateFact, Priority};
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, CommandId, Seq};
use castellan_domain::observation::{
    CLOCK_AHEAD_MAX, PhoneFix, REPORT_AGE_MAX, ReportedState, TimeDoubt,
};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;
use castellan_domain::time::{Span, Timestamp};

fn reported(outcome: Outcome, alarm: u32) -> Accepted {
    let alarm = Some(AlarmId(alarm));
    Accepted::Reported { outcome, alarm }
}

#[test]
fn a_detector_that_chatters_makes_a_count_and_not_a_queue() {
    let mut world = World::new();
    let told: Vec<_> = [Active, Active, Momentary, Cleared, Active]
        .map(|state| world.report("gas-1", "gas_low", state))
        .into();
    let expected = [
        Ok(reported(Outcome::Raised, 1)),
        Ok(reported(Outcome::Repeated, 1)),
        Ok(reported(Outcome::Repeated, 1)),
        Ok(reported(Outcome::Cleared, 1)),
        Ok(reported(Outcome::Repeated, 1)),
    ];
    assert_eq!(told, expected);
    assert_eq!(world.alarm(AlarmId(1)).repeats, 3);
    let other_type = world.report("gas-1", "door_held", Active);
    let other_device = world.report("gas-2", "gas_low", Active);
    assert_eq!(other_type, Ok(reported(Outcome::Raised, 2)));
    assert_eq!(other_device, Ok(reported(Outcome::Raised, 3)));
}

#[test]
fn a_new_row_carries_everything_that_was_decided_about_it() {
    let mut world = World::new();
    let at = world.raise("gas-1", "gas_low", Active);
    let alarm = world.alarm(at);
    let device = estate().device(&id("gas-1")).cloned();
    assert_eq!(alarm.place.place(), device.as_ref().map(|d| &d.place));
    assert_eq!(alarm.priority, Priority::P2);
    assert_eq!(alarm.version, world.view().seq);
    assert_eq!(
        alarm.ownership,
        Ownership::Unclaimed {
            since: START,
            due_at: START + secs(60),
            times_overdue: 0,
            late_s: 0,
            returned: None,
        }
    );
    let fact = &world.facts.last().unwrap().fact;
    assert!(matches!(&fact.cause, Cause::Event { device, .. } if device.as_str() == "gas-1"));
    assert_eq!(fact.actor, None);
}

#[test]
fn nothing_to_clear_is_said_and_not_recorded() {
    let mut world = World::new();
    let facts = world.facts.len();
    let nothing = Ok(Accepted::Reported {
        outcome: Outcome::NothingToClear,
        alarm: None,
    });
    assert_eq!(world.report("gas-1", "gas_low", Cleared), nothing);
    assert_eq!(world.facts.len(), facts);
}

#[test]
fn what_is_cleared_already_or_never_lasted_is_not_cleared_again() {
    for first in [Active, Momentary] {
        let mut world = World::new();
        world.raise("button-1", "panic", first);
        world.report("button-1", "panic", Cleared).unwrap();
        let (facts, before) = (world.facts.len(), world.alarm(AlarmId(1)).clone());
        world.wait(secs(10));
        let again = world.report("button-1", "panic", Cleared);
        assert_eq!(again, Ok(reported(Outcome::NothingToClear, 1)), "{first:?}");
        assert_eq!(world.alarm(AlarmId(1)), &before);
        assert_eq!(world.facts.len(), facts, "no fact for each poll of a panel");
    }
}

#[test]
fn only_cleared_ends_a_condition_that_lasts() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.wait(secs(5));
    world.report("gas-1", "gas_low", Momentary).unwrap();
    let since = START;
    assert_eq!(world.alarm(alarm).condition, Condition::Active { since });
    world.report("gas-1", "gas_low", Active).unwrap();
    assert_eq!(world.alarm(alarm).condition, Condition::Active { since });
    world.report("gas-1", "gas_low", Cleared).unwrap();
    world.wait(secs(5));
    world.report("gas-1", "gas_low", Active).unwrap();
    let since = START + secs(10);
    assert_eq!(world.alarm(alarm).condition, Condition::Active { since });
}

#[test]
fn a_clock_that_cannot_be_right_is_replaced_by_ours_and_kept_as_a_doubt() {
    let instant = Span::from_micros(1);
    let believed = [
        START,
        START + CLOCK_AHEAD_MAX,
        START - REPORT_AGE_MAX,
        START - secs(30),
    ];
    let doubted = [
        Timestamp::from_secs(0),
        Timestamp::from_secs(4_070_908_800),
        Timestamp::from_micros(i64::MIN),
        Timestamp::from_micros(i64::MAX),
        START + CLOCK_AHEAD_MAX + instant,
        START - REPORT_AGE_MAX - instant,
    ];
    let raised = |claimed: Option<Timestamp>| {
        let mut world = World::new();
        world
            .report_at("gas-1", "gas_low", Active, claimed)
            .unwrap();
        let Fact {
            body: FactBody::Alarm(AlarmFact::Raised(body)),
            occurred_at,
            recorded_at,
            ..
        } = &world.facts.last().unwrap().fact
        else {
            panic!("not raised at {claimed:?}");
        };
        assert_eq!(*recorded_at, START);
        assert_eq!(body.claim_due_at, START + secs(60), "the deadline is ours");
        (*occurred_at, body.doubts.time)
    };
    for claimed in believed {
        assert_eq!(raised(Some(claimed)), (claimed, None));
    }
    for claimed in doubted {
        let doubt = TimeDoubt::Unbelievable { said: claimed };
        assert_eq!(raised(Some(claimed)), (START, Some(doubt)));
    }
    assert_eq!(raised(None), (START, None));
}

#[test]
fn a_device_or_type_that_the_estate_lacks_is_refused_and_changes_nothing() {
    let mut world = World::new();
    let before = world.view().clone();
    for (device, kind) in [("gas-9", "gas_low"), ("gas-1", "ufo"), ("ufo", "ufo")] {
        for state in [Active, Cleared, Momentary] {
            assert_eq!(
                world.report(device, kind, state),
                Err(Refusal::Common(CommonRefusal::NotInEstate))
            );
        }
    }
    assert_eq!(world.view(), &before);
    let mut early = World::without_estate(Site::default());
    let answer = early.report("gas-1", "gas_low", Active);
    assert_eq!(answer, Err(Refusal::Common(CommonRefusal::NotInEstate)));
}

#[test]
fn a_fix_is_kept_and_shown_unless_it_lies_off_the_site() {
    let fix = |at: LonLat| PhoneFix {
        phone: id("guard-01"),
        occurred_at: START,
        received_at: START,
        at,
        accuracy_dm: Some(120),
        battery_percent: Some(60),
    };
    let mut world = World::new();
    assert_eq!(world.fix(fix(spot(3, 4))), Ok(Accepted::Tracked));
    assert_eq!(world.tracks, [fix(spot(3, 4)).of(id("wang-qiang"))]);
    assert_eq!(world.latest, world.tracks);
    for (lon, lat) in [(0.0, 0.0), (120.112, 30.6), (-120.112, 30.287)] {
        let at = LonLat::new(lon, lat).unwrap();
        assert_eq!(world.fix(fix(at)), Ok(Accepted::OffSite), "{lon} {lat}");
    }
    assert_eq!((world.tracks.len(), world.latest.len()), (1, 1));
    assert_eq!(world.facts.len(), 1, "positions are not facts");
}

#[test]
fn a_guard_may_command_nothing() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    let before = world.view().clone();
    for answer in [
        world.claim("wang-qiang", alarm),
        world.note("wang-qiang", alarm),
        world.judge("wang-qiang", alarm, Verdict::Genuine),
    ] {
        assert_eq!(answer, Err(Refusal::Common(CommonRefusal::NotAllowed)));
    }
    assert_eq!(world.view(), &before);
}

#[test]
fn only_the_owner_or_somebody_above_operators_judges() {
    for (who, expected) in [
        ("li-na", true),
        ("zhao-min", false),
        ("zhou-jie", true),
        ("chen-hui", true),
    ] {
        let mut world = World::new();
        let alarm = world.raise("gas-1", "gas_low", Active);
        let unclaimed = world.judge(who, alarm, Verdict::Test);
        assert_eq!(
            unclaimed,
            Err(Refusal::Alarm(AlarmRefusal::NotClaimed)),
            "{who}"
        );
        assert!(is_done(&world.claim("li-na", alarm)));
        let answer = world.judge(who, alarm, Verdict::Test);
        if expected {
            assert!(is_done(&answer), "{who}: {answer:?}");
            let again = world.judge("zhou-jie", alarm, Verdict::Genuine);
            let (verdict, by, at) = (Verdict::Test, id(who), START);
            assert_eq!(
                again,
                Err(Refusal::Alarm(AlarmRefusal::AlreadyJudged {
                    verdict,
                    by,
                    at
                }))
            );
        } else {
            assert_eq!(
                answer,
                Err(Refusal::Alarm(AlarmRefusal::NotOwner { by: id("li-na") }))
            );
        }
    }
}

#[test]
fn the_loser_of_a_claim_learns_who_was_first_and_when() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.wait(secs(7));
    assert!(is_done(&world.claim("zhao-min", alarm)));
    world.wait(secs(3));
    let (by, at, ahead) = (id("zhao-min"), START + secs(7), secs(3));
    let lost = AlarmRefusal::AlreadyClaimed { by, at, ahead };
    let lost = Err(Refusal::Alarm(lost));
    for who in ["li-na", "chen-hui", "zhao-min"] {
        assert_eq!(world.claim(who, alarm), lost, "{who}");
    }
}

#[test]
fn a_command_about_what_has_changed_since_is_refused_with_the_new_version() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", alarm).unwrap();
    let seen = world.alarm(alarm).version;
    world.note("zhao-min", alarm).unwrap();
    let version = world.alarm(alarm).version;
    assert_eq!(version, seen.next());
    let judge = || {
        Command::Alarm(AlarmCommand::Judge {
            alarm,
            verdict: Verdict::Test,
            basis: None,
        })
    };
    let changed = Err(Refusal::Alarm(AlarmRefusal::Changed { version }));
    assert_eq!(world.command("li-na", Some(seen), judge()), changed);
    assert_eq!(world.command("li-na", Some(Seq(999)), judge()), changed);
    let done = world.command("li-na", Some(version), judge());
    let seq = version.next();
    assert_eq!(done, Ok(Accepted::Done { seq }));
    assert_eq!(world.alarm(alarm).version, seq, "the answer names the fact");
}

#[test]
fn an_alarm_that_is_not_live_is_named_in_the_refusal() {
    let mut world = World::new();
    let alarm = AlarmId(77);
    let unknown = Err(Refusal::Alarm(AlarmRefusal::UnknownAlarm { alarm }));
    assert_eq!(world.claim("li-na", alarm), unknown);
    assert_eq!(world.note("li-na", alarm), unknown);
    assert_eq!(world.judge("li-na", alarm, Verdict::Test), unknown);
}

#[test]
fn the_note_after_the_last_one_is_refused() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    for nth in 0..NOTES_MAX {
        assert!(is_done(&world.note("li-na", alarm)), "note {nth}");
    }
    let before = world.view().clone();
    assert_eq!(
        world.note("zhao-min", alarm),
        Err(Refusal::Alarm(AlarmRefusal::TooManyNotes))
    );
    assert_eq!(world.view(), &before);
    assert_eq!(world.alarm(alarm).notes.len(), NOTES_MAX);
}

#[test]
fn a_full_site_refuses_new_rows_only() {
    let mut wide = estate();
    let model = wide.devices[0].clone();
    wide.devices = (0..=OPEN_ALARMS_MAX)
        .map(|n| Device {
            id: id(&format!("d{n}")),
            ..model.clone()
        })
        .collect();
    let mut world = World::with(Site::default(), wide);
    let first = world.raise("d0", "gas_low", Active);
    let seed = world.facts.last().unwrap().fact.clone();
    // The rest of the rows, straight from their facts.
    for n in 1..OPEN_ALARMS_MAX {
        let mut fact = seed.clone();
        fact.seq = world.view().seq.next();
        if let FactBody::Alarm(AlarmFact::Raised(body)) = &mut fact.body {
            body.alarm = AlarmId(u32::try_from(n).unwrap() + 1);
            body.source = Source::Device(id(&format!("d{n}")));
        }
        world.engine.apply(&fact);
    }
    let last = format!("d{OPEN_ALARMS_MAX}");
    let refused = world.report(&last, "gas_low", Active);
    assert_eq!(
        refused,
        Err(Refusal::Alarm(AlarmRefusal::TooManyOpenAlarms))
    );
    let urgent = world.report(&last, "panic", Momentary);
    let next = u32::try_from(OPEN_ALARMS_MAX).unwrap() + 1;
    assert_eq!(
        urgent,
        Ok(reported(Outcome::Raised, next)),
        "but for what may cost a life"
    );
    let repeated = world.report("d7", "gas_low", Active);
    assert_eq!(repeated, Ok(reported(Outcome::Repeated, 8)));
    let cleared = world.report("d0", "gas_low", Cleared);
    assert_eq!(cleared, Ok(reported(Outcome::Cleared, 1)));
    world.claim("li-na", first).unwrap();
    world.judge("li-na", first, Verdict::Genuine).unwrap();
    let still = world.report(&last, "gas_low", Active);
    assert_eq!(
        still,
        Err(Refusal::Alarm(AlarmRefusal::TooManyOpenAlarms)),
        "the urgent one has its place"
    );
    let panic = AlarmId(next);
    world.claim("li-na", panic).unwrap();
    world.judge("li-na", panic, Verdict::Genuine).unwrap();
    let number = next + 1;
    let raised = world.report(&last, "gas_low", Active);
    assert_eq!(
        raised,
        Ok(reported(Outcome::Raised, number)),
        "one place was freed"
    );
}

#[test]
fn an_estate_is_published_once_until_it_changes() {
    let published = |world: &World| -> Vec<String> {
        let bodies = world.history().map(|fact| &fact.body);
        bodies
            .filter_map(|body| match body {
                FactBody::Estate(EstateFact::Published(body)) => Some(body.hash.to_string()),
                _ => None,
            })
            .collect()
    };
    let mut world = World::new();
    world.load("estate-1", estate());
    world.load("estate-1", estate());
    assert_eq!(published(&world), ["estate-1"]);
    world.load("estate-2", estate());
    assert_eq!(published(&world), ["estate-1", "estate-2"]);
    assert_eq!(world.view().estate, Some(id("estate-2")));
    let mut restarted = World::with(world.engine.site().clone(), estate());
    assert_eq!(published(&restarted), ["estate-1"], "it had estate-2");
    restarted.load("estate-1", estate());
    assert_eq!(published(&restarted).len(), 1);
}

#[test]
fn a_command_leaves_its_id_and_its_person_in_its_fact() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    let command_id = CommandId(uuid::Uuid::from_u128(7_001));
    let note = words(5);
    let answer = world.give(Input::Commanded {
        command_id,
        by: id("li-na"),
        expected: None,
        command: Command::Note(NoteCommand::Note {
            alarm,
            text: note.clone(),
        }),
    });
    assert!(is_done(&answer.unwrap()));
    let fact = &world.facts.last().unwrap().fact;
    assert_eq!(fact.cause, Cause::Command(command_id));
    assert_eq!(fact.actor, Some(id("li-na")));
    assert!(!fact.drill);
    assert_eq!(world.alarm(alarm).notes[0].content.words(), Some(&note));
    assert_eq!(note.commitment, text(&format!("{:064x}", 5)));
}
