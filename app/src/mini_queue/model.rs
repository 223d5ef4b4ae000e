//! What the mini queue shows, what Enter there means, and which system notifications stand for it.

use crate::alarms::model::{priority_short, sign, what};
use crate::alarms::queue::unowned;
use crate::alarms::texts::DRILL;
use crate::desk::has_settled;
use castellan_domain::alarm::Alarm;
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::ids::AlarmId;
use castellan_domain::text::Language;
use castellan_domain::time::Span;
use castellan_domain::view::View;
use std::collections::BTreeSet;

/// Rows at most; what is less urgent is counted.
pub const ROWS_MAX: usize = 5;
/// System notifications that stand at most; the less urgent ones wait until there is room.
pub const NOTICES_MAX: usize = 10;

/// What nobody has, most urgent first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// At most [`ROWS_MAX`].
    pub rows: Vec<AlarmId>,
    /// How many more there are.
    pub more: usize,
}

impl Shown {
    /// Of a site as it is now.
    pub fn of(view: &View) -> Self {
        let mut rows = unowned(view);
        let more = rows.len().saturating_sub(ROWS_MAX);
        rows.truncate(ROWS_MAX);
        Self { rows, more }
    }

    /// All that nobody has.
    pub const fn count(&self) -> usize {
        self.rows.len() + self.more
    }
}

/// What stands on top, and since when by the display's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Top {
    id: Option<AlarmId>,
    since: Span,
}

impl Top {
    /// This is on top now, as before or in the place of another.
    #[must_use]
    pub fn updated(self, id: Option<AlarmId>, mono: Span) -> Self {
        if id == self.id {
            self
        } else {
            Self { id, since: mono }
        }
    }

    /// What Enter claims: what has been on top for long enough to be meant.
    pub fn meant(self, mono: Span) -> Option<AlarmId> {
        self.id.filter(|_| has_settled(self.since, mono))
    }
}

/// What is to be done with the system's notifications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notices {
    /// To be raised, most urgent first.
    pub raise: Vec<AlarmId>,
    /// To be closed: somebody has them, or more urgent ones need the room.
    pub close: Vec<AlarmId>,
}

impl Notices {
    /// Of the urgent ones that nobody has, where these stand already.
    pub fn of(view: &View, standing: &BTreeSet<AlarmId>) -> Self {
        let is_urgent = |id: &AlarmId| {
            let alarm = view.alarms.get(id);
            alarm.is_some_and(|alarm| matches!(alarm.priority, Priority::P1 | Priority::P2))
        };
        let wanted = unowned(view).into_iter().filter(is_urgent);
        let wanted: Vec<AlarmId> = wanted.take(NOTICES_MAX).collect();
        let gone = standing.iter().filter(|id| !wanted.contains(id));
        Self {
            close: gone.copied().collect(),
            raise: wanted
                .iter()
                .filter(|id| !standing.contains(id))
                .copied()
                .collect(),
        }
    }
}

/// What a notification says of an alarm at its place. It says nothing that counts down: nobody draws it anew.
pub fn notice(
    estate: Option<&Estate>,
    alarm: &Alarm,
    place: &str,
    language: Language,
) -> (String, String) {
    let word = priority_short(alarm.priority).get(language);
    let drill = alarm.drill.then(|| DRILL.get(language));
    let drill = drill.map(|drill| format!("{drill} · ")).unwrap_or_default();
    (
        format!("{} {word} {place}", sign(alarm.priority)),
        format!("{drill}{}", what(estate, alarm, language)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{acknowledged, claimed, estate, judged, raised, shelved, view};
    use castellan_domain::time::Timestamp;

    fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<AlarmId> {
        numbers.into_iter().map(AlarmId).collect()
    }

    #[test]
    fn what_nobody_has_is_shown_most_urgent_first_and_the_rest_is_counted() {
        let all = view([
            raised(1, 4),
            claimed(raised(2, 1)),
            raised(3, 1),
            acknowledged(raised(4, 3)),
            judged(raised(5, 1)),
            shelved(raised(6, 3), Timestamp::default()),
            raised(7, 2),
        ]);
        let shown = Shown::of(&all);
        assert_eq!((shown.rows.as_slice(), shown.more), (&*ids([3, 7, 1]), 0));
        let many = Shown::of(&view((1..=7).map(|number| raised(number, 2))));
        assert_eq!((many.rows.clone(), many.more), (ids(1..=5), 2));
        assert_eq!(many.count(), 7);
        assert_eq!(Shown::of(&view([])), Shown::default());
    }

    #[test]
    fn enter_claims_only_what_has_been_on_top_for_a_moment() {
        let ms = Span::from_millis;
        let first = Some(AlarmId(1));
        let top = Top::default().updated(first, ms(1_000));
        assert_eq!(top.meant(ms(1_399)), None);
        assert_eq!(top.meant(ms(1_400)), first);
        // The same one stays, however often it is drawn; another one begins anew.
        assert_eq!(top.updated(first, ms(1_300)).meant(ms(1_400)), first);
        let worse = top.updated(Some(AlarmId(2)), ms(1_500));
        assert_eq!(worse.meant(ms(1_600)), None);
        assert_eq!(worse.meant(ms(1_900)), Some(AlarmId(2)));
        assert_eq!(worse.updated(None, ms(1_900)).meant(ms(9_900)), None);
    }

    #[test]
    fn a_notification_is_raised_once_and_closed_when_somebody_has_it() {
        let none = BTreeSet::new();
        let before = view([raised(1, 1), raised(2, 2), raised(3, 3)]);
        let both = Notices::of(&before, &none);
        assert_eq!((both.raise.clone(), both.close), (ids([1, 2]), ids([])));
        let standing: BTreeSet<AlarmId> = both.raise.into_iter().collect();
        assert_eq!(Notices::of(&before, &standing), Notices::default());
        let taken = view([claimed(raised(1, 1)), raised(2, 2), raised(4, 1)]);
        let next = Notices::of(&taken, &standing);
        assert_eq!((next.raise, next.close), (ids([4]), ids([1])));
    }

    #[test]
    fn the_least_urgent_notification_makes_room() {
        let full = view((1..=10).map(|number| raised(number, 2)));
        let standing: BTreeSet<AlarmId> = Notices::of(&full, &BTreeSet::new())
            .raise
            .into_iter()
            .collect();
        assert_eq!(standing.len(), NOTICES_MAX);
        let worse = view(
            (1..=10)
                .map(|number| raised(number, 2))
                .chain([raised(11, 1)]),
        );
        let next = Notices::of(&worse, &standing);
        assert_eq!((next.raise, next.close), (ids([11]), ids([10])));
    }

    #[test]
    fn a_notification_says_how_urgent_where_and_what_and_a_drill_says_so() {
        let estate = estate();
        let mut alarm = raised(1, 1);
        let said = |alarm: &Alarm| notice(Some(&estate), alarm, "3号楼 B1层", Language::Zh);
        let (title, body) = said(&alarm);
        assert_eq!(title, "▲ 一级 3号楼 B1层");
        assert_eq!(body, what(Some(&estate), &alarm, Language::Zh));
        alarm.drill = true;
        assert_eq!(said(&alarm).1, format!("演练 · {body}"));
    }
}
