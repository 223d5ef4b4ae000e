//! Why something was refused that was wanted of a person or a phone, or said by one.

use crate::ids::{PersonId, PhoneId};
use crate::subject::RefusalKind;
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum StaffRefusal {
    /// The estate has no such person.
    #[error("this estate has nobody called {person}; look up the id in the estate")]
    UnknownPerson { person: PersonId },
    /// Somebody else would answer to it.
    #[error("{by} has this call sign, or one that sounds like it; choose another one")]
    CallSignTaken { by: PersonId },
    /// Somebody off duty was nowhere to look.
    #[error("{person} is not on duty; name somebody who is, or put them on duty first")]
    NotOnDuty { person: PersonId },
    /// The phone is nobody's.
    #[error("the phone {phone} belongs to nobody; bind it to a person first")]
    UnknownPhone { phone: PhoneId },
}

impl StaffRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::CallSignTaken { .. } => RefusalKind::Conflict,
            Self::UnknownPerson { .. } | Self::NotOnDuty { .. } | Self::UnknownPhone { .. } => {
                RefusalKind::Impossible
            }
        }
    }
}
