//! Tests of the site task, with a machine that fails on purpose and a clock that tests move.
