//! Alarms at one place: drawn over each other they would be one mark, so they are counted, and the
//! most urgent of them that nobody has speaks for all.

use super::{AlarmMark, Scene};
use castellan_domain::estate::{Place, Priority};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId};

/// Alarms no further apart than this are at one place, in the list of them as well.
pub const HERE_M: f64 = 8.0;

/// Alarms that are looked at for it, the most urgent first.
const LOOKED_AT_MAX: usize = 512;

/// A place with alarms that are not over.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmPlace {
    /// The most urgent of them, before all others one that nobody has.
    pub first: AlarmId,
    /// Where that is, in metres east and north of the anchor.
    pub at: (f64, f64),
    /// The same in words.
    pub place: Place,
    /// How urgent it is.
    pub priority: Priority,
    /// 演练
    pub drill: bool,
    /// What it is.
    pub family: AlarmTypeId,
    /// What reported it, if that is a device.
    pub device: Option<DeviceId>,
    /// Who has it.
    pub owner: Option<PersonId>,
    /// How many of them nobody has or has seen.
    pub unowned: usize,
    /// How many they are.
    pub count: usize,
    /// The others, in the order of their urgency.
    others: Vec<AlarmId>,
}

impl AlarmPlace {
    /// Of one alarm.
    pub fn new(
        first: AlarmId,
        at: (f64, f64),
        place: Place,
        (priority, family): (Priority, AlarmTypeId),
        device: Option<DeviceId>,
        unowned: usize,
    ) -> Self {
        Self {
            first,
            at,
            place,
            priority,
            drill: false,
            family,
            device,
            owner: None,
            unowned,
            count: 1,
            others: Vec::new(),
        }
    }

    /// All of them, the first before the others.
    pub fn alarms(&self) -> impl Iterator<Item = AlarmId> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Whether an alarm is one of them.
    pub fn has(&self, alarm: AlarmId) -> bool {
        self.first == alarm || self.others.contains(&alarm)
    }
}

impl Scene {
    /// The places with alarms that are not judged and not shelved, the most urgent first.
    pub fn places(&self) -> Vec<AlarmPlace> {
        let Some(anchor) = self.anchor else {
            return Vec::new();
        };
        let mut places: Vec<AlarmPlace> = Vec::new();
        let loud = self.by_urgency().into_iter().filter(|(_, m)| !m.quiet);
        for (id, mark) in loud.take(LOOKED_AT_MAX) {
            let at = anchor.metres(mark.place.at);
            let is_here =
                |known: &&mut AlarmPlace| is_one_place((&known.place, known.at), (&mark.place, at));
            if let Some(known) = places.iter_mut().find(is_here) {
                known.count += 1;
                known.unowned += usize::from(!mark.claimed);
                known.others.push(id);
                continue;
            }
            let what = (mark.priority, mark.family.clone());
            let unowned = usize::from(!mark.claimed);
            places.push(AlarmPlace {
                drill: mark.drill,
                owner: mark.owner.clone(),
                ..AlarmPlace::new(
                    id,
                    at,
                    mark.place.clone(),
                    what,
                    mark.device.clone(),
                    unowned,
                )
            });
        }
        places
    }

    /// The most urgent alarm at the place of another.
    pub(super) fn first_at(&self, anchor: Anchor, alarm: AlarmId) -> AlarmId {
        let Some(mark) = self.alarms.get(&alarm) else {
            return alarm;
        };
        let at = anchor.metres(mark.place.at);
        let here = self.by_urgency().into_iter();
        let mut here = here.filter(|(_, other)| near(anchor.metres(other.place.at), at));
        here.next().map_or(alarm, |(id, _)| id)
    }

    /// What nobody has before what somebody has, then by priority and age.
    pub(super) fn by_urgency(&self) -> Vec<(AlarmId, &AlarmMark)> {
        let mut order: Vec<_> = self.alarms.iter().map(|(id, mark)| (*id, mark)).collect();
        order.sort_by_key(|(id, mark)| (mark.claimed || mark.quiet, mark.priority, *id));
        order
    }
}

/// A floor is one place, and a building where no floor is said; out of doors what is near is.
fn is_one_place((a, a_at): (&Place, (f64, f64)), (b, b_at): (&Place, (f64, f64))) -> bool {
    match (&a.building, &b.building) {
        (Some(one), Some(other)) => one == other && a.floor == b.floor,
        _ => near(a_at, b_at),
    }
}

fn near(a: (f64, f64), b: (f64, f64)) -> bool {
    (a.0 - b.0).hypot(a.1 - b.1) <= HERE_M
}
