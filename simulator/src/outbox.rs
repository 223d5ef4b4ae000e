//! What waits to be sent: one lane per phone, in order, one request at a time in each.
//!
//! Sans-IO: the caller says what time it is and what became of each request. A lane holds a
//! limited number; beyond it the oldest is dropped and counted, as a phone's app does.

use std::collections::VecDeque;

/// Milliseconds until the second try after a failure; doubles with each further one.
const BACKOFF_MS_MIN: u64 = 500;
/// Milliseconds between two tries at most.
const BACKOFF_MS_MAX: u64 = 10_000;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Stored or refused: either way it is over.
    Settled,
    /// Nobody took it: it goes back to the front of its lane.
    Away,
}

#[derive(Debug)]
struct Lane<T> {
    /// At most `room`.
    waiting: VecDeque<T>,
    sending: Option<T>,
    room: usize,
    failures: u32,
    not_before_ms: u64,
}

/// All lanes of one simulator.
#[derive(Debug)]
pub struct Outbox<T> {
    lanes: Vec<Lane<T>>,
    in_flight: usize,
    in_flight_max: usize,
    /// Where the next round begins, so that the first lanes do not starve the last.
    cursor: usize,
    dropped: u64,
}

impl<T: Clone> Outbox<T> {
    /// Lanes with room for so many each, and at most `in_flight_max` requests at once.
    pub fn new(rooms: impl IntoIterator<Item = usize>, in_flight_max: usize) -> Self {
        let lanes = rooms
            .into_iter()
            .map(|room| Lane {
                waiting: VecDeque::new(),
                sending: None,
                room: room.max(1),
                failures: 0,
                not_before_ms: 0,
            })
            .collect();
        Self {
            lanes,
            in_flight: 0,
            in_flight_max: in_flight_max.max(1),
            cursor: 0,
            dropped: 0,
        }
    }

    /// Adds to the end of a lane.
    pub fn push(&mut self, lane: usize, item: T) {
        let lane = &mut self.lanes[lane];
        if lane.waiting.len() >= lane.room {
            lane.waiting.pop_front();
            self.dropped += 1;
        }
        lane.waiting.push_back(item);
    }

    /// The next request to start at `now_ms`, if one is due and there is room in flight.
    pub fn start(&mut self, now_ms: u64) -> Option<(usize, T)> {
        if self.in_flight >= self.in_flight_max {
            return None;
        }
        let count = self.lanes.len();
        for step in 0..count {
            let index = (self.cursor + step) % count;
            let lane = &mut self.lanes[index];
            if lane.sending.is_some() || lane.not_before_ms > now_ms {
                continue;
            }
            let Some(item) = lane.waiting.pop_front() else {
                continue;
            };
            lane.sending = Some(item.clone());
            self.cursor = (index + 1) % count;
            self.in_flight += 1;
            return Some((index, item));
        }
        None
    }

    /// Takes note of what became of the lane's request.
    pub fn finish(&mut self, lane: usize, done: Done, now_ms: u64) {
        let lane = &mut self.lanes[lane];
        let Some(item) = lane.sending.take() else {
            return;
        };
        self.in_flight -= 1;
        match done {
            Done::Settled => {
                lane.failures = 0;
                lane.not_before_ms = 0;
            }
            Done::Away => {
                let backoff_ms = BACKOFF_MS_MIN << lane.failures.min(5);
                lane.not_before_ms = now_ms + backoff_ms.min(BACKOFF_MS_MAX);
                lane.failures += 1;
                if lane.waiting.len() >= lane.room {
                    // It is the oldest of a full lane.
                    self.dropped += 1;
                } else {
                    lane.waiting.push_front(item);
                }
            }
        }
    }

    /// How many wait or are under way.
    pub fn waiting(&self) -> usize {
        self.lanes
            .iter()
            .map(|lane| lane.waiting.len())
            .sum::<usize>()
            + self.in_flight
    }

    /// How many were dropped so far because their lane was full.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_keeps_its_order_through_failures_and_waits_longer_each_time() {
        let mut outbox = Outbox::new([10], 4);
        outbox.push(0, "a");
        outbox.push(0, "b");
        let mut now_ms = 0;
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert_eq!(outbox.start(now_ms), Some((0, "a")));
            assert_eq!(outbox.start(now_ms), None, "one at a time in a lane");
            outbox.finish(0, Done::Away, now_ms);
            let again_ms = (0..20_000)
                .find(|wait| outbox.lanes[0].not_before_ms <= now_ms + wait)
                .unwrap();
            waits.push(again_ms);
            assert_eq!(outbox.start(now_ms + again_ms - 1), None);
            now_ms += again_ms;
        }
        assert_eq!(
            waits,
            [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]
        );
        assert_eq!(outbox.start(now_ms), Some((0, "a")));
        outbox.finish(0, Done::Settled, now_ms);
        assert_eq!(
            outbox.start(now_ms),
            Some((0, "b")),
            "at once after a success"
        );
    }

    #[test]
    fn a_full_lane_drops_its_oldest_and_counts_it() {
        let mut outbox = Outbox::new([3, 3], 4);
        for n in 0..5 {
            outbox.push(0, n);
        }
        assert_eq!(outbox.dropped(), 2);
        assert_eq!(outbox.start(0), Some((0, 2)));
        for n in 5..7 {
            outbox.push(0, n);
        }
        // 2 is under way; 3 was pushed out; now 2 comes back to a full lane.
        outbox.finish(0, Done::Away, 0);
        assert_eq!(outbox.dropped(), 4);
        assert_eq!(outbox.waiting(), 3);
        assert_eq!(outbox.start(500), Some((0, 4)));
    }

    #[test]
    fn no_more_are_in_flight_than_allowed_and_every_lane_has_its_turn() {
        let mut outbox = Outbox::new([9; 5], 2);
        for lane in 0..5 {
            outbox.push(lane, lane);
            outbox.push(lane, lane);
        }
        let mut order = Vec::new();
        while let Some((lane, _)) = outbox.start(0) {
            order.push(lane);
            if order.len() >= 2 {
                assert_eq!(outbox.start(0), None);
                outbox.finish(order[order.len() - 2], Done::Settled, 0);
            }
        }
        assert_eq!(order, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        assert_eq!(outbox.waiting(), 1);
    }
}
