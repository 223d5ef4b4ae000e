//! A synthetic estate: as many people with phones and as many devices as a measurement needs.

use serde_json::{Value, json};

/// The site's id.
pub const SITE: &str = "bench";
/// The alarm type that the devices report.
pub const ALARM_TYPE: &str = "panic";
/// Operators, who claim and judge.
pub const OPERATORS: u32 = 8;

/// Where its grid begins: longitude and latitude.
pub const ANCHOR: (f64, f64) = (120.112, 30.287);

/// The id of a person with a phone; the phone has the same.
pub fn person(number: u32) -> String {
    format!("p-{number:05}")
}

/// The number of a person by its id.
pub fn person_number(id: &str) -> Option<u32> {
    id.strip_prefix("p-")?.parse().ok()
}

/// The id of a device.
pub fn device(number: u32) -> String {
    format!("d-{number:05}")
}

/// The id of an operator.
pub fn operator(number: u32) -> String {
    format!("op-{number}")
}

/// The estate document.
pub fn document(people: u32, devices: u32) -> Value {
    let at = [ANCHOR.0, ANCHOR.1];
    let operators = (0..OPERATORS).map(|number| {
        let name = format!("Operator {number}");
        json!({"id": operator(number), "name": {"zh": name, "en": name}, "role": "operator"})
    });
    let guards = (0..people).map(|number| {
        let id = person(number);
        let name = format!("Guard {number}");
        json!({"id": id, "name": {"zh": name, "en": name}, "role": "guard", "phone": id})
    });
    let devices = (0..devices).map(|number| {
        let name = format!("Button {number}");
        json!({
            "id": device(number), "kind": "panic_button", "name": {"zh": name, "en": name},
            "place": {"spot": {"zh": name, "en": name}, "at": at},
        })
    });
    json!({
        "site": SITE, "name": {"zh": "负载测试", "en": "Load"}, "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": at,
        "home": {"centre": at, "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "people": operators.chain(guards).collect::<Vec<_>>(),
        "devices": devices.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::Estate;
    use castellan_domain::ids::{PersonId, PhoneId};

    #[test]
    fn the_document_is_an_estate_even_at_its_largest() {
        let bytes = serde_json::to_vec(&document(10_000, 5_000)).unwrap();
        let estate = Estate::parse(&bytes).unwrap();
        let phone = PhoneId::new(person(9_999)).unwrap();
        let whose = PersonId::new(person(9_999)).unwrap();
        let last = estate.person(&whose).unwrap();
        assert_eq!(last.phone, Some(phone));
        assert_eq!(estate.devices.len(), 5_000);
    }

    #[test]
    fn a_person_is_known_again_by_its_id() {
        assert_eq!(person_number(&person(123)), Some(123));
        assert_eq!(person_number(&operator(3)), None);
    }
}
