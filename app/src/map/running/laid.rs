//! What lies over the estate and is no part of its document: what cameras see.

use super::Running;
use crate::cameras::sights_of;
use crate::map::estate_layers::{CONES, COVERAGE};
use crate::map::sights;
use castellan_domain::estate::Stripes;
use castellan_domain::ids::DeviceId;
use serde_json::Value;
use std::sync::Arc;
use wasm_bindgen::JsValue;

impl Running {
    /// Draws what these cameras see.
    pub(in crate::map) fn lay_cones(&self, cameras: &[DeviceId]) -> Result<(), JsValue> {
        let estate = Arc::clone(&self.shown.borrow().estate);
        let cones = sights::cones(&sights_of(&estate), &estate, cameras);
        self.lay(CONES, cones)
    }

    /// Draws how much of the public area is watched.
    pub(in crate::map) fn lay_coverage(&self, stripes: Option<&Stripes>) -> Result<(), JsValue> {
        let estate = Arc::clone(&self.shown.borrow().estate);
        self.lay(COVERAGE, sights::coverage(&estate, stripes))
    }

    /// What a source holds that is no part of the document.
    pub(super) fn laid(&self, source: &str) -> Option<Value> {
        self.laid.borrow().get(source).cloned()
    }

    /// Where the library cannot be told, it is told all once it can.
    pub(super) fn lay(&self, source: &'static str, data: Value) -> Result<(), JsValue> {
        let is_empty = |data: &Value| data["features"].as_array().is_none_or(Vec::is_empty);
        // A source begins empty.
        let was_empty = self.laid(source).as_ref().is_none_or(is_empty);
        let told = if was_empty && is_empty(&data) || !self.can_tell() {
            Ok(())
        } else {
            self.map.set_source(source, &data)
        };
        self.laid.borrow_mut().insert(source, data);
        told
    }
}
