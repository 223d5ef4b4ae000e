//! Plays, and knows whether it really does.

use super::audio::{GainNode, Way};
use super::model::Plan;
use super::tones::{PROBE, tones};
use crate::browser::{remember, remembered, sleep};
use castellan_domain::estate::Sound;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How loud it is before anybody chose, in hundredths.
const VOLUME: u8 = 70;
/// What it is never turned down below: a console that cannot be heard calls nobody.
pub const VOLUME_MIN: u8 = 20;
const VOLUME_KEY: &str = "castellan.volume";
/// Looks at whether what is played passes, before it is said that it does not.
const LOOKS_MAX: u32 = 40;
/// Wait between two of them.
const LOOK_EVERY_MS: u32 = 50;
/// Wait before a tab that could not play tries again.
const AGAIN_MS: u32 = 10_000;
/// By how much a sound is prepared before it is due.
const AHEAD_S: f64 = 0.08;

/// Whether this tab can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Nobody has tried, or the browser waits for somebody to touch the page.
    Waits,
    /// It has played.
    Plays,
    /// It cannot play.
    None,
}

/// The loudspeaker of this tab. There is one for as long as the page lives.
pub struct Speaker {
    way: StoredValue<Option<Way>, LocalStorage>,
    /// Whether it can be heard.
    pub voice: RwSignal<Voice>,
    /// What goes on.
    pub sounding: RwSignal<Option<Sound>>,
    /// How loud it is, in hundredths.
    pub volume: RwSignal<u8>,
    /// What goes on, to be cut off.
    bundle: StoredValue<Option<GainNode>, LocalStorage>,
    /// How often that was another, so that none goes on in the place of the next one.
    turn: StoredValue<u32>,
    /// How often it still looks whether what it plays passes; none while it does not try.
    looks: StoredValue<u32>,
}

impl Speaker {
    /// A loudspeaker that finds out at once whether it may play, and asks again whenever somebody
    /// touches the page.
    pub fn open() -> &'static Self {
        let kept = remembered(VOLUME_KEY).and_then(|text| text.parse().ok());
        let speaker: &'static Self = Box::leak(Box::new(Self {
            way: StoredValue::new_local(None),
            voice: RwSignal::new(Voice::Waits),
            sounding: RwSignal::new(None),
            volume: RwSignal::new(kept.unwrap_or(VOLUME).clamp(VOLUME_MIN, 100)),
            bundle: StoredValue::new_local(None),
            turn: StoredValue::new(0),
            looks: StoredValue::new(0),
        }));
        speaker.wake();
        let touched = move || {
            if speaker.voice.get_untracked() != Voice::Plays {
                speaker.wake();
            }
        };
        // For as long as the page lives. A finger counts as a touch once it is lifted, a mouse when it goes down.
        let _down = window_event_listener(leptos::ev::pointerdown, move |_| touched());
        let _up = window_event_listener(leptos::ev::pointerup, move |_| touched());
        let _key = window_event_listener(leptos::ev::keydown, move |_| touched());
        speaker
    }

    /// Finds out whether it can play: only what has passed to the loudspeaker was played.
    pub fn wake(&'static self) {
        self.open_way();
        // The answer comes when somebody touches the page, which may be never.
        let resumed = self.with_way(|way| way.context.resume());
        let tries = self.looks.get_value() > 0;
        self.looks.set_value(LOOKS_MAX);
        if tries {
            return;
        }
        spawn_local(async move {
            let voice = match resumed {
                Some(Ok(_)) => self.probe().await,
                Some(Err(_)) | None => Voice::None,
            };
            self.voice.set(voice);
            self.looks.set_value(0);
            if voice == Voice::None {
                sleep(AGAIN_MS).await;
                if self.voice.get_untracked() == Voice::None {
                    self.wake();
                }
            }
        });
    }

    fn open_way(&'static self) {
        if self.way.with_value(Option::is_some) {
            return;
        }
        let Ok(way) = Way::open(share(self.volume.get_untracked())) else {
            return;
        };
        let hears = Closure::<dyn Fn()>::new(move || {
            let runs = self.with_way(|way| way.context.state() == "running");
            if runs == Some(false) && self.voice.get_untracked() == Voice::Plays {
                self.voice.set(Voice::Waits);
            }
        });
        way.context
            .set_onstatechange(hears.as_ref().unchecked_ref());
        hears.forget();
        self.way.set_value(Some(way));
    }

    async fn probe(&self) -> Voice {
        let mut begun = false;
        while self.looks.get_value() > 0 {
            self.looks.update_value(|looks| *looks -= 1);
            let running = self.with_way(|way| way.context.state() == "running");
            if running == Some(true) {
                if !begun {
                    begun = true;
                    let _bundle = self.begin(&[PROBE]);
                } else if self.with_way(Way::passes) == Some(true) {
                    return Voice::Plays;
                }
            }
            sleep(LOOK_EVERY_MS).await;
        }
        if begun { Voice::None } else { Voice::Waits }
    }

    /// Lets what is to be heard be heard.
    pub fn play(&'static self, plan: Plan) {
        if self.sounding.get_untracked() != plan.goes_on {
            self.go_on(plan.goes_on);
        }
        if let Some(once) = plan.once {
            let _bundle = self.begin(tones(once).tones);
        }
    }

    /// One round of a sound, for somebody who listens.
    pub fn test(&'static self, sound: Sound) {
        self.wake();
        spawn_local(async move {
            for _ in 0..LOOKS_MAX {
                if self.voice.get_untracked() == Voice::Plays {
                    let _bundle = self.begin(tones(sound).tones);
                    return;
                }
                sleep(LOOK_EVERY_MS).await;
            }
        });
    }

    /// Makes it louder or softer, and remembers it in this browser.
    pub fn set_volume(&self, volume: u8) {
        let volume = volume.clamp(VOLUME_MIN, 100);
        self.volume.set(volume);
        remember(VOLUME_KEY, Some(&volume.to_string()));
        // Without a way there is nothing to turn.
        let _turned = self.with_way(|way| way.set_volume(share(volume)));
    }

    /// Cuts off what went on, in this very moment, and begins the other.
    fn go_on(&'static self, sound: Option<Sound>) {
        if let Some(before) = self.bundle.try_update_value(Option::take).flatten() {
            // What is not connected any more is silent already.
            let _cut = before.disconnect();
        }
        self.turn.update_value(|turn| *turn += 1);
        self.sounding.set(sound);
        let Some(sound) = sound else { return };
        let turn = self.turn.get_value();
        spawn_local(async move {
            while self.turn.get_value() == turn {
                if self.voice.get_untracked() == Voice::Plays {
                    let before = self.bundle.get_value();
                    self.bundle.set_value(self.begin(tones(sound).tones));
                    // Its tones are over; only the next ones are left to be cut off.
                    drop(before.map(|before| before.disconnect()));
                }
                sleep(tones(sound).period_ms).await;
            }
        });
    }

    /// Begins tones that can be cut off together. A browser that refuses says so by its state.
    fn begin(&self, tones: &[super::tones::Tone]) -> Option<GainNode> {
        self.with_way(|way| {
            let bundle = way.bundle().ok()?;
            let from = way.context.current_time() + AHEAD_S;
            for tone in tones {
                way.sound(&bundle, tone, from).ok()?;
            }
            Some(bundle)
        })
        .flatten()
    }

    fn with_way<T>(&self, use_it: impl FnOnce(&Way) -> T) -> Option<T> {
        self.way.with_value(|way| way.as_ref().map(use_it))
    }
}

/// Hundredths as a share. Twice as loud to the ear is much more than twice as strong.
fn share(volume: u8) -> f32 {
    let share = f32::from(volume) / 100.0;
    share * share
}
