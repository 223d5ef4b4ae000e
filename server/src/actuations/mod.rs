//! Orders to devices on their way out: at most once each.
//!
//! The site task hands an order over once its intent is on disk, and never otherwise; the worker
//! sends it or lets it expire, once, and has the outcome recorded. Nothing here reads the record:
//! what a server finds open in it at its start is an order of which nobody knows what came, and
//! becomes that by a fact ([`crate::site_task`]). The sibling with the opposite promise is
//! [`crate::outbox`].

mod driver;

pub(crate) use driver::Driver;

use crate::clock::Clock;
use crate::requests::{Request, have_recorded};
use castellan_domain::actuation::ActuationOutcome;
use castellan_domain::actuation::order::Actuation;
use castellan_domain::engine::Input;
use castellan_domain::ids::Seq;
use castellan_domain::wire::api::QueueDepth;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, mpsc};
use tracing::{info, warn};

/// Orders that may wait for the worker; one more is settled as not sent.
const ORDERS_MAX: usize = 64;
/// Orders that are at the driver at once, so that one door that hangs does not hold up the others.
/// Who waits longer than an order lives, expires.
const AT_ONCE_MAX: usize = 8;

/// The site task's end of the way out.
#[derive(Debug)]
pub(crate) struct Actuations {
    orders: mpsc::Sender<Actuation>,
    held: Arc<Held>,
}

/// Orders that the worker has, until their outcome is recorded: at most one for each door.
#[derive(Debug, Default)]
struct Held(Mutex<BTreeSet<Seq>>);

impl Held {
    fn all(&self) -> MutexGuard<'_, BTreeSet<Seq>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Actuations {
    /// Both ends of the way out.
    pub(crate) fn channel() -> (Self, Orders) {
        let (sender, receiver) = mpsc::channel(ORDERS_MAX);
        let held = Arc::new(Held::default());
        let orders = Orders {
            receiver,
            held: held.clone(),
        };
        let orders_in = Self {
            orders: sender,
            held,
        };
        (orders_in, orders)
    }

    /// Gives an order to the worker. Without room for it, it is gone, and certainly was not sent.
    pub(crate) fn hand_over(&self, order: Actuation) {
        let about = order.about();
        self.held.all().insert(about);
        if let Err(error) = self.orders.try_send(order) {
            warn!(%about, %error, "an order to a device is not sent");
            self.held.all().remove(&about);
        }
    }

    /// Orders whose outcome is not recorded yet, and how many may wait for their turn.
    pub(crate) fn depth(&self) -> QueueDepth {
        QueueDepth {
            waiting: self.held.all().len(),
            limit: ORDERS_MAX,
        }
    }

    /// Whether the worker has an order and will say what became of it.
    pub(crate) fn holds(&self, about: Seq) -> bool {
        self.held.all().contains(&about)
    }
}

/// The worker's end.
#[derive(Debug)]
pub(crate) struct Orders {
    receiver: mpsc::Receiver<Actuation>,
    held: Arc<Held>,
}

#[cfg(test)]
impl Orders {
    /// The order that waits, if one does.
    pub(crate) fn next_now(&mut self) -> Option<Actuation> {
        self.receiver.try_recv().ok()
    }
}

/// Carries orders to the driver, for ever.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) driver: Driver,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) clock: Arc<Clock>,
}

impl Worker {
    pub(crate) async fn run(self, mut orders: Orders) {
        let worker = Arc::new(self);
        let room = Arc::new(Semaphore::new(AT_ONCE_MAX));
        while let Some(order) = orders.receiver.recv().await {
            let Ok(place) = room.clone().acquire_owned().await else {
                return;
            };
            let (worker, held) = (worker.clone(), orders.held.clone());
            tokio::spawn(async move {
                let about = order.about();
                let settled = match worker.overdue(&order) {
                    Some(outcome) => order.settled(outcome),
                    None => worker.driver.send(order).await,
                };
                drop(place);
                let outcome = settled.outcome;
                // Kept until it is recorded, and never sent again meanwhile.
                have_recorded(&worker.requests, Input::Actuated(settled)).await;
                held.all().remove(&about);
                info!(%about, ?outcome, "an order to a device is settled");
            });
        }
    }

    /// An order whose time is over is not sent.
    fn overdue(&self, order: &Actuation) -> Option<ActuationOutcome> {
        let late = self.clock.now() > order.intended().send_by;
        late.then(|| {
            warn!(about = %order.about(), "an order to a device came too late and is not sent");
            ActuationOutcome::Expired
        })
    }
}
