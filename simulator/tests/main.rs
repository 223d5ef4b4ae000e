//! The simulator against servers that stand in, and the whole domain in nights of faults, in one binary.

mod cameras;
mod http;
mod recordings;
mod sim;
mod stand_in;
