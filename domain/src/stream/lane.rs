//! The position lane: the latest position of everybody, sent on a tick.
//!
//! A display that keeps up gets each tick's one shared frame. A display that lags gets, whenever
//! it is ready again, one frame with whoever moved since: the latest values, nothing queued.

use crate::fix_order::{FixOrder, Standing};
use crate::geo::{Anchor, LonLat, Offset};
use crate::ids::PersonId;
use crate::observation::Fix;
use crate::time::Timestamp;
use crate::wire::live::HandleEntry;
use crate::wire::position_frame::{FRAME_POSITIONS_MAX, Moved, PositionFrame};
use std::collections::BTreeMap;
use std::sync::Arc;

/// People on the lane at most; one more is not shown, and [`Lane::update`] says so. Also handles
/// given in one epoch at most; then the next epoch begins.
pub const LANE_ENTITIES_MAX: usize = FRAME_POSITIONS_MAX;
/// Handles without anybody that are kept at most; one more begins the next epoch.
pub const GONE_HANDLES_MAX: usize = 4_096;

#[derive(Debug)]
struct Entry {
    offset: Offset,
    order: FixOrder,
    moved_in: u64,
    accuracy_changed_in: u64,
}

/// What stands behind a handle. A handle is given once in an epoch, so that a frame that is late
/// never moves somebody else.
#[derive(Debug)]
enum Slot {
    Here(Entry),
    /// Nobody any more, since this tick.
    Gone(u64),
}

/// The latest position of everybody.
#[derive(Debug)]
pub struct Lane {
    anchor: Anchor,
    epoch: u32,
    /// The last tick that was sent out; what moves now belongs to the next one.
    tick: u64,
    pending: bool,
    /// At most [`LANE_ENTITIES_MAX`]; then the next epoch begins.
    slots: Vec<Slot>,
    /// At most [`LANE_ENTITIES_MAX`].
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
            slots: Vec::new(),
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

    /// Takes a position if it is newer than the one held, or of the same moment and better. A fix that a phone sends late belongs
    /// into the history and does not pull its guard back on the map; one whose clock fell back does
    /// not freeze them ([`crate::fix_order`]).
    pub fn update(&mut self, fix: &Fix) -> bool {
        let Some(offset) = self.anchor.offset(fix.at) else {
            return false;
        };
        let tick = self.tick + 1;
        if let Some(entry) = self.entry(&fix.person) {
            match entry.order.judge(fix) {
                Standing::Newer | Standing::Better | Standing::YoungerClock => {}
                Standing::Same | Standing::Older => return false,
            }
            if entry.order.newest().accuracy_dm != fix.accuracy_dm {
                entry.accuracy_changed_in = tick;
            }
            entry.offset = offset;
            entry.order.take(fix.clone());
            entry.moved_in = tick;
        } else {
            if self.slots.len() >= LANE_ENTITIES_MAX && self.handles.len() < self.slots.len() {
                self.begin_epoch();
            }
            let handle = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            if self.slots.len() >= LANE_ENTITIES_MAX {
                return false;
            }
            self.handles.insert(fix.person.clone(), handle);
            self.slots.push(Slot::Here(Entry {
                offset,
                order: FixOrder::new(fix.clone()),
                moved_in: tick,
                accuracy_changed_in: tick,
            }));
        }
        self.pending = true;
        true
    }

    /// Takes somebody off: a person off duty, or no longer in the estate. Says whether they were on.
    pub fn remove(&mut self, person: &PersonId) -> bool {
        let Some(handle) = self.handles.remove(person) else {
            return false;
        };
        let gone = Slot::Gone(self.tick + 1);
        if let Some(slot) = self.slot(handle) {
            *slot = gone;
        }
        self.pending = true;
        // The last tick's frame may still move them, for displays that were never told the handle.
        self.shared = None;
        if self.slots.len() - self.handles.len() > GONE_HANDLES_MAX {
            self.begin_epoch();
        }
        true
    }

    /// Where somebody was last, if they are on.
    pub fn at(&self, person: &PersonId) -> Option<LonLat> {
        let handle = *self.handles.get(person)?;
        match self.slots.get(usize::try_from(handle).ok()?)? {
            Slot::Here(entry) => Some(entry.order.newest().at),
            Slot::Gone(_) => None,
        }
    }

    fn slot(&mut self, handle: u32) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(handle).ok()?)
    }

    fn entry(&mut self, person: &PersonId) -> Option<&mut Entry> {
        let handle = *self.handles.get(person)?;
        match self.slot(handle)? {
            Slot::Here(entry) => Some(entry),
            Slot::Gone(_) => None,
        }
    }

    /// Numbers everybody anew. Displays get the new table whole, and everybody's position.
    fn begin_epoch(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        self.slots.retain(|slot| matches!(slot, Slot::Here(_)));
        self.handles = self
            .entries()
            .map(|(handle, entry)| (entry.order.newest().person.clone(), handle))
            .collect();
        // The last tick's frame speaks of the handles before.
        self.shared = None;
    }

    fn entries(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0u32..)
            .zip(&self.slots)
            .filter_map(|(handle, slot)| match slot {
                Slot::Here(entry) => Some((handle, entry)),
                Slot::Gone(_) => None,
            })
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
        if tick + 1 == self.tick
            && let Some(shared) = &self.shared
        {
            return Some(shared.clone());
        }
        Some(self.encode_since(tick, now))
    }

    fn encode_since(&self, tick: u64, now: Timestamp) -> Arc<[u8]> {
        let moved = self
            .entries()
            .filter(|(_, entry)| entry.moved_in > tick)
            .map(|(handle, entry)| Moved {
                handle,
                offset: entry.offset,
                received_at: entry.order.newest().received_at,
                accuracy_dm: (entry.accuracy_changed_in > tick)
                    .then_some(entry.order.newest().accuracy_dm),
            })
            .collect();
        let gone = (0u32..)
            .zip(&self.slots)
            .filter(|(_, slot)| matches!(slot, Slot::Gone(gone_in) if *gone_in > tick))
            .map(|(handle, _)| handle);
        let frame = PositionFrame {
            epoch: self.epoch,
            base: now,
            // Whoever has had no frame yet shows nobody who could be gone.
            gone: if tick == 0 {
                Vec::new()
            } else {
                gone.collect()
            },
            moved,
        };
        frame.encode().into()
    }

    /// How many handles were given in this epoch.
    pub fn handle_count(&self) -> usize {
        self.slots.len()
    }

    /// Who stands behind the handles from the `told`-th on.
    pub fn handles_from(&self, told: usize) -> Vec<HandleEntry> {
        (0u32..)
            .zip(&self.slots)
            .skip(told)
            .filter_map(|(handle, slot)| match slot {
                Slot::Here(entry) => Some(HandleEntry {
                    handle,
                    person: entry.order.newest().person.clone(),
                }),
                Slot::Gone(_) => None,
            })
            .collect()
    }
}
