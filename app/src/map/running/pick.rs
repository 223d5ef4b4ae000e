//! What is under the pointer.

use super::Running;
use crate::browser::mono;
use crate::desk::{Picked, Pointed};
use crate::map::camera::Camera;
use crate::map::estate_style;
use crate::map::maplibre::PointerEvent;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::BuildingId;
use wasm_bindgen::{JsCast as _, JsValue};

/// How far from a marker a click still means it.
const REACH_PX: f64 = 18.0;
/// The same for a device, which is smaller and stands among others.
const DEVICE_REACH_PX: f64 = 10.0;

impl Running {
    /// What was clicked, and where that is.
    pub(super) fn point_at(&self, event: JsValue) -> Pointed {
        let what = self.pick(event.clone());
        let event: PointerEvent = event.unchecked_into();
        let walls = self.map.walls_at(&event);
        Pointed {
            what,
            building: walls.and_then(|id| BuildingId::new(id).ok()),
            at: event.place(),
        }
    }

    pub(super) fn pick(&self, event: JsValue) -> Option<Picked> {
        let event: PointerEvent = event.unchecked_into();
        let camera = self.layer.camera()?;
        let reach = REACH_PX * self.shown.borrow().scale;
        let mono = mono();
        if let Some(alarm) = self.above.pick(event.at()) {
            return Some(Picked::Alarm(alarm));
        }
        let moving = self
            .scene
            .read(|scene| scene.pick(event.at(), reach, &camera, mono));
        moving.or_else(|| self.pick_device(event.at(), &camera))
    }

    /// A device that is drawn there: out of doors, and not from afar.
    fn pick_device(&self, at: (f64, f64), camera: &Camera) -> Option<Picked> {
        let shown = self.shown.borrow();
        if self.map.zoom() < estate_style::devices_zoom(shown.scale) + 0.4 {
            return None;
        }
        let reach = DEVICE_REACH_PX * shown.scale;
        let anchor = Anchor::new(shown.estate.anchor);
        let outdoors = shown
            .estate
            .devices
            .iter()
            .filter(|d| d.place.floor.is_none());
        let near = outdoors.filter_map(|device| {
            let (x, y) = camera.project(anchor.metres(device.place.at))?;
            let distance = (x - at.0).hypot(y - at.1);
            (distance <= reach).then_some((distance, device))
        });
        let nearest = near.min_by(|(a, _), (b, _)| a.total_cmp(b));
        nearest.map(|(_, device)| Picked::Device(device.id.clone()))
    }
}
