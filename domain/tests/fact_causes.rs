//! Every cause that a fact can have is in a sample of `tests/facts`, spelled as it is for ever.

use crate::common::{folder, names, read};
use castellan_domain::fact::{Cause, Fact};
use std::collections::BTreeSet;

/// The name of a cause on the wire. A new one does not compile until it is named here, and fails
/// below until it has a sample.
fn named(cause: &Cause) -> &'static str {
    match cause {
        Cause::Event { .. } => "event",
        Cause::Call { .. } => "call",
        Cause::Command(_) => "command",
        Cause::Rule(_) => "rule",
        Cause::Estate => "estate",
        Cause::Console => "console",
        Cause::Server => "server",
    }
}

#[test]
fn every_cause_has_a_sample() {
    let folder = folder("facts");
    let mut told = BTreeSet::new();
    for name in names(&folder) {
        let bytes = read(&folder.join(&name));
        let cause = named(&Fact::decode(bytes.trim_end()).unwrap().cause);
        let holds = format!(r#""cause":{{"{cause}":"#);
        let bare = format!(r#""cause":"{cause}","#);
        let is_so = bytes.contains(&holds) || bytes.contains(&bare);
        assert!(is_so, "{name} spells its cause otherwise");
        told.insert(cause);
    }
    assert_eq!(told.len(), 7, "no sample but of {told:?}");
}
