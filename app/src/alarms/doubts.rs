//! What is doubtful about what a source said, in plain words, and what counts instead.

use super::texts;
use crate::texts::Words;
use castellan_domain::observation::{Doubts, PlaceDoubt, TimeDoubt, Untrue};
use castellan_domain::text::Language;

/// A sentence for each doubt: where first, since somebody is sent there.
pub fn sentences(doubts: &Doubts) -> impl Iterator<Item = Words> {
    let place = doubts.place.as_ref().map(place_sentence);
    let state = doubts.state.then_some(texts::DOUBT_STATE);
    let drill = doubts.drill.then_some(texts::DOUBT_DRILL);
    let time = doubts.time.as_ref().map(time_sentence);
    [place, state, drill, time].into_iter().flatten()
}

/// What of it is doubtful, in the few words that a row has room for; the details have the sentences.
pub fn in_short(doubts: &Doubts, language: Language) -> Option<String> {
    let about = [
        (doubts.place.is_some(), texts::DOUBTED_PLACE),
        (doubts.state, texts::DOUBTED_STATE),
        (doubts.drill, texts::DOUBTED_DRILL),
        (doubts.time.is_some(), texts::DOUBTED_TIME),
    ];
    let about = about.into_iter().filter(|(is_doubted, _)| *is_doubted);
    let about: Vec<_> = about.map(|(_, words)| words.get(language)).collect();
    let between = match language {
        Language::Zh => "、",
        Language::En => ", ",
    };
    (!about.is_empty()).then(|| texts::DOUBTED.fill(language, &[&about.join(between)]))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_in_short_what_is_doubted() {
        let read = |doubts: &Doubts| in_short(doubts, Language::Zh);
        let mut doubts = Doubts::default();
        assert_eq!(read(&doubts), None);
        doubts.place = Some(PlaceDoubt::Unreadable);
        assert_eq!(read(&doubts).as_deref(), Some("位置存疑"));
        doubts.time = Some(TimeDoubt::Unreadable);
        assert_eq!(read(&doubts).as_deref(), Some("位置、时间存疑"));
        (doubts.state, doubts.drill) = (true, true);
        assert_eq!(
            in_short(&doubts, Language::En).as_deref(),
            Some("In doubt: place, state, drill, time")
        );
    }
}
