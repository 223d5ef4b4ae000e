//! Where one can walk: paths, stairs, lifts, and the doors between them.

use super::building::Label;
use crate::geo::LonLat;
use crate::ids::{BuildingId, DeviceId};
use serde::{Deserialize, Serialize};

/// The graph of walkable paths.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    /// Junctions and ends.
    pub nodes: Vec<PathNode>,
    /// Connections between them, walkable both ways.
    pub edges: Vec<Path>,
}

/// A junction or end of a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathNode {
    /// Its number, by which edges name it.
    pub id: u32,
    pub at: LonLat,
    /// The floor that it is on. Absent: outdoors, on the ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<OnFloor>,
}

/// A floor of a building.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnFloor {
    /// Which building.
    pub building: BuildingId,
    /// The floor's printed label.
    pub floor: Label,
}

/// A path between two junctions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// Junction at one end.
    pub from: u32,
    /// Junction at the other end.
    pub to: u32,
    /// Bends between the two ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<LonLat>,
    /// Width in metres, for drawing.
    pub width_m: f64,
    /// How one gets along it.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub kind: PathKind,
}

/// How one gets along a path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PathKind {
    /// On foot.
    #[default]
    Walk,
    /// On foot from floor to floor.
    Stairs {
        /// Seconds for one floor, 1 to 300.
        s_per_floor: u16,
    },
    /// In a lift. Its stops are joined one to the next; whoever stays in waits once.
    Lift {
        /// Which lift, where the estate has it as a device.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// Seconds until it is there, 0 to 600.
        wait_s: u16,
        /// Seconds for one floor, 1 to 300.
        s_per_floor: u16,
    },
    /// Through a gate or a door.
    Passage {
        /// Who may pass.
        passes: Passes,
        /// Which door, where the estate has it as a device.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
    },
}

/// The class of those who may pass a gate or a door. A class, not a person: who is sent there must
/// not depend on whose card was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passes {
    /// Whoever comes.
    Everyone,
    /// All who work here.
    Staff,
    /// Guards.
    Guards,
    /// It is locked.
    Nobody,
}

impl Passes {
    /// Whether a guard passes.
    pub const fn guards(self) -> bool {
        match self {
            Self::Everyone | Self::Staff | Self::Guards => true,
            Self::Nobody => false,
        }
    }
}
