//! The four sounds, as what an oscillator is told. None may be taken for a fire panel: no three long
//! pulses and a pause, no sweep, no quick change between two tones near 900 Hz, nothing near 3 kHz.

use castellan_domain::estate::Sound;

/// How a tone is shaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As loud from its beginning to its end.
    Held,
    /// Struck, and fading.
    Struck,
}

/// One tone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// When it begins, in milliseconds after the sound does.
    pub at_ms: u32,
    /// How long it lasts.
    pub for_ms: u32,
    /// Its frequency.
    pub hz: f32,
    /// Its loudness beside the others, 0 to 1.
    pub gain: f32,
    /// Its shape.
    pub shape: Shape,
}

/// A sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tones {
    /// Its tones.
    pub tones: &'static [Tone],
    /// After how many milliseconds it begins again, if it goes on.
    pub period_ms: u32,
}

const fn held(at_ms: u32, for_ms: u32, hz: f32) -> Tone {
    Tone {
        at_ms,
        for_ms,
        hz,
        gain: 0.8,
        shape: Shape::Held,
    }
}

const fn struck(at_ms: u32, for_ms: u32, hz: f32, gain: f32) -> Tone {
    Tone {
        at_ms,
        for_ms,
        hz,
        gain,
        shape: Shape::Struck,
    }
}

/// S1: a high and a low tone, and a rest.
const LIFE: [Tone; 2] = [held(0, 420, 587.3), held(470, 420, 392.0)];
/// S2: three short pulses.
const PULSES: [Tone; 3] = [
    held(0, 110, 698.5),
    held(210, 110, 698.5),
    held(420, 110, 698.5),
];
/// S3: two chimes, falling.
const CHIMES: [Tone; 2] = [struck(0, 900, 1_046.5, 0.6), struck(420, 1_200, 784.0, 0.6)];
/// S4: a tick.
const TICK: [Tone; 1] = [struck(0, 60, 1_568.0, 0.35)];

/// What a sound is made of.
pub const fn tones(sound: Sound) -> Tones {
    match sound {
        Sound::Life => Tones {
            tones: &LIFE,
            period_ms: 1_600,
        },
        Sound::Pulses => Tones {
            tones: &PULSES,
            period_ms: 5_000,
        },
        Sound::Chimes => Tones {
            tones: &CHIMES,
            period_ms: 1_700,
        },
        Sound::Tick => Tones {
            tones: &TICK,
            period_ms: 100,
        },
    }
}

/// What a test plays to find out whether this tab can be heard at all: hardly louder than nothing.
pub const PROBE: Tone = Tone {
    at_ms: 0,
    for_ms: 120,
    hz: 392.0,
    gain: 0.02,
    shape: Shape::Held,
};

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Sound; 4] = [Sound::Life, Sound::Pulses, Sound::Chimes, Sound::Tick];

    #[test]
    fn a_sound_is_over_before_it_begins_again_and_no_two_are_alike() {
        for sound in ALL {
            let Tones { tones, period_ms } = tones(sound);
            let ends = tones.iter().map(|tone| tone.at_ms + tone.for_ms);
            assert!(ends.max().is_some_and(|end| end <= period_ms), "{sound:?}");
            assert!(tones.iter().all(|tone| tone.gain <= 1.0 && tone.gain > 0.0));
        }
        assert_eq!(
            tones(Sound::Pulses).period_ms,
            5_000,
            "as the table of types says"
        );
        assert_eq!(tones(Sound::Pulses).tones.len(), 3);
        assert_eq!(tones(Sound::Chimes).tones.len(), 2);
        assert_eq!(tones(Sound::Tick).tones.len(), 1);
        let [high, low] = LIFE;
        assert!(
            high.hz > low.hz * 1.2,
            "two tones that nobody takes for one"
        );
    }

    #[test]
    fn none_of_them_is_a_fire_panels() {
        for sound in ALL {
            let tones = tones(sound).tones;
            for tone in tones {
                assert!(
                    tone.hz < 2_000.0,
                    "{sound:?}: sounders for fire are near 3 kHz"
                );
            }
            // ISO 8201: three pulses of half a second, half a second apart.
            let long = tones.iter().filter(|tone| tone.for_ms >= 450);
            assert!(long.count() < 3, "{sound:?}");
            // The two tones of British sounders.
            for pair in tones.windows(2) {
                let [first, second] = pair else { continue };
                let near = |hz: f32| (750.0..1_020.0).contains(&hz);
                let differ = (first.hz - second.hz).abs() > 1.0;
                assert!(!(near(first.hz) && near(second.hz) && differ));
            }
        }
    }
}
