//! What the alarms of an incident make of it: which of them is the worst, how many people they want, and which
//! of them stands where people are sent.

use crate::alarm::{Alarm, Located};
use crate::geo::distance_m;
use crate::view::Known;
use std::cmp::Reverse;

/// The worst of some alarms: the most urgent one, of these the one that rose highest in its family, of these the
/// first.
pub(crate) fn worst<'a>(rows: impl Iterator<Item = &'a Alarm>) -> Option<&'a Alarm> {
    rows.min_by_key(|row| badness(row))
}

/// Whether one alarm is worse than another one.
pub(crate) fn is_worse(one: &Alarm, other: &Alarm) -> bool {
    badness(one) < badness(other)
}

fn badness(row: &Alarm) -> impl Ord + use<> {
    (row.priority, Reverse(row.tier))
}

/// How many people the type of an alarm wants sent; one, where the estate does not know it any more.
pub(crate) fn guards(known: &Known<'_>, row: &Alarm) -> u8 {
    let kind = known.estate.alarm_type(&row.kind);
    kind.map_or(1, |kind| kind.dispatch_guards)
}

/// The alarm that stands where people are sent: the nearest one, of several the first.
pub(crate) fn nearest<'a>(
    place: &Located,
    rows: impl Iterator<Item = &'a Alarm>,
) -> Option<&'a Alarm> {
    let m = |row: &Alarm| match (row.place.point(), place.point()) {
        (Some(one), Some(other)) => distance_m(one, other),
        _ => f64::INFINITY,
    };
    rows.min_by(|one, other| {
        let is_there = |row: &Alarm| row.place == *place;
        let apart = is_there(other).cmp(&is_there(one));
        apart.then(m(one).total_cmp(&m(other)))
    })
}
