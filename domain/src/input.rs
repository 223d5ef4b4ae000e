//! What can happen to a site.

use crate::actuation::ActuationSettled;
use crate::alarm::ClipNews;
use crate::command::Command;
use crate::estate::EstateIndex;
use crate::fact::{AlarmViewed, NotificationFailing, NotificationSettled, ReachPublished};
use crate::ids::{CommandId, EstateHash, PersonId, Version};
use crate::observation::{Observation, PhoneFix};
use crate::self_test::SelfTestFact;
use crate::system::{
    CameraViewed, ChannelState, ClockStepped, DiskRoom, InputName, InputSetAside, RecordingResumed,
    TracksSetAside,
};
use crate::text::Text;
use std::sync::Arc;

/// Everything that can happen to a site.
#[derive(Debug, Clone)]
pub enum Input {
    /// A device said something.
    Observed(Observation),
    /// A person wants something.
    Commanded {
        /// The client's id of this command.
        command_id: CommandId,
        by: PersonId,
        /// What the sender believes the alarm's version to be. A claim sends none.
        expected: Option<Version>,
        command: Command,
    },
    /// The time that [`crate::engine::Engine::next_deadline`] named has come.
    DeadlineReached,
    /// A person has a console now. Told again, it changes nothing.
    SessionOpened { person: PersonId },
    /// A person's last console is gone. Told again, it changes nothing.
    SessionGone { person: PersonId },
    /// The estate document was read, at start or after a change.
    EstateLoaded {
        hash: EstateHash,
        /// The document with its indexes.
        estate: Arc<EstateIndex>,
    },
    /// The machine's wall clock jumped.
    ClockStepped(ClockStepped),
    /// Facts are recorded again after a time in which none could be.
    RecordingResumed(RecordingResumed),
    /// The history of positions was damaged and set aside, or is gone.
    TracksSetAside(TracksSetAside),
    /// There is little room on the disk, or enough again. Told again, it changes nothing.
    DiskRoom(DiskRoom),
    /// A self-test began or ended.
    SelfTest(SelfTestFact),
    /// A channel to people outside carries no calls, or does again. Told again, it changes nothing.
    Channel(ChannelState),
    /// An input broke the engine and was set aside.
    SetAside(InputSetAside),
    /// Who is reached how was read, at start. Told again, it changes nothing.
    ReachLoaded(ReachPublished),
    /// A first attempt to send a notification failed.
    Failing(NotificationFailing),
    /// A notification was sent, or given up.
    Notified(NotificationSettled),
    /// An order to a device was carried out, or came to nothing, or nobody knows.
    Actuated(ActuationSettled),
    /// Somebody was shown a live picture for an alarm, and is not any more.
    Viewed(AlarmViewed),
    /// Somebody was shown a live picture for no alarm, and is not any more.
    CameraViewed(CameraViewed),
    /// A clip of an alarm is on the disk, or is about to be shown. Told again, it changes nothing.
    Clip(ClipNews),
}

impl Input {
    /// The name of an input.
    pub fn name(&self) -> InputName {
        match self {
            Self::Observed(Observation::Report(report)) => InputName::Report {
                device: report.device.clone(),
                kind: report.kind.clone(),
                event: report.event.clone(),
            },
            Self::Observed(
                Observation::PhoneFix(PhoneFix { phone, .. })
                | Observation::PhoneHeard { phone, .. },
            ) => InputName::Position {
                phone: phone.clone(),
            },
            Self::Observed(Observation::Door(report)) => InputName::Door {
                device: report.device.clone(),
                event: report.event.clone(),
            },
            Self::Observed(Observation::Heard { device, .. }) => InputName::Heard {
                device: device.clone(),
            },
            Self::Observed(Observation::Call(call)) => InputName::Call {
                phone: call.phone.clone(),
                event: call.event.clone(),
            },
            Self::Commanded {
                command_id,
                by,
                command,
                ..
            } => InputName::Command {
                id: *command_id,
                by: by.clone(),
                wish: Text::constant(command.name()),
                alarm: command.alarm(),
            },
            Self::DeadlineReached => InputName::Deadline,
            Self::SessionOpened { .. }
            | Self::SessionGone { .. }
            | Self::EstateLoaded { .. }
            | Self::SelfTest(_)
            | Self::ClockStepped(_)
            | Self::RecordingResumed(_)
            | Self::TracksSetAside(_)
            | Self::DiskRoom(_)
            | Self::Channel(_)
            | Self::SetAside(_)
            | Self::ReachLoaded(_)
            | Self::Failing(_)
            | Self::Notified(_)
            | Self::Actuated(_)
            | Self::Viewed(_)
            | Self::CameraViewed(_)
            | Self::Clip(_) => InputName::Own,
        }
    }
}
