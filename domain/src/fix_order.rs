//! Which of a phone's fixes is the newest, where phones send late what they kept, say several for one
//! moment, and where their clocks are set.
//!
//! Phones tell whole seconds, and say one of them by network and by satellite. Of fixes of one moment
//! that counts which the phone knew best, and of those it knew equally well the last that came
//! ([`counts_instead`]). The same one once more changes nothing, so that what is said again grows old.
//! The map, the rules and the history all ask here.
//!
//! Of two moments, a fix is newer by the phone's own time. No fix is from later than it was heard of, so that a clock
//! that was ahead and is set right holds up nothing. A clock that falls back is harder: its fixes
//! look like ones that were kept and come late. They are told apart by their pace. What was kept
//! comes faster than it was made, or is said again and again; the time of a clock passes as ours
//! does. Fixes that are older than the newest, and whose times advance as ours for
//! [`ALIKE_FOR`], are believed to come from such a clock.

use crate::observation::Fix;
use crate::time::{Span, Timestamp};
use std::cmp::Ordering;

/// Assumed where a phone does not say how well it knows, in decimetres.
pub const ACCURACY_UNKNOWN_DM: u16 = 300;
/// Fixes that must agree before a younger clock is believed.
const ALIKE_MIN: u8 = 3;
/// Of our time, how long they must agree: a queue on a slow line may keep pace for a moment.
const ALIKE_FOR: Span = Span::from_secs(30);
/// How far the two times may part from the first of them on: phones tell whole seconds, and a
/// network takes its time.
const APART_MAX: Span = Span::from_secs(5);

/// How a fix stands to the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is newer.
    Newer,
    /// It is of the same moment and counts instead.
    Better,
    /// It is of the same moment: the same once more, or one that the phone knew less well.
    Same,
    /// It was on its way for long, or nobody knows yet.
    Older,
    /// It is the newest of a clock that has fallen back.
    YoungerClock,
}

/// Whether, of two fixes of one moment, the one that came later counts instead of the one held. Of each:
/// how well the phone knew, and where it was.
pub fn counts_instead<P: PartialEq>(
    (later_dm, later_at): (Option<u16>, P),
    (held_dm, held_at): (Option<u16>, P),
) -> bool {
    let later_dm = later_dm.unwrap_or(ACCURACY_UNKNOWN_DM);
    let held_dm = held_dm.unwrap_or(ACCURACY_UNKNOWN_DM);
    match later_dm.cmp(&held_dm) {
        Ordering::Less => true,
        Ordering::Equal => later_at != held_at,
        Ordering::Greater => false,
    }
}

/// The newest fix of one phone, and those that may come from a younger clock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FixOrder {
    newest: Fix,
    alike: Option<Alike>,
}

/// When a phone was there by its clock, and when we heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    occurred_at: Timestamp,
    received_at: Timestamp,
}

/// Fixes in a row that are older than the newest and advance as our time does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Alike {
    first: Times,
    last: Times,
    count: u8,
}

impl Times {
    const fn of(fix: &Fix) -> Self {
        Self {
            occurred_at: fix.occurred_at,
            received_at: fix.received_at,
        }
    }

    fn order(self) -> (Timestamp, Timestamp) {
        (self.occurred_at.min(self.received_at), self.occurred_at)
    }

    /// How far own time and ours have parted since `other`.
    fn apart(self, other: Self) -> Span {
        let own = self.occurred_at.since(other.occurred_at).as_micros();
        let ours = self.received_at.since(other.received_at).as_micros();
        Span::from_micros((own - ours).abs())
    }
}

impl FixOrder {
    /// Begins with a fix.
    pub(crate) const fn new(first: Fix) -> Self {
        Self {
            newest: first,
            alike: None,
        }
    }

    /// How a fix stands to the newest one. It is not the newest before it is [`Self::take`]n.
    pub(crate) fn judge(&mut self, fix: &Fix) -> Standing {
        if fix.occurred_at == self.newest.occurred_at {
            let (later, held) = (fix, &self.newest);
            return if counts_instead((later.accuracy_dm, later.at), (held.accuracy_dm, held.at)) {
                Standing::Better
            } else {
                Standing::Same
            };
        }
        let times = Times::of(fix);
        if times.order() > Times::of(&self.newest).order() {
            return Standing::Newer;
        }
        let alike = self.alike.filter(|alike| alike.goes_on(times));
        let alike = alike.map_or_else(|| Alike::new(times), |alike| alike.then(times));
        self.alike = Some(alike);
        if alike.is_clock() {
            Standing::YoungerClock
        } else {
            Standing::Older
        }
    }

    /// This one is the newest.
    pub(crate) fn take(&mut self, fix: Fix) {
        *self = Self::new(fix);
    }

    /// The newest one.
    pub(crate) const fn newest(&self) -> &Fix {
        &self.newest
    }
}

impl Alike {
    const fn new(times: Times) -> Self {
        Self {
            first: times,
            last: times,
            count: 1,
        }
    }

    fn goes_on(&self, next: Times) -> bool {
        next.occurred_at > self.last.occurred_at
            && next.received_at >= self.last.received_at
            && next.apart(self.first) <= APART_MAX
    }

    const fn then(self, next: Times) -> Self {
        Self {
            first: self.first,
            last: next,
            count: self.count.saturating_add(1),
        }
    }

    fn is_clock(&self) -> bool {
        self.count >= ALIKE_MIN && self.last.received_at.since(self.first.received_at) >= ALIKE_FOR
    }
}
