//! The book of orders: what a driver hears was intended on the record, and it hears it once.

use super::books::Seen;
use super::happened::Sent;
use super::totals::Totals;
use castellan_domain::actuation::{
    ActuationCommand, ActuationFact, ActuationOutcome, ActuationRefusal,
};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::ids::{DeviceId, Seq};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use std::collections::BTreeMap;

/// An order lives so long.
const LIVES_FOR: Span = Span::from_secs(5);
/// Whoever is let in needs so long at most.
const WALKS_FOR: Span = Span::from_secs(10);

#[derive(Debug, Clone)]
struct Order {
    door: DeviceId,
    send_by: Timestamp,
    /// Whether the driver heard it.
    was_heard: bool,
    settled: Option<(ActuationOutcome, Timestamp)>,
}

#[derive(Clone, Default)]
pub(crate) struct OrderBook {
    orders: BTreeMap<Seq, Order>,
}

impl OrderBook {
    pub(crate) fn handled(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        let under_way = |door: &DeviceId| {
            let mut orders = self.orders.values();
            orders.any(|order| order.door == *door && order.settled.is_none())
        };
        let mut wanted = None;
        if let Input::Commanded {
            command: Command::Actuation(ActuationCommand::OpenDoor { door }),
            ..
        } = &seen.handled.input
        {
            let is_busy = under_way(door);
            match seen.handled.answer.as_ref().expect("an answer") {
                Ok(Accepted::Done { seq }) => {
                    assert!(!is_busy, "{door} is ordered twice");
                    wanted = Some((*seq, door));
                }
                Err(Refusal::Actuation(ActuationRefusal::AlreadyUnderWay { .. })) => {
                    totals.orders_busy += 1;
                    assert!(is_busy, "nobody has ordered {door}");
                }
                Err(Refusal::Actuation(ActuationRefusal::NoRemoteRelease { door })) => {
                    assert_eq!(door.as_str(), "door-3");
                }
                Err(Refusal::Common(CommonRefusal::NotInEstate)) => {
                    assert!(seen.estate.device(door).is_none());
                }
                refused => panic!("{door} was answered {refused:?}"),
            }
        }
        for fact in &seen.handled.facts {
            match &fact.body {
                FactBody::Actuation(ActuationFact::Intended(body)) => {
                    let of = wanted.take();
                    assert_eq!(of, Some((fact.seq, &body.device)), "who wanted {fact:?}");
                    assert!(matches!(fact.cause, Cause::Command(_)) && fact.actor.is_some());
                    assert_eq!(body.send_by, fact.recorded_at + LIVES_FOR);
                    totals.orders += 1;
                    let order = Order {
                        door: body.device.clone(),
                        send_by: body.send_by,
                        was_heard: false,
                        settled: None,
                    };
                    self.orders.insert(fact.seq, order);
                }
                FactBody::Actuation(ActuationFact::Settled(body)) => {
                    self.settled(fact, body.about, body.outcome, totals);
                }
                _ => {}
            }
        }
        assert_eq!(wanted, None, "it was answered, and nothing is on record");
    }

    fn settled(&mut self, fact: &Fact, about: Seq, outcome: ActuationOutcome, totals: &mut Totals) {
        let order = self.orders.get_mut(&about);
        let order = order.unwrap_or_else(|| panic!("nobody intended {about}"));
        assert_eq!(order.settled, None, "{about} ended twice");
        order.settled = Some((outcome, fact.recorded_at));
        match outcome {
            ActuationOutcome::Done | ActuationOutcome::Refused => {
                assert!(order.was_heard, "{about} was answered and not heard");
            }
            ActuationOutcome::NotSent | ActuationOutcome::Expired => {
                totals.orders_unsent += 1;
                assert!(!order.was_heard, "{about} was heard: {outcome:?}");
            }
            ActuationOutcome::Unknown => totals.orders_unknown += 1,
        }
    }

    /// The driver hears an order.
    pub(crate) fn heard(&mut self, sent: &Sent, totals: &mut Totals) {
        let order = self.orders.get_mut(&sent.about);
        let order = order.unwrap_or_else(|| panic!("{sent:?} is not on record"));
        assert_eq!(order.door, sent.door, "{sent:?}");
        assert!(sent.at <= order.send_by, "{sent:?} comes too late");
        assert_eq!(order.settled, None, "{sent:?} is over");
        assert!(!order.was_heard, "{sent:?} is heard twice");
        order.was_heard = true;
        totals.orders_heard += 1;
    }

    /// Whether an order may have let somebody in, who opens the door now.
    pub(crate) fn may_open(&self, door: &DeviceId, at: Timestamp) -> bool {
        let mut orders = self.orders.values().rev();
        let last = orders.find(|order| order.door == *door);
        last.is_some_and(|order| match order.settled {
            None | Some((ActuationOutcome::Unknown, _)) => at <= order.send_by + WALKS_FOR,
            Some((ActuationOutcome::Done, done_at)) => at <= done_at + WALKS_FOR,
            Some(_) => false,
        })
    }

    /// What is shown of a door is its last order.
    pub(crate) fn check(&self, view: &View) {
        let mut last: BTreeMap<&DeviceId, (Seq, &Order)> = BTreeMap::new();
        for (seq, order) in &self.orders {
            last.insert(&order.door, (*seq, order));
        }
        assert_eq!(view.actuations.len(), last.len(), "doors with orders");
        for (door, (seq, order)) in last {
            let shown = view.actuations.get(door);
            let shown = shown.map(|s| (s.intent, s.settled.map(|s| (s.outcome, s.at))));
            assert_eq!(shown, Some((seq, order.settled)), "the order of {door}");
        }
    }

    /// Nothing is left of which nobody will ever say what became of it.
    pub(crate) fn check_rest(&self) {
        let open = self.orders.iter().find(|(_, o)| o.settled.is_none());
        assert!(open.is_none(), "{open:?} is under way for ever");
    }
}
