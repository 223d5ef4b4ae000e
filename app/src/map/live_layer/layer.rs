//! The layer as the map library knows it: an object with `onAdd`, `render` and `onRemove`.

use super::gpu::Gpu;
use super::handle::SceneHandle;
use super::meter::Meter;
use super::pace::Pace;
use super::scene::Due;
use crate::browser::mono;
use crate::map::camera::Camera;
use crate::map::maplibre::{Map, RenderInput};
use crate::map::scale::marker_scale;
use castellan_domain::time::Span;
use js_sys::{Object, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::WebGl2RenderingContext;

/// The layer's name in the map's style.
const LAYER_ID: &str = "live";

/// Hears of each frame: from where it is seen, when, and whether the machine draws quickly.
type OnFrame = Box<dyn Fn(&Camera, Span, bool)>;

/// The live layer of one map.
pub(in crate::map) struct LiveLayer {
    object: JsValue,
    shared: Rc<Shared>,
    _on_add: Closure<dyn FnMut(Map, WebGl2RenderingContext)>,
    _begin: Closure<dyn FnMut()>,
    _render: Closure<dyn FnMut(JsValue, RenderInput)>,
    _on_remove: Closure<dyn FnMut()>,
}

struct Shared {
    map: Map,
    scene: SceneHandle,
    gpu: RefCell<Option<Gpu>>,
    fault: RefCell<Option<String>>,
    camera: Cell<Option<Camera>>,
    drawn: Cell<Option<Span>>,
    size_px: Cell<(f64, f64)>,
    scale: Cell<f64>,
    pace: Rc<RefCell<Pace>>,
    meter: Rc<Meter>,
    timer: Timer,
    on_frame: OnFrame,
}

impl LiveLayer {
    /// A layer that draws `scene`, and tells `on_frame` after each frame.
    pub(in crate::map) fn new(
        map: &Map,
        scene: SceneHandle,
        on_frame: OnFrame,
    ) -> Result<Self, JsValue> {
        let pace = Rc::new(RefCell::new(Pace::default()));
        let meter = Meter::new(Box::new({
            let pace = Rc::clone(&pace);
            move |cost| pace.borrow_mut().record(cost)
        }));
        let shared = Rc::new_cyclic(|shared: &Weak<Shared>| Shared {
            map: map.clone(),
            scene,
            gpu: RefCell::default(),
            fault: RefCell::default(),
            camera: Cell::default(),
            drawn: Cell::default(),
            size_px: Cell::new((1.0, 1.0)),
            scale: Cell::new(1.0),
            pace,
            meter,
            timer: Timer::new(Box::new({
                let shared = Weak::clone(shared);
                move || {
                    if let Some(shared) = shared.upgrade() {
                        shared.wake();
                    }
                }
            })),
            on_frame,
        });
        let on_add = Closure::<dyn FnMut(Map, WebGl2RenderingContext)>::new({
            let shared = Rc::clone(&shared);
            move |_map, gl| shared.add(gl)
        });
        let begin = Closure::<dyn FnMut()>::new({
            let meter = Rc::clone(&shared.meter);
            move || meter.begin()
        });
        let render = Closure::<dyn FnMut(JsValue, RenderInput)>::new({
            let shared = Rc::clone(&shared);
            move |_gl, input: RenderInput| shared.render(&input)
        });
        let on_remove = Closure::<dyn FnMut()>::new({
            let shared = Rc::clone(&shared);
            move || shared.remove()
        });
        let object = Object::new();
        for (name, value) in [
            ("id", &LAYER_ID.into()),
            ("type", &"custom".into()),
            // In the room of the buildings: edges lie behind what stands before them.
            ("renderingMode", &"3d".into()),
            ("onAdd", on_add.as_ref()),
            ("prerender", begin.as_ref()),
            ("render", render.as_ref()),
            ("onRemove", on_remove.as_ref()),
        ] {
            Reflect::set(&object, &name.into(), value)?;
        }
        Ok(Self {
            object: object.into(),
            shared,
            _on_add: on_add,
            _begin: begin,
            _render: render,
            _on_remove: on_remove,
        })
    }

    /// Puts the layer on top of the map, if it is not there already.
    pub(in crate::map) fn add_to(&self, map: &Map) -> Result<(), JsValue> {
        if map.layer(LAYER_ID).is_undefined() {
            map.add_layer(&self.object)?;
        }
        match self.shared.fault.take() {
            Some(reason) => Err(reason.into()),
            None => Ok(()),
        }
    }

    /// The map's size in CSS pixels and how much larger markers are drawn.
    pub(in crate::map) fn set_size(&self, size_px: (f64, f64), scale: f64) {
        self.shared.size_px.set(size_px);
        self.shared.scale.set(scale);
    }

    /// How the scene tells that it changed.
    pub(in crate::map) fn wake(&self) -> Box<dyn Fn()> {
        let shared = Rc::downgrade(&self.shared);
        Box::new(move || {
            if let Some(shared) = shared.upgrade() {
                shared.wake();
            }
        })
    }

    /// The camera of the latest frame.
    pub(in crate::map) fn camera(&self) -> Option<Camera> {
        self.shared.camera.get()
    }

    /// The graphics card is gone; its objects are not there to be deleted.
    pub(in crate::map) fn lose_gpu(&self) {
        self.shared.gpu.replace(None);
        self.shared.meter.forget();
    }
}

impl Drop for LiveLayer {
    fn drop(&mut self) {
        self.shared.timer.stop();
    }
}

impl Shared {
    fn add(&self, gl: WebGl2RenderingContext) {
        match Gpu::new(gl) {
            Ok(gpu) => {
                self.gpu.replace(Some(gpu));
                self.scene.draw(super::scene::Scene::redraw);
            }
            Err(reason) => {
                let reason = reason.as_string().unwrap_or_default();
                self.fault.replace(Some(reason));
            }
        }
    }

    fn render(&self, input: &RenderInput) {
        let mono = mono();
        let (width, height) = self.size_px.get();
        let camera = self
            .scene
            .read(super::scene::Scene::anchor)
            .zip(input.matrix());
        let Some((anchor, matrix)) = camera else {
            return;
        };
        let camera = Camera::new(&matrix, anchor, width, height);
        self.camera.set(Some(camera));
        self.scene.draw(|scene| scene.begin_frame(mono));
        if let Some(gpu) = self.gpu.borrow_mut().as_mut() {
            let scale = self.scale.get() * marker_scale(self.map.zoom());
            self.scene
                .draw(|scene| gpu.draw(scene, &camera, scale, mono));
            self.meter.end(gpu.context());
        }
        (self.on_frame)(&camera, mono, self.pace.borrow().is_smooth());
        self.drawn.set(Some(mono));
        self.timer.stop();
        self.wake();
    }

    /// Asks the map for a frame, now or later, if the scene shows anything else than it did.
    fn wake(&self) {
        let mono = mono();
        let wait = match self.scene.draw(|scene| scene.next_frame(mono)) {
            None => return self.timer.stop(),
            Some(Due::AtOnce) => Span::ZERO,
            Some(Due::Paced(after)) => after.max(self.rest(mono)),
        };
        if wait > Span::ZERO {
            self.timer.set(mono, wait);
        } else {
            self.timer.stop();
            self.map.trigger_repaint();
        }
    }

    /// What is left of the pause since the last frame.
    fn rest(&self, mono: Span) -> Span {
        self.drawn.get().map_or(Span::ZERO, |drawn| {
            let pause = self.pace.borrow().pause();
            Span::from_micros(drawn.as_micros() + pause.as_micros() - mono.as_micros())
        })
    }

    fn remove(&self) {
        if let Some(gpu) = self.gpu.borrow_mut().take() {
            gpu.delete();
        }
    }
}

/// Wakes once, at the earliest moment that it was set to.
struct Timer {
    ring: Closure<dyn FnMut()>,
    set: Rc<Cell<Option<(i32, Span)>>>,
}

impl Timer {
    fn new(ring: Box<dyn Fn()>) -> Self {
        let set = Rc::<Cell<_>>::default();
        Self {
            ring: Closure::new({
                let set = Rc::clone(&set);
                move || {
                    set.set(None);
                    ring();
                }
            }),
            set,
        }
    }

    fn set(&self, mono: Span, after: Span) {
        let at = Span::from_micros(mono.as_micros() + after.as_micros());
        if self.set.get().is_some_and(|(_, set_to)| set_to <= at) {
            return;
        }
        self.stop();
        let Some(window) = web_sys::window() else {
            return;
        };
        // Rounded up: a timer that rings too early would only ring again.
        let millis = i32::try_from(after.as_micros().div_euclid(1_000) + 1).unwrap_or(i32::MAX);
        let ring = self.ring.as_ref().unchecked_ref();
        let id = window.set_timeout_with_callback_and_timeout_and_arguments_0(ring, millis);
        self.set.set(id.ok().map(|id| (id, at)));
    }

    fn stop(&self) {
        if let (Some((id, _)), Some(window)) = (self.set.take(), web_sys::window()) {
            window.clear_timeout_with_handle(id);
        }
    }
}
