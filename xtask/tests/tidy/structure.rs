//! Rules about the tree as a whole: folders, links between documents, large files, the npm lock.

use std::collections::{BTreeMap, BTreeSet};

use super::File;

const BYTES_MAX: u64 = 1024 * 1024;
/// Files that may be larger, each with its reason.
const LARGE: [(&str, &str); 0] = [];
/// ARCHITECTURE.md is read in ten minutes.
const LINES_MAX: usize = 250;
const COLUMNS_MAX: usize = 120;
/// Crates whose folders are the map of the code.
const MAPPED: [&str; 3] = ["domain/src", "server/src", "app/src"];

/// The lines of ARCHITECTURE.md that are too long, and whether there are too many.
pub(crate) fn too_long_to_read(files: &[File]) -> Vec<String> {
    let text = architecture(files).unwrap_or_default();
    let long = text.lines().enumerate().filter_map(|(index, line)| {
        let columns = line.chars().count();
        (columns > COLUMNS_MAX).then(|| format!("ARCHITECTURE.md:{}: {columns} columns", index + 1))
    });
    let lines = text.lines().count();
    let many = (lines > LINES_MAX).then(|| format!("ARCHITECTURE.md: {lines} lines"));
    long.chain(many).collect()
}

fn architecture(files: &[File]) -> Option<&str> {
    let mut files = files.iter();
    let file = files.find(|file| file.path == "ARCHITECTURE.md")?;
    file.text.as_deref()
}

pub(crate) fn unnamed_folders(files: &[File]) -> Vec<String> {
    let Some(text) = architecture(files) else {
        return vec!["There is no ARCHITECTURE.md.".to_owned()];
    };
    let folders: BTreeSet<String> = files
        .iter()
        .flat_map(|file| folders_of(&file.path))
        .collect();
    folders
        .into_iter()
        .filter(|folder| !names(text, folder))
        .map(|folder| format!("{folder}/"))
        .collect()
}

fn folders_of(path: &str) -> Vec<String> {
    let mut folders: Vec<String> = path
        .split_once('/')
        .map(|(top, _)| top.to_owned())
        .into_iter()
        .collect();
    for mapped in MAPPED {
        let below = path
            .strip_prefix(mapped)
            .and_then(|rest| rest.strip_prefix('/'));
        if let Some((folder, _)) = below.and_then(|rest| rest.split_once('/')) {
            folders.push(format!("{mapped}/{folder}"));
        }
    }
    folders
}

/// Whether the text has the path as a whole: `domain/src/alarms` does not name `domain/src/alarm`.
fn names(text: &str, path: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + path.len()..].chars().next();
        !before.is_some_and(|c| in_word(c) || matches!(c, '/' | '.')) && !after.is_some_and(in_word)
    })
}

pub(crate) fn broken_links(files: &[File]) -> Vec<String> {
    let known: BTreeSet<&str> = files
        .iter()
        .flat_map(|file| every_prefix(&file.path))
        .collect();
    let documents = files.iter().filter(|file| file.ends_with(&["md"]));
    documents
        .flat_map(|file| {
            let text = file.text.as_deref().unwrap_or_default();
            links(text)
                .into_iter()
                .filter(|link| !leads_somewhere(&file.path, link, &known))
                .map(|link| format!("{}: {link}", file.path))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// `a`, `a/b` and `a/b/c.md` for `a/b/c.md`.
fn every_prefix(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/')
        .map(|(at, _)| &path[..at])
        .chain([path])
}

/// The targets of `[text](target)` outside code.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_fence = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        // Every second piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split([')', ' ']).next().unwrap_or_default();
            links.push(target.trim_matches(['<', '>']).to_owned());
        }
    }
    links
}

fn leads_somewhere(from: &str, link: &str, known: &BTreeSet<&str>) -> bool {
    let path = link.split(['#', '?']).next().unwrap_or_default();
    let has_scheme = path
        .split_once(':')
        .is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    if path.is_empty() || has_scheme {
        return true;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            part => parts.push(part),
        }
    }
    parts.is_empty() || known.contains(parts.join("/").as_str())
}

pub(crate) fn too_large(files: &[File]) -> Vec<String> {
    let allowed = |path: &str| LARGE.iter().any(|(large, _)| *large == path);
    let large = files
        .iter()
        .filter(|file| file.bytes > BYTES_MAX && !allowed(&file.path));
    large
        .map(|file| format!("{}: {} KiB", file.path, file.bytes / 1024))
        .collect()
}

pub(crate) fn registry_addresses(files: &[File]) -> Vec<String> {
    let locks = files
        .iter()
        .filter(|file| file.path.ends_with("package-lock.json"));
    let lines = locks.flat_map(|file| {
        file.text
            .as_deref()
            .unwrap_or_default()
            .lines()
            .enumerate()
            .map(|(index, line)| (&file.path, index, line))
    });
    lines
        .filter(|(_, _, line)| line.contains("\"resolved\""))
        .map(|(path, index, line)| format!("{path}:{}: {}", index + 1, line.trim()))
        .collect()
}

/// A source file that no `mod` names is compiled by nobody, and its tests never run: crates list their
/// files of tests in `tests/main.rs`.
pub(crate) fn modules_of_nobody(files: &[File]) -> Vec<String> {
    let texts: BTreeMap<&str, &str> = files
        .iter()
        .filter(|file| file.ends_with(&["rs"]))
        .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
        .collect();
    let is_root = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_target = folder.ends_with("/examples") || folder.ends_with("/tests");
        matches!(name, "lib.rs" | "main.rs")
            || is_target && !texts.contains_key(format!("{folder}/main.rs").as_str())
    };
    let named = |path: &str| {
        let path = path.strip_suffix("/mod.rs").unwrap_or(path);
        let path = path.strip_suffix(".rs").unwrap_or(path);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let module = format!("mod {name};");
        ["/mod.rs", "/lib.rs", "/main.rs", ".rs"]
            .iter()
            .filter_map(|end| texts.get(format!("{folder}{end}").as_str()))
            .any(|text| text.contains(&module))
    };
    texts
        .keys()
        .filter(|path| !is_root(path) && !named(path))
        .map(|path| format!("{path}: no `mod` names it"))
        .collect()
}

#[test]
fn a_folder_that_the_architecture_leaves_out_is_found() {
    let text =
        "`domain/` decides. `domain/src/alarm`: alarms. See app/src/map/ and `server/src/http`.";
    let files = [
        File::new("ARCHITECTURE.md", text),
        File::new("domain/src/alarm/mod.rs", ""),
        File::new("domain/src/alarms/mod.rs", ""),
        File::new("domain/src/engine.rs", ""),
        File::new("app/src/map/view.rs", ""),
        File::new("server/src/http/deep/down.rs", ""),
        File::new("end2end/a.mjs", ""),
    ];
    assert_eq!(unnamed_folders(&files), ["domain/src/alarms/", "end2end/"]);
    assert_eq!(
        unnamed_folders(&files[1..]),
        ["There is no ARCHITECTURE.md."]
    );
}

#[test]
fn an_architecture_that_takes_longer_to_read_is_found() {
    let found = |text: &str| too_long_to_read(&[File::new("ARCHITECTURE.md", text)]);
    let fits = format!("{}\n", "│".repeat(COLUMNS_MAX));
    assert!(found(&fits.repeat(LINES_MAX)).is_empty());
    assert_eq!(
        found(&format!("# x\n| {fits}")),
        ["ARCHITECTURE.md:2: 122 columns"]
    );
    assert_eq!(
        found(&fits.repeat(LINES_MAX + 1)),
        ["ARCHITECTURE.md: 251 lines"]
    );
}

#[test]
fn a_name_within_another_name_does_not_count() {
    assert!(
        names("the server/src tree", "server")
            && names("`server`: the shell", "server")
            && names("in server.", "server")
    );
    assert!(!names("myserver and servers and server-side", "server"));
    assert!(
        names("domain/src/alarm.", "domain/src/alarm")
            && !names("x/domain/src/alarm", "domain/src/alarm")
    );
}

#[test]
fn a_link_into_the_void_is_found() {
    let document = "[a](../README.md) [b](b.md#part) [c](gone.md) [web](https://example.org) [here](#x)\n\
        ```\n[code](nowhere.md)\n```\n`[code](nowhere.md)` ![picture](pictures/console.png \"title\") [up](../../x) [folder](./)";
    let files = [
        File::new("README.md", "[docs](docs/) [lost](docs/none/)"),
        File::new("docs/a.md", document),
        File::new("docs/b.md", ""),
        File::new("docs/pictures/console.png", ""),
    ];
    assert_eq!(
        broken_links(&files),
        [
            "README.md: docs/none/",
            "docs/a.md: gone.md",
            "docs/a.md: ../../x"
        ]
    );
}

#[test]
fn a_large_file_is_found() {
    let mut large = File::new("assets/film.mp4", "");
    large.bytes = BYTES_MAX + 1;
    assert_eq!(
        too_large(&[large, File::new("a.rs", "x")]),
        ["assets/film.mp4: 1024 KiB"]
    );
}

#[test]
fn an_address_in_the_lock_is_found() {
    let lock = "{\n  \"resolved\": \"somewhere\",\n  \"integrity\": \"sha512-x\"\n}";
    assert_eq!(
        registry_addresses(&[File::new("package-lock.json", lock)]).len(),
        1
    );
    assert!(registry_addresses(&[File::new("other.json", lock)]).is_empty());
}

#[test]
fn a_module_of_nobody_is_found() {
    let files = [
        File::new("domain/tests/main.rs", "//! x\nmod wire;\nmod common;"),
        File::new("domain/tests/wire.rs", "//! x\nmod frames;"),
        File::new("domain/tests/wire/frames.rs", ""),
        File::new("domain/tests/common/mod.rs", ""),
        File::new("domain/tests/forgotten.rs", ""),
        File::new("domain/tests/wire/lost.rs", ""),
        File::new("bench/tests/load.rs", ""),
    ];
    let found = modules_of_nobody(&files);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("domain/tests/forgotten.rs"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("domain/tests/wire/lost.rs"),
        "{found:?}"
    );
}
