//! What every estate gets where it says nothing of its own.

mod ladders;

pub(crate) use ladders::default_ladders;

use anyhow::Context as _;
use castellan_domain::estate::AlarmType;
use serde::Deserialize;

/// The alarm types that an estate gets where it names none of that id.
const DEFAULT_ALARM_TYPES: &str = include_str!("../../assets/defaults/alarm_types.toml");

/// The alarm types of the file.
pub(crate) fn default_alarm_types() -> anyhow::Result<Vec<AlarmType>> {
    #[derive(Deserialize)]
    struct Defaults {
        alarm_type: Vec<AlarmType>,
    }
    let defaults: Defaults = toml::from_str(DEFAULT_ALARM_TYPES)
        .context("assets/defaults/alarm_types.toml is not usable")?;
    Ok(defaults.alarm_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procedures::default_procedures;
    use castellan_domain::estate::Skill;
    use castellan_domain::ids::AlarmTypeId;

    /// Every type: priority, sound, cameras, seconds to claim and to dispatch, guards, ladder. Written
    /// by hand from the table that was agreed on, not from the file.
    const AGREED: &str = "
        smoke_single: 1 life best_two 30 60 1 e1
        fire_alarm: 1 life best_two 30 30 2 e1
        gas_low: 2 pulses best_two 60 90 1 e2
        gas_high: 1 life best_two 30 60 2 e1
        co: 1 life best_two 30 60 1 e1
        ebike_in_lift: 3 chimes best_two 90 180 1 e3
        ebike_thermal: 1 life best_two 30 60 2 e1
        guard_sos: 1 life best_two 30 30 2 e1
        man_down: 1 life best_two 30 30 2 e1
        guard_silent: 3 chimes best 120 300 1 e3
        guard_silent_on_task: 2 pulses best 60 120 1 e2
        panic: 1 life best_two 30 60 1 e1
        duress: 1 pulses best_two 30 60 1 e1
        lift_entrapment: 1 life best_two 30 60 1 e1
        medical: 1 life best_two 30 60 1 e1
        fall_seen: 2 pulses best_two 60 120 1 e2
        fight: 2 pulses best_two 60 90 2 e2
        falling_object: 2 pulses best_two_long 60 120 1 e2
        missing_person: 2 chimes none 60 120 1 e2
        earthquake: 1 life none 30 - 1 e1
        public_health: 3 tick none 300 - 1 e3
        intrusion: 2 pulses best_two 60 120 1 e2
        intrusion_confirmed: 1 life best_two 30 60 1 e1
        perimeter: 2 pulses best_two 60 120 1 e2
        perimeter_confirmed: 1 life best_two 30 60 1 e1
        loitering: 4 - best shift - 1 e4
        loitering_night: 3 tick best 300 - 1 e3
        tailgating: 3 tick best_two 300 - 1 e3
        door_forced: 2 pulses best_two 60 120 1 e2
        door_forced_night: 1 life best_two 30 60 1 e1
        door_held: 3 tick best 300 600 1 e3
        tamper: 2 pulses best_two 90 180 1 e2
        watchlist: 2 chimes best_two 60 180 1 e2
        area_breach: 3 tick best 300 600 1 e3
        water_leak: 3 chimes best 300 600 1 e3
        water_leak_critical: 2 pulses best 90 180 1 e2
        garage_flood: 1 life best_two 30 60 1 e1
        power_fail: 2 chimes none 90 300 1 e2
        fire_lane: 3 tick best 300 600 1 e3
        abandoned: 3 tick best_two 300 600 1 e3
        missed_point: 3 tick none 300 900 1 e3
        fire_panel_fault: 2 chimes none 90 300 1 e2
        camera_down: 4 - neighbour shift - 1 e4
        camera_down_critical: 3 tick neighbour 300 - 1 e3
        network_down: 2 chimes none 90 300 1 e2
        device_silent: 4 - best shift - 1 e4
        device_silent_critical: 3 tick best 300 - 1 e3
        nobody_reachable: 2 pulses none 60 - 1 -
        alarm_flood: 2 pulses none 60 - 1 -
        not_recording: 1 pulses none 30 - 1 e1
        disk_low: 2 chimes none 90 - 1 e2
        clock_step: 3 tick none 300 - 1 e3
        tracks_damaged: 3 tick none 300 - 1 e3
        voice_failing: 3 tick none 300 - 1 e3
        sms_failing: 3 tick none 300 - 1 e3
        chat_failing: 3 tick none 300 - 1 e3
        mail_failing: 3 tick none 300 - 1 e3
        webhook_failing: 3 tick none 300 - 1 e3
        canary_failed: 2 chimes none 90 - 1 e2
    ";
    /// What is done about each type, by the same table. The other types name no procedure.
    const PROCEDURES: &str = "
        smoke_single: fire
        fire_alarm: fire
        gas_low: gas
        gas_high: gas
        co: gas
        ebike_in_lift: ebike_in_lift
        ebike_thermal: ebike_fire
        guard_sos: guard_attacked
        man_down: guard_attacked
        guard_silent: guard_missing
        guard_silent_on_task: guard_missing
        panic: help
        duress: duress
        intrusion: intrusion
        intrusion_confirmed: intrusion
        perimeter: perimeter
        perimeter_confirmed: perimeter
        tailgating: check_identity
        door_forced: intrusion
        door_forced_night: intrusion
        door_held: close_door
        tamper: intrusion
        lift_entrapment: entrapment
        medical: medical
        fall_seen: medical
        fight: dispute
        falling_object: falling_object
        missing_person: missing_person
        earthquake: earthquake
        public_health: public_health
        water_leak: water_leak
        water_leak_critical: water_leak
        garage_flood: rainstorm
        power_fail: power_failure
        fire_panel_fault: system_down
        fire_lane: move_on
        abandoned: suspicious_object
        watchlist: check
        missed_point: repeat_round
        camera_down: repair
        camera_down_critical: repair
        network_down: system_down
        device_silent: repair
        device_silent_critical: repair
        area_breach: check
        not_recording: system_down
        disk_low: system_down
        clock_step: system_down
        canary_failed: system_down
    ";
    /// What a type becomes by night, of a critical device, and by whose second word within how long.
    const BECOMES: [(&str, &str); 8] = [
        ("smoke_single", "60 building fire_alarm +"),
        (
            "intrusion",
            "60 zone intrusion_confirmed +door_forced +fall_seen +loitering +loitering_night",
        ),
        (
            "perimeter",
            "60 zone perimeter_confirmed +intrusion +loitering +loitering_night",
        ),
        ("loitering", "night loitering_night"),
        (
            "door_forced",
            "60 zone door_forced_night +intrusion +loitering_night",
        ),
        ("water_leak", "critical water_leak_critical"),
        ("camera_down", "critical camera_down_critical"),
        ("device_silent", "critical device_silent_critical"),
    ];
    /// Families of several types, by tier.
    const FAMILIES: [(&str, [&str; 2]); 10] = [
        ("fire", ["smoke_single", "fire_alarm"]),
        ("gas", ["gas_low", "gas_high"]),
        ("guard_silent", ["guard_silent", "guard_silent_on_task"]),
        ("intrusion", ["intrusion", "intrusion_confirmed"]),
        ("perimeter", ["perimeter", "perimeter_confirmed"]),
        ("loitering", ["loitering", "loitering_night"]),
        ("door_forced", ["door_forced", "door_forced_night"]),
        ("water_leak", ["water_leak", "water_leak_critical"]),
        ("camera_down", ["camera_down", "camera_down_critical"]),
        ("device_silent", ["device_silent", "device_silent_critical"]),
    ];
    const BY_RULE: [&str; 12] = [
        "nobody_reachable",
        "alarm_flood",
        "not_recording",
        "disk_low",
        "clock_step",
        "tracks_damaged",
        "voice_failing",
        "sms_failing",
        "chat_failing",
        "mail_failing",
        "webhook_failing",
        "canary_failed",
    ];

    /// A value as the file spells it, or a dash.
    fn word(value: impl serde::Serialize) -> String {
        match serde_json::to_value(value).unwrap() {
            serde_json::Value::Null => "-".to_owned(),
            serde_json::Value::String(word) => word,
            number => number.to_string(),
        }
    }

    fn becomes(kind: &AlarmType) -> Option<String> {
        let second = kind.second_source.as_ref().map(|second| {
            let also = second.also.iter().map(AlarmTypeId::as_str);
            let also: Vec<_> = also.collect();
            let near = word(second.near);
            let (within_s, to) = (second.within_s, &second.to);
            format!("{within_s} {near} {to} +{}", also.join(" +"))
        });
        let night = kind.at_night.as_ref().map(|to| format!("night {to}"));
        let critical = kind.if_critical.as_ref().map(|to| format!("critical {to}"));
        second.or(night).or(critical)
    }

    #[test]
    fn the_default_alarm_types_are_what_was_agreed_on() {
        let kinds = default_alarm_types().unwrap();
        let written = kinds.iter().map(|kind| {
            let shift = "shift".to_owned();
            format!(
                "{}: {} {} {} {} {} {} {}",
                kind.id,
                u8::from(kind.priority),
                word(kind.sound),
                word(kind.cameras),
                kind.claim_s_max.map_or(shift, word),
                word(kind.dispatch_s_max),
                kind.dispatch_guards,
                word(kind.ladder.as_ref()),
            )
        });
        let written: Vec<_> = written.collect();
        let agreed: Vec<_> = AGREED.trim().lines().map(str::trim).collect();
        assert_eq!(written, agreed);
        let changes = kinds
            .iter()
            .filter_map(|kind| Some((kind.id.as_str(), becomes(kind)?)));
        let changes: Vec<_> = changes.collect();
        let mut expected = BECOMES.map(|(kind, to)| (kind, to.to_owned())).to_vec();
        expected.sort_by_key(|(kind, _)| kinds.iter().position(|known| known.id.as_str() == *kind));
        assert_eq!(changes, expected);
        let in_family = |kind: &AlarmType| {
            let of = FAMILIES.iter().find_map(|(family, tiers)| {
                let tier = tiers.iter().position(|tier| *tier == kind.id.as_str())?;
                Some(((*family).to_owned(), tier + 1))
            });
            of.unwrap_or((kind.id.to_string(), 0))
        };
        for kind in &kinds {
            let told = (kind.family().to_string(), usize::from(kind.tier));
            assert_eq!(told, in_family(kind), "{}", kind.id);
            let id = kind.id.as_str();
            assert_eq!(kind.by_rule_only, BY_RULE.contains(&id), "{id}");
            assert_eq!(kind.discreet, id == "duress", "{id}");
            // Only where the agreed procedure names it: a leak detector, a first-aid certificate.
            let skill = match id {
                "gas_low" | "gas_high" | "co" => Some(Skill::GasDetector),
                "medical" | "fall_seen" => Some(Skill::FirstAid),
                _ => None,
            };
            assert_eq!(kind.skill, skill, "{id}");
            assert_eq!(
                kind.needs_arming,
                ["intrusion", "perimeter"].contains(&id),
                "{id}"
            );
            assert!(!kind.name.zh.as_str().is_empty() && !kind.name.en.as_str().is_empty());
        }
        let mut ids: Vec<_> = kinds.iter().map(|kind| &kind.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), kinds.len(), "each once");
    }
    #[test]
    fn each_type_names_the_procedure_that_was_agreed_on_and_that_procedure_is_there() {
        let kinds = default_alarm_types().unwrap();
        let named = kinds.iter().filter_map(|kind| {
            let procedure = kind.procedure.as_ref()?;
            Some(format!("{}: {procedure}", kind.id))
        });
        let mut named: Vec<_> = named.collect();
        let mut agreed: Vec<_> = PROCEDURES.trim().lines().map(str::trim).collect();
        named.sort();
        agreed.sort_unstable();
        assert_eq!(named, agreed);
        let there = default_procedures().unwrap();
        for kind in &kinds {
            let is_there = |id| there.iter().any(|procedure| procedure.id() == id);
            assert!(kind.procedure.as_ref().is_none_or(is_there), "{}", kind.id);
        }
    }
}
