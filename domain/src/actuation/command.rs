//! What people can want of a device.

use crate::ids::DeviceId;

commands! {
    /// What people can want of a device.
    pub enum ActuationCommand {
        /// 远程开门, for a moment. There is no command to lock or close: see [`super`].
        OpenDoor = "open_door" { door: DeviceId },
    }
}
