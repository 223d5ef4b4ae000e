//! The bytes between server and displays: [`live`] for the socket, [`position_frame`] for moving
//! things, [`api`] for REST.

pub mod api;
pub mod live;
pub mod position_frame;
