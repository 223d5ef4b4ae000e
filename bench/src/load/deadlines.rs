//! What holds very many deadlines: the engine, the queue in which it keeps what is due, and a binary heap.

use super::estate;
use anyhow::{Context as _, ensure};
use castellan_domain::alarm::{AlarmCommand, Verdict};
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::command::Command;
use castellan_domain::deadlines::Deadlines;
use castellan_domain::engine::{Engine, Input};
use castellan_domain::estate::{Channel, Estate, EstateIndex};
use castellan_domain::fact::{FactBody, ReachPublished};
use castellan_domain::ids::{AlarmId, CommandId};
use castellan_domain::ladder::LadderFact;
use castellan_domain::matter::Matter;
use castellan_domain::observation::{self, Doubts, Observation, ReportedState};
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::site::Site;
use castellan_domain::stream::Turn;
use castellan_domain::time::{Span, Timestamp};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// How often the server settles deadlines.
pub(super) const TICK: Span = Span::from_millis(100);
/// Seconds from a beginning to its deadline.
pub(super) const WAIT_S: i64 = 3_000;
/// As many devices as an estate can have; each reports several types.
const DEVICES: u32 = 20_000;

/// What begins, is answered and fires, by the number of each.
pub(super) trait Pending {
    fn begin(&mut self, number: u32, now: Timestamp) -> anyhow::Result<()>;
    fn answer(&mut self, number: u32, due_at: Timestamp, now: Timestamp) -> anyhow::Result<()>;
    /// What fires now, longest overdue first, at most [`SETTLED_PER_INPUT_MAX`].
    fn settle(&mut self, now: Timestamp) -> anyhow::Result<Vec<u32>>;
}

/// When what begins now is due.
pub(super) fn due_at(begins: Timestamp) -> Timestamp {
    begins + Span::from_secs(WAIT_S)
}

fn matter(number: u32) -> Matter {
    Matter::Alarm(AlarmId(number + 1))
}

fn number_of(matter: Matter) -> Option<u32> {
    match matter {
        Matter::Alarm(alarm) => alarm.0.checked_sub(1),
        Matter::Incident(_) | Matter::Assignment(_) => None,
    }
}

/// The engine as a server has it: an alarm of the first priority for each, and its ladder.
pub(super) struct Engined {
    engine: Engine,
}

impl Engined {
    pub(super) fn new(ladders: u32, now: Timestamp) -> anyhow::Result<Self> {
        let mut document = estate::document(0, DEVICES);
        estate::with_ladder(&mut document, ladders.div_ceil(DEVICES), WAIT_S);
        let estate = Estate::parse(document.to_string().as_bytes())?;
        let estate = EstateIndex::new(Arc::new(estate))?;
        let mut engined = Self {
            engine: Engine::new(Site::default()),
        };
        let (hash, estate) = ("ladders".parse()?, Arc::new(estate));
        engined.give(Input::EstateLoaded { hash, estate }, now)?;
        let reach = [(estate::called().parse()?, vec![Channel::Sms])];
        let people = reach.into_iter().collect();
        engined.give(Input::ReachLoaded(ReachPublished { people }), now)?;
        Ok(engined)
    }

    fn give(&mut self, input: Input, now: Timestamp) -> anyhow::Result<(Option<Answer>, Turn)> {
        let mut turn = Turn::new(estate::SITE.parse()?);
        self.engine.handle(input, now);
        let answer = turn.drain(&mut self.engine, now)?;
        Ok((answer, turn))
    }

    fn command(&mut self, command: AlarmCommand, now: Timestamp) -> anyhow::Result<()> {
        let input = Input::Commanded {
            command_id: CommandId(uuid::Uuid::new_v4()),
            by: estate::operator(0).parse()?,
            expected: None,
            command: Command::Alarm(command),
        };
        let (answer, _) = self.give(input, now)?;
        answer.context("a command has an answer")??;
        Ok(())
    }
}

impl Pending for Engined {
    fn begin(&mut self, number: u32, now: Timestamp) -> anyhow::Result<()> {
        let report = observation::Report {
            device: estate::device(number % DEVICES).parse()?,
            kind: estate::button(number / DEVICES).parse()?,
            // A button that was pressed: once it is judged, it is over.
            state: ReportedState::Momentary,
            event: format!("e-{number}").parse()?,
            claimed_at: Some(now),
            received_at: now,
            drill: false,
            doubts: Doubts::default(),
        };
        let (answer, _) = self.give(Input::Observed(Observation::Report(report)), now)?;
        let Some(Ok(Accepted::Reported { alarm, .. })) = answer else {
            anyhow::bail!("it was not taken: {answer:?}");
        };
        ensure!(alarm.map(Matter::Alarm) == Some(matter(number)));
        Ok(())
    }

    fn answer(&mut self, number: u32, _: Timestamp, now: Timestamp) -> anyhow::Result<()> {
        let alarm = AlarmId(number + 1);
        self.command(AlarmCommand::Claim { alarm }, now)?;
        let judge = AlarmCommand::Judge {
            alarm,
            verdict: Verdict::Test,
            basis: None,
        };
        self.command(judge, now)
    }

    fn settle(&mut self, now: Timestamp) -> anyhow::Result<Vec<u32>> {
        // One input a tick, as a server does.
        let next = self.engine.next_deadline();
        if next.is_none_or(|due_at| due_at > now) {
            return Ok(Vec::new());
        }
        let (_, turn) = self.give(Input::DeadlineReached, now)?;
        let facts = turn.facts.iter().map(|stamped| &stamped.fact.body);
        let fired = facts.filter_map(|body| match body {
            FactBody::Ladder(LadderFact::Called(body)) => number_of(body.about),
            _ => None,
        });
        Ok(fired.collect())
    }
}

/// The queue in which the engine keeps the deadlines of ladders, by itself.
#[derive(Default)]
pub(super) struct Queued {
    due: Deadlines<Matter>,
}

impl Pending for Queued {
    fn begin(&mut self, number: u32, now: Timestamp) -> anyhow::Result<()> {
        self.due.insert(due_at(now), &matter(number));
        Ok(())
    }

    fn answer(&mut self, number: u32, due_at: Timestamp, _: Timestamp) -> anyhow::Result<()> {
        self.due.remove(due_at, &matter(number));
        Ok(())
    }

    fn settle(&mut self, now: Timestamp) -> anyhow::Result<Vec<u32>> {
        let due = std::iter::from_fn(|| self.due.take_due(now));
        let fired = due.take(SETTLED_PER_INPUT_MAX);
        Ok(fired.filter_map(|(_, one)| number_of(one)).collect())
    }
}

/// The peer: what is answered stays in it until its time, and is then passed over.
#[derive(Default)]
pub(super) struct Heaped {
    due: BinaryHeap<Reverse<(Timestamp, Matter)>>,
    is_answered: Vec<bool>,
}

impl Pending for Heaped {
    fn begin(&mut self, number: u32, now: Timestamp) -> anyhow::Result<()> {
        self.due.push(Reverse((due_at(now), matter(number))));
        self.is_answered.push(false);
        Ok(())
    }

    fn answer(&mut self, number: u32, _: Timestamp, _: Timestamp) -> anyhow::Result<()> {
        self.is_answered[number as usize] = true;
        Ok(())
    }

    fn settle(&mut self, now: Timestamp) -> anyhow::Result<Vec<u32>> {
        let mut fired = Vec::new();
        let is_due = |Reverse((at, _)): &Reverse<(Timestamp, Matter)>| *at <= now;
        while fired.len() < SETTLED_PER_INPUT_MAX && self.due.peek().is_some_and(is_due) {
            let next = self.due.pop().and_then(|Reverse((_, one))| number_of(one));
            fired.extend(next.filter(|next| !self.is_answered[*next as usize]));
        }
        Ok(fired)
    }
}
