//! The notifications of the system, for browsers without a small window.

use crate::browser::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Notification;
    #[wasm_bindgen(constructor, catch)]
    fn new(title: &str, options: &js_sys::Object) -> Result<Notification, JsValue>;
    #[wasm_bindgen(static_method_of = Notification, catch, js_name = requestPermission)]
    fn request_permission() -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &Notification);
    #[wasm_bindgen(method, setter)]
    fn set_onclick(this: &Notification, click: &js_sys::Function);
}

/// Whether this browser has any.
pub fn are_there() -> bool {
    let has = js_sys::Reflect::get(&window(), &"Notification".into());
    has.is_ok_and(|has| has.is_function())
}

/// Asks whoever works here for the permission, unless it was given before. The browser asks only whoever has just
/// touched the page.
pub async fn are_allowed() -> bool {
    let Ok(asked) = Notification::request_permission() else {
        return false;
    };
    let answer = JsFuture::from(asked).await;
    answer.is_ok_and(|answer| answer == "granted")
}

/// A notification that stands until it is dropped.
pub struct Raised {
    notification: Notification,
    _click: Closure<dyn Fn()>,
}

impl Raised {
    /// Raises one in the place of any with the same tag. `click`: somebody pressed it. Nothing, if the system
    /// refuses.
    pub fn new(
        tag: &str,
        (title, body): &(String, String),
        click: impl Fn() + 'static,
    ) -> Option<Self> {
        let options = js_sys::Object::new();
        let set = |name: &str, value: JsValue| {
            let _ = js_sys::Reflect::set(&options, &name.into(), &value);
        };
        set("tag", tag.into());
        set("body", body.into());
        // It goes when somebody has the alarm, and the page itself can be heard.
        set("requireInteraction", true.into());
        set("silent", true.into());
        let notification = Notification::new(title, &options).ok()?;
        let click = Closure::<dyn Fn()>::new(move || {
            let _ = window().focus();
            click();
        });
        notification.set_onclick(click.as_ref().unchecked_ref());
        Some(Self {
            notification,
            _click: click,
        })
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.notification.close();
    }
}
