//! Who may see orders to devices.

use super::state::ActuationState;
use crate::audience::Audience;
use crate::ids::DeviceId;
use crate::view::Shown;

impl Shown<DeviceId> for ActuationState {
    fn seen_by(&self, _id: &DeviceId, audience: &Audience) -> Option<Self> {
        audience.sees_security().then(|| self.clone())
    }
}
