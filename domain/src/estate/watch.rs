//! What an estate watches over: shifts and nights, armed zones, borders of areas, doors, cameras.

use crate::geo::LonLat;
use crate::ids::{AreaId, DeviceId, PersonId, ZoneId};
use crate::text::{Localized, Text};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::fmt;

/// A time of day on the wall clocks of the site, written `20:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    /// Minutes since midnight, 0 to 1,439.
    minutes: u16,
}

impl TimeOfDay {
    /// From hour (0 to 23) and minute (0 to 59).
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour > 23 || minute > 59 {
            return None;
        }
        Some(Self {
            minutes: hour as u16 * 60 + minute as u16,
        })
    }

    /// Minutes since midnight.
    pub const fn minutes(self) -> u16 {
        self.minutes
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        raw.split_once(':')
            .filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2)
            .filter(|_| raw.bytes().all(|b| b.is_ascii_digit() || b == b':'))
            .and_then(|(hour, minute)| Self::new(hour.parse().ok()?, minute.parse().ok()?))
            .ok_or_else(|| D::Error::custom(format!("{raw:?} is not a time of day like 20:00")))
    }
}

/// A day on the site's calendar, written `2027-05-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarDate(Date);

impl CalendarDate {
    /// The day itself.
    pub const fn date(self) -> Date {
        self.0
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for CalendarDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CalendarDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        // One spelling: what is read is what would be written.
        let date = raw
            .parse()
            .ok()
            .filter(|date: &Date| date.to_string() == raw);
        date.map(Self)
            .ok_or_else(|| D::Error::custom(format!("{raw:?} is not a day like 2027-05-31")))
    }
}

/// A stretch of every day, over midnight if it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailySpan {
    /// Its first minute.
    pub from: TimeOfDay,
    /// The minute after its last one.
    pub to: TimeOfDay,
}

/// When shifts begin and how duty is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staffing {
    /// 班次, each from its beginning to the next one's.
    pub shifts: Vec<Shift>,
    /// When alarm types are their night's types.
    #[serde(default = "night")]
    pub night: DailySpan,
    /// Whether people go on and off duty on the record.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub duty: DutyKept,
    /// How often the phone of somebody on duty sends a position, in seconds, 5 to 3,600. Absent:
    /// nobody is called silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_every_s_max: Option<u32>,
}

const fn night() -> DailySpan {
    DailySpan {
        from: TimeOfDay { minutes: 22 * 60 },
        to: TimeOfDay { minutes: 6 * 60 },
    }
}

impl Default for Staffing {
    fn default() -> Self {
        let shift = |zh, en, hour: u16| Shift {
            name: Localized {
                zh: Text::constant(zh),
                en: Text::constant(en),
            },
            starts_at: TimeOfDay { minutes: hour * 60 },
        };
        Self {
            shifts: vec![
                shift("白班", "Day shift", 8),
                shift("夜班", "Night shift", 20),
            ],
            night: night(),
            duty: DutyKept::default(),
            position_every_s_max: None,
        }
    }
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Such as 夜班.
    pub name: Localized,
    /// When it takes over.
    pub starts_at: TimeOfDay,
}

/// How an estate keeps duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyKept {
    /// Not on the record: whoever is in the estate counts as on duty.
    #[default]
    Assumed,
    /// On the record: nobody is on duty who did not go on duty, and nobody else is tracked.
    Recorded,
}

/// 防区: devices that are armed and disarmed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Its id within the estate.
    pub id: ZoneId,
    /// What people call it.
    pub name: Localized,
    /// What reports for it.
    pub devices: Vec<DeviceId>,
    /// Zones at its borders, by which a second source is near.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjacent: Vec<ZoneId>,
    /// When it arms itself. Outside these stretches it disarms itself. Empty: by hand only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<ArmedSpan>,
}

/// A stretch of the week in which a zone is armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmedSpan {
    /// The days on which it begins.
    pub days: Vec<Weekday>,
    /// Its first minute.
    pub from: TimeOfDay,
    /// The minute after its last one, on the next day if it does not lie after `from`.
    pub to: TimeOfDay,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the days of the week need no words")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];
}

/// An area whose border is watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its id within the estate.
    pub id: AreaId,
    /// What people call it.
    pub name: Localized,
    /// What crossing its border means.
    pub kind: AreaKind,
    /// Its outline; first and last point need not be equal.
    pub outline: Vec<LonLat>,
    /// Whom it is for: who must stay inside a responsibility area, who may enter a forbidden one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
}

/// What crossing an area's border means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// 责任区: its people are to stay inside while on duty.
    Responsibility,
    /// 禁入区: nobody but its people is to enter.
    Forbidden,
}

/// What is watched about a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorSettings {
    /// Seconds that it may stand open, 1 to 43,200: 60 as a rule, 30 for a fire door, 600 for
    /// deliveries.
    #[serde(default = "held_open")]
    pub held_open_s_max: u32,
    /// Its controller reports every grant (card, code, button inside), so that opening without
    /// one is forcing it. Without, it is forced only while a zone of it is armed.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub reports_grants: bool,
    /// A driver may open it for a moment when an operator wants it. Nothing can lock it.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub remote_release: bool,
}

const fn held_open() -> u32 {
    60
}

/// How a camera looks. One that turns: how it rests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraPose {
    /// Metres above the ground or floor that it is on, 0 to 500.
    pub height_m: f64,
    /// Where it looks, in degrees clockwise from north, 0 to 360.
    pub heading_deg: f64,
    /// Degrees that it looks down from the horizon, -90 to 90.
    pub tilt_deg: f64,
    /// How wide it sees from left to right, in degrees, 1 to 360.
    pub view_deg: f64,
    /// How far a person in its picture can be told from a bush, in metres, 1 to 2,000.
    pub range_m: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_have_one_spelling() {
        let time: TimeOfDay = serde_json::from_str(r#""20:05""#).unwrap();
        assert_eq!(time.minutes(), 20 * 60 + 5);
        assert_eq!(serde_json::to_string(&time).unwrap(), r#""20:05""#);
        for bad in ["24:00", "08:60", "8:00", "+8:00", "0800", "08:00:00", ""] {
            let json = serde_json::to_string(bad).unwrap();
            assert!(serde_json::from_str::<TimeOfDay>(&json).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_have_one_spelling() {
        let day: CalendarDate = serde_json::from_str(r#""2028-02-29""#).unwrap();
        assert_eq!(serde_json::to_string(&day).unwrap(), r#""2028-02-29""#);
        for bad in [
            "2027-02-29",
            "20270531",
            "2027-5-31",
            "2027-05-31T00:00",
            "",
        ] {
            let json = serde_json::to_string(bad).unwrap();
            assert!(
                serde_json::from_str::<CalendarDate>(&json).is_err(),
                "{bad}"
            );
        }
    }
}
