//! What was folded yesterday is kept on disk (snapshots, projection tables) under a version. This
//! notices when the same facts fold to something else, so that nobody goes on from an old fold.
//!
//! `tests/fold/site.v<N>.json` is what the committed samples of facts fold to under version `N`.

use crate::common::intents::settle_what_was_intended;
use crate::common::{folder, names, read};
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::ids::Seq;
use castellan_domain::site::{FOLD_VERSION, Site};

/// The samples in the order of the kinds, numbered anew: each kind after those that it needs.
fn history() -> Vec<Fact> {
    let folder = folder("facts");
    let names = names(&folder);
    let of_kind = |kind: &str| {
        let prefix = format!("{kind}.");
        let of_kind = names.iter().filter(move |name| name.starts_with(&prefix));
        of_kind.cloned().collect::<Vec<_>>()
    };
    let in_order = FactBody::kinds().flat_map(|(kind, _)| of_kind(kind));
    let mut facts: Vec<_> = (1..)
        .zip(in_order)
        .map(|(seq, name)| {
            let mut fact = Fact::decode(read(&folder.join(name)).trim_end()).expect("a sample");
            fact.seq = Seq(seq);
            fact
        })
        .collect();
    // An order is named by its number.
    settle_what_was_intended(&mut facts);
    facts
}

#[test]
fn the_same_facts_fold_to_the_same_state_or_the_version_is_raised() {
    let mut site = Site::default();
    for fact in history() {
        site.apply(&fact);
    }
    assert!(!site.view().alarms.is_empty(), "the samples make something");
    let written = serde_json::to_string_pretty(&site).unwrap() + "\n";
    let (folder, name) = (folder("fold"), format!("site.v{FOLD_VERSION}.json"));
    let path = folder.join(&name);
    let is_kept = names(&folder).contains(&name);
    let kept = if is_kept { read(&path) } else { String::new() };
    assert_eq!(
        kept,
        written,
        "the fold has changed: raise FOLD_VERSION (domain/src/site/mod.rs), unless no build with the old \
         one was ever released, and keep what is written here as {}",
        path.display()
    );
}

#[test]
fn a_state_is_written_and_read_whole() {
    let mut whole = Site::default();
    let mut saved = Site::default();
    for fact in history() {
        whole.apply(&fact);
        let json = serde_json::to_string(&saved).unwrap();
        saved = serde_json::from_str(&json).unwrap();
        saved.apply(&fact);
        assert_eq!(saved, whole, "after fact {}", fact.seq);
    }
}
