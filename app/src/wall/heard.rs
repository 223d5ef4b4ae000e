//! Whether a wall can be heard, found out without anybody who touches it: the click that tests a sound is what lets a
//! browser play at all, and after the next power cut nobody clicks.

use crate::copy::SiteCopy;
use crate::sound::speaker::Voice;
use crate::sound::{Speaker, sound_out};
use leptos::prelude::*;

/// Lets the wall sound as a console does, and says whether this start of the page has played untouched.
pub(super) fn is_heard(copy: &'static SiteCopy) -> Memo<bool> {
    let speaker = Speaker::open();
    sound_out(copy, speaker);
    let touched = RwSignal::new(false);
    // For as long as the page lives.
    let _pointer = window_event_listener(leptos::ev::pointerdown, move |_| touched.set(true));
    let _key = window_event_listener(leptos::ev::keydown, move |_| touched.set(true));
    Memo::new(move |before: Option<&bool>| {
        let plays = speaker.voice.get() == Voice::Plays;
        plays && (before == Some(&true) || !touched.get())
    })
}
