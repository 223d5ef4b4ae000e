//! Reports and calls that reached the server while nothing could be recorded.
//!
//! They are no facts and no alarms: nobody can claim them, no deadline runs, and their senders were
//! not answered, so that they come again. They are shown because neither a fire nor somebody who
//! calls for help waits for a disk.

use crate::alarm::{Located, Source};
use crate::audience::Audience;
use crate::estate::{Device, Priority};
use crate::ids::{AlarmTypeId, DeviceId, PersonId};
use crate::memory::LastPlace;
use crate::observation::{Call, DoorChange, DoorReport, Observation, ReportedState};
use crate::rules::{door_forced, sos};
use crate::site::Context;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Notices shown at once; beyond it the least urgent, and among these the oldest, give way, and
/// are counted.
pub const UNRECORDED_MAX: usize = 200;

/// What one device or person reported of one kind while nothing could be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnrecordedNotice {
    /// Which device, or who calls for help.
    pub source: Source,
    /// What kind of alarm it means.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// How urgent it would be.
    pub priority: Priority,
    /// Where the device is, or where the phone says or last said that it was.
    pub place: Located,
    /// What it said last.
    pub state: ReportedState,
    /// When it said so first.
    pub first_received_at: Timestamp,
    /// When it said so last.
    pub received_at: Timestamp,
    pub count: u32,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// The notices of one outage, most urgent first; among equals what is no drill, then people who call
/// for help, then the newest.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Unrecorded {
    /// What is shown.
    pub notices: Vec<UnrecordedNotice>,
    /// Notices that gave way to others.
    pub left_out: u32,
}

impl Unrecorded {
    /// As an audience may see it: nothing before visitors.
    #[must_use]
    pub fn seen_by(&self, audience: &Audience) -> Self {
        let Self { notices, left_out } = self;
        if !audience.sees_persons() {
            return Self::default();
        }
        let notices = notices
            .iter()
            .filter(|notice| audience.sees_duress() || !notice.kind.is_duress());
        Self {
            notices: notices.cloned().collect(),
            left_out: *left_out,
        }
    }

    /// Takes a report, as a new notice or into the one of the same source and kind.
    pub fn note(&mut self, mut notice: UnrecordedNotice) {
        let known = self
            .notices
            .iter()
            .position(|known| known.matter() == notice.matter());
        if let Some(index) = known {
            let known = self.notices.remove(index);
            notice.first_received_at = known.first_received_at;
            notice.count = known.count.saturating_add(notice.count);
        }
        let at = self
            .notices
            .partition_point(|other| other.rank() <= notice.rank());
        self.notices.insert(at, notice);
        if self.notices.len() > UNRECORDED_MAX {
            self.notices.pop();
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.notices.is_empty()
    }
}

impl UnrecordedNotice {
    fn matter(&self) -> (&Source, &AlarmTypeId, bool) {
        (&self.source, &self.kind, self.drill)
    }

    fn rank(&self) -> (Priority, bool, bool, Reverse<Timestamp>) {
        let is_thing = self.source.person().is_none();
        let newest = Reverse(self.received_at);
        (self.priority, self.drill, is_thing, newest)
    }
}

/// What is remembered of doors through an outage: what their controllers say is not on record, and
/// without it every door that somebody was let through would seem forced. Doors of the estate only.
#[derive(Debug, Default)]
pub struct UnrecordedDoors {
    doors: BTreeMap<DeviceId, UnrecordedDoor>,
}

#[derive(Debug, Default)]
struct UnrecordedDoor {
    granted_until: Option<Timestamp>,
    is_open: bool,
}

/// What of an observation is shown though it is not recorded, if anything: what began, not what
/// ended. `last_place` tells where a person was last.
pub fn notice(
    context: &Context<'_>,
    doors: &mut UnrecordedDoors,
    last_place: impl FnOnce(&PersonId) -> Option<LastPlace>,
    observation: &Observation,
) -> Option<UnrecordedNotice> {
    let estate = context.estate;
    match observation {
        Observation::PhoneFix(_) | Observation::Heard { .. } | Observation::PhoneHeard { .. } => {
            None
        }
        Observation::Report(report) => {
            if report.state == ReportedState::Cleared {
                return None;
            }
            let device = estate.device(&report.device)?;
            let what = (&report.kind, report.state, report.drill);
            of_device(context, device, what, report.received_at)
        }
        Observation::Door(report) => {
            let device = estate.device(&report.device)?;
            if !doors.is_forced(context, device, report) {
                return None;
            }
            let kind = AlarmTypeId::new(door_forced::TYPE).ok()?;
            let what = (&kind, ReportedState::Active, report.drill);
            of_device(context, device, what, report.received_at)
        }
        Observation::Call(call) => of_person(context, last_place, call),
    }
}

fn of_device(
    context: &Context<'_>,
    device: &Device,
    (kind, state, drill): (&AlarmTypeId, ReportedState, bool),
    received_at: Timestamp,
) -> Option<UnrecordedNotice> {
    Some(UnrecordedNotice {
        source: Source::Device(device.id.clone()),
        kind: kind.clone(),
        priority: context.estate.alarm_type(kind)?.priority,
        place: Located::Fixed(device.place.clone()),
        state,
        first_received_at: received_at,
        received_at,
        count: 1,
        drill,
    })
}

/// A phone that is nobody's is refused, recording or not.
fn of_person(
    context: &Context<'_>,
    last_place: impl FnOnce(&PersonId) -> Option<LastPlace>,
    call: &Call,
) -> Option<UnrecordedNotice> {
    let person = context.person_of_phone(&call.phone)?;
    let kind = AlarmTypeId::new(sos::type_of(call.kind)).ok()?;
    let (place, _) = sos::located(context.estate, call, last_place(person));
    Some(UnrecordedNotice {
        source: Source::Person(person.clone()),
        priority: context.estate.alarm_type(&kind)?.priority,
        kind,
        place,
        state: ReportedState::Momentary,
        first_received_at: call.received_at,
        received_at: call.received_at,
        count: 1,
        drill: call.drill,
    })
}

impl UnrecordedDoors {
    /// Whether a door's report says that it was forced. What it says else is remembered.
    fn is_forced(&mut self, context: &Context<'_>, device: &Device, report: &DoorReport) -> bool {
        let Some(settings) = device.door else {
            return false;
        };
        let forced = door_forced::would_be(context, &device.id, settings);
        if report.drill {
            return report.what == DoorChange::Opened && forced;
        }
        let door = self.doors.entry(device.id.clone()).or_default();
        match report.what {
            DoorChange::Granted => {
                door.granted_until = Some(context.now + crate::door::GRANTED_FOR);
                false
            }
            DoorChange::Closed => {
                door.is_open = false;
                false
            }
            DoorChange::Retained { open } => {
                door.is_open = open;
                false
            }
            DoorChange::Opened => {
                let was_open = std::mem::replace(&mut door.is_open, true);
                let granted = door.granted_until.is_some_and(|until| context.now <= until);
                // Without a controller that tells of grants there is nothing to be let off by.
                forced && !was_open && !(granted && settings.reports_grants)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(device: &str, priority: Priority, second: i64) -> UnrecordedNotice {
        UnrecordedNotice {
            source: Source::Device(DeviceId::new(device).unwrap()),
            kind: AlarmTypeId::new("smoke_single").unwrap(),
            priority,
            place: Located::Unknown,
            state: ReportedState::Active,
            first_received_at: Timestamp::from_secs(second),
            received_at: Timestamp::from_secs(second),
            count: 1,
            drill: false,
        }
    }

    fn name(notice: &UnrecordedNotice) -> &str {
        match &notice.source {
            Source::Device(id) => id.as_str(),
            Source::Person(id) => id.as_str(),
            Source::Registration(_) | Source::System => "system",
        }
    }

    #[test]
    fn the_same_again_is_counted_in_its_notice_and_moves_up() {
        let mut list = Unrecorded::default();
        list.note(notice("a", Priority::P2, 1));
        list.note(notice("b", Priority::P2, 2));
        list.note(notice("c", Priority::P1, 0));
        list.note(notice("a", Priority::P2, 3));
        let seen: Vec<_> = list
            .notices
            .iter()
            .map(|notice| (name(notice), notice.count))
            .collect();
        assert_eq!(seen, [("c", 1), ("a", 2), ("b", 1)]);
        assert_eq!(list.notices[1].first_received_at, Timestamp::from_secs(1));
    }

    #[test]
    fn a_full_list_keeps_what_is_urgent_and_counts_what_it_left_out() {
        let mut list = Unrecorded::default();
        for n in 0..UNRECORDED_MAX + 5 {
            list.note(notice(&format!("p4-{n}"), Priority::P4, 0));
        }
        list.note(notice("fire", Priority::P1, 0));
        assert_eq!(list.notices.len(), UNRECORDED_MAX);
        assert_eq!(name(&list.notices[0]), "fire");
        assert_eq!(list.left_out, 6);
    }

    #[test]
    fn a_call_for_help_stands_before_other_matters_as_urgent_and_a_drill_behind_them() {
        let mut list = Unrecorded::default();
        let call = UnrecordedNotice {
            source: Source::Person(PersonId::new("guard").unwrap()),
            ..notice("a", Priority::P1, 0)
        };
        let drill = UnrecordedNotice {
            drill: true,
            ..notice("b", Priority::P1, 9)
        };
        list.note(notice("p2", Priority::P2, 9));
        for n in 0..UNRECORDED_MAX {
            list.note(notice(&format!("fire-{n}"), Priority::P1, 5));
            list.note(call.clone());
        }
        list.note(drill.clone());
        assert_eq!(list.notices.len(), UNRECORDED_MAX);
        let calls = u32::try_from(UNRECORDED_MAX).unwrap();
        assert_eq!(
            (name(&list.notices[0]), list.notices[0].count),
            ("guard", calls)
        );
        assert!(list.notices.iter().all(|notice| !notice.drill));
        list.notices.truncate(2);
        list.note(notice("b", Priority::P1, 9));
        list.note(drill);
        let counts: Vec<_> = list.notices.iter().map(|n| (n.drill, n.count)).collect();
        assert_eq!(
            counts,
            [(false, calls), (false, 1), (false, 1), (true, 1)],
            "a drill is not counted into what is none"
        );
    }
}
