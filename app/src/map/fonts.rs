//! The label font: its slices are loaded by the characters that labels need, before there are
//! labels, because the map library draws each character once and keeps it.

use super::estate_style::FONT_FAMILY;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Where `boot.js` leaves the promise of the font's style sheet.
const PROMISE: &str = "castellanFontsPromise";
/// A map with the system's characters is better than no map.
const WAIT_MS_MAX: i32 = 4_000;

/// Loads what `characters` needs, or gives up after a while; the system's font serves then.
pub(super) async fn load(characters: &str) {
    let loaded = wasm_bindgen_futures::future_to_promise({
        let characters = characters.to_owned();
        async move {
            if let Ok(sheet) = Reflect::get(&js_sys::global(), &PROMISE.into())
                && let Ok(sheet) = sheet.dyn_into::<Promise>()
            {
                JsFuture::from(sheet).await?;
            }
            let document = web_sys::window()
                .and_then(|window| window.document())
                .ok_or("no document")?;
            let font = format!("16px \"{FONT_FAMILY}\"");
            let slices = document.fonts().load_with_text(&font, &characters);
            JsFuture::from(slices).await
        }
    });
    let race = Promise::race(&Array::of2(&loaded, &after(WAIT_MS_MAX)));
    // Either way the map goes on: a missing font is not worth a missing map.
    let _either = JsFuture::from(race).await;
}

fn after(millis: i32) -> Promise {
    Promise::new(&mut |resolve: Function, _reject| {
        if let Some(window) = web_sys::window() {
            let timer =
                window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
            debug_assert!(timer.is_ok(), "a page has timers");
        }
    })
}
