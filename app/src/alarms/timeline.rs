//! The timeline of the selected alarm, and the way to what its row and its incident have let go of.

use super::known::Known;
use super::response::Response;
use super::story::{Entry, Line, Part, Teller, Whose};
use super::texts;
use crate::api::{self, ApiError, StepsOf};
use crate::browser::moment_text;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::evidence::{PlayClip, Replay};
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, AlarmFact};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::IncidentFact;
use castellan_domain::text::Language;
use castellan_domain::wire::api::NoteText;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;

/// What happened to the alarm, newest first.
#[component]
pub fn Story(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    alarm: Memo<Option<Alarm>>,
    notes: RwSignal<Vec<NoteText>>,
    replay: Replay,
) -> impl IntoView {
    let known = RwSignal::new(Known::<AlarmFact>::default());
    Effect::new(move |_| {
        alarm.with(|alarm| {
            if let Some(alarm) = alarm {
                known.update(|known| known.meet(&alarm.history));
            }
        });
    });
    let incident = Memo::new(move |_| alarm.with(|alarm| alarm.as_ref()?.incident));
    let of_incident = RwSignal::new(Known::<IncidentFact>::default());
    Effect::new(move |before: Option<Option<IncidentId>>| {
        let now = incident.get();
        if before.flatten() != now {
            of_incident.set(Known::default());
        }
        let row = now.and_then(|id| copy.one(&copy.changes.incidents, &id));
        if let Some(row) = row {
            of_incident.update(|known| known.meet(&row.history));
        }
        now
    });
    let told = Memo::new(move |_| {
        let incident = incident.get()?;
        // Told anew with each of its steps, and with each of those who were sent.
        copy.one(&copy.changes.incidents, &incident)?;
        copy.all(&copy.changes.assignments, |_| ());
        let language = desk.language.get();
        let zone = zone_of(copy.estate.get().as_deref());
        let now = copy.now_untracked();
        let clock = |at| moment_text(at, now, &zone);
        copy.known(|known| {
            let response = Response {
                known,
                language,
                clock: &clock,
            };
            of_incident.with(|steps| response.tell(incident, steps))
        })
    });
    let of = Signal::derive(move || Some(StepsOf::Alarm(id)));
    let earlier = Earlier::new(copy, desk, of, known);
    let of = Signal::derive(move || incident.get().map(StepsOf::Incident));
    let earlier_of_incident = Earlier::new(copy, desk, of, of_incident);
    let lines = move || {
        let language = desk.language.get();
        let estate = copy.estate.get();
        let estate = estate.as_deref();
        let zone = zone_of(estate);
        let now = copy.now_untracked();
        let clock = move |at| moment_text(at, now, &zone);
        let teller = Teller {
            alarm: id,
            estate,
            language,
            clock: &clock,
        };
        let told = told.get().unwrap_or_default();
        let entries = known.with(|known| teller.tell(known, told));
        let line = |entry| match entry {
            Entry::Line(line) => line_view((copy, desk, replay), &teller, line, notes).into_any(),
            Entry::Earlier(Whose::Alarm, count) => {
                earlier_view(earlier, texts::EARLIER, count, language).into_any()
            }
            Entry::Earlier(Whose::Incident, count) => {
                let words = texts::EARLIER_OF_INCIDENT;
                earlier_view(earlier_of_incident, words, count, language).into_any()
            }
        };
        entries.into_iter().map(line).collect_view()
    };
    let sheet = move || {
        let (incident, reader) = (incident.get()?, desk.person.get()?);
        let link = format!("/sheet?incident={incident}&as={reader}");
        Some(view! { <a href=link target="_blank">{desk.t(texts::CASE_SHEET)}</a> })
    };
    view! {
        <section class="story" aria-label=move || desk.t(texts::TIMELINE)>
            <h3>{move || desk.t(texts::TIMELINE)}{sheet}</h3>
            <ol>{lines}</ol>
        </section>
    }
}

fn zone_of(estate: Option<&Estate>) -> String {
    estate.map_or_else(|| "UTC".to_owned(), |estate| estate.time_zone.to_string())
}

fn line_view(
    (copy, desk, replay): (&'static SiteCopy, &'static Desk, Replay),
    teller: &Teller<'_>,
    line: Line,
    notes: RwSignal<Vec<NoteText>>,
) -> impl IntoView + use<> {
    let Teller {
        estate, language, ..
    } = *teller;
    let by = line.by.as_ref().map(|by| name(estate, by, language));
    let drill = line.drill.then(|| {
        view! { <span class="drill-tag">{texts::DRILL.get(language)}</span> }
    });
    let words = line.note().map(|note| words_view(note, notes, language));
    let parts = line.parts.into_iter();
    let parts = parts.map(|mut part| {
        let clip = part.clip.take();
        let clip = clip.map(|clip| view! { <PlayClip copy desk replay clip /> });
        (part_view(part, language), clip)
    });
    view! {
        <li>
            <time class="num">{(teller.clock)(line.at)}</time>
            <div>{by}{drill}{parts.collect_view()}{words}</div>
        </li>
    }
}

fn name(
    estate: Option<&Estate>,
    by: &castellan_domain::ids::PersonId,
    language: Language,
) -> impl IntoView + use<> {
    view! { <span class="by">{person_name(estate, by, language)}</span> }
}

fn part_view(part: Part, language: Language) -> impl IntoView {
    let detail = (!part.detail.is_empty()).then(|| {
        view! { <span class="detail num">{part.detail}</span> }
    });
    view! {
        <span class="part"><span class="step">{part.what.get(language)}</span>{detail}</span>
    }
}

fn words_view(
    note: uuid::Uuid,
    notes: RwSignal<Vec<NoteText>>,
    language: Language,
) -> impl IntoView {
    let words = move || {
        notes.with(|notes| match notes.iter().find(|known| known.id == note) {
            None => texts::NOTE_LOADING.get(language).to_owned(),
            Some(known) => known
                .text
                .clone()
                .unwrap_or_else(|| texts::NOTE_ERASED.get(language).to_owned()),
        })
    };
    view! { <p class="words">{words}</p> }
}

/// The way to older steps.
struct Earlier<F: 'static> {
    copy: &'static SiteCopy,
    desk: &'static Desk,
    /// Whose; nothing while an alarm has no incident.
    of: Signal<Option<StepsOf>>,
    known: RwSignal<Known<F>>,
    failure: RwSignal<Option<Words>>,
    fetching: RwSignal<bool>,
}

impl<F> Clone for Earlier<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Earlier<F> {}

impl<F: DeserializeOwned + Send + Sync + 'static> Earlier<F> {
    fn new(
        copy: &'static SiteCopy,
        desk: &'static Desk,
        of: Signal<Option<StepsOf>>,
        known: RwSignal<Known<F>>,
    ) -> Self {
        Self {
            copy,
            desk,
            of,
            known,
            failure: RwSignal::new(None),
            fetching: RwSignal::new(false),
        }
    }

    fn fetch(self) {
        let before = self.known.with_untracked(Known::before);
        let site = self.copy.site.get_untracked();
        let (Some(before), Some(site), Some(of)) = (before, site, self.of.get_untracked()) else {
            return;
        };
        let Some(reader) = self.desk.person.get_untracked() else {
            self.failure.set(Some(texts::EARLIER_NOT_ALLOWED));
            return;
        };
        self.failure.set(None);
        self.fetching.set(true);
        spawn_local(async move {
            let page = api::steps_before(&site, &reader, of, before).await;
            // The view may be gone by now; then nobody waits for them.
            let _ = self.fetching.try_set(false);
            match page {
                // They are another incident's by now.
                Ok(_) if self.of.try_get_untracked().flatten() != Some(of) => {}
                // A record that is behind would leave a hole just before what is known.
                Ok(page) if page.projected_seq.next() >= before => {
                    let _ = self.known.try_update(|known| known.take(page.steps));
                }
                Ok(_) => drop(self.failure.try_set(Some(texts::EARLIER_UNREADABLE))),
                Err(error) => drop(self.failure.try_set(Some(unreadable(&error)))),
            }
        });
    }
}

fn unreadable(error: &ApiError) -> Words {
    let code = match error {
        ApiError::Refused(detail) => detail.code.as_str(),
        ApiError::Unreachable => "",
    };
    match code {
        "refused" => texts::EARLIER_NOT_ALLOWED,
        _ => texts::EARLIER_UNREADABLE,
    }
}

fn earlier_view<F: DeserializeOwned + Send + Sync + 'static>(
    earlier: Earlier<F>,
    words: Words,
    count: usize,
    language: Language,
) -> impl IntoView {
    let words = words.fill(language, &[&count.to_string()]);
    let failure = move || {
        let words = earlier.failure.get()?;
        Some(view! { <p role="status">{words.get(language)}</p> })
    };
    view! {
        <li class="earlier">
            <button
                type="button"
                data-action="earlier"
                disabled=move || earlier.fetching.get()
                on:click=move |_| earlier.fetch()
            >
                {words}
            </button>
            {failure}
        </li>
    }
}
