//! A page that is not of the server's build loads itself again.

use crate::api;
use crate::browser::{build, sleep, window};
use castellan_domain::text::Text;
use wasm_bindgen_futures::spawn_local;

/// Wait before each question whether the server is there, so that a page can never load itself in a fast loop.
const ASK_EVERY_MS: u32 = 1_000;
/// Answers one after another after which it is. A single one may be the last of a server that goes.
const ANSWERS: u32 = 2;

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
    spawn_local(reload());
}

/// Loads the page again once the server is there: what stands on the screen is better than a browser's error page.
pub async fn reload() {
    let mut answers = 0;
    while answers < ANSWERS {
        sleep(ASK_EVERY_MS).await;
        answers = if api::answers().await { answers + 1 } else { 0 };
    }
    let _ = window().location().reload();
}
