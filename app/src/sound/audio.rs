//! The browser's own synthesiser: the only bindings to it, no more than what we ask of it.

use super::tones::{Shape, Tone};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What plays.
    #[derive(Clone)]
    pub(super) type AudioContext;
    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new() -> Result<AudioContext, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn resume(this: &AudioContext) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn state(this: &AudioContext) -> String;
    #[wasm_bindgen(method, getter, js_name = currentTime)]
    pub(super) fn current_time(this: &AudioContext) -> f64;
    #[wasm_bindgen(method, getter)]
    fn destination(this: &AudioContext) -> AudioNode;
    #[wasm_bindgen(method, catch, js_name = createGain)]
    fn create_gain(this: &AudioContext) -> Result<GainNode, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createOscillator)]
    fn create_oscillator(this: &AudioContext) -> Result<OscillatorNode, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createAnalyser)]
    fn create_analyser(this: &AudioContext) -> Result<AnalyserNode, JsValue>;
    #[wasm_bindgen(method, setter, js_name = onstatechange)]
    pub(super) fn set_onstatechange(this: &AudioContext, hears: &js_sys::Function);

    /// A part of the way from tone to loudspeaker.
    #[derive(Clone)]
    pub(super) type AudioNode;
    #[wasm_bindgen(method, catch)]
    fn connect(this: &AudioNode, to: &AudioNode) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn disconnect(this: &AudioNode) -> Result<(), JsValue>;

    /// How loud what passes is.
    #[wasm_bindgen(extends = AudioNode)]
    #[derive(Clone)]
    pub(super) type GainNode;
    #[wasm_bindgen(method, getter)]
    pub(super) fn gain(this: &GainNode) -> AudioParam;

    /// A value that may change while something plays.
    pub(super) type AudioParam;
    #[wasm_bindgen(method, catch, js_name = setValueAtTime)]
    pub(super) fn set_value_at_time(
        this: &AudioParam,
        value: f32,
        at: f64,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = linearRampToValueAtTime)]
    fn linear_ramp(this: &AudioParam, value: f32, at: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = exponentialRampToValueAtTime)]
    fn exponential_ramp(this: &AudioParam, value: f32, at: f64) -> Result<JsValue, JsValue>;

    /// A tone.
    #[wasm_bindgen(extends = AudioNode)]
    type OscillatorNode;
    #[wasm_bindgen(method, getter)]
    fn frequency(this: &OscillatorNode) -> AudioParam;
    #[wasm_bindgen(method, catch)]
    fn start(this: &OscillatorNode, at: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stop(this: &OscillatorNode, at: f64) -> Result<(), JsValue>;

    /// Sees what passes.
    #[wasm_bindgen(extends = AudioNode)]
    #[derive(Clone)]
    type AnalyserNode;
    #[wasm_bindgen(method, setter, js_name = fftSize)]
    fn set_fft_size(this: &AnalyserNode, samples: u32);
    #[wasm_bindgen(method, js_name = getFloatTimeDomainData)]
    fn get_float_time_domain_data(this: &AnalyserNode, into: &js_sys::Float32Array);
}

/// Seconds in which a held tone comes and goes, so that it does not click.
const EDGE_S: f64 = 0.012;
/// What an exponential fade ends at: it cannot end at nothing.
const FAINT: f32 = 0.001;
/// What the analyser sees at a time, in samples: more than half a second, so that a busy page which
/// looks late still sees a short tone.
const SEEN: u32 = 32_768;

/// The way to the loudspeaker.
pub(super) struct Way {
    pub(super) context: AudioContext,
    volume: GainNode,
    analyser: AnalyserNode,
}

impl Way {
    /// Opens it. A browser may refuse to play by it until somebody touches the page.
    pub(super) fn open(volume: f32) -> Result<Self, JsValue> {
        let context = AudioContext::new()?;
        let (gain, analyser) = (context.create_gain()?, context.create_analyser()?);
        analyser.set_fft_size(SEEN);
        gain.connect(&analyser)?;
        analyser.connect(&context.destination())?;
        let way = Self {
            context,
            volume: gain,
            analyser,
        };
        way.set_volume(volume)?;
        Ok(way)
    }

    /// How loud all of it is, 0 to 1.
    pub(super) fn set_volume(&self, volume: f32) -> Result<(), JsValue> {
        let now = self.context.current_time();
        self.volume.gain().set_value_at_time(volume, now).map(drop)
    }

    /// A bundle of tones that can be cut off together.
    pub(super) fn bundle(&self) -> Result<GainNode, JsValue> {
        let bundle = self.context.create_gain()?;
        bundle.connect(&self.volume)?;
        Ok(bundle)
    }

    /// Lets a tone sound within a bundle, so long after `from`.
    pub(super) fn sound(&self, bundle: &GainNode, tone: &Tone, from: f64) -> Result<(), JsValue> {
        let begins = from + f64::from(tone.at_ms) / 1_000.0;
        let ends = begins + f64::from(tone.for_ms) / 1_000.0;
        let oscillator = self.context.create_oscillator()?;
        let envelope = self.context.create_gain()?;
        oscillator.frequency().set_value_at_time(tone.hz, begins)?;
        let loudness = envelope.gain();
        loudness.set_value_at_time(0.0, begins)?;
        loudness.linear_ramp(tone.gain, begins + EDGE_S)?;
        match tone.shape {
            Shape::Held => {
                loudness.set_value_at_time(tone.gain, ends - EDGE_S)?;
                loudness.linear_ramp(0.0, ends)?;
            }
            Shape::Struck => {
                loudness.exponential_ramp(FAINT, ends)?;
            }
        }
        oscillator.connect(&envelope)?;
        envelope.connect(bundle)?;
        oscillator.start(begins)?;
        oscillator.stop(ends)
    }

    /// Whether anything passes just now.
    pub(super) fn passes(&self) -> bool {
        let seen = js_sys::Float32Array::new_with_length(SEEN);
        self.analyser.get_float_time_domain_data(&seen);
        seen.to_vec().iter().any(|value| value.abs() > f32::EPSILON)
    }
}
