//! The few things that we ask of the browser itself.

use castellan_domain::time::{Span, Timestamp};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, Window};

/// The window.
///
/// # Panics
/// Outside a page, where nothing of this could run.
pub fn window() -> Window {
    #[expect(
        clippy::expect_used,
        reason = "there always is one: the app runs in a page"
    )]
    web_sys::window().expect("the app runs in a page")
}

/// The display's own clock: time since the page began, which no wrong wall clock disturbs.
/// Scenes and replicas are given this one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "microseconds since the page began fit 63 bits"
)]
pub fn mono() -> Span {
    let millis = window()
        .performance()
        .map_or(0.0, |performance| performance.now());
    Span::from_micros((millis * 1_000.0) as i64)
}

thread_local! {
    /// A window of this page that is in sight while the page itself may not be.
    static IN_SIGHT: RefCell<Option<Window>> = const { RefCell::new(None) };
}

/// Lets time pass by the clock of another window of this page, too: a browser slows down the timers of a page that
/// nobody sees, and a link would be called dead although it lives.
pub fn keep_time_by(other: Option<Window>) {
    IN_SIGHT.set(other);
}

/// Waits without blocking the page.
pub async fn sleep(ms: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let wait = |window: &Window| {
            // It fails only for a window that is gone; whichever is there ends the wait.
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        };
        wait(&window());
        IN_SIGHT.with_borrow(|other| other.as_ref().map(wait));
    });
    let _ = JsFuture::from(promise).await;
}

/// Whether somebody can see this page. A browser that does not tell shows it.
pub fn is_visible() -> bool {
    let document = window().document();
    let state = document
        .and_then(|document| js_sys::Reflect::get(&document, &"visibilityState".into()).ok());
    state
        .and_then(|state| state.as_string())
        .is_none_or(|state| state == "visible")
}

/// A parameter of the page's address.
pub fn parameter(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search)
        .ok()?
        .get(name)
}

/// Puts a parameter into the page's address, or takes it out, without a new history entry.
pub fn set_parameter(name: &str, value: Option<&str>) {
    let location = window().location();
    let (Ok(href), Ok(history)) = (location.href(), window().history()) else {
        return;
    };
    let Ok(url) = web_sys::Url::new(&href) else {
        return;
    };
    match value {
        Some(value) => url.search_params().set(name, value),
        None => url.search_params().delete(name),
    }
    if url.href() != href {
        // A browser may refuse very frequent changes; the address then lags, nothing else does.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url.href()));
    }
}

/// What this browser remembers under a name. Storage may be switched off: then nothing is.
pub fn remembered(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Remembers something in this browser, or forgets it.
pub fn remember(name: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

/// What this tab remembers under a name until it is closed.
pub fn remembered_in_tab(name: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(name).ok()?
}

/// Remembers something in this tab, or forgets it. Without storage it lasts as long as the page.
pub fn remember_in_tab(name: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

/// Lets every request of this page carry a cookie until the browser is closed, or takes it out.
/// Cookies may be switched off: then none does.
pub fn set_cookie(name: &str, value: Option<&str>) {
    let document = window()
        .document()
        .and_then(|d| d.dyn_into::<HtmlDocument>().ok());
    let until = if value.is_none() { "; Max-Age=0" } else { "" };
    let value = value.unwrap_or_default();
    if let Some(document) = document {
        let _ = document.set_cookie(&format!("{name}={value}; SameSite=Strict; Path=/{until}"));
    }
}

/// What the keyboard prints at its places, where the browser tells; nothing elsewhere.
pub async fn printed_keys() -> Vec<(String, String)> {
    let ask = async {
        let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into());
        let keyboard = get(&get(&window(), "navigator")?, "keyboard")?;
        let layout = get(&keyboard, "getLayoutMap")?.dyn_into::<js_sys::Function>()?;
        let layout: js_sys::Promise = layout.call0(&keyboard)?.dyn_into()?;
        let map = JsFuture::from(layout).await?;
        let mut keys = Vec::new();
        for entry in js_sys::try_iter(&map)?.into_iter().flatten() {
            let entry = js_sys::Array::from(&entry?);
            keys.extend(entry.get(0).as_string().zip(entry.get(1).as_string()));
        }
        Ok::<_, JsValue>(keys)
    };
    ask.await.unwrap_or_default()
}

/// The build of this page, as its builder wrote it there.
pub fn build() -> String {
    window()
        .document()
        .and_then(|document| document.query_selector("meta[name=castellan-build]").ok()?)
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The time of day with seconds, in the site's time zone. An unknown zone falls back to UTC, and
/// says so.
pub fn clock_text(at: Timestamp, time_zone: &str) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(millis(at)));
    let options = js_sys::Object::new();
    let set = |key: &str, value: &str| {
        let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
    };
    for part in ["hour", "minute", "second"] {
        set(part, "2-digit");
    }
    set("hourCycle", "h23");
    set("timeZone", time_zone);
    let text = js_sys::Reflect::get(&date, &"toLocaleTimeString".into())
        .ok()
        .and_then(|f| f.dyn_into::<js_sys::Function>().ok())
        .and_then(|f| f.call2(&date, &"en-GB".into(), &options).ok())
        .and_then(|text| text.as_string());
    text.unwrap_or_else(|| {
        let iso = String::from(date.to_iso_string());
        format!("{} UTC", iso.get(11..19).unwrap_or_default())
    })
}

/// The time zone of this machine.
pub fn time_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let zone = js_sys::Reflect::get(&options.resolved_options(), &"timeZone".into());
    let zone = zone.ok().and_then(|zone| zone.as_string());
    zone.unwrap_or_else(|| "UTC".to_owned())
}

/// A time of day, and its date if that is not the date of `now`.
pub fn moment_text(at: Timestamp, now: Timestamp, time_zone: &str) -> String {
    let clock = clock_text(at, time_zone);
    let date = date_text(at, time_zone);
    if date == date_text(now, time_zone) {
        return clock;
    }
    // Month and day: nobody looks at an alarm of another year here.
    format!("{} {clock}", date.get(5..).unwrap_or(&date))
}

/// A time of day with its date, as it stands on paper.
pub fn date_and_clock_text(at: Timestamp, time_zone: &str) -> String {
    format!("{} {}", date_text(at, time_zone), clock_text(at, time_zone))
}

/// The date as `2026-11-28`, in the site's time zone or in UTC.
fn date_text(at: Timestamp, time_zone: &str) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(millis(at)));
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"timeZone".into(), &time_zone.into());
    // The Swedish way to write a date is this one.
    let text = js_sys::Reflect::get(&date, &"toLocaleDateString".into())
        .ok()
        .and_then(|f| f.dyn_into::<js_sys::Function>().ok())
        .and_then(|f| f.call2(&date, &"sv-SE".into(), &options).ok())
        .and_then(|text| text.as_string());
    text.unwrap_or_else(|| {
        let iso = String::from(date.to_iso_string());
        iso.get(..10).unwrap_or_default().to_owned()
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 fit an f64 exactly"
)]
fn millis(at: Timestamp) -> f64 {
    at.as_millis() as f64
}

static PANICKED: AtomicBool = AtomicBool::new(false);

/// After a panic timers go on running over a state that cannot be trusted: the beat stops for
/// good, and the watchdog loads the page again.
pub fn watch_panics() {
    std::panic::set_hook(Box::new(|info| {
        PANICKED.store(true, Ordering::Relaxed);
        console_error_panic_hook::hook(info);
    }));
}

/// Tells the watchdog that the app still runs.
pub fn beat() {
    if PANICKED.load(Ordering::Relaxed) {
        return;
    }
    let now = window().performance().map_or(0.0, |p| p.now());
    let _ = js_sys::Reflect::set(&window(), &"castellanBeat".into(), &now.into());
}
