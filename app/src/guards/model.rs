//! What a guard's row says.

use crate::ages;
use castellan_domain::estate::{Estate, Person, Role};
use castellan_domain::ids::PersonId;
use castellan_domain::stream::Tracked;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// Older than this, a position is shown as fading.
pub const FADING_AFTER: Span = Span::from_secs(30);
/// Older than this, a position is shown with a question mark (失联 begins at 120 s).
pub const LOST_AFTER: Span = Span::from_secs(120);

/// How far a position can be trusted by its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Just heard.
    Fresh,
    /// Not heard for a while.
    Fading,
    /// Not heard for so long that the place is a guess.
    Lost,
    /// Never heard.
    Never,
}

impl Freshness {
    /// By the age of the latest position.
    pub fn of(tracked: Option<&Tracked>, now: Timestamp) -> Self {
        match tracked.map(|tracked| now.since(tracked.received_at)) {
            None => Self::Never,
            Some(age) if age >= LOST_AFTER => Self::Lost,
            Some(age) if age >= FADING_AFTER => Self::Fading,
            Some(_) => Self::Fresh,
        }
    }

    /// The class by which the style sheet draws it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Fading => "fading",
            Self::Lost => "lost",
            Self::Never => "never",
        }
    }
}

/// The guards of an estate, those with a position first, each group by call sign.
pub fn guards<'a>(estate: &'a Estate, tracked: &BTreeMap<PersonId, Tracked>) -> Vec<&'a Person> {
    let mut guards: Vec<&Person> = estate
        .people
        .iter()
        .filter(|person| person.role == Role::Guard || tracked.contains_key(&person.id))
        .collect();
    guards.sort_by_key(|person| {
        (
            !tracked.contains_key(&person.id),
            call_sign(person, Language::Zh),
        )
    });
    guards
}

/// What a guard is called on the radio; the name where there is no call sign.
pub fn call_sign(person: &Person, language: Language) -> String {
    let named = person.call_sign.as_ref().unwrap_or(&person.name);
    named.get(language).to_owned()
}

/// The age of a position as the row shows it, with a question mark once it is a guess.
pub fn age_text(tracked: Option<&Tracked>, now: Timestamp) -> Option<String> {
    let tracked = tracked?;
    let age = ages::age(tracked.received_at, now);
    Some(match Freshness::of(Some(tracked), now) {
        Freshness::Lost => format!("? {age}"),
        _ => age,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::geo::Offset;

    #[test]
    fn an_old_position_becomes_a_question() {
        let heard = Timestamp::from_secs(1_795_000_000);
        let tracked = Tracked {
            offset: Offset::default(),
            received_at: heard,
            accuracy_dm: None,
        };
        let after = |secs| heard + Span::from_secs(secs);
        assert_eq!(Freshness::of(None, heard), Freshness::Never);
        for (secs, freshness, text) in [
            (0, Freshness::Fresh, "00:00"),
            (29, Freshness::Fresh, "00:29"),
            (30, Freshness::Fading, "00:30"),
            (120, Freshness::Lost, "? 02:00"),
        ] {
            assert_eq!(Freshness::of(Some(&tracked), after(secs)), freshness);
            assert_eq!(age_text(Some(&tracked), after(secs)).as_deref(), Some(text));
        }
    }
}
