//! Reports and calls for help that reached the server while it could not record. They are shown
//! because neither a fire nor a guard waits for a disk, and so that nobody takes them for alarms.

use super::located::whereabouts;
use super::model::{class, condition_of_report, priority_name, sign, source_name, type_name};
use super::texts;
use crate::ages;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::stale::AsOf;
use castellan_domain::alarm::Source;
use castellan_domain::unrecorded::UnrecordedNotice;
use leptos::prelude::*;

/// The list above the queue, while there is anything in it.
#[component]
pub fn UnrecordedList(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let unrecorded = Memo::new(move |_| {
        copy.changes.unrecorded.track();
        copy.with(|replica| replica.unrecorded().clone())
    });
    let any = Memo::new(move |_| unrecorded.with(|list| !list.is_empty()));
    let rows = move || {
        // The notices themselves do not follow these.
        desk.language.track();
        copy.estate.track();
        unrecorded.with(|list| {
            list.notices
                .iter()
                .map(|notice| view! { <Notice copy desk notice=notice.clone() /> })
                .collect_view()
        })
    };
    let left_out = move || {
        let count = unrecorded.with(|list| list.left_out);
        let words = || texts::UNRECORDED_LEFT_OUT.fill(desk.language.get(), &[&count.to_string()]);
        (count > 0).then(words)
    };
    view! {
        {move || any.get().then(|| view! {
            <section class="unrecorded" aria-labelledby="unrecorded-title">
                <h2 id="unrecorded-title">
                    {move || desk.t(texts::UNRECORDED)}" "
                    <span class="count">{move || unrecorded.with(|list| list.notices.len())}</span>
                    <AsOf copy desk />
                </h2>
                <p role="status">{move || desk.t(texts::UNRECORDED_ADVICE)}</p>
                <ul tabindex="0" aria-labelledby="unrecorded-title">{rows}</ul>
                {move || left_out().map(|words| view! { <p class="quiet">{words}</p> })}
            </section>
        })}
    }
}

#[component]
fn Notice(copy: &'static SiteCopy, desk: &'static Desk, notice: UnrecordedNotice) -> impl IntoView {
    let language = desk.language.get_untracked();
    let what = copy
        .estate
        .with_untracked(|estate| type_name(estate.as_deref(), &notice.kind, language));
    let place = {
        let (source, located) = (notice.source.clone(), notice.place.clone());
        move || {
            let now = copy.now();
            let about = source.person().map(|person| copy.person(person));
            let state = about.unwrap_or_default();
            copy.estate.with(|estate| {
                let estate = estate.as_deref();
                let place = whereabouts(estate, &source, &located, &state, now, language);
                // Of a device its name, too: there are no details to look it up in.
                match &source {
                    Source::Person(_) => place,
                    Source::Device(_) | Source::Registration(_) | Source::System => {
                        let name = source_name(estate, &source, language);
                        let says_both = name.contains(place.as_str());
                        if says_both {
                            name
                        } else {
                            format!("{place} · {name}")
                        }
                    }
                }
            })
        }
    };
    let times = texts::UNRECORDED_TIMES.fill(language, &[&notice.count.to_string()]);
    let received_at = notice.received_at;
    view! {
        <li class=class(notice.priority)>
            <span class="sign" title=priority_name(notice.priority).get(language)>
                {sign(notice.priority)}
            </span>
            <span class="what">
                {what}
                {notice.drill.then(|| view! { " "<span class="drill-tag">{texts::DRILL.get(language)}</span> })}
            </span>
            <span class="age">{move || ages::age(received_at, copy.now())}</span>
            <span class="place">{place}</span>
            <span class="more">
                <span>{condition_of_report(notice.state).get(language)}</span>
                <span>{times}</span>
            </span>
        </li>
    }
}
