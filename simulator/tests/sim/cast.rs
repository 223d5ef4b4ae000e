//! Who is in the simulated world, and the two documents that their estate has.

use castellan_domain::engine::Input;
use castellan_domain::estate::{Device, Estate, EstateIndex};
use castellan_domain::ids::EstateHash;
use castellan_domain::time::Timestamp;
use std::sync::Arc;

/// Who reports what: device, types.
pub(crate) const REPORTERS: [(&str, &[&str]); 13] = [
    ("smoke-1", &["smoke_single", "fire_alarm"]),
    ("smoke-2", &["smoke_single"]),
    ("gas-1", &["gas_low", "gas_high"]),
    ("leak-1", &["water_leak"]),
    ("leak-2", &["water_leak"]),
    ("pir-1", &["intrusion", "loitering"]),
    ("pir-2", &["intrusion"]),
    ("pir-3", &["intrusion", "loitering"]),
    ("button-1", &["panic"]),
    ("counter-1", &["duress"]),
    ("lot-1", &["fire_lane"]),
    ("lot-2", &["fire_lane"]),
    ("lot-3", &["fire_lane", "loitering"]),
];
/// Doors, the first of which tells whom it lets through.
pub(crate) const DOORS: [&str; 3] = ["door-1", "door-2", "door-3"];
/// Whose signs of life are expected, and every how many seconds they send one. The first one is the
/// switch through which all others are reached, some of them through a second one.
pub(crate) const LIVING: [(&str, i64); 7] = [
    (SWITCH, 30),
    ("cam-1", 40),
    ("cam-2", 40),
    ("cam-3", 40),
    ("cam-4", 40),
    ("door-1", 50),
    ("sw-2", 30),
];
pub(crate) const SWITCH: &str = "sw-1";
/// The second switch, by its place among those, and who is reached through it.
pub(crate) const SECOND_SWITCH: usize = 6;
pub(crate) const BEHIND_SECOND: [&str; 2] = ["cam-2", "cam-3"];
pub(crate) const OPERATORS: [&str; 3] = ["li-na", "zhao-min", "zhou-jie"];
/// Whom ladders call: 班长, 值班主管, an engineer and his deputy.
pub(crate) const RUNGS: [&str; 4] = ["zhou-jie", "chen-gang", "huang-jian", "liang-yu"];
/// Guards and their phones by the estate. The last phone is nobody's until somebody binds it.
pub(crate) const GUARDS: [&str; 2] = ["wang-qiang", "li-min"];
pub(crate) const PHONES: [&str; 3] = ["guard-01", "guard-02", "guard-03"];

/// Senders by their numbers: each has one message on its way at a time.
pub(crate) const FIRST_OPERATOR: usize = REPORTERS.len();
pub(crate) const FIRST_PHONE: usize = FIRST_OPERATOR + OPERATORS.len();
pub(crate) const FIRST_GUARD: usize = FIRST_PHONE + PHONES.len();
pub(crate) const FIRST_DOOR: usize = FIRST_GUARD + GUARDS.len();
pub(crate) const FIRST_LIVING: usize = FIRST_DOOR + DOORS.len();
pub(crate) const SENDERS: usize = FIRST_LIVING + LIVING.len();

/// 2026-11-18, 21:40 in Hangzhou: the night begins soon.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_009_200);

/// An estate document that was read.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) hash: EstateHash,
    pub(crate) estate: Arc<EstateIndex>,
}

impl Document {
    /// As the server is told of it.
    pub(crate) fn loaded(&self) -> Input {
        Input::EstateLoaded {
            hash: self.hash.clone(),
            estate: self.estate.clone(),
        }
    }

    fn new(hash: &'static str, estate: Estate) -> Self {
        Self {
            hash: EstateHash::constant(hash),
            estate: Arc::new(EstateIndex::new(Arc::new(estate)).expect("its calendar")),
        }
    }
}

/// The estate, and what becomes of it when a camera, a detector and a door are taken down and another
/// camera is put up.
pub(crate) fn documents() -> [Document; 2] {
    let first = Estate::parse(include_bytes!("estate.json"))
        .and_then(|estate| estate.with_alarm_types(Vec::new()))
        .expect("the simulated estate");
    let mut second = first.clone();
    let gone = |device: &Device| ["cam-3", "smoke-2", "door-3"].contains(&device.id.as_str());
    second.devices.retain(|device| !gone(device));
    let camera = first.devices.iter().find(|d| d.id.as_str() == "cam-1");
    let mut camera = camera.expect("a camera").clone();
    camera.id = "cam-4".parse().expect("an id");
    second.devices.push(camera);
    [
        Document::new("sim-estate", first),
        Document::new("sim-estate-2", second),
    ]
}
