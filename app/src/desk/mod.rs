//! The desk: who works here, what is selected, how the screen looks.

mod picked;
mod theme;

pub use picked::Picked;
pub use theme::Theme;
