//! What is asked in a second step: how a verdict was established, and by whom; and what was done.

use super::choice::BASES;
use super::model::{follow_up_name, verdict_name};
use super::open::{Open, lookers_of};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::names::sign_and_name;
use castellan_domain::alarm::{FollowUp, Verdict};
use castellan_domain::ids::{AlarmId, PersonId};
use leptos::prelude::*;

/// 核实方式
#[component]
pub fn Bases(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    verdict: Verdict,
) -> impl IntoView {
    let prompt = move || {
        let language = desk.language.get();
        texts::BASIS_PROMPT.fill(language, &[verdict_name(verdict).get(language)])
    };
    view! {
        <div class="choices bases" role="group" aria-label=move || desk.t(texts::BASIS)>
            <p class="quiet">{prompt}</p>
            {BASES.into_iter().enumerate().map(|(index, words)| view! {
                <button data-basis=index + 1 on:click=move |_| open.pick(copy, desk, id, index)>
                    <kbd>{index + 1}</kbd>{move || desk.t(words)}
                </button>
            }).collect_view()}
        </div>
    }
}

/// 到场: who looked.
#[component]
pub fn Lookers(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
) -> impl IntoView {
    let lookers = lookers_of(copy, desk);
    let nobody = lookers.is_empty();
    let name = move |person: &PersonId| {
        let language = desk.language.get();
        copy.known(|known| sign_and_name(known, person, language))
    };
    let button = |(index, person): (usize, PersonId)| {
        let data = person.to_string();
        view! {
            <button data-looker=data on:click=move |_| open.pick(copy, desk, id, index)>
                {(index < 9).then(|| view! { <kbd>{index + 1}</kbd> })}
                {move || name(&person)}
            </button>
        }
    };
    view! {
        <div class="choices heirs" role="group" aria-label=move || desk.t(texts::BASIS_ON_SCENE)>
            <p class="quiet">
                {move || desk.t(if nobody { texts::LOOKERS_NOBODY } else { texts::LOOKERS_PROMPT })}
            </p>
            {lookers.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}

/// What was done, in place of a note.
#[component]
pub fn FollowUps(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
) -> impl IntoView {
    view! {
        <div class="choices follow-ups" role="group" aria-label=move || desk.t(texts::FOLLOW_UP)>
            <p class="quiet">{move || desk.t(texts::FOLLOW_UP_PROMPT)}</p>
            {FollowUp::ALL.into_iter().enumerate().map(|(index, what)| view! {
                <button data-follow-up=index + 1 on:click=move |_| open.pick(copy, desk, id, index)>
                    <kbd>{index + 1}</kbd>{move || desk.t(follow_up_name(what))}
                </button>
            }).collect_view()}
        </div>
    }
}
