//! The reference: what should happen to alarms, in plain lists and seconds.

use crate::common::{DEVICES, PEOPLE, START, TYPES, id, secs};
use castellan_domain::alarm::{OVERDUE_WAIT_MAX, Verdict};
use castellan_domain::engine::Accepted;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::observation::ReportedState;
use castellan_domain::refusal::Refusal;
use castellan_domain::rules::reported_condition::Outcome;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::Answer;
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

/// One thing that happens. Rows, people, devices and types by their place in their lists.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Report(usize, usize, ReportedState),
    Claim(usize, usize),
    Judge(usize, usize, Verdict, Seen),
    Note(usize, usize, Seen),
    /// Time passes and deadlines are met on time.
    Wait(i64),
    /// The machine sleeps: deadlines are met all at once when it wakes.
    Sleep(i64),
}

/// What a sender believes of a row's version.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen {
    Nothing,
    Present,
    Past(u64),
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) source: (usize, usize),
    pub(crate) lasts: bool,
    pub(crate) raised_at: i64,
    pub(crate) due_at: i64,
    pub(crate) times_overdue: u32,
    pub(crate) owner: Option<(usize, i64)>,
    pub(crate) verdict: Option<(Verdict, usize, i64)>,
    pub(crate) notes: usize,
    pub(crate) repeats: u32,
    pub(crate) version: u64,
}

impl Row {
    fn is_open(&self) -> bool {
        self.verdict.is_none() || self.lasts
    }
}

/// The model: seconds since [`START`], rows by number, and the answer to the last step.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) facts: u64,
    pub(crate) rows: Vec<Row>,
    pub(crate) answer: Option<Answer>,
}

impl Model {
    pub(crate) fn at(seconds: i64) -> Timestamp {
        START + secs(seconds)
    }

    fn seen(&self, row: usize, seen: Seen) -> Option<Seq> {
        let version = self.rows.get(row).map_or(0, |row| row.version);
        match seen {
            Seen::Nothing => None,
            Seen::Present => Some(Seq(version)),
            Seen::Past(back) => Some(Seq(version.saturating_sub(back))),
        }
    }

    fn report(&mut self, source: (usize, usize), state: ReportedState) -> Accepted {
        let open = self
            .rows
            .iter()
            .position(|row| row.source == source && row.is_open());
        let (outcome, row) = match (open, state) {
            (None, ReportedState::Cleared) => (Outcome::NothingToClear, None),
            (Some(at), ReportedState::Cleared) if !self.rows[at].lasts => {
                (Outcome::NothingToClear, Some(at))
            }
            (Some(at), ReportedState::Cleared) => {
                self.rows[at].lasts = false;
                (Outcome::Cleared, Some(at))
            }
            (Some(at), state) => {
                self.rows[at].lasts |= state == ReportedState::Active;
                self.rows[at].repeats += 1;
                (Outcome::Repeated, Some(at))
            }
            (None, state) => {
                self.rows.push(Row {
                    source,
                    lasts: state == ReportedState::Active,
                    raised_at: self.now,
                    due_at: self.now + TYPES[source.1].1,
                    times_overdue: 0,
                    owner: None,
                    verdict: None,
                    notes: 0,
                    repeats: 0,
                    version: 0,
                });
                (Outcome::Raised, Some(self.rows.len() - 1))
            }
        };
        if let Some(row) = row.filter(|_| outcome != Outcome::NothingToClear) {
            self.record(row);
        }
        let alarm = row.map(number);
        Accepted::Reported { outcome, alarm }
    }

    fn record(&mut self, row: usize) {
        self.facts += 1;
        self.rows[row].version = self.facts;
    }

    fn command(&mut self, step: &Step, who: usize, row: usize, seen: Seen) -> Answer {
        let alarm = number(row);
        let expected = self.seen(row, seen);
        if PEOPLE[who] == "wang-qiang" {
            return Err(Refusal::NotAllowed);
        }
        let Some(known) = self.rows.get_mut(row) else {
            return Err(Refusal::UnknownAlarm { alarm });
        };
        let operator = who < 2;
        match step {
            Step::Claim(..) => {
                if let Some((by, at)) = known.owner {
                    let (by, at) = (id(PEOPLE[by]), Self::at(at));
                    return Err(Refusal::AlreadyClaimed { by, at });
                }
            }
            Step::Judge(..) => match (known.owner, known.verdict) {
                (Some((by, _)), _) if operator && by != who => {
                    return Err(Refusal::NotOwner { by: id(PEOPLE[by]) });
                }
                (_, Some((verdict, by, at))) => {
                    let (by, at) = (id(PEOPLE[by]), Self::at(at));
                    return Err(Refusal::AlreadyJudged { verdict, by, at });
                }
                (None, None) => return Err(Refusal::NotClaimed),
                (Some(_), None) => {}
            },
            _ => {}
        }
        if expected.is_some_and(|expected| expected.0 != known.version) {
            let version = Seq(known.version);
            return Err(Refusal::Changed { version });
        }
        match step {
            Step::Claim(..) => known.owner = Some((who, self.now)),
            Step::Judge(_, _, verdict, _) => known.verdict = Some((*verdict, who, self.now)),
            _ => known.notes += 1,
        }
        self.record(row);
        let seq = Seq(self.facts);
        Ok(Accepted::Done { seq })
    }

    /// Meets what is due, longest overdue first.
    fn settle(&mut self) {
        let mut due: Vec<_> = (0..self.rows.len())
            .filter(|row| self.rows[*row].owner.is_none() && self.rows[*row].due_at <= self.now)
            .map(|row| (self.rows[row].due_at, row))
            .collect();
        due.sort_unstable();
        for (_, at) in due {
            let row = &mut self.rows[at];
            row.times_overdue += 1;
            row.due_at = self.now + (row.due_at - row.raised_at).min(OVERDUE_WAIT_MAX.as_secs());
            self.record(at);
        }
    }

    fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        loop {
            let unclaimed = self.rows.iter().filter(|row| row.owner.is_none());
            let Some(next) = unclaimed.map(|r| r.due_at).min().filter(|n| *n <= until) else {
                break;
            };
            self.now = next;
            self.settle();
        }
        self.now = until;
    }
}

pub(crate) fn number(row: usize) -> AlarmId {
    AlarmId(u32::try_from(row).expect("few rows") + 1)
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            now: 0,
            facts: 1, // the estate was published
            rows: Vec::new(),
            answer: None,
        })
        .boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        use ReportedState::{Active, Cleared, Momentary};
        let (who, row) = (0..PEOPLE.len(), 0..=state.rows.len());
        let seen = prop_oneof![
            2 => Just(Seen::Nothing),
            2 => Just(Seen::Present),
            1 => (1u64..4).prop_map(Seen::Past),
        ];
        let reported = prop::sample::select(vec![Active, Active, Cleared, Cleared, Momentary]);
        let verdict = prop::sample::select(Verdict::ALL.to_vec());
        prop_oneof![
            // Few sources, so that they meet again.
            6 => (0..2usize, 0..2usize, reported.clone()).prop_map(|(d, t, s)| Step::Report(d, t, s)),
            1 => (0..DEVICES.len(), 0..TYPES.len(), reported).prop_map(|(d, t, s)| Step::Report(d, t, s)),
            3 => (who.clone(), row.clone()).prop_map(|(who, row)| Step::Claim(who, row)),
            3 => (who.clone(), row.clone(), verdict, seen.clone())
                .prop_map(|(who, row, verdict, seen)| Step::Judge(who, row, verdict, seen)),
            1 => (who, row, seen).prop_map(|(who, row, seen)| Step::Note(who, row, seen)),
            2 => (0..1_000i64).prop_map(Step::Wait),
            1 => (0..1_000i64).prop_map(Step::Sleep),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.answer = match step {
            Step::Report(device, kind, reported) => {
                Some(Ok(state.report((*device, *kind), *reported)))
            }
            Step::Claim(who, row) => Some(state.command(step, *who, *row, Seen::Nothing)),
            Step::Judge(who, row, _, seen) | Step::Note(who, row, seen) => {
                Some(state.command(step, *who, *row, *seen))
            }
            Step::Wait(seconds) => {
                state.wait(*seconds);
                None
            }
            Step::Sleep(seconds) => {
                state.now += seconds;
                state.settle();
                None
            }
        };
        state
    }
}
