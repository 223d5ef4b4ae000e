//! How ladders are climbed: whom a step calls, who is spared, and what comes when a call reached nobody.

use super::ladders::{About, Called, Run, Target};
use super::{ACTORS, Deed, Model, steps};

/// Who is on which rung: shift leader, duty manager, project manager.
pub(crate) const STAFF: [(&str, usize); 4] = [
    ("zhou-jie", 0),
    ("gao-fei", 0),
    ("chen-hui", 1),
    ("he-ping", 2),
];
const RUNGS: [&str; 3] = ["ShiftLeader", "DutyManager", "ProjectManager"];
/// Who can be called beside those on a rung.
pub(crate) const REACHED: &str = "li-na";
/// Whoever did something is at it for so many seconds.
const AT_IT_S: i64 = 60;

/// A call as the record has it: about what and who, and how many such calls there were before.
pub(crate) type Call = (String, &'static str, usize);

impl Model {
    /// Somebody on a rung comes or goes.
    pub(super) fn staff_duty(&mut self, who: usize, on: bool) -> bool {
        let (person, _) = STAFF[who];
        let off_duty = &mut self.ladders.off_duty;
        let was_on = !off_duty.contains(&person);
        off_duty.retain(|other| *other != person);
        if !on {
            off_duty.push(person);
        }
        was_on != on
    }

    /// When a ladder is due next.
    pub(super) fn ladder_due(&self) -> Option<i64> {
        let runs = self.ladders.runs.values();
        runs.filter_map(|run| run.next_due().map(|(at, _)| at))
            .min()
    }

    /// Climbs all that is due.
    pub(super) fn climb(&mut self) {
        loop {
            let runs = self.ladders.runs.iter();
            let due = runs.filter_map(|(about, run)| Some((run.next_due()?, *about)));
            let due = due.filter(|((at, _), _)| *at <= self.now);
            let Some(((due, again), about)) = due.min_by_key(|((at, _), about)| (*at, *about))
            else {
                return;
            };
            self.take_step(about, due, again);
        }
    }

    fn take_step(&mut self, about: About, due: i64, again: bool) {
        let mut run = self.ladders.runs[&about].clone();
        let at_hand = if again { run.step - 1 } else { run.step };
        (run.step, run.round) = if again {
            (run.step, run.round + 1)
        } else {
            (run.step + 1, 0)
        };
        let (mut people, mut nobody, mut spared) = (Vec::new(), Vec::new(), Vec::new());
        let targets = run.steps().get(at_hand).map_or(&[][..], |step| step.1);
        for target in targets {
            let (found, empty) = self.found(about, *target);
            nobody.extend(
                empty
                    .into_iter()
                    .filter(|rung| !nobody.contains(rung))
                    .collect::<Vec<_>>(),
            );
            for person in found {
                let is_called =
                    people.contains(&person) || (!again && run.called.contains(&person));
                if is_called {
                } else if self.is_at_it(about, &run, person) {
                    if !spared.contains(&person) {
                        spared.push(person);
                    }
                } else {
                    people.push(person);
                }
            }
        }
        let nobody_words = nobody
            .iter()
            .map(|rung| format!(" nobody:{}", RUNGS[*rung]));
        let spared_words = spared.iter().map(|person| format!(" spared:{person}"));
        let late_s = self.now - due;
        let late = (late_s > steps::LATE_AFTER_S).then(|| format!(" late:{late_s}"));
        let more: String = nobody_words.chain(spared_words).chain(late).collect();
        self.tell(about, format!("{} step {}{more}", self.now, run.step));
        for (nth, person) in people.iter().enumerate() {
            self.tell(about, format!("{} {person} sms", self.now));
            self.ladders.calls.push(Called {
                about,
                gap: run.gap,
                step: run.step,
                round: run.round,
                nth,
                person,
            });
        }
        if !nobody.is_empty() || targets.is_empty() {
            self.find_nobody();
        }
        (run.climbed_at, run.found_nobody) = (self.now, !nobody.is_empty());
        run.last = vec![None; people.len()];
        run.called.extend(people);
        self.ladders.runs.insert(about, run);
    }

    /// A row says that nobody can be called; the first time it takes a number.
    pub(super) fn find_nobody(&mut self) {
        if self.ladders.nobody == 0 {
            self.numbers += 1;
        }
        self.ladders.nobody += 1;
    }

    /// Whom a target means now, and which rungs have nobody.
    fn found(&self, about: About, target: Target) -> (Vec<&'static str>, Vec<usize>) {
        let rung = match target {
            Target::Owner => {
                let owner = self
                    .owner_of(about)
                    .filter(|owner| *owner == REACHED || is_staff(owner));
                return (owner.into_iter().collect(), Vec::new());
            }
            Target::Rung(rung) => rung,
        };
        let mut empty = Vec::new();
        for rung in rung..RUNGS.len() {
            let there = STAFF
                .iter()
                .filter(|(person, of)| *of == rung && !self.ladders.off_duty.contains(person));
            let there: Vec<_> = there.map(|(person, _)| *person).collect();
            if !there.is_empty() {
                return (there, empty);
            }
            empty.push(rung);
        }
        (Vec::new(), empty)
    }

    /// Whoever has the matter, or had it last.
    fn owner_of(&self, about: About) -> Option<&'static str> {
        let at = match about {
            About::Alarm(alarm) => self.incident_of(alarm)?,
            About::Incident(at) => at,
            About::Part(at) => self.parts[at].incident,
        };
        let incident = &self.incidents[at];
        let owner = incident.owner.or(incident.had_by);
        owner.map(|owner| ACTORS[owner])
    }

    /// Whether somebody did something about it just now.
    fn is_at_it(&self, about: About, run: &Run, person: &str) -> bool {
        let just_now = self.now - AT_IT_S;
        let since = if run.is_nobodys() {
            run.gap.1.max(just_now)
        } else {
            just_now
        };
        let at = match about {
            // Nobody does anything about an alarm alone but who has its incident.
            About::Alarm(_) => return false,
            About::Incident(at) => at,
            About::Part(at) => self.parts[at].incident,
        };
        let mut acts = self.ladders.acts.iter();
        acts.any(|(of, who, when)| *of == at && *who == person && *when >= since)
    }

    fn call(&self, newest: usize) -> Option<&Called> {
        let last = self.ladders.calls.len().checked_sub(newest + 1)?;
        self.ladders.calls.get(last)
    }

    /// The call that a deed is about, counted from the newest.
    pub(crate) fn call_of(&self, deed: Deed) -> Option<Call> {
        let Deed::Refuse(newest) = deed else {
            return None;
        };
        let call = self.call(newest)?;
        let before = self.ladders.calls.iter().rev().skip(newest + 1);
        let alike = before.filter(|one| (one.about, one.person) == (call.about, call.person));
        Some((self.name(call.about), call.person, alike.count()))
    }

    /// A call, counted from the newest, reached nobody.
    pub(super) fn refuse(&mut self, newest: usize) {
        let Some(call) = self.call(newest).cloned() else {
            return;
        };
        let now = self.now;
        let run = self.ladders.runs.get_mut(&call.about);
        let is_of =
            |run: &&mut Run| (run.gap, run.step, run.round) == (call.gap, call.step, call.round);
        let of_step = run.filter(is_of).and_then(|run| run.last.get_mut(call.nth));
        if let Some(reached_nobody_at) = of_step {
            reached_nobody_at.get_or_insert(now);
        }
    }
}

fn is_staff(person: &str) -> bool {
    STAFF.iter().any(|(other, _)| *other == person)
}
