//! Which ladders are climbed about alarms, incidents and those who were sent, as it is written down.

use super::{Model, Part, WANTED};
use std::collections::BTreeMap;

/// Who leads the shift has seen what they do something about.
const LEADERS: [&str; 4] = ["zhou-jie", "gao-fei", "chen-hui", "he-ping"];
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Owner,
    Rung(usize),
}

/// A step: after how many seconds, whom, and how often again after how many.
pub(super) type Step = (i64, &'static [Target], Option<(i64, u32)>);

const UNCLAIMED: [Step; 2] = [
    (20, &[Target::Rung(0)], None),
    (50, &[Target::Rung(1), Target::Rung(2)], None),
];
const UNDISPATCHED: [Step; 2] = [
    (0, &[Target::Rung(0)], Some((30, 1))),
    (45, &[Target::Rung(1)], None),
];
const NOT_ON_SCENE: [Step; 2] = [
    (180, &[Target::Owner], None),
    (240, &[Target::Rung(1)], None),
];
const LEADER: [Step; 1] = [(0, &[Target::Rung(0)], None)];

/// What a ladder is about, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    Alarm(usize),
    Incident(usize),
    Part(usize),
}

/// What nobody did, and since when.
pub(super) type Gap = (&'static str, i64);

#[derive(Clone)]
pub(super) struct Run {
    pub(super) gap: Gap,
    pub(super) step: usize,
    pub(super) round: u32,
    pub(super) climbed_at: i64,
    pub(super) found_nobody: bool,
    /// The calls of the last step, and since when it is known that one reached nobody.
    pub(super) last: Vec<Option<i64>>,
    pub(super) called: Vec<&'static str>,
    is_open: bool,
}

impl Run {
    pub(super) fn steps(&self) -> &'static [Step] {
        match self.gap.0 {
            "unclaimed" | "returned" => &UNCLAIMED,
            "undispatched" => &UNDISPATCHED,
            "notonscene" => &NOT_ON_SCENE,
            _ => &LEADER,
        }
    }

    pub(super) fn is_nobodys(&self) -> bool {
        is_nobodys(self.gap)
    }

    /// Since when it is known that the last step reached nobody.
    fn reached_nobody_at(&self) -> Option<i64> {
        if self.last.is_empty() {
            let goes_on = self.found_nobody && self.step < self.steps().len();
            return goes_on.then_some(self.climbed_at);
        }
        let all: Option<Vec<_>> = self.last.iter().copied().collect();
        all?.into_iter().max()
    }

    /// When something is due next, and whether that is the last step again.
    pub(super) fn next_due(&self) -> Option<(i64, bool)> {
        if !self.is_open {
            return None;
        }
        let last = self.step.checked_sub(1);
        let last = last.and_then(|last| self.steps().get(last));
        let repeat = last.and_then(|(_, _, repeat)| *repeat);
        let again = repeat.filter(|(_, times)| self.round < *times);
        let again = again.map(|(every_s, _)| (self.climbed_at + every_s, true));
        let unreached = self.reached_nobody_at();
        let next = match self.steps().get(self.step) {
            Some((after_s, ..)) => {
                let planned = self.gap.1 + after_s;
                Some(unreached.map_or(planned, |at| at.min(planned)))
            }
            None => unreached.filter(|_| last.is_some() && again.is_none()),
        };
        let next = next.map(|at| (at, false));
        again.into_iter().chain(next).min_by_key(|(at, _)| *at)
    }
}

/// A call, and which of its step's it is.
#[derive(Clone)]
pub(super) struct Called {
    pub(super) about: About,
    pub(super) gap: Gap,
    pub(super) step: usize,
    pub(super) round: u32,
    pub(super) nth: usize,
    pub(super) person: &'static str,
}

fn is_nobodys((why, _): Gap) -> bool {
    ["unclaimed", "returned"].contains(&why)
}

/// What the model knows of ladders.
#[derive(Default)]
pub(super) struct Ladders {
    pub(super) runs: BTreeMap<About, Run>,
    /// Who did what about which incident, and when.
    pub(super) acts: Vec<(usize, &'static str, i64)>,
    /// What was told of each.
    told: BTreeMap<About, Vec<String>>,
    /// The newest last.
    pub(super) calls: Vec<Called>,
    /// How often nobody was found.
    pub(super) nobody: usize,
    pub(super) off_duty: Vec<&'static str>,
}

/// What has just happened, as far as ladders ask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Too few were sent in time.
    Short,
    /// A person sent somebody.
    Sent,
    Other,
}

impl Model {
    /// An alarm is raised, and nobody has it.
    pub(super) fn alarm_waits(&mut self, alarm: usize) {
        let gap = ("unclaimed", self.now);
        self.begin(About::Alarm(alarm), gap);
    }

    /// Something happened to an incident or its parts.
    pub(super) fn happened(&mut self, at: usize, actor: Option<&'static str>, news: News) {
        let parts = (0..self.parts.len()).filter(|part| self.parts[*part].incident == at);
        let parts = parts.map(About::Part);
        self.follow(at, parts.collect(), actor, news);
    }

    /// Something happened to one of its alarms alone.
    pub(super) fn happened_to_alarm(&mut self, at: usize, actor: &'static str) {
        self.follow(at, Vec::new(), Some(actor), News::Other);
    }

    fn follow(&mut self, at: usize, parts: Vec<About>, actor: Option<&'static str>, news: News) {
        if let Some(actor) = actor {
            self.ladders.acts.push((at, actor, self.now));
        }
        let alarms = self.incidents[at].alarms.iter();
        let mut matters: Vec<_> = alarms.map(|(alarm, _)| About::Alarm(*alarm)).collect();
        matters.push(About::Incident(at));
        matters.extend(parts);
        for about in matters {
            self.judge_run(about, actor, news);
        }
    }

    fn open_run(&self, about: About) -> Option<&Run> {
        self.ladders.runs.get(&about).filter(|run| run.is_open)
    }

    fn judge_run(&mut self, about: About, actor: Option<&'static str>, news: News) {
        let gaps = self.gaps(about);
        let Some(run) = self.open_run(about) else {
            return self.begin_first(about, &gaps, news);
        };
        let own = gaps.iter().position(|gap| {
            let is_same = gap.0 == run.gap.0 && (gap.0 != "steplate" || gap.1 == run.gap.1);
            is_same || (is_nobodys(*gap) && run.is_nobodys())
        });
        let is_answered = run.gap.0 == "unaccepted" && news == News::Sent;
        if let Some(own) = own.filter(|_| !is_answered) {
            return self.begin_first(about, &gaps[..own], news);
        }
        let by = actor.or_else(|| self.whose_answer(about, run.gap.0));
        let Some(by) = by else {
            // Only a person's answer ends it; but another one may take its place.
            return self.begin_first(about, &gaps, news);
        };
        let told = format!("{} stopped by {by}", self.now);
        self.tell(about, told);
        if let Some(run) = self.ladders.runs.get_mut(&about) {
            run.is_open = false;
        }
        let gaps = self.gaps(about);
        self.begin_first(about, &gaps, News::Other);
        // What was silent while its alarm was climbed speaks for itself.
        if let About::Alarm(alarm) = about
            && let Some(at) = self.incident_of(alarm)
        {
            let gaps = self.gaps(About::Incident(at));
            if gaps.first().is_some_and(|gap| is_nobodys(*gap)) {
                self.judge_run(About::Incident(at), None, News::Other);
            }
        }
    }

    /// Whose answer it was that no person gave by a deed.
    fn whose_answer(&self, about: About, why: &str) -> Option<&'static str> {
        match about {
            About::Alarm(alarm) => {
                let at = self.incident_of(alarm)?;
                self.incidents[at].owner.map(|owner| super::ACTORS[owner])
            }
            About::Incident(_) => None,
            About::Part(at) => (why == "notonscene").then(|| super::GUARDS[self.parts[at].guard]),
        }
    }

    pub(super) fn incident_of(&self, alarm: usize) -> Option<usize> {
        let has = |incident: &super::Incident| incident.alarms.iter().any(|one| one.0 == alarm);
        self.incidents.iter().position(has)
    }

    /// What nobody did about it by now, what is to be climbed first in front.
    fn gaps(&self, about: About) -> Vec<Gap> {
        match about {
            About::Alarm(alarm) => {
                let at = self.incident_of(alarm);
                let waits = at.is_none_or(|at| self.incidents[at].owner.is_none());
                waits
                    .then_some(("unclaimed", self.now))
                    .into_iter()
                    .collect()
            }
            About::Incident(at) => self.gaps_of_incident(at),
            About::Part(at) => self.gap_of_part(at).into_iter().collect(),
        }
    }

    fn gaps_of_incident(&self, at: usize) -> Vec<Gap> {
        let incident = &self.incidents[at];
        if incident.stage == "closed" {
            return Vec::new();
        }
        let mut gaps = Vec::new();
        if incident.owner.is_none() {
            let was_had = incident.returned;
            gaps.push((
                if was_had { "returned" } else { "unclaimed" },
                incident.since,
            ));
        }
        let is_over = incident.dispatch_due.is_none() && incident.needs_people();
        let short = incident
            .short_at
            .filter(|_| is_over && self.sent(at) < WANTED);
        gaps.extend(short.map(|since| ("undispatched", since)));
        let late = incident.steps.late_ahead().into_iter();
        gaps.extend(late.map(|since| ("steplate", since)));
        let left_out = incident.steps.left_out_at();
        let left_out = left_out.filter(|since| {
            let acts = &self.ladders.acts;
            let mut seen = acts
                .iter()
                .filter(|(of, who, _)| *of == at && LEADERS.contains(who));
            !seen.any(|(_, _, acted_at)| acted_at > since)
        });
        gaps.extend(left_out.map(|since| ("stepskipped", since)));
        gaps
    }

    fn gap_of_part(&self, at: usize) -> Option<Gap> {
        let part = &self.parts[at];
        if !self.incidents[part.incident].needs_people() {
            return None;
        }
        if ["accepted", "on the way"].contains(&part.stage) {
            return Some(("notonscene", part.accepted_at));
        }
        let is_refused = part.is_refused();
        let mut slot = self.others_of_slot(at);
        slot.push(at);
        let is_last = slot.into_iter().all(|other| {
            let of = &self.parts[other];
            let is_given_up = of.why == "recalled" && of.since >= part.since;
            !of.holds_slot() && !of.asks_next && other <= at && !is_given_up
        });
        (is_refused && is_last).then_some(("unaccepted", part.since))
    }

    /// Begins the ladder of what comes first. While nobody has it, nothing else is climbed.
    fn begin_first(&mut self, about: About, gaps: &[Gap], news: News) {
        let only = if gaps.first().is_some_and(|gap| is_nobodys(*gap)) {
            &gaps[..1]
        } else {
            gaps
        };
        let first = only.iter().find(|gap| self.may_begin(about, **gap, news));
        if let Some(gap) = first {
            self.begin(about, *gap);
        }
    }

    fn may_begin(&self, about: About, gap: Gap, news: News) -> bool {
        let is_known = self
            .ladders
            .runs
            .get(&about)
            .is_some_and(|run| run.gap == gap);
        match about {
            // Its incident speaks for it.
            About::Alarm(_) => false,
            About::Incident(at) if is_nobodys(gap) => {
                let mut alarms = self.incidents[at].alarms.iter();
                !alarms.any(|(alarm, _)| self.open_run(About::Alarm(*alarm)).is_some())
            }
            About::Incident(_) => match gap.0 {
                "undispatched" => news == News::Short && !is_known,
                "steplate" => true,
                _ => !is_known,
            },
            About::Part(at) => {
                let mut slot = self.others_of_slot(at).into_iter();
                let is_told = slot.any(|other| self.open_run(About::Part(other)).is_some());
                !is_known && (gap.0 != "unaccepted" || !is_told)
            }
        }
    }

    fn begin(&mut self, about: About, gap: Gap) {
        let told = format!("{} {} {}", self.now, self.name(about).to_lowercase(), gap.0);
        self.tell(about, told);
        let run = Run {
            gap,
            step: 0,
            round: 0,
            climbed_at: 0,
            found_nobody: false,
            last: Vec::new(),
            called: Vec::new(),
            is_open: true,
        };
        self.ladders.runs.insert(about, run);
    }

    pub(super) fn name(&self, about: About) -> String {
        match about {
            About::Alarm(alarm) => format!("A-{}", self.raised[alarm].1),
            About::Incident(at) => format!("I-{}", at + 1),
            About::Part(at) => format!("D-{}", at + 1),
        }
    }

    pub(super) fn tell(&mut self, about: About, told: String) {
        self.ladders.told.entry(about).or_default().push(told);
    }

    /// All that was told, by what it was about.
    pub(crate) fn told(&self) -> Vec<String> {
        let told = self.ladders.told.iter();
        let told = told.flat_map(|(about, told)| {
            told.iter()
                .map(|told| format!("{}: {told}", self.name(*about)))
        });
        let mut told: Vec<_> = told.collect();
        told.push(format!("nobody {}", self.ladders.nobody));
        told
    }

    /// What must hold of ladders at any moment, whatever the machine says.
    pub(super) fn balance_ladders(&self) {
        for (about, run) in &self.ladders.runs {
            assert!(
                run.next_due().is_none_or(|(at, _)| at > self.now),
                "{about:?}"
            );
        }
        for at in 0..self.incidents.len() {
            let mut alarms = self.incidents[at].alarms.iter();
            let is_climbed = self.open_run(About::Incident(at)).is_some()
                || alarms.any(|(alarm, _)| self.open_run(About::Alarm(*alarm)).is_some());
            let gaps = self.gaps_of_incident(at);
            let mut waits = gaps.iter().filter(|gap| gap.0 != "undispatched");
            // What is left out, taken and left out again in one moment is told once.
            let known = self.ladders.runs.get(&About::Incident(at));
            let known = known.filter(|run| run.gap.0 == "stepskipped");
            let is_told = |gap: &Gap| known.is_some_and(|run| run.gap == *gap);
            let is_quiet = waits.next().is_none_or(is_told);
            assert!(is_climbed || is_quiet, "I-{} waits", at + 1);
        }
        for at in 0..self.parts.len() {
            let is_climbed = self.open_run(About::Part(at)).is_some();
            let waits = self
                .gap_of_part(at)
                .is_some_and(|gap| gap.0 == "notonscene");
            assert!(is_climbed || !waits, "D-{} waits", at + 1);
        }
    }
}

impl Part {
    fn holds_slot(&self) -> bool {
        self.stage == "offered" || self.is_taken()
    }

    fn is_refused(&self) -> bool {
        ["unanswered", "declined"].contains(&self.stage) || self.why == "off duty"
    }
}
