//! What can happen to a server and its displays, and how often.

use castellan_domain::audience::Audience;
use castellan_domain::observation::ReportedState;
use castellan_domain::stream::Tracked;
use castellan_domain::time::Timestamp;
use proptest::prelude::*;
use proptest::sample::{Index, select};

pub(crate) const DISPLAYS: usize = 4;
/// What each display is shown.
pub(crate) const AUDIENCES: [Audience; DISPLAYS] = [
    Audience::Staff,
    Audience::Staff,
    Audience::Wall,
    Audience::WallVisitor,
];
pub(crate) const WALKERS: [&str; 3] = ["wang-qiang", "zhang-wei", "liu-yang"];

/// What tells its charge: the walkers' phones, and devices.
pub(crate) const SOURCES: [&str; 5] = ["wang-qiang", "zhang-wei", "liu-yang", "gas-1", "door-1"];

/// One thing that happens. Displays and walkers by number.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// One turn of several inputs: reports, claims, verdicts.
    Turn(Vec<(u8, ReportedState)>),
    /// A phone tells where it was, seconds ago.
    Walk(usize, i32, i64),
    Tick,
    /// Somebody goes off duty.
    Leave(usize),
    /// A phone or a device tells its charge, in percent.
    Charge(usize, u8),
    /// This many reports could not be recorded; none: all is well again.
    Unrecorded(usize),
    /// Somebody sits at the display and looks at an alarm, or nobody does.
    Sit(usize, Option<u32>),
    /// The display opens a connection and says hello.
    Connect(usize),
    /// The server hands this many messages to the link.
    Pull(usize, usize),
    /// The link hands this many messages to the display.
    Deliver(usize, usize),
    /// The link breaks, with whatever is on it.
    Cut(usize),
    /// The server answers a request for the snapshot; the answer is on its way.
    Answer(usize),
    /// One of the answers on their way arrives.
    Arrive(usize, Index),
    /// The server starts anew: other frames, perhaps fewer, and nobody on the lane.
    Restart(Index, usize),
    /// A backup is restored: facts are gone, and the journal is another one, or a copy with the same id.
    Restore(Index, bool),
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    use ReportedState::{Active, Cleared, Momentary};
    let inputs = (0u8..15, select(vec![Active, Cleared, Momentary]));
    let who = || 0..DISPLAYS;
    let step = prop_oneof![
        6 => prop::collection::vec(inputs, 1..4).prop_map(Step::Turn),
        4 => (0..WALKERS.len(), -500..500i32, prop_oneof![3 => Just(0i64), 1 => 1..40i64])
            .prop_map(|(who, east, ago)| Step::Walk(who, east, ago)),
        3 => Just(Step::Tick),
        2 => (0..WALKERS.len()).prop_map(Step::Leave),
        2 => (0..SOURCES.len(), 0..5u8).prop_map(|(who, percent)| Step::Charge(who, percent)),
        1 => (0..3usize).prop_map(Step::Unrecorded),
        2 => (who(), proptest::option::of(1..4u32)).prop_map(|(who, at)| Step::Sit(who, at)),
        5 => who().prop_map(Step::Connect),
        8 => (who(), 1..6usize).prop_map(|(who, n)| Step::Pull(who, n)),
        8 => (who(), 1..6usize).prop_map(|(who, n)| Step::Deliver(who, n)),
        2 => who().prop_map(Step::Cut),
        4 => who().prop_map(Step::Answer),
        4 => (who(), any::<Index>()).prop_map(|(who, which)| Step::Arrive(who, which)),
        1 => (any::<Index>(), 1..5usize).prop_map(|(from, len)| Step::Restart(from, len)),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(keep, copy)| Step::Restore(keep, copy)),
    ];
    prop::collection::vec(step, 1..90)
}

/// Whether a position counts in place of the one that is held: a later one does, and of one moment the better
/// one. A phone that does not say how well it knows is taken for a poor one.
pub(crate) fn counts_instead(held: &(Timestamp, Tracked), new: &(Timestamp, Tracked)) -> bool {
    let unsure_dm = |tracked: &Tracked| tracked.accuracy_dm.unwrap_or(300);
    let (new_dm, held_dm) = (unsure_dm(&new.1), unsure_dm(&held.1));
    let is_better = new_dm < held_dm || (new_dm == held_dm && new.1.offset != held.1.offset);
    held.0 < new.0 || (held.0 == new.0 && is_better)
}
