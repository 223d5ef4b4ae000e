//! What facts about orders change.

use super::fact::ActuationFact;
use super::state::{ActuationState, Settled};
use crate::subject::Stamp;
use crate::view::{Touched, View, put};

/// An order is on its way, or settled. A drill's is neither: the device hears nothing of it.
pub(crate) fn fold(
    view: &mut View,
    fact: &ActuationFact,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    if stamp.drill {
        return;
    }
    let (device, state) = match fact {
        ActuationFact::Intended(body) => {
            let state = ActuationState {
                intent: stamp.seq,
                what: body.what,
                by: stamp.actor.cloned(),
                at: stamp.at,
                send_by: body.send_by,
                settled: None,
            };
            (&body.device, state)
        }
        ActuationFact::Settled(body) => {
            let open = view.actuations.get(&body.device);
            let open = open.filter(|last| last.intent == body.about && last.settled.is_none());
            let Some(open) = open else {
                return;
            };
            let settled = Some(Settled {
                outcome: body.outcome,
                at: stamp.at,
            });
            let state = ActuationState {
                settled,
                ..open.clone()
            };
            (&body.device, state)
        }
    };
    put(&mut view.actuations, device, state, &mut touched.actuations);
}
