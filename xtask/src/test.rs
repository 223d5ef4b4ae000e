//! `cargo xtask test`: everything that must be true before a change lands, cheapest first.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use castellan_programs::process;

use crate::progress::{Outcome, Steps};
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};
use crate::{lint, npm, workspace};

/// A little more than Playwright gives itself (`globalTimeout`), so that it is the one that says what took so long.
const JOURNEYS_LIMIT: Duration = Duration::from_mins(32);
const DENY_LIMIT: Duration = Duration::from_mins(5);

/// One step of the test, by the name that `--only` takes.
struct Step {
    name: &'static str,
    title: &'static str,
    /// Steps without which this one cannot run alone.
    needs: &'static [&'static str],
    run: fn(&Plan) -> Result<Outcome>,
}

/// What the steps need to know about this run.
struct Plan {
    /// Words for Playwright.
    extra: Vec<String>,
}

const STEPS: [Step; 11] = [
    Step {
        name: "setup",
        title: "Checking this machine",
        needs: &[],
        run: |_| passed(setup::ensure(Needs::Journeys)),
    },
    Step {
        name: "npm",
        title: "Installing npm packages",
        needs: &["setup"],
        run: |_| passed(npm::ensure()),
    },
    Step {
        name: "fmt",
        title: "Checking formatting",
        needs: &[],
        run: |_| passed(lint::formatting()),
    },
    Step {
        name: "deny",
        title: "Checking licences, bans and sources of dependencies",
        needs: &[],
        run: |_| deny(),
    },
    Step {
        name: "clippy",
        title: "Linting, native",
        needs: &["setup"],
        run: |_| passed(lint::clippy()),
    },
    Step {
        name: "clippy-wasm",
        title: "Linting, for the browser",
        needs: &["setup"],
        run: |_| passed(lint::clippy_wasm()),
    },
    Step {
        name: "tests",
        title: "Running every Rust test, tidy among them",
        needs: &["setup"],
        run: |_| passed(rust_tests()),
    },
    Step {
        name: "tidy",
        title: "Checking the house rules",
        needs: &["setup"],
        run: |_| passed(lint::tidy()),
    },
    Step {
        name: "server",
        title: "Building the server and the simulator",
        needs: &["setup"],
        run: |_| passed(server().map(|_| ())),
    },
    Step {
        name: "web",
        title: "Building the browser app",
        needs: &["setup", "npm"],
        run: |_| web_app(),
    },
    Step {
        name: "journeys",
        title: "Walking the browser journeys",
        needs: &["setup", "npm", "server", "web"],
        run: journeys,
    },
];

/// Part of `tests`, so it is a step only when asked for by name.
const ONLY_BY_NAME: &str = "tidy";

pub(crate) fn run(only: Option<&str>, extra: &[String]) -> Result<()> {
    let chosen = choose(only)?;
    let plan = Plan {
        extra: extra.to_vec(),
    };
    let mut steps = Steps::new(chosen.len());
    for step in chosen {
        let outcome = steps.run_or_skip(step.name, step.title, || (step.run)(&plan));
        if let Err(error) = outcome {
            println!("{}", steps.summary());
            return Err(error.context(format!(
                "The step `{0}` failed; once it is mended, run it alone with `cargo xtask test --only {0}`",
                step.name
            )));
        }
    }
    println!("{}", steps.summary());
    Ok(())
}

fn choose(only: Option<&str>) -> Result<Vec<&'static Step>> {
    let Some(name) = only else {
        return Ok(STEPS
            .iter()
            .filter(|step| step.name != ONLY_BY_NAME)
            .collect());
    };
    let Some(wanted) = STEPS.iter().find(|step| step.name == name) else {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "There is no step `{name}`. The steps are: {}.",
            names.join(", ")
        );
    };
    Ok(STEPS
        .iter()
        .filter(|step| step.name == name || wanted.needs.contains(&step.name))
        .collect())
}

fn passed(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

fn deny() -> Result<Outcome> {
    let mut version = workspace::cargo();
    let installed = version
        .args(["deny", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !installed {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed (`cargo install cargo-deny` adds it)",
        ));
    }
    // No advisories: their database lives outside the package registries, and not every network reaches it.
    let words = ["deny", "check", "bans", "licenses", "sources"];
    passed(process::run(
        workspace::cargo().args(words),
        "cargo deny check bans licenses sources",
        DENY_LIMIT,
    ))
}

fn rust_tests() -> Result<()> {
    workspace::cargo_run(&["test", "--workspace"])
}

/// The whole workspace is selected so that its dependencies have the features that `tests` just built them with.
fn server() -> Result<(PathBuf, PathBuf)> {
    workspace::server_and_simulator(&["--workspace"])
}

fn web_app() -> Result<Outcome> {
    let load = web::build(Flavor::Test)?;
    println!("{load}");
    Ok(Outcome::Passed)
}

fn journeys(plan: &Plan) -> Result<Outcome> {
    // Built by the step before; asking cargo again costs a moment and cannot name a stale file.
    let (server, simulator) = server()?;
    let root = workspace::root();
    let mut playwright = Command::new("node");
    playwright
        .current_dir(&root)
        .arg("node_modules/@playwright/test/cli.js")
        .args(["test", "--config", "end2end/playwright.config.mjs"])
        .args(&plan.extra)
        .env("CASTELLAN_SERVER", server)
        .env("CASTELLAN_SIMULATOR", simulator)
        .env("CASTELLAN_WEB", root.join(Flavor::Test.folder()))
        .env("CASTELLAN_CHROMIUM", setup::chromium()?);
    process::run(&mut playwright, "playwright test", JOURNEYS_LIMIT)
        .context("Pictures of what failed are in end2end/results")?;
    Ok(Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: Option<&str>) -> Result<Vec<&'static str>> {
        Ok(choose(only)?.iter().map(|step| step.name).collect())
    }

    #[test]
    fn a_step_alone_brings_what_it_needs() -> Result<()> {
        assert_eq!(names(Some("fmt"))?, ["fmt"]);
        assert_eq!(
            names(Some("journeys"))?,
            ["setup", "npm", "server", "web", "journeys"]
        );
        assert!(!names(None)?.contains(&"tidy"), "it runs within `tests`");
        Ok(())
    }

    #[test]
    fn needs_name_earlier_steps() {
        for (index, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(
                    STEPS[..index].iter().any(|earlier| earlier.name == *need),
                    "{}: {need}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn an_unknown_step_is_answered_with_the_list() {
        let sentence = names(Some("journey"))
            .expect_err("no such step")
            .to_string();
        assert!(
            sentence.contains("journeys, ") || sentence.ends_with("journeys."),
            "{sentence}"
        );
    }
}
