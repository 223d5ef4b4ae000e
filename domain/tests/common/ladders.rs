//! Any body of a fact about ladders and about what they send.

use crate::common::bodies::{alarm, due, person};
use castellan_domain::estate::{Channel, LadderStep, Repeat, Rung, Target};
use castellan_domain::fact::{
    FactBody, LadderCalled, LadderClimbed, LadderStarted, LadderStopped, NotificationFailing,
    NotificationSettled, ReachPublished,
};
use castellan_domain::ids::{AssignmentId, IncidentId, Seq};
use castellan_domain::ladder::LadderFact;
use castellan_domain::matter::{Matter, Unanswered};
use castellan_domain::notify::{NotificationFact, Settlement};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn matter() -> impl Strategy<Value = Matter> {
    prop_oneof![
        4 => alarm().prop_map(Matter::Alarm),
        1 => (1u32..4).prop_map(|number| Matter::Incident(IncidentId(number))),
        1 => (1u32..6).prop_map(|number| Matter::Assignment(AssignmentId(number))),
    ]
}

fn rung() -> impl Strategy<Value = Rung> {
    select(vec![
        Rung::ShiftLeader,
        Rung::DutyManager,
        Rung::ProjectManager,
        Rung::Engineer,
        Rung::Steward,
    ])
}

fn channels() -> impl Strategy<Value = Vec<Channel>> {
    (0..=Channel::ALL.len()).prop_map(|n| Channel::ALL[..n].to_vec())
}

fn step() -> impl Strategy<Value = LadderStep> {
    let target = prop_oneof![
        rung().prop_map(Target::Rung),
        person().prop_map(Target::Person),
        Just(Target::Owner),
    ];
    let repeat =
        option::of((10u32..99, 1u8..3).prop_map(|(every_s, times)| Repeat { every_s, times }));
    (0u32..200, target, channels(), repeat).prop_map(|(after_s, target, by, repeat)| LadderStep {
        after_s,
        call: vec![target],
        by,
        repeat,
    })
}

fn outcome() -> impl Strategy<Value = Settlement> {
    select(vec![
        Settlement::Delivered,
        Settlement::Refused,
        Settlement::GivenUp,
        Settlement::Answered,
    ])
}

/// What ladders do.
fn climbs() -> impl Strategy<Value = LadderFact> {
    let why = select(vec![
        Unanswered::Unclaimed,
        Unanswered::Returned,
        Unanswered::Undispatched,
        Unanswered::Unaccepted,
        Unanswered::NotOnScene,
        Unanswered::StepLate,
        Unanswered::StepSkipped,
    ]);
    let steps = prop::collection::vec(step(), 1..4);
    let started = (matter(), why, due(), steps, any::<[bool; 2]>()).prop_map(
        |(about, why, since, steps, [named, discreet])| {
            LadderFact::Started(LadderStarted {
                about,
                why,
                ladder: named.then(|| crate::common::id("e1")),
                since,
                steps,
                discreet,
            })
        },
    );
    let nobody = option::of(rung()).prop_map(|rung| rung.into_iter().collect());
    let spared = option::of(person()).prop_map(|person| person.into_iter().collect());
    let climbed = (matter(), 1u8..5, 0u8..3, nobody, spared, 0u32..9).prop_map(
        |(about, step, round, nobody, spared, late_s)| {
            LadderFact::Climbed(LadderClimbed {
                about,
                step,
                round,
                nobody,
                spared,
                late_s,
            })
        },
    );
    let called = (matter(), 1u8..4, person(), option::of(rung()), channels()).prop_map(
        |(about, step, person, rung, then)| {
            LadderFact::Called(LadderCalled {
                about,
                step,
                round: 0,
                person,
                rung,
                channel: Channel::Voice,
                then,
            })
        },
    );
    let stopped = (matter(), person())
        .prop_map(|(about, by)| LadderFact::Stopped(LadderStopped { about, by }));
    prop_oneof![2 => started, 2 => climbed, 3 => called, 1 => stopped]
}

/// What becomes of what they send, and who is reached how.
fn told() -> impl Strategy<Value = NotificationFact> {
    // Which call it is about is made to fit where there is one.
    let about = Seq(1);
    let failing = matter().prop_map(move |matter| {
        NotificationFact::Failing(NotificationFailing {
            about,
            matter,
            channel: Channel::Mail,
        })
    });
    let settled = (matter(), outcome(), 1u32..9).prop_map(move |(matter, outcome, attempts)| {
        NotificationFact::Settled(NotificationSettled {
            about,
            matter,
            channel: Channel::Voice,
            outcome,
            attempts,
        })
    });
    let reach = prop::collection::btree_map(person(), channels(), 0..3)
        .prop_map(|people| NotificationFact::Reach(ReachPublished { people }));
    prop_oneof![2 => failing, 3 => settled, 1 => reach]
}

/// What happens to ladders.
pub(crate) fn ladders() -> impl Strategy<Value = FactBody> {
    prop_oneof![3 => climbs().prop_map(FactBody::Ladder), 2 => told().prop_map(FactBody::Notification)]
}
