//! What displays know of a site, and its list of things. Folded from facts by the server and by every
//! console with the same code: [`View::apply`](crate::site).

mod entities;
mod known;
mod state;

pub use entities::{Entity, EntityId, Shown, Touched, ViewFact, fold_told, project};
pub use known::{Known, Owned};
pub use state::View;

pub(crate) use entities::{put, remove};
