//! What a wall does for itself: it loads itself anew by night, and where its graphics card stays away.

use super::nightly::{Moment, hour_of, is_time};
use crate::browser::{mono, sleep};
use crate::copy::SiteCopy;
use crate::live::{reload, reload_once_for};
use castellan_domain::stream::Link;
use castellan_domain::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How often it is asked whether it is time.
const LOOK_EVERY_MS: u32 = 30_000;
/// How long a graphics card may be gone until the page is loaded again.
const LOST_MS_MAX: u32 = 10_000;

/// Looks after the page for as long as it lives.
pub(super) fn mend(copy: &'static SiteCopy, is_quiet: Memo<bool>, lost: ReadSignal<bool>) {
    let quiet_since = StoredValue::new(None::<Timestamp>);
    Effect::new(move |_| {
        let now = copy.now_untracked();
        quiet_since.set_value(is_quiet.get().then_some(now));
    });
    spawn_local(async move {
        loop {
            sleep(LOOK_EVERY_MS).await;
            let now = copy.now_untracked();
            let hour = untrack(|| hour_of(&copy.time_of_day(now)));
            let moment = Moment {
                hour: hour.unwrap_or(u8::MAX),
                page_age: mono(),
                quiet_for: quiet_since.get_value().map(|since| now.since(since)),
                is_live: copy.link.stands.get_untracked() == Link::Live,
            };
            if is_time(moment) {
                reload().await;
            }
        }
    });
    Effect::new(move |_| {
        if !lost.get() {
            return;
        }
        spawn_local(async move {
            sleep(LOST_MS_MAX).await;
            // It may have come back, and gone again: then there is another one of these.
            if lost.get_untracked() {
                reload_once_for("no graphics card");
            }
        });
    });
}
