//! What can happen, and how often it does.

use super::{KINDS, Model};
use crate::common::{DEVICES, PEOPLE, id};
use castellan_domain::alarm::{FollowUp, ShelfReason, Verdict, VerdictBasis};
use castellan_domain::ids::Seq;
use castellan_domain::observation::ReportedState;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

/// The longest night that the model knows: what was closed leaves the live site after a day.
const NIGHT_S_MAX: i64 = 80_000;

/// One thing that happens. Rows, people, devices and types by their place in their lists.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Device, type, state, and whether for a drill.
    Report(usize, usize, ReportedState, bool),
    Claim(usize, usize),
    /// Words, or one of those that a key says.
    Note(usize, usize, Option<FollowUp>, Seen),
    Judge(usize, usize, Verdict, Basis, Seen),
    Correct(usize, usize, Verdict, Basis, Seen),
    Acknowledge(usize, usize, Seen),
    Mute(usize, usize),
    /// For so many seconds.
    Shelve(usize, usize, u32, ShelfReason),
    Unshelve(usize, usize),
    Release(usize, usize),
    /// To whom.
    Transfer(usize, usize, usize, Seen),
    /// Somebody's first console opened, or their last one is gone.
    Session(usize, bool),
    /// Time passes and deadlines are met on time.
    Wait(i64),
    /// The machine sleeps: deadlines are met all at once when it wakes.
    Sleep(i64),
}

/// How it was established.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Basis {
    Nothing,
    Phone,
    OnScene(usize),
}

impl Basis {
    pub(crate) fn said(self) -> Option<VerdictBasis> {
        match self {
            Self::Nothing => None,
            Self::Phone => Some(VerdictBasis::Phone),
            Self::OnScene(who) => Some(VerdictBasis::OnScene {
                by: id(PEOPLE[who]),
            }),
        }
    }
}

/// What a sender believes of a row's version.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen {
    Nothing,
    Present,
    Past(u64),
}

/// What is genuine becomes an incident, and has a machine of its own.
const FALSE: [Verdict; 3] = [Verdict::Environment, Verdict::DeviceFault, Verdict::Test];

impl Step {
    /// Who commands, about which row.
    pub(crate) fn command(&self) -> Option<(usize, usize)> {
        match *self {
            Self::Claim(who, row)
            | Self::Note(who, row, ..)
            | Self::Judge(who, row, ..)
            | Self::Correct(who, row, ..)
            | Self::Acknowledge(who, row, _)
            | Self::Mute(who, row)
            | Self::Shelve(who, row, ..)
            | Self::Unshelve(who, row)
            | Self::Release(who, row)
            | Self::Transfer(who, row, ..) => Some((who, row)),
            Self::Report(..) | Self::Session(..) | Self::Wait(_) | Self::Sleep(_) => None,
        }
    }

    /// The version that its sender believes in, where the row has this one.
    pub(crate) fn expected(&self, version: u64) -> Option<Seq> {
        let seen = match self {
            Self::Note(.., seen)
            | Self::Judge(.., seen)
            | Self::Correct(.., seen)
            | Self::Acknowledge(_, _, seen)
            | Self::Transfer(.., seen) => *seen,
            _ => Seen::Nothing,
        };
        match seen {
            Seen::Nothing => None,
            Seen::Present => Some(Seq(version)),
            Seen::Past(back) => Some(Seq(version.saturating_sub(back))),
        }
    }
}

fn shelf_time() -> impl Strategy<Value = u32> {
    prop_oneof![
        6 => 60u32..2_000,
        1 => select(vec![0, 59, 60, 43_200, 43_201, u32::MAX]),
    ]
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        use ReportedState::{Active, Cleared, Momentary};
        let person = 0..PEOPLE.len();
        // Few people and rows do most of what is done, so that one thing leads to another.
        let who = prop_oneof![6 => Just(0usize), 4 => Just(2usize), 6 => 0..PEOPLE.len()];
        let last = state.rows.len().saturating_sub(1);
        let row = prop_oneof![2 => Just(0), 3 => Just(last), 4 => 0..=state.rows.len()];
        let one = (who, row);
        let owned = state.rows.iter().enumerate();
        let owned = owned.filter_map(|(row, r)| Some((r.owner()?, row)));
        let owned: Vec<_> = owned.chain([(0, 0)]).collect();
        // What was handed on is wanted back at times.
        let given = state.rows.iter().enumerate();
        let given = given.filter_map(|(row, r)| Some((r.handed_on?.0, row)));
        let given: Vec<_> = given.collect();
        let often = if given.is_empty() { 1 } else { 12 };
        let given: Vec<_> = given.into_iter().chain([(0, 0)]).collect();
        let seen = prop_oneof![
            2 => Just(Seen::Nothing),
            2 => Just(Seen::Present),
            1 => (1u64..4).prop_map(Seen::Past),
        ];
        let drill = prop_oneof![6 => Just(false), 1 => Just(true)];
        let reported = select(vec![Active, Active, Active, Cleared, Momentary]);
        let basis = prop_oneof![
            Just(Basis::Nothing),
            Just(Basis::Phone),
            person.clone().prop_map(Basis::OnScene),
        ];
        let verdict = (select(FALSE.to_vec()), basis);
        let by_key = proptest::option::of(select(FollowUp::ALL.to_vec()));
        let reason = select(vec![ShelfReason::Works, ShelfReason::Weather]);
        let known = state.rows.iter().map(|row| {
            let kind = KINDS.iter().position(|kind| kind == row.kind);
            (row.device, kind.expect("of this list"), row.drill)
        });
        let known: Vec<_> = known.chain([(0, 0, false)]).collect();
        // What was seen gets a note at times, and what was judged rises.
        let looked_at = state.rows.iter().enumerate();
        let looked_at = looked_at.filter(|(_, row)| row.seen.is_some());
        let looked_at: Vec<_> = looked_at.map(|(row, _)| row).chain([0]).collect();
        let judged = state.rows.iter().filter(|row| row.judged.is_some());
        let judged = judged.map(|row| (row.device, row.drill));
        let worse: Vec<_> = judged.chain([(0, false)]).collect();
        let known = (select(known), reported.clone());
        let few = (0..2usize, 0..KINDS.len(), reported.clone(), drill.clone());
        let every = (0..DEVICES.len(), 0..KINDS.len(), reported, drill);
        let left = NIGHT_S_MAX - state.now;
        prop_oneof![
            // Few sources, so that they meet again.
            8 => few.prop_map(|(d, k, s, drill)| Step::Report(d, k, s, drill)),
            6 => known.prop_map(|((d, k, drill), s)| Step::Report(d, k, s, drill)),
            2 => select(worse).prop_map(|(d, drill)| Step::Report(d, 1, Active, drill)),
            2 => every.prop_map(|(d, k, s, drill)| Step::Report(d, k, s, drill)),
            5 => one.clone().prop_map(|(who, row)| Step::Claim(who, row)),
            3 => (select(owned.clone()), verdict.clone()).prop_map(|((who, row), (verdict, basis))| {
                Step::Judge(who, row, verdict, basis, Seen::Present)
            }),
            2 => (one.clone(), verdict.clone(), seen.clone()).prop_map(
                |((who, row), (verdict, basis), s)| Step::Judge(who, row, verdict, basis, s)
            ),
            2 => (one.clone(), verdict, seen.clone()).prop_map(
                |((who, row), (verdict, basis), s)| Step::Correct(who, row, verdict, basis, s)
            ),
            2 => select(looked_at).prop_map(|row| Step::Note(0, row, None, Seen::Nothing)),
            2 => (one.clone(), by_key, seen.clone())
                .prop_map(|((who, row), by_key, s)| Step::Note(who, row, by_key, s)),
            3 => (one.clone(), seen.clone())
                .prop_map(|((who, row), s)| Step::Acknowledge(who, row, s)),
            5 => one.clone().prop_map(|(who, row)| Step::Mute(who, row)),
            3 => (one.clone(), shelf_time(), reason)
                .prop_map(|((who, row), for_s, reason)| Step::Shelve(who, row, for_s, reason)),
            2 => one.clone().prop_map(|(who, row)| Step::Unshelve(who, row)),
            2 => select(owned.clone()).prop_map(|(who, row)| Step::Release(who, row)),
            2 => (select(owned.clone()), person.clone())
                .prop_map(|((who, row), to)| Step::Transfer(who, row, to, Seen::Nothing)),
            often => select(given).prop_map(|(who, row)| Step::Transfer(who, row, who, Seen::Nothing)),
            4 => (select(owned), any::<bool>()).prop_map(|((who, _), open)| Step::Session(who, open)),
            1 => one.clone().prop_map(|(who, row)| Step::Release(who, row)),
            2 => (one, person.clone(), seen)
                .prop_map(|((who, row), to, seen)| Step::Transfer(who, row, to, seen)),
            3 => (person, any::<bool>()).prop_map(|(who, open)| Step::Session(who, open)),
            5 => (0..200i64.min(left)).prop_map(Step::Wait),
            4 => select(vec![30i64, 60, 65, 90, 180, 900]).prop_map(Step::Wait),
            2 => (0..2_000i64.min(left)).prop_map(Step::Wait),
            1 => (0..50_000i64.min(left)).prop_map(Step::Wait),
            1 => (0..2_000i64.min(left)).prop_map(Step::Sleep),
        ]
        .boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        match step {
            Step::Report(device, kind, reported, drill) => {
                let known = state.open_row(*device, &KINDS[*kind], *drill).is_some();
                known || *reported == ReportedState::Cleared || !state.is_busy()
            }
            Step::Wait(seconds) | Step::Sleep(seconds) => state.now + seconds < NIGHT_S_MAX,
            _ => true,
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.answer = None;
        match step {
            Step::Report(device, kind, reported, drill) => {
                let told = state.report(*device, &KINDS[*kind], *reported, *drill);
                state.answer = Some(Ok(told));
            }
            Step::Session(who, opened) => state.session(*who, *opened),
            Step::Wait(seconds) => state.wait(*seconds),
            Step::Sleep(seconds) => {
                state.now += seconds;
                state.wait(0);
            }
            command => {
                if let Some((who, row)) = command.command() {
                    state.answer = Some(state.command(command, who, row));
                }
            }
        }
        // What comes off the shelf may be due at once: its owner is long gone.
        state.wait(0);
        state
    }
}
