//! Doors in use: people go through them, and things are carried through.

use super::known::Passing;
use super::{DRAWS_MAX, Devices, Due, Said, moment};
use castellan_domain::observation::DoorChange;
use castellan_domain::wire::ingest::DoorRequest;
use std::ops::Range;

/// Milliseconds for which a door stands open for a delivery.
const DELIVERY_MS: Range<i64> = 90_000..280_000;

impl Devices {
    /// Somebody is let through a door, where people go.
    pub(super) fn passage(&mut self, at_ms: i64, send: &mut impl FnMut(Said)) {
        if self.known.is_empty() {
            return;
        }
        let free = (0..DRAWS_MAX).find_map(|_| {
            let index = self.rng.usize(..self.known.len());
            let device = &self.known[index];
            let is_free = device
                .door
                .is_some_and(|door| door.used && door.passing == Passing::Nobody);
            (is_free && !device.cut).then_some(index)
        });
        if let Some(index) = free {
            let open_ms = self.rng.i64(4_000..12_000);
            self.go_through(index, at_ms, open_ms, send);
        }
    }

    /// Something is carried through a door that may stand open for that long.
    pub(super) fn delivery(&mut self, at_ms: i64, send: &mut impl FnMut(Said)) {
        if !self.day.as_ref().is_some_and(|day| day.is_delivered(at_ms)) {
            return;
        }
        let doors = self.known.iter().enumerate().filter(|(_, known)| {
            let is_free = known.door.is_some_and(|door| {
                door.held_ms > DELIVERY_MS.end && door.passing == Passing::Nobody
            });
            is_free && !known.cut
        });
        let doors: Vec<usize> = doors.map(|(index, _)| index).collect();
        if !doors.is_empty() {
            let index = doors[self.rng.usize(..doors.len())];
            let open_ms = self.rng.i64(DELIVERY_MS);
            self.go_through(index, at_ms, open_ms, send);
        }
    }

    pub(super) fn go_through(
        &mut self,
        index: usize,
        at_ms: i64,
        open_ms: i64,
        send: &mut impl FnMut(Said),
    ) {
        self.set_busy(index, true);
        if self.known[index].door.is_some_and(|door| door.grants) {
            self.door(index, DoorChange::Granted, at_ms, send);
        }
        self.plan(at_ms + 700, Due::Opened(index));
        self.plan(at_ms + 700 + open_ms, Due::Closed(index));
    }

    pub(super) fn opened(&mut self, index: usize, at_ms: i64, send: &mut impl FnMut(Said)) {
        // Its controller says what the door is when it is back, and by then it is closed.
        if self.known[index].cut {
            return;
        }
        if let Some(door) = &mut self.known[index].door {
            door.passing = Passing::Open;
        }
        self.door(index, DoorChange::Opened, at_ms, send);
    }

    pub(super) fn closed(&mut self, index: usize, at_ms: i64, send: &mut impl FnMut(Said)) {
        if self.known[index].cut {
            self.plan(self.restored_at_ms + 1_000, Due::Closed(index));
            return;
        }
        let door = self.known[index].door;
        let was_open = door.is_some_and(|door| door.passing == Passing::Open);
        self.set_busy(index, false);
        if was_open {
            self.door(index, DoorChange::Closed, at_ms, send);
        }
    }

    pub(super) fn set_busy(&mut self, index: usize, busy: bool) {
        if let Some(door) = &mut self.known[index].door {
            door.passing = if busy {
                Passing::LetThrough
            } else {
                Passing::Nobody
            };
        }
    }

    fn door(&mut self, index: usize, what: DoorChange, at_ms: i64, send: &mut impl FnMut(Said)) {
        if let (Some(event_id), Some(occurred_at)) = (self.event_id(at_ms), moment(at_ms)) {
            send(Said::Door(DoorRequest {
                device: self.known[index].id.clone(),
                event_id,
                what,
                occurred_at: Some(occurred_at),
                drill: false,
            }));
        }
    }
}
