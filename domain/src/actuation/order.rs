//! What may be sent to a device, made of the fact that intends it and of nothing else.

use super::fact::{ActuationFact, ActuationIntended, ActuationOutcome, ActuationSettled};
use crate::fact::{Fact, FactBody};
use crate::ids::Seq;

/// An order on its way to a device: sent once, or never.
#[derive(Debug, PartialEq)]
pub struct Actuation {
    about: Seq,
    intended: ActuationIntended,
}

/// What a drill would have done. No driver takes it.
#[derive(Debug, PartialEq)]
pub struct ActuationRehearsal {
    about: Seq,
    intended: ActuationIntended,
}

/// An order: real, or part of a drill.
#[derive(Debug, PartialEq)]
pub(crate) enum Order {
    /// To be sent.
    Real(Actuation),
    /// To be shown to the drill's leader at most.
    Drill(ActuationRehearsal),
}

impl Order {
    /// What a fact that was just stamped orders. The fact alone decides what, and which of the two
    /// it is. Only a turn may ask, and only once for each fact: see the module's words.
    pub(crate) fn of(fact: &Fact) -> Option<Self> {
        let FactBody::Actuation(ActuationFact::Intended(intended)) = &fact.body else {
            return None;
        };
        let (about, intended) = (fact.seq, intended.clone());
        Some(if fact.drill {
            Self::Drill(ActuationRehearsal { about, intended })
        } else {
            Self::Real(Actuation { about, intended })
        })
    }
}

impl Actuation {
    /// The fact that intends it; within a journal this is its id.
    pub const fn about(&self) -> Seq {
        self.about
    }

    /// What is wanted.
    pub const fn intended(&self) -> &ActuationIntended {
        &self.intended
    }

    /// The fact's body that says how it ended.
    #[must_use]
    pub fn settled(&self, outcome: ActuationOutcome) -> ActuationSettled {
        ActuationSettled {
            about: self.about,
            device: self.intended.device.clone(),
            outcome,
        }
    }
}

impl ActuationRehearsal {
    /// The fact that intends it.
    pub const fn about(&self) -> Seq {
        self.about
    }

    /// What would have been wanted.
    pub const fn intended(&self) -> &ActuationIntended {
        &self.intended
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Act, SEND_WITHIN};
    use super::*;
    use crate::fact::Cause;
    use crate::ids::{DeviceId, SiteId};
    use crate::time::Timestamp;

    fn fact(drill: bool, body: FactBody) -> Fact {
        Fact {
            site: SiteId::constant("s"),
            seq: Seq(7),
            recorded_at: Timestamp::default(),
            occurred_at: Timestamp::default(),
            cause: Cause::Server,
            actor: None,
            drill,
            body,
        }
    }

    fn intended() -> ActuationIntended {
        ActuationIntended {
            device: DeviceId::constant("gate"),
            what: Act::OpenDoor,
            send_by: Timestamp::default() + SEND_WITHIN,
        }
    }

    #[test]
    fn the_fact_alone_decides_whether_an_order_is_real() {
        let of = |drill| {
            Order::of(&fact(
                drill,
                FactBody::Actuation(ActuationFact::Intended(intended())),
            ))
        };
        let Some(Order::Real(actuation)) = of(false) else {
            panic!("it is real")
        };
        assert_eq!(actuation.about(), Seq(7));
        assert_eq!(actuation.intended(), &intended());
        let Some(Order::Drill(rehearsal)) = of(true) else {
            panic!("it is a drill's")
        };
        assert_eq!(rehearsal.about(), Seq(7));
        assert_eq!(rehearsal.intended(), &intended());
        let settled = actuation.settled(ActuationOutcome::Done);
        assert_eq!(
            Order::of(&fact(
                false,
                FactBody::Actuation(ActuationFact::Settled(settled))
            )),
            None
        );
    }
}
