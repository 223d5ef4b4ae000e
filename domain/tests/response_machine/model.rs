//! What incidents, assignments, steps and ladders do, as it is written down, and nothing else.

mod climb;
mod ladders;
mod parts;
mod steps;

pub(crate) use climb::{Call, REACHED, STAFF};
use ladders::{Ladders, News};
use parts::Part;
pub(crate) use steps::STEPS;
use steps::Steps;

/// Devices in one house, and who works there.
pub(crate) const DEVICES: [&str; 3] = ["hall", "stairs", "roof"];
/// Two operators, and whoever leads the shift.
pub(crate) const ACTORS: [&str; 3] = ["li-na", "zhao-min", "zhou-jie"];
const LEADER: usize = 2;
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

/// One thing that happens, by numbers. Who does it is an index of [`ACTORS`].
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
    Recall(usize, usize),
    Contain(usize, usize),
    Resolve(usize, usize),
    Judge(usize, usize),
    Close(usize, usize),
    Take(usize, usize, usize),
    Leave(usize, usize, usize),
    Undo(usize, usize, usize),
    Duty(usize, bool),
    /// An index of [`STAFF`].
    StaffDuty(usize, bool),
    /// A call reaches nobody, counted from the newest.
    Refuse(usize),
    Wait(i64),
    Crash(i64),
}

#[derive(Clone)]
struct Incident {
    owner: Option<usize>,
    /// Whoever had it last.
    had_by: Option<usize>,
    owned_at: i64,
    returned: bool,
    opened_at: i64,
    since: i64,
    due: i64,
    stage: &'static str,
    /// Their numbers, and whether they are judged.
    alarms: Vec<(usize, bool)>,
    joined_at: i64,
    dispatch_due: Option<i64>,
    short_at: Option<i64>,
    steps: Steps,
}

impl Incident {
    fn needs_people(&self) -> bool {
        !["contained", "resolved", "closed"].contains(&self.stage)
    }
}

/// The site as the model knows it.
pub(crate) struct Model {
    now: i64,
    /// Which devices, each with the number of its alarm.
    raised: Vec<(usize, usize)>,
    /// Rows so far.
    numbers: usize,
    incidents: Vec<Incident>,
    parts: Vec<Part>,
    on_duty: [bool; GUARDS.len()],
    ladders: Ladders,
}

impl Model {
    pub(crate) fn new(now: i64) -> Self {
        Self {
            now,
            raised: Vec::new(),
            numbers: 0,
            incidents: Vec::new(),
            parts: Vec::new(),
            on_duty: [true; GUARDS.len()],
            ladders: Ladders::default(),
        }
    }

    /// Does a deed if it is possible, and says whether it was.
    pub(crate) fn act(&mut self, deed: Deed) -> bool {
        let was_possible = self.attempt(deed);
        self.settle();
        was_possible
    }

    fn attempt(&mut self, deed: Deed) -> bool {
        match deed {
            Deed::Raise(device) => self.raise(device),
            Deed::Claim(who, at) => return self.claim(who, at),
            Deed::Transfer(who, at) => return self.transfer(who, at),
            Deed::Release(who, at) => return self.release(who, at),
            Deed::Send(who, guard, at) => return self.send(who, guard, at),
            Deed::Contain(who, at) => {
                return self.move_to(who, at, "contained", &["contained", "resolved"]);
            }
            Deed::Resolve(who, at) => return self.move_to(who, at, "resolved", &["resolved"]),
            Deed::Close(who, at) => return self.close(who, at),
            Deed::Judge(who, at) => self.judge(who, at),
            Deed::Take(who, at, step) => return self.take_or_leave(who, at, step, true),
            Deed::Leave(who, at, step) => return self.take_or_leave(who, at, step, false),
            Deed::Undo(who, at, step) => return self.undo(who, at, step),
            Deed::Duty(guard, on) => return self.duty(guard, on),
            Deed::StaffDuty(who, on) => return self.staff_duty(who, on),
            Deed::Refuse(newest) => self.refuse(newest),
            Deed::Wait(seconds) => self.wait(seconds),
            Deed::Crash(seconds) => self.now += seconds,
            Deed::Accept(at) => return self.accept(at),
            Deed::Decline(at) => return self.decline(at),
            Deed::SetOut(at) => return self.step(at, &["accepted"], "on the way", 0),
            Deed::Arrive(at) => return self.arrive(at),
            Deed::Finish(at) => {
                let from = ["accepted", "on the way", "on scene"];
                return self.step(at, &from, "done", 0);
            }
            Deed::Recall(who, at) => return self.recall(who, at),
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
            .map(|alarm| self.raised[alarm.0].0)
            .collect()
    }

    fn raise(&mut self, device: usize) {
        if self.raised.iter().any(|(other, _)| *other == device) {
            return;
        }
        let alarm = self.raised.len();
        self.numbers += 1;
        self.raised.push((device, self.numbers));
        self.alarm_waits(alarm);
        let now = self.now;
        let mut newest_first = self.incidents.iter().enumerate().rev();
        let near =
            newest_first.find(|(_, one)| one.stage != "closed" && now - one.joined_at <= JOIN_S);
        let near = near.map(|(at, _)| at);
        if let Some(at) = near {
            let incident = &mut self.incidents[at];
            incident.alarms.push((alarm, false));
            incident.joined_at = now;
        } else {
            self.incidents.push(Incident {
                owner: None,
                had_by: None,
                owned_at: now,
                returned: false,
                opened_at: now,
                since: now,
                due: now + CLAIM_S,
                stage: "open",
                alarms: vec![(alarm, false)],
                joined_at: now,
                dispatch_due: None,
                short_at: None,
                steps: Steps::default(),
            });
        }
        self.happened(near.unwrap_or(self.incidents.len() - 1), None, News::Other);
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
        (incident.owner, incident.owned_at) = (Some(who), now);
        let is_short = sent < WANTED && incident.needs_people();
        // Whoever claims it has time anew.
        (incident.dispatch_due, incident.short_at) = (is_short.then_some(now + DISPATCH_S), None);
        self.happened(at, Some(ACTORS[who]), News::Other);
        true
    }

    fn transfer(&mut self, who: usize, at: usize) -> bool {
        let now = self.now;
        let Some(incident) = self.owned(who, at) else {
            return false;
        };
        (incident.owner, incident.owned_at) = (Some(1 - who), now);
        self.happened(at, Some(ACTORS[who]), News::Other);
        true
    }

    fn release(&mut self, who: usize, at: usize) -> bool {
        let now = self.now;
        let Some(incident) = self.owned(who, at) else {
            return false;
        };
        (incident.had_by, incident.owner) = (incident.owner, None);
        (incident.since, incident.due, incident.returned) = (now, now + CLAIM_S, true);
        self.happened(at, Some(ACTORS[who]), News::Other);
        true
    }

    /// The incident goes on by what happens to one of its parts.
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

    fn move_to(&mut self, who: usize, at: usize, to: &'static str, not_from: &[&str]) -> bool {
        let theirs = self.owned(who, at);
        let Some(incident) = theirs.filter(|incident| !not_from.contains(&incident.stage)) else {
            return false;
        };
        (incident.stage, incident.dispatch_due) = (to, None);
        self.happened(at, Some(ACTORS[who]), News::Other);
        true
    }

    fn judge(&mut self, who: usize, at: usize) {
        let Some(incident) = self.owned(who, at) else {
            return;
        };
        for alarm in 0..incident.alarms.len() {
            let judged = &mut self.incidents[at].alarms[alarm].1;
            if !std::mem::replace(judged, true) {
                self.happened_to_alarm(at, ACTORS[who]);
            }
        }
    }

    fn close(&mut self, who: usize, at: usize) -> bool {
        let theirs = self.owned(who, at);
        if !theirs.is_some_and(|incident| incident.alarms.iter().all(|alarm| alarm.1)) {
            return false;
        }
        self.move_to(who, at, "closed", &[]);
        for part in 0..self.parts.len() {
            self.end_with_incident(part, at, who);
        }
        true
    }

    fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        self.settle();
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
        let steps = (0..self.incidents.len()).map(|at| self.step_due(at).map(|(due, _)| due));
        let all = open.chain(parts).chain(steps).chain([self.ladder_due()]);
        all.flatten().min()
    }

    /// Does all that is due: incidents and those who were asked or go, then ladders.
    fn settle(&mut self) {
        loop {
            let mut was_due = false;
            for at in 0..self.incidents.len() {
                was_due |= self.settle_incident(at);
            }
            was_due |= self.settle_part();
            if !was_due {
                break;
            }
        }
        self.climb();
    }

    /// What is due first of an incident.
    fn settle_incident(&mut self, at: usize) -> bool {
        let now = self.now;
        let step_due = self.step_due(at).map(|(due, _)| due);
        let incident = &mut self.incidents[at];
        if incident.stage == "closed" {
            return false;
        }
        let claim_due = incident.owner.is_none().then_some(incident.due);
        let all = [claim_due, incident.dispatch_due, step_due];
        let first = all.into_iter().flatten().min();
        let Some(first) = first.filter(|due| *due <= now) else {
            return false;
        };
        if claim_due == Some(first) {
            incident.due = now + (incident.due - incident.since).clamp(0, OVERDUE_S);
            self.happened(at, None, News::Other);
        } else if incident.dispatch_due == Some(first) {
            (incident.dispatch_due, incident.short_at) = (None, Some(now));
            self.happened(at, None, News::Short);
        } else {
            self.settle_step(at);
        }
        true
    }

    /// What must hold at any moment, whatever the machine says.
    pub(crate) fn balance(&self) {
        for incident in self.incidents.iter().filter(|i| i.stage != "closed") {
            assert!(incident.owner.is_some() || incident.due > self.now);
        }
        self.balance_slots();
        self.balance_ladders();
    }

    /// All of it as people read it.
    pub(crate) fn words(&self) -> Vec<String> {
        let incidents = self.incidents.iter().enumerate().map(|(at, incident)| {
            let whose = match incident.owner {
                Some(owner) => ACTORS[owner].to_owned(),
                None => format!("nobody's, due {}", incident.due),
            };
            format!(
                "I-{} {} {whose} alarms {} dispatch {:?} short {} step {:?}",
                at + 1,
                incident.stage,
                incident.alarms.len(),
                incident.dispatch_due,
                incident.short_at.is_some(),
                self.step_due(at)
                    .map(|(due, step)| (STEPS[step].0.to_owned(), due)),
            )
        });
        let parts = self.parts.iter().enumerate();
        let parts = parts.map(|(at, part)| part.words(at));
        incidents.chain(parts).collect()
    }
}
