//! What facts about a flood change.

use super::fact::FloodFact;
use super::state::Flood;
use crate::subject::Stamp;
use crate::view::{Touched, View};

pub(crate) fn fold(view: &mut View, fact: &FloodFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    view.flood = match fact {
        FloodFact::Began(_) => Some(Flood {
            since: stamp.at,
            shown: 0,
            folded: 0,
        }),
        FloodFact::Ended(_) => None,
    };
    touched.flood = true;
}

/// One more condition came, while a flood lasts.
pub(crate) fn count(
    view: &mut View,
    touched: &mut Touched,
    counter: impl FnOnce(&mut Flood) -> &mut u32,
) {
    if let Some(flood) = &mut view.flood {
        let counter = counter(flood);
        *counter = counter.saturating_add(1);
        touched.flood = true;
    }
}
