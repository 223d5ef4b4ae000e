//! The strip of a matter's ladder: a dot for each step, and below it each call with its result.

use super::model::{
    Climb, Dot, call_name, channel_name, climb, dots, has_strip, line, result_name, why_name,
};
use super::texts;
use crate::ages::Now;
use crate::browser::moment_text;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::ladder::LadderRun;
use castellan_domain::matter::Matter;
use castellan_domain::text::Language;
use castellan_domain::view::Known;
use leptos::prelude::*;

/// Who is called about it, who was, and whose answer ended that. Nothing, if no ladder was climbed.
#[component]
pub fn Ladder(copy: &'static SiteCopy, desk: &'static Desk, about: Matter) -> impl IntoView {
    let run = Memo::new(move |_| copy.one(&copy.changes.ladders, &about));
    let is_climbed = Memo::new(move |_| run.with(|run| run.as_ref().is_some_and(has_strip)));
    let why = move || run.with(|run| run.as_ref().map(|run| desk.t(why_name(run.why))));
    let strip = move || {
        let (now, language) = (copy.shown_at(), desk.language.get());
        // Who is called next depends on who is on duty.
        copy.people(|_| ());
        let strip = run.with(|run| {
            let run = run.as_ref()?;
            copy.known(|known| dots(known, run, now, language))
        });
        // A single step is told by its call.
        let is_told = run.with(|run| run.as_ref().is_some_and(|run| !run.calls.is_empty()));
        let strip = strip.filter(|dots| dots.len() > 1 || !is_told);
        strip.map(|dots| {
            let dots = dots.into_iter().map(dot_view).collect_view();
            view! { <ol class="strip num">{dots}</ol> }
        })
    };
    let calls = move || run.with(|run| Some(calls_view(copy, desk, run.as_ref()?)));
    move || {
        is_climbed.get().then(|| {
            view! {
                <section class="ladder" data-ladder=about.to_string() aria-label=move || desk.t(texts::LADDER)>
                    <h3>{move || desk.t(texts::LADDER)}" · "{about.to_string()}" "{why}</h3>
                    {strip}
                    {calls}
                </section>
            }
        })
    }
}

/// What is said of the ladder about an alarm that nobody has: its own, or its incident's.
pub fn climb_of(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
    incident: Option<IncidentId>,
) -> Option<Climb> {
    first_said(copy, desk, alarm, incident, climb)
}

/// The strip of that ladder; nothing where none is climbed.
pub fn strip_of(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
    incident: Option<IncidentId>,
) -> Vec<Dot> {
    let say = |known: &Known<'_>, run: &LadderRun, now, language| {
        Some(dots(known, run, now, language)).filter(|dots| !dots.is_empty())
    };
    first_said(copy, desk, alarm, incident, say).unwrap_or_default()
}

fn first_said<T>(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
    incident: Option<IncidentId>,
    say: fn(&Known<'_>, &LadderRun, Now, Language) -> Option<T>,
) -> Option<T> {
    let incident = incident.map(Matter::Incident);
    let matters = [Some(Matter::Alarm(alarm)), incident];
    let mut matters = matters.into_iter().flatten();
    matters.find_map(|about| say_of(copy, desk, about, say))
}

fn say_of<T>(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    about: Matter,
    say: fn(&Known<'_>, &LadderRun, Now, Language) -> Option<T>,
) -> Option<T> {
    let run = copy.one(&copy.changes.ladders, &about)?;
    if !run.is_open() {
        return None;
    }
    // Who is called next depends on who is on duty.
    copy.people(|_| ());
    let (now, language) = (copy.shown_at(), desk.language.get());
    let said = copy.known(|known| say(known, &run, now, language));
    said.flatten()
}

/// One line: who is called next about this, or was. Nothing once somebody answered.
#[component]
pub fn NextCall(copy: &'static SiteCopy, desk: &'static Desk, about: Matter) -> impl IntoView {
    let words = Memo::new(move |_| say_of(copy, desk, about, line));
    move || {
        let words = words.get()?;
        Some(view! { <p class="next-call num" data-next-call=about.to_string()>{words}</p> })
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
