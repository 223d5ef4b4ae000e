//! Armed zones (防区).

mod command;
pub(crate) mod decide;
pub mod fact;
pub(crate) mod fold;
mod refusal;
mod shown;
mod state;

pub use command::ZoneCommand;
pub use fact::ZoneFact;
pub use refusal::ZoneRefusal;
pub use state::ZoneState;
