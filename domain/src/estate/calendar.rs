//! The site's wall clock: shifts, nights and weekly schedules as points in time.
//!
//! The rules of time zones come with the program, so that the same facts are decided on every
//! machine; a day with 23 or 25 hours is a day.

use super::document::Estate;
use super::watch::{ArmedSpan, DailySpan, TimeOfDay, Weekday};
use crate::time::{Span, Timestamp};
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeSet;

/// Days around the present in which a weekly schedule is looked up.
const DAYS_AROUND: i64 = 8;

/// Why an estate has no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not in the IANA database.
    #[error("time_zone {0:?} is not known; use an IANA name such as Asia/Shanghai")]
    UnknownZone(String),
    /// Nothing begins, so nothing ends.
    #[error("staffing.shifts is empty; give at least one shift, such as one from 08:00")]
    NoShift,
}

/// When a schedule switches, and whether it arms.
pub type Switch = (Timestamp, bool);

/// A site's wall clock.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    shifts: BTreeSet<TimeOfDay>,
    night: DailySpan,
}

impl Calendar {
    /// The calendar of an estate.
    pub fn new(estate: &Estate) -> Result<Self, CalendarError> {
        let name = estate.time_zone.as_str();
        let zone = TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| CalendarError::UnknownZone(name.to_owned()))?;
        let shifts: BTreeSet<_> = estate.staffing.shifts.iter().map(|s| s.starts_at).collect();
        if shifts.is_empty() {
            return Err(CalendarError::NoShift);
        }
        Ok(Self {
            zone,
            shifts,
            night: estate.staffing.night,
        })
    }

    fn date(&self, at: Timestamp) -> (Date, u16) {
        let stamp = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        let local = self.zone.to_datetime(stamp);
        let minutes = i32::from(local.hour()) * 60 + i32::from(local.minute());
        (local.date(), u16::try_from(minutes).unwrap_or(0))
    }

    /// The moment of a wall clock's reading; where the clock skips it, the moment after the skip.
    fn moment(&self, date: Date, time: TimeOfDay) -> Option<Timestamp> {
        let (hour, minute) = (time.minutes() / 60, time.minutes() % 60);
        let local = date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
        let stamp = self.zone.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(Timestamp::from_micros(stamp.as_microsecond()))
    }

    fn days(&self, at: Timestamp, from: i64, to: i64) -> impl Iterator<Item = Date> + use<> {
        let (today, _) = self.date(at);
        (from..=to).filter_map(move |n| today.checked_add(jiff::Span::new().days(n)).ok())
    }

    /// When the shift of this moment ends: the next one's beginning, 24 hours from now at most
    /// where there is only one.
    pub fn shift_end(&self, now: Timestamp) -> Timestamp {
        self.days(now, 0, 2)
            .flat_map(|day| {
                self.shifts
                    .iter()
                    .filter_map(move |at| self.moment(day, *at))
            })
            .filter(|starts| *starts > now)
            .min()
            .unwrap_or(now + Span::from_secs(12 * 3600))
    }

    /// When the shift of this moment began: 24 hours ago at most where there is only one.
    pub fn shift_start(&self, now: Timestamp) -> Timestamp {
        self.days(now, -2, 0)
            .flat_map(|day| {
                self.shifts
                    .iter()
                    .filter_map(move |at| self.moment(day, *at))
            })
            .filter(|starts| *starts <= now)
            .max()
            .unwrap_or(now - Span::from_secs(12 * 3600))
    }

    /// Whether it is night.
    pub fn is_night(&self, now: Timestamp) -> bool {
        let (_, minutes) = self.date(now);
        let (from, to) = (self.night.from.minutes(), self.night.to.minutes());
        if from <= to {
            (from..to).contains(&minutes)
        } else {
            minutes >= from || minutes < to
        }
    }

    /// The latest switch of a schedule up to `now`, and the next one after it: when, and whether
    /// it arms. Nothing if the schedule never switches.
    pub fn switches(
        &self,
        schedule: &[ArmedSpan],
        now: Timestamp,
    ) -> (Option<Switch>, Option<Switch>) {
        let spans = self.armed_spans(schedule, now);
        let armed = |at: Timestamp| spans.iter().any(|(from, to)| *from <= at && at < *to);
        let borders: BTreeSet<_> = spans.iter().flat_map(|(from, to)| [*from, *to]).collect();
        let mut before = borders
            .first()
            .is_some_and(|first| armed(*first - Span::from_micros(1)));
        let (mut last, mut next) = (None, None);
        for border in borders {
            let after = armed(border);
            if after != before {
                if border <= now {
                    last = Some((border, after));
                } else {
                    next = next.or(Some((border, after)));
                }
            }
            before = after;
        }
        (last, next)
    }

    fn armed_spans(&self, schedule: &[ArmedSpan], now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut spans = Vec::new();
        for day in self.days(now, -DAYS_AROUND, DAYS_AROUND) {
            let index = day.weekday().to_monday_zero_offset();
            let today = usize::try_from(index)
                .ok()
                .and_then(|i| Weekday::ALL.get(i));
            for span in schedule
                .iter()
                .filter(|s| s.days.iter().any(|d| Some(d) == today))
            {
                let until = if span.to > span.from {
                    Some(day)
                } else {
                    day.tomorrow().ok()
                };
                if let (Some(from), Some(to)) = (
                    self.moment(day, span.from),
                    until.and_then(|day| self.moment(day, span.to)),
                ) {
                    spans.push((from, to));
                }
            }
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Staffing;

    fn calendar(zone: &str) -> Calendar {
        let Staffing { shifts, night, .. } = Staffing::default();
        Calendar {
            zone: TimeZoneDatabase::bundled().get(zone).unwrap(),
            shifts: shifts.iter().map(|s| s.starts_at).collect(),
            night,
        }
    }

    fn at(text: &str) -> Timestamp {
        let stamp: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_micros(stamp.as_microsecond())
    }

    fn span(days: &[Weekday], from: (u8, u8), to: (u8, u8)) -> ArmedSpan {
        let time = |(h, m)| TimeOfDay::new(h, m).unwrap();
        ArmedSpan {
            days: days.to_vec(),
            from: time(from),
            to: time(to),
        }
    }

    #[test]
    fn a_shift_ends_where_the_next_begins() {
        let shanghai = calendar("Asia/Shanghai");
        for (start, now, end) in [
            ("17T20:00:00", "18T03:00:00", "18T08:00:00"),
            ("18T08:00:00", "18T08:00:00", "18T20:00:00"),
            ("18T20:00:00", "18T23:59:59", "19T08:00:00"),
        ] {
            let [start, now, end] =
                [start, now, end].map(|day| at(&format!("2026-11-{day}+08:00")));
            assert_eq!(shanghai.shift_end(now), end, "{now:?}");
            assert_eq!(shanghai.shift_start(now), start, "{now:?}");
        }
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let shanghai = calendar("Asia/Shanghai");
        for (now, night) in [
            ("2026-11-18T21:59:59+08:00", false),
            ("2026-11-18T22:00:00+08:00", true),
            ("2026-11-19T05:59:59+08:00", true),
            ("2026-11-19T06:00:00+08:00", false),
        ] {
            assert_eq!(shanghai.is_night(at(now)), night, "{now}");
        }
    }

    #[test]
    fn a_schedule_over_the_weekend_switches_twice() {
        use Weekday::{Fri, Sat, Sun};
        let shanghai = calendar("Asia/Shanghai");
        // 2026-11-20 is a Friday. Saturday's and Sunday's stretches touch: no switch between them.
        let week = [
            span(&[Fri], (20, 0), (0, 0)),
            span(&[Sat, Sun], (0, 0), (0, 0)),
        ];
        let (last, next) = shanghai.switches(&week, at("2026-11-21T12:00:00+08:00"));
        assert_eq!(last, Some((at("2026-11-20T20:00:00+08:00"), true)));
        assert_eq!(next, Some((at("2026-11-23T00:00:00+08:00"), false)));
        let (last, next) = shanghai.switches(&week, at("2026-11-25T12:00:00+08:00"));
        assert_eq!(last, Some((at("2026-11-23T00:00:00+08:00"), false)));
        assert_eq!(next, Some((at("2026-11-27T20:00:00+08:00"), true)));
    }

    #[test]
    fn always_and_never_do_not_switch() {
        let shanghai = calendar("Asia/Shanghai");
        let now = at("2026-11-21T12:00:00+08:00");
        assert_eq!(shanghai.switches(&[], now), (None, None));
        let (_, next) = shanghai.switches(&[span(&Weekday::ALL, (0, 0), (0, 0))], now);
        assert!(next.is_none_or(|(at, _)| at > now + Span::from_secs(7 * 24 * 3600)));
    }

    #[test]
    fn a_skipped_hour_still_switches() {
        let berlin = calendar("Europe/Berlin");
        // On 2026-03-29 the clocks of Berlin go from 02:00 to 03:00.
        let night = [span(&[Weekday::Sun], (2, 30), (6, 0))];
        let (last, next) = berlin.switches(&night, at("2026-03-29T03:40:00+02:00"));
        assert_eq!(last, Some((at("2026-03-29T03:30:00+02:00"), true)));
        assert_eq!(next, Some((at("2026-03-29T06:00:00+02:00"), false)));
    }
}
