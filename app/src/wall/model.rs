//! What a wall shows of the matters that are open, and what it leaves to a count.

use crate::ages::Now;
use crate::alarms::queue::{Queue, Sieve, top_unowned, unowned};
use crate::alarms::standing::open_incident;
use crate::dispatch::errands::Part;
use crate::dispatch::texts::{ON_SCENE, ON_THE_WAY};
use castellan_domain::alarm::{Alarm, Ownership};
use castellan_domain::audience::Audience;
use castellan_domain::estate::{Estate, Person, Priority, Role};
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::staff::{Console, Duty};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use std::collections::BTreeSet;

/// Lines below the matter that nobody has. All further ones are counted in the line of what is folded.
pub const LINES_BELOW_MAX: usize = 2;
/// Lines where somebody has every matter.
pub const LINES_ALONE_MAX: usize = 5;
/// How wide a place may be in the largest letters, in tenths of one.
const PLACE_TENTHS_MAX: usize = 90;
/// People on duty who are named; the others are counted.
pub const NAMED_MAX: usize = 3;

/// For whom a wall hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 值守: where the staff works.
    Duty,
    /// 展示: before visitors. It is true, and shows no persons.
    Visitors,
}

impl Mode {
    /// The mode of this name in the address. What goes without saying shows least.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("值守" | "duty") => Self::Duty,
            _ => Self::Visitors,
        }
    }

    /// What such a wall may see.
    pub const fn audience(self) -> Audience {
        match self {
            Self::Duty => Audience::Wall,
            Self::Visitors => Audience::WallVisitor,
        }
    }

    /// The class by which the style sheet draws it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Visitors => "visitors",
        }
    }
}

/// The matters in the left column. An alarm stands for all that are in its open incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matters {
    /// The most urgent one that nobody has.
    pub top: Option<AlarmId>,
    /// The others, the most urgent first.
    pub lines: Vec<AlarmId>,
    /// How many alarms are in none of them, and the worst of these.
    pub folded: usize,
    pub folded_worst: Option<Priority>,
}

impl Matters {
    /// What there is now.
    pub fn of(view: &View) -> Self {
        let top = top_unowned(view);
        let lines_max = if top.is_some() {
            LINES_BELOW_MAX
        } else {
            LINES_ALONE_MAX
        };
        let mut matters = Self {
            top,
            ..Self::default()
        };
        let incident = |id: &AlarmId| Some(open_incident(view, view.alarms.get(id)?)?.id);
        let mut shown: BTreeSet<IncidentId> = top.iter().filter_map(incident).collect();
        for id in Queue::default().updated(view, Sieve::default(), false).rows {
            let of = incident(&id);
            if Some(id) == top || of.is_some_and(|of| shown.contains(&of)) {
                continue;
            }
            if matters.lines.len() < lines_max {
                matters.lines.push(id);
                shown.extend(of);
                continue;
            }
            matters.folded += 1;
            // They come in the order of urgency.
            let worst = view.alarms.get(&id).map(|alarm| alarm.priority);
            matters.folded_worst = matters.folded_worst.or(worst);
        }
        matters
    }

    /// Whether there is nothing to be said.
    pub fn is_quiet(&self) -> bool {
        self.top.is_none() && self.lines.is_empty()
    }
}

/// Since when that matter waits which has waited longest for somebody.
pub fn waits_since(view: &View) -> Option<Timestamp> {
    let since = |id: AlarmId| match &view.alarms.get(&id)?.ownership {
        Ownership::Unclaimed { since, .. } => Some(*since),
        // Its incident is nobody's.
        Ownership::Claimed { at, .. } => Some(*at),
    };
    unowned(view).into_iter().filter_map(since).min()
}

/// Who of those that work at consoles is on duty or sits at one, and how many there are beyond those named.
pub fn on_duty<'a>(estate: &'a Estate, view: &View) -> (Vec<&'a Person>, usize) {
    let mut people: Vec<_> = estate.people.iter().collect();
    people.retain(|one| {
        let state = view.person(&one.id);
        let is_here = matches!(state.console, Console::Here { .. });
        one.role == Role::Operator && (is_here || matches!(state.duty, Duty::On { .. }))
    });
    let more = people.len().saturating_sub(NAMED_MAX);
    people.truncate(NAMED_MAX);
    (people, more)
}

/// How far somebody is who was sent, as short as in a line.
pub fn errand_words(part: &Part, now: Now, language: Language) -> String {
    match part {
        Part::Going { course: None, .. } => ON_THE_WAY.get(language).to_owned(),
        Part::Going { .. } => {
            let figure = part.figure(now, language);
            format!("{} {figure}", ON_THE_WAY.get(language))
        }
        Part::There => ON_SCENE.get(language).to_owned(),
        Part::Asked { .. } => part.figure(now, language),
    }
}

/// In which letters a place is said: it is never cut. Chinese characters are square, others little more than half as
/// wide.
pub fn place_class(place: &str) -> &'static str {
    let tenths = |c: char| if c.is_ascii() { 6 } else { 10 };
    if place.chars().map(tenths).sum::<usize>() <= PLACE_TENTHS_MAX {
        "place"
    } else {
        "place long"
    }
}

/// The class of a plate: whether it is filled, and in which colour.
pub fn plate_class(alarm: &Alarm, is_open: bool) -> String {
    let open = if is_open { " open" } else { "" };
    let drill = if alarm.drill { " drill" } else { "" };
    format!(
        "{}{open}{drill}",
        crate::alarms::model::class(alarm.priority)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, raised, view};
    use castellan_domain::ids::PersonId;
    use castellan_domain::time::Span;

    fn numbers(ids: &[AlarmId]) -> Vec<u32> {
        ids.iter().map(|id| id.0).collect()
    }

    #[test]
    fn a_wall_without_a_mode_shows_least() {
        assert_eq!(Mode::named(Some("值守")), Mode::Duty);
        assert_eq!(Mode::named(Some("duty")), Mode::Duty);
        for name in [None, Some("展示"), Some("visitors"), Some("Duty"), Some("")] {
            assert_eq!(Mode::named(name).audience(), Audience::WallVisitor);
        }
        assert_eq!(Mode::Duty.audience(), Audience::Wall);
    }

    #[test]
    fn what_nobody_has_stands_on_top_and_every_other_alarm_is_a_line_or_counted() {
        let all = view([
            claimed(raised(1, 1)),
            raised(2, 2),
            claimed(raised(3, 2)),
            raised(4, 3),
            raised(5, 3),
        ]);
        let matters = Matters::of(&all);
        assert_eq!(matters.top, Some(AlarmId(2)));
        assert_eq!(numbers(&matters.lines), [1, 3]);
        assert_eq!(matters.folded, 2);
        assert_eq!(matters.folded_worst.map(u8::from), Some(3));
        assert!(!matters.is_quiet());
        assert!(Matters::of(&view([])).is_quiet());
    }

    #[test]
    fn where_somebody_has_every_matter_there_is_room_for_more_lines() {
        let all = view((1..=7).map(|id| claimed(raised(id, 1))));
        let matters = Matters::of(&all);
        assert_eq!(matters.top, None);
        assert_eq!((matters.lines.len(), matters.folded), (LINES_ALONE_MAX, 2));
    }

    #[test]
    fn a_long_place_is_said_in_smaller_letters() {
        for (place, class) in [
            ("3号楼 B1层 走道", "place"),
            ("South wall 3", "place"),
            ("Building 3 B1 corridor", "place long"),
            ("3号楼 2单元 15层 1502室", "place long"),
        ] {
            assert_eq!(place_class(place), class, "{place}");
        }
    }

    #[test]
    fn a_flood_is_counted_whole() {
        let matters = Matters::of(&view((1..=2_000).map(|id| raised(id, 3))));
        assert_eq!(1 + matters.lines.len() + matters.folded, 2_000);
    }

    #[test]
    fn who_sits_at_a_console_or_is_on_duty_is_named_and_the_others_are_counted() {
        let mut estate = crate::fixture::estate();
        estate.people.clear();
        for id in ["a", "b", "c", "d", "e", "off"] {
            let one = format!(
                r#"{{"id": "{id}", "role": "operator", "name": {{"zh": "甲", "en": "A"}}}}"#
            );
            estate
                .people
                .push(serde_json::from_str(&one).expect("a person"));
        }
        let mut all = view([]);
        for id in ["a", "b", "c"] {
            let id = PersonId::new(id).expect("an id");
            all.people.entry(id).or_default().console = Console::Here { since: START };
        }
        for id in ["d", "e"] {
            let id = PersonId::new(id).expect("an id");
            all.people.entry(id).or_default().duty = Duty::On { since: START };
        }
        let (named, more) = on_duty(&estate, &all);
        let named: Vec<_> = named.iter().map(|one| one.id.as_str()).collect();
        assert_eq!((named, more), (vec!["a", "b", "c"], 2));
    }

    #[test]
    fn a_line_says_how_far_those_are_who_were_sent() {
        let going = Part::Going {
            course: None,
            heard: None,
        };
        for (part, zh) in [(going, "前往中"), (Part::There, "已到场")] {
            assert_eq!(errand_words(&part, START.into(), Language::Zh), zh);
        }
    }

    #[test]
    fn what_has_waited_longest_need_not_be_the_most_urgent() {
        let mut late = raised(2, 1);
        if let Ownership::Unclaimed { since, .. } = &mut late.ownership {
            *since = START + Span::from_secs(9);
        }
        assert_eq!(waits_since(&view([raised(1, 3), late])), Some(START));
        assert_eq!(waits_since(&view([claimed(raised(1, 1))])), None);
    }
}
