//! Rules about limits: no queue without one, and whoever keeps a list says how long it gets.

use super::File;
use std::collections::BTreeSet;

/// Put together here, so that this file does not complain about itself.
const UNBOUNDED: [&str; 4] = [
    concat!("unbounded", "_channel"),
    concat!("unbounded", "("),
    concat!("mpsc::channel", "()"),
    concat!("mpsc::channel", "::<"),
];
/// Calls whose first argument is how much may wait.
const QUEUES: [&str; 4] = [
    "mpsc::channel(",
    "sync_channel(",
    "broadcast::channel(",
    "Semaphore::new(",
];
/// What lives as long as a server or a page: whatever grows in here grows for months.
const LONG_LIVED: [&str; 13] = [
    "app/src/live/",
    "domain/src/engine.rs",
    "domain/src/memory/",
    "domain/src/site/",
    "domain/src/stream/",
    "server/src/clock.rs",
    "server/src/disk.rs",
    "server/src/follower.rs",
    "server/src/health.rs",
    "server/src/hub/",
    "server/src/observations/",
    "server/src/outbox/",
    "server/src/site_task/",
];
const GROWS: [&str; 6] = [
    "VecDeque<",
    "Vec<",
    "BTreeMap<",
    "BTreeSet<",
    "HashMap<",
    "HashSet<",
];

pub(crate) fn queues_without_a_limit(files: &[File]) -> Vec<String> {
    shipped(files)
        .flat_map(|(path, text)| {
            text.lines().enumerate().filter_map(move |(index, line)| {
                let fault = unbounded(line).or_else(|| unnamed_limit(line))?;
                Some(format!("{path}:{}: {fault}", index + 1))
            })
        })
        .collect()
}

fn unbounded(line: &str) -> Option<String> {
    let found = UNBOUNDED.iter().find(|word| line.contains(**word))?;
    Some(format!("`{found}` has no limit"))
}

/// One place is a hand-over and needs no name; every other limit has one.
fn unnamed_limit(line: &str) -> Option<String> {
    let (call, rest) = QUEUES
        .iter()
        .find_map(|call| Some((call, line.split_once(call)?.1)))?;
    let argument = rest.split([')', ',']).next().unwrap_or("").trim();
    let is_named = is_constant(argument) || argument.ends_with("_max");
    (!is_named && argument != "1").then(|| format!("`{call}{argument})`: name the limit"))
}

/// Private fields of what lives long, and every `VecDeque`: each names a constant that exists, or
/// says how many "at most".
pub(crate) fn lists_without_a_limit(files: &[File]) -> Vec<String> {
    let constants: BTreeSet<&str> = shipped(files)
        .flat_map(|(_, text)| constants(text))
        .collect();
    shipped(files)
        .flat_map(|(path, text)| {
            let long_lived = LONG_LIVED.iter().any(|place| path.starts_with(place));
            fields(text)
                .into_iter()
                .filter(move |field| field.is_queue() || (long_lived && field.is_state()))
                .filter(|field| !field.says_its_limit(&constants))
                .map(move |field| format!("{path}:{}: `{}`", field.line, field.text))
        })
        .collect()
}

/// A field of a struct, with the comment above it.
struct Field<'a> {
    line: usize,
    text: &'a str,
    docs: String,
}

impl Field<'_> {
    fn is_queue(&self) -> bool {
        self.text.contains(GROWS[0])
    }

    /// What is public is a message or a result: it is made once and does not grow.
    fn is_state(&self) -> bool {
        !self.text.starts_with("pub") && GROWS.iter().any(|kind| self.text.contains(kind))
    }

    fn says_its_limit(&self, constants: &BTreeSet<&str>) -> bool {
        let word = |c: char| !(c.is_alphanumeric() || c == '_');
        self.docs.to_lowercase().contains("at most")
            || self.docs.split(word).any(|word| constants.contains(word))
    }
}

fn fields(text: &str) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    let mut is_struct = false;
    let mut docs = String::new();
    for (index, line) in text.lines().enumerate() {
        if !line.starts_with(' ') {
            let is_head = line.starts_with("struct ") || line.contains(" struct ");
            is_struct = (is_head && line.ends_with('{')) || (is_struct && line.is_empty());
            docs.clear();
        } else if is_struct {
            let line = line.trim();
            if let Some(more) = line.strip_prefix("///") {
                docs.push_str(more);
                docs.push(' ');
            } else if !line.starts_with("#[") {
                found.push(Field {
                    line: index + 1,
                    text: line,
                    docs: std::mem::take(&mut docs),
                });
            }
        }
    }
    found
}

fn constants(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let name = line.split_once("const ")?.1.split_once(':')?.0;
        is_constant(name).then_some(name)
    })
}

fn is_constant(word: &str) -> bool {
    word.contains('_')
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// What ships: no folder of tests, and of a file only what comes before its tests.
pub(crate) fn shipped(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    let ships = |path: &str| {
        path.contains("/src/") && !path.contains("/tests/") && !path.ends_with("tests.rs")
    };
    files
        .iter()
        .filter(move |file| file.ends_with(&["rs"]) && ships(&file.path))
        .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
        .map(|(path, text)| {
            (
                path,
                text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(""),
            )
        })
}

#[test]
fn a_queue_without_a_limit_is_found() {
    let faults = [
        format!("let (a, b) = mpsc::{}();", UNBOUNDED[0]),
        format!("let (a, b) = {};", UNBOUNDED[2]),
        "let (a, b) = mpsc::channel(4096);".to_owned(),
        "let (a, b) = sync_channel(size);".to_owned(),
        "let places = Semaphore::new(2);".to_owned(),
    ];
    for fault in faults {
        let found = queues_without_a_limit(&[File::new("server/src/a.rs", &fault)]);
        assert_eq!(found.len(), 1, "{fault}");
        let test = format!("#[cfg(test)]\nmod tests {{\n{fault}\n}}");
        assert!(queues_without_a_limit(&[File::new("server/src/a.rs", &test)]).is_empty());
    }
    for fine in [
        "mpsc::channel(QUEUE_MAX)",
        "mpsc::channel(1)",
        "sync_channel(queue_max)",
    ] {
        assert!(
            queues_without_a_limit(&[File::new("server/src/a.rs", fine)]).is_empty(),
            "{fine}"
        );
    }
}

#[test]
fn a_list_that_does_not_say_its_limit_is_found() {
    let limit = "const A_MAX: usize = 4;\n";
    let with = |docs: &str, field: &str| {
        File::new(
            "server/src/hub/a.rs",
            &format!("{limit}struct A {{\n{docs}    {field}\n}}\n"),
        )
    };
    let field = "list: Mutex<BTreeMap<u8, u8>>,";
    assert_eq!(lists_without_a_limit(&[with("", field)]).len(), 1);
    assert_eq!(
        lists_without_a_limit(&[with("    /// All of them.\n", field)]).len(),
        1
    );
    assert_eq!(
        lists_without_a_limit(&[with("    /// At the end of it [`B_MAX`].\n", field)]).len(),
        1,
        "a constant that is not there"
    );
    for docs in [
        "    /// [`A_MAX`] of them.\n",
        "    /// Six\n    /// at most.\n    #[serde(default)]\n",
    ] {
        assert!(
            lists_without_a_limit(&[with(docs, field)]).is_empty(),
            "{docs}"
        );
    }
    assert!(lists_without_a_limit(&[with("", "pub(crate) list: Vec<u8>,")]).is_empty());
    assert_eq!(
        lists_without_a_limit(&[with("", "pub(crate) list: VecDeque<u8>,")]).len(),
        1
    );
    let queue = File::new("app/src/a.rs", "struct A {\n    list: VecDeque<u8>,\n}\n");
    assert_eq!(lists_without_a_limit(&[queue]).len(), 1, "a queue anywhere");
    let argument = File::new("server/src/hub/a.rs", "fn a(\n    list: Vec<u8>,\n) {\n}\n");
    assert!(lists_without_a_limit(&[argument]).is_empty(), "not a field");
}
