//! Rules about single source files.

use super::File;

const LINES_MAX: usize = 500;
/// Put together here, so that this file does not excuse itself.
const LONG_BECAUSE: &str = concat!("tidy: long", " because");

const LEFT_IN_RUST: [&str; 4] = [
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("db", "g!("),
    concat!("#[ign", "ore"),
];
const LEFT_IN_SCRIPTS: [&str; 4] = [
    concat!(".sk", "ip("),
    concat!(".on", "ly("),
    concat!(".fix", "me("),
    concat!("console", ".log"),
];

pub(crate) fn without_module_docs(files: &[File]) -> Vec<String> {
    // Attributes of the whole crate may come first, and so may a licence comment.
    let comes_before =
        |line: &str| line.is_empty() || line.starts_with("#!") || is_plain_comment(line);
    let opens_with_docs = |text: &str| {
        let first = text.lines().map(str::trim).find(|line| !comes_before(line));
        first.is_some_and(|line| line.starts_with("//!") && line.len() > "//! ".len())
    };
    rust(files)
        .filter(|(_, text)| !opens_with_docs(text))
        .map(|(path, _)| path.to_owned())
        .collect()
}

fn is_plain_comment(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("//!")
}

pub(crate) fn too_long(files: &[File]) -> Vec<String> {
    let sources = files
        .iter()
        .filter(|file| file.ends_with(&["rs", "ts", "mjs", "js", "css"]));
    sources
        .filter_map(|file| {
            let text = file.text.as_deref()?;
            let lines = text.lines().count();
            (lines > LINES_MAX && !text.contains(LONG_BECAUSE)).then(|| {
                format!(
                    "{}: {lines} lines (split it, or say `{LONG_BECAUSE} …`)",
                    file.path
                )
            })
        })
        .collect()
}

pub(crate) fn leftovers(files: &[File]) -> Vec<String> {
    let scripts = files
        .iter()
        .filter(|file| file.ends_with(&["ts", "mjs", "js"]))
        .filter_map(with_text);
    let in_rust = rust(files).flat_map(|(path, text)| lines_with(path, text, &LEFT_IN_RUST));
    in_rust
        .chain(scripts.flat_map(|(path, text)| lines_with(path, text, &LEFT_IN_SCRIPTS)))
        .collect()
}

fn lines_with(path: &str, text: &str, patterns: &[&str]) -> Vec<String> {
    let found = |(index, line): (usize, &str)| {
        let pattern = patterns.iter().find(|pattern| line.contains(**pattern))?;
        Some(format!("{path}:{}: `{pattern}`", index + 1))
    };
    text.lines().enumerate().filter_map(found).collect()
}

fn rust(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .filter(|file| file.ends_with(&["rs"]))
        .filter_map(with_text)
}

fn with_text(file: &File) -> Option<(&str, &str)> {
    Some((file.path.as_str(), file.text.as_deref()?))
}

#[test]
fn a_module_without_docs_is_found() {
    let files = [
        File::new("a.rs", "//! What it is for.\nfn a() {}"),
        File::new("b.rs", "use std::fmt;\n//! too late"),
        File::new("c.rs", ""),
        File::new("d.rs", "#![cfg(test)]\n\n//! After an attribute."),
        File::new("e.rs", "//!\nfn e() {}"),
        File::new("f.md", "no docs"),
    ];
    assert_eq!(without_module_docs(&files), ["b.rs", "c.rs", "e.rs"]);
}

#[test]
fn a_long_file_is_found_unless_it_says_why() {
    let long = "x\n".repeat(LINES_MAX + 1);
    let excused = format!("// {LONG_BECAUSE} it is one table\n{long}");
    let files = [
        File::new("a.rs", &long),
        File::new("b.css", &excused),
        File::new("c.md", &long),
        File::new("d.mjs", &"x\n".repeat(LINES_MAX)),
    ];
    let complaints = too_long(&files);
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(
        complaints[0].starts_with("a.rs: 501 lines"),
        "{complaints:?}"
    );
}

#[test]
fn leftovers_are_found_in_their_own_language_only() {
    for pattern in LEFT_IN_RUST {
        assert_eq!(
            leftovers(&[File::new("a.rs", &format!("//! x\n  {pattern}"))]).len(),
            1,
            "{pattern}"
        );
        assert!(
            leftovers(&[File::new("a.mjs", pattern)]).is_empty(),
            "{pattern}"
        );
    }
    for pattern in LEFT_IN_SCRIPTS {
        assert_eq!(
            leftovers(&[File::new("a.spec.ts", &format!("test{pattern}\"x\")"))]).len(),
            1,
            "{pattern}"
        );
    }
    let iterator = format!("items.iter(){}2)", LEFT_IN_SCRIPTS[0]);
    assert!(
        leftovers(&[File::new("a.rs", &iterator)]).is_empty(),
        "an iterator may skip"
    );
}
