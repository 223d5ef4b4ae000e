//! Somebody who was sent: how far they are, what is said to them, and what they say.

use super::hands::Hands;
use super::model::{Said, radio_sentence, reason_name, stage_name, way_words};
use super::onward::Onward;
use super::radio::{Answer, Asked, QUIET_MINUTES, Spoken, answers};
use super::ranked::errand;
use super::texts;
use crate::ages;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::ladders::{Ladder, NextCall};
use crate::names::{radio_name, sign_and_name};
use castellan_domain::access::Right;
use castellan_domain::dispatch::{Assignment, DeclineReason, DispatchCommand, Stage};
use castellan_domain::ids::AssignmentId;
use castellan_domain::matter::Matter;
use leptos::prelude::*;

/// One person's part of the incident.
#[component]
pub fn Sent(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: Assignment,
    said: Signal<Said>,
    next: Memo<Option<Onward>>,
    radio: Memo<Option<AssignmentId>>,
    hands: Hands,
) -> impl IntoView {
    let id = one.id;
    let person = one.person.clone();
    let name = move || {
        let name = copy.known(|known| sign_and_name(known, &person, desk.language.get()));
        name.unwrap_or_else(|| person.to_string())
    };
    let now = one.stage.clone();
    let stage = move || {
        let said = desk.t(stage_name(&now));
        match &now {
            Stage::Declined { reason } => format!("{said} · {}", desk.t(reason_name(*reason))),
            _ => said.to_owned(),
        }
    };
    let is_going = matches!(one.stage, Stage::Accepted | Stage::OnTheWay);
    let waits = one.is_live() && !one.is_accepted();
    let asks = one.support_asked_at.is_some();
    let is_live = one.is_live();
    let (way, left) = (way(copy, desk, &one), time_left(copy, desk, &one));
    let sentence = sentence(copy, desk, &one, said);
    let may = is_live && desk.may(Right::Dispatch);
    view! {
        <li data-assignment=id.to_string() class:live=is_live>
            <span class="sent-name">{name}</span>
            <span class="stage">{stage}</span>
            {asks.then(|| view! {
                <strong class="support">{move || desk.t(texts::SUPPORT_ASKED)}</strong>
            })}
            <span class="way" class:going=is_going>{way}</span>
            <span class="time-left num">{left}</span>
            <NextCall copy desk about=Matter::Assignment(id) />
            {waits.then(|| view! {
                <p class="radio"><span class="quiet">{move || desk.t(texts::READ_OUT)}</span>" "{sentence}</p>
            })}
            {may.then(|| view! { <Parts copy desk one next radio hands /> })}
            <Ladder copy desk about=Matter::Assignment(id) />
        </li>
    }
}

/// The way that was planned, or what is left of it while they go.
fn way(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: &Assignment,
) -> impl Fn() -> Option<String> + Send + use<> {
    let id = one.id;
    let is_there = matches!(one.stage, Stage::OnScene { .. });
    let way = one.way.filter(|_| one.is_live() && !is_there);
    let is_going = matches!(one.stage, Stage::Accepted | Stage::OnTheWay);
    let live_way = Memo::new(move |_| {
        let now = copy.shown_at();
        errand(copy, id)?.part.way_words(now, desk.language.get())
    });
    move || {
        let planned = || way_words(way.as_ref(), desk.language.get());
        let live = is_going.then(|| live_way.get()).flatten();
        live.or_else(|| way.is_some().then(planned))
    }
}

/// What is left of what they have to do. 静默: the silence is counted down, and is no lateness.
fn time_left(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: &Assignment,
) -> impl Fn() -> Option<String> + Send + use<> {
    let (due_at, quiet_until, late) = (one.due_at, one.quiet_until, one.late_at.is_some());
    let until =
        move |words, over, at| ages::until(words, over, at, copy.shown_at(), desk.language.get());
    move || match (quiet_until, due_at) {
        (Some(at), _) => Some(until(texts::QUIET_LEFT, texts::QUIET_ENDS, at)),
        (None, Some(at)) => Some(until(texts::LEFT, texts::TIME_UP, at)),
        (None, None) => late.then(|| desk.t(texts::LATE).to_owned()),
    }
}

/// What is said to them on the radio.
fn sentence(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: &Assignment,
    said: Signal<Said>,
) -> impl Fn() -> String + Send + use<> {
    let one = one.clone();
    move || {
        let language = desk.language.get();
        let sign = copy.known(|known| {
            let state = known.view.person(&one.person);
            radio_name(Some(known.estate), &one.person, &state, language)
        });
        let sign = sign.unwrap_or_default();
        said.with(|said| radio_sentence(&sign, said, &one, language))
    }
}

/// What is recorded of somebody, and what they say on the radio.
#[component]
fn Parts(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: Assignment,
    next: Memo<Option<Onward>>,
    radio: Memo<Option<AssignmentId>>,
    hands: Hands,
) -> impl IntoView {
    let id = one.id;
    let waits = !one.is_accepted();
    let is_going = matches!(one.stage, Stage::Accepted | Stage::OnTheWay);
    let is_there = matches!(one.stage, Stage::OnScene { .. });
    let has_s =
        move || matches!(next.get(), Some(Onward::Arrive(of) | Onward::Finish(of)) if of == id);
    let command = move |words, name: &'static str, command: fn(AssignmentId) -> DispatchCommand| {
        view! {
            <button data-part=name disabled=move || desk.sending.get()
                on:click=move |_| desk.send(command(id))>
                {move || desk.t(words)}
                {move || (matches!(name, "arrive" | "finish") && has_s())
                    .then(|| desk.key('S').map(|key| view! { <kbd>{key}</kbd> }))}
            </button>
        }
    };
    let is_spoken = Memo::new(move |_| {
        let spoken = hands.spoken.get();
        spoken.filter(|spoken| spoken.assignment == id)
    });
    let record = move |_| {
        let closed = is_spoken.get_untracked().is_none();
        hands.record.run(closed.then(|| Spoken::of(id)));
    };
    view! {
        <span class="parts">
            {waits.then(|| command(texts::ANSWER_FOR, "accept", |assignment| DispatchCommand::Accept { assignment }))}
            {is_going.then(|| command(texts::ARRIVE, "arrive", |assignment| DispatchCommand::Arrive { assignment }))}
            {is_there.then(|| command(texts::FINISH, "finish", |assignment| DispatchCommand::Finish { assignment }))}
            <button data-part="radio" aria-expanded=move || is_spoken.get().is_some().to_string() on:click=record>
                {move || desk.t(texts::SAYS)}
                {move || (radio.get() == Some(id)).then(|| desk.key('R').map(|key| view! { <kbd>{key}</kbd> }))}
            </button>
            {(!is_there).then(|| command(texts::RECALL, "recall", |assignment| DispatchCommand::Recall { assignment }))}
        </span>
        {move || is_spoken.get().map(|spoken| view! { <Says copy desk one=one.clone() spoken pick=hands.pick /> })}
    }
}

/// What they say, by digit.
#[component]
fn Says(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    one: Assignment,
    spoken: Spoken,
    pick: Callback<usize>,
) -> impl IntoView {
    let id = one.id;
    let button = move |(index, words): (usize, String)| {
        view! {
            <button data-says=index + 1 on:click=move |_| pick.run(index)><kbd>{index + 1}</kbd>{words}</button>
        }
    };
    let options = move || -> Vec<(usize, String)> {
        let language = desk.language.get();
        match spoken.asked {
            Asked::What => {
                let actor = desk.actor();
                let said = copy.known(|known| Some(answers(known, actor.as_ref()?, id)));
                let (can, is_quiet) = said.flatten().unwrap_or_default();
                let all = Answer::ALL.into_iter().enumerate();
                all.filter(|(_, answer)| can.contains(answer))
                    .map(|(index, answer)| (index, answer.words(is_quiet).get(language).to_owned()))
                    .collect()
            }
            Asked::Why => {
                let words = |reason| reason_name(reason).get(language).to_owned();
                DeclineReason::ALL
                    .into_iter()
                    .map(words)
                    .enumerate()
                    .collect()
            }
            Asked::HowLong => {
                let words = |minutes: u32| texts::QUIET_MIN.fill(language, &[&minutes.to_string()]);
                QUIET_MINUTES.into_iter().map(words).enumerate().collect()
            }
        }
    };
    let person = one.person.clone();
    let prompt = move || {
        let language = desk.language.get();
        let name = copy.known(|known| sign_and_name(known, &person, language));
        let key = desk.key('R').unwrap_or('R').to_string();
        match spoken.asked {
            Asked::What => texts::SAYS_PROMPT.fill(language, &[&name.unwrap_or_default(), &key]),
            Asked::Why => texts::DECLINE_PROMPT.get(language).to_owned(),
            Asked::HowLong => texts::QUIET_PROMPT.get(language).to_owned(),
        }
    };
    view! {
        <div class="choices says" role="group" aria-label=move || desk.t(texts::SAYS)>
            <p class="quiet">{prompt}</p>
            {move || options().into_iter().map(button).collect_view()}
        </div>
    }
}
