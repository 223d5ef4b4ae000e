//! Latest values other than positions: battery, last seen. Sent on the tick, like positions: a
//! display that lags gets whatever changed since, once, and nothing is queued for it.

use crate::time::{Span, Timestamp};
use crate::wire::live::{Latest, LatestOf, LatestRow, Readings, ServerMessage};
use std::collections::BTreeMap;
use std::sync::Arc;

/// People and devices with latest values at most; one more is not shown, and [`Values::set`] says so.
pub const VALUES_ENTITIES_MAX: usize = 20_000;
/// Removals that are remembered at most. Beyond it every display gets the whole table once.
pub const VALUES_GONE_MAX: usize = 1_024;
/// "Last seen" moves in steps of this: a device that reports ten times a second is not ten messages.
pub const LAST_SEEN_STEP: Span = Span::from_secs(10);

/// A value and the tick in which it last changed.
#[derive(Debug, Clone, Copy)]
struct Slot<T> {
    value: T,
    changed_in: u64,
}

#[derive(Debug, Default)]
struct Row {
    battery_percent: Option<Slot<u8>>,
    last_seen_at: Option<Slot<Timestamp>>,
}

/// The latest values of everything.
#[derive(Debug)]
pub struct Values {
    /// The last tick that was sent out; what changes now belongs to the next one.
    tick: u64,
    pending: bool,
    /// At most [`VALUES_ENTITIES_MAX`].
    rows: BTreeMap<LatestOf, Row>,
    /// What was removed, and in which tick.
    /// At most [`VALUES_GONE_MAX`].
    gone: BTreeMap<LatestOf, u64>,
    /// Displays that stand before this tick get the whole table.
    whole_from: u64,
    shared: Option<Arc<str>>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            tick: 0,
            pending: false,
            rows: BTreeMap::new(),
            gone: BTreeMap::new(),
            whole_from: 1,
            shared: None,
        }
    }
}

impl Values {
    /// The last tick.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// Takes values; those that are absent stay as they are. Says whether anything changed that
    /// displays are told of.
    pub fn set(&mut self, of: &LatestOf, readings: Readings) -> bool {
        let is_full = self.rows.len() >= VALUES_ENTITIES_MAX;
        if readings == Readings::default() || is_full && !self.rows.contains_key(of) {
            return false;
        }
        let tick = self.tick + 1;
        let row = self.rows.entry(of.clone()).or_default();
        let Readings {
            battery_percent,
            last_seen_at,
        } = readings;
        let mut changed = false;
        if let Some(value) = battery_percent {
            changed |= put(&mut row.battery_percent, value, tick, |old| old != value);
        }
        if let Some(value) = last_seen_at {
            let is_later = |old: Timestamp| value.since(old) >= LAST_SEEN_STEP;
            changed |= put(&mut row.last_seen_at, value, tick, is_later);
        }
        self.pending |= changed;
        changed
    }

    /// Takes everything of a person or device away. Says whether there was anything.
    pub fn remove(&mut self, of: &LatestOf) -> bool {
        if self.rows.remove(of).is_none() {
            return false;
        }
        let tick = self.tick + 1;
        self.pending = true;
        self.gone.insert(of.clone(), tick);
        if self.gone.len() > VALUES_GONE_MAX {
            self.gone.clear();
            self.whole_from = tick;
        }
        true
    }

    /// Ends a tick: what changed since the last one goes into its shared message. Says whether
    /// anything did.
    pub fn advance(&mut self) -> Result<bool, serde_json::Error> {
        if !self.pending {
            return Ok(false);
        }
        self.pending = false;
        self.tick += 1;
        self.shared = self.encode_since(self.tick - 1, true)?;
        Ok(true)
    }

    /// What a display that has seen `tick` lacks, if anything.
    pub fn since(
        &self,
        tick: u64,
        with_persons: bool,
    ) -> Result<Option<Arc<str>>, serde_json::Error> {
        if tick >= self.tick {
            return Ok(None);
        }
        if tick + 1 == self.tick
            && with_persons
            && let Some(shared) = &self.shared
        {
            return Ok(Some(shared.clone()));
        }
        self.encode_since(tick, with_persons)
    }

    /// Without persons also without "last seen": when a door or a detector spoke says where somebody
    /// is. And nothing at all is said then of a change that is not shown.
    fn encode_since(
        &self,
        tick: u64,
        with_persons: bool,
    ) -> Result<Option<Arc<str>>, serde_json::Error> {
        let whole = tick < self.whole_from;
        // Told everything, or everything since its tick.
        let since = if whole { 0 } else { tick };
        let is_shown = |of: &LatestOf| match of {
            LatestOf::Person(_) => with_persons,
            LatestOf::Device(_) => true,
        };
        let gone: Vec<_> = self
            .gone
            .iter()
            .filter(|(of, gone_in)| !whole && **gone_in > since && is_shown(of))
            .map(|(of, _)| of.clone())
            .collect();
        let values: Vec<_> = self
            .rows
            .iter()
            .filter(|(of, _)| is_shown(of))
            .filter_map(|(of, row)| {
                let mut readings = row.since(since);
                if !with_persons {
                    readings.last_seen_at = None;
                }
                (readings != Readings::default()).then(|| LatestRow {
                    of: of.clone(),
                    readings,
                })
            })
            .collect();
        // Only who was told something before has something to forget.
        let forgets = whole && tick > 0;
        if !forgets && gone.is_empty() && values.is_empty() {
            return Ok(None);
        }
        let message = ServerMessage::Latest(Latest {
            whole,
            gone,
            values,
        });
        Ok(Some(serde_json::to_string(&message)?.into()))
    }
}

impl Row {
    fn since(&self, tick: u64) -> Readings {
        let Self {
            battery_percent,
            last_seen_at,
        } = self;
        Readings {
            battery_percent: newer(battery_percent.as_ref(), tick),
            last_seen_at: newer(last_seen_at.as_ref(), tick),
        }
    }
}

fn newer<T: Copy>(slot: Option<&Slot<T>>, tick: u64) -> Option<T> {
    slot.filter(|slot| slot.changed_in > tick)
        .map(|slot| slot.value)
}

/// Takes a value if there was none, or if it counts as another one.
fn put<T: Copy>(
    slot: &mut Option<Slot<T>>,
    value: T,
    tick: u64,
    is_other: impl FnOnce(T) -> bool,
) -> bool {
    let changed = slot.is_none_or(|old| is_other(old.value));
    if changed {
        *slot = Some(Slot {
            value,
            changed_in: tick,
        });
    }
    changed
}
