//! Who was shown whose live picture, for which alarm if for one, and from when to when. Pure: it is told of each picture that went
//! out, and of the time.
//!
//! Gaps are no end: somebody who goes to another alarm and comes back, a connection that breaks, a second window are
//! one viewing. What nobody could have recognised anything on is none.

use castellan_domain::ids::{AlarmId, DeviceId, PersonId};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::camera::FROZEN_AFTER_MS;
use std::collections::{BTreeMap, VecDeque};

/// Live pictures for less than this, all together, are no viewing.
const SEEN_MIN: Span = Span::from_secs(3);
/// Pictures that follow each other within this are one stretch of them: what a tile shows as the present.
const STRETCH: Span = Span::from_millis(FROZEN_AFTER_MS.cast_signed());
/// A viewing ends once there was no picture for longer than this.
const GAP_MAX: Span = Span::from_secs(60);
/// A viewing that lasts longer goes on as the next one, so that it stands on record at last.
const LASTS_MAX: Span = Span::from_secs(12 * 3600);
/// Viewings that are under way. Beyond it the one without a picture for longest ends.
const OPEN_MAX: usize = 1_000;
/// Viewings that are over and wait to be recorded. Beyond it the oldest one is lost, and counted.
const ENDED_MAX: usize = 1_000;

/// What a viewing is told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Watched {
    /// None: it was selected by itself, or chosen for a second monitor.
    pub(crate) alarm: Option<AlarmId>,
    pub(crate) by: PersonId,
    pub(crate) camera: DeviceId,
}

/// A viewing that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) watched: Watched,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    from: Timestamp,
    to: Timestamp,
    /// How much of that there was a picture.
    seen: Span,
}

/// All viewings that are not on record yet.
#[derive(Debug, Default)]
pub(super) struct Viewings {
    /// At most [`OPEN_MAX`].
    open: BTreeMap<Watched, Open>,
    /// At most [`ENDED_MAX`], oldest first.
    ended: VecDeque<Ended>,
    lost: u64,
}

impl Viewings {
    /// A live picture went out.
    pub(super) fn shown(&mut self, watched: &Watched, at: Timestamp) {
        if let Some(open) = self.open.get_mut(watched) {
            let gap = at.since(open.to);
            if gap <= GAP_MAX && at.since(open.from) <= LASTS_MAX {
                if gap <= STRETCH {
                    open.seen = Span::from_micros(open.seen.as_micros() + gap.as_micros());
                }
                open.to = at;
                return;
            }
            self.end(&watched.clone());
        } else if self.open.len() >= OPEN_MAX {
            let quietest = self.open.iter().min_by_key(|(_, open)| open.to);
            if let Some(quietest) = quietest.map(|(watched, _)| watched.clone()) {
                self.end(&quietest);
            }
        }
        let open = Open {
            from: at,
            to: at,
            seen: Span::ZERO,
        };
        self.open.insert(watched.clone(), open);
    }

    /// One that is over by now, oldest first.
    pub(super) fn over(&mut self, now: Timestamp) -> Option<Ended> {
        self.end_where(|_, open| now.since(open.to) > GAP_MAX);
        self.ended.pop_front()
    }

    /// Those of alarms that are closed are over, although the picture goes on: what follows is looked at for no open
    /// alarm. Asked often enough, what goes on is a glimpse each time.
    pub(super) fn end_closed(&mut self, is_closed: impl Fn(AlarmId) -> bool) {
        self.end_where(|watched, _| watched.alarm.is_some_and(&is_closed));
    }

    /// The server stops: all are over.
    pub(super) fn end_all(&mut self) {
        self.end_where(|_, _| true);
    }

    /// How many were lost since the last question, because they could not be recorded for so long.
    pub(super) const fn take_lost(&mut self) -> u64 {
        std::mem::replace(&mut self.lost, 0)
    }

    fn end_where(&mut self, is_over: impl Fn(&Watched, &Open) -> bool) {
        let open = self.open.iter();
        let over = open.filter(|(watched, open)| is_over(watched, open));
        for watched in over.map(|(watched, _)| watched.clone()).collect::<Vec<_>>() {
            self.end(&watched);
        }
    }

    fn end(&mut self, watched: &Watched) {
        let ended = self.open.remove_entry(watched);
        let Some((watched, open)) = ended.filter(|(_, open)| open.seen >= SEEN_MIN) else {
            return;
        };
        if self.ended.len() >= ENDED_MAX {
            self.ended.pop_front();
            self.lost += 1;
        }
        self.ended.push_back(Ended {
            watched,
            from: open.from,
            to: open.to,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn watched(by: &'static str) -> Watched {
        Watched {
            alarm: Some(AlarmId(33)),
            by: PersonId::constant(by),
            camera: DeviceId::constant("cam-3"),
        }
    }

    /// A picture a second, from one second to another.
    fn look(viewings: &mut Viewings, by: &'static str, (from, to): (i64, i64)) {
        for second in from..=to {
            viewings.shown(&watched(by), at(second * 1_000));
        }
    }

    /// The seconds of the viewings of these stretches.
    fn told(stretches: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let mut viewings = Viewings::default();
        for stretch in stretches {
            look(&mut viewings, "li-na", *stretch);
        }
        viewings.end_all();
        let over = std::iter::from_fn(|| viewings.over(at(0)));
        over.map(|viewed| {
            (
                viewed.from.as_millis() / 1_000,
                viewed.to.as_millis() / 1_000,
            )
        })
        .collect()
    }

    #[test]
    fn what_was_seen_is_told_once_with_its_gaps_and_a_glimpse_is_not() {
        for (stretches, expected) in [
            (&[(10, 20)][..], vec![(10, 20)]),
            (&[(10, 13)], vec![(10, 13)]),
            (&[(10, 12)], vec![]),
            // A connection that broke.
            (&[(10, 20), (80, 90)], vec![(10, 90)]),
            (&[(10, 20), (81, 90)], vec![(10, 20), (81, 90)]),
            // Glimpses add up: of three seconds.
            (&[(10, 11), (30, 31)], vec![]),
            (&[(10, 11), (30, 31), (50, 51)], vec![(10, 51)]),
            // A picture now and then is none.
            (&[(10, 10), (14, 14), (18, 18), (22, 22)], vec![]),
            (
                &[(0, 12 * 3600 + 30)],
                vec![(0, 12 * 3600), (12 * 3600 + 1, 12 * 3600 + 30)],
            ),
        ] {
            assert_eq!(told(stretches), expected, "{stretches:?}");
        }
    }

    #[test]
    fn one_is_over_after_a_minute_without_a_picture_or_with_the_server() {
        let mut viewings = Viewings::default();
        look(&mut viewings, "li-na", (0, 10));
        look(&mut viewings, "zhao-min", (0, 60));
        assert_eq!(viewings.over(at(70_000)), None);
        let over = viewings.over(at(70_001)).expect("it is over");
        assert_eq!((over.watched.by.as_str(), over.to), ("li-na", at(10_000)));
        assert_eq!(viewings.over(at(70_001)), None);
        viewings.end_all();
        let over = viewings.over(at(70_001)).expect("they all are");
        assert_eq!(
            (over.watched.by.as_str(), over.from, over.to),
            ("zhao-min", at(0), at(60_000))
        );
    }

    #[test]
    fn a_closed_alarm_ends_its_viewings_although_the_picture_goes_on_and_no_others() {
        let mut viewings = Viewings::default();
        let alone = Watched {
            alarm: None,
            ..watched("zhao-min")
        };
        for second in 0..20 {
            viewings.shown(&watched("li-na"), at(second * 1_000));
            viewings.shown(&alone, at(second * 1_000));
            // As often as it is looked for viewings that are over.
            viewings.end_closed(|alarm| alarm == AlarmId(33) && second >= 10);
        }
        viewings.end_all();
        let over = std::iter::from_fn(|| viewings.over(at(0)));
        let told: Vec<_> = over.map(|ended| (ended.watched, ended.to)).collect();
        assert_eq!(told, [(watched("li-na"), at(10_000)), (alone, at(19_000))]);
    }

    #[test]
    fn at_the_limits_the_quietest_ends_and_the_oldest_is_lost_and_counted() {
        let mut viewings = Viewings::default();
        let of = |number: usize| Watched {
            alarm: Some(AlarmId(u32::try_from(number).expect("few"))),
            ..watched("li-na")
        };
        let count = OPEN_MAX + ENDED_MAX + 1;
        for number in 0..count {
            for second in 0..4 {
                let after = i64::try_from(number).expect("few");
                viewings.shown(&of(number), at(after + second * 1_000));
            }
        }
        assert_eq!(
            (viewings.open.len(), viewings.ended.len()),
            (OPEN_MAX, ENDED_MAX)
        );
        assert_eq!((viewings.take_lost(), viewings.take_lost()), (1, 0));
        let first = viewings.over(at(0)).expect("the oldest that is left");
        assert_eq!(first.watched.alarm, Some(AlarmId(1)));
    }
}
