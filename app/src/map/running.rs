//! A map that is on the screen: the library's map, our layer and the names on it, and what they
//! tell the component.

use super::above::Above;
use super::camera::Camera;
use super::estate_style::Look;
use super::home::{FIELD_OF_VIEW_DEG, Framed, Home};
use super::live_layer::scene::Scene;
use super::live_layer::scene::places::AlarmPlace;
use super::live_layer::{LiveLayer, SceneHandle};
use super::machine::{graphics_are_slow, prefers_reduced_motion};
use super::maplibre::{self, Map};
use super::scale::scale_for_height;
use super::things::FloorAt;
use super::{estate_layers, estate_style, fonts, houses, texts};
use crate::ages::Now;
use crate::browser::mono;
use crate::desk::{Picked, Pointed, Theme};
use crate::dispatch::errands::Errand;
use crate::evidence::Past;
use castellan_domain::estate::Estate;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{BuildingId, PersonId};
use castellan_domain::text::{CallSign, Language};
use futures_util::future::join;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// What is selected is brought into view when it is closer to the rim than this.
const RIM_PX: f64 = 48.0;

/// Why there is no map to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The map library did not load.
    Library,
    /// The browser cannot draw it.
    Graphics,
    /// The graphics card was taken away; it usually comes back.
    Lost,
}

/// What the camera looks like from the controls.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pose {
    pub(super) bearing_deg: f64,
    pub(super) pitch_deg: f64,
    pub(super) metres_per_pixel: f64,
}

/// What a map tells its component.
pub(super) struct Events {
    pub(super) pointed: Box<dyn Fn(Pointed)>,
    pub(super) moved: Box<dyn Fn(Pose)>,
    pub(super) ready: Box<dyn Fn()>,
    pub(super) fault: Box<dyn Fn(Option<Fault>)>,
    pub(super) places: Box<dyn Fn(Vec<AlarmPlace>)>,
}

/// Where a map lives in the page.
pub(super) struct Places {
    pub(super) map: HtmlElement,
    pub(super) names: HtmlElement,
}

struct Shown {
    estate: Arc<Estate>,
    theme: Theme,
    language: Language,
    scale: f64,
}

/// Whether the library has a style that can be told what to show. It has none until the first one
/// has loaded, and none while the graphics card is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Styled {
    /// As it is shown.
    AsShown,
    /// Not now; what is shown is still what it was given.
    Waiting,
    /// Not now, and what is shown has become something else.
    Behind,
}

mod framed;
mod laid;
mod pick;
mod things;

type Listener = Closure<dyn FnMut(JsValue)>;

/// A map on the screen.
pub(super) struct Running {
    map: Map,
    container: HtmlElement,
    layer: LiveLayer,
    above: Rc<Above>,
    scene: SceneHandle,
    shown: RefCell<Shown>,
    styled: Cell<Styled>,
    /// What the library marks as selected.
    marked: RefCell<Option<Picked>>,
    /// What is framed where nobody moves the map.
    framed: Cell<Option<Framed>>,
    /// What lies over the estate, by source.
    laid: RefCell<BTreeMap<&'static str, Value>>,
    /// What of alarms the library was told last.
    alarms_told: Cell<Option<u64>>,
    /// Houses that are not drawn as they are, and those that are not named.
    hidden: RefCell<(Vec<BuildingId>, Vec<BuildingId>)>,
    /// The floor that is looked at.
    looked_at: RefCell<Option<FloorAt>>,
    events: Events,
    listeners: RefCell<Vec<Listener>>,
}

impl Running {
    /// Waits for the library and the font, then draws the estate.
    pub(super) async fn start(
        places: Places,
        estate: Arc<Estate>,
        (theme, language): (Theme, Language),
        scene: SceneHandle,
        events: Events,
    ) -> Result<Rc<Self>, Fault> {
        let characters = estate_layers::label_characters(&estate);
        let (library, ()) = join(maplibre::load(), fonts::load(&characters)).await;
        let library = library.map_err(|_reason| Fault::Library)?;
        Self::open(&library, places, estate, (theme, language), scene, events)
            .map_err(|_reason| Fault::Graphics)
    }

    fn open(
        library: &js_sys::Object,
        places: Places,
        estate: Arc<Estate>,
        (theme, language): (Theme, Language),
        scene: SceneHandle,
        events: Events,
    ) -> Result<Rc<Self>, JsValue> {
        let size = size_of(&places.map);
        let look = Look {
            theme,
            language,
            scale: scale_for_height(size.1),
        };
        let still = prefers_reduced_motion();
        let mut options = Home::of(&estate, size).camera();
        options["style"] = estate_style::style(&estate, look);
        options["attributionControl"] = json!(false);
        options["renderWorldCopies"] = json!(false);
        options["minZoom"] = json!(12);
        options["maxZoom"] = json!(21.5);
        options["fadeDuration"] = json!(if still { 0 } else { 150 });
        // Smooth edges double what a frame costs where a processor draws it.
        let smooth_edges = !graphics_are_slow();
        options["canvasContextAttributes"] = json!({ "antialias": smooth_edges });
        let map = Map::create(library, &places.map, &options)?;
        map.set_field_of_view(FIELD_OF_VIEW_DEG);

        scene.update(|scene| {
            scene.set_anchor(Anchor::new(estate.anchor));
            scene.set_edges(houses::roof_edges(&estate));
            scene.set_theme(theme);
            scene.set_reduced_motion(still);
        });
        let above = Rc::new(Above::new(&places.names)?);
        above.names.set_names(&estate, language);
        let on_frame = Box::new({
            let (above, scene, map) = (Rc::clone(&above), scene.clone(), map.clone());
            move |camera: &Camera, mono, smooth| {
                scene.read(|scene| above.place(scene, camera, map.zoom(), (mono, smooth)));
            }
        });
        let layer = LiveLayer::new(&map, scene.clone(), on_frame)?;
        layer.set_size(size, look.scale);
        scene.attach(Some(layer.wake()));
        let running = Rc::new(Self {
            map,
            container: places.map,
            layer,
            above,
            scene,
            shown: RefCell::new(Shown {
                estate,
                theme,
                language,
                scale: look.scale,
            }),
            styled: Cell::new(Styled::Waiting),
            marked: RefCell::default(),
            framed: Cell::new(None),
            laid: RefCell::default(),
            alarms_told: Cell::default(),
            hidden: RefCell::default(),
            looked_at: RefCell::default(),
            events,
            listeners: RefCell::default(),
        });
        running.name_canvas()?;
        running.listen();
        running.tell_pose();
        Ok(running)
    }

    /// Shows another estate, theme or language. Only what differs is touched.
    pub(super) fn show(
        &self,
        estate: &Arc<Estate>,
        theme: Theme,
        language: Language,
    ) -> Result<(), JsValue> {
        let mut shown = self.shown.borrow_mut();
        let another = !Arc::ptr_eq(&shown.estate, estate);
        if !another && shown.theme == theme && shown.language == language {
            return Ok(());
        }
        shown.estate = Arc::clone(estate);
        (shown.theme, shown.language) = (theme, language);
        drop(shown);
        self.above.names.set_names(estate, language);
        self.scene.update(|scene| {
            scene.set_anchor(Anchor::new(estate.anchor));
            if another {
                scene.set_edges(houses::roof_edges(estate));
            }
            scene.set_theme(theme);
        });
        self.tell_things_again();
        self.name_canvas()?;
        if another {
            self.dress()
        } else {
            self.restyle()
        }
    }

    /// Shows the call signs that were given since the estate was written.
    pub(super) fn name_people(&self, call_signs: BTreeMap<PersonId, CallSign>) {
        let shown = self.shown.borrow();
        self.above.names.set_call_signs(call_signs);
        self.above.names.set_names(&shown.estate, shown.language);
        self.map.trigger_repaint();
    }

    /// Shows what everybody is about who was sent.
    pub(super) fn tell_errands(&self, errands: &[Errand], now: Now) {
        let shown = self.shown.borrow();
        let said = (now, shown.language);
        self.above.tell_errands(errands, &shown.estate, said);
        self.scene.update(|scene| scene.set_errands(errands));
    }

    /// Shows where people were at the moment of a clip.
    pub(super) fn tell_past(&self, people: &[Past]) {
        self.above.tell_past(people, &self.shown.borrow().estate);
    }

    /// Tells the library all that is shown.
    fn dress(&self) -> Result<(), JsValue> {
        if !self.can_tell() {
            return Ok(());
        }
        let estate = Arc::clone(&self.shown.borrow().estate);
        for (source, data) in estate_layers::sources(&estate) {
            let data = self.laid(source).unwrap_or(data);
            self.map.set_source(source, &data)?;
        }
        self.tell_selected(&estate)?;
        self.alarms_told.set(None);
        self.restyle()
    }

    /// Marks what is selected, unless it is marked already: at the start nothing is, and telling the
    /// library so would let it read the whole estate twice.
    fn mark_selected(&self, estate: &Estate) -> Result<(), JsValue> {
        let is_marked = |scene: &Scene| self.marked.borrow().as_ref() == scene.selected();
        if self.scene.read(is_marked) || !self.can_tell() {
            return Ok(());
        }
        self.tell_selected(estate)
    }

    fn tell_selected(&self, estate: &Estate) -> Result<(), JsValue> {
        let selected = self.scene.read(|scene| scene.selected().cloned());
        let marked = estate_layers::selected(estate, selected.as_ref());
        self.map.set_source("selected", &marked)?;
        *self.marked.borrow_mut() = selected;
        Ok(())
    }

    /// Whether the library can be told what to show. If not, it is told all of it once it can.
    fn can_tell(&self) -> bool {
        let can = self.styled.get() == Styled::AsShown;
        if !can {
            self.styled.set(Styled::Behind);
        }
        can
    }

    /// A style has loaded: the first one, or what the library kept of it when the card was lost.
    fn style_loaded(&self) {
        let was = self.styled.replace(Styled::AsShown);
        // Custom layers do not survive the loss of a graphics card; this puts ours back.
        let laid = self.layer.add_to(&self.map);
        let dressed = match was {
            Styled::Behind => self.dress(),
            Styled::AsShown | Styled::Waiting => Ok(()),
        };
        if laid.and(dressed).is_err() {
            (self.events.fault)(Some(Fault::Graphics));
        }
    }

    /// The card is gone, and the library keeps its style as it was.
    fn lose_style(&self) {
        if self.styled.get() == Styled::AsShown {
            self.styled.set(Styled::Waiting);
        }
    }

    /// Rings what is selected, and brings it into view if it is out of sight.
    pub(super) fn select(&self, selected: Option<Picked>) -> Result<(), JsValue> {
        let mono = mono();
        let estate = Arc::clone(&self.shown.borrow().estate);
        let at = selected.as_ref().and_then(|what| {
            let moving = self.scene.read(|scene| scene.position(what, mono));
            moving.or_else(|| estate_layers::middle(&estate, what))
        });
        // From afar no device is drawn.
        let near = match &selected {
            Some(Picked::Device(_)) => {
                let scale = self.shown.borrow().scale;
                self.map.zoom().max(estate_style::devices_zoom(scale) + 0.4)
            }
            _ => self.map.zoom(),
        };
        self.scene.update(|scene| scene.select(selected));
        self.mark_selected(&estate)?;
        let (Some(at), Some(camera)) = (at, self.layer.camera()) else {
            return Ok(());
        };
        let in_view = |at| camera.shows(at, RIM_PX);
        let seen = camera.project(at).is_some_and(in_view) && near <= self.map.zoom();
        let anchor = self.scene.read(Scene::anchor);
        match anchor.and_then(|anchor| degrees(anchor, at)) {
            Some(centre) if !seen => {
                self.go(&json!({ "center": centre, "zoom": near, "duration": 600 }))
            }
            _ => Ok(()),
        }
    }

    /// Back to the resting view.
    pub(super) fn go_home(&self) -> Result<(), JsValue> {
        let mut camera = self.home().camera();
        camera["duration"] = json!(500);
        self.go(&camera)
    }

    /// North up, looking straight down.
    pub(super) fn go_level(&self) -> Result<(), JsValue> {
        self.go(&json!({ "bearing": 0.0, "pitch": 0.0, "duration": 500 }))
    }

    /// Tilted as the resting view is.
    pub(super) fn go_tilted(&self) -> Result<(), JsValue> {
        let home = self.home();
        self.go(&json!({ "bearing": home.bearing_deg, "pitch": home.pitch_deg, "duration": 500 }))
    }

    /// Closer or further by zoom levels.
    pub(super) fn go_closer(&self, levels: f64) -> Result<(), JsValue> {
        let zoom = (self.map.zoom() + levels).clamp(12.0, 21.5);
        self.go(&json!({ "zoom": zoom, "duration": 250 }))
    }

    /// Takes the map off the page.
    pub(super) fn stop(&self) {
        self.scene.attach(None);
        self.map.remove();
        self.listeners.borrow_mut().clear();
    }

    fn home(&self) -> Home {
        Home::of(&self.shown.borrow().estate, size_of(&self.container))
    }

    fn go(&self, camera: &Value) -> Result<(), JsValue> {
        self.map.go(camera, prefers_reduced_motion())
    }

    fn restyle(&self) -> Result<(), JsValue> {
        if !self.can_tell() {
            return Ok(());
        }
        let shown = self.shown.borrow();
        let look = Look {
            theme: shown.theme,
            language: shown.language,
            scale: shown.scale,
        };
        self.map.restyle(
            &estate_style::layers(&shown.estate, look),
            &houses::light(shown.theme),
        )
    }

    fn name_canvas(&self) -> Result<(), JsValue> {
        let name = texts::CANVAS.get(self.shown.borrow().language);
        self.map.canvas().set_attribute("aria-label", name)
    }

    fn resized(&self) {
        let size = size_of(&self.container);
        let scale = scale_for_height(size.1);
        self.layer.set_size(size, scale);
        let before = std::mem::replace(&mut self.shown.borrow_mut().scale, scale);
        if (before - scale).abs() > 0.02 {
            let styled = self.restyle();
            debug_assert!(styled.is_ok(), "the map refused its own style");
        }
        let framed = self.frame_again();
        debug_assert!(framed.is_ok(), "the map refused to move");
        self.tell_pose();
    }

    fn tell_pose(&self) {
        let ground_m = 40_075_016.686 * self.map.latitude().to_radians().cos();
        (self.events.moved)(Pose {
            bearing_deg: self.map.bearing(),
            pitch_deg: self.map.pitch(),
            metres_per_pixel: ground_m / (512.0 * self.map.zoom().exp2()),
        });
    }

    fn listen(self: &Rc<Self>) {
        self.on("style.load", |running, _event| running.style_loaded());
        self.on("idle", |running, _event| (running.events.ready)());
        self.on("move", |running, _event| running.tell_pose());
        self.on("render", |running, _event| running.tell_things());
        self.on("resize", |running, _event| running.resized());
        self.on("click", |running, event| {
            (running.events.pointed)(running.point_at(event));
        });
        self.on("mousemove", |running, event| {
            let cursor = if running.pick(event).is_some() {
                "pointer"
            } else {
                ""
            };
            let _set = running.map.canvas().style().set_property("cursor", cursor);
        });
        self.on("webglcontextlost", |running, _event| {
            running.layer.lose_gpu();
            running.lose_style();
            (running.events.fault)(Some(Fault::Lost));
        });
        self.on("webglcontextrestored", |running, _event| {
            (running.events.fault)(None);
        });
    }

    fn on(self: &Rc<Self>, event: &str, hear: impl Fn(&Self, JsValue) + 'static) {
        let running = Rc::downgrade(self);
        let listener = Listener::new(move |event| {
            if let Some(running) = running.upgrade() {
                hear(&running, event);
            }
        });
        self.map.on(event, listener.as_ref().unchecked_ref());
        self.listeners.borrow_mut().push(listener);
    }
}

fn degrees(anchor: Anchor, (x, y): (f64, f64)) -> Option<Value> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is on the map is within 20 km: 2,000,000 cm"
    )]
    let cm = |metres: f64| (metres * 100.0).round() as i32;
    let offset = castellan_domain::geo::Offset {
        x_cm: cm(x),
        y_cm: cm(y),
    };
    anchor.position(offset).ok().map(|at| json!(at))
}

fn size_of(element: &HtmlElement) -> (f64, f64) {
    (
        f64::from(element.client_width().max(1)),
        f64::from(element.client_height().max(1)),
    )
}
