//! How large an estate document may be.

/// Bytes of a document at most.
pub(super) const ESTATE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Entries of one list at most (buildings, devices, people, …), and rooms of the whole estate.
pub(super) const LIST_MAX: usize = 20_000;
/// Devices between one and the network's root at most.
pub(super) const UPSTREAM_STEPS_MAX: usize = 16;
/// Points of one outline or course at most.
pub(super) const POINTS_MAX: usize = 2_000;
