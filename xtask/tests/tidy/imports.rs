//! Which file of a crate imports which: read from the tokens of its sources.
//!
//! A path imports the deepest file that it leads to, whether it stands in a `use` or in the middle of
//! code. A `mod x;` is no import. What exists for tests alone does not count.

use super::File;
use super::tokens::{Token, shipped};
use std::collections::{BTreeMap, BTreeSet};

/// What a file takes from another one of its crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) name: &'a str,
}

/// A crate's code.
#[derive(Debug)]
pub(crate) struct Crate<'a> {
    /// Its files by the path of their module; the root has the empty one.
    modules: BTreeMap<Vec<&'a str>, Source<'a>>,
}

#[derive(Debug)]
struct Source<'a> {
    path: &'a str,
    tokens: Vec<Token<'a>>,
}

/// A path as it stands in code, in the module `within`.
#[derive(Debug)]
struct Written<'a> {
    within: Vec<&'a str>,
    path: Vec<&'a str>,
    /// What a `use` calls it from there on.
    known_as: Option<&'a str>,
}

impl<'a> Crate<'a> {
    /// What ships of the crate whose sources lie in this folder (`server/src`).
    pub(crate) fn read(folder: &str, files: &'a [File]) -> Self {
        let mut modules = BTreeMap::new();
        let mut tests = Vec::new();
        for file in files.iter().filter(|file| file.ends_with(&["rs"])) {
            let Some(module) = module_of(folder, &file.path) else {
                continue;
            };
            let shipped = shipped(file.text.as_deref().unwrap_or_default());
            let of_tests = shipped.test_modules.iter();
            tests.extend(of_tests.map(|name| [module.as_slice(), &[*name]].concat()));
            let path = file.path.as_str();
            let tokens = shipped.tokens;
            modules.insert(module, Source { path, tokens });
        }
        let is_test = |module: &[&str]| {
            module.contains(&"tests") || tests.iter().any(|test| module.starts_with(test))
        };
        modules.retain(|module, _| !is_test(module));
        Self { modules }
    }

    /// The modules directly under the root.
    pub(crate) fn top_level(&self) -> BTreeSet<&'a str> {
        let first = |module: &Vec<&'a str>| module.first().copied();
        self.modules.keys().filter_map(first).collect()
    }

    /// Its files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.modules.values().map(|source| source.path)
    }

    /// Every import between two of its files, each once and in order.
    pub(crate) fn imports(&self) -> BTreeSet<Import<'a>> {
        let mut imports = BTreeSet::new();
        for (module, source) in &self.modules {
            let written = written(module, &source.tokens);
            let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for used in written.iter().filter(|written| written.known_as.is_some()) {
                if let (Some(name), Some(whole)) = (used.known_as, self.whole(used, &known))
                    && self.modules.contains_key(&whole)
                {
                    known.insert(name, whole);
                }
            }
            for written in &written {
                let Some(whole) = self.whole(written, &known) else {
                    continue;
                };
                let (to, depth) = self.deepest(&whole);
                let name = whole.get(depth).or(whole.last()).copied();
                if to != source.path {
                    imports.insert(Import {
                        from: source.path,
                        to,
                        name: name.unwrap_or("crate"),
                    });
                }
            }
        }
        imports
    }

    /// The path from the crate's root, unless it leads out of the crate.
    fn whole(
        &self,
        written: &Written<'a>,
        known: &BTreeMap<&str, Vec<&'a str>>,
    ) -> Option<Vec<&'a str>> {
        let (first, mut rest) = written.path.split_first()?;
        let mut whole = written.within.clone();
        match *first {
            "crate" => whole.clear(),
            "self" => {}
            "super" => drop(whole.pop()),
            name => {
                let child = [whole.as_slice(), &[name]].concat();
                whole = if self.modules.contains_key(&child) {
                    child
                } else {
                    known.get(name)?.clone()
                };
            }
        }
        while let Some(("super", others)) =
            rest.split_first().map(|(first, others)| (*first, others))
        {
            whole.pop();
            rest = others;
        }
        whole.extend(rest);
        Some(whole)
    }

    /// The file that a path leads to, and how many of its names it takes to get there.
    fn deepest(&self, whole: &[&str]) -> (&'a str, usize) {
        let depths = (0..=whole.len()).rev();
        let mut found =
            depths.filter_map(|depth| Some((self.modules.get(&whole[..depth])?.path, depth)));
        found.next().unwrap_or(("", 0))
    }
}

/// The path of a file's module. A binary beside the crate's root is a crate of its own.
fn module_of<'a>(folder: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let inside = path
        .strip_prefix(folder)?
        .strip_prefix('/')?
        .strip_suffix(".rs")?;
    if inside.starts_with("bin/") {
        return None;
    }
    let mut module: Vec<&str> = inside.split('/').collect();
    if matches!(inside, "lib" | "main") || module.last() == Some(&"mod") {
        module.pop();
    }
    Some(module)
}

/// Every path in the code of a module, one for each leaf of a `use`.
fn written<'a>(module: &[&'a str], tokens: &[Token<'a>]) -> Vec<Written<'a>> {
    let mut found = Vec::new();
    // Modules within the file, each with the depth of braces at which it ends.
    let mut within = module.to_vec();
    let mut ends: Vec<usize> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match (token, tokens.get(at + 1), tokens.get(at + 2)) {
            (Token::Word("mod"), Some(Token::Word(name)), Some(Token::Sign('{'))) => {
                ends.push(depth);
                within.push(name);
                depth += 1;
                at += 3;
                continue;
            }
            (Token::Sign('{'), ..) => depth += 1,
            (Token::Sign('}'), ..) => {
                depth = depth.saturating_sub(1);
                if ends.last() == Some(&depth) {
                    ends.pop();
                    within.pop();
                }
            }
            (Token::Word("use"), ..) => {
                at = leaves(tokens, at + 1, &within, &[], &mut found);
                continue;
            }
            (Token::Word(_), Some(Token::Into), _) => {
                // `pub(in crate::a)` says who may see something, and takes nothing.
                let is_import = !matches!(
                    tokens[..at],
                    [.., Token::Into] | [.., Token::Sign('('), Token::Word("in")]
                );
                let (path, behind) = path(tokens, at);
                if is_import {
                    found.push(Written {
                        within: within.clone(),
                        path,
                        known_as: None,
                    });
                }
                at = behind;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The names of a path that begins here, and where it ends.
fn path<'a>(tokens: &[Token<'a>], mut at: usize) -> (Vec<&'a str>, usize) {
    let mut path = Vec::new();
    while let Some(Token::Word(name)) = tokens.get(at) {
        path.push(*name);
        at += 1;
        if let (Some(Token::Into), Some(Token::Word(_))) = (tokens.get(at), tokens.get(at + 1)) {
            at += 1;
        } else {
            break;
        }
    }
    (path, at)
}

/// The leaves of one tree of a `use`, and where it ends.
fn leaves<'a>(
    tokens: &[Token<'a>],
    at: usize,
    within: &[&'a str],
    before: &[&'a str],
    found: &mut Vec<Written<'a>>,
) -> usize {
    let (names, mut at) = path(tokens, at);
    let mut path = [before, &names].concat();
    if tokens.get(at) == Some(&Token::Into) {
        at += 1;
    }
    if tokens.get(at) == Some(&Token::Sign('{')) {
        at += 1;
        while tokens
            .get(at)
            .is_some_and(|token| *token != Token::Sign('}'))
        {
            let behind = leaves(tokens, at, within, &path, found);
            let is_more = tokens.get(behind) == Some(&Token::Sign(','));
            at = (behind + usize::from(is_more)).max(at + 1);
        }
        return at + 1;
    }
    if path.len() > 1 && path.last() == Some(&"self") {
        path.pop();
    }
    let mut known_as = path.last().copied();
    match (tokens.get(at), tokens.get(at + 1)) {
        (Some(Token::Sign('*')), _) => {
            known_as = None;
            at += 1;
        }
        (Some(Token::Word("as")), Some(Token::Word(name))) => {
            known_as = Some(name);
            at += 2;
        }
        _ => {}
    }
    found.push(Written {
        within: within.to_vec(),
        path,
        known_as,
    });
    at
}

#[test]
fn a_path_imports_the_deepest_file_that_it_leads_to() {
    let imports_of = |text: &str| {
        let files = [
            File::new("server/src/main.rs", "mod a; mod b; mod c;"),
            File::new("server/src/a/mod.rs", "mod deep;"),
            File::new("server/src/a/deep.rs", ""),
            File::new("server/src/b.rs", ""),
            File::new("server/src/c/mod.rs", "mod child; mod under;"),
            File::new("server/src/c/child.rs", ""),
            File::new("server/src/c/under.rs", text),
        ];
        let of_crate = Crate::read("server/src", &files);
        let found = of_crate.imports();
        let told = |import: &Import<'_>| {
            assert_eq!(import.from, "server/src/c/under.rs", "{text}");
            format!("{} {}", &import.to["server/src/".len()..], import.name)
        };
        found.iter().map(told).collect::<Vec<_>>()
    };
    for (text, expected) in [
        ("use crate::a::deep::X;", &["a/deep.rs X"][..]),
        (
            "use crate::a::{X, deep::{Y, Z as W}};",
            &["a/deep.rs Y", "a/deep.rs Z", "a/mod.rs X"],
        ),
        (
            "use crate::a::{self, deep};",
            &["a/deep.rs deep", "a/mod.rs a"],
        ),
        ("pub(crate) use crate::b::*;", &["b.rs b"]),
        ("use super::X;", &["c/mod.rs X"]),
        ("use super::child::X;", &["c/child.rs X"]),
        ("use super::super::b;", &["b.rs b"]),
        (
            "fn f() { crate::b::g(crate::a::deep::H) }",
            &["a/deep.rs H", "b.rs g"],
        ),
        (
            "use crate::a; fn f() { a::deep::g() }",
            &["a/deep.rs g", "a/mod.rs a"],
        ),
        (
            "use crate::a as other; type T = other::deep::T;",
            &["a/deep.rs T", "a/mod.rs a"],
        ),
        (
            "mod inner { use super::super::child::X; } use super::Y;",
            &["c/child.rs X", "c/mod.rs Y"],
        ),
        ("mod inner { use super::X; }", &[]),
        (
            "use std::a::X; use ::b::Y; fn f() { x::crate_b() } mod x;",
            &[],
        ),
        (
            "pub(in crate::c) struct X; for a in crate::b::all() {}",
            &["b.rs all"],
        ),
        (
            "#[cfg(test)] mod tests { use super::child::X; use crate::b::Y; }",
            &[],
        ),
        ("// crate::a::X\nfn f() { \"crate::b::Y\" }", &[]),
        ("use crate::a::X", &["a/mod.rs X"]),
        ("use crate::a::{X,", &["a/mod.rs X"]),
    ] {
        assert_eq!(imports_of(text), expected, "{text}");
    }
}

#[test]
fn a_face_imports_what_it_hands_on_and_not_what_it_only_has() {
    let files = [
        File::new("a/src/lib.rs", "mod x;"),
        File::new("a/src/x/mod.rs", "mod kept; mod shown; pub use shown::Y;"),
        File::new("a/src/x/kept.rs", ""),
        File::new("a/src/x/shown.rs", ""),
    ];
    let of_crate = Crate::read("a/src", &files);
    let found: Vec<_> = of_crate.imports().into_iter().collect();
    let expected = Import {
        from: "a/src/x/mod.rs",
        to: "a/src/x/shown.rs",
        name: "Y",
    };
    assert_eq!(found, [expected]);
    assert_eq!(of_crate.top_level(), BTreeSet::from(["x"]));
}

#[test]
fn modules_for_tests_and_other_binaries_are_no_files_of_the_crate() {
    let files = [
        File::new("a/src/main.rs", "#[cfg(test)] mod fixture; mod b;"),
        File::new("a/src/fixture/mod.rs", "use crate::b::X; mod more;"),
        File::new("a/src/fixture/more.rs", "use crate::b::X;"),
        File::new("a/src/b.rs", "#[cfg(test)] use crate::fixture::Y;"),
        File::new("a/src/tests/mod.rs", "use crate::b::X;"),
        File::new("a/src/bin/other.rs", "use crate::b::X;"),
        File::new("ab/src/c.rs", "use crate::b::X;"),
    ];
    let of_crate = Crate::read("a/src", &files);
    assert_eq!(of_crate.imports(), BTreeSet::new());
    assert_eq!(of_crate.top_level(), BTreeSet::from(["b"]));
}
