//! `cargo xtask test`: everything that must be true before a change lands, cheapest first. What is built for the
//! browser is built beside what is built for here, in a folder of its own.

use std::fs;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use castellan_programs::process;

use crate::progress::{Outcome, Steps};
use crate::setup::{self, Needs};
use crate::slowest::{self, Ends, Timed};
use crate::web::{self, Flavor};
use crate::{lint, npm, python, workspace};

/// A little more than Playwright gives itself (`globalTimeout`), so that it is the one that says what took so long.
const JOURNEYS_LIMIT: Duration = Duration::from_mins(32);
const DENY_LIMIT: Duration = Duration::from_mins(5);
const ESTATE_LIMIT: Duration = Duration::from_mins(2);

/// Tests that run at once for each core: most of those that take long wait for a server.
const TESTS_PER_CORE: usize = 2;

/// When a step runs. `Native` and `Browser` run beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    First,
    Native,
    Browser,
    Last,
}

/// One step of the test, by the name that `--only` takes.
struct Step {
    name: &'static str,
    when: When,
    title: &'static str,
    /// Steps without which this one cannot run alone.
    needs: &'static [&'static str],
    run: fn(&Plan) -> Result<Outcome>,
}

/// What the steps need to know about this run.
struct Plan {
    /// Words for Playwright.
    extra: Vec<String>,
    /// The slowest of what ran, as lines; one entry for tests and one for journeys.
    slowest: Mutex<Vec<String>>,
}

impl Plan {
    fn took(&self, what: &str, timed: Vec<Timed>) {
        let mut slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        slowest.push(slowest::said(what, timed));
    }
}

/// The journey that uses most of the page and forgives no message on the browser's console.
const SESSION: &str = "a whole session says nothing";

const STEPS: [Step; 15] = [
    Step {
        name: "setup",
        when: When::First,
        title: "Checking this machine",
        needs: &[],
        run: |_| passed(setup::ensure(Needs::Journeys)),
    },
    Step {
        name: "npm",
        when: When::First,
        title: "Installing npm packages",
        needs: &["setup"],
        run: |_| passed(npm::ensure()),
    },
    Step {
        name: "python",
        when: When::First,
        title: "Installing Python packages, and cameras that others made",
        needs: &["setup"],
        run: |_| {
            setup::ensure_camera_peers();
            passed(python::ensure())
        },
    },
    Step {
        name: "fmt",
        when: When::First,
        title: "Checking formatting",
        needs: &[],
        run: |_| passed(lint::formatting()),
    },
    Step {
        name: "estate",
        when: When::First,
        title: "Drawing the demo estate anew and comparing",
        needs: &["setup"],
        run: |_| passed(estate()),
    },
    Step {
        name: "deny",
        when: When::First,
        title: "Checking licences, bans and sources of dependencies",
        needs: &[],
        run: |_| deny(),
    },
    Step {
        name: "clippy",
        when: When::Native,
        title: "Linting, native",
        needs: &["setup"],
        run: |_| passed(lint::clippy()),
    },
    Step {
        name: "clippy-wasm",
        when: When::Browser,
        title: "Linting, for the browser",
        needs: &["setup"],
        run: |_| passed(lint::clippy_wasm()),
    },
    Step {
        name: "tests",
        when: When::Native,
        title: "Running every Rust test, tidy among them",
        needs: &["setup", "python"],
        run: |plan| passed(rust_tests(plan)),
    },
    Step {
        name: "tidy",
        when: When::Native,
        title: "Checking the house rules",
        needs: &["setup"],
        run: |_| passed(lint::tidy()),
    },
    Step {
        name: "server",
        when: When::Native,
        title: "Building the server and the simulator",
        needs: &["setup"],
        run: |_| passed(workspace::server_and_simulator_of_tests().map(|_| ())),
    },
    Step {
        name: "web",
        when: When::Browser,
        title: "Building the browser app",
        needs: &["setup", "npm"],
        run: |_| web_app(Flavor::Test),
    },
    Step {
        name: "release",
        when: When::Browser,
        title: "Building the browser app as people get it, and weighing it",
        needs: &["setup", "npm"],
        run: |_| web_app(Flavor::Release),
    },
    Step {
        name: "session",
        when: When::Last,
        title: "Working through a session with the app as people get it",
        needs: &["setup", "npm", "server", "release"],
        run: |_| {
            passed(playwright(
                Flavor::Release,
                &["--grep".into(), SESSION.into()],
            ))
        },
    },
    Step {
        name: "journeys",
        when: When::Last,
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
        slowest: Mutex::default(),
    };
    let steps = Steps::new(chosen.len());
    let ended = walk(&chosen, &steps, &plan);
    for lines in plan
        .slowest
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        println!("{lines}");
    }
    println!("{}", steps.summary());
    ended
}

fn walk(chosen: &[&Step], steps: &Steps, plan: &Plan) -> Result<()> {
    let part = |when| {
        let mut part = chosen.iter().filter(|step| step.when == when);
        part.try_for_each(|step| one(step, steps, plan))
    };
    part(When::First)?;
    thread::scope(|scope| {
        let browser = scope.spawn(|| part(When::Browser));
        let native = part(When::Native);
        let browser = browser.join().unwrap_or_else(|_| {
            bail!("A step for the browser broke off; what it printed above says why.")
        });
        native.and(browser)
    })?;
    part(When::Last)
}

fn one(step: &Step, steps: &Steps, plan: &Plan) -> Result<()> {
    let outcome = steps.run_or_skip(step.name, step.title, || (step.run)(plan));
    outcome.with_context(|| {
        format!(
            "The step `{0}` failed; once it is mended, run it alone with `cargo xtask test --only {0}`",
            step.name
        )
    })
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

fn estate() -> Result<()> {
    let mut maker = Command::new("node");
    maker
        .current_dir(workspace::root())
        .args(["assets/demo/make_estate.mjs", "--check"]);
    process::run(&mut maker, "make_estate.mjs --check", ESTATE_LIMIT)
}

fn rust_tests(plan: &Plan) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = TESTS_PER_CORE * cores;
    let (started, mut ends) = (Instant::now(), Ends::new(threads));
    let mut command = workspace::cargo();
    command
        .args(["test", "--workspace"])
        .env("RUST_TEST_THREADS", threads.to_string());
    let ended = process::run_heard(
        &mut command,
        "cargo test --workspace",
        workspace::BUILD_LIMIT,
        |line| ends.hear(started.elapsed(), line),
    );
    plan.took("tests", ends.timed());
    ended
}

fn web_app(flavor: Flavor) -> Result<Outcome> {
    let load = web::build(flavor)?;
    println!("{load}");
    Ok(Outcome::Passed)
}

fn journeys(plan: &Plan) -> Result<Outcome> {
    let times = workspace::root().join("end2end/results/times.json");
    // What a run before left is not this run's.
    let _none = fs::remove_file(&times);
    let ended = playwright(Flavor::Test, &plan.extra);
    if let Ok(text) = fs::read_to_string(&times) {
        plan.took("journeys", slowest::of_journeys(&text)?);
    }
    passed(ended)
}

fn playwright(flavor: Flavor, words: &[String]) -> Result<()> {
    // Built by the step before; asking cargo again costs a moment and cannot name a stale file.
    let (server, simulator) = workspace::server_and_simulator_of_tests()?;
    let root = workspace::root();
    let mut playwright = Command::new("node");
    playwright
        .current_dir(&root)
        .arg("node_modules/@playwright/test/cli.js")
        .args(["test", "--config", "end2end/playwright.config.mjs"])
        .args(words)
        .env("CASTELLAN_SERVER", server)
        .env("CASTELLAN_SIMULATOR", simulator)
        .env("CASTELLAN_WEB", root.join(flavor.folder()))
        .env("CASTELLAN_CHROMIUM", setup::chromium()?);
    process::run(&mut playwright, "playwright test", JOURNEYS_LIMIT)
        .context("Pictures of what failed are in end2end/results")
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
