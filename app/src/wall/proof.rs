//! That all of it still works: the last self-test, large while nothing else has to be said, and one figure else.

use super::figures::{Cell, UNKNOWN};
use crate::ages;
use crate::browser::clock_text;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::self_test::model::Standing;
use crate::self_test::texts;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use leptos::prelude::*;

/// How the way from a device to this wall stands.
fn standing(copy: &'static SiteCopy) -> Option<Standing> {
    copy.changes.self_test.track();
    let now = copy.now();
    copy.with(|replica| Standing::of(replica.view().self_test.as_ref(), now))
}

/// A time of day without its seconds.
fn minute(copy: &'static SiteCopy, at: Timestamp) -> String {
    let zone = copy.estate.with(|estate| {
        let estate = estate.as_ref();
        estate.map_or_else(|| "UTC".to_owned(), |estate| estate.time_zone.to_string())
    });
    let clock = clock_text(at, &zone);
    clock.get(..5).unwrap_or_default().to_owned()
}

/// What a quiet wall says in its corner.
#[component]
pub fn Proof(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let standing = Memo::new(move |_| standing(copy));
    let ago = move || {
        let age = ages::age(standing.get()?.ended().at, copy.now());
        Some(texts::AGO.fill(desk.language.get(), &[&age]))
    };
    move || {
        let (standing, language) = (standing.get()?, desk.language.get());
        let details = standing
            .details(&|at| minute(copy, at), language)
            .into_iter();
        let details = details.map(|words| view! { <p>{words}</p> });
        Some(view! {
            <div class="wall-say proof" class:is-wrong=!standing.is_passed() role="status">
                <h2>{standing.title().get(language)}</h2>
                <p class="num ago">{ago}</p>
                {details.collect_view()}
            </div>
        })
    }
}

/// The same in one figure, where alarms have the room.
pub fn cell(copy: &'static SiteCopy, language: Language) -> Cell {
    let standing = standing(copy);
    let at = standing.map(|standing| minute(copy, standing.ended().at));
    let title = standing.map_or(texts::NONE_YET, Standing::title);
    Cell {
        name: "self-test",
        number: at.unwrap_or_else(|| UNKNOWN.to_owned()),
        behind: String::new(),
        words: title.get(language).to_owned(),
        warns: standing.is_some_and(|standing| !standing.is_passed()),
    }
}
