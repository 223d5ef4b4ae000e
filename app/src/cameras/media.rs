//! What browsers play pictures from: `MediaSource`, or `ManagedMediaSource`, the only one that iPhones have. That one says
//! when it takes no more for now.

use crate::browser::window;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::MediaSource;

fn kind() -> Option<Function> {
    let mut names = ["MediaSource", "ManagedMediaSource"].into_iter();
    names.find_map(|name| Reflect::get(&window(), &name.into()).ok()?.dyn_into().ok())
}

/// Whether this browser plays a codec.
pub(super) fn plays(codec: &str) -> bool {
    let Some(kind) = kind() else {
        return false;
    };
    let ask = Reflect::get(&kind, &"isTypeSupported".into()).ok();
    let ask = ask.and_then(|ask| ask.dyn_into::<Function>().ok());
    let says = ask.and_then(|ask| ask.call1(&kind, &codec.into()).ok());
    says.is_some_and(|says| says.is_truthy())
}

/// A source to play from.
pub(super) fn source() -> Result<MediaSource, JsValue> {
    let kind = kind().ok_or(JsValue::UNDEFINED)?;
    // Both have the same methods.
    Ok(Reflect::construct(&kind, &Array::new())?.unchecked_into())
}

/// Whether it takes pieces now.
pub(super) fn takes(source: &MediaSource) -> bool {
    let streaming = Reflect::get(source, &"streaming".into()).ok();
    streaming.and_then(|streaming| streaming.as_bool()) != Some(false)
}
