//! Any body of a fact about incidents and assignments, as [`super::bodies`] makes them of the others.

use crate::common::bodies::{alarm, due, kind, person, place, priority};
use castellan_domain::alarm::ReturnedBy;
use castellan_domain::dispatch::{Arrival, DeclineReason, DispatchFact, PlannedWay, Withdrawal};
use castellan_domain::fact::{
    AssignmentAccepted, AssignmentArrived, AssignmentDeclined, AssignmentDone, AssignmentLate,
    AssignmentNobodyLeft, AssignmentOffered, AssignmentSetOut, AssignmentUnanswered,
    AssignmentWithdrawn, FactBody, IncidentClaimed, IncidentJoined, IncidentLeft, IncidentMerged,
    IncidentMoved, IncidentOpened, IncidentOverdue, IncidentPrioritySet, IncidentRegraded,
    IncidentReturned, IncidentTransferred, IncidentUndispatched, QuietBegan, QuietEnded,
    StepAwaited, StepLate, StepTaken, StepUndone, SupportAsked,
};
use castellan_domain::ids::{AnswerId, AssignmentId, IncidentId, ProcedureId, StepId};
use castellan_domain::incident::{
    IncidentFact, JoinedIncidentBy, NextStage, OpenedBy, SkipReason, StepWait,
};
use castellan_domain::procedure::Outcome;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn incident() -> impl Strategy<Value = IncidentId> {
    (1u32..4).prop_map(IncidentId)
}

fn assignment() -> impl Strategy<Value = AssignmentId> {
    (1u32..6).prop_map(AssignmentId)
}

fn opened() -> impl Strategy<Value = FactBody> {
    let why = select(vec![
        OpenedBy::AtOnce,
        OpenedBy::Dispatch,
        OpenedBy::Verdict,
        OpenedBy::Split,
    ]);
    let about = (incident(), why, kind(), priority(), place());
    let whose = (
        option::of(person()),
        due(),
        1u8..3,
        option::of(due()),
        option::of(incident()),
        option::of(incident()),
    );
    let alarms = proptest::collection::vec(alarm(), 1..3);
    (about, whose, alarms).prop_map(|((incident, why, kind, priority, place), whose, alarms)| {
        let (owner, claim_due_at, guards, dispatch_due_at, people_of, after) = whose;
        FactBody::Incident(IncidentFact::Opened(IncidentOpened {
            incident,
            why,
            kind,
            priority,
            place,
            alarms,
            owner,
            claim_due_at,
            guards,
            dispatch_due_at,
            people_of,
            after,
        }))
    })
}

/// Facts about incidents.
pub(crate) fn incidents() -> impl Strategy<Value = FactBody> {
    let why = prop_oneof![
        Just(JoinedIncidentBy::Building),
        Just(JoinedIncidentBy::Hand),
        (0u16..60).prop_map(|m| JoinedIncidentBy::Near { m }),
    ];
    let to = select(vec![
        NextStage::Contained,
        NextStage::Resolved,
        NextStage::Closed,
        NextStage::Reopened,
    ]);
    let back = select(vec![ReturnedBy::Released, ReturnedBy::OwnerAbsent]);
    let facts = prop_oneof![
        (incident(), alarm(), why).prop_map(|(incident, alarm, why)| {
            IncidentFact::Joined(IncidentJoined {
                incident,
                alarm,
                why,
            })
        }),
        (incident(), alarm(), person(), due(), option::of(due())).prop_map(
            |(incident, alarm, by, follow_up_due_at, dispatch_due_at)| {
                IncidentFact::Left(IncidentLeft {
                    incident,
                    alarm,
                    by,
                    follow_up_due_at,
                    dispatch_due_at,
                })
            }
        ),
        (incident(), person(), option::of(due())).prop_map(|(incident, by, dispatch_due_at)| {
            IncidentFact::Claimed(IncidentClaimed {
                incident,
                by,
                dispatch_due_at,
            })
        }),
        (incident(), person(), person()).prop_map(|(incident, by, to)| {
            IncidentFact::Transferred(IncidentTransferred { incident, by, to })
        }),
        (incident(), back, due(), 0u32..9).prop_map(|(incident, why, claim_due_at, late_s)| {
            IncidentFact::Returned(IncidentReturned {
                incident,
                why,
                claim_due_at,
                late_s,
            })
        }),
        (incident(), 1u32..4, due()).prop_map(|(incident, times, claim_due_at)| {
            IncidentFact::Overdue(IncidentOverdue {
                incident,
                times,
                claim_due_at,
                late_s: 0,
            })
        }),
        incident().prop_map(|incident| {
            IncidentFact::Undispatched(IncidentUndispatched {
                incident,
                late_s: 0,
            })
        }),
        (incident(), to, person())
            .prop_map(|(incident, to, by)| IncidentFact::Moved(IncidentMoved { incident, to, by })),
        (incident(), priority(), person()).prop_map(|(incident, priority, by)| {
            IncidentFact::PrioritySet(IncidentPrioritySet {
                incident,
                priority,
                by,
            })
        }),
        (
            incident(),
            kind(),
            priority(),
            1u8..3,
            option::of(due()),
            place()
        )
            .prop_map(
                |(incident, kind, priority, guards, dispatch_due_at, place)| {
                    IncidentFact::Regraded(IncidentRegraded {
                        incident,
                        kind,
                        priority,
                        guards,
                        dispatch_due_at,
                        place,
                    })
                }
            ),
        (incident(), incident(), person()).prop_map(|(incident, into, by)| {
            IncidentFact::Merged(IncidentMerged { incident, into, by })
        }),
    ];
    let facts = prop_oneof![10 => facts.boxed(), 4 => steps().boxed()];
    prop_oneof![1 => opened().boxed(), 3 => facts.prop_map(FactBody::Incident).boxed()]
}

fn steps() -> impl Strategy<Value = IncidentFact> {
    let step = || {
        let procedure = select(vec!["gas", "fire"]).prop_map(ProcedureId::constant);
        let step = select(vec!["send", "call", "measure"]).prop_map(StepId::constant);
        (procedure, step)
    };
    let outcome = prop_oneof![
        Just(Outcome::Done),
        Just(Outcome::Skipped),
        Just(Outcome::Answered(AnswerId::constant("real"))),
    ];
    let reason = option::of(select(SkipReason::ALL.to_vec()));
    let wait = option::of((step(), due()));
    prop_oneof![
        (incident(), wait).prop_map(|(incident, wait)| {
            let wait = wait.map(|((procedure, step), due_at)| StepWait {
                procedure,
                step,
                due_at,
            });
            IncidentFact::StepAwaited(StepAwaited { incident, wait })
        }),
        (incident(), step(), outcome, reason, person()).prop_map(
            |(incident, (procedure, step), outcome, reason, by)| {
                IncidentFact::StepTaken(StepTaken {
                    incident,
                    procedure,
                    step,
                    outcome,
                    reason,
                    required: false,
                    by,
                })
            }
        ),
        (incident(), step(), person()).prop_map(|(incident, (procedure, step), by)| {
            IncidentFact::StepUndone(StepUndone {
                incident,
                procedure,
                step,
                by,
            })
        }),
        (incident(), step()).prop_map(|(incident, (procedure, step))| {
            IncidentFact::StepLate(StepLate {
                incident,
                procedure,
                step,
                late_s: 0,
            })
        }),
    ]
}

fn offered() -> impl Strategy<Value = DispatchFact> {
    let about = (assignment(), incident(), person(), 1u16..3, priority());
    let way = option::of((1u32..900, any::<bool>())).prop_map(|way| {
        way.map(|(seconds, stairs)| PlannedWay {
            seconds,
            stairs,
            lift: !stairs,
            without_floor: false,
        })
    });
    let how = (
        option::of(person()),
        way,
        option::of(due()),
        option::of(assignment()),
    );
    (about, how, any::<bool>()).prop_map(
        |(
            (assignment, incident, person, slot, priority),
            (by, way, answer_due_at, after),
            discreet,
        )| {
            DispatchFact::Offered(AssignmentOffered {
                assignment,
                incident,
                person,
                slot,
                priority,
                discreet,
                by,
                way,
                answer_due_at,
                after,
            })
        },
    )
}

/// Facts about assignments.
pub(crate) fn assignments() -> impl Strategy<Value = FactBody> {
    let why = prop_oneof![
        assignment().prop_map(|by| Withdrawal::Taken { by }),
        person().prop_map(|by| Withdrawal::Recalled { by }),
        Just(Withdrawal::OffDuty),
        Just(Withdrawal::Closed),
    ];
    let reason = select(DeclineReason::ALL.to_vec());
    let how = select(vec![Arrival::Said, Arrival::Position]);
    let facts = prop_oneof![
        3 => offered(),
        2 => (assignment(), person(), due()).prop_map(|(assignment, by, arrive_due_at)| {
            DispatchFact::Accepted(AssignmentAccepted { assignment, by, arrive_due_at })
        }),
        1 => (assignment(), person(), reason, any::<bool>()).prop_map(|(assignment, by, reason, again)| {
            DispatchFact::Declined(AssignmentDeclined { assignment, by, reason, again })
        }),
        1 => (assignment(), 0u32..9).prop_map(|(assignment, late_s)| {
            DispatchFact::Unanswered(AssignmentUnanswered { assignment, late_s })
        }),
        1 => assignment().prop_map(|assignment| {
            DispatchFact::NobodyLeft(AssignmentNobodyLeft { assignment })
        }),
        1 => (assignment(), person()).prop_map(|(assignment, by)| {
            DispatchFact::SetOut(AssignmentSetOut { assignment, by })
        }),
        1 => assignment().prop_map(|assignment| {
            DispatchFact::Late(AssignmentLate { assignment, late_s: 0 })
        }),
        1 => (assignment(), how, option::of(person())).prop_map(|(assignment, how, by)| {
            DispatchFact::Arrived(AssignmentArrived { assignment, how, by })
        }),
        1 => (assignment(), person()).prop_map(|(assignment, by)| {
            DispatchFact::Done(AssignmentDone { assignment, by })
        }),
        1 => (assignment(), person()).prop_map(|(assignment, by)| {
            DispatchFact::SupportAsked(SupportAsked { assignment, by })
        }),
        1 => (assignment(), why).prop_map(|(assignment, why)| {
            DispatchFact::Withdrawn(AssignmentWithdrawn { assignment, why })
        }),
        1 => (assignment(), person(), due()).prop_map(|(assignment, by, until)| {
            DispatchFact::QuietBegan(QuietBegan { assignment, by, until })
        }),
        1 => (assignment(), option::of(person())).prop_map(|(assignment, by)| {
            DispatchFact::QuietEnded(QuietEnded { assignment, by })
        }),
    ];
    facts.prop_map(FactBody::Dispatch)
}
