//! How people, displays, phones and devices speak to a server, for whoever plays them: tests,
//! simulator and benchmark. It knows the protocols of `docs/protocols` and nothing of the server's inside.

pub mod http;
mod ingest;
pub mod live;
pub mod owntracks;
mod people;
