//! 在线率 and 完好率: how many devices are heard, and how many no open row calls faulty, by kind and by place.

use super::texts;
use crate::devices::model::kind_name;
use crate::silent::silent;
use castellan_domain::alarm::{Alarm, Condition, Verdict};
use castellan_domain::estate::{AreaKind, Device, DeviceKind, Estate};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmTypeId, DeviceId};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use std::collections::BTreeMap;

/// Families of rows that say that a device does not do its work; those of silence are in them.
const FAULTS: [&str; 5] = [
    "camera_down",
    "device_silent",
    "fire_panel_fault",
    "network_down",
    "tamper",
];

/// How many devices there are of one sort, and how they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    pub name: String,
    pub count: usize,
    /// Of these, whose silence would be noticed.
    pub watched: usize,
    /// Of the watched, those that nobody calls silent.
    pub online: usize,
    /// Of all, those without an open row of a fault.
    pub intact: usize,
}

impl Figure {
    fn add(&mut self, device: &Device, silent: bool, faulty: bool) {
        let is_watched = is_watched(device);
        self.count += 1;
        self.watched += usize::from(is_watched);
        self.online += usize::from(is_watched && !silent);
        self.intact += usize::from(!faulty);
    }
}

/// All devices, then by kind and by place, in the order of the estate document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    pub all: Figure,
    pub kinds: Vec<Figure>,
    pub places: Vec<Figure>,
}

/// A share in percent with one decimal, cut off: only all is 100 %.
pub fn rate(some: usize, all: usize) -> String {
    if all == 0 {
        return "—".to_owned();
    }
    let tenths = some * 1_000 / all;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Of which devices it would be noticed that they are gone.
fn is_watched(device: &Device) -> bool {
    device.report_every_s_max.is_some() || device.kind == DeviceKind::Camera
}

/// Whether rows of a family say that a device does not do its work.
pub fn is_fault(family: &AlarmTypeId) -> bool {
    FAULTS.contains(&family.as_str())
}

/// The devices of which an open row says that something is wrong with them, and since when.
pub fn faulty<'a>(alarms: impl Iterator<Item = &'a Alarm>) -> BTreeMap<DeviceId, Timestamp> {
    let mut faulty = BTreeMap::new();
    for alarm in alarms.filter(|alarm| !alarm.is_closed() && !alarm.drill) {
        for (device, at) in sources_at_fault(alarm) {
            let since = faulty.entry(device).or_insert(at);
            *since = at.min(*since);
        }
    }
    faulty
}

fn sources_at_fault(alarm: &Alarm) -> impl Iterator<Item = (DeviceId, Timestamp)> {
    let joined = alarm.joined.iter();
    let joined = joined.map(|one| (&one.source, &one.family, one.condition));
    let all = joined.chain([(&alarm.source, &alarm.family, alarm.condition)]);
    // What is judged to be the device's own doing, and goes on, is one whatever it called itself.
    let judged = alarm.judged().map(|judged| judged.verdict);
    let called_faulty = judged == Some(Verdict::DeviceFault);
    let faults = all.filter(move |(_, family, _)| called_faulty || is_fault(family));
    faults.filter_map(move |(source, _, condition)| {
        let since = match condition {
            Condition::Active { since } => Some(since),
            Condition::Momentary { at } => judged.is_none().then_some(at),
            Condition::Cleared { .. } | Condition::Unheard { .. } => None,
        };
        source.device().cloned().zip(since)
    })
}

/// The figures of all devices.
pub fn figures(estate: &Estate, view: &View, language: Language) -> Figures {
    let (silent, faulty) = (silent(view), faulty(view.alarms.values()));
    let anchor = Anchor::new(estate.anchor);
    let mut figures = Figures::default();
    for device in &estate.devices {
        let (is_silent, is_faulty) = (silent.contains(&device.id), faulty.contains_key(&device.id));
        let kind = kind_name(device.kind).get(language);
        let place = place_of(estate, anchor, device, language);
        for figure in [
            &mut figures.all,
            named(&mut figures.kinds, kind),
            named(&mut figures.places, place),
        ] {
            figure.add(device, is_silent, is_faulty);
        }
    }
    figures
}

fn named<'a>(figures: &'a mut Vec<Figure>, name: &str) -> &'a mut Figure {
    let found = figures.iter().position(|figure| figure.name == name);
    let at = found.unwrap_or_else(|| {
        figures.push(Figure {
            name: name.to_owned(),
            ..Figure::default()
        });
        figures.len() - 1
    });
    &mut figures[at]
}

/// The building; outside, the area of responsibility.
fn place_of<'a>(
    estate: &'a Estate,
    anchor: Anchor,
    device: &Device,
    language: Language,
) -> &'a str {
    let building = device.place.building.as_ref();
    if let Some(building) = building.and_then(|id| estate.building(id)) {
        return building.name.get(language);
    }
    let mut areas = estate.areas.iter();
    let area = areas.find(|area| {
        area.kind == AreaKind::Responsibility && anchor.encloses(&area.outline, device.place.at)
    });
    area.map_or(texts::ELSEWHERE.get(language), |area| {
        area.name.get(language)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{device, joined, judged, kind, raised, view};

    const ESTATE: &str = r#"{
        "site": "s", "name": {"zh": "园", "en": "S"}, "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "buildings": [{"id": "3", "name": {"zh": "3号楼", "en": "Building 3"}, "height_m": 60.0,
            "outline": [[120.0, 30.0], [120.001, 30.0], [120.001, 30.001]]}],
        "areas": [{"id": "north", "kind": "responsibility", "name": {"zh": "北责任区", "en": "North"},
            "outline": [[119.999, 29.999], [120.002, 29.999], [120.002, 30.002], [119.999, 30.002]]}],
        "devices": [
            {"id": "d1", "kind": "camera", "name": {"zh": "一", "en": "One"},
             "place": {"building": "3", "at": [120.0005, 30.0]}},
            {"id": "d2", "kind": "camera", "name": {"zh": "二", "en": "Two"},
             "place": {"spot": {"zh": "路", "en": "Road"}, "at": [120.0015, 30.0]}},
            {"id": "d3", "kind": "detector", "name": {"zh": "三", "en": "Three"}, "report_every_s_max": 60,
             "place": {"building": "3", "at": [120.0005, 30.0]}},
            {"id": "d4", "kind": "detector", "name": {"zh": "四", "en": "Four"},
             "place": {"spot": {"zh": "河", "en": "River"}, "at": [120.005, 30.0]}}]
    }"#;

    fn row(number: u32, family: &str) -> Alarm {
        let mut alarm = raised(number, 4);
        alarm.family = kind(family);
        alarm
    }

    #[test]
    fn only_all_of_them_is_a_hundred_percent_and_none_is_no_share() {
        for (some, all, expected) in [
            (3, 3, "100.0%"),
            (9_999, 10_000, "99.9%"),
            (0, 7, "0.0%"),
            (2, 3, "66.6%"),
            (0, 0, "—"),
        ] {
            assert_eq!(rate(some, all), expected);
        }
    }

    #[test]
    fn devices_are_counted_by_kind_and_by_building_or_area() {
        let estate = Estate::parse(ESTATE.as_bytes()).expect("a valid estate");
        // A camera is gone; a detector that nobody would miss is broken.
        let view = view([row(2, "camera_down"), row(4, "tamper")]);
        let told = |figures: &[Figure]| -> Vec<String> {
            let told = figures.iter().map(|figure| {
                let Figure {
                    name,
                    count,
                    watched,
                    online,
                    intact,
                } = figure;
                format!("{name} {count} {online}/{watched} {intact}")
            });
            told.collect()
        };
        let figures = figures(&estate, &view, Language::Zh);
        assert_eq!(told(&[figures.all]), [" 4 2/3 2"]);
        assert_eq!(told(&figures.kinds), ["摄像机 2 1/2 1", "探测器 2 1/1 1"]);
        let places = ["3号楼 2 2/2 2", "北责任区 1 0/1 0", "其他位置 1 0/0 0"];
        assert_eq!(told(&figures.places), places);
    }

    #[test]
    fn a_device_is_faulty_while_a_row_says_so_or_a_verdict_and_no_longer() {
        let ids = |alarms: Vec<Alarm>| -> Vec<String> {
            let faulty = faulty(alarms.iter());
            faulty.keys().map(ToString::to_string).collect()
        };
        assert!(ids(vec![row(1, "gas")]).is_empty(), "a gas alarm is none");
        let mut network = joined(row(1, "network_down"), device("d2"));
        for one in &mut network.joined {
            one.family = kind("device_silent");
        }
        assert_eq!(ids(vec![network.clone()]), ["d1", "d2"]);
        network.condition = Condition::Cleared {
            at: crate::fixture::START,
        };
        assert_eq!(ids(vec![network]), ["d2"]);
        let drill = Alarm {
            drill: true,
            ..row(1, "tamper")
        };
        assert!(ids(vec![drill]).is_empty());
        let mut false_alarm = judged(row(3, "gas"));
        if let castellan_domain::alarm::Judgement::Judged(judged) = &mut false_alarm.judgement {
            judged.verdict = Verdict::DeviceFault;
        }
        assert_eq!(ids(vec![false_alarm]), ["d3"]);
    }
}
