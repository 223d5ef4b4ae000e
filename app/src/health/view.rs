//! A sentence, what is wrong, and counts of what is not.

use super::figures::{Figure, Figures, figures, rate};
use super::model::{Seen, Since, Trouble, remember, sentence};
use super::reasons::adapter_name;
use super::texts;
use crate::alarms::model::{class, priority_name, sign};
use crate::api::{self, ApiError};
use crate::browser::{is_visible, moment_text, sleep};
use crate::console;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::page::Parts;
use crate::self_test::SelfTestLines;
use crate::texts::Words;
use castellan_domain::door::DoorState;
use castellan_domain::estate::Estate;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;
use castellan_domain::wire::api::{Health, QueueDepth};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// How often the server is asked while the page is seen, in looks of a second.
const LOOKS: u32 = 5;

/// What the server has said.
#[derive(Debug, Clone, Default)]
struct Came {
    last: Option<Arc<Health>>,
    before: Option<Arc<Health>>,
    /// Why the newest question has no answer.
    fault: Option<Words>,
}

/// All that is shown of it.
#[derive(Clone, PartialEq)]
struct Shown {
    troubles: Vec<Trouble>,
    well_since: Timestamp,
    figures: Figures,
    zones: (usize, usize),
    doors: (usize, usize),
}

/// Whether all of it is there and works.
pub fn view(parts: &Parts) -> AnyView {
    let Parts {
        copy, desk, drawn, ..
    } = *parts;
    drawn.set(true);
    let came = RwSignal::new(Came::default());
    spawn_local(ask(copy, desk, came));
    let shown = Memo::new(move |before: Option<&Option<Shown>>| {
        copy.changes.self_test.track();
        copy.changes.zones.track_any();
        copy.changes.doors.track_any();
        let before = before.and_then(Option::as_ref);
        let came = came.get();
        let (health, estate) = (came.last.as_ref()?, copy.estate.get()?);
        let language = desk.language.get();
        Some(copy.alarms(|view| show(health, &came, (view, &estate), language, before)))
    });
    let said = move || {
        let came = came.get();
        let language = desk.language.get();
        let words = match (&came.last, came.fault) {
            (None, None) => texts::LOADING.get(language).to_owned(),
            (Some(last), None) => texts::ASKED_AT.fill(language, &[&copy.time_of_day(last.at)]),
            (Some(last), Some(fault)) if fault == texts::NOTHING_YET => {
                texts::OLD.fill(language, &[&copy.time_of_day(last.at)])
            }
            (_, Some(fault)) => fault.get(language).to_owned(),
        };
        // That all goes on is read to nobody every five seconds.
        let (look, role) = match came.fault {
            Some(_) => ("is-old", "status"),
            None => ("quiet num", "note"),
        };
        view! { <p class=look role=role>{words}</p> }
    };
    let body = move || Some(body(copy, desk, &shown.get()?));
    let counts = move || {
        let (shown, came) = (shown.get()?, came.get());
        Some(counts(desk.language.get(), &shown, &*came.last?, copy))
    };
    view! {
        <article class="health-page">
            <header>
                <p class="quiet">{move || desk.t(texts::TITLE)}</p>
                <a href="/">{move || desk.t(console::texts::TITLE)}</a>
            </header>
            {body}
            {said}
            <SelfTestLines copy desk />
            <div class="health-counts">{counts}</div>
        </article>
    }
    .into_any()
}

/// Asks for as long as the page lives, while it is seen.
async fn ask(copy: &'static SiteCopy, desk: &'static Desk, came: RwSignal<Came>) {
    let mut looks = LOOKS;
    loop {
        if is_visible() && looks >= LOOKS {
            let site = copy.site.get_untracked();
            let answer = match (site, desk.person.get_untracked()) {
                (None, _) => None,
                (Some(_), None) => Some(Err(texts::NO_PERSON)),
                (Some(site), Some(reader)) => {
                    let answer = api::health(&site, &reader).await;
                    Some(answer.map_err(|error| failure(&error)))
                }
            };
            looks = if answer.is_some() { 0 } else { LOOKS };
            match answer {
                None => {}
                Some(Ok(health)) => came.update(|came| {
                    came.before = came.last.replace(Arc::new(health));
                    came.fault = None;
                }),
                Some(Err(fault)) => came.update(|came| came.fault = Some(fault)),
            }
        }
        sleep(1_000).await;
        looks = looks.saturating_add(1);
    }
}

fn failure(error: &ApiError) -> Words {
    match error {
        ApiError::Refused(detail)
            if matches!(detail.code.as_str(), "refused" | "unknown_person") =>
        {
            texts::NOT_ALLOWED
        }
        ApiError::Refused(_) | ApiError::Unreachable => texts::NOTHING_YET,
    }
}

fn show(
    health: &Health,
    came: &Came,
    (view, estate): (&View, &Estate),
    language: Language,
    before: Option<&Shown>,
) -> Shown {
    let zone = estate.time_zone.as_str();
    let clock = |at| moment_text(at, health.at, zone);
    let seen = Seen {
        health,
        before: came.before.as_deref(),
        view,
        estate,
        language,
        clock: &clock,
    };
    let mut troubles = seen.troubles();
    if let Some(before) = before {
        remember(&mut troubles, &before.troubles);
    }
    let is_armed = estate.zones.iter().filter(|zone| view.is_armed(&zone.id));
    let is_open = |door: &&DoorState| matches!(door, DoorState::Open { .. });
    Shown {
        troubles,
        well_since: seen.well_since(),
        figures: figures(estate, view, language),
        zones: (is_armed.count(), estate.zones.len()),
        doors: (
            view.doors.values().filter(is_open).count(),
            view.doors.len(),
        ),
    }
}

fn body(copy: &'static SiteCopy, desk: &'static Desk, shown: &Shown) -> AnyView {
    let language = desk.language.get();
    let count = shown.troubles.len();
    let troubles = shown.troubles.iter().map(|trouble| {
        let since = match trouble.since {
            Since::At(at) => texts::SINCE.fill(language, &[&moment(copy, at)]),
            Since::Seen(at) => texts::SEEN_SINCE.fill(language, &[&moment(copy, at)]),
        };
        let link = trouble.link.clone().map(|link| {
            view! { <a href=link>{texts::SHOW.get(language)}</a> }
        });
        let details = trouble.details.iter().map(|line| view! { <li>{line.clone()}</li> });
        view! {
            <li class=class(trouble.priority)>
                <span class="sign" aria-hidden="true">{sign(trouble.priority)}</span>
                <div>
                    <h2>
                        <span class="unseen">{priority_name(trouble.priority).get(language)}" "</span>
                        {trouble.what.clone()}
                        <span class="quiet num">{since}</span>
                        {link}
                    </h2>
                    <p>{trouble.todo.get(language)}</p>
                    <ul class="quiet num">{details.collect_view()}</ul>
                    {trouble.quoted.clone().map(|words| view! { <code>{words}</code> })}
                </div>
            </li>
        }
    });
    view! {
        <h1>
            {sentence(count, &moment(copy, shown.well_since), language)}
        </h1>
        <ol class="troubles">{troubles.collect_view()}</ol>
    }
    .into_any()
}

fn counts(language: Language, shown: &Shown, health: &Health, copy: &'static SiteCopy) -> AnyView {
    let t = |words: Words| words.get(language);
    let of_devices = |title| {
        [
            t(title),
            t(texts::COUNT),
            t(texts::ONLINE),
            t(texts::ONLINE_RATE),
            t(texts::INTACT_RATE),
        ]
    };
    let kinds = shown.figures.kinds.iter().map(figure_cells);
    let all = figure_cells(&Figure {
        name: t(texts::ALL).to_owned(),
        ..shown.figures.all.clone()
    });
    let places = shown.figures.places.iter().map(figure_cells);
    let intake = health.adapters.iter().map(|one| {
        let name = adapter_name(&one.adapter, language);
        let sum = |counts: &[castellan_domain::wire::api::RefusalCount]| -> String {
            counts.iter().map(|one| one.count).sum::<u64>().to_string()
        };
        vec![
            name,
            one.accepted.to_string(),
            sum(&one.refusals),
            sum(&one.oddities),
        ]
    });
    let of_intake = [
        t(texts::ADAPTER),
        t(texts::ACCEPTED),
        t(texts::REFUSED),
        t(texts::ODD),
    ];
    let strangers = health.quarantine.iter().map(|one| {
        let name = adapter_name(&one.adapter, language);
        vec![
            one.sender.clone(),
            name,
            one.count.to_string(),
            moment(copy, one.last_at),
        ]
    });
    let strangers: Vec<_> = strangers.collect();
    let of_strangers = [
        t(texts::SENDER),
        t(texts::ADAPTER),
        t(texts::COUNT),
        t(texts::LAST_AT),
    ];
    let unknown = (!strangers.is_empty()).then(|| {
        section(
            t(texts::UNKNOWN_SENDERS),
            table(&of_strangers, strangers.clone()),
        )
    });
    let server = server_lines(language, shown, health, copy).into_iter();
    let server = server.map(|(name, value)| {
        view! { <div><dt>{t(name)}</dt><dd class="num">{value}</dd></div> }
    });
    let devices = view! {
        {table(&of_devices(texts::BY_KIND), kinds.chain([all]).collect())}
        {table(&of_devices(texts::BY_PLACE), places.collect())}
        <p class="quiet">{t(texts::WATCHED)}</p>
    };
    let server = view! { <dl>{server.collect_view()}</dl> };
    view! {
        {section(t(texts::DEVICES), devices.into_any())}
        <div>
            {section(t(texts::SERVER), server.into_any())}
            {section(t(texts::INTAKE), table(&of_intake, intake.collect()))}
            {unknown}
        </div>
    }
    .into_any()
}

fn figure_cells(figure: &Figure) -> Vec<String> {
    let Figure {
        name,
        count,
        watched,
        online,
        intact,
    } = figure;
    vec![
        name.clone(),
        count.to_string(),
        format!("{online}/{watched}"),
        rate(*online, *watched),
        rate(*intact, *count),
    ]
}

fn server_lines(
    language: Language,
    shown: &Shown,
    health: &Health,
    copy: &'static SiteCopy,
) -> Vec<(Words, String)> {
    let depth = |depth: QueueDepth| format!("{}/{}", depth.waiting, depth.limit);
    let of = |(some, all): (usize, usize)| format!("{some}/{all}");
    let unknown = || texts::UNKNOWN.get(language).to_owned();
    let ballast = if health.disk.has_ballast {
        texts::THERE
    } else {
        texts::MISSING
    };
    let ahead = health.clock.ahead_of_wall.as_micros() / 1_000;
    let ahead = format!("{}.{:03}", ahead / 1_000, ahead.abs() % 1_000);
    let (memory, most) = (health.clips.memory_bytes, health.clips.memory_bytes_max);
    let ring = format!("{}/{} MB", memory / 1_000_000, most / 1_000_000);
    let mut lines = vec![
        (texts::STARTED, moment(copy, health.started_at)),
        (texts::RECORDED, health.seq.to_string()),
        (texts::PROJECTED, health.beside.projected_seq.to_string()),
        (texts::SNAPSHOT, health.beside.snapshot_seq.to_string()),
        (texts::ANCHORED, health.beside.anchored_seq.to_string()),
        (texts::QUEUED, depth(health.queue)),
        (texts::DISPLAYS, health.displays.to_string()),
        (texts::OPEN_CONNECTIONS, depth(health.connections)),
        (
            texts::DISK_FREE,
            health.disk.free_bytes.map_or_else(unknown, gigabytes),
        ),
        (texts::BALLAST, ballast.get(language).to_owned()),
        (texts::CLOCK, texts::SECONDS.fill(language, &[&ahead])),
        (texts::WAITING_OUT, health.outbox.waiting.to_string()),
        (texts::OBSERVED, health.observations.written.to_string()),
        (texts::CLIPS_RUNNING, health.clips.running.to_string()),
        (texts::RING, ring),
        (texts::ZONES_ARMED, of(shown.zones)),
        (texts::DOORS_OPEN, of(shown.doors)),
    ];
    let orders = health
        .orders
        .map(|orders| (texts::ORDERS_OPEN, depth(orders)));
    lines.extend(orders);
    lines
}

/// A time of day, with its date if that is not today's.
fn moment(copy: &SiteCopy, at: Timestamp) -> String {
    let zone = copy
        .estate
        .with_untracked(|estate| estate.as_ref().map(|estate| estate.time_zone.to_string()));
    moment_text(at, copy.now_untracked(), zone.as_deref().unwrap_or("UTC"))
}

fn gigabytes(bytes: u64) -> String {
    format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10)
}

fn section(title: &'static str, what: AnyView) -> AnyView {
    view! { <section><h2>{title}</h2>{what}</section> }.into_any()
}

fn table(heads: &[&'static str], rows: Vec<Vec<String>>) -> AnyView {
    let heads = heads
        .iter()
        .map(|head| view! { <th scope="col">{*head}</th> });
    let rows = rows.into_iter().map(|cells| {
        let cells = cells.into_iter().map(|cell| view! { <td>{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <table class="num">
            <thead><tr>{heads.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
