//! The alarm queue and the selected alarm. What needs no browser is pure and tested natively; the
//! views draw it.

pub mod can;
pub mod choice;
pub mod doubts;
pub mod filter;
pub mod hand_over;
pub mod known;
pub mod located;
pub mod main_button;
pub mod marks;
pub mod model;
pub mod queue;
pub mod refusals;
pub mod response;
pub mod standing;
pub mod story;
pub mod texts;
pub mod typed;

#[cfg(target_arch = "wasm32")]
pub mod actions;
#[cfg(target_arch = "wasm32")]
pub mod asked;
#[cfg(target_arch = "wasm32")]
pub mod details;
#[cfg(target_arch = "wasm32")]
pub mod filters;
#[cfg(target_arch = "wasm32")]
pub mod list;
#[cfg(target_arch = "wasm32")]
pub mod members;
#[cfg(target_arch = "wasm32")]
pub mod next;
#[cfg(target_arch = "wasm32")]
pub mod note;
#[cfg(target_arch = "wasm32")]
pub mod open;
#[cfg(target_arch = "wasm32")]
pub mod row;
#[cfg(target_arch = "wasm32")]
pub mod sources;
#[cfg(target_arch = "wasm32")]
pub mod timeline;
#[cfg(target_arch = "wasm32")]
pub mod unjudged;
#[cfg(target_arch = "wasm32")]
pub mod unrecorded;

#[cfg(target_arch = "wasm32")]
pub use details::{SelectedAlarm, TopMatter};
#[cfg(target_arch = "wasm32")]
pub use filters::filtered;
#[cfg(target_arch = "wasm32")]
pub use list::{AlarmQueue, ClosedList, ShelvedList, arranged};
#[cfg(target_arch = "wasm32")]
pub use open::Open;
#[cfg(target_arch = "wasm32")]
pub use row::SmallRow;
#[cfg(target_arch = "wasm32")]
pub use unrecorded::UnrecordedList;
