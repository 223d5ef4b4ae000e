//! Independent books: what must be true, kept without the code that is under test.

use super::display::Display;
use super::server::{Heard, Server};
use castellan_domain::alarm::{Alarm, Condition, Source};
use castellan_domain::audience::Audience;
use castellan_domain::engine::{Accepted, Input};
use castellan_domain::estate::{AlarmType, EstateIndex};
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::ids::{AlarmId, AlarmTypeId, CommandId, DeviceId, EventId, PersonId, Seq};
use castellan_domain::observation::{Observation, ReportedState};
use castellan_domain::rules::annunciate::Outcome;
use castellan_domain::site::{OPEN_ALARMS_MAX, Site, View};
use castellan_domain::stream::{Link, Machine as _, RepeatKey, STALE_AFTER};
use castellan_domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

/// What a simulation went through.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) facts: u64,
    pub(crate) rebuilds: u64,
    pub(crate) connections: u64,
    pub(crate) snapshots: u64,
    pub(crate) raised: u64,
    pub(crate) joined: u64,
    pub(crate) risen: u64,
    pub(crate) returned: u64,
    pub(crate) overdue: u64,
    pub(crate) late: u64,
    pub(crate) shelved: u64,
    pub(crate) floods: u64,
    pub(crate) set_aside: u64,
    pub(crate) judged: u64,
    pub(crate) resumed: u64,
}

impl Totals {
    fn all(&self) -> [(&'static str, u64); 15] {
        [
            ("facts", self.facts),
            ("rebuilds", self.rebuilds),
            ("connections", self.connections),
            ("snapshots", self.snapshots),
            ("raised", self.raised),
            ("joined", self.joined),
            ("risen", self.risen),
            ("returned", self.returned),
            ("overdue", self.overdue),
            ("late", self.late),
            ("shelved", self.shelved),
            ("floods", self.floods),
            ("set aside", self.set_aside),
            ("judged", self.judged),
            ("recording resumed", self.resumed),
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.facts += other.facts;
        self.rebuilds += other.rebuilds;
        self.connections += other.connections;
        self.snapshots += other.snapshots;
        self.raised += other.raised;
        self.joined += other.joined;
        self.risen += other.risen;
        self.returned += other.returned;
        self.overdue += other.overdue;
        self.late += other.late;
        self.shelved += other.shelved;
        self.floods += other.floods;
        self.set_aside += other.set_aside;
        self.judged += other.judged;
        self.resumed += other.resumed;
    }

    pub(crate) fn assert_eventful(&self) {
        for (what, count) in self.all() {
            assert!(count > 0, "no {what} in all these nights");
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (what, count)) in self.all().into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{count} {what}")?;
        }
        Ok(())
    }
}

/// The books of one night.
pub(crate) struct Books {
    estate: Arc<EstateIndex>,
    pub(crate) totals: Totals,
    /// The state after every fact.
    truths: Vec<Arc<View>>,
    site: Site,
    /// When each number was committed.
    committed_at: VecDeque<(Timestamp, Seq)>,
    events: BTreeSet<(DeviceId, EventId)>,
    event_facts: BTreeSet<(DeviceId, EventId)>,
    commands: BTreeMap<CommandId, u32>,
    owners: BTreeMap<AlarmId, PersonId>,
    overdue: BTreeMap<AlarmId, u32>,
    /// New conditions since the flood began: in rows of their own, and folded.
    flood: Option<(u32, u32)>,
    /// What devices know to be active on the record.
    active: BTreeMap<(usize, AlarmTypeId), (DeviceId, AlarmTypeId)>,
    last_recorded_at: Timestamp,
}

impl Books {
    pub(crate) fn new(estate: Arc<EstateIndex>) -> Self {
        Self {
            estate,
            totals: Totals::default(),
            truths: vec![Arc::new(View::default())],
            site: Site::default(),
            committed_at: VecDeque::new(),
            events: BTreeSet::new(),
            event_facts: BTreeSet::new(),
            commands: BTreeMap::new(),
            owners: BTreeMap::new(),
            overdue: BTreeMap::new(),
            flood: None,
            active: BTreeMap::new(),
            last_recorded_at: Timestamp::default(),
        }
    }

    /// Invariant 3: what is answered is on the record.
    pub(crate) fn answered(&mut self, input: &Input, heard: &Heard, server: &Server) {
        let Heard::Answer(Ok(accepted)) = heard else {
            return;
        };
        match (input, accepted) {
            (Input::Observed(Observation::PhoneFix(fix)), Accepted::Tracked) => {
                let person = self
                    .estate
                    .person_of_phone(&fix.phone)
                    .expect("a bound phone");
                let kept = server.store.has_track(person, fix.occurred_at);
                assert!(kept, "a position was answered and is not stored");
            }
            (Input::Observed(Observation::Report(report)), Accepted::Reported { outcome, .. }) => {
                let key = (report.device.clone(), report.event.clone());
                let is_fact = !matches!(outcome, Outcome::NothingToClear | Outcome::NotArmed);
                // The facts of this very turn are not in the books yet.
                self.record(&server.committed);
                assert_eq!(
                    self.event_facts.contains(&key),
                    is_fact,
                    "{key:?} was answered {outcome:?}"
                );
                assert!(server.store.seen(&RepeatKey::Event(key.0, key.1)).is_some());
            }
            (Input::Commanded { command_id, .. }, Accepted::Done { seq }) => {
                assert!(
                    *seq <= server.store.head(),
                    "answered before it was recorded"
                );
                self.record(&server.committed);
                assert_eq!(self.commands.get(command_id), Some(&1), "{command_id}");
            }
            _ => {}
        }
    }

    /// A sender heard, and believes it.
    pub(crate) fn heard(&mut self, who: usize, input: &Input, heard: &Heard) {
        let Input::Observed(Observation::Report(report)) = input else {
            return;
        };
        if report.drill {
            return;
        }
        let key = (who, report.kind.clone());
        match heard {
            Heard::Answer(Ok(Accepted::Reported { outcome, .. }))
                if report.state == ReportedState::Active && *outcome != Outcome::NotArmed =>
            {
                self.active
                    .insert(key, (report.device.clone(), report.kind.clone()));
            }
            // Who does not know stays out of the books.
            _ => {
                let family =
                    |kind: &AlarmTypeId| self.estate.alarm_type(kind).map(AlarmType::family);
                let of = family(&report.kind);
                self.active
                    .retain(|(other, kind), _| *other != who || family(kind) != of);
            }
        }
    }

    /// Follows what was committed; told twice, it follows once.
    pub(crate) fn record(&mut self, facts: &[Fact]) {
        for fact in facts {
            if fact.seq <= self.site.view().seq {
                continue;
            }
            self.fact(fact);
            self.site.apply(fact);
            self.truths.push(Arc::new(self.site.view().clone()));
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let totals = &mut self.totals;
        totals.facts += 1;
        assert!(
            fact.recorded_at >= self.last_recorded_at,
            "time went backwards"
        );
        self.last_recorded_at = fact.recorded_at;
        self.committed_at.push_back((fact.recorded_at, fact.seq));
        match &fact.cause {
            Cause::Event { device, event } => {
                self.event_facts.insert((device.clone(), event.clone()));
            }
            Cause::Command(id) => *self.commands.entry(*id).or_default() += 1,
            _ => {}
        }
        let mut comes = |folded: bool| {
            if let Cause::Event { device, event } = &fact.cause {
                let first = self.events.insert((device.clone(), event.clone()));
                assert!(first, "{device} {event} came in twice");
            }
            if let Some((shown, hidden)) = &mut self.flood {
                *if folded { hidden } else { shown } += 1;
            }
        };
        match &fact.body {
            // The flood's own row is nothing that came.
            FactBody::AlarmRaised(body) if body.source == Source::System => totals.raised += 1,
            FactBody::AlarmRaised(_) => {
                totals.raised += 1;
                comes(false);
            }
            FactBody::AlarmJoined(_) => {
                totals.joined += 1;
                comes(true);
            }
            FactBody::AlarmClaimed(body) => {
                let before = self.owners.insert(body.alarm, body.by.clone());
                assert_eq!(before, None, "{} was claimed twice", body.alarm);
            }
            FactBody::AlarmTransferred(body) => {
                let before = self.owners.insert(body.alarm, body.to.clone());
                assert!(before.is_some(), "nobody had {}", body.alarm);
            }
            FactBody::AlarmReleased(body) => {
                let before = self.owners.remove(&body.alarm);
                assert_eq!(before.as_ref(), Some(&body.by), "{}", body.alarm);
                self.overdue.remove(&body.alarm);
            }
            FactBody::AlarmReturned(body) => {
                totals.returned += 1;
                self.owners.remove(&body.alarm);
                self.overdue.remove(&body.alarm);
            }
            FactBody::AlarmRisen(body) => {
                totals.risen += 1;
                self.overdue.remove(&body.alarm);
                let row = self.site.view().alarms.get(&body.alarm);
                if row.is_some_and(Alarm::is_judged) {
                    self.owners.remove(&body.alarm);
                }
            }
            FactBody::AlarmOverdue(body) => {
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
            FactBody::AlarmShelved(_) => totals.shelved += 1,
            FactBody::AlarmJudged(_) => totals.judged += 1,
            FactBody::InputSetAside(_) => totals.set_aside += 1,
            FactBody::RecordingResumed(_) => totals.resumed += 1,
            FactBody::FloodBegan(_) => {
                totals.floods += 1;
                self.flood = Some((0, 0));
            }
            FactBody::FloodEnded(body) => {
                let counted = self.flood.take().expect("it had begun");
                assert_eq!((body.shown, body.folded), counted, "in = shown + folded");
                assert_eq!(body.came, body.shown + body.folded);
            }
            _ => {}
        }
    }

    /// What holds after every step.
    pub(crate) fn check(
        &mut self,
        server: &Server,
        displays: &mut [Display],
        now: Timestamp,
        calm: &[bool],
    ) {
        self.record(&server.committed);
        let site = server.machine.site();
        assert_eq!(
            site.view().seq,
            server.store.head(),
            "unrecorded state was kept"
        );
        Self::check_alarms(site);
        for ((who, kind), (device, _)) in &self.active {
            if calm[*who] {
                let family = self.estate.alarm_type(kind).expect("known").family();
                let source = Source::Device(device.clone());
                let row = site.control().open_alarm(&source, family, false);
                let row = row.and_then(|id| site.view().alarms.get(&id));
                let row = row.unwrap_or_else(|| panic!("{device} {kind} is active and nowhere"));
                let is_active = row.condition_of(&source).is_some_and(Condition::is_active);
                assert!(
                    is_active,
                    "{device} {kind} is active, {row:?} says it is not"
                );
            }
        }
        while self
            .committed_at
            .get(1)
            .is_some_and(|(at, _)| *at <= now - STALE_AFTER)
        {
            self.committed_at.pop_front();
        }
        for display in displays {
            self.check_display(display, now);
        }
    }

    fn check_alarms(site: &Site) {
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
            if !alarm.is_closed() {
                let joined = alarm.joined.iter().map(|j| (&j.source, &j.family));
                for (source, family) in joined.chain([(&alarm.source, &alarm.family)]) {
                    let first = keys.insert((source.clone(), family.clone(), alarm.drill));
                    assert!(first, "{source:?} {family} stands in two rows");
                }
            }
        }
        let control = site.control().next_due_at();
        match (earliest, control) {
            // Shelves may come down later, one by one.
            (Some(alarm), Some(next)) => assert!(
                next >= alarm || site.control().shelved() > 0,
                "{next:?} is due, and no alarm says so before {alarm:?}"
            ),
            (Some(_), None) => panic!("a deadline runs that nobody looks at"),
            _ => {}
        }
        assert!(site.control().open_alarms() <= OPEN_ALARMS_MAX);
    }

    fn check_display(&self, display: &mut Display, now: Timestamp) {
        let Some(shown) = display.shows() else {
            return;
        };
        // Invariants 3 and 6: what is shown was true, at the number that it carries.
        if std::mem::take(&mut display.changed) {
            let truth = usize::try_from(shown.0)
                .ok()
                .and_then(|n| self.truths.get(n));
            let truth = truth.unwrap_or_else(|| panic!("{shown} is shown and not recorded"));
            let truth = display.audience.view(truth);
            assert!(
                *display.view() == truth,
                "{:?} at {shown} shows what never was",
                display.audience
            );
        }
        // Invariant 8: who is not called stale holds all of five seconds ago.
        if !matches!(display.link(now), Link::Stale { .. } | Link::Connecting)
            && let Some((at, seq)) = self.committed_at.front()
            && *at <= now - STALE_AFTER
        {
            assert!(
                shown >= *seq,
                "{shown} is called live, {seq} is older than that"
            );
        }
        if display.audience == Audience::WallVisitor {
            let json = serde_json::to_string(display.view()).expect("JSON");
            for person in &self.estate.estate.people {
                let quoted = format!("\"{}\"", person.id);
                assert!(
                    !json.contains(&quoted),
                    "{} stands on a visitors' wall",
                    person.id
                );
            }
            assert!(
                !json.contains("\"duress\""),
                "duress stands on a visitors' wall"
            );
        }
    }

    /// At rest everybody agrees, and the record says the same as memory.
    pub(crate) fn check_rest(server: &Server, displays: &[Display]) {
        assert_eq!(
            &server.fold(),
            server.machine.site(),
            "replay differs from memory"
        );
        for display in displays {
            let truth = display.audience.view(server.machine.site().view());
            assert!(display.replica.is_ready(), "a display has nothing to show");
            assert_eq!(display.view(), &truth, "{:?}", display.audience);
        }
    }
}
