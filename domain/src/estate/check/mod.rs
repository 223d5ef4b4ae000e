//! What an estate document must hold true before anything is built on it. All of it is looked at,
//! so that whoever mends a document sees everything that is wrong with it at once.

mod alarm_types;
mod buildings;
mod faults;
mod geometry;
mod ladders;
mod paths;
mod people;
mod ranges;
mod watch;

pub use faults::{EstateError, EstateFault, FAULTS_NAMED_MAX};

use super::alarm_type::AlarmType;
use super::calendar::Calendar;
use super::document::Estate;
use super::ladder::Ladder;
use super::limits::{ESTATE_BYTES_MAX, LIST_MAX};
use super::place::Place;
use crate::procedure::Procedure;
use faults::Faults;

impl Estate {
    /// Reads and checks a document.
    pub fn parse(bytes: &[u8]) -> Result<Self, EstateError> {
        if bytes.len() > ESTATE_BYTES_MAX {
            return Err(EstateFault::TooLarge(bytes.len()).into());
        }
        let estate: Self = serde_json::from_slice(bytes).map_err(EstateFault::Shape)?;
        let mut faults = Faults::default();
        estate.check(&mut faults);
        faults.into_result()?;
        Ok(estate)
    }

    /// Adds the procedures that it does not name: first of all, since types name them.
    #[must_use]
    pub fn with_procedures(mut self, defaults: Vec<Procedure>) -> Self {
        for procedure in defaults {
            if self.procedure(procedure.id()).is_none() {
                self.procedures.push(procedure);
            }
        }
        self
    }

    /// Adds the types that it does not name, and checks what types say of each other
    /// and of procedures.
    pub fn with_alarm_types(mut self, defaults: Vec<AlarmType>) -> Result<Self, EstateError> {
        let mut faults = Faults::default();
        // Of its own types alone: a default may want what nobody here can.
        self.check_skills(&mut faults);
        for kind in defaults {
            if self.alarm_type(&kind.id).is_none() {
                self.alarm_types.push(kind);
            }
        }
        self.check(&mut faults);
        self.check_families(&mut faults);
        self.check_leads(&mut faults);
        faults.into_result()?;
        Ok(self)
    }

    /// Adds the ladders that it does not name, and checks what they and the alarm types say of each
    /// other. After [`Self::with_alarm_types`], because all types count.
    pub fn with_ladders(mut self, defaults: Vec<Ladder>) -> Result<Self, EstateError> {
        for ladder in defaults {
            if self.ladder(&ladder.id).is_none() {
                self.ladders.push(ladder);
            }
        }
        let mut faults = Faults::default();
        self.check_ladders(&mut faults);
        faults.into_result()?;
        Ok(self)
    }

    fn check(&self, faults: &mut Faults) {
        self.check_lengths(faults);
        faults.unique("building", self.buildings.iter().map(|b| &b.id));
        faults.unique("device", self.devices.iter().map(|d| &d.id));
        faults.unique("person", self.people.iter().map(|p| &p.id));
        let phones = self.people.iter().filter_map(|p| p.phone.as_ref());
        faults.unique("phone", phones);
        faults.unique("post", self.posts.iter().map(|p| &p.id));
        faults.unique("path node", self.paths.nodes.iter().map(|n| n.id));
        faults.unique("procedure", self.procedures.iter().map(Procedure::id));
        faults.unique("alarm type", self.alarm_types.iter().map(|t| &t.id));
        faults.unique("zone", self.zones.iter().map(|z| &z.id));
        faults.unique("area", self.areas.iter().map(|a| &a.id));
        let shifts = self.staffing.shifts.iter().map(|s| s.starts_at);
        faults.unique("shift at", shifts);
        self.check_call_signs(faults);
        self.check_deputies(faults);
        self.check_posts(faults);
        if let Err(error) = Calendar::new(self) {
            faults.add(error.into());
        }
        self.check_geometry(faults);
        self.check_buildings(faults);
        self.check_paths(faults);
        for device in &self.devices {
            self.check_place(faults, &format!("device {}", device.id), &device.place);
        }
        self.check_watch(faults);
        self.check_numbers(faults);
    }

    fn check_lengths(&self, faults: &mut Faults) {
        let rooms = self.buildings.iter().flat_map(|building| {
            let units = building.units.iter();
            units.flat_map(|unit| building.rooms(unit))
        });
        for (list, length) in [
            ("grounds", self.grounds.len()),
            ("buildings", self.buildings.len()),
            ("rooms", rooms.count()),
            ("lines", self.lines.len()),
            ("path nodes", self.paths.nodes.len()),
            ("path edges", self.paths.edges.len()),
            ("devices", self.devices.len()),
            ("people", self.people.len()),
            ("posts", self.posts.len()),
            ("alarm types", self.alarm_types.len()),
            ("procedures", self.procedures.len()),
            ("ladders", self.ladders.len()),
            ("zones", self.zones.len()),
            ("areas", self.areas.len()),
            ("shifts", self.staffing.shifts.len()),
            ("search keys", self.search_keys.len()),
        ] {
            if length > LIST_MAX {
                faults.add(EstateFault::TooMany { list, length });
            }
        }
    }

    fn check_place(&self, faults: &mut Faults, from: &str, place: &Place) {
        let Some(id) = &place.building else {
            return;
        };
        let Some(building) = self.building(id) else {
            return faults.unknown(from, "building", id);
        };
        let floor = place.floor.as_ref();
        if let Some(label) = floor.filter(|label| building.floor(label).is_none()) {
            faults.unknown(from, "floor", label);
        }
    }
}
