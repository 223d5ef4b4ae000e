//! The part of a site that displays replicate.

use super::people::{Console, Duty, PersonState};
use super::touched::{Change, Touched};
use crate::actuation::{ActuationIntended, ActuationSettled, ActuationState, Settled};
use crate::alarm::{Alarm, Note, Shelf, Source};
use crate::engine::ABSENT_MAX;
use crate::estate::Priority;
use crate::fact::{AlarmSplit, Fact, FactBody};
use crate::ids::{AlarmId, AlarmTypeId, DeviceId, EstateHash, PersonId, PhoneId, Seq, ZoneId};
use crate::refusal::Refusal;
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
    /// At most `CLOSED_ALARMS_MAX`.
    pub(crate) closed: VecDeque<(Timestamp, AlarmId)>,
    /// What facts said of people. Who is not here is as the estate says, and off duty.
    #[serde(default)]
    pub people: BTreeMap<PersonId, PersonState>,
    /// Whose a phone is, where facts said so: somebody's or nobody's. Else it is as in the estate.
    #[serde(default)]
    pub phones: BTreeMap<PhoneId, Option<PersonId>>,
    /// Zones that were ever armed or disarmed. A zone that is not here is disarmed.
    #[serde(default)]
    pub zones: BTreeMap<ZoneId, ZoneState>,
    /// Doors whose state is known.
    #[serde(default)]
    pub doors: BTreeMap<DeviceId, DoorState>,
    /// What was last wanted of a device, and what became of it. One for each device.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actuations: BTreeMap<DeviceId, ActuationState>,
    /// 报警激增, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flood: Option<Flood>,
}

/// Whether a zone is armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneState {
    /// It is.
    pub armed: bool,
    /// Since when it is or is not.
    pub since: Timestamp,
    /// Who armed or disarmed it. Absent: its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Whether a door is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    /// It is closed.
    Closed {
        /// Since when.
        since: Timestamp,
    },
    /// It is open.
    Open {
        /// Since when.
        since: Timestamp,
        /// Closed by then, or it is held open.
        held_due_at: Timestamp,
    },
}

/// 报警激增: what came while it lasts. What came is what is shown and what was folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flood {
    /// Since when.
    pub since: Timestamp,
    /// New conditions that got a row of their own.
    pub shown: u32,
    /// New conditions that joined a row.
    pub folded: u32,
}

impl View {
    /// Folds one fact.
    pub fn apply(&mut self, fact: &Fact) -> Touched {
        let mut touched = Touched::default();
        self.seq = fact.seq;
        self.fold(fact, &mut touched);
        self.evict(fact.recorded_at, &mut touched);
        touched
    }

    /// What facts said of a person.
    pub fn person(&self, person: &PersonId) -> PersonState {
        self.people.get(person).cloned().unwrap_or_default()
    }

    /// Whether a zone is armed.
    pub fn is_armed(&self, zone: &ZoneId) -> bool {
        self.zones.get(zone).is_some_and(|zone| zone.armed)
    }

    /// Orders that are under way, with their devices.
    pub fn open_actuations(&self) -> impl Iterator<Item = (&DeviceId, &ActuationState)> {
        let all = self.actuations.iter();
        all.filter(|(_, state)| state.settled.is_none())
    }

    fn fold(&mut self, fact: &Fact, touched: &mut Touched) {
        let at = fact.recorded_at;
        match &fact.body {
            FactBody::EstatePublished(body) => {
                self.estate = Some(body.hash.clone());
                touched.estate = true;
            }
            FactBody::PersonGone(body) => {
                self.person_changes(&body.person, touched, |person| {
                    person.console = Console::Gone { since: at };
                });
                self.owner_absent(fact, &body.person, Some(body.lapse_at), touched);
            }
            FactBody::PersonBack(body) => {
                self.person_changes(&body.person, touched, |person| {
                    person.console = Console::Here { since: at };
                });
                self.owner_absent(fact, &body.person, None, touched);
            }
            FactBody::PersonOnDuty(body) => {
                self.person_changes(&body.person, touched, |person| {
                    person.duty = Duty::On { since: at };
                });
            }
            FactBody::PersonOffDuty(body) => {
                self.person_changes(&body.person, touched, |person| {
                    person.duty = Duty::Off { since: Some(at) };
                });
            }
            FactBody::CallSignGiven(body) => {
                self.person_changes(&body.person, touched, |person| {
                    person.call_sign = Some(body.call_sign.clone());
                });
            }
            FactBody::PhoneBound(body) => {
                self.phones
                    .insert(body.phone.clone(), Some(body.person.clone()));
                touched.phones.push(body.phone.clone());
            }
            FactBody::PhoneUnbound(body) => {
                self.phones.insert(body.phone.clone(), None);
                touched.phones.push(body.phone.clone());
            }
            FactBody::ZoneArmed(body) => {
                self.zone_changes(&body.zone, true, body.by.as_ref(), at, touched);
            }
            FactBody::ZoneDisarmed(body) => {
                self.zone_changes(&body.zone, false, body.by.as_ref(), at, touched);
            }
            FactBody::DoorOpened(body) => {
                let open = DoorState::Open {
                    since: fact.occurred_at,
                    held_due_at: body.held_due_at,
                };
                self.door_changes(&body.door, open, touched);
            }
            FactBody::DoorClosed(body) => {
                let since = fact.occurred_at;
                self.door_changes(&body.door, DoorState::Closed { since }, touched);
            }
            FactBody::ActuationIntended(body) => self.intend(fact, body, touched),
            FactBody::ActuationSettled(body) => self.settle(fact, body, touched),
            FactBody::FloodBegan(_) => {
                self.flood = Some(Flood {
                    since: at,
                    shown: 0,
                    folded: 0,
                });
                touched.flood = true;
            }
            FactBody::FloodEnded(_) => {
                self.flood = None;
                touched.flood = true;
            }
            // What only the server needs: grants and borders that were crossed. The others stand in
            // the record, and nothing of the site changes.
            FactBody::DoorGranted(_)
            | FactBody::AreaEntered(_)
            | FactBody::AreaLeft(_)
            | FactBody::RecordingResumed(_)
            | FactBody::ClockStepped(_)
            | FactBody::InputSetAside(_)
            | FactBody::NotificationSettled(_) => {}
            _ => self.fold_alarm(fact, touched),
        }
    }

    fn fold_alarm(&mut self, fact: &Fact, touched: &mut Touched) {
        let at = fact.recorded_at;
        let heard_at = fact.occurred_at;
        let ok = |step: Result<Alarm, Refusal>| step.ok();
        match &fact.body {
            // A number is given once: the row that has it stays as it is.
            FactBody::AlarmRaised(body) if self.alarms.contains_key(&body.alarm) => {}
            FactBody::AlarmRaised(body) => {
                let alarm = Alarm::raised(body, heard_at, at, fact.drill, fact.seq);
                self.insert(alarm, touched);
                // The flood's own row did not come from outside.
                if body.source != Source::System {
                    self.count(touched, |flood| &mut flood.shown);
                }
            }
            FactBody::AlarmRepeated(body) => self.say(fact, body.alarm, touched, |alarm| {
                Some(alarm.repeated(body, heard_at))
            }),
            FactBody::AlarmCleared(body) => self.change(fact, body.alarm, touched, |alarm| {
                Some(alarm.cleared(body, heard_at))
            }),
            FactBody::AlarmOverdue(body) => self.say(fact, body.alarm, touched, |alarm| {
                Some(alarm.overdue(body.times, body.claim_due_at, body.late_s))
            }),
            FactBody::AlarmClaimed(body) => {
                let absent = self.absent_due_at(&body.by, at);
                self.change(fact, body.alarm, touched, |alarm| {
                    let claimed = ok(alarm.claim(body.by.clone(), at, body.follow_up_due_at))?;
                    Some(claimed.owner_absent(absent))
                });
            }
            FactBody::AlarmNoted(body) => self.change(fact, body.alarm, touched, |alarm| {
                let (by, content) = (body.by.clone(), body.note.clone());
                ok(alarm.note(Note { by, at, content }, body.review_due_at))
            }),
            FactBody::AlarmJudged(body) => self.change(fact, body.alarm, touched, |alarm| {
                ok(alarm.judge(body.verdict, body.by.clone(), at, body.review_due_at))
            }),
            FactBody::AlarmAcknowledged(body) => self.change(fact, body.alarm, touched, |alarm| {
                // Whether one may was decided before it became a fact.
                ok(alarm.acknowledge(body.by.clone(), at, body.due_at, true))
            }),
            FactBody::AlarmMuted(body) => self.change(fact, body.alarm, touched, |alarm| {
                ok(alarm.mute(body.by.clone(), at, body.until))
            }),
            FactBody::AlarmShelved(body) => self.change(fact, body.alarm, touched, |alarm| {
                ok(alarm.put_on_shelf(Shelf {
                    by: body.by.clone(),
                    at,
                    until: body.until,
                    reason: body.reason,
                }))
            }),
            FactBody::AlarmUnshelved(body) => self.change(fact, body.alarm, touched, |alarm| {
                ok(alarm.take_off_shelf(body.by.as_ref(), at, body.due_at, body.late_s))
            }),
            FactBody::AlarmReleased(body) => self.change(fact, body.alarm, touched, |alarm| {
                ok(alarm.release(&body.by, at, body.claim_due_at))
            }),
            FactBody::AlarmTransferred(body) => {
                let absent = self.absent_due_at(&body.to, at);
                self.change(fact, body.alarm, touched, |alarm| {
                    let moved = ok(alarm.transfer(body.to.clone(), at, body.follow_up_due_at))?;
                    Some(moved.owner_absent(absent))
                });
            }
            FactBody::AlarmReturned(body) => self.change(fact, body.alarm, touched, |alarm| {
                Some(alarm.returned(body, at))
            }),
            FactBody::AlarmRisen(body) => {
                self.change(fact, body.alarm, touched, |alarm| {
                    Some(alarm.risen(body, at))
                });
            }
            FactBody::AlarmJoined(body) => {
                self.change(fact, body.alarm, touched, |alarm| {
                    Some(alarm.joined_by(body, at, heard_at))
                });
                self.count(touched, |flood| &mut flood.folded);
            }
            FactBody::AlarmSplit(body) => self.split(fact, body, touched),
            FactBody::AlarmVerdictCorrected(body) => {
                self.change(fact, body.alarm, touched, |alarm| {
                    ok(alarm.correct_verdict(body.verdict, body.by.clone(), at))
                });
            }
            _ => {}
        }
    }

    /// By when somebody must have a console to keep what they take at `at`. Nothing if they have
    /// one, or never had: then nobody can have seen them leave.
    fn absent_due_at(&self, owner: &PersonId, at: Timestamp) -> Option<Timestamp> {
        let console = self.people.get(owner).map(|person| person.console);
        matches!(console, Some(Console::Gone { .. })).then(|| at + ABSENT_MAX)
    }

    fn insert(&mut self, alarm: Alarm, touched: &mut Touched) {
        let id = alarm.id;
        let before = self.alarms.insert(id, alarm);
        touched.alarms.push(Change { id, before });
    }

    fn split(&mut self, fact: &Fact, body: &AlarmSplit, touched: &mut Touched) {
        if self.alarms.contains_key(&body.into) {
            return;
        }
        let mut alone = None;
        self.change(fact, body.alarm, touched, |alarm| {
            let (rest, split) = alarm.split(body, fact.recorded_at, fact.seq)?;
            alone = Some(split);
            Some(rest)
        });
        if let Some(alone) = alone {
            self.insert(alone, touched);
        }
    }

    fn count(&mut self, touched: &mut Touched, counter: impl Fn(&mut Flood) -> &mut u32) {
        if let Some(flood) = &mut self.flood {
            let counter = counter(flood);
            *counter = counter.saturating_add(1);
            touched.flood = true;
        }
    }

    /// Changes what a person decides on.
    fn change(
        &mut self,
        fact: &Fact,
        id: AlarmId,
        touched: &mut Touched,
        step: impl FnOnce(Alarm) -> Option<Alarm>,
    ) {
        self.say(fact, id, touched, |alarm| {
            let mut after = step(alarm)?;
            after.version = fact.seq;
            Some(after)
        });
    }

    /// Changes an alarm without making what a person decided on it out of date.
    fn say(
        &mut self,
        fact: &Fact,
        id: AlarmId,
        touched: &mut Touched,
        step: impl FnOnce(Alarm) -> Option<Alarm>,
    ) {
        let Some(before) = self.alarms.get(&id) else {
            return;
        };
        let Some(after) = step(before.clone()) else {
            return;
        };
        if after.is_closed() && !before.is_closed() {
            self.closed.push_back((fact.recorded_at, id));
        } else if before.is_closed() && !after.is_closed() {
            self.closed.retain(|(_, closed)| *closed != id);
        }
        let before = self.alarms.insert(id, after);
        touched.alarms.push(Change { id, before });
    }

    /// Starts or stops the deadline of everything urgent that a person owns.
    fn owner_absent(
        &mut self,
        fact: &Fact,
        owner: &PersonId,
        due_at: Option<Timestamp>,
        touched: &mut Touched,
    ) {
        let theirs: Vec<_> = self
            .alarms
            .values()
            .filter(|alarm| !alarm.is_judged() && alarm.owner() == Some(owner))
            .filter(|alarm| due_at.is_none() || alarm.priority <= Priority::P2)
            .map(|alarm| alarm.id)
            .collect();
        for id in theirs {
            self.say(fact, id, touched, |alarm| Some(alarm.owner_absent(due_at)));
        }
    }

    fn person_changes(
        &mut self,
        id: &PersonId,
        touched: &mut Touched,
        step: impl FnOnce(&mut PersonState),
    ) {
        let before = self.people.get(id).cloned();
        step(self.people.entry(id.clone()).or_default());
        let id = id.clone();
        touched.people.push(Change { id, before });
    }

    fn zone_changes(
        &mut self,
        id: &ZoneId,
        armed: bool,
        by: Option<&PersonId>,
        since: Timestamp,
        touched: &mut Touched,
    ) {
        let state = ZoneState {
            armed,
            since,
            by: by.cloned(),
        };
        let before = self.zones.insert(id.clone(), state);
        let id = id.clone();
        touched.zones.push(Change { id, before });
    }

    fn door_changes(&mut self, id: &DeviceId, state: DoorState, touched: &mut Touched) {
        let before = self.doors.insert(id.clone(), state);
        let id = id.clone();
        touched.doors.push(Change { id, before });
    }

    /// An order is on its way. A drill's is not: the device hears nothing of it.
    fn intend(&mut self, fact: &Fact, body: &ActuationIntended, touched: &mut Touched) {
        if fact.drill {
            return;
        }
        let state = ActuationState {
            intent: fact.seq,
            what: body.what,
            by: fact.actor.clone(),
            at: fact.recorded_at,
            send_by: body.send_by,
            settled: None,
        };
        let id = body.device.clone();
        let before = self.actuations.insert(id.clone(), state);
        touched.actuations.push(Change { id, before });
    }

    fn settle(&mut self, fact: &Fact, body: &ActuationSettled, touched: &mut Touched) {
        let open = self.actuations.get_mut(&body.device);
        let open = open.filter(|last| last.intent == body.about && last.settled.is_none());
        let Some(open) = open.filter(|_| !fact.drill) else {
            return;
        };
        let before = Some(open.clone());
        open.settled = Some(Settled {
            outcome: body.outcome,
            at: fact.recorded_at,
        });
        let id = body.device.clone();
        touched.actuations.push(Change { id, before });
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
                touched.alarms.push(Change {
                    id,
                    before: Some(before),
                });
            }
        }
    }
}

/// The keys under which a source's row is found: what it stands for there, and what it says exists.
pub(super) fn keys(alarm: &Alarm) -> impl Iterator<Item = (Source, AlarmTypeId, bool)> {
    let drill = alarm.drill;
    let joined = alarm.joined.iter();
    let joined = joined.map(|joined| (&joined.source, &joined.family, &joined.exists));
    std::iter::once((&alarm.source, &alarm.family, &alarm.exists))
        .chain(joined)
        .flat_map(move |(source, family, exists)| {
            let others = exists.iter().map(|one| &one.family);
            let others = others.filter(move |other| *other != family);
            std::iter::once(family)
                .chain(others)
                .map(move |family| (source.clone(), family.clone(), drill))
        })
}
