//! The last self-test, where nothing else has to be said.

use super::model::Standing;
use super::texts;
use crate::ages;
use crate::browser::clock_text;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use leptos::prelude::*;

/// That it was passed and when, or what was wrong.
#[component]
pub fn SelfTestLines(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let standing = Memo::new(move |_| {
        copy.changes.self_test.track();
        let now = copy.now();
        copy.with(|replica| Standing::of(replica.view().self_test.as_ref(), now))
    });
    move || {
        let standing = standing.get()?;
        let (language, ended) = (desk.language.get(), standing.ended());
        let zone = copy.estate.get()?.time_zone.to_string();
        let minute = |at| {
            clock_text(at, &zone)
                .get(..5)
                .map(str::to_owned)
                .unwrap_or_default()
        };
        let ago = move || {
            let age = ages::age(ended.at, copy.now());
            texts::AGO.fill(desk.language.get(), &[&age])
        };
        let details = standing.details(&minute, language).join(" · ");
        Some(view! {
            <section class="self-test" class:is-wrong=!standing.is_passed() role="status">
                <h2>{standing.title().get(language)}" "<span class="num">{minute(ended.at)}</span></h2>
                <p class="quiet num">{ago}" · "{details}</p>
            </section>
        })
    }
}
