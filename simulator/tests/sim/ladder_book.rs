//! The book of ladders: nobody is called twice or after the answer, no step and no call is lost, and
//! whatever waits is climbed.

use super::books::Seen;
use super::happened::Told;
use super::totals::Totals;
use castellan_domain::alarm::{Alarm, Ownership};
use castellan_domain::dispatch::{Assignment, Stage as Part};
use castellan_domain::estate::{EstateIndex, LadderPlan, LadderStep};
use castellan_domain::fact::{Fact, FactBody, LadderCalled, LadderClimbed, LadderStarted};
use castellan_domain::ids::{AlarmTypeId, IncidentId, PersonId, Seq};
use castellan_domain::incident::{Incident, Stage};
use castellan_domain::ladder::LadderFact;
use castellan_domain::matter::{Matter, Unanswered};
use castellan_domain::notify::{NotificationFact, Settlement};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// A ladder as the book knows it.
#[derive(Debug, Clone)]
struct Run {
    /// The fact that began it.
    begun: Seq,
    why: Unanswered,
    since: Timestamp,
    steps: Vec<LadderStep>,
    step: u8,
    round: u8,
    called: BTreeSet<PersonId>,
    is_open: bool,
}

/// A call as the book knows it.
#[derive(Debug, Clone)]
struct Call {
    about: Matter,
    /// The ladder that made it.
    begun: Seq,
    drill: bool,
    settled: Option<Settlement>,
    /// In which lives of the process it was sent.
    sent: Vec<u32>,
}

#[derive(Clone, Default)]
pub(crate) struct LadderBook {
    runs: BTreeMap<Matter, Run>,
    calls: BTreeMap<Seq, Call>,
}

impl LadderBook {
    pub(crate) fn handled(&mut self, seen: &Seen<'_>, totals: &mut Totals) {
        for fact in &seen.handled.facts {
            match &fact.body {
                FactBody::Ladder(body) => self.ladder(body, fact, totals),
                FactBody::Notification(NotificationFact::Settled(body)) => {
                    let call = self.calls.get_mut(&body.about);
                    let call = call.unwrap_or_else(|| panic!("nobody was called by {fact:?}"));
                    assert_eq!(call.settled, None, "{} ends twice", body.about);
                    let was_sent = !call.sent.is_empty();
                    let says_so = body.outcome == Settlement::Delivered;
                    assert!(was_sent || !says_so, "{} never left", body.about);
                    call.settled = Some(body.outcome);
                    totals.calls_answered += u64::from(body.outcome == Settlement::Answered);
                }
                _ => {}
            }
        }
    }

    fn ladder(&mut self, body: &LadderFact, fact: &Fact, totals: &mut Totals) {
        match body {
            LadderFact::Started(body) => self.started(body, fact, totals),
            LadderFact::Climbed(body) => self.climbed(body, fact.recorded_at, totals),
            LadderFact::Called(body) => self.called(body, fact, totals),
            LadderFact::Stopped(body) => {
                let run = self.open(body.about);
                run.is_open = false;
                totals.ladders_stopped += 1;
            }
        }
    }

    fn started(&mut self, body: &LadderStarted, fact: &Fact, totals: &mut Totals) {
        match body.why {
            Unanswered::Unclaimed | Unanswered::Returned => totals.ladders_unclaimed += 1,
            Unanswered::Undispatched => totals.ladders_undispatched += 1,
            Unanswered::Unaccepted => totals.ladders_unaccepted += 1,
            Unanswered::NotOnScene => totals.ladders_not_on_scene += 1,
            // The nights' procedures have no deadlines, and nobody there records steps.
            Unanswered::StepLate | Unanswered::StepSkipped => panic!("no step is awaited"),
        }
        if let Some(before) = self.runs.get(&body.about) {
            // What rises in the moment in which it came begins anew, before anybody is called.
            let is_same = (before.why, before.since) == (body.why, body.since);
            let is_untouched = before.is_open && before.called.is_empty();
            assert!(!is_same || is_untouched, "{} begins twice", body.about);
        }
        let run = Run {
            begun: fact.seq,
            why: body.why,
            since: body.since,
            steps: body.steps.clone(),
            step: 0,
            round: 0,
            called: BTreeSet::new(),
            is_open: true,
        };
        self.runs.insert(body.about, run);
    }

    fn open(&mut self, about: Matter) -> &mut Run {
        let run = self.runs.get_mut(&about);
        let run = run.unwrap_or_else(|| panic!("no ladder is about {about}"));
        assert!(run.is_open, "{about}: somebody has answered");
        run
    }

    fn climbed(&mut self, body: &LadderClimbed, at: Timestamp, totals: &mut Totals) {
        totals.late += u64::from(body.late_s > 0);
        let run = self.open(body.about);
        if body.round > 0 {
            assert_eq!((body.step, body.round), (run.step, run.round + 1));
        } else {
            assert_eq!(body.step, run.step + 1, "{}: each step once", body.about);
        }
        (run.step, run.round) = (body.step, body.round);
        let planned = run.steps.get(usize::from(body.step) - 1);
        let planned = planned.map(|step| run.since + secs(step.after_s));
        totals.rungs_empty += u64::from(!body.nobody.is_empty());
        // Sooner than planned only where the step before reached nobody.
        let is_time = planned.is_some_and(|planned| planned <= at);
        assert!(
            is_time || run.step > 1 || run.round > 0,
            "{} is early",
            body.about
        );
    }

    fn called(&mut self, body: &LadderCalled, fact: &Fact, totals: &mut Totals) {
        let others = self.calls.values();
        let of = |call: &&Call| call.about == body.about && call.settled.is_none();
        let under_way = others.filter(of).count();
        let run = self.open(body.about);
        assert_eq!((body.step, body.round), (run.step, run.round));
        let is_first = run.called.insert(body.person.clone());
        // Again by another channel, or because the step is repeated.
        let is_again = body.round > 0 || body.then.is_empty() || under_way > 0;
        assert!(is_first || is_again, "{} is called twice", body.person);
        totals.called += 1;
        let begun = run.begun;
        let call = Call {
            about: body.about,
            begun,
            drill: fact.drill,
            settled: None,
            sent: Vec::new(),
        };
        self.calls.insert(fact.seq, call);
    }

    /// A channel carried a call out.
    pub(crate) fn told(&mut self, told: &Told, totals: &mut Totals) {
        let call = self.calls.get_mut(&told.about);
        let call = call.unwrap_or_else(|| panic!("{told:?} is on no record"));
        assert!(!call.drill, "{told:?}: a drill calls nobody");
        assert_eq!(call.settled, None, "{told:?} comes after its end");
        assert!(!call.sent.contains(&told.life), "{told:?} is sent twice");
        let run = &self.runs[&call.about];
        assert!(
            run.is_open && run.begun == call.begun,
            "{told:?}: somebody has answered {}",
            call.about
        );
        totals.calls_sent += 1;
        totals.calls_again += u64::from(!call.sent.is_empty());
        call.sent.push(told.life);
    }

    /// What is shown of ladders is what was recorded.
    pub(crate) fn check(&self, view: &View) {
        for (about, shown) in &view.ladders {
            let run = self.runs.get(about);
            let run = run.unwrap_or_else(|| panic!("nothing began {about}"));
            assert_eq!(
                (shown.is_open(), shown.step, shown.why, shown.since),
                (run.is_open, run.step, run.why, run.since),
                "the ladder about {about}"
            );
        }
    }

    /// Everything that was due has been done: no step is lost, and whatever waits is climbed.
    pub(crate) fn check_due(&self, view: &View, estate: &EstateIndex, now: Timestamp) {
        for (about, run) in self
            .runs
            .iter()
            .filter(|(about, run)| run.is_open && view.ladders.contains_key(about))
        {
            let next = run.steps.get(usize::from(run.step));
            let planned = next.map(|step| run.since + secs(step.after_s));
            assert!(planned.is_none_or(|at| at > now), "{about} lost a step");
        }
        if view.reach.is_empty() {
            return;
        }
        for alarm in view.alarms.values().filter(|alarm| waits(alarm)) {
            let has_ladder = plan(estate, &alarm.kind).is_some();
            let by_incident = alarm
                .incident
                .is_some_and(|id| self.is_climbed_with(view, id));
            let is_climbed = self.is_open(Matter::Alarm(alarm.id)) || by_incident;
            assert!(
                !has_ladder || is_climbed,
                "nobody is called about {alarm:?}"
            );
        }
        for one in view.assignments.values() {
            let incident = &view.incidents[&one.incident];
            let about = Matter::Assignment(one.id);
            let goes = matches!(one.stage, Part::Accepted | Part::OnTheWay);
            let expected = goes && needs_people(incident) && self.misses(about, incident, estate);
            assert!(!expected, "nobody misses {one:?}");
        }
    }

    /// Whether an incident or one of its alarms is climbed.
    fn is_climbed_with(&self, view: &View, id: IncidentId) -> bool {
        let incident = view.incidents.get(&id);
        let alarms = incident.into_iter().flat_map(|incident| &incident.alarms);
        let mut alarms = alarms.map(|alarm| Matter::Alarm(*alarm));
        self.is_open(Matter::Incident(id)) || alarms.any(|about| self.is_open(about))
    }

    fn is_open(&self, about: Matter) -> bool {
        self.runs.get(&about).is_some_and(|run| run.is_open)
    }

    /// Whether somebody who accepted has no ladder, though the type of their incident has one. What an incident
    /// was when they accepted is what counts.
    fn misses(&self, about: Matter, incident: &Incident, estate: &EstateIndex) -> bool {
        let plan = plan(estate, &incident.kind);
        let has_steps = plan.is_some_and(|plan| !plan.not_on_scene.is_empty());
        has_steps && !self.runs.contains_key(&about) && incident.history.steps().len() == 1
    }

    /// Nothing is left of which nobody will ever say what became of it.
    pub(crate) fn check_rest(&self) {
        let mut real = self.calls.iter().filter(|(_, call)| !call.drill);
        let open = real.find(|(_, call)| call.settled.is_none());
        assert!(open.is_none(), "{open:?} is under way for ever");
    }
}

const fn secs(seconds: u32) -> Span {
    Span::from_secs(seconds as i64)
}

fn waits(alarm: &Alarm) -> bool {
    let is_nobodys = matches!(alarm.ownership, Ownership::Unclaimed { .. });
    let is_aside = alarm.is_judged() || alarm.shelf.is_some() || alarm.acknowledged.is_some();
    is_nobodys && !is_aside
}

fn plan<'a>(estate: &'a EstateIndex, kind: &AlarmTypeId) -> Option<&'a LadderPlan> {
    let kind = estate.alarm_type(kind)?;
    let ladder = estate.estate.ladder(kind.ladder.as_ref()?)?;
    Some(&ladder.by_day)
}

/// Whether nobody has said that it is under control.
fn needs_people(incident: &Incident) -> bool {
    matches!(
        incident.stage,
        Stage::Open | Stage::Dispatched | Stage::Handling
    )
}

/// What must hold of incidents and of who was sent for them, whatever happened before.
pub(crate) fn check_incidents(view: &View, settled_at: Option<Timestamp>) {
    let mut slots: BTreeMap<(IncidentId, u16), &Assignment> = BTreeMap::new();
    for one in view.assignments.values() {
        assert!(view.incidents.contains_key(&one.incident), "{one:?}");
        if one.is_accepted() {
            let before = slots.insert((one.incident, one.slot), one);
            assert!(before.is_none(), "two have one slot: {before:?}, {one:?}");
        }
        let due = one.next_due().map(|(at, _)| at);
        let is_lost = due.zip(settled_at).is_some_and(|(due, now)| due <= now);
        assert!(!is_lost, "nobody looks at {one:?}");
    }
    for incident in view
        .incidents
        .values()
        .filter(|incident| incident.is_open())
    {
        let due = incident.next_due().map(|(at, _)| at);
        assert!(
            incident.owner().is_some() || due.is_some(),
            "{incident:?} has neither owner nor deadline"
        );
        let is_lost = due.zip(settled_at).is_some_and(|(due, now)| due <= now);
        assert!(!is_lost, "nobody looks at {incident:?}");
        for alarm in &incident.alarms {
            let Some(row) = view.alarms.get(alarm) else {
                continue;
            };
            assert_eq!(row.incident, Some(incident.id), "{alarm} is elsewhere");
            if !row.is_judged() {
                assert_eq!(row.owner(), incident.owner(), "whose {alarm} is");
            }
        }
    }
}
