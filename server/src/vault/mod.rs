//! What must be kept and not be read: addresses, names and passwords of devices, in `server.db`.
//!
//! Each entry is sealed by a key that lies in a file of its own ([`seal`]), so that a copied database
//! tells nothing. The only SQL about sealed things. `castellan camera` writes here while a server runs,
//! and the server looks up what it needs when it needs it.

mod seal;
mod store;

pub(crate) use store::{Vault, VaultError};
