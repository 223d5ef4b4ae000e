//! The alarms of an incident that is being closed and have no verdict: each is asked for in its turn.

use super::choice::{BASES, Choice};
use super::members::Line;
use super::model::{basis_name, verdict_name};
use super::open::{Open, lookers_of};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::incidents::closing::{Asked, Closing, SAME_AGAIN, Then, unjudged};
use castellan_domain::alarm::{Verdict, VerdictBasis};
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::{IncidentCommand, NextStage};
use castellan_domain::view::Known;
use leptos::prelude::*;

impl Open {
    /// Moves the incident of an alarm to another stage. One that is closed asks for the verdicts that it lacks.
    pub fn move_incident(
        &self,
        copy: &'static SiteCopy,
        desk: &'static Desk,
        alarm: AlarmId,
        incident: IncidentId,
        to: NextStage,
    ) {
        let lacks = |known: &Known<'_>| !unjudged(known, incident).is_empty();
        if to == NextStage::Closed && copy.known(lacks) == Some(true) {
            self.closing.set(Some(Closing::of(incident)));
            self.choose(copy, desk, alarm, Choice::Closing(Asked::Verdict));
        } else {
            desk.send(IncidentCommand::Move { incident, to });
        }
    }

    /// One step back: to the verdict before. Gives whether there was one.
    pub(super) fn unpick(&self, asked: Asked) -> bool {
        let unpick = |closing: &mut Option<Closing>| closing.as_mut()?.take_back().then_some(());
        asked == Asked::Verdict && self.closing.try_update(unpick).flatten().is_some()
    }

    /// Picks what is asked of the alarm whose turn it is. After the last one all is sent.
    pub(super) fn pick_verdict(
        &self,
        copy: &'static SiteCopy,
        desk: &'static Desk,
        asked: Asked,
        index: usize,
    ) {
        let then = |known: &Known<'_>, closing: &mut Closing| match asked {
            Asked::Verdict if index == SAME_AGAIN => Some(closing.same_again(known)),
            Asked::Verdict => Some(closing.verdict(known, *Verdict::ALL.get(index)?)),
            Asked::Basis(verdict) => Some(match index {
                0 => Then::Ask(Asked::OnScene(verdict)),
                1 => closing.give(known, verdict, Some(VerdictBasis::Picture)),
                2 => closing.give(known, verdict, Some(VerdictBasis::Phone)),
                _ => return None,
            }),
            Asked::OnScene(verdict) => {
                let by = lookers_of(copy, desk).into_iter().nth(index)?;
                Some(closing.give(known, verdict, Some(VerdictBasis::OnScene { by })))
            }
        };
        let then = self.closing.try_update(|closing| {
            let closing = closing.as_mut()?;
            copy.known(|known| then(known, closing)).flatten()
        });
        match then.flatten() {
            None => {}
            Some(Then::Ask(asked)) => self.choice.set(Some(Choice::Closing(asked))),
            Some(Then::Send(commands)) => {
                self.choice.set(None);
                desk.send_in_turn(commands);
            }
        }
    }
}

/// What has no verdict, what was picked for it, and what is asked now.
#[component]
pub fn Unjudged(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    asked: Asked,
) -> impl IntoView {
    let rows = Memo::new(move |_| {
        copy.changes.alarms.track_any();
        copy.changes.incidents.track_any();
        let closing = open.closing.get();
        let rows = copy.known(|known| {
            let closing = closing.as_ref()?;
            Some(unjudged(known, closing.incident))
        });
        rows.flatten().unwrap_or_default()
    });
    let turn = Memo::new(move |_| {
        rows.track();
        let closing = open.closing.get()?;
        copy.known(|known| closing.turn(known)).flatten()
    });
    let row = move |alarm: AlarmId| {
        let given = move || {
            let (closing, language) = (open.closing.get()?, desk.language.get());
            let given = closing.given(alarm)?;
            let verdict = verdict_name(given.verdict).get(language);
            let basis = given.basis.as_ref().map(|basis| {
                copy.estate
                    .with(|estate| basis_name(estate.as_deref(), basis, language))
            });
            let words: Vec<_> = [verdict.to_owned()].into_iter().chain(basis).collect();
            Some(words.join(" · "))
        };
        view! {
            <li data-unjudged=alarm.to_string() aria-current=move || (turn.get() == Some(alarm)).then_some("step")>
                <span><Line copy desk alarm /></span>
                <b>{given}</b>
            </li>
        }
    };
    let prompt = move || {
        let count = rows.with(Vec::len).to_string();
        texts::CLOSING_PROMPT.fill(desk.language.get(), &[&count])
    };
    view! {
        <div class="choices closing" role="group" aria-label=move || desk.t(texts::CLOSING)>
            <p>{prompt}</p>
            <ol><For each=move || rows.get() key=|alarm| *alarm children=row /></ol>
            <Question copy desk id open asked />
        </div>
    }
}

/// What is asked of the alarm whose turn it is, by digit.
#[component]
fn Question(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    asked: Asked,
) -> impl IntoView {
    let button = move |(index, words): (usize, Signal<String>)| {
        view! {
            <button data-closing=index + 1 on:click=move |_| open.pick(copy, desk, id, index)>
                {(index < 9).then(|| view! { <kbd>{index + 1}</kbd> })}{words}
            </button>
        }
    };
    let said = move |words: crate::texts::Words| Signal::derive(move || desk.t(words).to_owned());
    let answers: Vec<Signal<String>> = match asked {
        Asked::Verdict => {
            let begun = open.closing.with(|closing| {
                let closing = closing.as_ref();
                closing.is_some_and(Closing::has_begun)
            });
            let again = begun.then(|| said(texts::CLOSING_SAME));
            let all = Verdict::ALL.into_iter().map(verdict_name);
            all.map(said).chain(again).collect()
        }
        Asked::Basis(_) => BASES.into_iter().map(said).collect(),
        Asked::OnScene(_) => {
            let name = move |person: castellan_domain::ids::PersonId| {
                Signal::derive(move || {
                    let language = desk.language.get();
                    let name =
                        copy.known(|known| crate::names::sign_and_name(known, &person, language));
                    name.unwrap_or_default()
                })
            };
            lookers_of(copy, desk).into_iter().map(name).collect()
        }
    };
    let prompt = match asked {
        Asked::Verdict => texts::VERDICT,
        Asked::Basis(_) => texts::BASIS,
        Asked::OnScene(_) if answers.is_empty() => texts::LOOKERS_NOBODY,
        Asked::OnScene(_) => texts::LOOKERS_PROMPT,
    };
    view! {
        <p class="quiet">{move || desk.t(prompt)}</p>
        {answers.into_iter().enumerate().map(button).collect_view()}
    }
}
