//! The house rules that a machine can keep: cheap checks over the sources, run with every `cargo test`.
//!
//! Each rule is a pure function from what it looks at to complaints, with a test that shows it complaining.

mod boundaries;
mod dependencies;
mod floors;
mod imports;
mod limits;
mod limits_page;
mod said;
mod sources;
mod structure;
mod tokens;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A tracked file: its path from the root of the working copy, and its text unless it is binary.
struct File {
    path: String,
    bytes: u64,
    text: Option<String>,
}

impl File {
    #[cfg(test)]
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            bytes: text.len() as u64,
            text: Some(text.to_owned()),
        }
    }

    fn ends_with(&self, ends: &[&str]) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|end| ends.iter().any(|wanted| end == *wanted))
    }
}

fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .expect("xtask lies in the working copy")
        .to_path_buf()
}

fn run(program: &str, words: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(words)
        .current_dir(root())
        .output()
        .map_err(|error| format!("`{program}` could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "`{program} {}` failed:\n{}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|error| format!("`{program}` printed no UTF-8: {error}"))
}

/// What git tracks, and what is new and not ignored: a rule is broken before the commit, not after.
fn files() -> Vec<File> {
    let list = run(
        "git",
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )
    .expect("tidy asks git for the files");
    let root = root();
    let mut paths: Vec<&str> = list.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read = |path: &str| {
        // Deleted, and not yet staged.
        let about = root
            .join(path)
            .metadata()
            .ok()
            .filter(std::fs::Metadata::is_file)?;
        let text = std::fs::read(root.join(path))
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        Some(File {
            path: path.to_owned(),
            bytes: about.len(),
            text,
        })
    };
    paths.into_iter().filter_map(read).collect()
}

fn check(rule: &str, complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{rule}\n  {}",
        complaints.join("\n  ")
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    check(
        "A .rs file opens with `//!`: one sentence on what it is for.",
        &sources::without_module_docs(&files()),
    );
}

#[test]
fn what_is_shown_is_said() {
    check(
        "A public type, function or constant has a sentence on what it is.",
        &said::unsaid(&files()),
    );
}

#[test]
fn files_stay_readable() {
    check(
        "A source file has at most 500 lines, or a line that says why not.",
        &sources::too_long(&files()),
    );
}

#[test]
fn nothing_unfinished_is_left_behind() {
    check(
        "Unfinished work, switched-off tests and debugging output do not land.",
        &sources::leftovers(&files()),
    );
}

#[test]
fn crates_know_only_what_they_may() {
    check(
        "Dependencies point one way (see ARCHITECTURE.md).",
        &dependencies::forbidden(),
    );
}

#[test]
fn no_file_imports_itself_by_a_detour() {
    check(
        "Files of a crate do not import each other in a circle: what two need lies below both.",
        &floors::circles(&files()),
    );
}

#[test]
fn modules_import_only_what_stands_below() {
    check(
        "A module imports only what stands before it in its crate's line of ARCHITECTURE.md (`floors`).",
        &floors::imports_from_above(&files()),
    );
}

#[test]
fn only_the_stores_speak_sql() {
    check(
        "SQL is in journal, tables, tracks and vault of the server only; what just SQLite understands in named files.",
        &[
            boundaries::sql_outside_the_stores(&files()),
            boundaries::sqlite_only_elsewhere(&files()),
        ]
        .concat(),
    );
}

#[test]
fn contracts_do_not_look_inside() {
    check(
        "A contract.rs tests a store by what it promises, without SQL.",
        &boundaries::contracts_that_look_inside(&files()),
    );
}

#[test]
fn only_the_site_task_runs_turns() {
    check(
        "Only server/src/site_task (and the simulation in its place) calls `stream::run`.",
        &boundaries::turns_run_elsewhere(&files()),
    );
}

#[test]
fn a_journal_has_one_writer() {
    check(
        "A journal is opened for writing once, when a server starts.",
        &boundaries::second_writers(&files()),
    );
}

#[test]
fn every_queue_has_a_limit() {
    check(
        "A queue has a limit with a name (`…_MAX`).",
        &limits::queues_without_a_limit(&files()),
    );
}

#[test]
fn every_list_that_is_kept_says_its_limit() {
    check(
        "What is kept and may grow says in its comment how long it gets: a constant, or so many \"at most\".",
        &limits::lists_without_a_limit(&files()),
    );
}

#[test]
fn the_table_of_limits_is_true() {
    check(
        "docs/limits.md names constants that exist, each right after its number.",
        &limits_page::untrue_limits(&files()),
    );
}

#[test]
fn architecture_names_every_folder() {
    check(
        "ARCHITECTURE.md names every folder.",
        &structure::unnamed_folders(&files()),
    );
}

#[test]
fn architecture_is_read_in_ten_minutes() {
    check(
        "ARCHITECTURE.md has at most 250 lines of at most 120 columns: details go to `//!` and to docs/.",
        &structure::too_long_to_read(&files()),
    );
}

#[test]
fn links_between_documents_lead_somewhere() {
    check(
        "A relative link leads to a file of this repository.",
        &structure::broken_links(&files()),
    );
}

#[test]
fn every_file_is_a_module() {
    check(
        "A .rs file is named by a `mod`, or nobody compiles it.",
        &structure::modules_of_nobody(&files()),
    );
}

#[test]
fn no_large_files() {
    check(
        "A file over 1 MiB is generated, fetched, or on the list in xtask/tests/tidy/structure.rs.",
        &structure::too_large(&files()),
    );
}

#[test]
fn the_npm_lock_names_no_registry() {
    check(
        "package-lock.json pins by content, not by address: `npm install` under our .npmrc.",
        &structure::registry_addresses(&files()),
    );
}
