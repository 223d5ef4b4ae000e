//! The way in for command-line verbs while a server runs: a Unix socket in the site's folder.
//!
//! Whoever may use it may read the whole record anyway: the socket belongs to the server's user
//! alone (folder 0700, socket 0600).

mod client;
mod protocol;
mod server;

pub(crate) use client::ask;
pub(crate) use protocol::Request;
pub(crate) use server::Admin;
