//! The shell around the stream machines: what all displays share, the tick, and who sits where.

mod packed;
mod presence;
mod shared;
mod snapshots;
mod socket;
#[cfg(test)]
mod tests;

pub(crate) use packed::{Packed, SnapshotError};
pub(crate) use shared::{DISPLAYS_MAX, Hub};
pub(crate) use socket::{Live, serve_display};
