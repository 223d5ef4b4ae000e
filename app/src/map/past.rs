//! Where people were at the moment of a clip: dashed rings above the map, as nothing of now is drawn.

use super::camera::Camera;
use super::scale::scale_for_height;
use crate::evidence::model::PAST_MAX;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::HtmlElement;

/// The rings of one map.
pub(super) struct PastRings {
    /// Where in metres, at most [`PAST_MAX`].
    places: RefCell<Vec<(f64, f64)>>,
    rings: Vec<HtmlElement>,
    /// How the map was last drawn: rings that change wait for no frame.
    camera: Cell<Option<Camera>>,
}

impl PastRings {
    /// Puts hidden rings below the names that are in `above` already, once and for all.
    pub(super) fn new(above: &HtmlElement) -> Result<Self, JsValue> {
        let document = above.owner_document().ok_or("no document")?;
        let container: HtmlElement = document.create_element("div")?.unchecked_into();
        container.set_class_name("map-past");
        above.insert_before(&container, above.first_child().as_ref())?;
        let mut rings = Vec::with_capacity(PAST_MAX);
        for _ in 0..PAST_MAX {
            let ring: HtmlElement = document.create_element("div")?.unchecked_into();
            ring.set_hidden(true);
            container.append_child(&ring)?;
            rings.push(ring);
        }
        Ok(Self {
            places: RefCell::default(),
            rings,
            camera: Cell::new(None),
        })
    }

    /// Who is shown, and where.
    pub(super) fn set(&self, people: Vec<((f64, f64), String)>) {
        let (places, names): (Vec<_>, Vec<_>) = people.into_iter().take(PAST_MAX).unzip();
        for (ring, name) in self.rings.iter().zip(names) {
            ring.set_text_content(Some(&name));
        }
        *self.places.borrow_mut() = places;
        if let Some(camera) = self.camera.get() {
            self.place(&camera);
        }
    }

    /// Puts them where they are in this frame.
    pub(super) fn place(&self, camera: &Camera) {
        self.camera.set(Some(*camera));
        let scale = scale_for_height(camera.size_px().1);
        let places = self.places.borrow();
        for (nth, ring) in self.rings.iter().enumerate() {
            let at = places.get(nth).and_then(|at| camera.project(*at));
            ring.set_hidden(at.is_none());
            if let Some((x, y)) = at {
                let transform = format!("translate({x:.1}px,{y:.1}px) scale({scale:.3})");
                // A ring that cannot be moved is on a page that is going away.
                let _moved = ring.style().set_property("transform", &transform);
            }
        }
    }
}
