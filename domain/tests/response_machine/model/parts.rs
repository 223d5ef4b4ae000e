//! Who is sent: asked, on the way, there, or not.

use super::ladders::News;
use super::{ACTORS, ANSWER_S, ARRIVE_S, GUARDS, LEADER, Model};

#[derive(Clone)]
pub(super) struct Part {
    pub(super) incident: usize,
    pub(super) guard: usize,
    slot: usize,
    pub(super) stage: &'static str,
    /// Why it was withdrawn.
    pub(super) why: &'static str,
    pub(super) due: Option<i64>,
    pub(super) since: i64,
    pub(super) accepted_at: i64,
    /// Its slot waits for the next one.
    pub(super) asks_next: bool,
}

impl Part {
    fn is_offer(&self) -> bool {
        ["offered", "unanswered"].contains(&self.stage)
    }

    fn is_task(&self) -> bool {
        ["accepted", "on the way", "on scene"].contains(&self.stage)
    }

    fn is_live(&self) -> bool {
        self.is_offer() || self.is_task()
    }

    pub(super) fn is_taken(&self) -> bool {
        self.is_task() || self.stage == "done"
    }

    pub(super) fn words(&self, at: usize) -> String {
        format!(
            "D-{} of I-{} {} slot {} {} due {:?}",
            at + 1,
            self.incident + 1,
            GUARDS[self.guard],
            self.slot,
            self.stage,
            self.due
        )
    }
}

impl Model {
    pub(super) fn send(&mut self, who: usize, guard: usize, at: usize) -> bool {
        let mut theirs = self.parts.iter();
        let is_part = theirs.any(|p| p.incident == at && p.guard == guard && p.is_live());
        let Some(incident) = self.open(at) else {
            return false;
        };
        let is_others = incident
            .owner
            .is_some_and(|owner| owner != who && who != LEADER);
        if is_others || is_part || !self.on_duty[guard] {
            return false;
        }
        self.claim(who, at);
        let slots = self.parts.iter().filter(|part| part.incident == at);
        let slot = slots.map(|part| part.slot).max().unwrap_or(0) + 1;
        self.offer(at, guard, slot);
        self.happened(at, Some(ACTORS[who]), News::Sent);
        true
    }

    fn offer(&mut self, at: usize, guard: usize, slot: usize) {
        self.parts.push(Part {
            incident: at,
            guard,
            slot,
            stage: "offered",
            why: "",
            due: Some(self.now + ANSWER_S),
            since: self.now,
            accepted_at: self.now,
            asks_next: false,
        });
        self.reach(at, "dispatched", &["open"]);
    }

    /// Slots in which somebody is asked, goes or is there.
    pub(super) fn sent(&self, at: usize) -> usize {
        let live = self
            .parts
            .iter()
            .filter(|p| p.incident == at && p.is_live());
        let mut slots: Vec<_> = live.map(|part| part.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        slots.len()
    }

    pub(super) fn others_of_slot(&self, at: usize) -> Vec<usize> {
        let (incident, slot) = (self.parts[at].incident, self.parts[at].slot);
        let all = self.parts.iter().enumerate();
        all.filter(|(n, p)| *n != at && (p.incident, p.slot) == (incident, slot))
            .map(|(n, _)| n)
            .collect()
    }

    pub(super) fn accept(&mut self, at: usize) -> bool {
        if !self.parts.get(at).is_some_and(Part::is_offer) {
            return false;
        }
        let others = self.others_of_slot(at);
        if others.iter().any(|other| self.parts[*other].is_taken()) {
            return false;
        }
        self.set(at, "accepted", Some(self.now + ARRIVE_S));
        self.parts[at].accepted_at = self.now;
        self.happened_to(at, Some(ACTORS[0]));
        for other in others {
            if self.parts[other].is_offer() {
                self.withdraw(other, "taken", Some(ACTORS[0]));
            }
        }
        true
    }

    fn set(&mut self, at: usize, stage: &'static str, due: Option<i64>) {
        let now = self.now;
        let part = &mut self.parts[at];
        (part.stage, part.due, part.since) = (stage, due, now);
        part.asks_next = false;
    }

    fn happened_to(&mut self, at: usize, actor: Option<&'static str>) {
        self.happened(self.parts[at].incident, actor, News::Other);
    }

    fn withdraw(&mut self, at: usize, why: &'static str, actor: Option<&'static str>) {
        self.set(at, "withdrawn", None);
        self.parts[at].why = why;
        self.happened_to(at, actor);
    }

    pub(super) fn recall(&mut self, who: usize, at: usize) -> bool {
        let is_live = self.parts.get(at).is_some_and(Part::is_live);
        if is_live {
            self.withdraw(at, "recalled", Some(ACTORS[who]));
        }
        is_live
    }

    pub(super) fn decline(&mut self, at: usize) -> bool {
        if !self.parts.get(at).is_some_and(Part::is_offer) {
            return false;
        }
        self.set(at, "declined", None);
        let holds = |other: &usize| {
            let other = &self.parts[*other];
            other.stage == "offered" || other.is_taken()
        };
        let asks_next = !self.others_of_slot(at).iter().any(holds);
        self.parts[at].asks_next = asks_next;
        self.happened_to(at, Some(ACTORS[0]));
        true
    }

    /// Whoever is free, on duty, and neither part of it nor has said no, in the order of the estate.
    fn ask_next(&mut self, at: usize) {
        let (incident, slot) = (self.parts[at].incident, self.parts[at].slot);
        self.parts[at].asks_next = false;
        let next = (0..GUARDS.len()).find(|guard| {
            let mut theirs = self.parts.iter().filter(|part| part.guard == *guard);
            let is_out =
                |p: &Part| p.incident == incident && (p.is_live() || p.stage == "declined");
            self.on_duty[*guard] && !theirs.any(|part| part.is_task() || is_out(part))
        });
        // Once it is under control nobody else is asked.
        let is_wanted = self.incidents[incident].needs_people();
        match next.filter(|_| is_wanted) {
            Some(guard) => self.offer(incident, guard, slot),
            None if is_wanted => self.find_nobody(),
            None => {}
        }
        self.happened(incident, None, News::Other);
    }

    pub(super) fn step(
        &mut self,
        at: usize,
        from: &[&str],
        to: &'static str,
        actor: usize,
    ) -> bool {
        let part = self.parts.get(at);
        let Some(part) = part.filter(|part| from.contains(&part.stage)) else {
            return false;
        };
        let due = part.due.filter(|_| to == "on the way");
        self.set(at, to, due);
        self.happened_to(at, Some(ACTORS[actor]));
        true
    }

    pub(super) fn arrive(&mut self, at: usize) -> bool {
        let part = self.parts.get(at);
        let goes = part.filter(|part| ["accepted", "on the way"].contains(&part.stage));
        let Some(incident) = goes.map(|part| part.incident) else {
            return false;
        };
        self.reach(incident, "handling", &["open", "dispatched"]);
        self.step(at, &["accepted", "on the way"], "on scene", 0)
    }

    pub(super) fn end_with_incident(&mut self, at: usize, incident: usize, who: usize) {
        let part = &self.parts[at];
        if part.incident != incident || !part.is_live() {
            return;
        }
        if part.stage == "on scene" {
            self.set(at, "done", None);
            self.happened_to(at, Some(ACTORS[who]));
        } else {
            self.withdraw(at, "closed", Some(ACTORS[who]));
        }
    }

    pub(super) fn duty(&mut self, guard: usize, on: bool) -> bool {
        if self.on_duty[guard] == on {
            return false;
        }
        self.on_duty[guard] = on;
        let all = self.parts.iter().enumerate();
        let theirs = all.filter(|(_, part)| !on && part.guard == guard && part.is_live());
        // Where the next one was asked already, that one goes on.
        let theirs = theirs.map(|(at, part)| (at, part.stage != "unanswered"));
        for (at, holds_slot) in theirs.collect::<Vec<_>>() {
            self.set(at, "withdrawn", None);
            self.parts[at].why = "off duty";
            self.parts[at].asks_next = holds_slot;
            self.happened_to(at, None);
        }
        true
    }

    /// What is due first of those who were asked or go, longest overdue first.
    pub(super) fn settle_part(&mut self) -> bool {
        let now = self.now;
        let all = self.parts.iter().enumerate();
        let due = all.filter_map(|(at, part)| {
            let asks = part.asks_next.then_some(part.since);
            let due = part.due.into_iter().chain(asks).min();
            Some((due.filter(|due| *due <= now)?, at))
        });
        let Some((_, at)) = due.min() else {
            return false;
        };
        if self.parts[at].asks_next {
            self.ask_next(at);
        } else if self.parts[at].stage == "offered" {
            self.set(at, "unanswered", None);
            self.parts[at].asks_next = true;
            self.happened_to(at, None);
            self.ask_next(at);
        } else {
            self.parts[at].due = None;
            self.happened_to(at, None);
        }
        true
    }

    pub(super) fn balance_slots(&self) {
        for (at, part) in self.parts.iter().enumerate() {
            let mut others = self.others_of_slot(at).into_iter();
            let is_double = part.is_taken() && others.any(|other| self.parts[other].is_taken());
            assert!(!is_double, "two have one slot");
        }
    }
}
