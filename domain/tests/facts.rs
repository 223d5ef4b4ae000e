//! Facts are kept for years: every shape that was ever released is read for ever, and the current
//! shape is written byte for byte as in the samples of `tests/facts`.
//!
//! `<kind>.v<N>.json` is a sample of the shape, `<kind>.v<N>.<what>.json` one more of it. A sample
//! is never edited; a changed shape gets the next version and a sample of its own.

mod common;

use castellan_domain::alarm::Verdict;
use castellan_domain::fact::{AlarmRaised, Cause, Fact, FactBody, FactError};
use castellan_domain::geo::LonLat;
use castellan_domain::observation::ReportedState;
use castellan_domain::time::Timestamp;
use common::{folder, id, names, read, text};
use proptest::prelude::*;

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
    for (kind, current) in FactBody::KINDS {
        for version in 1..=*current {
            assert!(
                samples
                    .iter()
                    .any(|s| s.kind == *kind && s.version == version),
                "tests/facts/{kind}.v{version}.json is missing"
            );
        }
    }
    for sample in &samples {
        let known = FactBody::KINDS
            .iter()
            .any(|(kind, current)| *kind == sample.kind && sample.version <= *current);
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
fn a_raised_alarm_is_read_to_the_last_digit() {
    let gas = sample("alarm_raised.v1.json");
    let fact = Fact::decode(&gas.bytes).unwrap();
    assert_eq!(
        fact.recorded_at,
        Timestamp::from_micros(1_795_000_000_121_000)
    );
    assert_eq!(
        fact.occurred_at,
        Timestamp::from_micros(1_794_999_999_620_001)
    );
    let FactBody::AlarmRaised(AlarmRaised {
        place,
        doubted_clock,
        ..
    }) = fact.body
    else {
        panic!("another kind");
    };
    let at = LonLat::new(120.112_233_445_566_77, 30.287_000_000_000_003).unwrap();
    assert_eq!(place.at, at);
    assert_eq!(place.spot.unwrap().zh.as_str(), "走道");
    assert_eq!(doubted_clock, None);
    let panic = Fact::decode(&sample("alarm_raised.v1.doubted_clock.json").bytes).unwrap();
    assert!(matches!(
        panic.body,
        FactBody::AlarmRaised(AlarmRaised { doubted_clock: Some(doubted), state: ReportedState::Momentary, .. })
            if doubted == Timestamp::from_micros(-1)
    ));
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
        r#"{"rule":"a@1"}"#,
        r#"{"event":{"device":"d","event":"e"}}"#,
        r#""server""#,
    ];
    assert_eq!(causes, spelled);
}

#[test]
fn what_a_newer_castellan_wrote_is_named() {
    let raised = sample("alarm_raised.v1.json").bytes;
    for (from, to, kind, version) in [
        (r#""v":1"#, r#""v":9"#, "alarm_raised", 9),
        (r#""v":1"#, r#""v":0"#, "alarm_raised", 0),
        ("alarm_raised", "alarm_sung", "alarm_sung", 1),
    ] {
        match Fact::decode(&raised.replace(from, to)) {
            Err(FactError::UnknownShape {
                kind: named,
                version: v,
            }) => {
                assert_eq!((named.as_str(), v), (kind, version));
            }
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn envelope_and_body_have_their_own_errors() {
    let raised = sample("alarm_raised.v1.json").bytes;
    for (from, to) in [
        (r#""priority":2"#, r#""priority":5"#),
        (r#""alarm":"A-1042""#, r#""alarm":"1042""#),
        ("[120.11223344556677,", "[190.0,"),
        (r#""state":"active""#, r#""state":"on fire""#),
    ] {
        let broken = raised.replace(from, to);
        assert_ne!(broken, raised, "{from} is in the sample");
        let error = Fact::decode(&broken).unwrap_err();
        assert!(matches!(error, FactError::Body(_)), "{to}: {error}");
    }
    for (from, to) in [
        (r#""seq":2"#, r#""seq":-2"#),
        (r#""site":"jinxiu-1""#, r#""site":"../etc""#),
        (r#""drill":false,"#, ""),
        (r#""body":"#, r#""soul":"#),
    ] {
        let broken = raised.replace(from, to);
        assert_ne!(broken, raised, "{from} is in the sample");
        let error = Fact::decode(&broken).unwrap_err();
        assert!(matches!(error, FactError::Envelope(_)), "{to}: {error}");
    }
}

proptest! {
    #![proptest_config(common::cases(64, "tests/regressions/facts.txt"))]

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
