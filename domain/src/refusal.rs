//! Why a command or a report was refused: typed, for the program that asked and for its person.

use crate::subject::RefusalKind;
use serde::{Deserialize, Serialize};

/// What can be refused whatever the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CommonRefusal {
    /// It is so already.
    #[error("this is so already; nothing was changed")]
    NothingToDo,
    /// The person has no right to it.
    #[error("your role may not do this; ask an operator on duty")]
    NotAllowed,
    /// The device or the alarm type is not in the estate that counts now.
    #[error(
        "this estate has no such device or alarm type; add it to the estate, then send it again"
    )]
    NotInEstate,
}

impl CommonRefusal {
    const fn kind(&self) -> RefusalKind {
        match self {
            Self::NothingToDo => RefusalKind::Conflict,
            Self::NotAllowed => RefusalKind::Forbidden,
            Self::NotInEstate => RefusalKind::Impossible,
        }
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident($type:ty);)+) => {
        /// A refusal. Every one says what is the case and leaves the site unchanged.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
        #[serde(untagged)]
        pub enum Refusal {
            $($(#[$doc])* #[error(transparent)] $name(#[from] $type),)+
        }

        impl Refusal {
            /// What sort of no it is.
            pub const fn kind(&self) -> RefusalKind {
                match self {
                    $(Self::$name(refusal) => refusal.kind(),)+
                }
            }
        }
    };
}

refusals! {
    /// Whatever the subject.
    Common(CommonRefusal);
    /// Of an alarm.
    Alarm(crate::alarm::AlarmRefusal);
    /// Of what is no alarm yet.
    Registration(crate::registration::RegistrationRefusal);
    /// Of an incident.
    Incident(crate::incident::IncidentRefusal);
    /// Of an assignment.
    Dispatch(crate::dispatch::DispatchRefusal);
    /// Of a person or a phone.
    Staff(crate::staff::StaffRefusal);
    /// Of a zone.
    Zone(crate::zone::ZoneRefusal);
    /// Of a door.
    Door(crate::door::DoorRefusal);
    /// Of an order to a device.
    Actuation(crate::actuation::ActuationRefusal);
}

/// Refuses what would change nothing.
pub(crate) fn must_change(changes: bool) -> Result<(), Refusal> {
    if changes {
        Ok(())
    } else {
        Err(CommonRefusal::NothingToDo.into())
    }
}
