//! The right column while a building or an area is selected.

use super::model::{Line, alarms_of_building, area_kind, area_line};
use super::texts;
use crate::alarms::located::place;
use crate::alarms::model::{sign, what};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::ui::Sentence;
use castellan_domain::ids::{AlarmId, AreaId, BuildingId};
use leptos::prelude::*;

/// What is known of a building.
#[component]
pub fn SelectedBuilding(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: BuildingId,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let address = Picked::Building(id.clone()).address();
    let found = {
        let id = id.clone();
        Memo::new(move |_| copy.estate.with(|e| e.as_ref()?.building(&id).cloned()))
    };
    let lines = {
        let id = id.clone();
        move || {
            let building = found.get()?;
            let ends = (building.floors.first(), building.floors.last());
            let floors = match ends {
                (Some(first), Some(last)) => format!("{} – {}", first.label, last.label),
                _ => String::new(),
            };
            let here = copy.estate.with(|estate| {
                let devices = estate.as_ref().map(|e| e.devices.iter());
                let here =
                    devices.map(|all| all.filter(|d| d.place.building.as_ref() == Some(&id)));
                here.map_or(0, Iterator::count)
            });
            Some(vec![
                (texts::FLOORS, floors),
                (texts::DEVICES_HERE, here.to_string()),
            ])
        }
    };
    let name = move || {
        let language = desk.language.get();
        found.with(|b| b.as_ref().map(|b| b.name.get(language).to_owned()))
    };
    let alarms = Memo::new(move |_| copy.alarms(|view| alarms_of_building(view, &id)));
    view! {
        <Details copy desk sentence address kicker=Signal::derive(move || Some(desk.t(texts::BUILDING_KIND)))
            name=Signal::derive(name) lines=Signal::derive(move || lines().unwrap_or_default()) alarms />
    }
}

/// Whom an area is for.
#[component]
pub fn SelectedArea(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AreaId,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let address = Picked::Area(id.clone()).address();
    let found = Memo::new(move |_| {
        copy.estate.with(|estate| {
            let areas = &estate.as_ref()?.areas;
            areas.iter().find(|area| area.id == id).cloned()
        })
    });
    let kicker = move || found.with(|a| a.as_ref().map(|a| desk.t(area_kind(a.kind))));
    let name = move || {
        let language = desk.language.get();
        found.with(|a| a.as_ref().map(|a| a.name.get(language).to_owned()))
    };
    let lines = move || {
        let language = desk.language.get();
        copy.estate.with(|estate| {
            let estate = estate.as_ref()?;
            Some(vec![area_line(estate, found.get().as_ref()?, language)])
        })
    };
    view! {
        <Details copy desk sentence address kicker=Signal::derive(kicker) name=Signal::derive(name)
            lines=Signal::derive(move || lines().unwrap_or_default())
            alarms=Memo::new(|_| Vec::new()) />
    }
}

/// What stands still, with its lines and its open alarms.
#[component]
pub fn Details(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    sentence: Signal<Option<String>>,
    address: String,
    kicker: Signal<Option<&'static str>>,
    name: Signal<Option<String>>,
    lines: Signal<Vec<Line>>,
    alarms: Memo<Vec<AlarmId>>,
    /// What can be done with it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let rows = move || {
        let lines = lines.get().into_iter();
        lines
            .map(|(about, words)| {
                view! { <div><dt>{desk.t(about)}</dt><dd class="num">{words}</dd></div> }
            })
            .collect_view()
    };
    let alarm = move |id: AlarmId| {
        let words = move || {
            let alarm = copy.alarm(id)?;
            let (now, language) = (copy.now(), desk.language.get());
            let about = alarm.source.person().map(|person| copy.person(person));
            let state = about.unwrap_or_default();
            copy.estate.with(|estate| {
                let estate = estate.as_deref();
                let (what, place) = (
                    what(estate, &alarm, language),
                    place(estate, &alarm, &state, now, language),
                );
                Some(format!("{} {what} · {place}", sign(alarm.priority)))
            })
        };
        view! {
            <li><button on:click=move |_| desk.select(Some(Picked::Alarm(id)))>{words}</button></li>
        }
    };
    view! {
        <article class="selected-place" data-selected=address>
            <header>
                <p class="kicker">{kicker}</p>
                <h2>{name}</h2>
            </header>
            <dl class="facts">{rows}</dl>
            {children.map(|children| children())}
            {move || (!alarms.with(Vec::is_empty)).then(|| view! {
                <h3>{move || desk.t(texts::OPEN_HERE)}</h3>
                <ul class="alarms-here">{alarms.get().into_iter().map(alarm).collect_view()}</ul>
            })}
            <Sentence words=sentence />
        </article>
    }
}
