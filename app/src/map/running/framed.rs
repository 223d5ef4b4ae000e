//! What a map frames where nobody moves it.

use super::{Running, camera_of, size_of};
use crate::map::camera::Framed;
use castellan_domain::geo::LonLat;
use serde_json::json;
use wasm_bindgen::JsValue;

/// By how many zoom levels a framed place is closer than the resting view.
const CLOSER: f64 = 1.4;
/// How steeply it is looked at.
const PITCH_DEG: f64 = 42.0;
/// How long a flight takes.
const FLIGHT_MS: u32 = 900;

impl Running {
    /// Flies to a place, or back to the whole estate, and stays there also where the map gets another size.
    pub(in crate::map) fn frame(&self, at: Option<LonLat>) -> Result<(), JsValue> {
        self.framed.set(at.map_or(Framed::Home, Framed::Place));
        self.fly(at, FLIGHT_MS)
    }

    /// The map has another size.
    pub(super) fn frame_again(&self) -> Result<(), JsValue> {
        match self.framed.get() {
            Framed::Free => Ok(()),
            Framed::Home => self.fly(None, 0),
            Framed::Place(at) => self.fly(Some(at), 0),
        }
    }

    fn fly(&self, at: Option<LonLat>, duration_ms: u32) -> Result<(), JsValue> {
        let mut camera = camera_of(&self.shown.borrow().estate, size_of(&self.container));
        if let Some(at) = at {
            let zoom = camera["zoom"].as_f64().unwrap_or(17.0);
            camera["center"] = json!(at);
            camera["zoom"] = json!((zoom + CLOSER).min(21.5));
            camera["pitch"] = json!(PITCH_DEG);
        }
        camera["duration"] = json!(duration_ms);
        self.go(&camera)
    }
}
