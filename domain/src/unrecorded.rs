//! Reports that reached the server while nothing could be recorded.
//!
//! They are no facts and no alarms: nobody can claim them, no deadline runs, and their senders were
//! not answered, so that they come again. They are shown because a fire does not wait for a disk.

use crate::estate::{Place, Priority};
use crate::ids::{AlarmTypeId, DeviceId};
use crate::observation::ReportedState;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Notices shown at once; beyond it the least urgent, and among these the oldest, give way, and
/// are counted.
pub const UNRECORDED_MAX: usize = 200;

/// What one device reported of one kind while nothing could be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnrecordedNotice {
    /// Which device.
    pub device: DeviceId,
    /// What kind of alarm it means.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// How urgent it would be.
    pub priority: Priority,
    /// Where the device is.
    pub place: Place,
    /// What it said last.
    pub state: ReportedState,
    /// When it said so first.
    pub first_received_at: Timestamp,
    /// When it said so last.
    pub received_at: Timestamp,
    /// How often.
    pub count: u32,
}

/// The notices of one outage, most urgent first and then newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Unrecorded {
    /// What is shown.
    pub notices: Vec<UnrecordedNotice>,
    /// Notices that gave way to others.
    pub left_out: u32,
}

impl Unrecorded {
    /// Takes a report, as a new notice or into the one of the same device and kind.
    pub fn note(&mut self, mut notice: UnrecordedNotice) {
        let known = self
            .notices
            .iter()
            .position(|known| known.device == notice.device && known.kind == notice.kind);
        if let Some(index) = known {
            let known = self.notices.remove(index);
            notice.first_received_at = known.first_received_at;
            notice.count = known.count.saturating_add(notice.count);
        }
        let key =
            |notice: &UnrecordedNotice| (notice.priority, std::cmp::Reverse(notice.received_at));
        let at = self
            .notices
            .partition_point(|other| key(other) <= key(&notice));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::LonLat;

    fn notice(device: &str, priority: Priority, second: i64) -> UnrecordedNotice {
        UnrecordedNotice {
            device: DeviceId::new(device).unwrap(),
            kind: AlarmTypeId::new("smoke_single").unwrap(),
            priority,
            place: Place {
                building: None,
                floor: None,
                spot: None,
                at: LonLat::new(120.1, 30.2).unwrap(),
            },
            state: ReportedState::Active,
            first_received_at: Timestamp::from_secs(second),
            received_at: Timestamp::from_secs(second),
            count: 1,
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
            .map(|notice| (notice.device.as_str(), notice.count))
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
        assert_eq!(list.notices[0].device.as_str(), "fire");
        assert_eq!(list.left_out, 6);
    }
}
