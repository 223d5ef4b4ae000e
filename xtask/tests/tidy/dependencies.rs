//! Which crate may know which: read from cargo's own resolution, normal dependencies only.

use std::collections::BTreeSet;

use super::run;

/// Who must not have what anywhere below it, on which target, and why.
struct Ban {
    package: &'static str,
    target: Option<&'static str>,
    banned: &'static [&'static str],
}

const WASM: Option<&str> = Some("wasm32-unknown-unknown");
/// The domain is pure: no runtime, no storage, no web, neither natively nor in the browser.
const IMPURE: &[&str] = &[
    "tokio", "sqlx", "leptos", "axum", "web-sys", "reqwest", "rand",
];

const BANS: [Ban; 7] = [
    Ban {
        package: "castellan-domain",
        target: None,
        banned: IMPURE,
    },
    Ban {
        package: "castellan-domain",
        target: WASM,
        banned: IMPURE,
    },
    Ban {
        package: "castellan-server",
        target: None,
        banned: &[
            "leptos",
            "castellan-app",
            "castellan-bench",
            "castellan-client",
            "castellan-simulator",
        ],
    },
    Ban {
        package: "castellan-app",
        target: WASM,
        banned: &[
            "castellan-server",
            "castellan-bench",
            "castellan-client",
            "castellan-simulator",
            "sqlx",
            "axum",
        ],
    },
    Ban {
        package: "castellan-client",
        target: None,
        banned: &[
            "castellan-server",
            "castellan-app",
            "castellan-bench",
            "castellan-simulator",
            "leptos",
        ],
    },
    Ban {
        package: "castellan-simulator",
        target: None,
        banned: &[
            "castellan-server",
            "castellan-app",
            "castellan-bench",
            "leptos",
        ],
    },
    Ban {
        package: "castellan-bench",
        target: None,
        banned: &["castellan-server", "castellan-app", "leptos"],
    },
];

pub(crate) fn forbidden() -> Vec<String> {
    let mut complaints = Vec::new();
    for ban in &BANS {
        match tree(ban.package, ban.target) {
            Ok(tree) => complaints.extend(found(ban, &tree)),
            Err(error) => complaints.push(error),
        }
    }
    complaints
}

/// `cargo tree` rather than `cargo metadata`: it resolves features for this package alone, not for the whole workspace.
fn tree(package: &str, target: Option<&str>) -> Result<String, String> {
    let mut words = vec![
        "tree",
        "--locked",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    words.extend(target.into_iter().flat_map(|target| ["--target", target]));
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    // Without the network first: it is faster, and enough once everything was built.
    run(&cargo, &[&words[..], &["--offline"]].concat()).or_else(|_| run(&cargo, &words))
}

fn found(ban: &Ban, tree: &str) -> Vec<String> {
    let below: BTreeSet<&str> = tree
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let banned = ban.banned.iter().filter(|name| below.contains(**name));
    let place = ban.target.unwrap_or("this machine");
    banned
        .map(|name| {
            let package = ban.package;
            format!("{package} (for {place}) depends on {name}; `cargo tree -p {package} -i {name}` shows through what")
        })
        .collect()
}

#[test]
fn a_forbidden_dependency_is_found_however_deep() {
    let tree = "castellan-domain v0.1.0 (/work)\nserde v1.0.0\nweird v1.0.0\ntokio v1.48.0 (*)\n\n";
    let complaints = found(&BANS[0], tree);
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].contains("depends on tokio"), "{complaints:?}");
    assert!(
        found(
            &BANS[0],
            "castellan-domain v0.1.0\nserde v1.0.0\ntokio-macros v1.0.0\n"
        )
        .is_empty()
    );
}

#[test]
fn a_package_that_is_not_there_is_an_error() {
    let error = tree("castellan-no-such-package", None).expect_err("there is none");
    assert!(error.contains("castellan-no-such-package"), "{error}");
}
