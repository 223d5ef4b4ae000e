//! What the nights of the model reach: a night in which a thing never happens says nothing of it.

use super::model::{Model, Owner};
use castellan_domain::alarm::ReturnedBy;
use castellan_domain::engine::Accepted;
use castellan_domain::rules::annunciate::Outcome;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest_state_machine::ReferenceStateMachine;
use std::collections::BTreeSet;

#[test]
fn the_nights_of_the_model_meet_every_refusal_and_every_way_back() {
    use Outcome::{Cleared, NothingToClear, Raised, Repeated, Returned, Risen};
    let mut runner = TestRunner::deterministic();
    let (mut refusals, mut outcomes, mut ways) = (BTreeSet::new(), Vec::new(), Vec::new());
    let nights = Model::sequential_strategy(1..60);
    for _ in 0..150 {
        let (mut model, steps, _) = nights.new_tree(&mut runner).expect("a night").current();
        for step in steps {
            model = Model::apply(model, &step);
            match &model.answer {
                Some(Err(refusal)) => {
                    let name = format!("{refusal:?}");
                    let end = name.find(' ').unwrap_or(name.len());
                    refusals.insert(name[..end].to_owned());
                }
                Some(Ok(Accepted::Reported { outcome, .. })) => outcomes.push(*outcome),
                _ => {}
            }
            ways.extend(model.rows.iter().filter_map(|row| match &row.owner {
                Owner::Nobody { back, .. } => back.as_ref().map(|back| back.why),
                Owner::Somebody { .. } => None,
            }));
        }
    }
    let expected = [
        "AlreadyAcknowledged",
        "AlreadyClaimed",
        "AlreadyJudged",
        "AlreadyMuted",
        "AlreadyShelved",
        "CannotOwn",
        "Changed",
        "ClaimInstead",
        "MutedTooOften",
        "NeverShelved",
        "NotAllowed",
        "NotClaimed",
        "NotJudged",
        "NotOwner",
        "NotShelved",
        "ShelfTime",
        "UnknownAlarm",
    ];
    assert_eq!(refusals.iter().collect::<Vec<_>>(), expected);
    for outcome in [Cleared, NothingToClear, Raised, Repeated, Returned, Risen] {
        assert!(outcomes.contains(&outcome), "{outcome:?} never came");
    }
    for way in [
        ReturnedBy::Again,
        ReturnedBy::NoFollowUp,
        ReturnedBy::OwnerAbsent,
        ReturnedBy::Released,
        ReturnedBy::Risen,
        ReturnedBy::ShiftEnd,
        ReturnedBy::StillActive,
    ] {
        assert!(ways.contains(&way), "nothing came back by {way:?}");
    }
}
