//! The book of alarms: who owns what, what was overdue how often, what came in a flood.

use super::books::Seen;
use super::totals::Totals;
use castellan_domain::alarm::{
    Alarm, AlarmCommand, AlarmFact, AlarmRefusal, JoinedBy, OPEN_ALARMS_MAX, Source, Verdict,
};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{EstateFact, Priority};
use castellan_domain::fact::{AlarmJudged, Cause, Fact, FactBody};
use castellan_domain::flood::FloodFact;
use castellan_domain::ids::{AlarmId, CommandId, DeviceId, EventId, IncidentId, PersonId};
use castellan_domain::incident::IncidentFact;
use castellan_domain::refusal::Refusal;
use castellan_domain::site::Site;
use castellan_domain::system::SystemFact;
use castellan_domain::time::Timestamp;
use castellan_domain::view::{Touched, View};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Default)]
pub(crate) struct RowBook {
    /// Events that made a row or came into one, and all that led to a fact.
    events: BTreeSet<(DeviceId, EventId)>,
    event_facts: BTreeSet<(DeviceId, EventId)>,
    /// How often it was done.
    commands: BTreeMap<CommandId, u32>,
    /// Who has it, and since when.
    owners: BTreeMap<AlarmId, (PersonId, Timestamp)>,
    overdue: BTreeMap<AlarmId, u32>,
    /// Of which it was told that nobody says them again.
    unheard: BTreeSet<AlarmId>,
    /// New conditions since the flood began: in rows of their own, and folded.
    flood: Option<(u32, u32)>,
}

impl RowBook {
    pub(crate) fn has_fact_of(&self, device: &DeviceId, event: &EventId) -> bool {
        self.event_facts.contains(&(device.clone(), event.clone()))
    }

    pub(crate) fn is_done_once(&self, command: CommandId) -> bool {
        self.commands.get(&command) == Some(&1)
    }

    /// What has no verdict any more and is part of an open incident is whoever's that is.
    fn back(&mut self, alarm: AlarmId, fact: &Fact, before: &View) {
        let row = before.alarms.get(&alarm);
        let incident = row.and_then(|row| before.incidents.get(&row.incident?));
        let open = incident.filter(|incident| incident.is_open());
        if let Some(owner) = open.and_then(|incident| incident.owner()) {
            self.owners.insert(alarm, (owner.clone(), fact.recorded_at));
        }
    }

    /// Who takes or loses an incident takes or loses its alarms.
    fn incident(&mut self, body: &IncidentFact, fact: &Fact, before: &View) {
        let of = |id| before.incidents.get(&id);
        let is_open = |id: &AlarmId| before.alarms.get(id).is_some_and(|row| !row.is_judged());
        let (alarms, owner) = match body {
            IncidentFact::Opened(body) => (body.alarms.clone(), body.owner.clone()),
            IncidentFact::Joined(body) => {
                let owner = of(body.incident).and_then(|incident| incident.owner());
                (vec![body.alarm], owner.cloned())
            }
            IncidentFact::Claimed(body) => (parts(before, body.incident), Some(body.by.clone())),
            IncidentFact::Transferred(body) => {
                (parts(before, body.incident), Some(body.to.clone()))
            }
            IncidentFact::Returned(body) => (parts(before, body.incident), None),
            IncidentFact::Merged(body) => {
                let owner = of(body.into).and_then(|incident| incident.owner());
                (parts(before, body.incident), owner.cloned())
            }
            IncidentFact::Left(_)
            | IncidentFact::Overdue(_)
            | IncidentFact::Undispatched(_)
            | IncidentFact::Moved(_)
            | IncidentFact::PrioritySet(_)
            | IncidentFact::Regraded(_)
            | IncidentFact::StepAwaited(_)
            | IncidentFact::StepTaken(_)
            | IncidentFact::StepUndone(_)
            | IncidentFact::StepLate(_) => return,
        };
        for alarm in alarms.into_iter().filter(is_open) {
            let had = self.owners.remove(&alarm);
            let is_same = had.as_ref().map(|(by, _)| by) == owner.as_ref();
            let since = owner.clone().map(|owner| (owner, fact.recorded_at));
            if let Some(since) = had.filter(|_| is_same).or(since) {
                self.owners.insert(alarm, since);
            }
            self.overdue.remove(&alarm);
        }
    }

    /// Who wins a race has the alarm, and who loses it is told whose it is.
    pub(crate) fn handled(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        let causes = seen.handled.facts.iter().map(|fact| &fact.cause);
        let done = causes.filter_map(|cause| match cause {
            Cause::Command(id) => Some(*id),
            _ => None,
        });
        // A command may be several facts, with what follows from each in between.
        for id in done.collect::<BTreeSet<_>>() {
            *self.commands.entry(id).or_default() += 1;
        }
        for fact in &seen.handled.facts {
            if let FactBody::Alarm(AlarmFact::Joined(body)) = &fact.body
                && body.why == JoinedBy::Flood
            {
                totals.folded += 1;
                let kind = seen.estate.alarm_type(&body.kind);
                let priority = kind.expect("of the estate").priority;
                let is_urgent = matches!(priority, Priority::P1 | Priority::P2);
                assert!(!is_urgent, "{} is hidden in a flood", body.kind);
            }
        }
        let not_verified = Refusal::Alarm(AlarmRefusal::NotVerified);
        totals.unverified += u64::from(seen.handled.answer == Some(Err(not_verified)));
        let Input::Commanded {
            by: asked,
            expected,
            command: Command::Alarm(AlarmCommand::Claim { alarm }),
            ..
        } = &seen.handled.input
        else {
            return;
        };
        let row = seen.before.alarms.get(alarm);
        let had = row.and_then(Alarm::owner);
        match seen.handled.answer.as_ref().expect("an answer") {
            Ok(Accepted::Done { .. }) => {
                assert_eq!(had, None, "{alarm} was claimed twice");
                let (by, at) = &self.owners[alarm];
                assert_eq!((by, *at), (asked, seen.handled.at));
            }
            Err(Refusal::Alarm(AlarmRefusal::AlreadyClaimed { by, at, ahead })) => {
                let (owner, since) = &self.owners[alarm];
                assert_eq!((by, at), (owner, since), "{alarm} is not theirs");
                assert_eq!(*ahead, seen.handled.at.since(*since));
                totals.races += u64::from(by != asked);
            }
            refused => {
                let is_free = row.is_some() && had.is_none() && expected.is_none();
                assert!(!is_free, "{alarm} is free: {refused:?}");
            }
        }
    }

    /// `before` is the site just before this fact.
    pub(crate) fn fact(&mut self, fact: &Fact, before: &View, totals: &mut Totals) {
        totals.drills += u64::from(fact.drill);
        self.heard(fact, before, totals);
        match &fact.cause {
            Cause::Event { device, event } => {
                self.event_facts.insert((device.clone(), event.clone()));
            }
            Cause::Call { phone, event } => {
                self.event_facts
                    .insert((phone_as_sender(phone), event.clone()));
            }
            _ => {}
        }
        match &fact.body {
            // The flood's own row is nothing that came.
            FactBody::Alarm(AlarmFact::Raised(body)) if body.source == Source::System => {
                totals.raised += 1;
            }
            FactBody::Alarm(AlarmFact::Raised(_)) => {
                totals.raised += 1;
                self.comes(fact, false);
            }
            FactBody::Alarm(AlarmFact::Joined(body)) => {
                totals.joined += 1;
                totals.confirmed += u64::from(body.why == JoinedBy::SecondSource);
                self.comes(fact, true);
            }
            FactBody::Alarm(AlarmFact::Claimed(body)) => {
                let since = (body.by.clone(), fact.recorded_at);
                let before = self.owners.insert(body.alarm, since);
                assert_eq!(before, None, "{} was claimed twice", body.alarm);
            }
            FactBody::Alarm(AlarmFact::Transferred(body)) => {
                let since = (body.to.clone(), fact.recorded_at);
                let before = self.owners.insert(body.alarm, since);
                assert!(before.is_some(), "nobody had {}", body.alarm);
            }
            FactBody::Alarm(AlarmFact::Released(body)) => {
                let before = self.owners.remove(&body.alarm);
                let before = before.map(|(by, _)| by);
                assert_eq!(before.as_ref(), Some(&body.by), "{}", body.alarm);
                self.overdue.remove(&body.alarm);
            }
            FactBody::Alarm(AlarmFact::Returned(body)) => {
                totals.returned += 1;
                self.owners.remove(&body.alarm);
                self.overdue.remove(&body.alarm);
                self.back(body.alarm, fact, before);
            }
            FactBody::Incident(body) => self.incident(body, fact, before),
            FactBody::Alarm(AlarmFact::Risen(body)) => {
                totals.risen += 1;
                self.overdue.remove(&body.alarm);
                let row = before.alarms.get(&body.alarm);
                if row.is_some_and(Alarm::is_judged) {
                    self.owners.remove(&body.alarm);
                    self.back(body.alarm, fact, before);
                }
            }
            FactBody::Alarm(AlarmFact::Overdue(body)) => {
                totals.overdue += 1;
                totals.late += u64::from(body.late_s > 0);
                let before = self.overdue.insert(body.alarm, body.times).unwrap_or(0);
                assert_eq!(body.times, before + 1, "{} fired not once", body.alarm);
                assert!(
                    !self.owners.contains_key(&body.alarm),
                    "{} is owned",
                    body.alarm
                );
            }
            FactBody::Alarm(AlarmFact::Undispatched(body)) => {
                let row = &before.alarms[&body.alarm];
                let is_late = row.owner().is_some() && row.incident.is_none() && !row.is_judged();
                assert!(is_late, "nobody has to send anybody: {row:?}");
            }
            FactBody::Alarm(AlarmFact::Shelved(_)) => totals.shelved += 1,
            FactBody::Alarm(AlarmFact::Noted(body)) => {
                totals.followed_up += u64::from(body.note.words().is_none());
            }
            FactBody::Alarm(AlarmFact::Judged(body)) => judged(body, before, totals),
            FactBody::System(SystemFact::InputSetAside(_)) => totals.set_aside += 1,
            FactBody::System(SystemFact::RecordingResumed(_)) => totals.resumed += 1,
            FactBody::Estate(EstateFact::Published(_)) => totals.estates += 1,
            FactBody::Flood(FloodFact::Began(_)) => {
                totals.floods += 1;
                self.flood = Some((0, 0));
            }
            FactBody::Flood(FloodFact::Ended(body)) => {
                let counted = self.flood.take().expect("it had begun");
                assert_eq!((body.shown, body.folded), counted, "in = shown + folded");
                assert_eq!(body.came, body.shown + body.folded);
            }
            _ => {}
        }
    }

    /// That nobody says it again is told once, until somebody does.
    fn heard(&mut self, fact: &Fact, before: &View, totals: &mut Totals) {
        match &fact.body {
            FactBody::Alarm(AlarmFact::Unheard(body)) => {
                totals.unheard += 1;
                totals.unheard_over += u64::from(body.is_over);
                let first = self.unheard.insert(body.alarm);
                assert!(first, "{} was told twice", body.alarm);
                let row = &before.alarms[&body.alarm];
                let is_false = row.judged().is_some_and(|judged| judged.verdict.is_false());
                assert_eq!(body.is_over, is_false, "{row:?}");
            }
            FactBody::Alarm(
                fact @ (AlarmFact::Repeated(_) | AlarmFact::Joined(_) | AlarmFact::Cleared(_)),
            ) => drop(self.unheard.remove(&fact.alarm())),
            _ => {}
        }
    }

    /// Something new came, into a row of its own or into another one.
    fn comes(&mut self, fact: &Fact, folded: bool) {
        let key = match &fact.cause {
            Cause::Event { device, event } => Some((device.clone(), event.clone())),
            Cause::Call { phone, event } => Some((phone_as_sender(phone), event.clone())),
            _ => None,
        };
        if let Some(key) = key {
            let first = self.events.insert(key.clone());
            assert!(first, "{key:?} came in twice");
        }
        if let Some((shown, hidden)) = &mut self.flood {
            *if folded { hidden } else { shown } += 1;
        }
    }

    /// What belongs to a drill touches no real row, and the other way round.
    pub(crate) fn check_drill(fact: &Fact, touched: &Touched, after: &View) {
        let (kind, _) = fact.body.kind();
        if !kind.starts_with("alarm_") {
            return;
        }
        let rows = touched.alarms.iter();
        for row in rows.filter_map(|change| after.alarms.get(&change.id)) {
            assert_eq!(row.drill, fact.drill, "{kind} of {}", row.id);
        }
    }

    pub(crate) fn check(&self, site: &Site) {
        let view = site.view();
        let mut keys = BTreeSet::new();
        let mut earliest: Option<Timestamp> = None;
        for alarm in view.alarms.values() {
            let due = alarm.next_due().map(|(at, _)| at);
            // Invariant 9.
            let is_watched = due.is_some() || alarm.owner().is_some();
            assert!(is_watched, "nobody has {} and nothing is due", alarm.id);
            if alarm.is_judged() && alarm.is_active() {
                assert!(due.is_some(), "{} is active and forgotten", alarm.id);
            }
            earliest = earliest.into_iter().chain(due).min();
            if !alarm.is_judged() {
                let owner = self.owners.get(&alarm.id).map(|(by, _)| by);
                assert_eq!(alarm.owner(), owner, "whose {} is", alarm.id);
            }
            if !alarm.is_closed() {
                let joined = alarm.joined.iter().map(|j| (&j.source, &j.family));
                for (source, family) in joined.chain([(&alarm.source, &alarm.family)]) {
                    let first = keys.insert((source.clone(), family.clone(), alarm.drill));
                    assert!(first, "{source:?} {family} stands in two rows");
                }
            }
        }
        let alarms = &site.control().alarms;
        let control = [alarms.next_due_at(), alarms.next_shelf().map(|(at, _)| at)];
        let control = control.into_iter().flatten().min();
        match (earliest, control) {
            // Shelves may come down later, one by one.
            (Some(alarm), Some(next)) => assert!(
                next <= alarm || alarms.shelved() > 0,
                "an alarm is due at {alarm:?}, and nobody looks before {next:?}"
            ),
            (Some(_), None) => panic!("a deadline runs that nobody looks at"),
            _ => {}
        }
        assert!(site.control().alarms.open_count() <= OPEN_ALARMS_MAX);
    }
}

/// How the server knows a phone among those that send events.
fn phone_as_sender(phone: &castellan_domain::ids::PhoneId) -> DeviceId {
    DeviceId::new(format!("phone:{phone}")).expect("an id")
}

/// Nobody dismisses a fire or gas from the chair alone.
fn judged(body: &AlarmJudged, before: &View, totals: &mut Totals) {
    totals.judged += 1;
    let row = &before.alarms[&body.alarm];
    let is_verified = ["fire", "gas"].contains(&row.family.as_str());
    if is_verified && body.verdict != Verdict::Genuine {
        assert!(body.basis.is_some(), "{row:?} was dismissed from the chair");
        totals.verified += 1;
    }
}

fn parts(view: &View, incident: IncidentId) -> Vec<AlarmId> {
    let incident = view.incidents.get(&incident);
    incident.map_or_else(Vec::new, |incident| incident.alarms.clone())
}
