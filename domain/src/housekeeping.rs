//! Facts about the server itself: its clock, its record, the inputs that broke it. They decide
//! nothing about the site; they stand in the record so that a later reader knows what it lacks.

use crate::engine::Input;
use crate::ids::{AlarmId, AlarmTypeId, CommandId, DeviceId, EventId, PersonId, PhoneId};
use crate::observation::Observation;
use crate::text::Text;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Somebody or something set the machine's wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockStepped {
    /// How far it jumped, in microseconds; negative when it was set back, or when it was found
    /// behind the record at a start.
    pub by: Span,
    /// Site time when it was noticed.
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

/// Whether there is room on the disk for everything that is stored. Somebody who flaps between the
/// two would have a row that does: whoever tells it, waits for a margin before room is ample again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskRoom {
    /// Something is given up, or soon will be.
    Low,
    /// All is stored.
    Ample,
}

/// An input broke the engine. It was set aside, and the rest of its turn ran without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSetAside {
    /// What it was, by its names only.
    pub input: InputName,
}

/// An input by its names, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputName {
    /// A device's report.
    Report {
        /// Which device.
        device: DeviceId,
        /// Of what.
        #[serde(rename = "type")]
        kind: AlarmTypeId,
        /// Its own id of the event.
        event: EventId,
    },
    /// A phone's position.
    Position {
        /// Which phone.
        phone: PhoneId,
    },
    /// A door's report.
    Door {
        /// Which door.
        device: DeviceId,
        /// Its own id of the event.
        event: EventId,
    },
    /// A device's sign of life.
    Heard {
        /// Which device.
        device: DeviceId,
    },
    /// A call for help.
    Call {
        /// Which phone.
        phone: PhoneId,
        /// Its own id of the call.
        event: EventId,
    },
    /// A person's command.
    Command {
        /// Its id.
        id: CommandId,
        /// Whose.
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

impl InputName {
    /// The name of an input.
    pub fn of(input: &Input) -> Self {
        match input {
            Input::Observed(Observation::Report(report)) => Self::Report {
                device: report.device.clone(),
                kind: report.kind.clone(),
                event: report.event.clone(),
            },
            Input::Observed(Observation::PhoneFix(fix)) => Self::Position {
                phone: fix.phone.clone(),
            },
            Input::Observed(Observation::Door(report)) => Self::Door {
                device: report.device.clone(),
                event: report.event.clone(),
            },
            Input::Observed(Observation::Heard { device, .. }) => Self::Heard {
                device: device.clone(),
            },
            Input::Observed(Observation::Call(call)) => Self::Call {
                phone: call.phone.clone(),
                event: call.event.clone(),
            },
            Input::Commanded {
                command_id,
                actor,
                command,
                ..
            } => Self::Command {
                id: *command_id,
                by: actor.person.clone(),
                wish: Text::constant(command.name()),
                alarm: command.alarm(),
            },
            Input::DeadlineReached => Self::Deadline,
            _ => Self::Own,
        }
    }
}
