//! What a wall frames, and when that changes: calmly, and never without a word before.

use super::model::Matters;
use crate::alarms::standing::open_incident;
use castellan_domain::dispatch::Stage;
use castellan_domain::estate::Priority;
use castellan_domain::ids::AlarmId;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;

/// A frame stays for so long, unless something of the first priority comes that nobody has.
pub const HELD: Span = Span::from_secs(8);
/// A change of frame is announced for so long.
pub const ANNOUNCED: Span = Span::from_secs(2);

/// What is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Frame {
    /// The whole estate.
    #[default]
    Home,
    /// The place of an alarm.
    Alarm(AlarmId),
}

/// What there is to be framed, and whether that can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    pub frame: Frame,
    /// It is of the first priority, and nobody has it.
    pub cannot_wait: bool,
}

impl Wanted {
    /// The matter that nobody has; else the one to which somebody is on their way; else the estate.
    pub fn of(view: &View, matters: &Matters) -> Self {
        let alarm = |id: &AlarmId| view.alarms.get(id);
        let has_place = |id: &&AlarmId| alarm(id).is_some_and(|one| one.place.point().is_some());
        if let Some(top) = matters.top.filter(|top| has_place(&top)) {
            let is_first = alarm(&top).is_some_and(|one| one.priority == Priority::P1);
            return Self {
                frame: Frame::Alarm(top),
                cannot_wait: is_first,
            };
        }
        let moves = |id: &&AlarmId| {
            let incident = alarm(id).and_then(|one| open_incident(view, one));
            incident.is_some_and(|incident| {
                let mut sent = view.assignments.values();
                sent.any(|one| {
                    one.incident == incident.id
                        && one.is_live()
                        && !matches!(one.stage, Stage::OnScene { .. })
                })
            })
        };
        let mut lines = matters.lines.iter().filter(has_place);
        Self {
            frame: lines
                .find(moves)
                .map_or(Frame::Home, |id| Frame::Alarm(*id)),
            cannot_wait: false,
        }
    }
}

/// What is framed, since when, and what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attention {
    pub framed: Frame,
    since: Timestamp,
    /// What is announced, and since when.
    pub next: Option<(Frame, Timestamp)>,
}

impl Attention {
    /// What it is at `now`. Time that stands still changes nothing.
    #[must_use]
    pub fn step(self, wanted: Wanted, now: Timestamp) -> Self {
        if wanted.frame == self.framed {
            return Self { next: None, ..self };
        }
        match self.next {
            Some((next, announced_at)) if next == wanted.frame => {
                if now.since(announced_at) < ANNOUNCED {
                    return self;
                }
                Self {
                    framed: next,
                    since: now,
                    next: None,
                }
            }
            _ => {
                // Announced within the time that the frame is held, so that it changes just after it.
                let may_begin = wanted.cannot_wait
                    || now.since(self.since).as_micros()
                        >= (HELD.as_micros() - ANNOUNCED.as_micros());
                Self {
                    next: may_begin.then_some((wanted.frame, now)),
                    ..self
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, raised, view};

    const HOME: Frame = Frame::Home;

    const fn alarm(id: u32) -> Frame {
        Frame::Alarm(AlarmId(id))
    }

    /// Second, what is wanted and whether it can wait → what is framed and announced.
    type Row = (i64, Frame, bool, Frame, Option<Frame>);

    fn play(rows: &[Row]) {
        let mut attention = Attention {
            since: START,
            ..Attention::default()
        };
        for (second, frame, cannot_wait, framed, next) in rows {
            let wanted = Wanted {
                frame: *frame,
                cannot_wait: *cannot_wait,
            };
            attention = attention.step(wanted, START + Span::from_secs(*second));
            let announced = attention.next.map(|(frame, _)| frame);
            assert_eq!(
                (attention.framed, announced),
                (*framed, *next),
                "second {second}"
            );
        }
    }

    #[test]
    fn a_frame_is_held_for_eight_seconds_and_its_change_announced_for_two() {
        play(&[
            (20, alarm(1), false, HOME, Some(alarm(1))),
            (21, alarm(1), false, HOME, Some(alarm(1))),
            (22, alarm(1), false, alarm(1), None),
            (23, alarm(2), false, alarm(1), None),
            (27, alarm(2), false, alarm(1), None),
            (28, alarm(2), false, alarm(1), Some(alarm(2))),
            (30, alarm(2), false, alarm(2), None),
            (31, HOME, false, alarm(2), None),
            (36, HOME, false, alarm(2), Some(HOME)),
            (38, HOME, false, HOME, None),
        ]);
    }

    #[test]
    fn what_is_of_the_first_priority_waits_for_its_announcement_alone() {
        play(&[
            (20, alarm(1), false, HOME, Some(alarm(1))),
            (22, alarm(1), false, alarm(1), None),
            (23, alarm(2), true, alarm(1), Some(alarm(2))),
            (25, alarm(2), true, alarm(2), None),
            (26, alarm(3), false, alarm(2), None),
        ]);
    }

    #[test]
    fn what_was_announced_and_is_over_is_not_framed() {
        play(&[
            (20, alarm(1), false, HOME, Some(alarm(1))),
            (21, HOME, false, HOME, None),
            (22, alarm(2), false, HOME, Some(alarm(2))),
            (23, alarm(3), false, HOME, Some(alarm(3))),
            (24, alarm(3), false, HOME, Some(alarm(3))),
            (25, alarm(3), false, alarm(3), None),
        ]);
    }

    #[test]
    fn time_that_stands_still_changes_nothing() {
        play(&[
            (20, alarm(1), true, HOME, Some(alarm(1))),
            (20, alarm(1), true, HOME, Some(alarm(1))),
            (20, alarm(1), true, HOME, Some(alarm(1))),
        ]);
    }

    #[test]
    fn what_nobody_has_is_framed_and_what_everybody_has_is_not_unless_somebody_goes_there() {
        let wanted = |view: &View| Wanted::of(view, &Matters::of(view));
        let all = view([claimed(raised(1, 1)), raised(2, 2)]);
        let second = Wanted {
            frame: alarm(2),
            cannot_wait: false,
        };
        assert_eq!(wanted(&all), second);
        assert!(wanted(&view([raised(3, 1)])).cannot_wait);
        assert_eq!(wanted(&view([claimed(raised(1, 1))])), Wanted::default());
    }
}
