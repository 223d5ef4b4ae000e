//! Ladders against a book of their own, through any night: who answers, who goes home, which channel
//! refuses and when the power is cut is drawn.

use super::world::{climbed, everybody, ladders};
use crate::common::cases;
use crate::rules_common::{World, estate, id, secs};
use castellan_domain::alarm::{AlarmCommand, AlarmFact, ShelfReason};
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{LadderStep, Rung};
use castellan_domain::fact::{
    Fact, FactBody, LadderCalled, LadderClimbed, NotificationFailing, NotificationSettled,
};
use castellan_domain::ids::{AlarmId, PersonId, Seq};
use castellan_domain::ladder::LadderFact;
use castellan_domain::ladder::rungs::next_call;
use castellan_domain::matter::Matter;
use castellan_domain::notify::{NotificationFact, Settlement};
use castellan_domain::observation::ReportedState::{Active, Cleared};
use castellan_domain::staff::{StaffCommand, StaffFact};
use castellan_domain::time::Timestamp;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DEVICES: [&str; 3] = ["hall", "stairs", "roof"];
const KINDS: [&str; 3] = ["panic", "fight", "water"];
const STAFF: [(&str, Rung); 5] = [
    ("zhou-jie", Rung::ShiftLeader),
    ("gao-fei", Rung::ShiftLeader),
    ("chen-hui", Rung::DutyManager),
    ("he-ping", Rung::ProjectManager),
    ("tan-wei", Rung::Engineer),
];

/// One thing that happens, by numbers that mean something to each.
type Deed = (u8, usize, usize, i64);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec((0u8..18, 0..9usize, 0..9usize, 0i64..200), 1..60)
}

/// A ladder as the book knows it.
struct Run {
    since: Timestamp,
    steps: Vec<LadderStep>,
    step: u8,
    round: u8,
    empty: bool,
    /// The calls of the last step: who, and whether it is known that they were not reached.
    last: BTreeMap<PersonId, Vec<(Seq, bool)>>,
    called: BTreeSet<PersonId>,
}

/// What must hold, kept from the facts alone.
#[derive(Default)]
struct Book {
    seen: usize,
    waits: BTreeMap<AlarmId, bool>,
    owned: BTreeSet<AlarmId>,
    seen_by_somebody: BTreeSet<AlarmId>,
    shelved: BTreeSet<AlarmId>,
    on_duty: BTreeSet<PersonId>,
    open: BTreeMap<Matter, Run>,
}

impl Book {
    fn read(&mut self, facts: &[Fact]) {
        for fact in &facts[self.seen..] {
            match &fact.body {
                FactBody::Alarm(body) => self.alarm(body),
                FactBody::Staff(StaffFact::OnDuty(body)) => {
                    self.on_duty.insert(body.person.clone());
                }
                FactBody::Staff(StaffFact::OffDuty(body)) => {
                    self.on_duty.remove(&body.person);
                }
                FactBody::Ladder(body) => self.ladder(body, fact),
                FactBody::Notification(NotificationFact::Failing(body)) => {
                    self.not_reached(body.matter, body.about);
                }
                FactBody::Notification(NotificationFact::Settled(body))
                    if body.outcome.reached_nobody() =>
                {
                    self.not_reached(body.matter, body.about);
                }
                _ => {}
            }
        }
        self.seen = facts.len();
    }

    fn alarm(&mut self, body: &AlarmFact) {
        let alarm = body.alarm();
        match body {
            AlarmFact::Raised(_) => {
                self.waits.insert(alarm, true);
            }
            AlarmFact::Claimed(_) => {
                self.owned.insert(alarm);
                self.shelved.remove(&alarm);
            }
            AlarmFact::Acknowledged(_) => {
                self.seen_by_somebody.insert(alarm);
            }
            AlarmFact::Shelved(_) => {
                self.shelved.insert(alarm);
            }
            AlarmFact::Unshelved(body) => {
                self.shelved.remove(&alarm);
                self.seen_by_somebody.remove(&alarm);
                if body.by.is_some() && !self.owned.contains(&alarm) {
                    self.seen_by_somebody.insert(alarm);
                }
            }
            AlarmFact::Released(_) | AlarmFact::Returned(_) => {
                self.owned.remove(&alarm);
                self.seen_by_somebody.remove(&alarm);
                // What is given back stays where it was put.
                if matches!(body, AlarmFact::Returned(_)) {
                    self.shelved.remove(&alarm);
                }
            }
            _ => {}
        }
        let has = [&self.owned, &self.seen_by_somebody, &self.shelved];
        let waits = has.iter().all(|set| !set.contains(&alarm));
        self.waits.insert(alarm, waits);
    }

    fn ladder(&mut self, body: &LadderFact, fact: &Fact) {
        match body {
            LadderFact::Started(body) => {
                assert!(self.waits(body.about), "{} does not wait", body.about);
                let run = Run {
                    since: body.since,
                    steps: body.steps.clone(),
                    step: 0,
                    round: 0,
                    empty: false,
                    last: BTreeMap::new(),
                    called: BTreeSet::new(),
                };
                let before = self.open.insert(body.about, run);
                assert!(before.is_none(), "{} is climbed twice", body.about);
            }
            LadderFact::Climbed(body) => self.climbed(body, fact.recorded_at),
            LadderFact::Called(body) => self.called(body, fact.seq),
            LadderFact::Stopped(body) => {
                assert!(!self.waits(body.about), "{}: nobody answered", body.about);
                let run = self.open.remove(&body.about);
                assert!(run.is_some(), "{} was not climbed", body.about);
            }
        }
    }

    fn waits(&self, about: Matter) -> bool {
        let Matter::Alarm(alarm) = about else {
            panic!("{about}: nobody is sent here");
        };
        self.waits.get(&alarm).copied().unwrap_or_default()
    }

    fn climbed(&mut self, body: &LadderClimbed, at: Timestamp) {
        let on_duty = self.on_duty.clone();
        let run = self
            .open
            .get_mut(&body.about)
            .expect("a run that nobody answered");
        for rung in &body.nobody {
            let somebody = STAFF
                .iter()
                .find(|(who, of)| of == rung && on_duty.contains(&id(who)));
            assert!(somebody.is_none(), "{rung:?} has somebody: {somebody:?}");
        }
        let unreached = run.unreached();
        if body.round > 0 {
            assert_eq!((body.step, body.round), (run.step, run.round + 1));
            let step = &run.steps[usize::from(body.step) - 1];
            assert!(body.round <= step.repeat.expect("a repeat").times);
        } else {
            assert_eq!(body.step, run.step + 1, "each step once, in their order");
            let planned = run.steps.get(usize::from(body.step) - 1);
            let planned = planned.map(|step| run.since + secs(i64::from(step.after_s)));
            let is_time = planned.is_some_and(|planned| planned <= at);
            assert!(is_time || unreached, "{}: too early", body.about);
        }
        run.step = body.step;
        run.round = body.round;
        run.empty = !body.nobody.is_empty();
        run.last.clear();
    }

    fn called(&mut self, body: &LadderCalled, seq: Seq) {
        let is_there = self.on_duty.contains(&body.person);
        let run = self
            .open
            .get_mut(&body.about)
            .expect("a run that nobody answered");
        assert_eq!((body.step, body.round), (run.step, run.round));
        let calls = run.last.entry(body.person.clone()).or_default();
        let again = calls.iter().all(|(_, failed)| *failed) && !calls.is_empty();
        let first = run.called.insert(body.person.clone());
        assert!(
            first || again || body.round > 0,
            "{} is called twice",
            body.person
        );
        assert!(calls.is_empty() || again, "{} is being called", body.person);
        // Whoever had the matter is called wherever they are.
        let is_named = body.rung.is_none();
        assert!(
            is_there || is_named || again,
            "{} is not on duty",
            body.person
        );
        calls.push((seq, false));
    }

    fn not_reached(&mut self, matter: Matter, seq: Seq) {
        let run = self.open.get_mut(&matter);
        let calls = run
            .into_iter()
            .flat_map(|run| run.last.values_mut().flatten());
        for call in calls.filter(|(known, _)| *known == seq) {
            call.1 = true;
        }
    }

    /// What must hold whenever a turn is over, and by now everything that is due was done.
    fn balance(&self, world: &World) {
        for (alarm, waits) in &self.waits {
            let is_open = self.open.contains_key(&Matter::Alarm(*alarm));
            let kind = world.view().alarms.get(alarm).map(|row| row.kind.as_str());
            let has_ladder =
                kind.is_some_and(|kind| KINDS.contains(&kind) || kind == "nobody_reachable");
            assert_eq!(is_open, *waits && has_ladder, "{alarm} {kind:?}");
        }
        for (about, run) in &self.open {
            let next = run.steps.get(usize::from(run.step));
            let planned = next.map(|step| run.since + secs(i64::from(step.after_s)));
            assert!(
                planned.is_none_or(|at| at > world.now),
                "{about} lost a step"
            );
            let known = &world.view().ladders[about];
            assert_eq!((known.step, known.round), (run.step, run.round));
        }
    }
}

impl Run {
    /// Whether it is known that the last step reached nobody.
    fn unreached(&self) -> bool {
        let by_nobody = self.last.is_empty() && self.empty;
        let tried = !self.last.is_empty();
        let mut calls = self.last.values();
        by_nobody || (tried && calls.all(|calls| calls.iter().all(|(_, failed)| *failed)))
    }
}

/// What a deed gives to the engine; nothing if it is the passing of time or a power cut.
fn input(world: &World, (what, who, choice, amount): Deed) -> Option<Input> {
    let rows: Vec<_> = world.view().alarms.keys().copied().collect();
    let alarm = rows
        .get(choice % rows.len().max(1))
        .copied()
        .unwrap_or(AlarmId(99));
    let calls = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Ladder(LadderFact::Called(body)) => Some((fact.seq, body)),
        _ => None,
    });
    let calls: Vec<_> = calls.collect();
    let by = if who % 3 == 0 {
        STAFF[who % 5].0
    } else {
        "li-na"
    };
    let command = match what {
        5 | 6 => Command::Alarm(AlarmCommand::Claim { alarm }),
        7 => Command::Alarm(AlarmCommand::Release { alarm }),
        8 => Command::Alarm(AlarmCommand::Acknowledge { alarm }),
        9 => Command::Alarm(AlarmCommand::Mute { alarm }),
        10 => Command::Alarm(AlarmCommand::Shelve {
            alarm,
            for_s: 60,
            reason: ShelfReason::Event,
        }),
        11 | 12 => {
            let person = id(STAFF[who % STAFF.len()].0);
            let on = amount % 2 == 0;
            return Some(world.commanded(
                STAFF[who % STAFF.len()].0,
                Command::Staff(if on {
                    StaffCommand::GoOnDuty { person }
                } else {
                    StaffCommand::GoOffDuty { person }
                }),
            ));
        }
        13..=15 => {
            // The newest call more often than an older one.
            let last = calls.len().checked_sub(1 + choice / 6)?;
            let (about, call) = calls[last];
            let (matter, channel) = (call.about, call.channel);
            if what == 13 {
                return Some(Input::Failing(NotificationFailing {
                    about,
                    matter,
                    channel,
                }));
            }
            let outcome = [
                Settlement::Refused,
                Settlement::GivenUp,
                Settlement::Delivered,
            ];
            return Some(Input::Notified(NotificationSettled {
                about,
                matter,
                channel,
                outcome: outcome[who % 3],
                attempts: 1,
            }));
        }
        _ => return None,
    };
    Some(world.commanded(by, command))
}

/// Who is said to be called next of each ladder, where nobody is at it.
fn promised(world: &World) -> BTreeMap<Matter, (Timestamp, BTreeSet<PersonId>)> {
    let known = world.context().known();
    let runs = world.view().ladders.iter();
    let promised = runs.filter_map(|(about, run)| {
        let next = next_call(&known, run)?;
        let people = next.called.people.into_iter().map(|callee| callee.person);
        next.called
            .spared
            .is_empty()
            .then(|| (*about, (next.at, people.collect())))
    });
    promised.collect()
}

/// Who was called at a moment.
fn called_at(world: &World, about: Matter, at: Timestamp) -> BTreeSet<PersonId> {
    let facts = world.facts.iter().filter(|fact| fact.recorded_at == at);
    let called = facts.filter_map(|fact| match &fact.body {
        FactBody::Ladder(LadderFact::Called(body)) if body.about == about => {
            Some(body.person.clone())
        }
        _ => None,
    });
    called.collect()
}

proptest! {
    #![proptest_config(cases(96, "tests/regressions/ladder_machine.txt"))]

    #[test]
    fn no_rung_is_called_twice_or_after_the_answer_and_none_is_lost(deeds in deeds()) {
        let mut document = estate();
        ladders(&mut document);
        let mut world = World::of(&document);
        world.give(everybody());
        let mut book = Book::default();
        for deed in deeds {
            let (what, who, choice, amount) = deed;
            match input(&world, deed) {
                Some(input) => drop(world.give(input)),
                None if what < 4 => {
                    let _ = world.report(DEVICES[who % 3], KINDS[choice % 3], Active);
                }
                None if what == 4 => {
                    let _ = world.report(DEVICES[who % 3], KINDS[choice % 3], Cleared);
                }
                None if what == 17 => world.crash(secs(amount * 3)),
                None => {
                    world.wait(secs(0));
                    let promised = promised(&world);
                    world.wait(secs(amount));
                    for (about, (at, people)) in promised {
                        if at <= world.now {
                            let called = called_at(&world, about, at);
                            prop_assert!(called.is_superset(&people), "{about} {people:?}");
                        }
                    }
                }
            }
            book.read(&world.facts);
            world.wait(secs(0));
            book.read(&world.facts);
            book.balance(&world);
        }
        // A ladder that goes wrong is read as people read it.
        prop_assert!(climbed(&world).len() < 10_000);
    }
}
