//! Where the phone is, while its page can be seen: the browser tells, the server is told as of any phone.

use super::fix::Fix;
use super::phone::Phone;
use super::state::Located;
use crate::api;
use crate::browser::{is_visible, mono, window};
use castellan_domain::geo::LonLat;
use castellan_domain::guard_view::GuardDuty;
use castellan_domain::ids::PhoneId;
use castellan_domain::time::Span;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Milliseconds between two positions that are sent.
const SEND_EVERY: Span = Span::from_millis(5_000);
/// The code of a browser for "not allowed".
const DENIED: u16 = 1;

#[wasm_bindgen]
extern "C" {
    type Geolocation;
    #[wasm_bindgen(method, js_name = watchPosition)]
    fn watch_position(
        this: &Geolocation,
        found: &js_sys::Function,
        failed: &js_sys::Function,
        options: &JsValue,
    ) -> i32;
    #[wasm_bindgen(method, js_name = clearWatch)]
    fn clear_watch(this: &Geolocation, watch: i32);

    type Position;
    #[wasm_bindgen(method, getter)]
    fn coords(this: &Position) -> Coords;
    #[wasm_bindgen(method, getter)]
    fn timestamp(this: &Position) -> f64;

    type Coords;
    #[wasm_bindgen(method, getter)]
    fn latitude(this: &Coords) -> f64;
    #[wasm_bindgen(method, getter)]
    fn longitude(this: &Coords) -> f64;
    #[wasm_bindgen(method, getter)]
    fn accuracy(this: &Coords) -> f64;

    type PositionError;
    #[wasm_bindgen(method, getter)]
    fn code(this: &PositionError) -> u16;
}

impl Phone {
    /// Follows the phone while its person is on duty and its page can be seen.
    pub fn follow(&'static self) {
        let visible = RwSignal::new(is_visible());
        let seen = Closure::<dyn Fn()>::new(move || visible.set(is_visible()));
        if let Some(document) = window().document() {
            let function = seen.as_ref().unchecked_ref();
            let _ = document.add_event_listener_with_callback("visibilitychange", function);
        }
        seen.forget();
        let wanted = Memo::new(move |_| {
            let on_duty = self.told.with(|told| {
                let duty = told.as_ref().map(|(_, view)| view.duty);
                duty.is_some_and(|duty| duty != GuardDuty::Off)
            });
            on_duty && visible.get()
        });
        Effect::new(move |_| {
            if wanted.get() {
                self.locate();
            } else {
                self.stop_locating();
            }
        });
    }

    fn locate(&'static self) {
        let place = &self.place;
        if place.watch.get_value().is_some() {
            return;
        }
        let Some(geolocation) = geolocation().filter(|_| window().is_secure_context()) else {
            place.located.set(Located::NotSecure);
            return;
        };
        place.located.set(Located::Waits);
        let found =
            Closure::<dyn Fn(Position)>::new(move |position: Position| self.found(&position));
        let failed = Closure::<dyn Fn(PositionError)>::new(move |error: PositionError| {
            let denied = error.code() == DENIED;
            let located = if denied {
                Located::NoPermission
            } else {
                Located::NoFix
            };
            self.place.located.set(located);
        });
        let options = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&options, &"enableHighAccuracy".into(), &true.into());
        let watch = geolocation.watch_position(
            found.as_ref().unchecked_ref(),
            failed.as_ref().unchecked_ref(),
            &options,
        );
        // They live as long as the page: it is told of again and again.
        found.forget();
        failed.forget();
        place.watch.set_value(Some(watch));
    }

    fn stop_locating(&self) {
        let watch = self.place.watch.try_update_value(Option::take).flatten();
        if let Some((geolocation, watch)) = geolocation().zip(watch) {
            geolocation.clear_watch(watch);
        }
        self.place.located.set(Located::Off);
        self.place.fix.set(None);
    }

    fn found(&'static self, position: &Position) {
        let coords = position.coords();
        let Ok(at) = LonLat::new(coords.longitude(), coords.latitude()) else {
            return;
        };
        let accuracy_m = coords.accuracy();
        let now = mono();
        self.place.fix.set(Some(Fix {
            at,
            accuracy_m,
            told_at: now,
        }));
        let rests = self
            .place
            .sent_at
            .get_value()
            .is_some_and(|at| now.as_micros() - at.as_micros() < SEND_EVERY.as_micros());
        let phone = self.desk.person.get_untracked();
        let Some(phone) = phone
            .filter(|_| !rests)
            .and_then(|one| PhoneId::of_page(&one))
        else {
            return;
        };
        self.place.sent_at.set_value(Some(now));
        // As the apps say it.
        let message = serde_json::json!({
            "_type": "location",
            "lat": at.lat(),
            "lon": at.lon(),
            "acc": accuracy_m,
            "tst": (position.timestamp() / 1_000.0).floor(),
        });
        spawn_local(async move {
            let sent = api::position(&phone, message.to_string()).await;
            let watches = self.place.watch.get_value().is_some();
            if watches {
                let located = if sent.is_ok() {
                    Located::Sent
                } else {
                    Located::Lost
                };
                self.place.located.set(located);
            }
        });
    }
}

fn geolocation() -> Option<Geolocation> {
    let navigator = js_sys::Reflect::get(&window(), &"navigator".into()).ok()?;
    let geolocation = js_sys::Reflect::get(&navigator, &"geolocation".into()).ok()?;
    geolocation
        .is_object()
        .then(|| geolocation.unchecked_into())
}
