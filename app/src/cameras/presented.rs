//! Which frame is on the glass, as the browser says it: bytes that come, and frames that are decoded, prove nothing.

use js_sys::{Function, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlVideoElement;

/// What the browser last put on the glass, for as long as this is held.
pub(super) struct Presented {
    video: HtmlVideoElement,
    shown: Rc<Shown>,
    _callback: Closure<dyn FnMut(f64, JsValue)>,
}

#[derive(Default)]
struct Shown {
    /// Where the last frame stands in its track, in seconds.
    second: Cell<Option<f64>>,
    /// What the browser is to be asked for after each frame, and what it calls that.
    again: RefCell<Option<Function>>,
    asked: Cell<Option<f64>>,
}

impl Shown {
    /// Asks for the next frame. The browser calls back once.
    fn ask(&self, video: &HtmlVideoElement) {
        let again = self.again.borrow();
        let asked = again.as_ref().and_then(|callback| {
            let ask = method(video, "requestVideoFrameCallback")?;
            ask.call1(video, callback).ok()?.as_f64()
        });
        self.asked.set(asked);
    }
}

impl Presented {
    /// Begins to watch a `<video>`.
    pub(super) fn watch(video: &HtmlVideoElement) -> Self {
        let shown = Rc::new(Shown::default());
        let (heard, of) = (shown.clone(), video.clone());
        let callback = Closure::<dyn FnMut(f64, JsValue)>::new(move |_, frame: JsValue| {
            let second = Reflect::get(&frame, &"mediaTime".into()).ok();
            heard.second.set(second.and_then(|second| second.as_f64()));
            heard.ask(&of);
        });
        let function = callback.as_ref().unchecked_ref::<Function>().clone();
        *shown.again.borrow_mut() = Some(function);
        shown.ask(video);
        Self {
            video: video.clone(),
            shown,
            _callback: callback,
        }
    }

    /// Where the frame on the glass stands in its track, in seconds; nothing before the first.
    pub(super) fn second(&self) -> Option<f64> {
        self.shown.second.get()
    }
}

impl Drop for Presented {
    fn drop(&mut self) {
        *self.shown.again.borrow_mut() = None;
        if let (Some(asked), Some(cancel)) = (
            self.shown.asked.get(),
            method(&self.video, "cancelVideoFrameCallback"),
        ) {
            let _ = cancel.call1(&self.video, &asked.into());
        }
    }
}

/// A method that the bindings do not have yet.
fn method(video: &HtmlVideoElement, name: &str) -> Option<Function> {
    Reflect::get(video, &name.into()).ok()?.dyn_into().ok()
}
