//! What is said of a device.

use super::texts;
use crate::ages::{self, Now};
use crate::names::device_name;
use crate::places::model::{Line, open_alarms};
use crate::texts::Words;
use castellan_domain::door::DoorState;
use castellan_domain::estate::{Device, DeviceKind, Estate};
use castellan_domain::ids::{AlarmId, DeviceId};
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;

/// What a device is called by its kind.
pub const fn kind_name(kind: DeviceKind) -> Words {
    match kind {
        DeviceKind::Door => texts::KIND_DOOR,
        DeviceKind::Camera => texts::KIND_CAMERA,
        DeviceKind::Detector => texts::KIND_DETECTOR,
        DeviceKind::Panel => texts::KIND_PANEL,
        DeviceKind::FirePanel => texts::KIND_FIRE_PANEL,
        DeviceKind::Barrier => texts::KIND_BARRIER,
        DeviceKind::ManualCallPoint => texts::KIND_CALL_POINT,
        DeviceKind::PanicButton => texts::KIND_PANIC_BUTTON,
        DeviceKind::HelpPoint => texts::KIND_HELP_POINT,
        DeviceKind::Lift => texts::KIND_LIFT,
        DeviceKind::Network => texts::KIND_NETWORK,
    }
}

/// A door's state in words, with its age and the time that it may still stand open.
pub fn door_words(state: Option<&DoorState>, now: Now, language: Language) -> String {
    match state {
        None => texts::DOOR_UNKNOWN.get(language).to_owned(),
        Some(DoorState::Closed { since }) => {
            texts::DOOR_CLOSED.fill(language, &[&ages::age(*since, now.at)])
        }
        Some(DoorState::Open { since, held_due_at }) if *held_due_at > now.at => {
            let left = ages::left(*held_due_at, now);
            texts::DOOR_OPEN.fill(language, &[&ages::age(*since, now.at), &left])
        }
        Some(DoorState::Open { since, .. }) => {
            texts::DOOR_HELD.fill(language, &[&ages::age(*since, now.at)])
        }
    }
}

/// What stands beside a device's name, and how long ago it was heard. Of one that was never heard
/// nothing is claimed.
pub fn row_words(
    beside: Option<String>,
    last_seen_at: Option<Timestamp>,
    (now, language): (Timestamp, Language),
) -> String {
    let heard = last_seen_at.map(|at| texts::HEARD_AGO.fill(language, &[&ages::age(at, now)]));
    let words: Vec<_> = beside.into_iter().chain(heard).collect();
    words.join(" · ")
}

/// What is known of a device. `last_seen_at`: when it was heard last.
pub fn device_lines(
    estate: &Estate,
    view: &View,
    device: &Device,
    last_seen_at: Option<Timestamp>,
    (now, language): (Now, Language),
) -> Vec<Line> {
    let mut lines = vec![(texts::PLACE, estate.place_name(&device.place, language))];
    if device.door.is_some() {
        let state = view.doors.get(&device.id);
        lines.push((texts::DOOR, door_words(state, now, language)));
    }
    if let Some(at) = last_seen_at {
        lines.push((texts::LAST_REPORT, ages::age(at, now.at)));
    }
    if let Some(every_s) = device.report_every_s_max {
        let every = Span::from_secs(i64::from(every_s));
        lines.push((texts::REPORTS_WITHIN, ages::text(every)));
    }
    if let Some(upstream) = &device.upstream {
        let name = device_name(Some(estate), upstream, language);
        lines.push((texts::REACHED_THROUGH, name));
    }
    let is_behind = |other: &&Device| other.upstream.as_ref() == Some(&device.id);
    let behind = estate.devices.iter().filter(is_behind).count();
    if behind > 0 {
        lines.push((texts::DEVICES_BEHIND, behind.to_string()));
    }
    let zones = estate.zones.iter();
    lines.extend(
        zones
            .filter(|zone| zone.devices.contains(&device.id))
            .map(|zone| {
                let armed = if view.is_armed(&zone.id) {
                    crate::zones::texts::ARMED
                } else {
                    crate::zones::texts::DISARMED
                };
                let (name, armed) = (zone.name.get(language), armed.get(language));
                (texts::IN_ZONE, format!("{name} · {armed}"))
            }),
    );
    lines
}

/// The alarms that a device has or is part of, and that are not over.
pub fn alarms_of_device(view: &View, device: &DeviceId) -> Vec<AlarmId> {
    open_alarms(view, |alarm| {
        let sources = alarm.joined.iter().map(|joined| &joined.source);
        let mut sources = sources.chain([&alarm.source]);
        sources.any(|source| source.device() == Some(device))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, judged, raised, view};
    use castellan_domain::ids::ZoneId;
    use castellan_domain::zone::ZoneState;

    const ESTATE: &str = r#"{
        "site": "s", "name": {"zh": "园", "en": "S"}, "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "devices": [
            {"id": "sw-1", "kind": "network", "name": {"zh": "交换机", "en": "Switch"},
             "place": {"spot": {"zh": "弱电间", "en": "closet"}, "at": [120.0, 30.0]}},
            {"id": "d1", "kind": "door", "name": {"zh": "东门", "en": "East gate"}, "upstream": "sw-1",
             "report_every_s_max": 180, "door": {"held_open_s_max": 60},
             "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.0, 30.0]}}],
        "zones": [{"id": "z", "name": {"zh": "东", "en": "East"}, "devices": ["d1"]}]
    }"#;

    #[test]
    fn a_door_says_how_long_it_is_open_and_how_long_it_may_be() {
        let after = |secs| START + Span::from_secs(secs);
        let open = DoorState::Open {
            since: START,
            held_due_at: after(60),
        };
        let said = |state, secs| door_words(state, after(secs).into(), Language::Zh);
        assert_eq!(said(Some(&open), 10), "打开 00:10 · 剩余 00:50");
        assert_eq!(said(Some(&open), 60), "打开 01:00 · 超时");
        let closed = DoorState::Closed { since: START };
        assert_eq!(said(Some(&closed), 61), "关闭 01:01");
        assert_eq!(said(None, 0), "状态未知");
    }

    #[test]
    fn a_device_in_the_list_says_how_long_ago_it_was_heard_if_it_was() {
        let heard_at = Some(START - Span::from_secs(75));
        let words = |beside: Option<&str>, heard_at, language| {
            row_words(beside.map(ToOwned::to_owned), heard_at, (START, language))
        };
        for (beside, heard_at, language, expected) in [
            (Some("B1"), heard_at, Language::En, "B1 · heard 01:15 ago"),
            (None, heard_at, Language::Zh, "01:15 前上报"),
            (Some("B1"), None, Language::En, "B1"),
            (None, None, Language::En, ""),
        ] {
            assert_eq!(words(beside, heard_at, language), expected);
        }
    }

    #[test]
    fn a_device_says_what_it_hangs_on_and_whether_it_is_armed() {
        let estate = Estate::parse(ESTATE.as_bytes()).expect("a valid estate");
        let mut view = view([]);
        let lines = |view: &View, id: &str, language| -> Vec<String> {
            let device = estate.device(&DeviceId::new(id).expect("a valid id"));
            let device = device.expect("a device");
            let lines = device_lines(&estate, view, device, Some(START), (START.into(), language));
            lines.into_iter().map(|(_, words)| words).collect()
        };
        assert_eq!(
            lines(&view, "d1", Language::En),
            [
                "East gate",
                "state unknown",
                "00:00",
                "03:00",
                "Switch",
                "East · Disarmed"
            ]
        );
        let zone = ZoneState {
            armed: true,
            since: START,
            by: None,
        };
        view.zones
            .insert(ZoneId::new("z").expect("a valid id"), zone);
        assert_eq!(lines(&view, "d1", Language::Zh)[5], "东 · 已布防");
        assert_eq!(lines(&view, "sw-1", Language::Zh), ["弱电间", "00:00", "1"]);
    }

    #[test]
    fn a_device_leads_to_its_alarms_until_they_are_over() {
        let mut over = judged(raised(2, 3));
        over.source = raised(1, 3).source;
        let is_closed = over.is_closed();
        let view = view([raised(1, 3), over]);
        let id = DeviceId::new("d1").expect("a valid id");
        let expected = if is_closed { 1 } else { 2 };
        assert_eq!(alarms_of_device(&view, &id).len(), expected);
        let other = DeviceId::new("d9").expect("a valid id");
        assert!(alarms_of_device(&view, &other).is_empty());
    }
}
