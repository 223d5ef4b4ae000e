//! The only bindings to the map library (MapLibre GL JS) in the project, no wider than needed.
//!
//! `boot.js` imports the library and sets its worker; the app finds it as a promise.

use castellan_domain::geo::LonLat;
use js_sys::{Array, Function, Object, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What `boot.js` waits for before it loads the library: until then the page has other things to do.
const START: &str = "castellanStartMap";
/// Where `boot.js` leaves the promise of the library.
const PROMISE: &str = "castellanMaplibrePromise";

#[wasm_bindgen]
extern "C" {
    /// A map in the page.
    #[derive(Debug, Clone)]
    pub(super) type Map;

    #[wasm_bindgen(method)]
    pub(super) fn on(this: &Map, event: &str, listener: &Function);
    #[wasm_bindgen(method, js_name = addLayer, catch)]
    pub(super) fn add_layer(this: &Map, layer: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = getLayer)]
    pub(super) fn layer(this: &Map, id: &str) -> JsValue;
    #[wasm_bindgen(method, js_name = getSource)]
    fn source(this: &Map, id: &str) -> Option<Source>;
    #[wasm_bindgen(method, js_name = setPaintProperty, catch)]
    fn set_paint_property(
        this: &Map,
        layer: &str,
        name: &str,
        value: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = setLayoutProperty, catch)]
    fn set_layout_property(
        this: &Map,
        layer: &str,
        name: &str,
        value: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = setFilter, catch)]
    fn set_filter(this: &Map, layer: &str, filter: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = setLight, catch)]
    fn set_light(this: &Map, light: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = triggerRepaint)]
    pub(super) fn trigger_repaint(this: &Map);
    #[wasm_bindgen(method, js_name = getCanvas)]
    pub(super) fn canvas(this: &Map) -> web_sys::HtmlCanvasElement;
    #[wasm_bindgen(method, js_name = queryRenderedFeatures)]
    fn drawn_at(this: &Map, point: &Point) -> Array;
    #[wasm_bindgen(method, js_name = getZoom)]
    pub(super) fn zoom(this: &Map) -> f64;
    #[wasm_bindgen(method, js_name = getBearing)]
    pub(super) fn bearing(this: &Map) -> f64;
    #[wasm_bindgen(method, js_name = getPitch)]
    pub(super) fn pitch(this: &Map) -> f64;
    #[wasm_bindgen(method, js_name = setVerticalFieldOfView)]
    pub(super) fn set_field_of_view(this: &Map, degrees: f64);
    #[wasm_bindgen(method, js_name = getCenter)]
    fn centre(this: &Map) -> LngLat;
    #[wasm_bindgen(method, js_name = easeTo)]
    fn ease_to(this: &Map, options: &JsValue);
    #[wasm_bindgen(method, js_name = jumpTo)]
    fn jump_to(this: &Map, options: &JsValue);
    #[wasm_bindgen(method)]
    pub(super) fn resize(this: &Map);
    #[wasm_bindgen(method)]
    pub(super) fn remove(this: &Map);

    type Source;
    #[wasm_bindgen(method, js_name = setData)]
    fn set_data(this: &Source, data: &JsValue);

    type LngLat;
    #[wasm_bindgen(method, getter)]
    fn lat(this: &LngLat) -> f64;
    #[wasm_bindgen(method, getter)]
    fn lng(this: &LngLat) -> f64;

    /// What a listener of a pointer event is given.
    #[derive(Debug)]
    pub(super) type PointerEvent;
    #[wasm_bindgen(method, getter)]
    fn point(this: &PointerEvent) -> Point;
    #[wasm_bindgen(method, getter, js_name = lngLat)]
    fn ground(this: &PointerEvent) -> LngLat;

    type Point;
    #[wasm_bindgen(method, getter)]
    fn x(this: &Point) -> f64;
    #[wasm_bindgen(method, getter)]
    fn y(this: &Point) -> f64;

    /// What a custom layer is given to draw with.
    #[derive(Debug)]
    pub(super) type RenderInput;
    #[wasm_bindgen(method, getter, js_name = defaultProjectionData)]
    fn projection(this: &RenderInput) -> Projection;

    type Projection;
    #[wasm_bindgen(method, getter, js_name = mainMatrix)]
    fn main_matrix(this: &Projection) -> JsValue;
}

/// Calls for the library and waits for it.
pub(super) async fn load() -> Result<Object, JsValue> {
    let start: Function = Reflect::get(&js_sys::global(), &START.into())?.dyn_into()?;
    start.call0(&JsValue::NULL)?;
    let promise = Reflect::get(&js_sys::global(), &PROMISE.into())?;
    let promise: Promise = promise.dyn_into()?;
    let library = JsFuture::from(promise).await?;
    if library.is_object() {
        // A module's namespace has no prototype: `instanceof Object` would say no.
        Ok(library.unchecked_into())
    } else {
        Err(library)
    }
}

/// JSON as the library's own objects.
pub(super) fn js(value: &Value) -> Result<JsValue, JsValue> {
    js_sys::JSON::parse(&value.to_string())
}

impl Map {
    /// A new map in `container`. Fails where WebGL2 is missing.
    pub(super) fn create(
        library: &Object,
        container: &web_sys::HtmlElement,
        options: &Value,
    ) -> Result<Self, JsValue> {
        let class: Function = Reflect::get(library, &"Map".into())?.dyn_into()?;
        let options = js(options)?;
        Reflect::set(&options, &"container".into(), container)?;
        let map = Reflect::construct(&class, &Array::of1(&options))?;
        Ok(map.unchecked_into())
    }

    /// Replaces what a source holds.
    pub(super) fn set_source(&self, id: &str, data: &Value) -> Result<(), JsValue> {
        if let Some(source) = self.source(id) {
            source.set_data(&js(data)?);
        }
        Ok(())
    }

    /// Which features a layer draws.
    pub(super) fn filter(&self, layer: &str, filter: &Value) -> Result<(), JsValue> {
        self.set_filter(layer, &js(filter)?)?;
        Ok(())
    }

    /// Gives every layer its properties; those that stay the same cost nothing.
    pub(super) fn restyle(&self, layers: &[Value], light: &Value) -> Result<(), JsValue> {
        for layer in layers {
            let Some(id) = layer["id"].as_str() else {
                continue;
            };
            for (name, value) in layer["layout"].as_object().into_iter().flatten() {
                self.set_layout_property(id, name, &js(value)?)?;
            }
            for (name, value) in layer["paint"].as_object().into_iter().flatten() {
                self.set_paint_property(id, name, &js(value)?)?;
            }
        }
        self.set_light(&js(light)?)?;
        Ok(())
    }

    /// The id of the walls or the roof that is drawn under the pointer, of which the nearest counts.
    pub(super) fn walls_at(&self, event: &PointerEvent) -> Option<String> {
        let of = |thing: &JsValue, name: &str| Reflect::get(thing, &name.into()).ok();
        let walls = |drawn: JsValue| {
            let kind = of(&of(&drawn, "layer")?, "type")?;
            let is_walls = kind.as_string().as_deref() == Some("fill-extrusion");
            let id = of(&of(&drawn, "properties")?, "id")?;
            id.as_string().filter(|_| is_walls)
        };
        self.drawn_at(&event.point()).iter().find_map(walls)
    }

    /// Moves the camera, gently unless `at_once`.
    pub(super) fn go(&self, camera: &Value, at_once: bool) -> Result<(), JsValue> {
        let camera = js(camera)?;
        if at_once {
            self.jump_to(&camera);
        } else {
            self.ease_to(&camera);
        }
        Ok(())
    }

    /// Latitude of the middle of the screen.
    pub(super) fn latitude(&self) -> f64 {
        self.centre().lat()
    }
}

impl PointerEvent {
    /// Where it happened, in CSS pixels from the map's top left.
    pub(super) fn at(&self) -> (f64, f64) {
        let point = self.point();
        (point.x(), point.y())
    }

    /// The place on the ground; beyond the horizon there is none.
    pub(super) fn place(&self) -> Option<LonLat> {
        let ground = self.ground();
        LonLat::new(ground.lng(), ground.lat()).ok()
    }
}

impl RenderInput {
    /// The matrix from the world's Mercator square to the screen.
    pub(super) fn matrix(&self) -> Option<[f64; 16]> {
        let numbers = Array::from(&self.projection().main_matrix());
        let mut matrix = [0.0; 16];
        for (index, slot) in (0..numbers.length()).zip(&mut matrix) {
            *slot = numbers.get(index).as_f64()?;
        }
        (numbers.length() == 16).then_some(matrix)
    }
}
