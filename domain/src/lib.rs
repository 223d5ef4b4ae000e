//! What Castellan knows and decides, without IO, clock or chance.
//!
//! The server feeds the [`engine::Engine`]; browsers fold the same facts with the same code.
//! Start with [`engine`] for what happens to an input, [`site`] for what is known, [`stream`] for
//! how it reaches displays and [`wire`] for the bytes in between.

pub mod access;
pub mod actuation;
pub mod alarm;
pub mod audience;
pub mod commands;
pub mod engine;
pub mod estate;
pub mod fact;
mod fix_order;
pub mod geo;
pub mod housekeeping;
pub mod ids;
pub mod memory;
pub mod notify;
pub mod observation;
pub mod refusal;
pub mod rules;
pub mod site;
pub mod stream;
pub mod text;
pub mod time;
pub mod unrecorded;
pub mod wire;
