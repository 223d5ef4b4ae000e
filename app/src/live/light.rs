//! The link light, and the cover that lies over the map while what it shows is old.

use super::model::{class, words, words_with_age};
use super::texts;
use crate::copy::{Fault, SiteCopy};
use crate::desk::Desk;
use crate::texts::Words;
use castellan_domain::stream::Link;
use leptos::prelude::*;

/// The small light in the top bar.
#[component]
pub fn LinkLight(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    /// Says how old the copy is in the place of how long the way to the server takes.
    #[prop(optional)]
    says_age: bool,
) -> impl IntoView {
    let light = move || class(copy.link.stands.get());
    let text = move || {
        let (stands, language) = (copy.link.stands.get(), desk.language.get());
        if says_age && stands == Link::Live {
            return words_with_age(copy.age(), language);
        }
        words(stands, copy.link.round_trip_ms.get(), language)
    };
    view! {
        <span class="link-light" data-link=light role="status" aria-live="off">
            <span class="dot" aria-hidden="true"></span>
            <span>{text}</span>
        </span>
    }
}

/// Says since when the picture is old, over everything that could be taken for the present.
#[component]
pub fn StaleCover(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    /// What to do until it is back.
    #[prop(default = texts::STALE_ADVICE)]
    advice: Words,
) -> impl IntoView {
    let stale = move || copy.link.stale_since();
    view! {
        {move || stale().map(|since| view! {
            <div class="stale-cover" role="alert">
                <p class="stale-title">
                    {desk.t(texts::STALE)}" "
                    <span class="since">{desk.t(texts::SINCE)}" "{copy.time_of_day(since)}</span>
                </p>
                <p>{desk.t(advice)}</p>
            </div>
        })}
        {move || copy.link.fault.get().map(|fault| view! {
            <div class="stale-cover" role="alert"><p class="stale-title">{desk.t(fault_name(fault))}</p></div>
        })}
        {move || copy.link.not_recording_since.get().map(|since| view! {
            <div class="not-recording" role="alert">
                <strong>{desk.t(texts::NOT_RECORDING)}" "</strong>
                <span class="since">{desk.t(texts::SINCE)}" "{copy.time_of_day(since)}</span>
                " · "{desk.t(texts::NOT_RECORDING_ADVICE)}
            </div>
        })}
    }
}

const fn fault_name(fault: Fault) -> Words {
    match fault {
        Fault::SiteUnknown => texts::SITE_UNKNOWN,
        Fault::Unreachable => texts::SITE_UNREACHABLE,
        Fault::WrongVersion => texts::WRONG_VERSION,
    }
}
