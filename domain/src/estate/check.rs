//! What an estate document must hold true before anything is built on it.

use super::alarm_type::AlarmType;
use super::calendar::{Calendar, CalendarError};
use super::document::{DeviceKind, Estate, Place};
use crate::geo::{Anchor, LonLat, SITE_RADIUS_M_MAX};
use crate::ids::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// Bytes of a document at most.
const ESTATE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Entries of one list at most (buildings, devices, people, …).
const LIST_MAX: usize = 20_000;
/// Devices between one and the network's root at most.
pub(super) const UPSTREAM_STEPS_MAX: usize = 16;
/// Points of one outline or course at most.
const POINTS_MAX: usize = 2_000;

/// Why a document is not an estate. Every message names the place and what to do.
#[derive(Debug, thiserror::Error)]
pub enum EstateError {
    /// More than [`ESTATE_BYTES_MAX`] bytes.
    #[error("the estate document has {0} bytes; at most {ESTATE_BYTES_MAX} are allowed")]
    TooLarge(usize),
    /// Not JSON of the right shape.
    #[error("the estate document cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// A list longer than its limit.
    #[error("{list} has {length} entries; at most {LIST_MAX} are allowed")]
    TooMany {
        /// Which list.
        list: &'static str,
        /// Its length.
        length: usize,
    },
    /// Two things with one id.
    #[error("{what} {id} is there twice; give each its own id")]
    Twice {
        /// What kind of thing.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// Two people who would answer to one call on the radio.
    #[error(
        "{one} and {other} have the call sign {call_sign}, or ones that sound alike; give each \
         their own"
    )]
    SameCallSign {
        /// Who has it.
        one: PersonId,
        /// Who has it, too.
        other: PersonId,
        /// The call sign of the first.
        call_sign: String,
    },
    /// A reference to something that is not in the document.
    #[error("{from} names {what} {id}, which the estate does not have")]
    Unknown {
        /// Who refers.
        from: String,
        /// To what kind of thing.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// An outline that encloses nothing, or with too many points.
    #[error("{what} has {points} points; {least} to {POINTS_MAX} are needed")]
    Points {
        /// Whose geometry.
        what: String,
        /// How many points it has.
        points: usize,
        /// How many it needs.
        least: usize,
    },
    /// A point too far from the anchor.
    #[error("{0} lies more than {SITE_RADIUS_M_MAX} m from the anchor")]
    TooFar(String),
    /// No calendar can be made.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// An alarm type that leads to one of another family, or down.
    #[error(
        "alarm type {from} names {to}, which is not a higher tier of the same family; give {to} \
         the family and a higher tier"
    )]
    NotHigher {
        /// The type that names another.
        from: String,
        /// The one that it names.
        to: String,
    },
    /// An alarm type that is one of another family at times.
    #[error(
        "alarm type {from} is {to} at times, which is of another family: what began as one would not          end as the other; give both the same family"
    )]
    OtherFamily {
        /// The type that names another.
        from: String,
        /// The one that it names.
        to: String,
    },
    /// Types of one row whose verdicts would need a basis or not, by what was reported last.
    #[error(
        "alarm types {one} and {other} are of one family, and only one of them has `verify`; give \
         it to both or to neither"
    )]
    VerifiedByHalf {
        /// A type of the family.
        one: String,
        /// One that is answered otherwise.
        other: String,
    },
    /// A device that is reached through itself.
    #[error("device {0} is reached through itself; an upstream leads to the network's root")]
    Circle(String),
    /// Something else than a door or a barrier that is to be opened.
    #[error(
        "device {0} is neither door nor barrier, so `remote_release` is not for it; leave it out"
    )]
    NothingToRelease(String),
    /// A number outside its range.
    #[error("{what} is {value}; it must be {range}")]
    Range {
        /// Which number.
        what: String,
        /// What it is.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
}

impl Estate {
    /// Reads and checks a document.
    pub fn parse(bytes: &[u8]) -> Result<Self, EstateError> {
        if bytes.len() > ESTATE_BYTES_MAX {
            return Err(EstateError::TooLarge(bytes.len()));
        }
        let estate: Self = serde_json::from_slice(bytes)?;
        estate.check()?;
        Ok(estate)
    }

    fn check(&self) -> Result<(), EstateError> {
        for (list, length) in [
            ("grounds", self.grounds.len()),
            ("buildings", self.buildings.len()),
            ("lines", self.lines.len()),
            ("path nodes", self.paths.nodes.len()),
            ("path edges", self.paths.edges.len()),
            ("devices", self.devices.len()),
            ("people", self.people.len()),
            ("alarm types", self.alarm_types.len()),
            ("zones", self.zones.len()),
            ("areas", self.areas.len()),
            ("shifts", self.staffing.shifts.len()),
            ("search keys", self.search_keys.len()),
        ] {
            if length > LIST_MAX {
                return Err(EstateError::TooMany { list, length });
            }
        }
        unique("building", self.buildings.iter().map(|b| &b.id))?;
        unique("device", self.devices.iter().map(|d| &d.id))?;
        unique("person", self.people.iter().map(|p| &p.id))?;
        unique("phone", self.people.iter().filter_map(|p| p.phone.as_ref()))?;
        unique("path node", self.paths.nodes.iter().map(|n| n.id))?;
        unique("alarm type", self.alarm_types.iter().map(|t| &t.id))?;
        unique("zone", self.zones.iter().map(|z| &z.id))?;
        unique("area", self.areas.iter().map(|a| &a.id))?;
        unique("shift at", self.staffing.shifts.iter().map(|s| s.starts_at))?;
        self.check_call_signs()?;
        Calendar::new(self)?;
        self.check_home()?;
        self.check_geometry()?;
        self.check_references()?;
        self.check_watch()?;
        self.check_numbers()?;
        Ok(())
    }

    /// Adds the types that it does not name, and checks what types say of each other.
    pub fn with_alarm_types(mut self, defaults: Vec<AlarmType>) -> Result<Self, EstateError> {
        for kind in defaults {
            if self.alarm_type(&kind.id).is_none() {
                self.alarm_types.push(kind);
            }
        }
        self.check()?;
        self.check_families()?;
        for kind in &self.alarm_types {
            let leads_to = [&kind.at_night, &kind.if_critical];
            let others = leads_to
                .iter()
                .filter_map(|to| self.alarm_type(to.as_ref()?));
            if let Some(to) = others.into_iter().find(|to| to.family() != kind.family()) {
                return Err(EstateError::OtherFamily {
                    from: kind.id.to_string(),
                    to: to.id.to_string(),
                });
            }
            let second = kind.second_source.as_ref();
            let named = leads_to
                .into_iter()
                .flatten()
                .map(|to| (to, false))
                .chain(second.map(|second| (&second.to, true)))
                .chain(
                    second
                        .iter()
                        .flat_map(|s| s.also.iter())
                        .map(|to| (to, false)),
                );
            for (id, rises) in named {
                let to = self.alarm_type(id).ok_or_else(|| EstateError::Unknown {
                    from: format!("alarm type {}", kind.id),
                    what: "alarm type",
                    id: id.to_string(),
                })?;
                if rises && (to.family() != kind.family() || to.tier <= kind.tier) {
                    return Err(EstateError::NotHigher {
                        from: kind.id.to_string(),
                        to: id.to_string(),
                    });
                }
            }
        }
        Ok(self)
    }

    fn check_watch(&self) -> Result<(), EstateError> {
        let unknown = |from: String, what, id: &dyn Display| EstateError::Unknown {
            from,
            what,
            id: id.to_string(),
        };
        let devices: BTreeSet<_> = self.devices.iter().map(|d| &d.id).collect();
        let zones: BTreeSet<_> = self.zones.iter().map(|z| &z.id).collect();
        let people: BTreeSet<_> = self.people.iter().map(|p| &p.id).collect();
        for zone in &self.zones {
            let from = || format!("zone {}", zone.id);
            if let Some(id) = zone.devices.iter().find(|id| !devices.contains(id)) {
                return Err(unknown(from(), "device", id));
            }
            if let Some(id) = zone.adjacent.iter().find(|id| !zones.contains(id)) {
                return Err(unknown(from(), "zone", id));
            }
        }
        for area in &self.areas {
            let from = || format!("area {}", area.id);
            if let Some(id) = area.people.iter().find(|id| !people.contains(id)) {
                return Err(unknown(from(), "person", id));
            }
        }
        let upstream: BTreeMap<_, _> = self
            .devices
            .iter()
            .filter_map(|d| Some((&d.id, d.upstream.as_ref()?)))
            .collect();
        for (device, first) in &upstream {
            if !devices.contains(first) {
                return Err(unknown(format!("device {device}"), "device", first));
            }
            let mut at = Some(first);
            for _ in 0..=UPSTREAM_STEPS_MAX {
                at = at.and_then(|id| upstream.get(*id));
            }
            if at.is_some() {
                return Err(EstateError::Circle(device.to_string()));
            }
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), EstateError> {
        let seconds = |what: String, value: Option<u32>, least: u32, most: u32, range| match value {
            Some(s) if !(least..=most).contains(&s) => Err(EstateError::Range {
                what,
                value: f64::from(s),
                range,
            }),
            _ => Ok(()),
        };
        for kind in &self.alarm_types {
            let of = |what: &str| format!("{what} of alarm type {}", kind.id);
            seconds(of("claim_s_max"), kind.claim_s_max, 1, 43_200, "1 to 43200")?;
            let active = kind.active_s_max;
            seconds(of("active_s_max"), active, 1, 86_400, "1 to 86400")?;
            let dispatch = kind.dispatch_s_max;
            seconds(of("dispatch_s_max"), dispatch, 1, 43_200, "1 to 43200")?;
            let within = kind.second_source.as_ref().map(|s| s.within_s);
            seconds(of("second_source.within_s"), within, 1, 600, "1 to 600")?;
            let guards = Some(u32::from(kind.dispatch_guards));
            seconds(of("dispatch_guards"), guards, 1, 9, "1 to 9")?;
        }
        for device in &self.devices {
            let of = |what: &str| format!("{what} of device {}", device.id);
            let every = device.report_every_s_max;
            seconds(of("report_every_s_max"), every, 1, 86_400, "1 to 86400")?;
            let held = device.door.map(|door| door.held_open_s_max);
            seconds(of("held_open_s_max"), held, 1, 43_200, "1 to 43200")?;
            let opens = matches!(device.kind, DeviceKind::Door | DeviceKind::Barrier);
            if !opens && device.door.is_some_and(|door| door.remote_release) {
                return Err(EstateError::NothingToRelease(device.id.to_string()));
            }
        }
        let every = self.staffing.position_every_s_max;
        seconds("position_every_s_max".into(), every, 5, 3_600, "5 to 3600")
    }

    fn check_home(&self) -> Result<(), EstateError> {
        let home = &self.home;
        in_range("home.zoom".into(), home.zoom, 10.0, 22.0, "10 to 22")?;
        in_range(
            "home.pitch_deg".into(),
            home.pitch_deg,
            0.0,
            60.0,
            "0 to 60",
        )?;
        in_range(
            "home.bearing_deg".into(),
            home.bearing_deg,
            -180.0,
            180.0,
            "-180 to 180",
        )
    }

    fn check_geometry(&self) -> Result<(), EstateError> {
        let anchor = Anchor::new(self.anchor);
        near(anchor, "home.centre", &[self.home.centre])?;
        for (index, ground) in self.grounds.iter().enumerate() {
            shape(anchor, &format!("ground {index}"), &ground.outline, 3)?;
        }
        for building in &self.buildings {
            let what = format!("building {}", building.id);
            shape(anchor, &what, &building.outline, 3)?;
            in_range(
                format!("height_m of {what}"),
                building.height_m,
                0.0,
                1_000.0,
                "0 to 1000",
            )?;
            unique("floor", building.floors.iter().map(|f| &f.label))?;
        }
        for (index, line) in self.lines.iter().enumerate() {
            shape(anchor, &format!("line {index}"), &line.course, 2)?;
        }
        for node in &self.paths.nodes {
            near(anchor, &format!("path node {}", node.id), &[node.at])?;
        }
        for edge in &self.paths.edges {
            let what = format!("path {} to {}", edge.from, edge.to);
            shape(anchor, &what, &edge.via, 0)?;
            in_range(
                format!("width_m of {what}"),
                edge.width_m,
                0.1,
                50.0,
                "0.1 to 50",
            )?;
        }
        for area in &self.areas {
            shape(anchor, &format!("area {}", area.id), &area.outline, 3)?;
        }
        for device in &self.devices {
            near(anchor, &format!("device {}", device.id), &[device.place.at])?;
        }
        Ok(())
    }

    fn check_references(&self) -> Result<(), EstateError> {
        let nodes: BTreeSet<u32> = self.paths.nodes.iter().map(|n| n.id).collect();
        for edge in &self.paths.edges {
            for end in [edge.from, edge.to] {
                if !nodes.contains(&end) {
                    return Err(EstateError::Unknown {
                        from: format!("path {} to {}", edge.from, edge.to),
                        what: "path node",
                        id: end.to_string(),
                    });
                }
            }
        }
        for device in &self.devices {
            self.check_place(&format!("device {}", device.id), &device.place)?;
        }
        Ok(())
    }

    fn check_place(&self, from: &str, place: &Place) -> Result<(), EstateError> {
        let Some(id) = &place.building else {
            return Ok(());
        };
        let unknown = |what, id: &dyn Display| EstateError::Unknown {
            from: from.to_owned(),
            what,
            id: id.to_string(),
        };
        let building = self.building(id).ok_or_else(|| unknown("building", id))?;
        match &place.floor {
            Some(label) if !building.floors.iter().any(|f| f.label == *label) => {
                Err(unknown("floor", label))
            }
            _ => Ok(()),
        }
    }
}

fn unique<T: Ord + Display>(
    what: &'static str,
    ids: impl Iterator<Item = T>,
) -> Result<(), EstateError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        let text = id.to_string();
        if !seen.insert(id) {
            return Err(EstateError::Twice { what, id: text });
        }
    }
    Ok(())
}

fn shape(anchor: Anchor, what: &str, points: &[LonLat], least: usize) -> Result<(), EstateError> {
    if !(least..=POINTS_MAX).contains(&points.len()) {
        return Err(EstateError::Points {
            what: what.to_owned(),
            points: points.len(),
            least,
        });
    }
    near(anchor, what, points)
}

fn near(anchor: Anchor, what: &str, points: &[LonLat]) -> Result<(), EstateError> {
    if points.iter().all(|at| anchor.offset(*at).is_some()) {
        Ok(())
    } else {
        Err(EstateError::TooFar(what.to_owned()))
    }
}

fn in_range(
    what: String,
    value: f64,
    least: f64,
    most: f64,
    range: &'static str,
) -> Result<(), EstateError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(EstateError::Range { what, value, range })
    }
}
