//! The way out to the doors: the worker that has orders, and a driver that does what it likes.

use super::happened::{Happened, Sent};
use super::server::Server;
use castellan_domain::actuation::order::Actuation;
use castellan_domain::actuation::{ActuationOutcome, ActuationSettled};
use castellan_domain::engine::Input;
use castellan_domain::ids::Seq;
use castellan_domain::stream::Machine as _;
use castellan_domain::time::{Span, Timestamp};
use fastrand::Rng;
use std::collections::BTreeSet;

/// Orders that may wait; one more is settled as not sent.
const ORDERS_MAX: usize = 2;

/// What the process has of orders. It dies with it.
#[derive(Default)]
pub(crate) struct Worker {
    waiting: Vec<Actuation>,
    /// Outcomes and when they are known. Said again until they are on record.
    outcomes: Vec<(Timestamp, ActuationSettled)>,
    held: BTreeSet<Seq>,
    /// Intents are on record whose orders nobody carries out.
    has_orphans: bool,
    /// A turn of this process is on record, and with it what it said of the orders before it.
    pub(super) has_begun: bool,
}

impl Worker {
    pub(crate) fn is_busy(&self) -> bool {
        self.has_orphans || !self.held.is_empty()
    }
}

impl Server {
    /// Their turn is on record.
    pub(super) fn hand_over(&mut self, orders: Vec<Actuation>) {
        for order in orders {
            if self.worker.waiting.len() < ORDERS_MAX {
                self.worker.held.insert(order.about());
                self.worker.waiting.push(order);
            } else {
                self.worker.has_orphans = true;
            }
        }
    }

    /// Open intents of the record that nobody has: from before this process they may have been sent.
    pub(super) fn settle_orphans(&mut self) {
        self.worker.has_orphans = false;
        let outcome = if self.worker.has_begun {
            ActuationOutcome::NotSent
        } else {
            ActuationOutcome::Unknown
        };
        let open = self.machine.site().view().open_actuations();
        let left = open.filter(|(_, state)| !self.worker.held.contains(&state.intent));
        let left = left.map(|(device, state)| ActuationSettled {
            about: state.intent,
            device: device.clone(),
            outcome,
        });
        for settled in left.collect::<Vec<_>>() {
            self.own(Input::Actuated(settled));
        }
    }

    /// What the worker has to say by now.
    pub(super) fn listen_to_worker(&mut self, now: Timestamp) {
        if self.worker.has_orphans {
            self.settle_orphans();
        }
        let known = self.worker.outcomes.iter().filter(|(at, _)| *at <= now);
        let known: Vec<_> = known.map(|(_, settled)| settled.clone()).collect();
        for settled in known {
            self.own(Input::Actuated(settled));
        }
    }

    /// An outcome is on record.
    pub(super) fn let_go(&mut self, about: Seq) {
        self.worker.held.remove(&about);
        self.worker.outcomes.retain(|(_, of)| of.about != about);
    }

    /// The worker carries on, slowly at times.
    pub(crate) fn drive(&mut self, rng: &mut Rng, now: Timestamp) {
        while !self.worker.waiting.is_empty() && rng.u8(..4) > 0 {
            let order = self.worker.waiting.remove(0);
            if now > order.intended().send_by {
                let settled = order.settled(ActuationOutcome::Expired);
                self.worker.outcomes.push((now, settled));
                continue;
            }
            let (is_heard, outcome) = match rng.u8(..8) {
                0 => (false, ActuationOutcome::NotSent),
                1 => (false, ActuationOutcome::Unknown),
                2 => (true, ActuationOutcome::Unknown),
                3 => (true, ActuationOutcome::Refused),
                _ => (true, ActuationOutcome::Done),
            };
            if is_heard {
                self.log.push(Happened::Sent(Sent {
                    about: order.about(),
                    door: order.intended().device.clone(),
                    at: now,
                }));
            }
            let takes_ms = if rng.u8(..4) == 0 { 15_000 } else { 500 };
            let known_at = now + Span::from_millis(rng.i64(0..takes_ms));
            self.worker
                .outcomes
                .push((known_at, order.settled(outcome)));
        }
    }
}
