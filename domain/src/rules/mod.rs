//! Rules: what the site decides by itself. One file each, listed here in the order of a reading.
//!
//! 1. [`reported_condition`]: a device's report raises, repeats or clears an alarm.
//! 2. [`claim_overdue`]: an alarm that nobody claims in time is annunciated again.

pub mod claim_overdue;
pub mod reported_condition;
