//! What people can want of a zone.

use crate::ids::ZoneId;

commands! {
    /// What people can want of a zone.
    pub enum ZoneCommand {
        /// 布防
        Arm = "arm" { zone: ZoneId },
        /// 撤防
        Disarm = "disarm" { zone: ZoneId },
    }
}
