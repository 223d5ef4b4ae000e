//! The browser's small window over every other program (Document Picture-in-Picture), where it has one.

use crate::browser::window;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, KeyboardEvent, Window};

/// How large it is asked for; whoever looks at it may make it another size.
const SIZE_PX: (u32, u32) = (360, 240);

#[wasm_bindgen]
extern "C" {
    type Opener;
    #[wasm_bindgen(method, catch, js_name = requestWindow)]
    fn request_window(this: &Opener, options: &js_sys::Object) -> Result<js_sys::Promise, JsValue>;
}

/// Whether this browser has such a window, and lets this page open it.
pub fn is_there() -> bool {
    opener().is_some()
}

fn opener() -> Option<Opener> {
    let opener = js_sys::Reflect::get(&window(), &"documentPictureInPicture".into()).ok()?;
    opener.is_object().then(|| opener.unchecked_into())
}

/// A small window of this page. It ends when it is dropped.
pub struct Small {
    window: Window,
    _view: Box<dyn std::any::Any>,
    _keys: Closure<dyn Fn(KeyboardEvent)>,
}

impl Small {
    /// Asks for one; the browser gives it only to whoever has just touched the page.
    pub fn ask() -> Option<js_sys::Promise> {
        let options = js_sys::Object::new();
        for (name, px) in [("width", SIZE_PX.0), ("height", SIZE_PX.1)] {
            let _ = js_sys::Reflect::set(&options, &name.into(), &px.into());
        }
        opener()?.request_window(&options).ok()
    }

    /// Shows a view in the one that was asked for. `keys` hears what is pressed there, and `gone` that it was
    /// closed.
    pub async fn show<V: IntoView + 'static>(
        asked: js_sys::Promise,
        view: impl FnOnce() -> V + 'static,
        keys: impl Fn(&KeyboardEvent) + 'static,
        gone: impl FnOnce() + 'static,
    ) -> Option<Self> {
        let small: Window = JsFuture::from(asked).await.ok()?.unchecked_into();
        let (from, to) = (window().document()?, small.document()?);
        dress_as(&from, &to);
        let root = from.create_element("main").ok()?;
        root.set_class_name("mini-queue");
        to.body()?.append_child(&root).ok()?;
        let keys = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| keys(&event));
        let heard = keys.as_ref().unchecked_ref();
        small
            .add_event_listener_with_callback("keydown", heard)
            .ok()?;
        let gone = Closure::once_into_js(gone);
        small
            .add_event_listener_with_callback("pagehide", gone.unchecked_ref())
            .ok()?;
        let view = leptos::mount::mount_to(root.unchecked_into(), view);
        Some(Self {
            window: small,
            _view: Box::new(view),
            _keys: keys,
        })
    }

    /// The browser's window itself.
    pub const fn window(&self) -> &Window {
        &self.window
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // One that is closed already stays so.
        let _ = self.window.close();
    }
}

/// Takes along the style sheets. Addresses in them are read from the page and not from a window that has none.
fn dress_as(from: &Document, to: &Document) {
    let Some(head) = to.query_selector("head").ok().flatten() else {
        return;
    };
    let Ok(sheets) = from.query_selector_all("link[rel=stylesheet], style") else {
        return;
    };
    for index in 0..sheets.length() {
        let Some(sheet) = sheets.item(index) else {
            continue;
        };
        let Ok(copied) = sheet.clone_node_with_deep(true) else {
            continue;
        };
        let address = js_sys::Reflect::get(&sheet, &"href".into()).ok();
        if let Some(address) = address.and_then(|address| address.as_string()) {
            let link: &Element = copied.unchecked_ref();
            let _ = link.set_attribute("href", &address);
        }
        // A browser that refuses shows it without colours, and all the words are there.
        let _ = head.append_child(&copied);
    }
}
