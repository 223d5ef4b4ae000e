//! Displays on bad links: whatever stalls, breaks, restarts or comes late, each display shows
//! what was true, and in the end what is.

mod sim;
mod steps;

use crate::common::cases;
use proptest::prelude::*;
use sim::Sim;
use steps::{DISPLAYS, Step, steps};

proptest! {
    #![proptest_config(cases(120, "tests/regressions/stream_laws.txt"))]

    #[test]
    fn after_the_dust_settles_every_display_shows_the_site_as_it_is(steps in steps()) {
        let mut sim = Sim::new();
        for step in &steps {
            sim.step(step);
        }
        sim.settle();
        sim.assert_all_agree();
    }

    #[test]
    fn a_display_that_was_never_cut_off_needs_one_connection(steps in steps()) {
        let mut sim = Sim::new();
        for display in 0..DISPLAYS {
            sim.step(&Step::Connect(display));
        }
        let undisturbed = steps.iter().filter(|step| {
            matches!(
                step,
                Step::Turn(_) | Step::Walk(..) | Step::Tick | Step::Pull(..) | Step::Deliver(..)
                    | Step::Answer(_) | Step::Arrive(..) | Step::Leave(_) | Step::Charge(..)
                    | Step::Unrecorded(_) | Step::Sit(..)
            )
        });
        for step in undisturbed {
            sim.step(step);
        }
        sim.settle();
        sim.assert_all_agree();
        for display in &sim.displays {
            prop_assert_eq!(display.connections, 1, "no fault of its own cost a connection");
        }
    }
}
