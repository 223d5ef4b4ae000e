//! The strip of a matter's ladder: a dot for each step, and below it each call with its result.

use super::model::{Dot, call_name, channel_name, dots, result_name};
use super::texts;
use crate::browser::moment_text;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::ladder::LadderRun;
use castellan_domain::matter::Matter;
use leptos::prelude::*;

/// Who is called about it, who was, and whose answer ended that. Nothing, if no ladder was climbed.
#[component]
pub fn Ladder(copy: &'static SiteCopy, desk: &'static Desk, about: Matter) -> impl IntoView {
    let run = Memo::new(move |_| copy.one(&copy.changes.ladders, &about));
    let is_climbed = Memo::new(move |_| run.with(Option::is_some));
    let strip = move || {
        let (now, language) = (copy.shown_at(), desk.language.get());
        // Who is called next depends on who is on duty.
        copy.people(|_| ());
        let strip = run.with(|run| {
            let run = run.as_ref()?;
            copy.known(|known| dots(known, run, now, language))
        });
        strip
            .unwrap_or_default()
            .into_iter()
            .map(dot_view)
            .collect_view()
    };
    let calls = move || run.with(|run| Some(calls_view(copy, desk, run.as_ref()?)));
    move || {
        is_climbed.get().then(|| {
            view! {
                <section class="ladder" data-ladder=about.to_string() aria-label=move || desk.t(texts::LADDER)>
                    <h3>{move || desk.t(texts::LADDER)}</h3>
                    <ol class="strip num">{strip}</ol>
                    {calls}
                </section>
            }
        })
    }
}

fn dot_view(Dot { look, who, what }: Dot) -> impl IntoView {
    view! {
        <li class=look.class()>
            <span class="called">{who}</span>
            <span class="what">{what}</span>
        </li>
    }
}

/// Each call, newest first: when, whom, by what, and what came of it.
fn calls_view(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    run: &LadderRun,
) -> impl IntoView + use<> {
    let language = desk.language.get();
    let estate = copy.estate.get();
    let estate = estate.as_deref();
    let zone = estate.map_or_else(|| "UTC".to_owned(), |estate| estate.time_zone.to_string());
    let now = copy.now_untracked();
    let calls = run.calls.iter().rev().map(|call| {
        view! {
            <li>
                <time class="num">{moment_text(call.at, now, &zone)}</time>
                <span>{call_name(estate, call, language)}</span>
                <span class="quiet">
                    {channel_name(call.channel).get(language)}" · "{result_name(call).get(language)}
                </span>
            </li>
        }
    });
    let calls = calls.collect_view();
    (!run.calls.is_empty()).then(|| view! { <ol class="calls">{calls}</ol> })
}
