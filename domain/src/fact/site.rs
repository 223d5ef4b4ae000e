//! What facts say about the site beside its alarms: estate, staff, zones, doors, areas, floods.

use crate::ids::{AreaId, DeviceId, EstateHash, PersonId, PhoneId, ZoneId};
use crate::text::Localized;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Another estate document counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstatePublished {
    /// Which document.
    pub hash: EstateHash,
}

/// A person's last console is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonGone {
    /// Who.
    pub person: PersonId,
    /// Back by then, or the urgent alarms that they own return.
    pub lapse_at: Timestamp,
}

/// A person has a console again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonBack {
    /// Who.
    pub person: PersonId,
}

/// A person went on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonOnDuty {
    /// Who.
    pub person: PersonId,
    /// Who put them there; themselves, as a rule.
    pub by: PersonId,
}

/// A person went off duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonOffDuty {
    /// Who.
    pub person: PersonId,
    /// Who took them off; themselves, as a rule.
    pub by: PersonId,
}

/// A phone's positions are a person's from here on, and nobody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneBound {
    /// Which phone.
    pub phone: PhoneId,
    /// Whose.
    pub person: PersonId,
    /// Who bound it.
    pub by: PersonId,
}

/// A phone's positions are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneUnbound {
    /// Which phone.
    pub phone: PhoneId,
    /// Who unbound it.
    pub by: PersonId,
}

/// A person has another call sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSignGiven {
    /// Who.
    pub person: PersonId,
    /// Their call sign.
    pub call_sign: Localized,
    /// Who gave it.
    pub by: PersonId,
}

/// 布防
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneArmed {
    /// Which zone.
    pub zone: ZoneId,
    /// Who armed it. Absent: its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// 撤防
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneDisarmed {
    /// Which zone.
    pub zone: ZoneId,
    /// Who disarmed it. Absent: its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// A door's controller let somebody through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorGranted {
    /// Which door.
    pub door: DeviceId,
    /// Opened by then, it is not forced.
    pub until: Timestamp,
}

/// A door opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorOpened {
    /// Which door.
    pub door: DeviceId,
    /// Closed by then, or it is held open.
    pub held_due_at: Timestamp,
}

/// A door closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorClosed {
    /// Which door.
    pub door: DeviceId,
}

/// A person is inside a watched area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaEntered {
    /// Which area.
    pub area: AreaId,
    /// Who.
    pub person: PersonId,
}

/// A person is outside of a watched area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaLeft {
    /// Which area.
    pub area: AreaId,
    /// Who.
    pub person: PersonId,
}

/// 报警激增: more alarms came than people can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloodBegan {
    /// Alarms within the last ten minutes.
    pub alarms: u32,
    /// Operators that they were measured against.
    pub operators: u32,
}

/// People can take what comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloodEnded {
    /// Reports of new conditions while it lasted: each was shown or folded.
    pub came: u32,
    /// Those that got a row of their own.
    pub shown: u32,
    /// Those that joined a row.
    pub folded: u32,
}
