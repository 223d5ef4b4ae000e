//! Facts about the server itself: its clock, its record, the inputs that broke it. They decide
//! nothing about the site; they stand in the record so that a later reader knows what it lacks.

use crate::ids::{AlarmId, AlarmTypeId, CommandId, DeviceId, EventId, PersonId, PhoneId};
use crate::text::Text;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

facts! {
    /// What the server noticed about itself.
    pub enum SystemFact {
        /// Facts are recorded again after a time in which none could be.
        RecordingResumed(RecordingResumed) = "recording_resumed", 1;
        /// The machine's wall clock jumped.
        ClockStepped(ClockStepped) = "clock_stepped", 1;
        /// The history of positions was damaged and set aside.
        TracksSetAside(TracksSetAside) = "tracks_set_aside", 1;
        /// An input broke the engine and was set aside.
        InputSetAside(InputSetAside) = "input_set_aside", 1;
        /// Somebody was shown a camera's live picture, for no alarm.
        CameraViewed(CameraViewed) = "camera_viewed", 1;
    }
}

/// Somebody or something set the machine's wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockStepped {
    /// How far it jumped, in microseconds; negative when it was set back, or when it was found
    /// behind the record at a start.
    pub by: Span,
    /// Site time when it was noticed.
    pub at: Timestamp,
}

/// The history of positions was damaged, and a start set it aside, or it was gone. An empty one began:
/// where people were before is not known any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracksSetAside {
    /// Site time of the start that found it.
    pub at: Timestamp,
}

/// Facts are recorded again after a time in which none could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingResumed {
    /// When the first turn was lost.
    pub since: Timestamp,
    /// Reports that came meanwhile and were answered "not recorded". Whoever sends again, is
    /// recorded after this fact.
    pub unrecorded: u32,
}

/// An input broke the engine. It was set aside, and the rest of its turn ran without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSetAside {
    /// What it was, by its names only.
    pub input: InputName,
}

/// Somebody was shown a camera's live picture without an alarm that it belongs to. The server noticed that: it is
/// nobody's deed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraViewed {
    /// Whose picture.
    pub camera: DeviceId,
    /// Who was shown it.
    pub by: PersonId,
    /// When the first live picture went out to them.
    pub from: Timestamp,
    /// When the last one did. Between them none was missing for long.
    pub to: Timestamp,
}

/// An input by its names, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputName {
    /// A device's report.
    Report {
        device: DeviceId,
        /// Of what.
        #[serde(rename = "type")]
        kind: AlarmTypeId,
        /// Its own id of the event.
        event: EventId,
    },
    /// A phone's position.
    Position { phone: PhoneId },
    /// A door's report.
    Door {
        device: DeviceId,
        /// Its own id of the event.
        event: EventId,
    },
    /// A device's sign of life.
    Heard { device: DeviceId },
    /// A call for help.
    Call {
        phone: PhoneId,
        /// Its own id of the call.
        event: EventId,
    },
    /// A person's command.
    Command {
        id: CommandId,
        by: PersonId,
        /// What was wanted, as [`crate::commands::Command::name`] says it.
        wish: Text<32>,
        /// About which alarm, if about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alarm: Option<AlarmId>,
    },
    /// A deadline that came.
    Deadline,
    /// Something that the server told itself.
    Own,
}
