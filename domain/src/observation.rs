//! The one normalised shape that every device adapter produces.

use crate::estate::EstateIndex;
use crate::geo::LonLat;
use crate::ids::{AlarmTypeId, DeviceId, EventId, PersonId, PhoneId};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How far a device's clock may run ahead of ours before its times are not believed.
pub const CLOCK_AHEAD_MAX: Span = Span::from_secs(300);
/// How old a device's report may be before its time is not believed. A phone that spent
/// a week without network is still telling the truth.
pub const REPORT_AGE_MAX: Span = Span::from_secs(7 * 24 * 3600);

/// Around (0, 0) this far is the sea off Africa, where receivers without a fix are.
const NULL_ISLAND_DEG: f64 = 0.01;

/// Whether a device's claim about when something happened can be believed.
pub fn is_plausible(claimed_at: Timestamp, received_at: Timestamp) -> bool {
    claimed_at <= received_at + CLOCK_AHEAD_MAX && claimed_at >= received_at - REPORT_AGE_MAX
}

/// What a device said, after decoding and identification.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// A phone says where it is.
    PhoneFix(PhoneFix),
    /// A device says that a condition began, ended or happened.
    Report(Report),
    /// A door's controller says what became of the door.
    Door(DoorReport),
    /// A device is there and has nothing else to say.
    Heard {
        device: DeviceId,
        /// When we heard of it.
        received_at: Timestamp,
    },
    /// A guard's phone calls for help.
    Call(Call),
    /// A guard's phone is there and says nothing of where that can be used.
    PhoneHeard {
        phone: PhoneId,
        /// When we heard of it.
        received_at: Timestamp,
    },
}

impl Observation {
    /// What of it belongs into the log of observations. Positions do not: they have a history of
    /// their own.
    pub fn raw(&self) -> Option<RawObservation> {
        match self {
            // A sign of life says nothing that the latest values do not hold.
            Self::PhoneFix(_) | Self::Heard { .. } | Self::PhoneHeard { .. } => None,
            Self::Report(report) => Some(RawObservation::Report(report.clone())),
            Self::Door(report) => Some(RawObservation::Door(report.clone())),
            // Where somebody was is for the history of positions, be it swapped or outside of it.
            Self::Call(call) => Some(RawObservation::Call(Call {
                at: None,
                doubts: Doubts {
                    place: call.doubts.place.map(|_said| PlaceDoubt::Unreadable),
                    ..call.doubts
                },
                ..call.clone()
            })),
        }
    }

    /// Which device spoke, and when, as every display may be told. A drill speaks in a device's name.
    /// A silent call for help is silent: that its button spoke would tell whoever stands before a
    /// wall.
    pub fn seen(&self, estate: &EstateIndex) -> Option<(&DeviceId, Timestamp)> {
        match self {
            Self::Report(report) => {
                let kind = estate.alarm_type(&report.kind);
                let family = kind.and_then(|kind| kind.family.as_ref());
                let mut kinds = family.into_iter().chain([&report.kind]);
                let is_told = !report.drill && !kinds.any(AlarmTypeId::is_duress);
                is_told.then_some((&report.device, report.received_at))
            }
            Self::Door(report) => (!report.drill).then_some((&report.device, report.received_at)),
            Self::Heard {
                device,
                received_at,
            } => Some((device, *received_at)),
            Self::PhoneFix(_) | Self::Call(_) | Self::PhoneHeard { .. } => None,
        }
    }
}

/// An observation as it is kept for some weeks, outside the journal.
///
/// It has ids, enums and numbers and no text: what a device adds in words, a plate or a face gets a
/// [`crate::personal::PersonalRef`] here, never itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawObservation {
    /// A device said that a condition began, ended or happened.
    Report(Report),
    /// A door's controller said what became of the door.
    Door(DoorReport),
    /// A guard's phone called for help.
    Call(Call),
}

impl RawObservation {
    /// Which device said it, if it was one.
    pub const fn device(&self) -> Option<&DeviceId> {
        match self {
            Self::Report(report) => Some(&report.device),
            Self::Door(report) => Some(&report.device),
            Self::Call(_) => None,
        }
    }
}

/// Where a phone was.
#[derive(Debug, Clone, PartialEq)]
pub struct PhoneFix {
    pub phone: PhoneId,
    /// When it says that it was there.
    pub occurred_at: Timestamp,
    /// When we heard of it.
    pub received_at: Timestamp,
    pub at: LonLat,
    /// Radius in decimetres within which it believes to be.
    pub accuracy_dm: Option<u16>,
    /// Its charge in percent.
    pub battery_percent: Option<u8>,
}

impl PhoneFix {
    /// The same as the position of the person whose phone it is.
    pub fn of(self, person: PersonId) -> Fix {
        Fix {
            person,
            occurred_at: self.occurred_at,
            received_at: self.received_at,
            at: self.at,
            accuracy_dm: self.accuracy_dm,
            battery_percent: self.battery_percent,
        }
    }
}

/// Where a person was.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Whose position it is.
    pub person: PersonId,
    /// When the phone says that it was there.
    pub occurred_at: Timestamp,
    /// When we heard of it. Ages on screen count from here.
    pub received_at: Timestamp,
    pub at: LonLat,
    /// Radius in decimetres within which the phone believes to be.
    pub accuracy_dm: Option<u16>,
    /// Charge of the phone in percent.
    pub battery_percent: Option<u8>,
}

/// What a device reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub device: DeviceId,
    /// What kind of alarm it means.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// Whether it began, ended or merely happened.
    pub state: ReportedState,
    /// The sender's id of this event.
    pub event: EventId,
    /// When the device says that it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// When we heard of it.
    pub received_at: Timestamp,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// What of it could not be read.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
}

/// What a door's controller reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DoorReport {
    pub device: DeviceId,
    /// What became of it.
    pub what: DoorChange,
    /// The sender's id of this event.
    pub event: EventId,
    /// When the controller says that it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// When we heard of it.
    pub received_at: Timestamp,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// What of it could not be read.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
}

/// What became of a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DoorChange {
    /// It opened.
    Opened,
    /// It closed.
    Closed,
    /// Its controller let somebody through: card, code, button inside.
    Granted,
    /// What it is, kept by a broker or asked for after a connection came back: it may be so since
    /// long ago.
    Retained {
        /// Whether it is open.
        open: bool,
    },
}

/// A call for help from a guard's phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub phone: PhoneId,
    /// Whether a person called or the phone noticed.
    pub kind: CallKind,
    /// The phone's id of this call.
    pub event: EventId,
    /// Where, if the phone knows, whether it can be true or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LonLat>,
    /// When the phone says that it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// When we heard of it.
    pub received_at: Timestamp,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// What of it could not be read.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
}

/// How a phone calls for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Somebody pressed SOS.
    Sos,
    /// 倒地: it lies still after a fall.
    ManDown,
    /// 胁迫: somebody calls so that nobody beside them notices.
    Silent,
}

/// What of a message could not be read or is not believed. The message counts all the same, and its
/// row says what is doubtful about it. Each side has one doubt at most, and none of them is a text.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubts {
    /// When it happened. The time of receipt counts instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeDoubt>,
    /// Where it happened. What is not used gives way to the last place that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceDoubt>,
    /// Whether it is a drill could not be read: it is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// Whether it began, ended or merely happened could not be read: it happened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub state: bool,
}

/// What is doubtful about a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TimeDoubt {
    /// It could not be read.
    Unreadable,
    /// The sender's clock cannot be right.
    Unbelievable {
        /// What it said.
        said: Timestamp,
    },
}

/// What is doubtful about a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PlaceDoubt {
    /// It could not be read.
    Unreadable,
    /// It came with more numbers than two. The first two count.
    Surplus,
    /// It cannot be true.
    Untrue {
        /// What the sender said, as longitude and latitude.
        said: [f64; 2],
        why: Untrue,
    },
}

impl PlaceDoubt {
    /// What is to be held against a place that a phone says, if it cannot be true at this estate.
    pub fn of(said: LonLat, estate: &EstateIndex) -> Option<Self> {
        let why = if estate.anchor.offset(said).is_some() {
            return None;
        } else if said.lon().abs() < NULL_ISLAND_DEG && said.lat().abs() < NULL_ISLAND_DEG {
            Untrue::NullIsland
        } else if is_swapped([said.lon(), said.lat()], estate) {
            Untrue::Swapped
        } else {
            Untrue::FarAway
        };
        Some(Self::Untrue {
            said: [said.lon(), said.lat()],
            why,
        })
    }

    /// The same where it is known which estate was meant: what is nowhere on earth may be swapped.
    #[must_use]
    pub fn at(self, estate: &EstateIndex) -> Self {
        match self {
            Self::Untrue {
                said,
                why: Untrue::NotOnEarth,
            } if is_swapped(said, estate) => Self::Untrue {
                said,
                why: Untrue::Swapped,
            },
            Self::Unreadable | Self::Surplus | Self::Untrue { .. } => self,
        }
    }
}

fn is_swapped([lon, lat]: [f64; 2], estate: &EstateIndex) -> bool {
    let turned = LonLat::new(lat, lon);
    turned.is_ok_and(|turned| estate.anchor.offset(turned).is_some())
}

/// Why a place cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untrue {
    /// Outside the degrees that there are.
    NotOnEarth,
    /// (0, 0): what a receiver without a fix says.
    NullIsland,
    /// Latitude and longitude stand in each other's place.
    Swapped,
    /// Too far from the estate for whoever works there.
    FarAway,
}

impl Doubts {
    /// Whether they say what was told already. A wrong clock shows another time each time.
    pub fn repeat(&self, told: &Self) -> bool {
        let alike = match (self.time, told.time) {
            (Some(TimeDoubt::Unbelievable { .. }), Some(TimeDoubt::Unbelievable { .. })) => true,
            (this, told) => this == told,
        };
        alike && (&self.place, self.drill, self.state) == (&told.place, told.drill, told.state)
    }

    /// Whether nothing is doubtful.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is doubtful once the same sender spoke again: the last word counts. A doubt about the
    /// place stays as long as they say no place that is believed.
    #[must_use]
    pub fn followed_by(self, later: Self, is_placed: bool) -> Self {
        Self {
            place: later.place.or(self.place.filter(|_| !is_placed)),
            ..later
        }
    }
}

/// When something happened, as far as its sender's clock can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    pub at: Timestamp,
    /// That comes from the sender's clock.
    pub own_clock: bool,
    /// What the sender's clock said, where it could not be believed.
    unbelievable: Option<Timestamp>,
}

impl Dated {
    /// From what a sender claims, if anything, and when we heard of it.
    pub fn new(claimed_at: Option<Timestamp>, received_at: Timestamp) -> Self {
        let believed = claimed_at.filter(|claimed| is_plausible(*claimed, received_at));
        Self {
            at: believed.unwrap_or(received_at),
            own_clock: believed.is_some(),
            unbelievable: claimed_at.filter(|_| believed.is_none()),
        }
    }

    /// What could not be read, and that the clock is not believed, if so.
    pub fn doubts(self, unread: Doubts) -> Doubts {
        let said = self.unbelievable;
        let unbelievable = said.map(|said| TimeDoubt::Unbelievable { said });
        Doubts {
            time: unbelievable.or(unread.time),
            ..unread
        }
    }
}

/// What a report says about its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedState {
    /// The condition exists from now on, until it is cleared.
    Active,
    /// The condition is over.
    Cleared,
    /// It happened and left no lasting condition, like a press of a button.
    Momentary,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_1970_and_2099_are_not_believed() {
        let now = Timestamp::from_secs(1_795_000_000);
        assert!(!is_plausible(Timestamp::from_secs(0), now));
        assert!(!is_plausible(Timestamp::from_secs(4_070_908_800), now));
        assert!(is_plausible(now + Span::from_secs(299), now));
        assert!(!is_plausible(now + Span::from_secs(301), now));
        assert!(is_plausible(now - Span::from_secs(3 * 24 * 3600), now));
    }

    #[test]
    fn the_log_of_observations_does_not_hear_where_a_caller_says_to_be() {
        let said = [30.2871, 120.1122];
        let why = Untrue::NotOnEarth;
        let call = Call {
            phone: PhoneId::constant("guard-01"),
            kind: CallKind::Sos,
            event: EventId::constant("e-1"),
            at: LonLat::new(120.1122, 30.2871).ok(),
            claimed_at: None,
            received_at: Timestamp::from_secs(1_795_000_000),
            drill: false,
            doubts: Doubts {
                place: Some(PlaceDoubt::Untrue { said, why }),
                ..Doubts::default()
            },
        };
        let logged = serde_json::to_string(&Observation::Call(call).raw()).unwrap();
        assert!(
            !logged.contains("30.2871") && logged.contains("unreadable"),
            "{logged}"
        );
    }
}
