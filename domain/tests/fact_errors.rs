//! Stored facts that cannot be read: what a newer build wrote, and what is damaged, each by its name.

use crate::common::{folder, read};
use castellan_domain::fact::{Fact, FactError};

/// The bytes of a raised alarm as they are stored.
fn raised() -> String {
    let bytes = read(&folder("facts").join("alarm_raised.v1.json"));
    bytes.trim_end().to_owned()
}

#[test]
fn what_a_newer_castellan_wrote_is_named() {
    let raised = raised();
    for (from, to, kind, version) in [
        (r#""v":1"#, r#""v":3"#, "alarm_raised", 3),
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
    let raised = raised();
    for (from, to) in [
        (r#""priority":2"#, r#""priority":5"#),
        (r#""alarm":"A-1044""#, r#""alarm":"1042""#),
        ("[120.11223344556677,", "[190.0,"),
        (r#""state":"active""#, r#""state":"on fire""#),
    ] {
        let broken = raised.replace(from, to);
        assert_ne!(broken, raised, "{from} is in the sample");
        let error = Fact::decode(&broken).unwrap_err();
        assert!(matches!(error, FactError::Body(_)), "{to}: {error}");
    }
    for (from, to) in [
        (r#""seq":10"#, r#""seq":-10"#),
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
