//! What a device says in the moment in which somebody decides: one outcome, whichever of them comes first.

use crate::common::{id, secs};
use crate::incidents::{incident, part, send, world};
use castellan_domain::alarm::{AlarmCommand, Condition, Verdict};
use castellan_domain::command::Command;
use castellan_domain::ids::IncidentId;
use castellan_domain::incident::OpenedBy;
use castellan_domain::observation::ReportedState::{Active, Cleared};

#[test]
fn a_claim_that_crosses_a_clear_is_a_claim_of_what_is_over_and_still_has_to_be_judged() {
    for clear_first in [true, false] {
        let mut world = world();
        let alarm = world.raise("gas-1", "gas_low", Active);
        if clear_first {
            world
                .report("gas-1", "gas_low", Cleared)
                .expect("it clears");
        }
        world.claim("li-na", alarm).expect("she is the first");
        if !clear_first {
            world
                .report("gas-1", "gas_low", Cleared)
                .expect("it clears");
        }
        let row = world.alarm(alarm);
        assert_eq!(row.owner(), Some(&id("li-na")));
        assert!(matches!(row.condition, Condition::Cleared { .. }));
        assert!(!row.is_judged() && !row.is_closed());
        assert_eq!(world.view().incidents.len(), 0, "a clear opens nothing");
        // Nothing was done about it: it comes back, over or not.
        world.wait(secs(180));
        assert_eq!(world.alarm(alarm).owner(), None);
        world.claim("li-na", alarm).expect("nobody has it");
        world.judge("li-na", alarm, Verdict::Genuine).expect("hers");
        assert_eq!(incident(&world, 1).why, OpenedBy::Verdict);
    }
    // Whoever says which version they saw is told that it has changed meanwhile.
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    let seen = world.alarm(alarm).version;
    world
        .report("gas-1", "gas_low", Cleared)
        .expect("it clears");
    let claim = Command::Alarm(AlarmCommand::Claim { alarm });
    let heard = world.command("li-na", Some(seen), claim);
    assert!(heard.is_err(), "{heard:?}");
    assert_eq!(world.alarm(alarm).owner(), None);
}

#[test]
fn a_dispatch_that_crosses_a_clear_sends_somebody_all_the_same() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world
        .report("gas-1", "gas_low", Cleared)
        .expect("it clears");
    send(&mut world, "li-na", alarm, "wang-qiang").expect("he can go");
    assert_eq!(part(&world, 1).incident, IncidentId(1));
}
