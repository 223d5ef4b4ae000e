//! Facts are kept for years: every shape that was ever released is read for ever, and the current
//! shape is written byte for byte as in the samples of `tests/facts`.
//!
//! `<kind>.v<N>.json` is a sample of the shape, `<kind>.v<N>.<what>.json` one more of it. A sample
//! is never edited; a changed shape gets the next version and a sample of its own.

use crate::common::bodies::bodies;
use crate::common::{folder, id, names, read, text};
use castellan_domain::alarm::{
    Alarm, AlarmFact, Due, JoinedBy, Located, ReturnedBy, RisenBy, ShelfReason, Source, Verdict,
};
use castellan_domain::fact::{AlarmRaised, Cause, Fact, FactBody};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::ladder::Reached;
use castellan_domain::matter::{Matter, Unanswered};
use castellan_domain::notify::Settlement;
use castellan_domain::observation::{ReportedState, TimeDoubt};
use castellan_domain::site::Site;
use castellan_domain::staff::{Console, Duty};
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use proptest::prelude::*;

/// What the samples' clock said that could not be believed.
const BEFORE_1970: TimeDoubt = TimeDoubt::Unbelievable {
    said: Timestamp::from_micros(-1),
};

struct Sample {
    name: String,
    kind: String,
    version: u16,
    bytes: String,
}

/// Every sample, its kind and version from its name.
fn samples() -> Vec<Sample> {
    let folder = folder("facts");
    let sample = |name: String| {
        let mut parts = name.strip_suffix(".json").expect("a .json").split('.');
        let kind = parts.next().expect("a kind").to_owned();
        let version = parts.next().and_then(|v| v.strip_prefix('v'));
        let version = version.expect("a version").parse().expect("a number");
        let stored = read(&folder.join(&name));
        let bytes = stored.strip_suffix('\n').expect("one line").to_owned();
        assert!(!bytes.contains('\n'), "{name}: stored facts are one line");
        Sample {
            name,
            kind,
            version,
            bytes,
        }
    };
    names(&folder).into_iter().map(sample).collect()
}

fn sample(name: &str) -> Sample {
    let mut samples = samples().into_iter();
    samples.find(|s| s.name == name).expect("that sample")
}

#[test]
fn every_kind_and_every_version_of_it_has_a_sample() {
    let samples = samples();
    for (kind, current) in FactBody::kinds() {
        for version in 1..=current {
            assert!(
                samples
                    .iter()
                    .any(|s| s.kind == kind && s.version == version),
                "tests/facts/{kind}.v{version}.json is missing"
            );
        }
    }
    for sample in &samples {
        let known = FactBody::kinds()
            .any(|(kind, current)| kind == sample.kind && sample.version <= current);
        assert!(known, "{} is a shape that no code reads", sample.name);
    }
}

#[test]
fn every_sample_is_read_and_the_current_shape_is_written_as_it_was() {
    for sample in samples() {
        let fact = Fact::decode(&sample.bytes)
            .unwrap_or_else(|error| panic!("{} is read no more: {error}", sample.name));
        let (kind, current) = fact.body.kind();
        assert_eq!(kind, sample.kind, "{}", sample.name);
        let written = fact.encode().unwrap();
        if sample.version == current {
            assert_eq!(written, sample.bytes, "{}", sample.name);
        }
        assert_eq!(Fact::decode(&written).unwrap(), fact, "{}", sample.name);
    }
}

#[test]
fn the_samples_are_one_journal_and_fold_to_what_they_tell() {
    let mut facts: Vec<_> = samples()
        .iter()
        .map(|sample| Fact::decode(&sample.bytes).unwrap())
        .collect();
    facts.sort_by_key(|fact| fact.seq);
    let mut site = Site::default();
    for (fact, seq) in facts.iter().zip(1..) {
        assert_eq!(
            fact.seq,
            Seq(seq),
            "no number is missing and none is there twice"
        );
        site.apply(fact);
    }
    let view = site.view();
    let row = |number: u32| {
        view.alarms
            .get(&AlarmId(number))
            .unwrap_or_else(|| panic!("{number}"))
    };
    let who = |name: &str| Some(id(name));
    let told = |row: &Alarm, kind: &str| {
        let steps = row.history.steps().iter();
        steps.filter(|step| step.fact.kind().0 == kind).count()
    };
    let verdict = |row: &Alarm| row.judged().map(|judged| judged.verdict);
    // Raised, muted, confirmed, risen, overdue, claimed, handed on, noted, judged, corrected.
    let gas = row(1_044);
    assert_eq!(
        (gas.kind.as_str(), gas.tier, gas.repeats),
        ("gas_high", 2, 0)
    );
    assert_eq!(gas.owner(), who("zhao-min").as_ref());
    assert_eq!(gas.rises[0].from.as_str(), "gas_low");
    assert_eq!(gas.mute.as_ref().map(|mute| mute.times), Some(1));
    assert_eq!(gas.doubts.time, Some(BEFORE_1970));
    assert_eq!(verdict(gas), Some(Verdict::Genuine));
    assert_eq!(
        told(gas, "alarm_judged"),
        1,
        "and what it was judged before"
    );
    assert_eq!((gas.stands_for(), gas.is_closed()), (1, false));
    // Claimed, released, shelved, taken off by hand; nothing was left on it to come off by time.
    let silent = row(1_045);
    assert_eq!(silent.source, Source::Person(id("wang-qiang")));
    assert_eq!((&silent.shelf, silent.owner()), (&None, None));
    assert_eq!(
        silent.acknowledged.as_ref().map(|seen| seen.by.as_str()),
        Some("li-na")
    );
    assert_eq!(row(1_046).next_due().map(|(_, due)| due), Some(Due::Claim));
    // Split off, then found to be behind a switch.
    let link = row(1_047);
    assert_eq!(link.source, Source::Device(id("switch-3")));
    assert_eq!(
        (link.joined[0].why, link.joined[0].repeats),
        (JoinedBy::Upstream, 1)
    );
    assert!(!link.joined[0].condition.is_active() && !link.is_active());
    // Its low limit ended, and its high one did not.
    let drill = row(1_048);
    assert!(drill.drill && drill.is_active());
    assert!(drill.exists.iter().all(|one| one.kind == id("gas_high")));
    assert_eq!(row(1_049).kind, id("gas_high"));
    let guard = view.person(&id("wang-qiang"));
    assert!(matches!(guard.duty, Duty::Off { since: Some(_) }));
    assert_eq!(guard.call_sign.unwrap().zh.as_str(), "猎鹰1");
    assert!(matches!(
        view.person(&id("li-na")).console,
        Console::Gone { .. }
    ));
    assert_eq!(view.phones[&id("guard-01")], None);
    assert_eq!(view.zones[&id("perimeter-north")].by, who("li-na"));
    assert_eq!(view.zones[&id("shops")].by, None);
    assert!(!view.is_armed(&id("shops")) && !view.is_armed(&id("perimeter-north")));
    assert_eq!(view.flood, None);
    let control = site.control();
    let inside = control.areas.of(&id("wang-qiang"));
    assert!(inside.is_none_or(|areas| !areas.contains(&id("pond"))));
    ladders_tell_what_was_climbed(view);
    // A guard's call for help, by a phone.
    let call = row(1_050);
    assert_eq!(call.source, Source::Person(id("wang-qiang")));
    assert_eq!(control.alarms.next(), AlarmId(1_051));
    let key = (Source::Device(id("gas-3-b1")), id("gas"));
    assert_eq!(
        control.alarms.row_of(&key.0, &key.1, true),
        Some(AlarmId(1_048))
    );
    assert_eq!(
        control.alarms.row_of(&key.0, &key.1, false),
        Some(AlarmId(1_044))
    );
}

/// Too few were sent for an incident, and a step was late; whoever was sent was not there, and came.
fn ladders_tell_what_was_climbed(view: &View) {
    let ladder = |about: &str| &view.ladders[&id::<Matter>(about)];
    let climbed = |about: &str| {
        let run = ladder(about);
        let stopped = run.stopped.as_ref().map(|stopped| stopped.by.to_string());
        (run.why, run.step, run.calls.len(), stopped)
    };
    assert_eq!(
        climbed("I-17"),
        (Unanswered::StepLate, 0, 0, Some("li-na".to_owned()))
    );
    assert_eq!(
        climbed("D-31"),
        (Unanswered::NotOnScene, 1, 1, Some("wang-qiang".to_owned()))
    );
    let refused = ladder("D-31").calls[0].reached;
    let outcome = Settlement::Refused;
    assert!(matches!(refused, Some(Reached::Settled { outcome: told, .. }) if told == outcome));
}

#[test]
fn a_raised_alarm_is_read_to_the_last_digit() {
    let gas = sample("alarm_raised.v1.json");
    let fact = Fact::decode(&gas.bytes).unwrap();
    assert_eq!(
        fact.recorded_at,
        Timestamp::from_micros(1_795_000_083_120_000)
    );
    assert_eq!(
        fact.occurred_at,
        Timestamp::from_micros(1_795_000_083_120_000)
    );
    let FactBody::Alarm(AlarmFact::Raised(AlarmRaised { place, doubts, .. })) = fact.body else {
        panic!("another kind");
    };
    let at = LonLat::new(120.112_233_445_566_77, 30.287_000_000_000_003).unwrap();
    let Located::Fixed(place) = place else {
        panic!("a device stands there");
    };
    assert_eq!(place.at, at);
    assert_eq!(place.spot.unwrap().zh.as_str(), "走道");
    assert_eq!(doubts.time, Some(BEFORE_1970));
}

#[test]
fn the_words_inside_facts_stay_spelled_as_they_are() {
    let verdicts = Verdict::ALL.map(|verdict| serde_json::to_string(&verdict).unwrap());
    let spelled = [
        r#""genuine""#,
        r#""environment""#,
        r#""device_fault""#,
        r#""test""#,
    ];
    assert_eq!(verdicts, spelled);
    let states = [
        ReportedState::Active,
        ReportedState::Cleared,
        ReportedState::Momentary,
    ];
    let states = states.map(|state| serde_json::to_string(&state).unwrap());
    assert_eq!(states, [r#""active""#, r#""cleared""#, r#""momentary""#]);
    let causes = [
        Cause::Estate,
        Cause::Console,
        Cause::Rule(text("a@1")),
        Cause::Event {
            device: id("d"),
            event: id("e"),
        },
        Cause::Server,
    ];
    let causes = causes.map(|cause| serde_json::to_string(&cause).unwrap());
    let spelled = [
        r#""estate""#,
        r#""console""#,
        r#"{"rule":"a@1"}"#,
        r#"{"event":{"device":"d","event":"e"}}"#,
        r#""server""#,
    ];
    assert_eq!(causes, spelled);
    let spelled = |value: serde_json::Result<serde_json::Value>| value.unwrap().to_string();
    for (value, words) in [
        (
            serde_json::to_value(Source::Device(id("d"))),
            r#"{"device":"d"}"#,
        ),
        (
            serde_json::to_value(Source::Person(id("p"))),
            r#"{"person":"p"}"#,
        ),
        (serde_json::to_value(Source::System), r#""system""#),
        (serde_json::to_value(ReturnedBy::Released), r#""released""#),
        (
            serde_json::to_value(ReturnedBy::NoFollowUp),
            r#""no_follow_up""#,
        ),
        (
            serde_json::to_value(ReturnedBy::OwnerAbsent),
            r#""owner_absent""#,
        ),
        (serde_json::to_value(ReturnedBy::ShiftEnd), r#""shift_end""#),
        (
            serde_json::to_value(ReturnedBy::StillActive),
            r#""still_active""#,
        ),
        (serde_json::to_value(ReturnedBy::Risen), r#""risen""#),
        (serde_json::to_value(ReturnedBy::Again), r#""again""#),
        (
            serde_json::to_value(JoinedBy::SecondSource),
            r#""second_source""#,
        ),
        (serde_json::to_value(JoinedBy::Upstream), r#""upstream""#),
        (serde_json::to_value(JoinedBy::Flood), r#""flood""#),
        (serde_json::to_value(RisenBy::Reported), r#""reported""#),
        (
            serde_json::to_value(RisenBy::Upstream(id("d"))),
            r#"{"upstream":"d"}"#,
        ),
        (
            serde_json::to_value(RisenBy::SecondSource(Source::System)),
            r#"{"second_source":"system"}"#,
        ),
        (
            serde_json::to_value(ShelfReason::Maintenance),
            r#""maintenance""#,
        ),
        (
            serde_json::to_value(ShelfReason::KnownFault),
            r#""known_fault""#,
        ),
        (serde_json::to_value(ShelfReason::Works), r#""works""#),
        (serde_json::to_value(ShelfReason::Weather), r#""weather""#),
        (serde_json::to_value(ShelfReason::Event), r#""event""#),
    ] {
        assert_eq!(spelled(value), words);
    }
}

proptest! {
    #![proptest_config(crate::common::cases(64, "tests/regressions/facts.txt"))]

    #[test]
    fn every_body_is_read_as_it_was_written(body in bodies(), drill in any::<bool>()) {
        let fact = Fact {
            site: id("test-1"),
            seq: Seq(7),
            recorded_at: crate::common::START,
            occurred_at: crate::common::START,
            cause: Cause::Console,
            actor: drill.then(|| id("li-na")),
            drill,
            body,
        };
        let stored = fact.encode().unwrap();
        prop_assert!(!stored.contains('\n'), "one line: {}", stored);
        let read = Fact::decode(&stored).unwrap();
        prop_assert_eq!(read.encode().unwrap(), stored);
        prop_assert_eq!(read, fact);
    }

    #[test]
    fn a_damaged_fact_is_refused_or_read_without_a_panic(
        nth in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        byte in 32u8..127, cut in any::<bool>(),
    ) {
        let samples = samples();
        let mut bytes = nth.get(&samples).bytes.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
            // Part of a line is never a whole fact.
            prop_assert!(Fact::decode(&String::from_utf8_lossy(&bytes)).is_err());
        } else if let Ok(fact) = Fact::decode(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(fact.encode().is_ok());
        }
    }
}
