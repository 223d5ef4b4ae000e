//! What is wanted of a device, at most once: an order that may open a door is never given twice.
//!
//! The intent is a fact first. What may be sent is made of that fact by the turn that records it,
//! and by nothing else: an [`Actuation`] can neither be copied nor be read from anywhere, and whoever
//! sends it uses it up. What the record says after a restart is therefore never sent; there is no
//! code that could. The sibling with the opposite promise is [`crate::notify`].
//!
//! The only thing that can be wanted is that a door opens for a moment. There is no order to lock or
//! to close anything, on purpose: whatever becomes of an order here, nobody's way out gets narrower.
//!
//! What a drill intends is a [`ActuationRehearsal`], which no driver takes:
//!
//! ```compile_fail
//! use castellan_domain::actuation::{Actuation, ActuationRehearsal};
//! fn send(_: Actuation) {}
//! fn a_drill_would_open_the_gate(rehearsal: ActuationRehearsal) {
//!     send(rehearsal);
//! }
//! ```
//!
//! And nothing is sent twice:
//!
//! ```compile_fail
//! use castellan_domain::actuation::Actuation;
//! fn send(_: Actuation) {}
//! fn to_be_sure(actuation: Actuation) {
//!     send(actuation);
//!     send(actuation);
//! }
//! ```

use crate::fact::{Fact, FactBody};
use crate::ids::{DeviceId, PersonId, Seq};
use crate::refusal::Refusal;
use crate::rules::Context;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an order may wait before it is sent. One that comes later opens a door at which nobody
/// stands any more and which nobody watches.
pub const SEND_WITHIN: Span = Span::from_secs(5);

/// What can be wanted of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 远程开门: its driver releases a door for a moment. It locks by itself again, as after a card.
    OpenDoor,
}

/// Somebody wants something of a device. The fact's number is the order's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuationIntended {
    /// Of which device.
    pub device: DeviceId,
    /// What.
    pub what: Act,
    /// After this it is not sent any more.
    pub send_by: Timestamp,
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuationSettled {
    /// The fact that intended it.
    pub about: Seq,
    /// The device.
    pub device: DeviceId,
    /// How it ended.
    pub outcome: ActuationOutcome,
}

/// How an actuation ended. It is final: nothing is sent again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActuationOutcome {
    /// The driver said that it is done.
    Done,
    /// The driver said that it did nothing.
    Refused,
    /// It never left the server.
    NotSent,
    /// Its time was over before it could be sent.
    Expired,
    /// It was sent, or may have been, and nobody knows what came of it.
    Unknown,
}

/// The last actuation of a device, as displays know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuationState {
    /// The fact that intended it.
    pub intent: Seq,
    /// What was wanted.
    pub what: Act,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// After this it is not sent any more.
    pub send_by: Timestamp,
    /// How it ended; absent while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// How and when an actuation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// How.
    pub outcome: ActuationOutcome,
    /// When that was recorded.
    pub at: Timestamp,
}

impl ActuationState {
    /// Until when a door that opens may have been opened by it, if somebody needs so long to walk
    /// through as `granted_for`. Nothing, if it certainly was not.
    pub fn may_open_until(&self, granted_for: Span) -> Option<Timestamp> {
        let released_by = match self.settled {
            None => self.send_by,
            Some(Settled { outcome, at }) => match outcome {
                ActuationOutcome::Done => at,
                ActuationOutcome::Unknown => self.send_by,
                ActuationOutcome::Refused
                | ActuationOutcome::NotSent
                | ActuationOutcome::Expired => return None,
            },
        };
        Some(released_by + granted_for)
    }
}

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
        let FactBody::ActuationIntended(intended) = &fact.body else {
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

/// One order for each door at a time: whoever comes second would not know which of the two opened
/// it, or whether neither did.
pub(crate) fn open_door(context: &Context<'_>, door: DeviceId) -> Result<FactBody, Refusal> {
    let device = context.estate.device(&door).ok_or(Refusal::NotInEstate)?;
    let settings = device.door.ok_or(Refusal::NotADoor)?;
    if !settings.remote_release {
        return Err(Refusal::NoRemoteRelease { door });
    }
    let last = context.view().actuations.get(&door);
    if let Some(open) = last.filter(|last| last.settled.is_none()) {
        let (by, at) = (open.by.clone(), open.at);
        return Err(Refusal::AlreadyUnderWay { by, at });
    }
    Ok(FactBody::ActuationIntended(ActuationIntended {
        device: door,
        what: Act::OpenDoor,
        send_by: context.now + SEND_WITHIN,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Cause;
    use crate::ids::SiteId;

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
        let of = |drill| Order::of(&fact(drill, FactBody::ActuationIntended(intended())));
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
            Order::of(&fact(false, FactBody::ActuationSettled(settled))),
            None
        );
    }
}
