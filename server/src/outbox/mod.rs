//! Notifications on their way out: at least once, each under an id that never changes.
//!
//! A turn commits them together with the facts that they tell of: a ladder called somebody. Each
//! channel has a [`worker::Worker`] of its own, which sends the most urgent one first and tells the site task
//! what became of it; only that turn lets go of it. So a server that is killed between the two sends
//! it again, under the same id, and never forgets it. What somebody answered meanwhile is not sent.

mod carrier;
mod chat;
mod config;
mod gateway;
mod http_post;
mod mail;
mod outward;
mod sent;
mod shared;
mod webhook;
mod words;
mod worker;

pub(crate) use outward::Outward;
#[cfg(test)]
pub(crate) use shared::OUTBOX_MAX;
pub(crate) use shared::Outbox;
pub(crate) use webhook::Webhook;
