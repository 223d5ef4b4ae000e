//! A scene: who does what at which second, and what has to be seen by when. One file says it
//! (`simulator/scenes`), one reader reads it, and it is played at the pace of life against a server, or in
//! virtual time against the engine.

mod deed;
mod play;
mod player;
mod script;
mod sight;

pub use play::{Hint, News, Out, Play};
pub use player::{Options, Outcome, run};
pub use script::{Scene, SceneError, named};
