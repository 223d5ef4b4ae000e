//! The bytes between server and displays: [`live`] for the socket, [`position_frame`] for moving
//! things, [`api`] for REST; and [`ingest`] for what devices send.

pub mod api;
pub mod ingest;
pub mod live;
pub mod position_frame;
