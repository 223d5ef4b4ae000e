//! What goes to the driver of devices.

use crate::actuation::Act;
use crate::ids::{DeviceId, Seq, SiteId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a driver of devices is posted, once for each order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Journal and number of the fact that intends it.
    pub id: String,
    pub site: SiteId,
    /// The fact that intends it.
    pub about: Seq,
    pub device: DeviceId,
    /// What is wanted of it.
    pub what: Act,
    /// Not to be carried out after this.
    pub send_by: Timestamp,
}
