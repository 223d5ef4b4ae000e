//! The benchmark: it speaks the real protocols to the server's real ports and knows nothing of the
//! server's inside. What it measures and how is in `docs/performance.md`.

pub mod load;
pub mod measure;
