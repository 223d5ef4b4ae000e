//! Rules about what only some places may do: speak SQL, run a turn, write a journal.

use super::File;

/// Who speaks SQL: the three stores, the vault and how they open their databases, tests that look at a record from outside, and the benchmark's
/// plain `SQLite` to compare with.
const SQL: [&str; 8] = [
    "server/src/journal/",
    "server/src/sqlite.rs",
    "server/src/tables/",
    "server/src/tracks/",
    "server/src/vault/",
    "server/src/site_task/tests/world.rs",
    "server/tests/",
    "bench/src/load/storage.rs",
];
/// Who runs turns: the one owner of a site, and two tests that stand in for it.
const RUNS_TURNS: [&str; 6] = [
    "domain/src/stream/mod.rs",
    "domain/src/stream/turn.rs",
    "domain/tests/actuations.rs",
    "domain/tests/turns.rs",
    "server/src/site_task/",
    "simulator/tests/sim/server.rs",
];
/// Who says what only SQLite understands; another store would do these things in its own way.
const SQLITE_ONLY: [&str; 7] = [
    "server/src/journal/connection.rs",
    "server/src/journal/copy.rs",
    "server/src/journal/log.rs",
    "server/src/journal/personal.rs",
    "server/src/sqlite.rs",
    "server/src/tracks/schema.rs",
    "server/src/tracks/store.rs",
];
const SQLITE_WORDS: [&str; 15] = [
    "PRAGMA ",
    ".pragma(",
    "VACUUM",
    "WITHOUT ROWID",
    "AUTOINCREMENT",
    "INSERT OR ",
    "REPLACE INTO",
    "ATTACH ",
    "GLOB ",
    ") STRICT",
    "sqlite_",
    "json_extract",
    "strftime",
    "unixepoch",
    " rowid",
];
/// The one call that opens a journal for writing, and the start of a server, which makes it once.
const OPENS_FOR_WRITING: &str = "open_keeping_notes(";
const OPENS_A_JOURNAL: &str = "server/src/opening.rs";

pub(crate) fn sql_outside_the_stores(files: &[File]) -> Vec<String> {
    let outside = |path: &str| !path.starts_with("xtask/") && !lies_in(path, &SQL);
    rust(files)
        .filter(|(path, _)| outside(path))
        .flat_map(|(path, text)| lines_with(path, text, &["sqlx", "rusqlite"]))
        .collect()
}

/// A contract is what a store promises whoever calls it: it is tested without looking inside.
pub(crate) fn contracts_that_look_inside(files: &[File]) -> Vec<String> {
    rust(files)
        .filter(|(path, _)| path.ends_with("/contract.rs"))
        .flat_map(|(path, text)| lines_with(path, text, &["sqlx", "SELECT ", "INSERT ", "UPDATE "]))
        .collect()
}

pub(crate) fn turns_run_elsewhere(files: &[File]) -> Vec<String> {
    rust(files)
        .filter(|(path, _)| !path.starts_with("xtask/") && !lies_in(path, &RUNS_TURNS))
        .filter(|(_, text)| names_run_of(text, "stream::") || names_run_of(text, "turn::"))
        .map(|(path, _)| format!("{path} runs turns"))
        .collect()
}

/// Whether a text has `module::run`, or `module::{…, run, …}`.
fn names_run_of(text: &str, module: &str) -> bool {
    let is_run = |word: &str| word.trim().split(" as ").next() == Some("run");
    text.split(module).skip(1).any(|rest| {
        if let Some(list) = rest.strip_prefix('{') {
            return list.split('}').next().unwrap_or("").split(',').any(is_run);
        }
        let word = |c: char| c.is_alphanumeric() || c == '_';
        rest.split(|c| !word(c)).next() == Some("run")
    })
}

pub(crate) fn sqlite_only_elsewhere(files: &[File]) -> Vec<String> {
    let is_code = |path: &str| {
        path.starts_with("server/src/") && !path.contains("tests") && !path.ends_with("_test.rs")
    };
    rust(files)
        .filter(|(path, _)| is_code(path) && !lies_in(path, &SQLITE_ONLY))
        .flat_map(|(path, text)| lines_with(path, text, &SQLITE_WORDS))
        .collect()
}

pub(crate) fn second_writers(files: &[File]) -> Vec<String> {
    let outside = |path: &str| {
        !path.starts_with("xtask/")
            && !path.starts_with("server/src/journal/")
            && !lies_in(path, &[OPENS_A_JOURNAL])
    };
    let mut complaints: Vec<_> = rust(files)
        .filter(|(path, _)| outside(path))
        .flat_map(|(path, text)| lines_with(path, text, &[OPENS_FOR_WRITING]))
        .collect();
    for (path, text) in rust(files).filter(|(path, _)| *path == OPENS_A_JOURNAL) {
        let times = text.matches(OPENS_FOR_WRITING).count();
        if times != 1 {
            complaints.push(format!("{path} opens a journal {times} times"));
        }
    }
    complaints
}

fn lies_in(path: &str, places: &[&str]) -> bool {
    places
        .iter()
        .any(|place| path == *place || (place.ends_with('/') && path.starts_with(place)))
}

fn rust(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .filter(|file| file.ends_with(&["rs"]))
        .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
}

/// Lines of code; what a comment says is not done.
fn lines_with(path: &str, text: &str, patterns: &[&str]) -> Vec<String> {
    let found = |(index, line): (usize, &str)| {
        let line = line.trim_start();
        let pattern = patterns.iter().find(|pattern| line.contains(**pattern))?;
        (!line.starts_with("//")).then(|| format!("{path}:{}: `{pattern}`", index + 1))
    };
    text.lines().enumerate().filter_map(found).collect()
}

#[test]
fn sql_outside_the_stores_is_found() {
    let call = "//! x\nsqlx::query(\"SELECT 1\")";
    let files = [
        File::new("server/src/follower.rs", call),
        File::new("server/src/journal.rs", call),
        File::new("bench/src/load/march.rs", call),
        File::new("server/src/journal/outbox.rs", call),
        File::new("server/tests/record.rs", call),
        File::new("server/src/hub/mod.rs", "//! Knows no sqlx."),
    ];
    let complaints = sql_outside_the_stores(&files);
    assert_eq!(complaints.len(), 3, "{complaints:?}");
    assert!(complaints[0].starts_with("server/src/follower.rs:2"));
}

#[test]
fn a_contract_that_looks_inside_is_found() {
    let files = [
        File::new("server/src/journal/contract.rs", "use sqlx::Row as _;"),
        File::new("server/src/tracks/contract.rs", "//! No sqlx here."),
        File::new("server/src/tracks/tests.rs", "use sqlx::Row as _;"),
    ];
    let found = contracts_that_look_inside(&files);
    assert_eq!(found, ["server/src/journal/contract.rs:1: `sqlx`"]);
}

#[test]
fn a_turn_that_is_run_elsewhere_is_found() {
    let files = [
        File::new(
            "server/src/http/a.rs",
            "use castellan_domain::stream::{Turn, run};",
        ),
        File::new(
            "server/src/http/b.rs",
            "castellan_domain::stream::run::<Engine>(",
        ),
        File::new(
            "app/src/c.rs",
            "use castellan_domain::stream::{\n    Turn,\n    run as go,\n};",
        ),
        File::new(
            "server/src/site_task/turn.rs",
            "use castellan_domain::stream::run;",
        ),
        File::new(
            "server/src/http/d.rs",
            "stream::{Backlog, Running}; stream::running(); walk::run()",
        ),
    ];
    let complaints = turns_run_elsewhere(&files);
    assert_eq!(complaints.len(), 3, "{complaints:?}");
}

#[test]
fn what_only_sqlite_understands_is_found_elsewhere() {
    for word in SQLITE_WORDS {
        let text = format!("query(\"{word}\")");
        let elsewhere = File::new("server/src/journal/seen.rs", &text);
        assert_eq!(sqlite_only_elsewhere(&[elsewhere]).len(), 1, "{word}");
        let there = File::new("server/src/journal/copy.rs", &text);
        assert!(sqlite_only_elsewhere(&[there]).is_empty(), "{word}");
    }
}

#[test]
fn a_second_writer_of_the_journal_is_found() {
    let open = format!("Journal::{OPENS_FOR_WRITING}path, kept)");
    let once = File::new(OPENS_A_JOURNAL, &open);
    assert!(second_writers(&[once]).is_empty());
    let twice = File::new(OPENS_A_JOURNAL, &open.repeat(2));
    assert_eq!(second_writers(&[twice]).len(), 1);
    let never = File::new(OPENS_A_JOURNAL, "");
    assert_eq!(
        second_writers(&[never]).len(),
        1,
        "or the rule looks for nothing"
    );
    let follower = File::new("server/src/follower.rs", &open);
    assert_eq!(second_writers(&[follower]).len(), 1);
}
