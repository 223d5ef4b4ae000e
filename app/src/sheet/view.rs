//! A page that is read from top to bottom, and printed.

use super::model::{DeadlineLine, Told, Writer};
use super::texts;
use crate::alarms::model::{class, priority_name, sign};
use crate::alarms::story::Line;
use crate::api::{self, ApiError};
use crate::browser::{date_and_clock_text, moment_text, parameter, window};
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::page::Parts;
use crate::texts::Words;
use castellan_domain::estate::Estate;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::NoteText;
use castellan_domain::wire::sheet::{CaseSheet, SHEET_VERSION};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What came of asking for the sheet.
#[derive(Debug, Clone)]
enum Came {
    Nothing,
    Failed(Words),
    Sheet(CaseSheet, Vec<Fact>),
}

/// The sheet of the incident that the address names.
pub fn view(parts: &Parts) -> AnyView {
    let Parts {
        copy, desk, drawn, ..
    } = *parts;
    drawn.set(true);
    let incident = parameter("incident").and_then(|id| id.parse::<IncidentId>().ok());
    let Some(incident) = incident else {
        return view! { <p class="case-sheet-says">{move || desk.t(texts::NO_INCIDENT)}</p> }
            .into_any();
    };
    let came = RwSignal::new(Came::Nothing);
    let notes = RwSignal::new(Vec::<NoteText>::new());
    let asked = RwSignal::new(0_u32);
    Effect::new(move |_| {
        asked.track();
        desk.person.track();
        if copy.site.get().is_some() {
            came.set(Came::Nothing);
            spawn_local(fetch(copy, desk, incident, came));
        }
    });
    let shown = move || match came.get() {
        Came::Nothing => says(desk, texts::LOADING, incident),
        Came::Failed(words) => view! {
            {says(desk, words, incident)}
            <button type="button" on:click=move |_| asked.update(|asked| *asked += 1)>
                {desk.t(texts::AGAIN)}
            </button>
        }
        .into_any(),
        Came::Sheet(sheet, facts) => match copy.estate.get() {
            None => says(desk, texts::LOADING, incident),
            Some(estate) => match told(&estate, desk.language.get(), incident, &facts) {
                None => says(desk, texts::UNREADABLE, incident),
                Some(told) => {
                    fetch_notes(copy, desk, &told, notes);
                    sheet_view(desk, &estate, &sheet, told, notes)
                }
            },
        },
    };
    view! { <article class="case-sheet">{shown}</article> }.into_any()
}

fn says(desk: &'static Desk, words: Words, incident: IncidentId) -> AnyView {
    let words = words.fill(desk.language.get(), &[&incident.to_string()]);
    view! { <p class="case-sheet-says" role="status">{words}</p> }.into_any()
}

async fn fetch(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    incident: IncidentId,
    came: RwSignal<Came>,
) {
    let Some(reader) = desk.person.get_untracked() else {
        came.set(Came::Failed(texts::NO_PERSON));
        return;
    };
    let Some(site) = copy.site.get_untracked() else {
        return;
    };
    let sheet = api::case_sheet(&site, &reader, incident).await;
    came.set(match sheet {
        Ok(sheet) if sheet.sheet != SHEET_VERSION => Came::Failed(texts::NEWER),
        Ok(sheet) => {
            let facts = sheet.facts.iter().map(|one| Fact::decode(one.fact.get()));
            match facts.collect() {
                Ok(facts) => Came::Sheet(sheet, facts),
                Err(_) => Came::Failed(texts::NEWER),
            }
        }
        Err(error) => Came::Failed(failure(&error)),
    });
}

fn failure(error: &ApiError) -> Words {
    let code = match error {
        ApiError::Refused(detail) => detail.code.as_str(),
        ApiError::Unreachable => "",
    };
    match code {
        "not_found" => texts::NOT_FOUND,
        "refused" | "unknown_person" => texts::NOT_ALLOWED,
        "too_long" => texts::TOO_LONG,
        _ => texts::UNREADABLE,
    }
}

/// Words of notes lie beside the record; a sheet without them is whole all the same.
fn fetch_notes(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    told: &Told,
    notes: RwSignal<Vec<NoteText>>,
) {
    let (Some(site), Some(reader)) = (copy.site.get_untracked(), desk.person.get_untracked())
    else {
        return;
    };
    let alarms = told.noted.clone();
    spawn_local(async move {
        let mut all = Vec::new();
        for alarm in alarms {
            all.extend(api::notes(&site, &reader, alarm).await.unwrap_or_default());
        }
        notes.set(all);
    });
}

fn told(estate: &Estate, language: Language, incident: IncidentId, facts: &[Fact]) -> Option<Told> {
    let zone = estate.time_zone.as_str();
    let clock = |at, day: Option<_>| match day {
        Some(day) => moment_text(at, day, zone),
        None => date_and_clock_text(at, zone),
    };
    let writer = Writer {
        estate,
        language,
        clock: &clock,
    };
    writer.tell(incident, facts)
}

fn sheet_view(
    desk: &'static Desk,
    estate: &Estate,
    sheet: &CaseSheet,
    told: Told,
    notes: RwSignal<Vec<NoteText>>,
) -> AnyView {
    let language = desk.language.get();
    let t = |words: Words| words.get(language);
    let incident = sheet.incident.to_string();
    let about = told.about.into_iter();
    let about = about.map(|(name, value)| {
        view! { <div><dt>{t(name)}</dt><dd class="num">{value}</dd></div> }
    });
    let file = api::sheet_address(&sheet.site, sheet.incident);
    let heads = [
        texts::NUMBER,
        texts::WHAT,
        texts::WHERE,
        texts::RAISED,
        texts::CLAIMED,
        texts::VERDICT,
    ];
    let of_people = [
        texts::WHO,
        texts::ASKED,
        texts::ACCEPTED,
        texts::THERE,
        texts::NOW,
    ];
    let people = (!told.people.is_empty()).then(|| {
        section(
            t(texts::PEOPLE),
            table(of_people.map(t).as_slice(), rows(told.people)),
        )
    });
    let lines = told.deadlines.into_iter().map(|line| {
        let DeadlineLine {
            what,
            allowed,
            result,
            is_missed,
        } = line;
        (is_missed, vec![what, allowed, result])
    });
    let of_deadlines = [texts::WHAT, texts::ALLOWED, texts::RESULT].map(t);
    let deadlines = view! {
        <p class="kept">{told.kept}</p>
        {table(of_deadlines.as_slice(), lines.collect())}
    }
    .into_any();
    let story = story_view(estate, told.story, told.opened_at, notes, language);
    let clips = told.clips.into_iter().map(|(clip, words)| {
        let link = api::clip_address(&sheet.site, clip.clip);
        view! { <li><a href=link>{words}</a><code>{clip.sha256.to_string()}</code></li> }
    });
    let clips = clips.collect_view();
    let has_clips = !clips.is_empty();
    let clips = has_clips.then(|| section(t(texts::CLIPS), view! { <ul>{clips}</ul> }.into_any()));
    let upto = texts::RECORDED_UPTO.fill(language, &[&sheet.upto.to_string()]);
    let verify = texts::HOW_TO_VERIFY.fill(language, &[&incident]);
    view! {
        <header>
            <p>{estate.name.get(language).to_owned()}" · "{t(texts::TITLE)}" "{incident.clone()}</p>
            <h1>
                <span class=format!("sign {}", class(told.priority)) aria-hidden="true">
                    {sign(told.priority)}
                </span>
                {told.place}
            </h1>
            <p class="kind">{told.kind}" · "{t(priority_name(told.priority))}</p>
            <div class="tools">
                <button type="button" data-action="print" on:click=move |_| drop(window().print())>
                    {t(texts::PRINT)}
                </button>
                <a href=file download=format!("{incident}.json")>{t(texts::AS_JSON)}</a>
            </div>
        </header>
        <dl>{about.collect_view()}</dl>
        {section(t(texts::ALARMS), table(heads.map(t).as_slice(), rows(told.alarms)))}
        {people}
        {section(t(texts::DEADLINES), deadlines)}
        {section(t(texts::STORY), story)}
        {clips}
        <footer>
            <p>{upto}</p>
            <p>{t(texts::CHAIN)}" "<code>{sheet.hash.clone()}</code></p>
            <p>{verify}</p>
        </footer>
    }
    .into_any()
}

/// What happened, line by line.
fn story_view(
    estate: &Estate,
    story: Vec<(Option<AlarmId>, Line)>,
    began_at: Timestamp,
    notes: RwSignal<Vec<NoteText>>,
    language: Language,
) -> AnyView {
    let story = story.into_iter().map(|(alarm, line)| {
        let at = moment_text(line.at, began_at, estate.time_zone.as_str());
        let by = line.by.as_ref();
        let by = by.map(|by| crate::names::person_name(Some(estate), by, language));
        let words = line.note().map(|note| note_view(note, notes, language));
        let what = line.parts.into_iter().map(|part| {
            view! { <span class="part"><b>{part.what.get(language)}</b>" "{part.detail}</span> }
        });
        view! {
            <tr>
                <td class="num">{at}</td>
                <td>{alarm.map(|alarm| alarm.to_string())}</td>
                <td>{by}</td>
                <td>{what.collect_view()}{words}</td>
            </tr>
        }
    });
    view! { <table class="happened"><tbody>{story.collect_view()}</tbody></table> }.into_any()
}

fn section(title: &'static str, what: AnyView) -> AnyView {
    view! { <section><h2>{title}</h2>{what}</section> }.into_any()
}

fn rows<const N: usize>(rows: Vec<[String; N]>) -> Vec<(bool, Vec<String>)> {
    let rows = rows.into_iter();
    rows.map(|cells| (false, cells.to_vec())).collect()
}

/// A table; rows of what was missed stand out.
fn table(heads: &[&'static str], rows: Vec<(bool, Vec<String>)>) -> AnyView {
    let heads = heads
        .iter()
        .map(|head| view! { <th scope="col">{*head}</th> });
    let rows = rows.into_iter().map(|(stands_out, cells)| {
        let cells = cells
            .into_iter()
            .map(|cell| view! { <td class="num">{cell}</td> });
        view! { <tr class:missed=stands_out>{cells.collect_view()}</tr> }
    });
    view! {
        <table>
            <thead><tr>{heads.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn note_view(note: uuid::Uuid, notes: RwSignal<Vec<NoteText>>, language: Language) -> AnyView {
    let words = move || {
        let words = notes.with(|notes| {
            let known = notes.iter().find(|known| known.id == note)?;
            Some(known.text.clone())
        });
        words.map(|text| {
            let erased = || crate::alarms::texts::NOTE_ERASED.get(language).to_owned();
            text.unwrap_or_else(erased)
        })
    };
    view! { <q>{words}</q> }.into_any()
}
