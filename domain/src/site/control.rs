//! What only the server needs in order to decide. Follows the view, fact by fact.

use super::view::{Touched, View};
use crate::alarm::Alarm;
use crate::fact::{Fact, FactBody};
use crate::ids::{AlarmId, AlarmTypeId, DeviceId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Counters, running deadlines and the rows that repeats go to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Control {
    last_alarm: u32,
    /// Alarms that are not closed, by who reported what.
    #[serde(with = "super::pairs")]
    open: BTreeMap<(DeviceId, AlarmTypeId), AlarmId>,
    /// Running claim deadlines, next one first.
    claims_due: BTreeSet<(Timestamp, AlarmId)>,
}

impl Control {
    /// The number of the next alarm.
    pub fn next_alarm(&self) -> AlarmId {
        AlarmId(self.last_alarm.saturating_add(1))
    }

    /// The open alarm into which a repeat goes.
    pub fn open_alarm(&self, device: &DeviceId, kind: &AlarmTypeId) -> Option<AlarmId> {
        self.open.get(&(device.clone(), kind.clone())).copied()
    }

    /// How many alarms are open.
    pub fn open_alarms(&self) -> usize {
        self.open.len()
    }

    /// The next claim deadline.
    pub fn next_claim_due_at(&self) -> Option<Timestamp> {
        self.claims_due.first().map(|(due_at, _)| *due_at)
    }

    /// Alarms whose claim deadline has passed, longest overdue first.
    pub fn claims_due(&self, now: Timestamp) -> impl Iterator<Item = AlarmId> + '_ {
        self.claims_due
            .iter()
            .take_while(move |(due_at, _)| *due_at <= now)
            .map(|(_, id)| *id)
    }

    pub(super) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        if let FactBody::AlarmRaised(body) = &fact.body {
            self.last_alarm = self.last_alarm.max(body.alarm.0);
        }
        for change in &touched.alarms {
            if let Some(before) = &change.before {
                self.forget(before);
            }
            if let Some(alarm) = view.alarms.get(&change.id) {
                self.watch(alarm);
            }
        }
    }

    fn forget(&mut self, alarm: &Alarm) {
        let key = (alarm.device.clone(), alarm.kind.clone());
        if self.open.get(&key) == Some(&alarm.id) {
            self.open.remove(&key);
        }
        if let Some(due_at) = alarm.claim_due_at() {
            self.claims_due.remove(&(due_at, alarm.id));
        }
    }

    fn watch(&mut self, alarm: &Alarm) {
        if !alarm.is_closed() {
            let key = (alarm.device.clone(), alarm.kind.clone());
            self.open.insert(key, alarm.id);
        }
        if let Some(due_at) = alarm.claim_due_at() {
            self.claims_due.insert((due_at, alarm.id));
        }
    }
}
