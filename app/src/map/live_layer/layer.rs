//! The layer as the map library knows it: an object with `onAdd`, `render` and `onRemove`.

use super::gpu::Gpu;
use super::handle::SceneHandle;
use crate::browser::mono;
use crate::map::camera::Camera;
use crate::map::maplibre::{Map, RenderInput};
use crate::map::scale::marker_scale;
use castellan_domain::time::Span;
use js_sys::{Object, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::WebGl2RenderingContext;

/// The layer's name in the map's style.
const LAYER_ID: &str = "live";

type OnFrame = Box<dyn Fn(&Camera, Span)>;

/// The live layer of one map.
pub(in crate::map) struct LiveLayer {
    object: JsValue,
    shared: Rc<Shared>,
    _on_add: Closure<dyn FnMut(Map, WebGl2RenderingContext)>,
    _render: Closure<dyn FnMut(JsValue, RenderInput)>,
    _on_remove: Closure<dyn FnMut()>,
}

struct Shared {
    map: Map,
    scene: SceneHandle,
    gpu: RefCell<Option<Gpu>>,
    fault: RefCell<Option<String>>,
    camera: Cell<Option<Camera>>,
    size_px: Cell<(f64, f64)>,
    scale: Cell<f64>,
    pacer: Pacer,
    on_frame: OnFrame,
}

impl LiveLayer {
    /// A layer that draws `scene`, with a `pause` between frames, and tells `on_frame` after each.
    pub(in crate::map) fn new(
        map: &Map,
        scene: SceneHandle,
        pause: Span,
        on_frame: OnFrame,
    ) -> Result<Self, JsValue> {
        let shared = Rc::new(Shared {
            map: map.clone(),
            scene,
            gpu: RefCell::default(),
            fault: RefCell::default(),
            camera: Cell::default(),
            size_px: Cell::new((1.0, 1.0)),
            scale: Cell::new(1.0),
            pacer: Pacer::new(map, pause),
            on_frame,
        });
        let on_add = Closure::<dyn FnMut(Map, WebGl2RenderingContext)>::new({
            let shared = Rc::clone(&shared);
            move |_map, gl| shared.add(gl)
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
            ("renderingMode", &"2d".into()),
            ("onAdd", on_add.as_ref()),
            ("render", render.as_ref()),
            ("onRemove", on_remove.as_ref()),
        ] {
            Reflect::set(&object, &name.into(), value)?;
        }
        Ok(Self {
            object: object.into(),
            shared,
            _on_add: on_add,
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

    /// How the scene asks for a frame.
    pub(in crate::map) fn repaint(&self) -> Box<dyn Fn()> {
        let shared = Rc::downgrade(&self.shared);
        Box::new(move || {
            if let Some(shared) = shared.upgrade() {
                shared.pacer.request(mono());
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
    }
}

impl Drop for LiveLayer {
    fn drop(&mut self) {
        self.shared.pacer.stop();
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
        if let Some(gpu) = self.gpu.borrow_mut().as_mut() {
            let scale = self.scale.get() * marker_scale(self.map.zoom());
            self.scene
                .draw(|scene| gpu.draw(scene, &camera, scale, mono));
        }
        (self.on_frame)(&camera, mono);
        let next = self.scene.read(|scene| scene.next_frame(mono));
        self.pacer.drew(mono, next);
    }

    fn remove(&self) {
        if let Some(gpu) = self.gpu.borrow_mut().take() {
            gpu.delete();
        }
    }
}

/// Asks the map for frames, not more often than it should draw them. Frames at full rate would
/// draw the whole map sixty times a second for people who walk three pixels in one.
struct Pacer {
    map: Map,
    pause: Span,
    tick: Closure<dyn FnMut()>,
    running: Cell<Option<i32>>,
    drawn: Cell<Option<Span>>,
}

impl Pacer {
    fn new(map: &Map, pause: Span) -> Self {
        let tick = Closure::new({
            let map = map.clone();
            move || map.trigger_repaint()
        });
        Self {
            map: map.clone(),
            pause,
            tick,
            running: Cell::default(),
            drawn: Cell::default(),
        }
    }

    /// Something changed: a frame as soon as the pause since the last one is over.
    fn request(&self, mono: Span) {
        let rest = self.drawn.get().map_or(Span::ZERO, |drawn| {
            Span::from_micros(drawn.as_micros() + self.pause.as_micros() - mono.as_micros())
        });
        if rest > Span::ZERO {
            self.set(rest);
        } else {
            self.map.trigger_repaint();
        }
    }

    /// A frame was drawn; the next one is due after `next`, if one is.
    fn drew(&self, mono: Span, next: Option<Span>) {
        self.drawn.set(Some(mono));
        match next {
            Some(next) => self.set(next.max(self.pause)),
            None => self.stop(),
        }
    }

    fn set(&self, after: Span) {
        self.stop();
        let Some(window) = web_sys::window() else {
            return;
        };
        let millis = i32::try_from(after.as_millis()).unwrap_or(i32::MAX);
        let tick = self.tick.as_ref().unchecked_ref();
        self.running.set(
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(tick, millis)
                .ok(),
        );
    }

    fn stop(&self) {
        if let (Some(id), Some(window)) = (self.running.take(), web_sys::window()) {
            window.clear_timeout_with_handle(id);
        }
    }
}
