//! What incidents and assignments do, as it is written down, and nothing else.

/// Devices in one house, and who works there.
pub(crate) const DEVICES: [&str; 3] = ["hall", "stairs", "roof"];
pub(crate) const OPERATORS: [&str; 2] = ["li-na", "zhao-min"];
pub(crate) const GUARDS: [&str; 4] = ["wang-qiang", "sun-lei", "hu-yan", "ma-chao"];

/// Guards wanted, and seconds: to be claimed, to be sent, to answer, to be there, to join.
const WANTED: usize = 2;
const CLAIM_S: i64 = 30;
const DISPATCH_S: i64 = 60;
const ANSWER_S: i64 = 20;
const ARRIVE_S: i64 = 180;
const JOIN_S: i64 = 60;
/// The longest wait from one missed claim to the next.
const OVERDUE_S: i64 = 900;

/// One thing that happens, by numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    Raise(usize),
    Claim(usize, usize),
    Transfer(usize, usize),
    Release(usize, usize),
    Send(usize, usize, usize),
    Accept(usize),
    Decline(usize),
    SetOut(usize),
    Arrive(usize),
    Finish(usize),
    Recall(usize),
    Contain(usize, usize),
    Resolve(usize, usize),
    Judge(usize, usize),
    Close(usize, usize),
    Duty(usize, bool),
    Wait(i64),
    Crash(i64),
}

#[derive(Clone)]
struct Incident {
    /// An index of [`OPERATORS`].
    owner: Option<usize>,
    since: i64,
    due: i64,
    stage: &'static str,
    /// Their numbers, and whether they are judged.
    alarms: Vec<(usize, bool)>,
    joined_at: i64,
    dispatch_due: Option<i64>,
    short: bool,
}

#[derive(Clone)]
struct Part {
    incident: usize,
    guard: usize,
    slot: usize,
    stage: &'static str,
    due: Option<i64>,
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

    fn is_taken(&self) -> bool {
        self.is_task() || self.stage == "done"
    }
}

/// The site as the model knows it.
pub(crate) struct Model {
    now: i64,
    raised: Vec<usize>,
    incidents: Vec<Incident>,
    parts: Vec<Part>,
    on_duty: [bool; GUARDS.len()],
}

impl Model {
    pub(crate) fn new(now: i64) -> Self {
        Self {
            now,
            raised: Vec::new(),
            incidents: Vec::new(),
            parts: Vec::new(),
            on_duty: [true; GUARDS.len()],
        }
    }

    /// Does a deed if it is possible, and says whether it was.
    pub(crate) fn act(&mut self, deed: Deed) -> bool {
        match deed {
            Deed::Raise(device) => self.raise(device),
            Deed::Claim(who, at) => return self.claim(who, at),
            Deed::Transfer(who, at) => {
                let Some(incident) = self.owned(who, at) else {
                    return false;
                };
                incident.owner = Some(1 - who);
            }
            Deed::Release(who, at) => {
                let now = self.now;
                let Some(incident) = self.owned(who, at) else {
                    return false;
                };
                incident.owner = None;
                (incident.since, incident.due) = (now, now + CLAIM_S);
            }
            Deed::Send(who, guard, at) => return self.send(who, guard, at),
            Deed::Contain(who, at) => {
                return self.move_to(who, at, "contained", &["contained", "resolved"]);
            }
            Deed::Resolve(who, at) => return self.move_to(who, at, "resolved", &["resolved"]),
            Deed::Close(who, at) => return self.close(who, at),
            Deed::Judge(who, at) => {
                if let Some(incident) = self.owned(who, at) {
                    incident.alarms.iter_mut().for_each(|alarm| alarm.1 = true);
                }
            }
            Deed::Duty(guard, on) => return self.duty(guard, on),
            Deed::Wait(seconds) => self.wait(seconds),
            Deed::Crash(seconds) => {
                self.now += seconds;
                self.settle();
            }
            Deed::Accept(at) => return self.accept(at),
            Deed::Decline(at) => return self.decline(at),
            Deed::SetOut(at) => return self.step(at, &["accepted"], "on the way"),
            Deed::Arrive(at) => return self.arrive(at),
            Deed::Finish(at) => {
                let from = ["accepted", "on the way", "on scene"];
                return self.step(at, &from, "done");
            }
            Deed::Recall(at) => {
                let is_live = self.parts.get(at).is_some_and(Part::is_live);
                let stage = self.parts.get(at).map_or("", |part| part.stage);
                return is_live && self.step(at, &[stage], "withdrawn");
            }
        }
        true
    }

    /// Whose alarms a person judges who judges all of an incident of theirs.
    pub(crate) fn devices_to_judge(&self, deed: Deed) -> Vec<usize> {
        let Deed::Judge(who, at) = deed else {
            return Vec::new();
        };
        let incident = self.incidents.get(at);
        let theirs = incident.filter(|one| one.owner == Some(who) && one.stage != "closed");
        let alarms = theirs.into_iter().flat_map(|incident| &incident.alarms);
        alarms
            .filter(|alarm| !alarm.1)
            .map(|alarm| self.raised[alarm.0])
            .collect()
    }

    fn raise(&mut self, device: usize) {
        if self.raised.contains(&device) {
            return;
        }
        let alarm = self.raised.len();
        self.raised.push(device);
        let now = self.now;
        let mut newest_first = self.incidents.iter_mut().rev();
        let near = newest_first
            .find(|incident| incident.stage != "closed" && now - incident.joined_at <= JOIN_S);
        if let Some(incident) = near {
            incident.alarms.push((alarm, false));
            incident.joined_at = now;
            return;
        }
        self.incidents.push(Incident {
            owner: None,
            since: now,
            due: now + CLAIM_S,
            stage: "open",
            alarms: vec![(alarm, false)],
            joined_at: now,
            dispatch_due: None,
            short: false,
        });
    }

    fn open(&mut self, at: usize) -> Option<&mut Incident> {
        let incident = self.incidents.get_mut(at);
        incident.filter(|incident| incident.stage != "closed")
    }

    fn owned(&mut self, who: usize, at: usize) -> Option<&mut Incident> {
        self.open(at).filter(|incident| incident.owner == Some(who))
    }

    fn claim(&mut self, who: usize, at: usize) -> bool {
        let (now, sent) = (self.now, self.sent(at));
        let nobodys = self.open(at).filter(|incident| incident.owner.is_none());
        let Some(incident) = nobodys else {
            return false;
        };
        incident.owner = Some(who);
        let is_held = ["contained", "resolved"].contains(&incident.stage);
        let is_short = sent < WANTED && !is_held;
        incident.dispatch_due = is_short.then_some(now + DISPATCH_S);
        incident.short = false;
        true
    }

    fn send(&mut self, who: usize, guard: usize, at: usize) -> bool {
        let mut theirs = self.parts.iter();
        let is_part = theirs.any(|p| p.incident == at && p.guard == guard && p.is_live());
        let Some(incident) = self.open(at) else {
            return false;
        };
        let is_others = incident.owner.is_some_and(|owner| owner != who);
        if is_others || is_part || !self.on_duty[guard] {
            return false;
        }
        self.claim(who, at);
        let slots = self.parts.iter().filter(|part| part.incident == at);
        let slot = slots.map(|part| part.slot).max().unwrap_or(0) + 1;
        self.offer(at, guard, slot);
        true
    }

    fn offer(&mut self, at: usize, guard: usize, slot: usize) {
        self.parts.push(Part {
            incident: at,
            guard,
            slot,
            stage: "offered",
            due: Some(self.now + ANSWER_S),
        });
        self.reach(at, "dispatched", &["open"]);
    }

    /// The incident goes on by what happened to one of its parts.
    fn reach(&mut self, at: usize, stage: &'static str, from: &[&str]) {
        let sent = self.sent(at);
        let incident = &mut self.incidents[at];
        if from.contains(&incident.stage) {
            incident.stage = stage;
        }
        if sent >= WANTED {
            incident.dispatch_due = None;
        }
    }

    /// Slots in which somebody is asked, goes or is there.
    fn sent(&self, at: usize) -> usize {
        let live = self
            .parts
            .iter()
            .filter(|p| p.incident == at && p.is_live());
        let mut slots: Vec<_> = live.map(|part| part.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        slots.len()
    }

    fn others_of_slot(&self, at: usize) -> Vec<usize> {
        let (incident, slot) = (self.parts[at].incident, self.parts[at].slot);
        let all = self.parts.iter().enumerate();
        all.filter(|(n, p)| *n != at && (p.incident, p.slot) == (incident, slot))
            .map(|(n, _)| n)
            .collect()
    }

    fn accept(&mut self, at: usize) -> bool {
        if !self.parts.get(at).is_some_and(Part::is_offer) {
            return false;
        }
        let others = self.others_of_slot(at);
        if others.iter().any(|other| self.parts[*other].is_taken()) {
            return false;
        }
        self.set(at, "accepted", Some(self.now + ARRIVE_S));
        for other in others {
            if self.parts[other].is_offer() {
                self.set(other, "withdrawn", None);
            }
        }
        true
    }

    fn set(&mut self, at: usize, stage: &'static str, due: Option<i64>) {
        (self.parts[at].stage, self.parts[at].due) = (stage, due);
    }

    fn decline(&mut self, at: usize) -> bool {
        if !self.parts.get(at).is_some_and(Part::is_offer) {
            return false;
        }
        self.set(at, "declined", None);
        let holds = |other: &usize| {
            let other = &self.parts[*other];
            other.stage == "offered" || other.is_taken()
        };
        if !self.others_of_slot(at).iter().any(holds) {
            self.ask_next(at);
        }
        true
    }

    /// Whoever is free, on duty, and neither part of it nor has said no, in the order of the estate.
    fn ask_next(&mut self, at: usize) {
        let (incident, slot) = (self.parts[at].incident, self.parts[at].slot);
        // Once it is under control nobody else is asked.
        let is_held = ["contained", "resolved", "closed"].contains(&self.incidents[incident].stage);
        if is_held {
            return;
        }
        let next = (0..GUARDS.len()).find(|guard| {
            let mut theirs = self.parts.iter().filter(|part| part.guard == *guard);
            let is_out =
                |p: &Part| p.incident == incident && (p.is_live() || p.stage == "declined");
            self.on_duty[*guard] && !theirs.any(|part| part.is_task() || is_out(part))
        });
        if let Some(guard) = next {
            self.offer(incident, guard, slot);
        }
    }

    fn step(&mut self, at: usize, from: &[&str], to: &'static str) -> bool {
        let Some(part) = self.parts.get_mut(at) else {
            return false;
        };
        if !from.contains(&part.stage) {
            return false;
        }
        part.stage = to;
        if to != "on the way" {
            part.due = None;
        }
        true
    }

    fn arrive(&mut self, at: usize) -> bool {
        let is_there = self.step(at, &["accepted", "on the way"], "on scene");
        if is_there {
            let incident = self.parts[at].incident;
            self.reach(incident, "handling", &["open", "dispatched"]);
        }
        is_there
    }

    fn move_to(&mut self, who: usize, at: usize, to: &'static str, not_from: &[&str]) -> bool {
        let theirs = self.owned(who, at);
        let Some(incident) = theirs.filter(|incident| !not_from.contains(&incident.stage)) else {
            return false;
        };
        (incident.stage, incident.dispatch_due) = (to, None);
        true
    }

    fn close(&mut self, who: usize, at: usize) -> bool {
        let theirs = self.owned(who, at);
        if !theirs.is_some_and(|incident| incident.alarms.iter().all(|alarm| alarm.1)) {
            return false;
        }
        self.move_to(who, at, "closed", &[]);
        for part in 0..self.parts.len() {
            if self.parts[part].incident == at && self.parts[part].is_live() {
                let is_there = self.parts[part].stage == "on scene";
                self.set(part, if is_there { "done" } else { "withdrawn" }, None);
            }
        }
        true
    }

    fn duty(&mut self, guard: usize, on: bool) -> bool {
        if self.on_duty[guard] == on {
            return false;
        }
        self.on_duty[guard] = on;
        let all = self.parts.iter().enumerate();
        let theirs = all.filter(|(_, part)| !on && part.guard == guard && part.is_live());
        // Where the next one was asked already, that one goes on.
        let theirs = theirs.map(|(at, part)| (at, part.stage != "unanswered"));
        let theirs: Vec<_> = theirs.collect();
        for (at, _) in &theirs {
            self.set(*at, "withdrawn", None);
        }
        for (at, holds_slot) in theirs {
            if holds_slot {
                self.ask_next(at);
            }
        }
        true
    }

    fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.settle();
        }
        self.now = until;
    }

    fn next_due(&self) -> Option<i64> {
        let open = self.incidents.iter().filter(|i| i.stage != "closed");
        let open = open.flat_map(|i| [i.owner.is_none().then_some(i.due), i.dispatch_due]);
        let parts = self.parts.iter().map(|part| part.due);
        open.chain(parts).flatten().min()
    }

    /// Does all that is due: incidents first, then those who were asked or go, longest overdue first.
    fn settle(&mut self) {
        let now = self.now;
        for incident in self.incidents.iter_mut().filter(|i| i.stage != "closed") {
            if incident.owner.is_none() && incident.due <= now {
                incident.due = now + (incident.due - incident.since).clamp(0, OVERDUE_S);
            }
            if incident.dispatch_due.is_some_and(|due| due <= now) {
                (incident.dispatch_due, incident.short) = (None, true);
            }
        }
        loop {
            let all = self.parts.iter().enumerate();
            let due = all.filter_map(|(at, part)| Some((part.due.filter(|due| *due <= now)?, at)));
            let Some((_, at)) = due.min() else {
                return;
            };
            if self.parts[at].stage == "offered" {
                self.set(at, "unanswered", None);
                self.ask_next(at);
            } else {
                self.parts[at].due = None;
            }
        }
    }

    /// What must hold at any moment, whatever the machine says.
    pub(crate) fn balance(&self) {
        for incident in self.incidents.iter().filter(|i| i.stage != "closed") {
            assert!(incident.owner.is_some() || incident.due > self.now);
        }
        for (at, part) in self.parts.iter().enumerate() {
            let mut others = self.others_of_slot(at).into_iter();
            let is_double = part.is_taken() && others.any(|other| self.parts[other].is_taken());
            assert!(!is_double, "two have one slot");
        }
    }

    /// All of it as people read it.
    pub(crate) fn words(&self) -> Vec<String> {
        let incidents = self.incidents.iter().enumerate().map(|(at, incident)| {
            let whose = match incident.owner {
                Some(owner) => OPERATORS[owner].to_owned(),
                None => format!("nobody's, due {}", incident.due),
            };
            format!(
                "I-{} {} {whose} alarms {} dispatch {:?} short {}",
                at + 1,
                incident.stage,
                incident.alarms.len(),
                incident.dispatch_due,
                incident.short
            )
        });
        let parts = self.parts.iter().enumerate().map(|(at, part)| {
            format!(
                "D-{} of I-{} {} slot {} {} due {:?}",
                at + 1,
                part.incident + 1,
                GUARDS[part.guard],
                part.slot,
                part.stage,
                part.due
            )
        });
        incidents.chain(parts).collect()
    }
}
