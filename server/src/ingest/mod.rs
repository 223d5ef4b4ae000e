//! Devices come in here: one file per protocol, each a pure `decode`; [`registry`] says who they
//! are. An unknown sender goes to quarantine, never to nowhere.

pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod owntracks;
pub(crate) mod registry;
