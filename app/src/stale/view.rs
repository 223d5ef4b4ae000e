//! The stamp on everything that is live while the link is.

use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use leptos::prelude::*;

/// Of which moment what stands here is, while that is not now. Nothing while the picture is live.
#[component]
pub fn AsOf(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    move || {
        let since = copy.time_of_day(copy.link.stale_since()?);
        let words = texts::AS_OF.fill(desk.language.get(), &[&since]);
        Some(view! { <span class="as-of">{words}</span> })
    }
}
