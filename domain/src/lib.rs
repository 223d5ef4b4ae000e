//! What Castellan knows and decides, without IO, clock or chance.
//!
//! The server feeds the [`engine::Engine`]; browsers fold the same facts with the same code.
//! Start with [`engine`] for what happens to an input, [`site`] for what is known, [`stream`] for
//! how it reaches displays and [`wire`] for the bytes in between.

#![deny(
    clippy::wildcard_enum_match_arm,
    reason = "a subject that somebody adds must not be forgotten in silence"
)]

#[macro_use]
pub mod subject;

pub mod access;
pub mod actuation;
pub mod alarm;
pub mod answer;
pub mod area;
pub mod audience;
pub mod command;
pub mod deadlines;
pub mod decision;
pub mod dispatch;
pub mod door;
pub mod engine;
pub mod estate;
pub mod fact;
pub mod fix_order;
pub mod flood;
pub mod geo;
pub mod guard_view;
pub mod ids;
pub mod incident;
pub mod input;
pub mod ladder;
pub mod matter;
pub mod memory;
pub mod notify;
pub mod observation;
pub mod personal;
pub mod procedure;
pub mod refusal;
pub mod registration;
pub mod rules;
pub mod self_test;
mod serial;
pub mod sheet;
pub mod site;
pub mod staff;
pub mod stream;
pub mod system;
pub mod text;
pub mod time;
pub mod unrecorded;
pub mod view;
pub mod wire;
pub mod zone;
