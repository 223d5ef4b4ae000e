//! Asks for one still after another while a picture cannot be played, and says how old the one on the glass is.

use super::still::Still;
use crate::api;
use crate::browser::{sleep, window};
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use futures_util::{FutureExt as _, select};
use leptos::prelude::*;
use web_sys::{Blob, Url};

/// From the end of one request to the next one.
const AGAIN_MS: u32 = 2_000;
/// How often the age of what is shown is looked at.
const BEAT_MS: u32 = 500;

/// Shows stills for as long as `wanted` says so.
pub(super) async fn follow(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    camera: DeviceId,
    shown: RwSignal<Option<Still>>,
    wanted: impl Fn() -> bool,
) {
    while wanted() {
        let mut wait_ms = AGAIN_MS;
        if !window().document().is_some_and(|page| page.hidden()) {
            let mut asking = Box::pin(ask(copy, desk, &camera).fuse());
            loop {
                select! {
                    still = asking => {
                        if let Some((at, picture)) = still {
                            put(copy, shown, at, &picture);
                        }
                        break;
                    }
                    // It grows old while the next one is asked for.
                    () = sleep(BEAT_MS).fuse() => look(copy, shown),
                }
            }
        }
        while wanted() && wait_ms > 0 {
            sleep(BEAT_MS).await;
            wait_ms = wait_ms.saturating_sub(BEAT_MS);
            look(copy, shown);
        }
    }
    take_off(shown);
}

async fn ask(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    camera: &DeviceId,
) -> Option<(Timestamp, Blob)> {
    let site = copy.site.get_untracked()?;
    let reader = desk.person.get_untracked()?;
    api::still(&site, &reader, camera).await.ok()
}

fn put(copy: &'static SiteCopy, shown: RwSignal<Option<Still>>, at: Timestamp, picture: &Blob) {
    take_off(shown);
    if let Some(now) = copy.server_now()
        && let Ok(url) = Url::create_object_url_with_blob(picture)
    {
        let still = Still {
            url: url.clone(),
            at,
            age: castellan_domain::time::Span::default(),
        };
        // The tile may be gone by now.
        if shown.try_set(Some(still.seen(now))).is_some() {
            let _ = Url::revoke_object_url(&url);
        }
    }
}

/// Says how old it is, and takes it off once it is too old.
fn look(copy: &'static SiteCopy, shown: RwSignal<Option<Still>>) {
    let Some(Some(still)) = shown.try_get_untracked() else {
        return;
    };
    let Some(now) = copy.server_now() else {
        return;
    };
    let still = still.seen(now);
    if still.is_over() {
        take_off(shown);
    } else {
        let _ = shown.try_set(Some(still));
    }
}

fn take_off(shown: RwSignal<Option<Still>>) {
    if let Some(Some(still)) = shown.try_get_untracked() {
        let _ = Url::revoke_object_url(&still.url);
        let _ = shown.try_set(None);
    }
}
