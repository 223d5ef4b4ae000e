//! What a frame costs, until the graphics card, or the processor in its place, has drawn it.
//!
//! Drawing goes on after our code has returned. A fence behind the last command tells when it is over.

use crate::browser::mono;
use castellan_domain::time::Span;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{WebGl2RenderingContext as Gl, WebGlSync};

/// How often it is asked whether the frame is over: as fine as what follows from it.
const ASK_EVERY_MS: i32 = 4;
/// A frame that has not been drawn by then was lost with the card.
const WAIT_MAX: Span = Span::from_secs(2);

/// Measures one frame at a time.
pub(super) struct Meter {
    begun: Cell<Option<Span>>,
    waiting: RefCell<Option<Waiting>>,
    ask: Closure<dyn FnMut()>,
    heard: Box<dyn Fn(Span)>,
}

struct Waiting {
    gl: Gl,
    fence: WebGlSync,
    begun: Span,
}

impl Meter {
    /// Tells `heard` what frames cost.
    pub(super) fn new(heard: Box<dyn Fn(Span)>) -> Rc<Self> {
        Rc::new_cyclic(|meter: &Weak<Self>| {
            let meter = Weak::clone(meter);
            Self {
                begun: Cell::default(),
                waiting: RefCell::default(),
                ask: Closure::new(move || {
                    if let Some(meter) = meter.upgrade() {
                        meter.look();
                    }
                }),
                heard,
            }
        })
    }

    /// The library begins to draw.
    pub(super) fn begin(&self) {
        self.begun.set(Some(mono()));
    }

    /// The last command of the frame was given.
    pub(super) fn end(&self, gl: &Gl) {
        let Some(begun) = self.begun.take() else {
            return;
        };
        let mut waiting = self.waiting.borrow_mut();
        if waiting.is_some() {
            return;
        }
        if let Some(fence) = gl.fence_sync(Gl::SYNC_GPU_COMMANDS_COMPLETE, 0) {
            gl.flush();
            *waiting = Some(Waiting {
                gl: gl.clone(),
                fence,
                begun,
            });
            self.ask_later();
        }
    }

    /// The card is gone, and its fences with it.
    pub(super) fn forget(&self) {
        self.waiting.replace(None);
    }

    fn look(&self) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        let took = Span::from_micros(mono().as_micros() - waiting.begun.as_micros());
        let status = waiting
            .gl
            .get_sync_parameter(&waiting.fence, Gl::SYNC_STATUS);
        if status.as_f64() == Some(f64::from(Gl::SIGNALED)) {
            waiting.gl.delete_sync(Some(&waiting.fence));
            (self.heard)(took);
        } else if took < WAIT_MAX {
            self.waiting.replace(Some(waiting));
            self.ask_later();
        }
    }

    fn ask_later(&self) {
        if let Some(window) = web_sys::window() {
            let ask = self.ask.as_ref().unchecked_ref();
            // Without a timer the frame is not measured.
            let _timer =
                window.set_timeout_with_callback_and_timeout_and_arguments_0(ask, ASK_EVERY_MS);
        }
    }
}
