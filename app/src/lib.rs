//! The browser app: a replica of the site, the live map, and the queue that people work from.
//!
//! Each folder is a subject or a page: `model.rs` (pure, tested natively) beside the views (only in
//! the browser). `copy` is what is known of the site, `desk` who looks at it; `live` keeps the link
//! to the server, `pages` lists the pages.

#![cfg_attr(
    target_arch = "wasm32",
    expect(
        missing_docs,
        reason = "the component macro makes structs whose fields repeat the documented arguments; \
                  the native build checks everything else"
    )
)]

pub mod ages;
pub mod alarms;
pub mod cameras;
pub mod cameras_page;
pub mod connection;
pub mod console;
pub mod desk;
pub mod devices;
pub mod dispatch;
pub mod doors;
pub mod evidence;
pub mod guard_page;
pub mod guards;
pub mod health;
pub mod incidents;
pub mod keys;
pub mod ladders;
pub mod layout;
pub mod live;
pub mod map;
pub mod mini_queue;
pub mod names;
pub mod no_page;
pub mod operator;
pub mod places;
pub mod procedures;
pub mod refusals;
pub mod registration;
pub mod search;
pub mod self_test;
pub mod sheet;
pub mod silent;
pub mod sound;
pub mod stale;
pub mod texts;
pub mod top_bar;
pub mod wall;
pub mod zones;

#[cfg(test)]
mod fixture;

#[cfg(target_arch = "wasm32")]
pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod copy;
#[cfg(target_arch = "wasm32")]
pub mod keyboard;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod pages;
#[cfg(target_arch = "wasm32")]
pub mod start;
#[cfg(target_arch = "wasm32")]
pub mod ui;
