//! The estate document of the tests with changes, to see which of them hold.

use crate::common::ESTATE;
use castellan_domain::estate::{Estate, EstateError};
use serde_json::{Value, json};

/// The estate of the tests with some of its parts replaced.
pub(crate) fn with(changes: &[(&str, Value)]) -> Result<Estate, EstateError> {
    let mut document: Value = serde_json::from_str(ESTATE).expect("JSON");
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = document.pointer_mut(parent).expect("a part of it");
        match (parent, key) {
            (Value::Array(list), "-") => list.push(value.clone()),
            (parent, key) => match key.parse::<usize>() {
                Ok(index) => parent[index] = value.clone(),
                Err(_) => parent[key] = value.clone(),
            },
        }
    }
    Estate::parse(document.to_string().as_bytes())
}

/// Whether this change is refused with this sentence.
#[track_caller]
pub(crate) fn refused(pointer: &str, value: Value, sentence: &str) {
    let error = with(&[(pointer, value)]).expect_err("this must not hold");
    assert_eq!(error.to_string(), sentence);
}

/// A ring or course of so many points around the anchor.
pub(crate) fn points(count: u32) -> Value {
    let point = |n: u32| json!([120.112 + f64::from(n) * 1e-7, 30.287]);
    (0..count).map(point).collect()
}
