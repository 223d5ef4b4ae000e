//! What is outside: devices, phones and people who send again until they are answered, over a
//! network that loses, doubles and delays in both directions.

use super::books::Books;
use super::happened::Heard;
use super::server::Server;
use castellan_domain::engine::Input;
use castellan_domain::time::{Span, Timestamp};
use fastrand::Rng;
use std::collections::{BTreeMap, VecDeque};

/// Messages that a sender holds; beyond it, it lets the newest wait outside.
const HELD_MAX: usize = 6;

/// A sender with one message on its way at a time.
#[derive(Default)]
pub(crate) struct Sender {
    held: VecDeque<(u64, Input)>,
    again_at: Option<Timestamp>,
}

impl Sender {
    pub(crate) fn is_busy(&self) -> bool {
        !self.held.is_empty()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.held.len() < HELD_MAX
    }
}

enum Parcel {
    Request(u64, Input),
    Answer(u64, Heard),
}

/// All senders and the network between them and the server.
pub(crate) struct Outside {
    pub(crate) senders: Vec<Sender>,
    of_message: BTreeMap<u64, usize>,
    last_message: u64,
    on_the_way: BTreeMap<(Timestamp, u64), Parcel>,
    order: u64,
    /// Whether the network misbehaves.
    pub(crate) rough: bool,
}

impl Outside {
    pub(crate) fn new(senders: usize) -> Self {
        Self {
            senders: (0..senders).map(|_| Sender::default()).collect(),
            of_message: BTreeMap::new(),
            last_message: 0,
            on_the_way: BTreeMap::new(),
            order: 0,
            rough: true,
        }
    }

    pub(crate) fn say(&mut self, who: usize, input: Input) {
        if self.senders[who].has_room() {
            self.last_message += 1;
            self.of_message.insert(self.last_message, who);
            self.senders[who].held.push_back((self.last_message, input));
        }
    }

    fn send(&mut self, parcel: Parcel, rng: &mut Rng, now: Timestamp) {
        if self.rough && rng.u8(..100) < 8 {
            return;
        }
        let most = if self.rough && rng.u8(..10) == 0 {
            4_000_000
        } else {
            30_000
        };
        let at = now + Span::from_micros(rng.i64(0..=most));
        self.order += 1;
        self.on_the_way.insert((at, self.order), parcel);
    }

    /// What the network does up to now.
    pub(crate) fn step(
        &mut self,
        server: Option<&mut Server>,
        books: &mut Books,
        rng: &mut Rng,
        now: Timestamp,
    ) {
        for who in 0..self.senders.len() {
            let sender = &mut self.senders[who];
            let due = sender.again_at.is_none_or(|at| at <= now);
            if let (Some((message, input)), true) = (sender.held.front().cloned(), due) {
                sender.again_at = Some(now + Span::from_millis(rng.i64(800..4_000)));
                let double = self.rough && rng.u8(..100) < 10;
                self.send(Parcel::Request(message, input.clone()), rng, now);
                if double {
                    self.send(Parcel::Request(message, input), rng, now);
                }
            }
        }
        let mut arrived = Vec::new();
        while let Some(entry) = self.on_the_way.first_entry().filter(|e| e.key().0 <= now) {
            arrived.push(entry.remove());
        }
        let Some(server) = server else {
            // Nobody listens: requests get lost, answers on their way do not.
            for parcel in arrived {
                if let Parcel::Answer(message, heard) = parcel {
                    self.hear(message, &heard, books);
                }
            }
            return;
        };
        for parcel in arrived {
            match parcel {
                Parcel::Request(message, input) => server.take(message, input),
                Parcel::Answer(message, heard) => self.hear(message, &heard, books),
            }
        }
        let said = server.work(now);
        books.follow(server.take_log(), server);
        for (message, heard) in said {
            // Whatever leaves the server is on its record by now, whether it arrives or not.
            if let Some(who) = self.of_message.get(&message)
                && let Some((_, input)) = self.senders[*who]
                    .held
                    .iter()
                    .find(|(held, _)| *held == message)
            {
                books.answered(input, &heard, server);
            }
            self.send(Parcel::Answer(message, heard), rng, now);
        }
    }

    /// Nothing of what is on its way arrives.
    pub(crate) fn lose(&mut self) {
        self.on_the_way.clear();
    }

    fn hear(&mut self, message: u64, heard: &Heard, books: &mut Books) {
        let Some(who) = self.of_message.get(&message).copied() else {
            return;
        };
        let sender = &mut self.senders[who];
        if sender.held.front().is_none_or(|(held, _)| *held != message) {
            return;
        }
        if *heard == Heard::NotRecorded {
            return;
        }
        if let Some((_, input)) = sender.held.pop_front() {
            books.heard(who, &input, heard);
        }
        sender.again_at = None;
        self.of_message.remove(&message);
    }
}
