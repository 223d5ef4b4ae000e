//! What real cameras speak (RTSP 1.0, RFC 2326), over one connection for requests and pictures.

pub(crate) mod digest;
mod request;
mod rtp;
mod server;
mod talk;

pub(crate) use server::serve;
