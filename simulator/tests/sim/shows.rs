//! What displays may show, at any moment and at rest.

use super::books::Books;
use super::display::Display;
use super::server::Server;
use castellan_domain::audience::Audience;
use castellan_domain::stream::{Link, Machine as _, STALE_AFTER};
use castellan_domain::time::Timestamp;

pub(crate) fn check(books: &Books, display: &mut Display, now: Timestamp) {
    let Some(shown) = display.shows() else {
        return;
    };
    // Invariants 3 and 6: what is shown was true, at the number that it carries.
    if std::mem::take(&mut display.changed) {
        let truth = usize::try_from(shown.0)
            .ok()
            .and_then(|n| books.truths.get(n));
        let truth = truth.unwrap_or_else(|| panic!("{shown} is shown and not recorded"));
        let truth = truth.seen_by(&display.audience);
        assert!(
            *display.view() == truth,
            "{:?} at {shown} shows what never was",
            display.audience
        );
        check_visitors(books, display);
    }
    // Invariant 8: who is not called stale holds all of [`STALE_AFTER`] ago.
    if !matches!(display.link(now), Link::Stale { .. } | Link::Connecting)
        && let Some((at, seq)) = books.committed_at.front()
        && *at <= now - STALE_AFTER
    {
        assert!(
            shown >= *seq,
            "{shown} is called live, {seq} is older than that"
        );
    }
}

fn check_visitors(books: &Books, display: &Display) {
    if display.audience != Audience::WallVisitor {
        return;
    }
    let json = serde_json::to_string(display.view()).expect("JSON");
    for person in &books.estate.estate.people {
        let quoted = format!("\"{}\"", person.id);
        assert!(
            !json.contains(&quoted),
            "{} stands on a visitors' wall",
            person.id
        );
    }
    assert!(
        !json.contains("\"duress\""),
        "duress stands on a visitors' wall"
    );
}

/// At rest everybody agrees, and the record says the same as memory.
pub(crate) fn check_rest(server: &Server, displays: &[Display]) {
    assert_eq!(
        &server.fold(),
        server.machine.site(),
        "replay differs from memory"
    );
    for display in displays {
        let truth = server.machine.site().view().seen_by(&display.audience);
        assert!(display.replica.is_ready(), "a display has nothing to show");
        assert_eq!(display.view(), &truth, "{:?}", display.audience);
    }
}
