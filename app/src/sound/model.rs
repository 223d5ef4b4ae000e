//! Which sound belongs to the present.
//!
//! Life and pulses go on for as long as nobody has the alarm; chimes come when it is called out and
//! at half of its deadline, a tick when it is called out. The most urgent wins, and the real before a
//! drill, which sounds like the real thing: nobody learns to hear from silence.

use crate::alarms::standing::{Run, is_unowned, open_incident};
use castellan_domain::alarm::Alarm;
use castellan_domain::estate::{Estate, Priority, Sound};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;

/// What is to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// Goes on until the plan is another.
    pub goes_on: Option<Sound>,
    /// Once, now.
    pub once: Option<Sound>,
}

impl Plan {
    /// What is to be heard at `now` by whoever heard what there was until `since`.
    pub fn of(estate: &Estate, view: &View, since: Timestamp, now: Timestamp) -> Self {
        let calling = view.alarms.values().filter(|alarm| calls(view, alarm, now));
        let calling: Vec<(&Alarm, Sound)> = calling
            .filter_map(|alarm| Some((alarm, sound_of(estate, alarm)?)))
            .collect();
        let goes_on = calling
            .iter()
            .map(|(_, sound)| *sound)
            .filter(|sound| goes_on(*sound));
        if let Some(most_urgent) = goes_on.min_by_key(|sound| urgency(*sound)) {
            return Self {
                goes_on: Some(most_urgent),
                once: None,
            };
        }
        let due = calling.into_iter().filter(|(alarm, sound)| {
            let moments = moments(view, alarm, *sound).into_iter().flatten();
            moments.into_iter().any(|at| since < at && at <= now)
        });
        Self {
            goes_on: None,
            once: due
                .map(|(_, sound)| sound)
                .min_by_key(|sound| urgency(*sound)),
        }
    }
}

/// Whether an alarm, or the incident for which it stands, calls for somebody, and nobody wished for silence.
fn calls(view: &View, alarm: &Alarm, now: Timestamp) -> bool {
    let is_muted = alarm.mute.as_ref().is_some_and(|mute| mute.until > now);
    is_unowned(alarm, open_incident(view, alarm)) && !is_muted
}

/// What an alarm sounds like: as its type says, and where the estate has no such type any more, as
/// urgent ones do.
fn sound_of(estate: &Estate, alarm: &Alarm) -> Option<Sound> {
    match (estate.alarm_type(&alarm.kind), alarm.priority) {
        (Some(kind), _) => kind.sound,
        (None, Priority::P1) => Some(Sound::Life),
        (None, Priority::P2) => Some(Sound::Pulses),
        (None, Priority::P3) => Some(Sound::Tick),
        (None, Priority::P4) => None,
    }
}

const fn goes_on(sound: Sound) -> bool {
    matches!(sound, Sound::Life | Sound::Pulses)
}

const fn urgency(sound: Sound) -> u8 {
    match sound {
        Sound::Life => 1,
        Sound::Pulses => 2,
        Sound::Chimes => 3,
        Sound::Tick => 4,
    }
}

/// When a sound that does not go on is heard.
fn moments(view: &View, alarm: &Alarm, sound: Sound) -> [Option<Timestamp>; 2] {
    let Some(run) = Run::of(alarm, open_incident(view, alarm), None) else {
        return [None, None];
    };
    let half = Span::from_micros(run.to.since(run.from).as_micros() / 2);
    match sound {
        Sound::Chimes => [Some(run.from), Some(run.from + half)],
        Sound::Tick => [Some(run.from), None],
        Sound::Life | Sound::Pulses => [None, None],
    }
}

/// When the passing of time alone changes the plan next, after `now`.
pub fn changes_at(estate: &Estate, view: &View, now: Timestamp) -> Option<Timestamp> {
    let is_so = |alarm: &&Alarm| is_unowned(alarm, open_incident(view, alarm));
    let alarms = view.alarms.values().filter(is_so);
    let moments = alarms.flat_map(|alarm| {
        let sound = sound_of(estate, alarm);
        let [first, second] = sound.map_or([None, None], |sound| moments(view, alarm, sound));
        [alarm.mute.as_ref().map(|mute| mute.until), first, second]
    });
    moments.flatten().filter(|at| *at > now).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, acknowledged, after, claimed, incident_of, judged, kind, li_na, overdue, raised,
        returned_by, shelved, view,
    };
    use castellan_domain::alarm::{AlarmFact, ReturnedBy};
    use castellan_domain::fact::AlarmMuted;
    use castellan_domain::incident::Owner;
    use proptest::prelude::*;

    fn at(secs: i64) -> Timestamp {
        START + Span::from_secs(secs)
    }

    /// An estate with a type for each sound, called by it, and one without.
    fn estate() -> Estate {
        let mut estate = crate::fixture::estate();
        for sound in ["life", "pulses", "chimes", "tick"] {
            let document = format!(
                r#"{{"id": "{sound}", "priority": 3, "sound": "{sound}", "name": {{"zh": "甲", "en": "A"}}}}"#
            );
            let kind = serde_json::from_str(&document).expect("a type");
            estate.alarm_types.push(kind);
        }
        let silent = r#"{"id": "silent", "priority": 4, "name": {"zh": "乙", "en": "B"}}"#;
        estate
            .alarm_types
            .push(serde_json::from_str(silent).expect("a type"));
        estate
    }

    fn sounding(number: u32, sound: &str) -> Alarm {
        let mut alarm = raised(number, 3);
        alarm.kind = kind(sound);
        alarm
    }

    fn plan(alarms: impl IntoIterator<Item = Alarm>, since: i64, now: i64) -> Plan {
        Plan::of(&estate(), &view(alarms), at(since), at(now))
    }

    fn on(sound: Sound) -> Plan {
        Plan {
            goes_on: Some(sound),
            once: None,
        }
    }

    fn once(sound: Sound) -> Plan {
        Plan {
            goes_on: None,
            once: Some(sound),
        }
    }

    const SILENCE: Plan = Plan {
        goes_on: None,
        once: None,
    };

    fn muted(alarm: Alarm, until: i64) -> Alarm {
        let fact = AlarmMuted {
            alarm: alarm.id,
            by: li_na(),
            until: at(until),
        };
        after(alarm, START, AlarmFact::Muted(fact))
    }

    #[test]
    fn an_incident_that_nobody_has_is_heard_although_its_alarm_has_its_verdict() {
        let alarm = judged(sounding(1, "pulses"));
        let mut incident = incident_of(&alarm);
        let mut view = view([alarm]);
        let row = view.alarms.values_mut().next().expect("it is there");
        row.incident = Some(incident.id);
        let mut heard = |owner| {
            incident.owner = owner;
            view.incidents.insert(incident.id, incident.clone());
            Plan::of(&estate(), &view, at(30), at(31))
        };
        let nobody = Owner::Nobody {
            since: at(30),
            due_at: at(90),
            times_overdue: 0,
            returned: None,
        };
        assert_eq!(heard(nobody), on(Sound::Pulses));
        let owned = Owner::Person {
            by: li_na(),
            at: at(30),
            absent_due_at: None,
        };
        assert_eq!(heard(owned), Plan::default());
    }

    #[test]
    fn life_and_pulses_go_on_until_somebody_has_it_and_the_most_urgent_wins() {
        let both = [sounding(1, "pulses"), sounding(2, "life")];
        assert_eq!(plan(both.clone(), 0, 1), on(Sound::Life));
        assert_eq!(plan(both.clone(), 500, 501), on(Sound::Life));
        let [pulses, life] = both;
        assert_eq!(
            plan([pulses.clone(), claimed(life.clone())], 10, 11),
            on(Sound::Pulses)
        );
        assert_eq!(plan([claimed(pulses), claimed(life)], 10, 11), SILENCE);
    }

    #[test]
    fn whatever_takes_an_alarm_out_of_the_queue_or_answers_it_silences_it() {
        let life = || sounding(1, "life");
        for silent in [
            claimed(life()),
            acknowledged(life()),
            judged(life()),
            shelved(life(), at(600)),
            muted(life(), 60),
            sounding(1, "silent"),
        ] {
            assert_eq!(plan([silent], 0, 30), SILENCE);
        }
        assert_eq!(
            plan([muted(life(), 60)], 59, 60),
            on(Sound::Life),
            "and then again"
        );
        let why = ReturnedBy::NoFollowUp;
        let back = returned_by(claimed(life()), why, at(90), 0);
        assert_eq!(plan([back], 90, 91), on(Sound::Life));
    }

    #[test]
    fn two_chimes_come_at_first_and_at_half_of_the_deadline_and_a_tick_once() {
        // Its deadline is a minute after the start.
        let chimes = || [sounding(1, "chimes")];
        assert_eq!(plan(chimes(), -1, 0), once(Sound::Chimes));
        assert_eq!(plan(chimes(), 0, 1), SILENCE);
        assert_eq!(plan(chimes(), 29, 30), once(Sound::Chimes));
        assert_eq!(plan(chimes(), 30, 31), SILENCE);
        let tick = || [sounding(1, "tick")];
        assert_eq!(plan(tick(), -1, 0), once(Sound::Tick));
        assert_eq!(plan(tick(), 29, 30), SILENCE);
        let late = overdue(sounding(1, "tick"), 1, at(120), 0);
        assert_eq!(plan([late], -1, 0), once(Sound::Tick), "called out again");
        let all = [
            sounding(1, "tick"),
            sounding(2, "chimes"),
            sounding(3, "pulses"),
        ];
        assert_eq!(plan(all.clone(), -1, 0), on(Sound::Pulses));
        assert_eq!(plan(all.into_iter().take(2), -1, 0), once(Sound::Chimes));
    }

    #[test]
    fn a_type_that_the_estate_does_not_have_any_more_is_heard_by_its_priority() {
        let gone = |priority| {
            let mut alarm = raised(1, priority);
            alarm.kind = kind("gone");
            [alarm]
        };
        assert_eq!(plan(gone(1), 0, 1), on(Sound::Life));
        assert_eq!(plan(gone(2), 0, 1), on(Sound::Pulses));
        assert_eq!(plan(gone(3), -1, 0), once(Sound::Tick));
        assert_eq!(plan(gone(4), -1, 0), SILENCE);
    }

    proptest! {
        /// Whoever looks at each moment that is named, and only then, hears what whoever looks by the
        /// second hears: the same sounds in the same order.
        #[test]
        fn nothing_is_missed_between_two_looks(
            sounds in proptest::collection::vec(
                ("life|pulses|chimes|tick|silent", proptest::option::of(1_i64..90)), 0..6),
        ) {
            let alarms = sounds.iter().zip(1..).map(|((sound, until), number)| {
                let alarm = sounding(number, sound);
                until.map_or(alarm.clone(), |until| muted(alarm, until))
            });
            let (estate, view) = (estate(), view(alarms));
            let (mut looks, mut named) = (Vec::new(), Vec::new());
            let mut before = SILENCE;
            for now in 0..120 {
                let plan = Plan::of(&estate, &view, at(now - 1), at(now));
                if plan != before || plan.once.is_some() {
                    looks.push((at(now), plan));
                }
                before = plan;
            }
            let (mut now, mut since) = (at(0), at(-1));
            let mut before = SILENCE;
            loop {
                let plan = Plan::of(&estate, &view, since, now);
                if plan != before || plan.once.is_some() {
                    named.push((now, plan));
                }
                before = plan;
                since = now;
                match changes_at(&estate, &view, now).filter(|next| *next < at(120)) {
                    Some(next) => now = next,
                    None => break,
                }
            }
            let heard = |all: Vec<(Timestamp, Plan)>| -> Vec<_> {
                all.into_iter().filter(|(_, plan)| *plan != SILENCE).collect()
            };
            prop_assert_eq!(heard(named), heard(looks));
        }
    }
}
