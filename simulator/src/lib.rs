//! An estate that lives, for demos, journeys and load: it speaks the real protocols to the
//! server's real ports and knows nothing of the server's inside.
//!
//! [`world`] is the estate in motion: a pure stepping function, no clock and no network. [`walk`]
//! gives it both. [`replay`] sends a recorded walk instead. Both leave through `castellan-client`.

pub mod alarms;
pub mod asked;
pub mod bounds;
pub mod cameras;
pub mod character;
mod courier;
pub mod crew;
pub mod day;
pub mod devices;
pub mod errand;
pub mod gpx_walk;
pub mod ground;
pub mod guards;
pub mod lookup;
pub mod noise;
pub mod opening;
pub mod outbox;
mod parcel;
pub mod replay;
pub mod scene;
pub mod schedule;
pub mod site_copy;
pub mod tour;
pub mod trip;
pub mod walk;
pub mod world;

#[cfg(test)]
mod fixture;
