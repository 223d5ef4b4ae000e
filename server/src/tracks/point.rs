//! A position as it is stored: whole numbers only.

use castellan_domain::fix_order::counts_instead;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use castellan_domain::time::Timestamp;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// One position of a person whom the place of storage names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// Microseconds since 1970, and the key by which a resend is known again.
    pub(super) occurred_at: i64,
    /// Microseconds since 1970.
    pub(super) received_at: i64,
    /// Ten-millionths of a degree, about a centimetre.
    pub(super) lon_e7: i32,
    /// Ten-millionths of a degree.
    pub(super) lat_e7: i32,
    pub(super) accuracy_dm: Option<u16>,
    pub(super) battery_percent: Option<u8>,
}

impl Point {
    pub(super) fn of(fix: &Fix) -> Self {
        Self {
            occurred_at: fix.occurred_at.as_micros(),
            received_at: fix.received_at.as_micros(),
            lon_e7: to_e7(fix.at.lon()),
            lat_e7: to_e7(fix.at.lat()),
            accuracy_dm: fix.accuracy_dm,
            battery_percent: fix.battery_percent,
        }
    }

    /// Whether this one, which came later, counts instead of one of the same person and moment.
    pub(super) fn counts_instead_of(&self, held: &Self) -> bool {
        let known = |point: &Self| (point.accuracy_dm, (point.lon_e7, point.lat_e7));
        counts_instead(known(self), known(held))
    }

    /// Nothing if it lies outside the map, which only a damaged row does.
    pub(super) fn fix(&self, person: &PersonId) -> Option<Fix> {
        Some(Fix {
            person: person.clone(),
            occurred_at: Timestamp::from_micros(self.occurred_at),
            received_at: Timestamp::from_micros(self.received_at),
            at: LonLat::new(from_e7(self.lon_e7), from_e7(self.lat_e7)).ok()?,
            accuracy_dm: self.accuracy_dm,
            battery_percent: self.battery_percent,
        })
    }
}

/// Adds points that came after those held: of two of one moment one is kept. Says whether anything
/// changed.
pub(super) fn add(held: &mut BTreeMap<i64, Point>, later: impl IntoIterator<Item = Point>) -> bool {
    let mut changed = false;
    for point in later {
        match held.entry(point.occurred_at) {
            Entry::Vacant(entry) => drop(entry.insert(point)),
            Entry::Occupied(mut entry) if point.counts_instead_of(entry.get()) => {
                entry.insert(point);
            }
            Entry::Occupied(_) => continue,
        }
        changed = true;
    }
    changed
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a checked coordinate is at most 1.8e9 here"
)]
fn to_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

fn from_e7(stored: i32) -> f64 {
    f64::from(stored) / 1e7
}
