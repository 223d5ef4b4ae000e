//! Where an alarm is, as far as that is known.

use crate::estate::Place;
use crate::geo::{LonLat, distance_m};
use crate::ids::BuildingId;
use crate::text::{Localized, Text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Metres by which somebody must have moved to be at another place, or as far as their phone may be
/// mistaken, if that is more. What is nearer is noise, and would fill the record.
pub const MOVED_M_MIN: f64 = 25.0;

/// Where an alarm is. What nobody knows is not made up.
///
/// Written as its place, with `known` where that is from a person; `null` where nobody knows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Option<Written>", into = "Option<Written>")]
pub enum Located {
    /// Where its device stands, by the estate.
    Fixed(Place),
    /// Where its source said that it was.
    Said {
        place: Place,
        /// When.
        as_of: Timestamp,
    },
    /// Its source did not say, or nothing that can be true: there it was known to be last.
    Last {
        place: Place,
        /// When it was heard that it was there.
        as_of: Timestamp,
    },
    /// Nobody knows; or it is about no place, as of Castellan itself.
    #[default]
    Unknown,
}

/// A place as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    building: Option<BuildingId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<Text<12>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spot: Option<Localized>,
    at: LonLat,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<Known>,
}

/// From when a place is, and by whose word.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    Said(Timestamp),
    Last(Timestamp),
}

impl From<Option<Written>> for Located {
    fn from(written: Option<Written>) -> Self {
        let Some(Written {
            building,
            floor,
            spot,
            at,
            known,
        }) = written
        else {
            return Self::Unknown;
        };
        let place = Place {
            building,
            floor,
            spot,
            at,
        };
        match known {
            None => Self::Fixed(place),
            Some(Known::Said(as_of)) => Self::Said { place, as_of },
            Some(Known::Last(as_of)) => Self::Last { place, as_of },
        }
    }
}

impl From<Located> for Option<Written> {
    fn from(located: Located) -> Self {
        let (place, known) = match located {
            Located::Fixed(place) => (place, None),
            Located::Said { place, as_of } => (place, Some(Known::Said(as_of))),
            Located::Last { place, as_of } => (place, Some(Known::Last(as_of))),
            Located::Unknown => return None,
        };
        Some(Written {
            building: place.building,
            floor: place.floor,
            spot: place.spot,
            at: place.at,
            known,
        })
    }
}

impl Located {
    /// Whether no place is known.
    pub const fn is_unknown(&self) -> bool {
        self.place().is_none()
    }

    /// The place, if one is known.
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Fixed(place) | Self::Said { place, .. } | Self::Last { place, .. } => Some(place),
            Self::Unknown => None,
        }
    }

    /// On the map, if a place is known.
    pub fn point(&self) -> Option<LonLat> {
        self.place().map(|place| place.at)
    }

    /// The building, if it is inside or at one.
    pub fn building(&self) -> Option<&BuildingId> {
        self.place()?.building.as_ref()
    }

    /// Whether it is where its device stands, or where its source said that it was.
    pub const fn is_believed(&self) -> bool {
        match self {
            Self::Fixed(_) | Self::Said { .. } => true,
            Self::Last { .. } | Self::Unknown => false,
        }
    }

    /// Since when the place is old, if it is.
    pub const fn old_since(&self) -> Option<Timestamp> {
        match self {
            Self::Last { as_of, .. } => Some(*as_of),
            Self::Fixed(_) | Self::Said { .. } | Self::Unknown => None,
        }
    }

    /// Whether what is known `later` of the same source says more than this: a place where none was
    /// known, the source's own word instead of where it was last, or another place. A place that is
    /// known for longer than this one says nothing.
    pub fn is_news(&self, later: &Self, accuracy_dm: Option<u16>) -> bool {
        let moved = |from: &Place, to: &Place| {
            let unsure_m = accuracy_dm.map_or(0.0, |dm| f64::from(dm) / 10.0);
            distance_m(from.at, to.at) > unsure_m.max(MOVED_M_MIN)
        };
        match (self, later) {
            (_, Self::Unknown) => false,
            // A source is a device or a person and does not become the other.
            (Self::Unknown, Self::Fixed(_) | Self::Said { .. } | Self::Last { .. })
            | (Self::Last { .. }, Self::Said { .. })
            | (Self::Fixed(_), Self::Said { .. } | Self::Last { .. })
            | (Self::Said { .. } | Self::Last { .. }, Self::Fixed(_)) => true,
            (Self::Fixed(from), Self::Fixed(to)) => from != to,
            (Self::Said { place: from, .. }, Self::Said { place: to, .. }) => moved(from, to),
            (
                Self::Said { place: from, as_of } | Self::Last { place: from, as_of },
                Self::Last {
                    place: to,
                    as_of: later,
                },
            ) => later > as_of && moved(from, to),
        }
    }
}
