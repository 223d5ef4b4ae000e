//! What the nights of the model reach: a night in which a thing never happens says nothing of it.

use super::model::{Model, Owner, Step};
use castellan_domain::alarm::ReturnedBy;
use castellan_domain::answer::{Accepted, Outcome};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest_state_machine::ReferenceStateMachine;
use std::collections::BTreeSet;

#[test]
fn the_nights_of_the_model_meet_every_refusal_and_every_way_back() {
    use Outcome::{Cleared, NothingToClear, Raised, Repeated, Returned, Risen};
    let mut runner = TestRunner::deterministic();
    let (mut refusals, mut outcomes, mut ways) = (BTreeSet::new(), Vec::new(), Vec::new());
    let (mut taken_back, mut unsent) = (0, 0);
    let nights = Model::sequential_strategy(1..60);
    for _ in 0..300 {
        let (mut model, steps, _) = nights.new_tree(&mut runner).expect("a night").current();
        for step in steps {
            let plain = matches!(step, Step::Transfer(who @ 0..2, _, to, _) if who == to);
            model = Model::apply(model, &step);
            taken_back += usize::from(plain && matches!(model.answer, Some(Ok(_))));
            match &model.answer {
                Some(Err(refusal)) => {
                    let written = serde_json::to_value(refusal).expect("JSON");
                    refusals.insert(written["code"].as_str().expect("a code").to_owned());
                }
                Some(Ok(Accepted::Reported { outcome, .. })) => outcomes.push(*outcome),
                _ => {}
            }
            unsent += model
                .rows
                .iter()
                .filter(|row| {
                    matches!(
                        row.owner,
                        Owner::Somebody {
                            unsent: Some(_),
                            ..
                        }
                    )
                })
                .count();
            ways.extend(model.rows.iter().filter_map(|row| match &row.owner {
                Owner::Nobody { back, .. } => back.as_ref().map(|back| back.why),
                Owner::Somebody { .. } => None,
            }));
        }
    }
    let expected = [
        "already_acknowledged",
        "already_claimed",
        "already_judged",
        "already_muted",
        "already_shelved",
        "cannot_own",
        "changed",
        "claim_instead",
        "muted_too_often",
        "never_shelved",
        "not_allowed",
        "not_claimed",
        "not_judged",
        "not_owner",
        "not_shelved",
        "not_verified",
        "shelf_time",
        "unknown_alarm",
    ];
    assert!(unsent > 0, "somebody was always sent in time");
    assert_eq!(refusals.iter().collect::<Vec<_>>(), expected);
    assert!(taken_back > 0, "no plain operator took anything back");
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
        ReturnedBy::Unheard,
    ] {
        assert!(ways.contains(&way), "nothing came back by {way:?}");
    }
}
