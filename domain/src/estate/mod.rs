//! The place: buildings, grounds, paths, doors, detectors, cameras and the people who work there.
//!
//! An estate is one immutable document, named by the hash of its bytes. A site's facts carry only
//! that hash; the document itself is fetched beside them.

mod address;
mod alarm_type;
mod building;
mod calendar;
mod check;
mod document;
mod edge;
pub mod fact;
pub(crate) mod fold;
mod found;
pub mod graph;
mod index;
mod ladder;
mod limits;
mod named;
mod only_view;
mod paths;
mod people;
mod pieces;
mod place;
mod search;
mod search_key;
mod sight;
mod watch;
mod ways;
mod xy;

pub use alarm_type::{AlarmType, Cameras, LiftUse, Near, Opens, Priority, SecondSource, Sound};
pub use building::{Building, Floor, Label, Room, Rooms, Unit};
pub use calendar::{Calendar, CalendarError, Switch};
pub use check::{EstateError, EstateFault, FAULTS_NAMED_MAX};
pub use document::{
    Datum, Device, DeviceKind, Estate, Ground, GroundKind, HomeView, Line, LineKind,
};
pub use fact::EstateFact;
pub use found::Found;
pub use index::{EstateIndex, PERIODS, SILENT_S_MIN};
pub use ladder::{
    Channel, LADDER_STEPS_MAX, LADDER_WAIT_S_MAX, Ladder, LadderPlan, LadderStep, REPEATS_MAX,
    Repeat, TARGETS_MAX, Target,
};
pub use named::point_name;
pub use paths::{OnFloor, Passes, Path, PathKind, PathNode, Paths};
pub use people::{Certificate, CertificateKind, Person, Post, Role, Rung, Skill};
pub use place::Place;
pub use search::TYPED_MAX;
pub use search_key::{READINGS_MAX, SearchKey, SearchKeys};
pub use sight::cone::Cone;
pub use sight::coverage::{CELLS_MAX, Coverage, Stripe, Stripes, WATCHED_PX_PER_M};
pub use sight::{Sight, Sights};
pub use watch::{
    Area, AreaKind, ArmedSpan, CalendarDate, CameraPose, DailySpan, DoorSettings, DutyKept, Shift,
    Staffing, TimeOfDay, Weekday, Zone,
};
pub use ways::{Lifts, OFF_PATH_M_MAX, WALKING_M_PER_S, Way, WayPoint, Ways, WaysTo};

use crate::ids::{AlarmTypeId, BuildingId, DeviceId, LadderId, PersonId, PostId, ProcedureId};
use crate::procedure::Procedure;
use crate::text::Language;
use place::floor_name;

impl Estate {
    /// The building with this id.
    pub fn building(&self, id: &BuildingId) -> Option<&Building> {
        self.buildings.iter().find(|building| building.id == *id)
    }

    /// The device with this id.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == *id)
    }

    /// The person with this id.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == *id)
    }

    /// Whose page it is that is named by this id.
    pub fn person_of_page(&self, id: &str) -> Option<&PersonId> {
        let mut people = self.people.iter().map(|person| &person.id);
        people.find(|person| person.as_str() == id)
    }

    /// The post with this id.
    pub fn post(&self, id: &PostId) -> Option<&Post> {
        self.posts.iter().find(|post| post.id == *id)
    }

    /// Who is called on a rung, in order: those who have it, then who stands in for one of them.
    pub fn on_rung(&self, rung: Rung) -> impl Iterator<Item = &Person> {
        let has_it = move |person: &&Person| person.rungs.contains(&rung);
        let people = || self.people.iter().filter(has_it);
        let first = people().filter(|person| person.deputy_of.is_none());
        first.chain(people().filter(|person| person.deputy_of.is_some()))
    }

    /// The alarm type with this id.
    pub fn alarm_type(&self, id: &AlarmTypeId) -> Option<&AlarmType> {
        self.alarm_types.iter().find(|kind| kind.id == *id)
    }

    /// The procedure with this id.
    pub fn procedure(&self, id: &ProcedureId) -> Option<&Procedure> {
        self.procedures
            .iter()
            .find(|procedure| procedure.id() == id)
    }

    /// What is done about alarms of this type.
    pub fn procedure_of(&self, kind: &AlarmTypeId) -> Option<&Procedure> {
        self.procedure(self.alarm_type(kind)?.procedure.as_ref()?)
    }

    /// The ladder with this id.
    pub fn ladder(&self, id: &LadderId) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.id == *id)
    }

    /// Whether a false verdict about this family says how it was established.
    pub fn verifies(&self, family: &AlarmTypeId) -> bool {
        let mut kinds = self.alarm_types.iter();
        kinds.any(|kind| kind.verify && kind.family() == family)
    }

    /// A place in words: `3号楼 B1层 走道`, `Building 3 B1 corridor`.
    pub fn place_name(&self, place: &Place, language: Language) -> String {
        let mut words = Vec::with_capacity(3);
        if let Some(building) = place.building.as_ref().and_then(|id| self.building(id)) {
            words.push(building.name.get(language).to_owned());
        }
        if let Some(floor) = &place.floor {
            words.push(floor_name(floor.as_str(), language));
        }
        if let Some(spot) = &place.spot {
            words.push(spot.get(language).to_owned());
        }
        words.join(" ")
    }
}
