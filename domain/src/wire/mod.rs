//! The bytes between server and displays: [`live`] for the socket, [`position_frame`] for moving
//! things, [`api`] for REST; [`ingest`] for what devices send, [`history`] for what is read back.

mod alarm_page;
pub mod api;
pub mod camera;
mod figures;
pub mod history;
pub mod ingest;
pub mod live;
mod order;
pub mod position_frame;
pub mod sheet;
