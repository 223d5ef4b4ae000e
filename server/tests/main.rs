//! The real binary over real sockets, tested in one binary: one to link, one to start.

mod actuations;
mod backup;
mod bad_input;
mod bad_requests;
mod common;
mod connections;
mod disk;
mod doctor;
mod faults;
mod history;
mod ingest_doors;
mod last_known;
mod ledger;
mod live;
mod live_audiences;
mod live_flood;
mod live_refused;
mod live_slow;
mod live_stranger;
mod live_stranger_behind;
mod observations;
mod outbox;
mod protocol_examples;
mod record;
mod startup;
mod tracks;
