//! The part of a site that displays replicate.

use crate::alarm::{Alarm, Note};
use crate::fact::{Fact, FactBody};
use crate::ids::{AlarmId, EstateHash, Seq};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How long a closed alarm stays live. Older ones are read from the journal.
const CLOSED_KEPT: Span = Span::from_secs(24 * 3600);
/// Closed alarms that stay live at most; the ones closed longest ago leave first.
pub const CLOSED_ALARMS_MAX: usize = 500;

/// What every display of the staff knows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct View {
    /// The last fact that was folded.
    pub seq: Seq,
    /// The estate document that counts.
    pub estate: Option<EstateHash>,
    /// Open alarms, and those closed within 24 hours.
    pub alarms: BTreeMap<AlarmId, Alarm>,
    /// When which alarm was closed, in that order.
    closed: VecDeque<(Timestamp, AlarmId)>,
}

/// What one fact changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Touched {
    /// Alarms that came, changed or left, each with what it was before.
    pub alarms: Vec<TouchedAlarm>,
    /// Another estate document counts now.
    pub estate: bool,
}

/// An alarm that a fact changed.
#[derive(Debug, Clone, PartialEq)]
pub struct TouchedAlarm {
    /// Which one.
    pub id: AlarmId,
    /// What it was; nothing if it is new.
    pub before: Option<Alarm>,
}

impl Touched {
    /// Adds what another fact changed.
    pub fn extend(&mut self, other: Self) {
        self.alarms.extend(other.alarms);
        self.estate |= other.estate;
    }
}

impl View {
    /// Folds one fact.
    pub fn apply(&mut self, fact: &Fact) -> Touched {
        let mut touched = Touched::default();
        self.seq = fact.seq;
        let at = fact.recorded_at;
        match &fact.body {
            FactBody::EstatePublished(body) => {
                self.estate = Some(body.hash.clone());
                touched.estate = true;
            }
            // A number is given once: the row that has it stays as it is.
            FactBody::AlarmRaised(body) if self.alarms.contains_key(&body.alarm) => {}
            FactBody::AlarmRaised(body) => {
                let alarm = Alarm::raised(body, fact.occurred_at, at, fact.seq);
                let before = self.alarms.insert(alarm.id, alarm);
                touched.alarms.push(TouchedAlarm {
                    id: body.alarm,
                    before,
                });
            }
            FactBody::AlarmRepeated(body) => {
                self.change(fact, body.alarm, &mut touched, |alarm| {
                    Some(alarm.repeated(body.state, fact.occurred_at))
                });
            }
            FactBody::AlarmCleared(body) => {
                self.change(fact, body.alarm, &mut touched, |alarm| {
                    Some(alarm.cleared(fact.occurred_at))
                });
            }
            FactBody::AlarmOverdue(body) => {
                self.change(fact, body.alarm, &mut touched, |alarm| {
                    Some(alarm.overdue(body.times, body.claim_due_at))
                });
            }
            FactBody::AlarmClaimed(body) => {
                self.change(fact, body.alarm, &mut touched, |alarm| {
                    alarm.claim(body.by.clone(), at).ok()
                });
            }
            FactBody::AlarmNoted(body) => {
                self.change(fact, body.alarm, &mut touched, |alarm| {
                    let (by, content) = (body.by.clone(), body.note.clone());
                    alarm.note(Note { by, at, content }).ok()
                });
            }
            FactBody::AlarmJudged(body) => {
                self.change(fact, body.alarm, &mut touched, |alarm| {
                    alarm.judge(body.verdict, body.by.clone(), at).ok()
                });
            }
            // They stand in the record; nothing of the site changes.
            FactBody::RecordingResumed(_)
            | FactBody::ClockStepped(_)
            | FactBody::InputSetAside(_)
            | FactBody::NotificationSettled(_) => {}
        }
        self.evict(at, &mut touched);
        touched
    }

    fn change(
        &mut self,
        fact: &Fact,
        id: AlarmId,
        touched: &mut Touched,
        step: impl FnOnce(Alarm) -> Option<Alarm>,
    ) {
        let Some(before) = self.alarms.get(&id) else {
            return;
        };
        let Some(mut after) = step(before.clone()) else {
            return;
        };
        after.version = fact.seq;
        if after.is_closed() && !before.is_closed() {
            self.closed.push_back((fact.recorded_at, id));
        }
        touched.alarms.push(TouchedAlarm {
            id,
            before: self.alarms.insert(id, after),
        });
    }

    /// Lets go of what was closed long ago: a pure function of the facts' own times, so that
    /// every replica lets go of the same alarms at the same fact.
    fn evict(&mut self, now: Timestamp, touched: &mut Touched) {
        while let Some((closed_at, id)) = self.closed.front().copied() {
            let expired = now.since(closed_at) > CLOSED_KEPT;
            if !expired && self.closed.len() <= CLOSED_ALARMS_MAX {
                break;
            }
            self.closed.pop_front();
            if let Some(before) = self.alarms.remove(&id) {
                touched.alarms.push(TouchedAlarm {
                    id,
                    before: Some(before),
                });
            }
        }
    }
}
