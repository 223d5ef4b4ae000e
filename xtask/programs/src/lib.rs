//! Running other programs, for `cargo xtask` and the benchmark: [`process`] for what ends by itself,
//! [`service`] for what keeps running beside us. Small on purpose: the first `cargo xtask` waits for it.

pub mod process;
pub mod service;
