//! The foot: the figures of this shift, and what is healthy in counts.

use super::figures::{self, Cell, Counted};
use super::model::Mode;
use super::proof;
use super::texts;
use crate::api;
use crate::browser::sleep;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::devices::{Which, online};
use crate::guards::people::People;
use crate::zones::armed;
use castellan_domain::estate::Calendar;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::Figures;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How often they are counted anew.
const ASK_EVERY_MS: u32 = 15_000;
/// Wait while there is nothing yet that could be asked for.
const ASK_FIRST_MS: u32 = 500;

/// The figures, each with its words.
#[component]
pub fn Foot(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    mode: Mode,
    is_quiet: Memo<bool>,
) -> impl IntoView {
    let counted = RwSignal::new(None::<Counted>);
    spawn_local(keep_counted(copy, counted));
    let cells = Memo::new(move |_| {
        let (now, language) = (copy.now(), desk.language.get());
        counted.with(|counted| {
            let figures = counted.as_ref().and_then(|counted| counted.fresh(now));
            match mode {
                Mode::Duty => of_duty(copy, figures, is_quiet.get(), language),
                Mode::Visitors => of_visitors(copy, figures, language),
            }
        })
    });
    let cell = |Cell {
                    name,
                    number,
                    behind,
                    words,
                    warns,
                }: Cell| {
        view! {
            <div data-figure=name class:warns=warns>
                <b class="num">{number}<small>{behind}</small></b>
                <p>{words}</p>
            </div>
        }
    };
    view! {
        <footer class="wall-figures" aria-label=move || desk.t(texts::FIGURES)>
            {move || cells.get().into_iter().map(cell).collect_view()}
        </footer>
    }
}

/// A quiet wall says in large what the last self-test came to.
fn of_duty(
    copy: &'static SiteCopy,
    figures: Option<&Figures>,
    is_quiet: bool,
    language: Language,
) -> Vec<Cell> {
    let zones = || {
        let words = texts::ZONES_ARMED.get(language).to_owned();
        figures::of_all("zones", armed(copy), words)
    };
    vec![
        figures::alarms(figures, language),
        figures::answers(figures, language, true),
        figures::arrivals(figures, language),
        guards(copy, language),
        devices(copy, language),
        if is_quiet {
            zones()
        } else {
            proof::cell(copy, language)
        },
    ]
}

/// Who is on duty and what is armed is not for visitors.
fn of_visitors(
    copy: &'static SiteCopy,
    figures: Option<&Figures>,
    language: Language,
) -> Vec<Cell> {
    let open = figures.map(|all| all.alarms.saturating_sub(all.handled));
    vec![
        figures::count(
            "handled",
            figures.map(|all| all.handled),
            texts::HANDLED,
            language,
        ),
        figures::count("open", open, texts::OPEN, language),
        figures::answers(figures, language, false),
        figures::arrivals(figures, language),
        devices(copy, language),
    ]
}

fn guards(copy: &'static SiteCopy, language: Language) -> Cell {
    let now = copy.now();
    copy.changes.people.track_any();
    copy.changes.assignments.track_any();
    let people = copy.estate.with(|estate| {
        let estate = estate.as_ref()?;
        Some(copy.with(|replica| People::of(estate, replica.view(), replica.tracked(), now)))
    });
    let People {
        on_duty, silent, ..
    } = people.unwrap_or_default();
    let words = texts::GUARDS.fill(language, &[&silent.to_string()]);
    Cell {
        warns: silent > 0,
        ..figures::of_all("guards", (on_duty - silent, on_duty), words)
    }
}

fn devices(copy: &'static SiteCopy, language: Language) -> Cell {
    let (cameras, others) = (online(copy, Which::Cameras), online(copy, Which::Others));
    figures::devices((cameras.0 + others.0, cameras.1 + others.1), language)
}

/// Asks for the figures of the shift that runs, for as long as the page lives.
async fn keep_counted(copy: &'static SiteCopy, counted: RwSignal<Option<Counted>>) {
    loop {
        let now = copy.now_untracked();
        let since = copy.estate.with_untracked(|estate| {
            let calendar = Calendar::new(estate.as_ref()?).ok()?;
            Some(calendar.shift_start(now))
        });
        let asked = copy.site.get_untracked().zip(since);
        let Some((site, since)) = asked.filter(|_| now > Timestamp::default()) else {
            sleep(ASK_FIRST_MS).await;
            continue;
        };
        if let Ok(figures) = api::figures(&site, since).await {
            let at = copy.now_untracked();
            counted.set(Some(Counted { figures, at }));
        }
        sleep(ASK_EVERY_MS).await;
    }
}
