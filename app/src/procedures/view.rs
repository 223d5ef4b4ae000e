//! What nobody may do, what is done next, and the card of a telephone call.

use super::model::{Row, Told, procedure_of, prohibitions, read_aloud, rows};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::ui::Modal;
use castellan_domain::alarm::Alarm;
use castellan_domain::procedure::{Hotline, everywhere};
use castellan_domain::text::Language;
use leptos::prelude::*;

/// A call that somebody is about to make: whom, and at which step.
type Call = (Hotline, String);

/// The box of prohibitions, if there are any.
#[component]
pub fn Prohibitions(forbidden: Vec<String>, language: Language) -> impl IntoView {
    (!forbidden.is_empty()).then(|| {
        view! {
            <ul class="prohibitions" aria-label=texts::PROHIBITIONS.get(language)>
                {forbidden.into_iter().map(|words| view! {
                    <li>
                        <svg viewBox="0 0 20 20" aria-hidden="true">
                            <circle cx="10" cy="10" r="8.2" />
                            <path d="M4.2 15.8 15.8 4.2" />
                        </svg>
                        <span>{words}</span>
                    </li>
                }).collect_view()}
            </ul>
        }
    })
}

/// The steps of the selected alarm. Until somebody has it, the prohibitions stand here; then they stand
/// above, under what and where it is. `told` is what the alarm itself says on the telephone.
#[component]
pub fn Steps(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: Memo<Option<Alarm>>,
    #[prop(into)] told: Signal<Told>,
) -> impl IntoView {
    let procedure = Memo::new(move |_| {
        copy.estate.with(|estate| {
            alarm.with(|alarm| procedure_of(estate.as_deref(), alarm.as_ref()?).cloned())
        })
    });
    let is_owned = Memo::new(move |_| {
        alarm.with(|alarm| alarm.as_ref().is_some_and(|alarm| alarm.owner().is_some()))
    });
    let call = RwSignal::new(None::<Call>);
    let open = RwSignal::new(false);
    let list = move || {
        let (procedure, language) = (procedure.get()?, desk.language.get());
        // What has become of the steps is not recorded yet: all of them are still to be done.
        let rows = rows(&procedure, |_| None, language);
        let name = procedure.name().get(language).to_owned();
        let id = procedure.id().to_string();
        let forbidden = prohibitions(&procedure, language);
        let above = (!is_owned.get()).then(|| view! { <Prohibitions forbidden language /> });
        Some(view! {
            <section class="procedure" data-procedure=id>
                <h3>{texts::PROCEDURE.get(language)}" · "{name}</h3>
                {above}
                <ol>{rows.into_iter().map(|row| view! { <Step row language call open /> }).collect_view()}</ol>
                {everywhere(language).map(|always| view! { <p class="quiet">{always}</p> }).collect_view()}
            </section>
        })
    };
    view! {
        {list}
        {move || open.get().then(|| view! {
            <Modal
                open
                title=Signal::derive(move || desk.t(texts::READ_ALOUD))
                close=Signal::derive(move || desk.t(crate::texts::CLOSE))
            >
                {move || call.get().map(|call| view! { <Card copy desk call told /> })}
            </Modal>
        })}
    }
}

#[component]
fn Step(
    row: Row,
    language: Language,
    call: RwSignal<Option<Call>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let Row {
        number,
        words,
        is_next,
        about,
        answers,
        numbers,
    } = row;
    let buttons = numbers.into_iter().map(|number| {
        let words = words.clone();
        let ask = move |_| {
            call.set(Some((number, words.clone())));
            open.set(true);
        };
        view! {
            <button data-read-aloud=number.word() title=texts::READ_ALOUD.get(language) on:click=ask>
                "☎ "{number.word()}<span class="unseen">" "{number.name(language)}</span>
            </button>
        }
    });
    let buttons = buttons.collect_view();
    view! {
        <li class:next=is_next>
            <span class="number num">{number}</span>
            <div>
                <p>{words}</p>
                {(!about.is_empty()).then(|| view! { <p class="quiet">{about}</p> })}
                {answers.into_iter().map(|answer| view! { <p class="answer">{answer}</p> }).collect_view()}
            </div>
            <div class="calls">{buttons}</div>
        </li>
    }
}

/// What is dialled and what is said. A person does both.
#[component]
fn Card(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    call: Call,
    told: Signal<Told>,
) -> impl IntoView {
    let (number, step) = call;
    let said = move || {
        let language = desk.language.get();
        let said = copy.estate.with(|estate| {
            let estate = estate.as_deref()?;
            Some(told.with(|told| read_aloud(estate, told, &step, language)))
        });
        said.into_iter()
            .flatten()
            .map(|(label, words)| {
                view! {
                    <div><dt>{label.get(language)}</dt><dd>{words}</dd></div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="read-aloud" data-card=number.word()>
            {move || told.with(|told| told.drill).then(|| view! {
                <p class="sentence" role="alert">{desk.t(texts::DRILL_NO_CALL)}</p>
            })}
            <p class="dial"><strong class="num">{number.word()}</strong>" "{move || number.name(desk.language.get())}</p>
            <dl>{said}</dl>
            <p class="quiet">{move || everywhere(desk.language.get())[0]}</p>
        </div>
    }
}
