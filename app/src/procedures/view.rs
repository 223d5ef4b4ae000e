//! What nobody may do, what is done next, and the card of a telephone call.

use super::model::{Row, Told, ended, procedure_of, prohibitions, read_aloud, rows};
use super::step::{Call, Choosing, Done, Hands, StepRow};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::ui::Modal;
use castellan_domain::access::Right;
use castellan_domain::alarm::Alarm;
use castellan_domain::incident::Incident;
use castellan_domain::procedure::{Procedure, everywhere};
use castellan_domain::text::Language;
use leptos::prelude::*;

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
/// above, under what and where it is. `told` is what the alarm itself says on the telephone; `list_people`
/// lists who could be sent. `is_main`: the next step is what is to be done next.
#[component]
pub fn Steps(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: Memo<Option<Alarm>>,
    #[prop(into)] told: Signal<Told>,
    choosing: Choosing,
    list_people: Callback<()>,
    is_main: Signal<bool>,
) -> impl IntoView {
    let incident = Memo::new(move |_| {
        let incident = alarm.with(|alarm| alarm.as_ref()?.incident)?;
        copy.one(&copy.changes.incidents, &incident)
    });
    let procedure = Memo::new(move |_| {
        copy.estate.with(|estate| {
            let incident = incident.get();
            alarm.with(|alarm| {
                procedure_of(estate.as_deref(), alarm.as_ref()?, incident.as_ref()).cloned()
            })
        })
    });
    let is_owned = Memo::new(move |_| {
        alarm.with(|alarm| alarm.as_ref().is_some_and(|alarm| alarm.owner().is_some()))
    });
    let id = Memo::new(move |_| alarm.with(|alarm| alarm.as_ref().map(|alarm| alarm.id)));
    let open_incident = Memo::new(move |_| {
        let open = incident.get().filter(Incident::is_open)?;
        desk.may(Right::HandleAlarms).then_some(open.id)
    });
    let left = Memo::new(move |_| {
        let language = desk.language.get();
        let rows = |procedure: &Procedure| rows(procedure, incident.get().as_ref(), language);
        procedure.with(|procedure| procedure.as_ref().map(rows).unwrap_or_default())
    });
    let next = Memo::new(move |_| {
        let step = left.with(|left| Some(left.first().filter(|row| row.is_next)?.step.clone()));
        let of = procedure.with(|procedure| Some(procedure.as_ref()?.id().clone()));
        of.zip(step)
    });
    Effect::new(move |before: Option<Option<_>>| {
        let now = next.get();
        if before.is_some_and(|before| before != now) {
            choosing.turned.run(());
        }
        now
    });
    let done = Memo::new(move |_| {
        let language = desk.language.get();
        let ended = |procedure: &Procedure| {
            let incident = incident.get()?;
            Some(ended(procedure, &incident, language))
        };
        let done = procedure.with(|procedure| procedure.as_ref().and_then(ended));
        done.unwrap_or_default()
    });
    let call = RwSignal::new(None::<Call>);
    let open = RwSignal::new(false);
    let row = move |row: Row| {
        let hands = Hands {
            copy,
            desk,
            alarm: id.get(),
            incident: open_incident.get(),
            choosing,
            list_people,
            is_main,
        };
        let ask = Callback::new(move |wanted: Call| {
            call.set(Some(wanted));
            open.set(true);
        });
        view! { <StepRow row hands ask /> }
    };
    let list = move || {
        let (procedure, language) = (procedure.get()?, desk.language.get());
        let name = procedure.name().get(language).to_owned();
        let forbidden = prohibitions(&procedure, language);
        let above = (!is_owned.get()).then(|| view! { <Prohibitions forbidden language /> });
        let later = is_owned.get() && incident.with(Option::is_none);
        let later = later.then(|| {
            view! { <p class="quiet">{desk.t_key(texts::RECORD_LATER, 'D')}</p> }
        });
        Some(view! {
            <section class="procedure" data-procedure=procedure.id().to_string()>
                <h3>{texts::PROCEDURE.get(language)}" · "{name}</h3>
                {above}
                {later}
                <Done copy desk done open_incident />
                <ol>{move || left.get().into_iter().map(row).collect_view()}</ol>
                {move || left.with(Vec::is_empty).then(|| view! { <p class="quiet">{desk.t(texts::ALL_TAKEN)}</p> })}
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
