//! Which clips are let go of.

use super::store::Stored;
use castellan_domain::ids::ClipId;
use castellan_domain::time::{Span, Timestamp};

/// Clips that are let go of at one look to make room.
const FOR_ROOM_MAX: usize = 16;

/// Those whose time is over, and, where the disk fills, the oldest of the others. Clips of what is open stay.
pub(super) fn let_go(
    mut stored: Vec<Stored>,
    now: Timestamp,
    kept: Span,
    is_room_short: bool,
    is_open: impl Fn(ClipId) -> bool,
) -> Vec<ClipId> {
    stored.retain(|one| !is_open(one.clip));
    stored.sort_by_key(|one| (one.written_at, one.clip));
    let is_old = |one: &Stored| now.since(one.written_at) > kept;
    let old = stored.iter().filter(|one| is_old(one)).count();
    let for_room = if is_room_short { FOR_ROOM_MAX } else { 0 };
    let gone = stored.iter().take(old.max(for_room));
    gone.map(|one| one.clip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::ids::AlarmId;
    use proptest::prelude::*;

    fn clip(alarm: u32) -> ClipId {
        ClipId {
            alarm: AlarmId(alarm),
            nth: 1,
        }
    }

    proptest! {
        #[test]
        fn what_is_open_stays_what_is_old_goes_and_the_oldest_make_room(
            ages in prop::collection::vec(0_i64..2_000, 0..60),
            is_room_short: bool,
        ) {
            let now = Timestamp::from_secs(10_000);
            let kept = Span::from_secs(1_000);
            let stored = |nth: usize| Stored {
                clip: clip(u32::try_from(nth).unwrap() + 1),
                written_at: now - Span::from_secs(ages[nth]),
                bytes: 1,
            };
            let all: Vec<_> = (0..ages.len()).map(stored).collect();
            let is_open = |clip: ClipId| clip.alarm.0.is_multiple_of(3);
            let gone = let_go(all.clone(), now, kept, is_room_short, is_open);
            let youngest_gone = all.iter().filter(|one| gone.contains(&one.clip)).map(|one| one.written_at).max();
            for one in &all {
                let goes = gone.contains(&one.clip);
                let is_old = now.since(one.written_at) > kept;
                prop_assert!(!(goes && is_open(one.clip)));
                prop_assert!(goes || !is_old || is_open(one.clip));
                prop_assert!(!goes || is_old || is_room_short);
                let is_older = youngest_gone.is_some_and(|at| one.written_at < at);
                prop_assert!(goes || is_open(one.clip) || !is_older);
            }
            let closed = all.iter().filter(|one| !is_open(one.clip)).count();
            prop_assert!(!is_room_short || gone.len() >= closed.min(FOR_ROOM_MAX));
        }
    }
}
