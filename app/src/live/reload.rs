//! A page that is not of the server's build loads itself again.

use crate::browser::{build, sleep, window};
use castellan_domain::text::Text;
use wasm_bindgen_futures::spawn_local;

/// Wait before a page of another build is loaded again, so that it can never do so in a fast loop.
const RELOAD_AFTER_MS: u32 = 1_500;

/// A page of another build may misread what is new: it loads itself again, once for each build.
pub fn reload_if_older(served: &Text<64>) {
    let own = build();
    let comparable = served.as_str() != "no browser app" && own != "unknown";
    if !comparable || own == served.as_str() {
        return;
    }
    reload_once_for(served.as_str());
}

/// Loads the page again, once in this tab for each reason: a page that stays wrong after that would
/// do so for ever.
pub fn reload_once_for(reason: &str) {
    let key = "castellan.reloaded_for";
    let Ok(Some(storage)) = window().session_storage() else {
        return;
    };
    if storage.get_item(key).ok().flatten().as_deref() == Some(reason) {
        return;
    }
    let _ = storage.set_item(key, reason);
    spawn_local(async {
        sleep(RELOAD_AFTER_MS).await;
        let _ = window().location().reload();
    });
}
