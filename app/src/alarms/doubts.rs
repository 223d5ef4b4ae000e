//! What is doubtful about what a source said, in plain words, and what counts instead.

use super::texts;
use crate::texts::Words;
use castellan_domain::observation::{Doubts, PlaceDoubt, TimeDoubt, Untrue};

/// A sentence for each doubt: where first, since somebody is sent there.
pub fn sentences(doubts: &Doubts) -> impl Iterator<Item = Words> {
    let place = doubts.place.as_ref().map(place_sentence);
    let state = doubts.state.then_some(texts::DOUBT_STATE);
    let drill = doubts.drill.then_some(texts::DOUBT_DRILL);
    let time = doubts.time.as_ref().map(time_sentence);
    [place, state, drill, time].into_iter().flatten()
}

/// About when it happened.
pub const fn time_sentence(doubt: &TimeDoubt) -> Words {
    match doubt {
        TimeDoubt::Unreadable => texts::DOUBT_TIME_UNREADABLE,
        TimeDoubt::Unbelievable { .. } => texts::DOUBT_CLOCK,
    }
}

const fn place_sentence(doubt: &PlaceDoubt) -> Words {
    match doubt {
        PlaceDoubt::Unreadable => texts::DOUBT_PLACE_UNREADABLE,
        PlaceDoubt::Surplus => texts::DOUBT_PLACE_SURPLUS,
        PlaceDoubt::Untrue { why, .. } => match why {
            Untrue::NotOnEarth => texts::DOUBT_PLACE_OUTSIDE,
            Untrue::NullIsland => texts::DOUBT_PLACE_ZERO,
            Untrue::Swapped => texts::DOUBT_PLACE_SWAPPED,
            Untrue::FarAway => texts::DOUBT_PLACE_FAR,
        },
    }
}
