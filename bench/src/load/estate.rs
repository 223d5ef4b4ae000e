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

/// The name of a device, in any language, and of where it is.
pub fn device_name(number: u32) -> String {
    format!("Button-{number}")
}

/// The number of a device by its name.
pub fn device_number(name: &str) -> Option<u32> {
    name.strip_prefix("Button-")?.parse().ok()
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
        let name = device_name(number);
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

/// The id of a camera.
pub fn camera(number: u32) -> String {
    format!("cam-{number:03}")
}

/// Adds so many cameras.
pub fn with_cameras(document: &mut Value, cameras: u32) {
    let at = [ANCHOR.0, ANCHOR.1];
    let cameras = (0..cameras).map(|number| {
        let id = camera(number);
        json!({
            "id": id, "kind": "camera", "name": {"zh": id, "en": id},
            "place": {"spot": {"zh": id, "en": id}, "at": at},
            "camera": {"height_m": 4, "heading_deg": 0, "tilt_deg": 12, "view_deg": 80, "range_m": 40},
        })
    });
    if let Some(devices) = document["devices"].as_array_mut() {
        devices.extend(cameras);
    }
}

/// The id of a type of alarm with a ladder.
pub fn button(number: u32) -> String {
    format!("button-{number}")
}

/// The id of the ladder.
pub const LADDER: &str = "one";

/// Whom the ladder calls.
pub fn called() -> String {
    operator(1)
}

/// Adds so many types of alarm of the first priority, and a ladder with one step, so many seconds after nobody
/// has answered.
pub fn with_ladder(document: &mut Value, kinds: u32, after_s: i64) {
    let kinds = (0..kinds).map(|number| {
        let id = button(number);
        json!({"id": id, "name": {"zh": id, "en": id}, "priority": 1, "claim_s_max": 43_200,
            "ladder": LADDER})
    });
    document["alarm_types"] = kinds.collect();
    document["ladders"] = json!([{"id": LADDER, "by_day": {"unclaimed": [
        {"after_s": after_s, "call": [{"person": called()}]}]}}]);
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
    fn an_estate_with_a_ladder_is_one() {
        let mut document = document(0, 10);
        with_ladder(&mut document, 2, 20);
        let estate = Estate::parse(document.to_string().as_bytes()).unwrap();
        assert!(estate.person(&called().parse().unwrap()).is_some());
        assert_eq!(estate.alarm_types.len(), 2);
    }

    #[test]
    fn an_estate_with_cameras_is_one() {
        let mut document = document(0, 1);
        with_cameras(&mut document, 40);
        let estate = Estate::parse(document.to_string().as_bytes()).unwrap();
        assert_eq!(estate.devices.len(), 41);
    }

    #[test]
    fn people_and_devices_are_known_again() {
        assert_eq!(person_number(&person(123)), Some(123));
        assert_eq!(person_number(&operator(3)), None);
        assert_eq!(device_number(&device_name(123)), Some(123));
        assert_eq!(device_number(&button(0)), None);
    }
}
