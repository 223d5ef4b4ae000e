//! The shape of an estate document.

use super::alarm_type::AlarmType;
use super::search_key::SearchKeys;
use super::watch::{Area, DoorSettings, Staffing, Zone};
use crate::geo::LonLat;
use crate::ids::{BuildingId, DeviceId, PersonId, PhoneId, SiteId};
use crate::text::{CallSign, Localized, Text};
use serde::{Deserialize, Serialize};

/// A whole estate. [`Estate::parse`] is the only way in from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    /// The site that this estate belongs to.
    pub site: SiteId,
    /// What people call it.
    pub name: Localized,
    /// IANA time zone, such as `Asia/Shanghai`; every wall clock on screen is in it.
    pub time_zone: Text<64>,
    /// The datum of every coordinate in this document.
    pub datum: Datum,
    /// Origin of the site's centimetre grid.
    pub anchor: LonLat,
    /// What the map shows when nobody has moved it.
    pub home: HomeView,
    /// Lawns, water, squares, roads' surfaces: what lies under everything.
    #[serde(default)]
    pub grounds: Vec<Ground>,
    /// Buildings with their floors.
    #[serde(default)]
    pub buildings: Vec<Building>,
    /// Walls, fences and hedges.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// Where one can walk.
    #[serde(default)]
    pub paths: Paths,
    /// Everything that can report.
    #[serde(default)]
    pub devices: Vec<Device>,
    /// The staff.
    #[serde(default)]
    pub people: Vec<Person>,
    /// When shifts begin and how duty is kept.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub staffing: Staffing,
    /// 防区: what is armed and disarmed together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Zone>,
    /// Areas whose borders are watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Area>,
    /// The alarm types of this estate; the defaults are added where it names none.
    #[serde(default)]
    pub alarm_types: Vec<AlarmType>,
    /// How Chinese names are searched for; the server adds what is not named here.
    #[serde(default, skip_serializing_if = "SearchKeys::is_empty")]
    pub search_keys: SearchKeys,
}

/// Which ellipsoid the coordinates are on. Chinese web maps use GCJ-02, phones WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Datum {
    /// World Geodetic System 1984.
    #[serde(rename = "WGS-84")]
    Wgs84,
}

/// The map's resting view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeView {
    /// The middle of the screen.
    pub centre: LonLat,
    /// MapLibre zoom level, 10 to 22.
    pub zoom: f64,
    /// Degrees clockwise from north.
    pub bearing_deg: f64,
    /// Degrees from looking straight down, 0 to 60.
    pub pitch_deg: f64,
}

/// A piece of ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// What covers it.
    pub kind: GroundKind,
    /// Printed on the map where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Localized>,
    /// Its outline; first and last point need not be equal.
    pub outline: Vec<LonLat>,
}

/// What covers a piece of ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroundKind {
    /// The estate's own land.
    Land,
    /// Lawn, bed or wood.
    Green,
    /// Pond or stream.
    Water,
    /// Paved square.
    Square,
    /// Sports ground or playground.
    Sport,
    /// Road surface.
    Road,
    /// Car park.
    Parking,
}

/// A building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Building {
    /// Its id within the estate.
    pub id: BuildingId,
    /// Such as `3号楼` / `Building 3`.
    pub name: Localized,
    /// Its outline on the ground.
    pub outline: Vec<LonLat>,
    /// Height of the roof above ground in metres.
    pub height_m: f64,
    /// From the lowest up.
    #[serde(default)]
    pub floors: Vec<Floor>,
}

/// A floor. What is printed in the lift is kept apart from how high it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// As printed: `B1`, `3A`, `避难层`.
    pub label: Text<12>,
    /// Storeys above the ground floor (0); basements are negative.
    pub ordinal: i16,
}

/// A wall, fence or hedge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Its course.
    pub course: Vec<LonLat>,
}

/// What a line on the ground is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The estate's outer wall or fence.
    Perimeter,
    /// A hedge or low fence inside.
    Hedge,
}

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
}

/// A device that can report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Its id, as it names itself when it reports.
    pub id: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
    /// What people call it.
    pub name: Localized,
    pub place: Place,
    /// Its failing leaves something important blind: a gate, the perimeter, fire protection, a pump
    /// room. Types may rise by it, see [`AlarmType::if_critical`].
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub critical: bool,
    /// It reports at least this often, in seconds, 1 to 86,400; heard of less often it is silent.
    /// Absent: its silence says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_every_s_max: Option<u32>,
    /// The switch, gateway or panel through which it is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<DeviceId>,
    /// What is watched about it, if it is a door or a barrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<DoorSettings>,
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// 门禁点
    Door,
    /// 摄像机
    Camera,
    /// 探测器
    Detector,
    /// 报警主机
    Panel,
    /// 消防主机
    FirePanel,
    /// 道闸
    Barrier,
    /// 手报
    ManualCallPoint,
    /// 紧急按钮
    PanicButton,
    /// 求助柱
    HelpPoint,
    /// 电梯
    Lift,
    /// 交换机、网关
    Network,
}

/// Where something is, in the words that a guard is sent with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The building, if inside or at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<BuildingId>,
    /// The floor's printed label. Never guessed from a satellite position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Text<12>>,
    /// A spot without a building, or within it: `东门`, `B1 走道`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Localized>,
    /// On the map.
    pub at: LonLat,
}

/// A member of the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: PersonId,
    pub name: Localized,
    /// What they may do.
    pub role: Role,
    /// Radio call sign, shown larger than the name. Nobody else of the estate has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sign: Option<CallSign>,
    /// The phone whose positions are theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneId>,
}

/// What somebody works as: [`crate::access`] says what they may do by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 安保员
    Guard,
    /// 工程值班
    Engineer,
    /// 值班员
    Operator,
    /// 班长
    ShiftLeader,
    /// 值班主管
    DutyManager,
    /// 项目经理
    ProjectManager,
}

impl Role {
    /// Every role, in the order in which lists of people show them.
    pub const ALL: [Self; 6] = [
        Self::Guard,
        Self::Engineer,
        Self::Operator,
        Self::ShiftLeader,
        Self::DutyManager,
        Self::ProjectManager,
    ];

    /// Its place in [`Self::ALL`]. It says nothing about rights.
    pub fn place(self) -> usize {
        let mut all = Self::ALL.into_iter();
        all.position(|role| role == self).unwrap_or_default()
    }
}
