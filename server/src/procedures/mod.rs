//! Procedures in files: the defaults, an estate's own, and the cards that are printed of them.

mod card;
mod defaults;
mod files;
mod located;

pub(crate) use card::{CardLanguage, Sheet};
pub(crate) use defaults::default_procedures;
pub(crate) use files::{load, own_procedures};
