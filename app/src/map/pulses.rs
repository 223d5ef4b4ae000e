//! The rings that pulse around the alarms that need somebody first. They are elements of the page above the
//! map: the style sheet moves them, and the map below is not drawn again for them.

use super::camera::Camera;
use super::live_layer::scene::{Calling, PULSING_MAX, Scene};
use super::scale::{marker_scale, scale_for_height};
use castellan_domain::estate::Priority;
use castellan_domain::ids::AlarmId;
use js_sys::{Array, Function, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

struct Ring {
    element: HtmlElement,
    pulsing: Element,
    alarm: Option<AlarmId>,
    class: String,
}

/// The rings of one map.
pub(super) struct Pulses {
    container: HtmlElement,
    rings: RefCell<Vec<Ring>>,
}

impl Pulses {
    /// Puts hidden rings below the names that are in `above` already, once and for all.
    pub(super) fn new(above: &HtmlElement) -> Result<Self, JsValue> {
        let document = above.owner_document().ok_or("no document")?;
        let container: HtmlElement = document.create_element("div")?.unchecked_into();
        container.set_class_name("map-pulses");
        above.insert_before(&container, above.first_child().as_ref())?;
        let mut rings = Vec::with_capacity(PULSING_MAX);
        for _ in 0..PULSING_MAX {
            let element: HtmlElement = document.create_element("div")?.unchecked_into();
            element.set_hidden(true);
            let ring = document.create_element("i")?;
            element.append_child(&ring)?;
            container.append_child(&element)?;
            rings.push(Ring {
                element,
                pulsing: ring,
                alarm: None,
                class: String::new(),
            });
        }
        Ok(Self {
            container,
            rings: RefCell::new(rings),
        })
    }

    /// Puts the rings around the alarms of this frame. `smooth`: the machine can move them with each
    /// frame of the screen.
    pub(super) fn place(&self, scene: &Scene, camera: &Camera, zoom: f64, smooth: bool) {
        let pace = if smooth { "smooth" } else { "stepped" };
        if self.container.get_attribute("data-pace").as_deref() != Some(pace) {
            let _set = self.container.set_attribute("data-pace", pace);
        }
        let scale = scale_for_height(camera.size_px().1) * marker_scale(zoom);
        let seen: Vec<_> = scene
            .calling()
            .filter_map(|calling| Some((calling, camera.project(calling.at)?)))
            .collect();
        let mut rings = self.rings.borrow_mut();
        for ring in rings.iter_mut() {
            let stays = |(calling, _): &(Calling, _)| ring.alarm == Some(calling.id);
            if !seen.iter().any(stays) {
                ring.hide();
            }
        }
        for (calling, at) in seen {
            let of = |alarm| move |ring: &Ring| ring.alarm == alarm;
            let kept = rings.iter().position(of(Some(calling.id)));
            let index = kept.or_else(|| rings.iter().position(of(None)));
            if let Some(ring) = index.and_then(|index| rings.get_mut(index)) {
                ring.show(&calling);
                ring.stand(at, scale);
            }
        }
    }
}

impl Ring {
    fn show(&mut self, calling: &Calling) {
        let priority = match calling.priority {
            Priority::P1 => "p1",
            Priority::P2 => "p2",
            Priority::P3 => "p3",
            Priority::P4 => "p4",
        };
        let drill = if calling.drill { " drill" } else { "" };
        let class = format!("map-pulse {priority}{drill}");
        if self.class != class {
            self.element.set_class_name(&class);
            self.class = class;
        }
        if self.alarm != Some(calling.id) {
            self.alarm = Some(calling.id);
            let _set = self
                .element
                .set_attribute("data-pulse", &calling.id.to_string());
            self.element.set_hidden(false);
            // A ring that pulses out of step costs frames of its own, and is still a ring.
            let _in_step = fall_into_step(&self.pulsing);
        }
    }

    fn stand(&self, (x, y): (f64, f64), scale: f64) {
        let transform = format!("translate({x:.1}px,{y:.1}px) scale({scale:.3})");
        // A ring that cannot be moved is on a page that is going away.
        let _moved = self.element.style().set_property("transform", &transform);
    }

    fn hide(&mut self) {
        if self.alarm.take().is_some() {
            self.element.set_hidden(true);
            let _gone = self.element.remove_attribute("data-pulse");
        }
    }
}

/// Lets an element's animations begin when the page did, as all rings do: so a machine that draws in steps draws all of
/// them in one frame.
fn fall_into_step(ring: &Element) -> Result<(), JsValue> {
    let ask: Function = Reflect::get(ring, &"getAnimations".into())?.dyn_into()?;
    for animation in Array::from(&ask.call0(ring)?).iter() {
        Reflect::set(&animation, &"startTime".into(), &0.into())?;
    }
    Ok(())
}
