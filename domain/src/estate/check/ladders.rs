//! What must hold of ladders, and of what alarm types say of them.

use super::super::document::Estate;
use super::super::ladder::{
    LADDER_STEPS_MAX, LADDER_WAIT_S_MAX, LadderPlan, LadderStep, REPEATS_MAX, TARGETS_MAX, Target,
};
use super::faults::Faults;
use super::ranges::whole;

impl Estate {
    pub(super) fn check_ladders(&self, faults: &mut Faults) {
        faults.unique("ladder", self.ladders.iter().map(|ladder| &ladder.id));
        for ladder in &self.ladders {
            let of = format!("ladder {}", ladder.id);
            let plans = [Some(&ladder.by_day), ladder.by_night.as_ref()];
            for plan in plans.into_iter().flatten() {
                self.check_plan(faults, &of, plan);
            }
        }
        for kind in &self.alarm_types {
            let of = format!("alarm type {}", kind.id);
            let ladder = kind.ladder.as_ref();
            if let Some(id) = ladder.filter(|id| self.ladder(id).is_none()) {
                faults.unknown(&of, "ladder", id);
            }
            self.check_targets(faults, &of, &kind.call_at_once);
        }
    }

    fn check_plan(&self, faults: &mut Faults, of: &str, plan: &LadderPlan) {
        if let Some(seconds) = plan.unaccepted_s_max {
            whole(
                faults,
                of,
                "unaccepted_s_max",
                seconds,
                1..=3_600,
                "1 to 3600",
            );
        }
        for steps in [&plan.unclaimed, &plan.undispatched, &plan.not_on_scene] {
            let length = count(steps);
            let most = LADDER_STEPS_MAX;
            whole(
                faults,
                of,
                "the number of steps",
                length,
                0..=most,
                "0 to 16",
            );
            let mut least = 0;
            for step in steps {
                self.check_step(faults, of, step, least);
                least = step.after_s;
            }
        }
    }

    fn check_step(&self, faults: &mut Faults, of: &str, step: &LadderStep, least: u32) {
        let waits = least..=LADDER_WAIT_S_MAX;
        let words = "0 to 43200, and no less than of the step before";
        whole(faults, of, "after_s", step.after_s, waits, words);
        let targets = count(&step.call);
        let most = TARGETS_MAX;
        whole(
            faults,
            of,
            "the number of those called",
            targets,
            1..=most,
            "1 to 8",
        );
        self.check_targets(faults, of, &step.call);
        if let Some(repeat) = step.repeat {
            let every = 10..=LADDER_WAIT_S_MAX;
            whole(
                faults,
                of,
                "repeat.every_s",
                repeat.every_s,
                every,
                "10 to 43200",
            );
            let times = u32::from(repeat.times);
            let most = u32::from(REPEATS_MAX);
            whole(faults, of, "repeat.times", times, 1..=most, "1 to 20");
        }
    }

    fn check_targets(&self, faults: &mut Faults, of: &str, targets: &[Target]) {
        for target in targets {
            if let Target::Person(person) = target
                && self.person(person).is_none()
            {
                faults.unknown(of, "person", person);
            }
        }
    }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
