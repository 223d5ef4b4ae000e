//! The shape of an estate document.

use super::alarm_type::AlarmType;
use super::building::Building;
use super::ladder::Ladder;
use super::paths::Paths;
use super::people::{Person, Post};
use super::place::Place;
use super::search_key::SearchKeys;
use super::watch::{Area, CameraPose, DoorSettings, Staffing, Zone};
use crate::geo::LonLat;
use crate::ids::{DeviceId, SiteId};
use crate::procedure::Procedure;
use crate::text::{Localized, Text};
use serde::{Deserialize, Serialize};

/// A whole estate. [`Estate::parse`] is the only way in from outside; displays read what the server has checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    /// The site that this estate belongs to.
    pub site: SiteId,
    /// What people call it.
    pub name: Localized,
    /// IANA time zone, such as `Asia/Shanghai`; every wall clock on screen is in it.
    pub time_zone: Text<64>,
    /// The telephone number at which whoever was called reaches the control room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Text<32>>,
    /// The datum of every coordinate in this document.
    pub datum: Datum,
    /// Origin of the site's centimetre grid.
    pub anchor: LonLat,
    /// What the map shows when nobody has moved it, where there is neither wall nor house to fill it with.
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
    /// 岗位: where guards stand, and how many each of them wants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<Post>,
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
    /// 处置流程: the procedures of this estate; the defaults are added where it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<Procedure>,
    /// The ladders of this estate; the defaults are added where it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladders: Vec<Ladder>,
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
    /// How it looks, if it is a camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<CameraPose>,
    /// Its picture may hang before visitors: it shows nobody's door or window.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub for_visitors: bool,
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
