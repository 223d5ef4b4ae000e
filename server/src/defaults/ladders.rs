//! The ladders that an estate gets where it names none of that id.

use anyhow::Context as _;
use castellan_domain::estate::Ladder;
use serde::Deserialize;

const DEFAULT_LADDERS: &str = include_str!("../../../assets/defaults/ladders.toml");

/// Reads them.
pub(crate) fn default_ladders() -> anyhow::Result<Vec<Ladder>> {
    #[derive(Deserialize)]
    struct Defaults {
        ladder: Vec<Ladder>,
    }
    let defaults: Defaults =
        toml::from_str(DEFAULT_LADDERS).context("assets/defaults/ladders.toml is not usable")?;
    Ok(defaults.ladder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::{LadderStep, Target};

    /// Written by hand from the table that was agreed on, not from the file: seconds and rungs of what
    /// is unclaimed, undispatched and not on scene, and how long an offer stands.
    const AGREED: &str = "
        e1: 30 shift_leader duty_manager by voice; 60 project_manager | 0 shift_leader | 180 duty_manager | 20
        e2: 90 shift_leader; 180 duty_manager | | 300 shift_leader | 30
        e3: 300 shift_leader; 900 duty_manager | | |
        e4: | | |
    ";

    fn written(steps: &[LadderStep]) -> String {
        let steps = steps.iter().map(|step| {
            let targets = step.call.iter().map(|target| match target {
                Target::Rung(rung) => {
                    let word = serde_json::to_value(rung).unwrap();
                    word.as_str().unwrap().to_owned()
                }
                Target::Owner | Target::Person(_) => "somebody else".to_owned(),
            });
            let by = step
                .by
                .iter()
                .map(|channel| format!("by {}", channel.name()));
            let mut all = vec![step.after_s.to_string()];
            all.extend(targets.chain(by));
            assert_eq!(step.repeat, None);
            all.join(" ")
        });
        steps.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_default_ladders_are_what_was_agreed_on() {
        let ladders = default_ladders().unwrap();
        let written = ladders.iter().map(|ladder| {
            let plan = &ladder.by_day;
            assert_eq!(ladder.by_night, None, "the same by night");
            let accepts = plan.unaccepted_s_max.map(|seconds| seconds.to_string());
            let sides = [
                written(&plan.unclaimed),
                written(&plan.undispatched),
                written(&plan.not_on_scene),
                accepts.unwrap_or_default(),
            ];
            let line = format!("{}: {}", ladder.id, sides.join(" | "));
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let agreed = AGREED.trim().lines().map(str::trim);
        assert_eq!(written.collect::<Vec<_>>(), agreed.collect::<Vec<_>>());
    }
}
