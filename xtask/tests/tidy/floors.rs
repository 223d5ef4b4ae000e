//! Rules about the order of modules: no file imports itself by a detour, and no module imports one
//! that stands above it or beside it.

use super::File;
use super::imports::{Crate, Import};
use std::collections::{BTreeMap, BTreeSet};

/// Opens the block of ARCHITECTURE.md that has a line for each crate: its modules from the ground up,
/// a `<` between two floors. What is indented belongs to the line before. `module::file` is one file of a
/// module that stands higher than the rest of it, `*::file` that file of every module.
const BLOCK: &str = "```floors\n";

/// Every circle of files, with what ties it.
pub(crate) fn circles(files: &[File]) -> Vec<String> {
    let crates = crates(files).into_iter();
    crates
        .flat_map(|name| circles_among(&Crate::read(&sources(name), files).imports()))
        .collect()
}

/// Where ARCHITECTURE.md and the modules of a crate disagree.
pub(crate) fn imports_from_above(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let page = page.and_then(|file| file.text.as_deref());
    let lines = lines(page.unwrap_or_default());
    let crates = crates(files);
    let strangers = lines.keys().filter(|name| !crates.contains(*name));
    let strangers = strangers.map(|name| format!("{name} is no crate and has a line"));
    let told = crates.iter().flat_map(|name| {
        let floors = lines.get(name).cloned().unwrap_or_default();
        let of_crate = Crate::read(&sources(name), files);
        [
            unplaced(name, &of_crate, &floors),
            upward(name, &of_crate, &floors),
        ]
        .concat()
    });
    told.chain(strangers).collect()
}

fn sources(name: &str) -> String {
    format!("{name}/src")
}

fn crates(files: &[File]) -> BTreeSet<&str> {
    let manifests = files
        .iter()
        .filter_map(|file| file.path.strip_suffix("/Cargo.toml"));
    manifests.collect()
}

/// Each crate's floors.
fn lines(page: &str) -> BTreeMap<&str, Vec<Vec<&str>>> {
    let mut lines: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    let block = page.split_once(BLOCK).map_or("", |(_, rest)| rest);
    let mut name = "";
    for line in block.lines().take_while(|line| !line.starts_with("```")) {
        let mut modules = line;
        if !line.starts_with(' ') {
            (name, modules) = line.split_once(':').unwrap_or((line, ""));
        }
        let floors = lines.entry(name).or_insert_with(|| vec![Vec::new()]);
        for word in modules.split_whitespace() {
            if word == "<" {
                floors.push(Vec::new());
            } else if let Some(floor) = floors.last_mut() {
                floor.push(word);
            }
        }
    }
    lines
}

/// Modules without a place, with two, and places without a module.
fn unplaced(name: &str, of_crate: &Crate<'_>, floors: &[Vec<&str>]) -> Vec<String> {
    let modules = of_crate.top_level();
    let mut places: BTreeMap<&str, usize> = modules.iter().map(|module| (*module, 0)).collect();
    let (files, whole): (Vec<&str>, Vec<&str>) = floors
        .iter()
        .flatten()
        .partition(|name| name.contains("::"));
    for module in whole {
        *places.entry(module).or_default() += 1;
    }
    let folder = sources(name);
    let there = |named: &&str| {
        let mut sources = of_crate.paths().filter_map(|path| placed(&folder, path));
        sources.any(|(module, file)| {
            *named == format!("{module}::{file}") || *named == format!("*::{file}")
        })
    };
    let gone = files.into_iter().filter(|named| !there(named));
    let gone = gone.map(|named| format!("{name} has no file {named}"));
    let told = places
        .into_iter()
        .filter_map(|(module, places)| match places {
            _ if !modules.contains(module) => Some(format!("{name} has no module {module}")),
            0 => Some(format!("{name}: {module} is not in the line")),
            1 => None,
            _ => Some(format!("{name}: {module} is in the line {places} times")),
        });
    told.chain(gone).collect()
}

/// Imports of what does not stand below.
fn upward(name: &str, of_crate: &Crate<'_>, floors: &[Vec<&str>]) -> Vec<String> {
    let folder = sources(name);
    let stands = |name: &str| floors.iter().position(|floor| floor.contains(&name));
    let floor = |path| {
        let (module, file) = placed(&folder, path)?;
        let floor = stands(&format!("{module}::{file}"))
            .or_else(|| stands(&format!("*::{file}")))
            .or_else(|| stands(module))?;
        Some((floor, module))
    };
    let imports = of_crate.imports();
    let wrong = imports.iter().filter(|import| {
        let (from, to) = (floor(import.from), floor(import.to));
        let both = from.zip(to);
        both.is_some_and(|(from, to)| from.1 != to.1 && from.0 <= to.0)
    });
    ties(wrong)
        .into_iter()
        .map(|tie| format!("{tie}, which does not stand below it"))
        .collect()
}

/// The module directly under the root that a file belongs to, and the file's own name.
fn placed<'a>(folder: &str, path: &'a str) -> Option<(&'a str, &'a str)> {
    let inside = path.strip_prefix(folder)?.strip_prefix('/')?;
    let module = inside.split(['/', '.']).next()?;
    let file = inside.rsplit('/').next()?.strip_suffix(".rs")?;
    Some((module, file))
}

fn circles_among(imports: &BTreeSet<Import<'_>>) -> Vec<String> {
    let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        direct.entry(import.from).or_default().insert(import.to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = direct
        .keys()
        .map(|from| (*from, reached(from, &direct)))
        .collect();
    let reach = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for file in direct.keys().filter(|file| reach(file, file)) {
        let in_circle = |other: &str| reach(file, other) && reach(other, file);
        if told.insert(*file) {
            told.extend(direct.keys().filter(|other| in_circle(other)));
            let within = imports.iter();
            let within = within.filter(|import| in_circle(import.from) && in_circle(import.to));
            circles.push(format!("a circle:\n    {}", ties(within).join("\n    ")));
        }
    }
    circles
}

/// All that a file imports, straight or by a detour.
fn reached<'a>(from: &'a str, direct: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = vec![from];
    while let Some(file) = next.pop() {
        let imported = direct.get(file).into_iter().flatten();
        next.extend(imported.filter(|file| reached.insert(**file)));
    }
    reached
}

/// One line for each two files.
fn ties<'a>(imports: impl Iterator<Item = &'a Import<'a>>) -> Vec<String> {
    let mut ties: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for import in imports {
        ties.entry((import.from, import.to))
            .or_default()
            .push(import.name);
    }
    let told = |((from, to), names): ((&str, &str), Vec<&str>)| {
        format!("{from} takes {} from {to}", names.join(", "))
    };
    ties.into_iter().map(told).collect()
}

#[test]
fn a_circle_of_files_is_found_and_told_with_what_ties_it() {
    let files = [
        File::new("server/Cargo.toml", ""),
        File::new(
            "server/src/main.rs",
            "mod a; mod b; mod c; mod d; use d::D;",
        ),
        File::new("server/src/a.rs", "use crate::b::{B1, B2};"),
        File::new("server/src/b.rs", "fn b() { crate::c::C }"),
        File::new("server/src/c.rs", "use super::a::A;"),
        File::new("server/src/d.rs", "use crate::a::A; mod e;"),
        File::new("server/src/d/e.rs", "use crate::c::C;"),
    ];
    let expected = "a circle:\n    \
         server/src/a.rs takes B1, B2 from server/src/b.rs\n    \
         server/src/b.rs takes C from server/src/c.rs\n    \
         server/src/c.rs takes A from server/src/a.rs";
    assert_eq!(circles(&files), [expected]);
    assert!(circles(&files[..4]).is_empty(), "without its last piece");
}

#[test]
fn two_circles_are_two() {
    let files = [
        File::new("x/Cargo.toml", ""),
        File::new("x/src/lib.rs", "mod a; mod b; mod c; mod d;"),
        File::new("x/src/a.rs", "use crate::b::B;"),
        File::new("x/src/b.rs", "use crate::a::A; use crate::c::C;"),
        File::new("x/src/c/mod.rs", "mod f; pub use f::F; pub struct C;"),
        File::new("x/src/c/f.rs", "use super::C;"),
    ];
    assert_eq!(circles(&files).len(), 2, "{:?}", circles(&files));
}

#[test]
fn an_import_from_above_or_beside_is_found() {
    let files = |line: &str| {
        [
            File::new("ARCHITECTURE.md", &format!("# x\n{BLOCK}{line}\n```\n")),
            File::new("x/Cargo.toml", ""),
            File::new("x/src/main.rs", "mod low; mod mid; mod top; use top::T;"),
            File::new("x/src/low.rs", ""),
            File::new("x/src/mid/mod.rs", "mod deep;"),
            File::new("x/src/mid/deep.rs", "use super::X; use crate::low::{L, M};"),
            File::new("x/src/top.rs", "use crate::mid::X;"),
        ]
    };
    for fine in ["x: low < mid < top", "x: low\n   < mid\n   < top"] {
        let found = imports_from_above(&files(fine));
        assert!(found.is_empty(), "{found:?}");
    }
    let tie = "x/src/mid/deep.rs takes L, M from x/src/low.rs, which does not stand below it";
    for wrong in ["x: mid < low < top", "x: low mid < top"] {
        assert_eq!(imports_from_above(&files(wrong)), [tie], "{wrong}");
    }
    for (wrong, expected) in [
        ("x: low < mid", "x: top is not in the line"),
        ("x: low < mid < top low", "x: low is in the line 2 times"),
        ("x: low < gone < mid < top", "x has no module gone"),
        ("x: low < mid < top\ny: z", "y is no crate and has a line"),
    ] {
        assert_eq!(imports_from_above(&files(wrong)), [expected], "{wrong}");
    }
    let [_, code @ ..] = files("");
    assert_eq!(
        imports_from_above(&code).len(),
        3,
        "without a line none has a place"
    );
}

#[test]
fn a_file_may_stand_higher_than_the_rest_of_its_module() {
    let files = |line: &str| {
        [
            File::new("ARCHITECTURE.md", &format!("# x\n{BLOCK}{line}\n```\n")),
            File::new("x/Cargo.toml", ""),
            File::new("x/src/lib.rs", "mod door; mod lamp; mod view;"),
            File::new("x/src/door/mod.rs", "mod fold;"),
            File::new("x/src/door/fold.rs", "use crate::view::View;"),
            File::new("x/src/lamp/mod.rs", "mod fold; pub struct Lamp;"),
            File::new(
                "x/src/lamp/fold.rs",
                "use crate::view::View; use crate::door::fold::f;",
            ),
            File::new("x/src/view.rs", "use crate::lamp::Lamp;"),
        ]
    };
    let found = imports_from_above(&files("x: door lamp < view < door::fold < *::fold"));
    assert!(found.is_empty(), "{found:?}");
    for wrong in [
        "x: door lamp < view < *::fold",
        "x: door lamp view < door::fold < *::fold",
        "x: door lamp < view < door::fold < *::fold < lamp::gone",
    ] {
        assert_eq!(imports_from_above(&files(wrong)).len(), 1, "{wrong}");
    }
}
