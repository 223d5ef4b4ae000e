//! The counts beside marks that stand for several alarms: a fixed set of page elements, moved with
//! each frame.

use super::camera::Camera;
use super::live_layer::scene::Scene;
use super::scale::scale_for_height;
use castellan_domain::estate::Priority;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// Counts on the map at most; the list has every alarm.
const CROWDS_MAX: usize = 24;

const fn class(priority: Priority) -> &'static str {
    match priority {
        Priority::P1 => "map-crowd p1",
        Priority::P2 => "map-crowd p2",
        Priority::P3 => "map-crowd p3",
        Priority::P4 => "map-crowd p4",
    }
}

/// The counts of one map.
pub(super) struct Crowds {
    slots: RefCell<Vec<(HtmlElement, String)>>,
}

impl Crowds {
    /// Adds hidden elements to `container`, once and for all.
    pub(super) fn new(container: &HtmlElement) -> Result<Self, JsValue> {
        let document = container.owner_document().ok_or("no document")?;
        let mut slots = Vec::with_capacity(CROWDS_MAX);
        for _ in 0..CROWDS_MAX {
            let element: HtmlElement = document.create_element("div")?.dyn_into()?;
            element.set_hidden(true);
            container.append_child(&element)?;
            slots.push((element, String::new()));
        }
        Ok(Self {
            slots: RefCell::new(slots),
        })
    }

    /// Puts the counts where their marks are in this frame.
    pub(super) fn place(&self, scene: &Scene, camera: &Camera) {
        let scale = scale_for_height(camera.size_px().1);
        let crowds = scene.crowds().into_iter();
        let mut seen = crowds.filter_map(|crowd| {
            let at = camera
                .project(crowd.at)
                .filter(|at| camera.shows(*at, 0.0))?;
            Some((at, crowd))
        });
        for (element, shown) in self.slots.borrow_mut().iter_mut() {
            let Some(((x, y), crowd)) = seen.next() else {
                if !element.hidden() {
                    element.set_hidden(true);
                }
                continue;
            };
            let look = format!("{} {}", class(crowd.priority), crowd.count);
            if *shown != look {
                element.set_class_name(class(crowd.priority));
                element.set_text_content(Some(&crowd.count.to_string()));
                *shown = look;
            }
            element.set_hidden(false);
            let transform =
                format!("translate({x:.1}px,{y:.1}px) scale({scale:.3}) translate(8px,-26px)");
            // A count that cannot be moved is on a page that is going away.
            let _moved = element.style().set_property("transform", &transform);
        }
    }
}
