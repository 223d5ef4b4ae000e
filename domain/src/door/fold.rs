//! What facts about doors change.

use super::fact::DoorFact;
use super::state::DoorState;
use crate::subject::Stamp;
use crate::view::{Touched, View, put};

pub(crate) fn fold(view: &mut View, fact: &DoorFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    let since = stamp.occurred_at;
    let (door, state) = match fact {
        DoorFact::Opened(body) => {
            let held_due_at = body.held_due_at;
            (&body.door, DoorState::Open { since, held_due_at })
        }
        DoorFact::Closed(body) => (&body.door, DoorState::Closed { since }),
        // Only the server needs to know who was let through.
        DoorFact::Granted(_) => return,
    };
    put(&mut view.doors, door, state, &mut touched.doors);
}
