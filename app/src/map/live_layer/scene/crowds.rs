//! Alarms at one place: drawn over each other they would be one mark, so they are counted, and the
//! most urgent of them speaks for all.

use super::{AlarmMark, Scene};
use castellan_domain::estate::Priority;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::AlarmId;

/// Alarms no further apart than this are at one place, in the list of them as well.
pub const HERE_M: f64 = 8.0;

/// Alarms that are looked at for it, the most urgent first: it is asked with each frame.
const LOOKED_AT_MAX: usize = 512;

/// Several alarms at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    /// The most urgent of them.
    pub first: AlarmId,
    /// Where that is, in metres east and north of the anchor.
    pub at: (f64, f64),
    /// How urgent it is.
    pub priority: Priority,
    /// How many they are.
    pub count: usize,
}

impl Scene {
    /// The places with more than one alarm, the most urgent place first.
    pub fn crowds(&self) -> Vec<Crowd> {
        let Some(anchor) = self.anchor else {
            return Vec::new();
        };
        let mut crowds: Vec<Crowd> = Vec::new();
        for (id, mark) in self.by_urgency().into_iter().take(LOOKED_AT_MAX) {
            let at = anchor.metres(mark.at);
            match crowds.iter_mut().find(|crowd| near(crowd.at, at)) {
                Some(crowd) => crowd.count += 1,
                None => crowds.push(Crowd {
                    first: id,
                    at,
                    priority: mark.priority,
                    count: 1,
                }),
            }
        }
        crowds.retain(|crowd| crowd.count > 1);
        crowds
    }

    /// The most urgent alarm at the place of another.
    pub(super) fn first_at(&self, anchor: Anchor, alarm: AlarmId) -> AlarmId {
        let Some(mark) = self.alarms.get(&alarm) else {
            return alarm;
        };
        let at = anchor.metres(mark.at);
        let here = self.by_urgency().into_iter();
        let mut here = here.filter(|(_, other)| near(anchor.metres(other.at), at));
        here.next().map_or(alarm, |(id, _)| id)
    }

    /// What nobody has before what somebody has, then by priority and age.
    pub(super) fn by_urgency(&self) -> Vec<(AlarmId, &AlarmMark)> {
        let mut order: Vec<_> = self.alarms.iter().map(|(id, mark)| (*id, mark)).collect();
        order.sort_by_key(|(id, mark)| (mark.claimed || mark.quiet, mark.priority, *id));
        order
    }
}

fn near(a: (f64, f64), b: (f64, f64)) -> bool {
    (a.0 - b.0).hypot(a.1 - b.1) <= HERE_M
}
