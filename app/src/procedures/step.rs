//! One step of a procedure, and the steps that were taken.

use super::model::{Ended, Row, StepChoice, skip_name};
use super::record::{pick, record, take};
use super::texts;
use crate::ages;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::doors::OpenDoors;
use crate::names::person_name;
use castellan_domain::ids::{AlarmId, AnswerId, IncidentId, StepId};
use castellan_domain::incident::{IncidentCommand, SkipReason};
use castellan_domain::procedure::Hotline;
use leptos::prelude::*;

/// A call that somebody is about to make: whom, and at which step.
pub type Call = (Hotline, String);

/// What is being chosen about the next step, which keys share.
#[derive(Clone, Copy)]
pub struct Choosing {
    /// What is chosen now.
    pub now: Signal<Option<StepChoice>>,
    /// Begins to choose, or leaves it.
    pub set: Callback<Option<StepChoice>>,
    /// Another step is the next one now, whoever took the one before: what was being chosen was about that one.
    pub turned: Callback<()>,
}

/// What a step is recorded with.
#[derive(Clone, Copy)]
pub struct Hands {
    /// What the page knows.
    pub copy: &'static SiteCopy,
    /// Who records it.
    pub desk: &'static Desk,
    /// The selected alarm.
    pub alarm: Option<AlarmId>,
    /// Where it is recorded; nothing where it cannot be.
    pub incident: Option<IncidentId>,
    pub choosing: Choosing,
    /// Lists who could be sent.
    pub list_people: Callback<()>,
    /// Whether the next step is what is to be done next.
    pub is_main: Signal<bool>,
}

/// A step that is still to be taken.
#[component]
pub fn StepRow(row: Row, hands: Hands, ask: Callback<Call>) -> impl IntoView {
    let Hands { copy, desk, .. } = hands;
    let language = desk.language.get_untracked();
    let calls = row.numbers.iter().copied().map(|number| {
        let words = row.words.clone();
        view! {
            <button data-read-aloud=number.word() title=texts::READ_ALOUD.get(language)
                on:click=move |_| ask.run((number, words.clone()))>
                "☎ "{number.word()}<span class="unseen">" "{number.name(language)}</span>
            </button>
        }
    });
    let calls = calls.collect_view();
    let due_at = row.due_at;
    let time = move || {
        let left = due_at.map(|at| ages::left(at, copy.shown_at()));
        left.map(|left| texts::LEFT.fill(language, &[&left]))
    };
    let about = row.about.clone();
    let (late, answers, then) = (row.is_late, row.answers.clone(), row.then.clone());
    let is_asked = row.is_next && hands.incident.is_some();
    let (is_next, number, words, step) = (
        row.is_next,
        row.number,
        row.words.clone(),
        row.step.to_string(),
    );
    let told = (!is_asked).then(|| {
        let all = answers.into_iter().map(|(_, words)| words).chain(then);
        all.map(|words| view! { <p class="answer">{words}</p> })
            .collect_view()
    });
    view! {
        <li class:next=is_next class:late=late data-step=step>
            <span class="number num">{number}</span>
            <div>
                <p>{words}</p>
                <p class="quiet num">
                    {about}
                    {late.then(|| view! { <strong class="overdue">" "{texts::LATE.get(language)}</strong> })}
                    {due_at.is_some().then(|| view! { " · "{time} })}
                </p>
                {told}
            </div>
            <div class="calls">{calls}</div>
            {hands.incident.map(|incident| view! { <Take row incident hands /> })}
        </li>
    }
}

/// What is done with a step: the next one has all of it, a later one can be done before its turn.
#[component]
fn Take(row: Row, incident: IncidentId, hands: Hands) -> impl IntoView {
    let Hands {
        copy,
        desk,
        choosing,
        list_people,
        is_main,
        ..
    } = hands;
    let step = row.step.clone();
    let asks = !row.answers.is_empty();
    let busy = move || desk.sending.get();
    let done = {
        let step = step.clone();
        move |_| take(copy, desk, incident, step.clone())
    };
    let toggle = move |choice| {
        let now = choosing.now.get_untracked();
        choosing.set.run((now != Some(choice)).then_some(choice));
    };
    let (is_next, guards, opens_doors) = (row.is_next, row.guards, row.opens_doors);
    let answers = row.answers;
    view! {
        <div class="take">
            {(!asks).then(|| view! {
                <button class:main=move || is_next && is_main.get() data-take=step.to_string() disabled=busy on:click=done>
                    {move || desk.t(texts::DONE)}{is_next.then(|| view! { <kbd>{move || desk.t(crate::texts::SPACE)}</kbd> })}
                </button>
            })}
            {(asks && is_next).then(|| view! { <Answers answers incident step=step.clone() hands /> })}
            {guards.filter(|_| is_next).map(|_| view! {
                <button data-step-send="" on:click=move |_| list_people.run(())>{move || desk.t(texts::SEND_PEOPLE)}</button>
            })}
            {is_next.then(|| view! {
                <button class="chip" data-skip=step.to_string()
                    aria-expanded=move || (choosing.now.get() == Some(StepChoice::Skip)).to_string()
                    on:click=move |_| toggle(StepChoice::Skip)>{move || desk.t(texts::SKIP)}</button>
            })}
            {move || (is_next && choosing.now.get() == Some(StepChoice::Skip)).then(|| view! { <Reasons hands /> })}
            {(is_next && opens_doors).then(|| view! { <OpenDoors copy desk incident /> })}
        </div>
    }
}

/// The answers of the next step. A digit picks one once Space has asked.
#[component]
fn Answers(
    answers: Vec<(AnswerId, String)>,
    incident: IncidentId,
    step: StepId,
    hands: Hands,
) -> impl IntoView {
    let Hands {
        copy,
        desk,
        choosing,
        ..
    } = hands;
    let is_asked = move || choosing.now.get() == Some(StepChoice::Answer);
    let button = |(index, (answer, words)): (usize, (AnswerId, String))| {
        let id = answer.to_string();
        let step = step.clone();
        let give = move |_| {
            choosing.set.run(None);
            let answer = Some(answer.clone());
            let step = step.clone();
            record(
                copy,
                desk,
                IncidentCommand::TakeStep {
                    incident,
                    step,
                    answer,
                },
            );
        };
        view! {
            <button data-answer=id disabled=move || desk.sending.get() on:click=give>
                {move || is_asked().then(|| view! { <kbd>{index + 1}</kbd> })}{words}
            </button>
        }
    };
    view! {
        <div class="choices" role="group" aria-label=move || desk.t(texts::ANSWER_PROMPT)>
            {answers.into_iter().enumerate().map(button).collect_view()}
            {move || (!is_asked()).then(|| view! { <kbd>{desk.t(crate::texts::SPACE)}</kbd> })}
        </div>
    }
}

/// Why the next step is left out.
#[component]
fn Reasons(hands: Hands) -> impl IntoView {
    let Hands {
        copy,
        desk,
        alarm,
        choosing,
        ..
    } = hands;
    let button = move |(index, reason): (usize, SkipReason)| {
        let give = move |_| {
            choosing.set.run(None);
            if let Some(alarm) = alarm {
                pick(copy, desk, alarm, StepChoice::Skip, index);
            }
        };
        view! {
            <button data-reason=index + 1 disabled=move || desk.sending.get() on:click=give>
                <kbd>{index + 1}</kbd>{move || desk.t(skip_name(reason))}
            </button>
        }
    };
    view! {
        <div class="choices" role="group" aria-label=move || desk.t(texts::SKIP_PROMPT)>
            <p class="quiet">{move || desk.t(texts::SKIP_PROMPT)}</p>
            {SkipReason::ALL.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}

/// What was done: the last one in sight, the others one touch away.
#[component]
pub fn Done(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    done: Memo<Vec<Ended>>,
    open_incident: Memo<Option<IncidentId>>,
) -> impl IntoView {
    let line = move |one: Ended| {
        let by = move || {
            let language = desk.language.get();
            copy.estate
                .with(|estate| person_name(estate.as_deref(), &one.by, language))
        };
        let step = one.step.clone();
        let undo = move || {
            let incident = open_incident.get()?;
            let step = step.clone();
            let name = step.to_string();
            let undo = move |_| {
                let step = step.clone();
                desk.send(IncidentCommand::UndoStep { incident, step });
            };
            Some(view! {
                <button class="chip" data-undo=name disabled=move || desk.sending.get() on:click=undo>
                    {move || desk.t(texts::UNDO)}
                </button>
            })
        };
        view! {
            <li class:skipped=one.is_skipped data-taken=one.step.to_string()>
                <span class="number" aria-hidden="true">{if one.is_skipped { "–" } else { "✓" }}</span>
                <span class="words">{one.words}{one.said.map(|said| format!(" · {said}"))}</span>
                <span class="num">{move || copy.time_of_day(one.at)}" "{by}</span>
                {undo}
            </li>
        }
    };
    move || {
        let mut earlier = done.get();
        let last = earlier.pop();
        let count = earlier.len().to_string();
        view! {
            {(!earlier.is_empty()).then(|| view! {
                <details class="taken-steps">
                    <summary>{texts::TAKEN_COUNT.fill(desk.language.get(), &[&count])}</summary>
                    <ul class="taken-list">{earlier.into_iter().map(line).collect_view()}</ul>
                </details>
            })}
            {last.map(|last| view! { <ul class="taken-list">{line(last)}</ul> })}
        }
    }
}
