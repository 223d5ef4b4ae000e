//! A small estate for the tests: a square of paths with a bend, a dead end, an island, two gates.

use castellan_domain::estate::Estate;

/// The estate; it passes the same checks as a real one.
pub(crate) fn estate() -> Estate {
    Estate::parse(include_bytes!("../tests/estate.json")).unwrap()
}
