//! The sources that are part of the selected alarm, and the way out for one that is not.

use super::doubts::sentences;
use super::marks::joined_name;
use super::model::{condition_name, source_name, type_name};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::alarm::{AlarmCommand, Joined, Source};
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// What has joined an alarm. The domain lets at most two hundred.
#[component]
pub fn Sources(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    joined: Memo<Vec<Joined>>,
    can_split: Memo<bool>,
) -> impl IntoView {
    let any = Memo::new(move |_| joined.with(|joined| !joined.is_empty()));
    let sources = move || {
        joined.with(|joined| {
            joined
                .iter()
                .map(|joined| joined.source.clone())
                .collect::<Vec<_>>()
        })
    };
    view! {
        {move || any.get().then(|| view! {
            <details class="sources" open>
                <summary>
                    {move || desk.t(texts::JOINED_LIST)}" "
                    <span class="count">{move || joined.with(Vec::len)}</span>
                </summary>
                <ul>
                    <For each=sources key=key let:source>
                        <SourceRow copy desk id source joined can_split />
                    </For>
                </ul>
            </details>
        })}
    }
}

/// A source joins a row once.
fn key(source: &Source) -> String {
    match source {
        Source::Device(id) => format!("device {id}"),
        Source::Person(id) => format!("person {id}"),
        Source::Registration(id) => format!("registration {id}"),
        Source::System => "system".to_owned(),
    }
}

#[component]
fn SourceRow(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    source: Source,
    joined: Memo<Vec<Joined>>,
    can_split: Memo<bool>,
) -> impl IntoView {
    let name = {
        let source = source.clone();
        move || {
            let language = desk.language.get();
            copy.estate
                .with(|estate| source_name(estate.as_deref(), &source, language))
        }
    };
    let words = {
        let source = source.clone();
        move || {
            let language = desk.language.get();
            joined.with(|joined| {
                let joined = joined.iter().find(|joined| joined.source == source)?;
                Some(copy.estate.with(|estate| {
                    let mut words = vec![
                        type_name(estate.as_deref(), &joined.kind, language),
                        condition_name(joined.condition).get(language).to_owned(),
                        joined_name(joined.why).get(language).to_owned(),
                    ];
                    if joined.repeats > 0 {
                        words.push(format!("×{}", joined.repeats.saturating_add(1)));
                    }
                    words.extend(
                        sentences(&joined.doubts).map(|doubt| doubt.get(language).to_owned()),
                    );
                    words.join(" · ")
                }))
            })
        }
    };
    let split = move || {
        let source = source.clone();
        desk.send(AlarmCommand::Split { alarm: id, source });
    };
    view! {
        <li>
            <span class="name">{name}</span>
            <span class="quiet">{words}</span>
            {move || {
                let split = split.clone();
                can_split.get().then(|| view! {
                    <button data-action="split" disabled=move || desk.sending.get() on:click=move |_| split()>
                        {move || desk.t(texts::SPLIT)}
                    </button>
                })
            }}
        </li>
    }
}
