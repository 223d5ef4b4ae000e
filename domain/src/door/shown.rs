//! Who may see doors.

use super::state::DoorState;
use crate::audience::Audience;
use crate::ids::DeviceId;
use crate::view::Shown;

impl Shown<DeviceId> for DoorState {
    fn seen_by(&self, _id: &DeviceId, audience: &Audience) -> Option<Self> {
        audience.sees_security().then_some(*self)
    }
}
