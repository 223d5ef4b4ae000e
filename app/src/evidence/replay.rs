//! What is replayed on this page.

use super::model::{Past, Playing};
use castellan_domain::fact::AlarmClipKept;
use leptos::prelude::*;

/// What is replayed on this page.
#[derive(Clone, Copy, Default)]
pub struct Replay {
    /// The clip that is open.
    pub clip: RwSignal<Option<AlarmClipKept>>,
    /// How far it is.
    pub playing: RwSignal<Playing>,
    /// Who was around at the moment that is seen.
    pub people: RwSignal<Vec<Past>>,
}

impl Replay {
    /// Whether a clip is open. It does not track.
    pub fn is_open(&self) -> bool {
        self.clip.with_untracked(Option::is_some)
    }

    /// Opens a clip in the place of another one, or lets go of it.
    pub fn show(&self, clip: Option<AlarmClipKept>) {
        self.people.set(Vec::new());
        self.playing.set(Playing::default());
        self.clip.set(clip);
    }
}
