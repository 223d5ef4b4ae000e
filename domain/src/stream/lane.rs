//! The position lane: the latest position of everybody, sent on a tick.
//!
//! A display that keeps up gets each tick's one shared frame. A display that lags gets, whenever
//! it is ready again, one frame with whoever moved since: the latest values, nothing queued.

use crate::geo::{Anchor, Offset};
use crate::ids::PersonId;
use crate::observation::Fix;
use crate::time::Timestamp;
use crate::wire::live::HandleEntry;
use crate::wire::position_frame::{FRAME_POSITIONS_MAX, Moved, PositionFrame};
use std::collections::BTreeMap;
use std::sync::Arc;

/// People on the lane at most; one more is not shown, and [`Lane::update`] says so.
pub const LANE_ENTITIES_MAX: usize = FRAME_POSITIONS_MAX;

#[derive(Debug)]
struct Entry {
    person: PersonId,
    offset: Offset,
    occurred_at: Timestamp,
    received_at: Timestamp,
    accuracy_dm: Option<u16>,
    moved_in: u64,
    accuracy_changed_in: u64,
}

/// The latest position of everybody.
#[derive(Debug)]
pub struct Lane {
    anchor: Anchor,
    epoch: u32,
    /// The last tick that was sent out; what moves now belongs to the next one.
    tick: u64,
    pending: bool,
    entries: Vec<Entry>,
    handles: BTreeMap<PersonId, u32>,
    shared: Option<Arc<[u8]>>,
}

impl Lane {
    /// An empty lane. `epoch` must differ from that of every lane before it.
    pub fn new(anchor: Anchor, epoch: u32) -> Self {
        Self {
            anchor,
            epoch,
            tick: 0,
            pending: false,
            entries: Vec::new(),
            handles: BTreeMap::new(),
            shared: None,
        }
    }

    /// The epoch of its handles.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The last tick.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// Takes a position if it is newer than the one held. A fix that a phone sends late belongs
    /// into the history and does not pull its guard back on the map.
    pub fn update(&mut self, fix: &Fix) -> bool {
        let Some(offset) = self.anchor.offset(fix.at) else {
            return false;
        };
        let tick = self.tick + 1;
        if let Some(entry) = self
            .handles
            .get(&fix.person)
            .and_then(|handle| self.entries.get_mut(*handle as usize))
        {
            // No fix is from later than it was heard of: a phone whose clock was ahead and has
            // been set right does not seem frozen until its old time is reached.
            let order =
                |occurred_at: Timestamp, received_at| (occurred_at.min(received_at), occurred_at);
            if order(fix.occurred_at, fix.received_at)
                <= order(entry.occurred_at, entry.received_at)
            {
                return false;
            }
            if entry.accuracy_dm != fix.accuracy_dm {
                entry.accuracy_changed_in = tick;
            }
            entry.offset = offset;
            entry.occurred_at = fix.occurred_at;
            entry.received_at = fix.received_at;
            entry.accuracy_dm = fix.accuracy_dm;
            entry.moved_in = tick;
        } else {
            let Ok(handle) = u32::try_from(self.entries.len()) else {
                return false;
            };
            if self.entries.len() >= LANE_ENTITIES_MAX {
                return false;
            }
            self.handles.insert(fix.person.clone(), handle);
            self.entries.push(Entry {
                person: fix.person.clone(),
                offset,
                occurred_at: fix.occurred_at,
                received_at: fix.received_at,
                accuracy_dm: fix.accuracy_dm,
                moved_in: tick,
                accuracy_changed_in: tick,
            });
        }
        self.pending = true;
        true
    }

    /// Ends a tick: whoever moved since the last one goes into its shared frame. Says whether
    /// anybody did.
    pub fn advance(&mut self, now: Timestamp) -> bool {
        if !self.pending {
            return false;
        }
        self.pending = false;
        self.tick += 1;
        self.shared = Some(self.encode_since(self.tick - 1, now));
        true
    }

    /// What a display that has seen `tick` lacks, if anything.
    pub fn since(&self, tick: u64, now: Timestamp) -> Option<Arc<[u8]>> {
        if tick >= self.tick {
            return None;
        }
        if tick + 1 == self.tick {
            return self.shared.clone();
        }
        Some(self.encode_since(tick, now))
    }

    fn encode_since(&self, tick: u64, now: Timestamp) -> Arc<[u8]> {
        let moved = self
            .entries
            .iter()
            .zip(0u32..)
            .filter(|(entry, _)| entry.moved_in > tick)
            .map(|(entry, handle)| Moved {
                handle,
                offset: entry.offset,
                received_at: entry.received_at,
                accuracy_dm: (entry.accuracy_changed_in > tick).then_some(entry.accuracy_dm),
            })
            .collect();
        let frame = PositionFrame {
            epoch: self.epoch,
            base: now,
            moved,
        };
        frame.encode().into()
    }

    /// How many handles there are.
    pub fn handle_count(&self) -> usize {
        self.entries.len()
    }

    /// The handles from the `told`-th on.
    pub fn handles_from(&self, told: usize) -> Vec<HandleEntry> {
        self.entries
            .iter()
            .zip(0u32..)
            .skip(told)
            .map(|(entry, handle)| HandleEntry {
                handle,
                person: entry.person.clone(),
            })
            .collect()
    }
}
