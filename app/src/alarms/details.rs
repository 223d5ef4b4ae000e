//! The right column: the selected alarm, what can be done about it, and what happened to it.

use super::actions::{Actions, can_do};
use super::can::Can;
use super::choice::Choice;
use super::located::{place, place_alone};
use super::main_button::MainButton;
use super::marks::{Mark, marks};
use super::members::Members;
use super::model::{
    basis_name, class, condition_name, priority_name, sign, source_name, state, type_name, what,
};
use super::note::Note;
use super::open::Open;
use super::queue::at_its_place;
use super::sources::Sources;
use super::standing::{Chip, Run, is_unowned, open_incident, standing};
use super::texts;
use super::timeline::Story;
use crate::browser::sleep;
use crate::cameras::Pictures;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::dispatch::model::Said;
use crate::dispatch::radio::Spoken;
use crate::dispatch::{Hands, Response};
use crate::ladders::{Ladder, climb_of};
use crate::names::person_name;
use crate::procedures::model::{StepChoice, Told, procedure_of, prohibitions};
use crate::procedures::{Choosing, Prohibitions, Steps};
use crate::texts::Words;
use crate::ui::Sentence;
use crate::{ages, api};
use castellan_domain::alarm::{Alarm, NoteContent, Ownership};
use castellan_domain::estate::Estate;
use castellan_domain::ids::AlarmId;
use castellan_domain::incident::Incident;
use castellan_domain::matter::Matter;
use castellan_domain::text::Language;
use castellan_domain::wire::api::NoteText;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// Attempts to read notes before giving up until the next note comes.
const NOTE_ATTEMPTS_MAX: u32 = 5;

/// What a part of the details is drawn from. It is drawn again when any of it changes.
#[derive(Clone)]
struct Shown {
    alarm: Alarm,
    estate: Option<Arc<Estate>>,
    language: Language,
}

impl Shown {
    fn t(&self, words: Words) -> &'static str {
        words.get(self.language)
    }

    fn whereabouts(&self, copy: &SiteCopy) -> String {
        let (alarm, now) = (&self.alarm, copy.now());
        let about = alarm.source.person().map(|person| copy.person(person));
        let state = about.unwrap_or_default();
        place(self.estate.as_deref(), alarm, &state, now, self.language)
    }

    /// What it says of itself on the telephone.
    fn told(&self, copy: &SiteCopy) -> Told {
        Told {
            what: what(self.estate.as_deref(), &self.alarm, self.language),
            place: self.whereabouts(copy),
            drill: self.alarm.drill,
        }
    }

    /// What is said of it on the radio: whoever is sent goes to where its incident is, as their page has it.
    fn said(&self, copy: &SiteCopy) -> Said {
        let (alarm, estate) = (&self.alarm, self.estate.as_deref());
        let incident = alarm.incident;
        let incident = incident.and_then(|id| copy.one(&copy.changes.incidents, &id));
        let incident = incident.filter(Incident::is_open);
        let discreet = incident.as_ref().is_some_and(|incident| incident.discreet);
        let (kind, located) = match &incident {
            Some(incident) => (&incident.kind, &incident.place),
            None => (&alarm.kind, &alarm.place),
        };
        let spot = place_alone(estate, located, copy.now(), self.language);
        Said {
            place: if *located == alarm.place {
                self.whereabouts(copy)
            } else {
                spot.clone()
            },
            spot,
            what: type_name(estate, kind, self.language),
            discreet: discreet || alarm.kind.is_duress() || alarm.family.is_duress(),
        }
    }
}

/// The selected alarm, and what is `open` beside it.
#[component]
pub fn SelectedAlarm(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let alarm = Memo::new(move |_| copy.alarm(id));
    let shown = move || {
        Some(Shown {
            alarm: alarm.get()?,
            estate: copy.estate.get(),
            language: desk.language.get(),
        })
    };
    let can = Memo::new(move |_| can_do(copy, desk, id));
    let can_split = Memo::new(move |_| can.with(|can| can.is_some_and(|can| can.split)));
    let joined = Memo::new(move |_| {
        alarm.with(|alarm| {
            alarm
                .as_ref()
                .map(|alarm| alarm.joined.clone())
                .unwrap_or_default()
        })
    });
    let look = move || {
        let look = alarm.with(|alarm| {
            let alarm = alarm.as_ref()?;
            let drill = if alarm.drill { " drill" } else { "" };
            Some(format!("{}{drill}", class(alarm.priority)))
        });
        format!("selected-alarm {}", look.unwrap_or_default())
    };
    let choosing = Choosing {
        now: Signal::derive(move || match open.choice.get() {
            Some(Choice::Step(choice)) => Some(choice),
            _ => None,
        }),
        set: Callback::new(move |choice: Option<StepChoice>| match choice {
            Some(choice) => open.choose(copy, desk, id, Choice::Step(choice)),
            None => open.choice.set(None),
        }),
        turned: Callback::new(move |()| {
            desk.come_to_step();
            if matches!(open.choice.get_untracked(), Some(Choice::Step(_))) {
                open.choice.set(None);
            }
        }),
    };
    let list_people = Callback::new(move |()| open.choose(copy, desk, id, Choice::People));
    let main = Memo::new(move |_| main_of(copy, desk, id, can.get()?));
    let hands = hands_of(copy, desk, id, open, main);
    let is_step = Signal::derive(move || main.get() == Some(MainButton::Step));
    let is_nobodys = Memo::new(move |_| {
        copy.matters(|view| {
            let alarm = view.alarms.get(&id);
            alarm.is_some_and(|alarm| is_unowned(alarm, open_incident(view, alarm)))
        })
    });
    let incident = Memo::new(move |_| alarm.with(|alarm| alarm.as_ref()?.incident));
    let notes = notes_of(copy, desk, alarm);
    let told = Signal::derive(move || shown().map_or_else(Told::default, |shown| shown.told(copy)));
    let said = Signal::derive(move || shown().map_or_else(Said::default, |shown| shown.said(copy)));
    view! {
        <article class=look data-selected=id.to_string()>
            <Here copy desk id />
            {move || match shown() {
                Some(shown) => view! { <Heading copy desk shown /> }.into_any(),
                // Before the first state has come, nothing is known to be gone.
                None if !copy.ready.get() => ().into_any(),
                None => view! { <p class="empty">{desk.t(texts::GONE)}</p> }.into_any(),
            }}
            <Actions copy desk id can main open />
            <Pictures copy desk id large=is_nobodys />
            <Response copy desk id said hands />
            <Members copy desk id />
            <Note desk id noting=open.noting />
            {move || desk.sending.get().then(|| view! {
                <p class="quiet" role="status">{desk.t(texts::SENDING)}</p>
            })}
            <Sentence words=sentence />
            <Steps copy desk alarm told choosing list_people is_main=is_step />
            {move || shown().map(|shown| view! { <Facts copy shown /> })}
            <Sources copy desk id joined can_split />
            {move || incident.get().map(|incident| view! {
                <Ladder copy desk about=Matter::Incident(incident) />
            })}
            <Ladder copy desk about=Matter::Alarm(id) />
            <Story copy desk id alarm notes replay=open.replay />
        </article>
    }
}

/// The one button that is filled, for whoever works here.
fn main_of(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    can: Can,
) -> Option<MainButton> {
    let actor = desk.actor()?;
    let incident = copy.alarm(id)?.incident;
    if let Some(incident) = &incident {
        copy.changes.incidents.track(incident);
        copy.all(&copy.changes.assignments, |_| ());
    }
    copy.known(|known| MainButton::of(known, id, &can, &actor))
        .flatten()
}

/// What hands do about who is sent: what they open is what keys open.
fn hands_of(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    main: Memo<Option<MainButton>>,
) -> Hands {
    let set = move |choice: Option<Choice>| match choice {
        Some(choice) => open.choose(copy, desk, id, choice),
        None => open.choice.set(None),
    };
    Hands {
        is_main: Signal::derive(move || main.get() == Some(MainButton::Dispatch)),
        named: open.people,
        listed: Signal::derive(move || open.choice.get() == Some(Choice::People)),
        list: Callback::new(move |list: bool| set(list.then_some(Choice::People))),
        spoken: Signal::derive(move || match open.choice.get() {
            Some(Choice::Radio(spoken)) => Some(spoken),
            _ => None,
        }),
        record: Callback::new(move |spoken: Option<Spoken>| set(spoken.map(Choice::Radio))),
        pick: Callback::new(move |index| open.pick(copy, desk, id, index)),
        go_on: Callback::new(move |(incident, to)| {
            open.move_incident(copy, desk, id, incident, to);
        }),
    }
}

/// What else is open at its place: on the map it is one mark.
#[component]
fn Here(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) -> impl IntoView {
    let here = Memo::new(move |_| copy.alarms(|view| at_its_place(view, id)));
    let row = move |other: AlarmId| {
        let words = move || {
            let alarm = copy.alarm(other)?;
            let language = desk.language.get();
            let what = copy
                .estate
                .with(|estate| what(estate.as_deref(), &alarm, language));
            Some(view! {
                <span class=format!("sign {}", class(alarm.priority))>{sign(alarm.priority)}</span>
                {what}
                <span class="number">{other.to_string()}</span>
            })
        };
        view! {
            <li>
                <button data-here=other.to_string() aria-pressed=(other == id).to_string()
                    on:click=move |_| desk.select(Some(Picked::Alarm(other)))>{words}</button>
            </li>
        }
    };
    move || {
        let here = here.get();
        let count = here.len().to_string();
        (!here.is_empty()).then(|| {
            view! {
                <nav class="here" aria-label=move || desk.t(texts::HERE)>
                    <p>{texts::HERE_COUNT.fill(desk.language.get(), &[&count])}</p>
                    <ul>{here.into_iter().map(row).collect_view()}</ul>
                </nav>
            }
        })
    }
}

/// With nothing selected: the most urgent alarm that nobody has, if there is one.
#[component]
pub fn TopMatter(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) -> impl IntoView {
    let alarm = Memo::new(move |_| copy.alarm(id));
    let shown = move || {
        Some(Shown {
            alarm: alarm.get()?,
            estate: copy.estate.get(),
            language: desk.language.get(),
        })
    };
    let look = move || {
        let priority = alarm.with(|alarm| alarm.as_ref().map(|alarm| class(alarm.priority)));
        format!("top-matter selected-alarm {}", priority.unwrap_or_default())
    };
    view! {
        <article class=look data-top=id.to_string()>
            <p class="top-title">{move || desk.t(texts::TOP_MATTER)}</p>
            {move || shown().map(|shown| view! { <Heading copy desk shown /> })}
            <div class="actions">
                <button class="main" data-action="select-top"
                    on:click=move |_| desk.select(Some(Picked::Alarm(id)))>
                    {move || desk.t(texts::SELECT_TOP)}<kbd>"↓"</kbd>
                </button>
            </div>
        </article>
    }
}

/// The words of an alarm's notes, read again whenever there are more of them, or another one works here.
fn notes_of(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: Memo<Option<Alarm>>,
) -> RwSignal<Vec<NoteText>> {
    let notes = RwSignal::new(Vec::new());
    let written = Memo::new(move |_| {
        alarm.with(|alarm| {
            alarm.as_ref().map(|alarm| {
                let contents = alarm.notes.iter().map(|note| &note.content);
                (alarm.id, contents.filter_map(NoteContent::words).count())
            })
        })
    });
    Effect::new(move |_| {
        let (Some((id, count)), Some(site)) = (written.get(), copy.site.get()) else {
            return;
        };
        let reader = desk.person.get();
        let Some(reader) = reader.filter(|_| count > 0) else {
            return;
        };
        spawn_local(async move {
            for attempt in 0..NOTE_ATTEMPTS_MAX {
                if let Ok(texts) = api::notes(&site, &reader, id).await {
                    // The view may be gone by now; then nobody needs the words.
                    let _ = notes.try_set(texts);
                    return;
                }
                sleep(500 << attempt).await;
            }
        });
    });
    notes
}

#[component]
fn Heading(copy: &'static SiteCopy, desk: &'static Desk, shown: Shown) -> impl IntoView {
    let alarm = &shown.alarm;
    let estate = shown.estate.as_deref();
    let language = shown.language;
    let whereabouts = {
        let shown = shown.clone();
        move || shown.whereabouts(copy)
    };
    let incident = alarm
        .incident
        .and_then(|id| copy.one(&copy.changes.incidents, &id));
    let procedure =
        procedure_of(estate, alarm, incident.as_ref()).filter(|_| alarm.owner().is_some());
    let forbidden = procedure.map(|procedure| prohibitions(procedure, language));
    let forbidden = forbidden.unwrap_or_default();
    let owner = match &alarm.ownership {
        Ownership::Claimed { by, at, .. } => Some((*at, person_name(estate, by, language))),
        Ownership::Unclaimed { .. } => None,
    };
    view! {
        <header>
            <p class="kicker">
                <span class="sign">{sign(alarm.priority)}</span>
                <span class="priority">{priority_name(alarm.priority).get(language)}</span>
                {alarm.drill.then(|| view! { <span class="drill-tag">{shown.t(texts::DRILL)}</span> })}
                <span class="number">{alarm.id.to_string()}</span>
                {owner.map(|(at, name)| view! {
                    <span class="taken num">
                        {shown.t(texts::CLAIM)}" "{move || copy.time_of_day(at)}" "
                        <b data-owner="">{name}</b>
                    </span>
                })}
            </p>
            <h2>{whereabouts}</h2>
            <p class="kind">
                {what(estate, alarm, language)}" "
                <span class="condition">{condition_name(alarm.condition).get(language)}</span>
            </p>
        </header>
        <Prohibitions forbidden language />
        <Waits copy desk shown />
    }
}

/// Who has it and until when: filled while nobody has, as its row is.
#[component]
fn Waits(copy: &'static SiteCopy, desk: &'static Desk, shown: Shown) -> impl IntoView {
    let (alarm, language) = (&shown.alarm, shown.language);
    let shelved = alarm.shelf.is_some() && !alarm.is_judged();
    let incident = alarm.incident;
    let part_of = incident.and_then(|id| copy.one(&copy.changes.incidents, &id));
    let part_of = part_of.filter(Incident::is_open);
    let is_nobodys = is_unowned(alarm, part_of.as_ref());
    if shelved || (alarm.is_judged() && !is_nobodys) {
        let words = move || {
            let estate = shown.estate.as_deref();
            state(estate, &shown.alarm, copy.shown_at(), language)
        };
        return view! {
            <p class="state num" data-state="">
                {shelved.then(|| format!("{} ", texts::SHELVED.get(language)))}
                {words}
            </p>
        }
        .into_any();
    }
    let look = if is_nobodys && !alarm.drill {
        format!("waits unclaimed {}", class(alarm.priority))
    } else {
        "waits".to_owned()
    };
    let raised_at = alarm.raised_at;
    let id = alarm.id;
    let climb = Memo::new(move |_| {
        is_nobodys
            .then(|| climb_of(copy, desk, id, incident))
            .flatten()
    });
    let (of, run_of) = (alarm.clone(), part_of.clone());
    let run = Memo::new(move |_| climb.with(|climb| Run::of(&of, run_of.as_ref(), climb.as_ref())));
    let called = move || climb.with(|climb| climb.as_ref()?.called.clone());
    let now_standing = Memo::new(move |_| {
        let estate = shown.estate.as_deref();
        climb.with(|climb| {
            standing(
                estate,
                &shown.alarm,
                part_of.as_ref(),
                climb.as_ref(),
                copy.shown_at(),
                language,
            )
        })
    });
    let chip = move || {
        let Chip { class, words } = now_standing.get().chip?;
        Some(view! { <span class=class>{words}</span> })
    };
    let left = Memo::new(move |_| run.get().map(|run| run.left_percent(copy.now())));
    let bar = move || {
        let part = format!("{}%", left.get()?);
        Some(view! { <span class="bar" aria-hidden="true"><i style=("--part", part)></i></span> })
    };
    view! {
        <div class=look data-state="">
            <span class="whose">
                {chip}<span class="owner">{move || now_standing.get().who}</span>
                <span class="age">{move || ages::age(raised_at, copy.now())}</span>
            </span>
            <span class="due num">{move || now_standing.get().due}</span>
            {move || called().map(|words| view! { <span class="called num">{words}</span> })}
            {bar}
        </div>
    }
    .into_any()
}

/// What else is known of it.
#[component]
fn Facts(copy: &'static SiteCopy, shown: Shown) -> impl IntoView {
    let (alarm, language) = (&shown.alarm, shown.language);
    let estate = shown.estate.as_deref();
    let basis = alarm.judged().and_then(|judged| judged.basis.as_ref());
    let basis = basis.map(|basis| basis_name(estate, basis, language));
    let marked = {
        let shown = shown.clone();
        move || {
            let now = copy.shown_at();
            marks(shown.estate.as_deref(), &shown.alarm, now, language)
                .into_iter()
                .map(|Mark { class, words }| view! { <li class=class>{words}</li> })
                .collect_view()
        }
    };
    view! {
        <ul class="marks-list num">{marked}</ul>
        <dl class="facts">
            <div><dt>{shown.t(texts::SOURCE)}</dt><dd>{source_name(estate, &alarm.source, language)}</dd></div>
            {(alarm.repeats > 0).then(|| view! {
                <div>
                    <dt>{shown.t(texts::TIMELINE_REPEATED)}</dt>
                    <dd class="num">{alarm.repeats}" "{shown.t(texts::TIMES)}</dd>
                </div>
            })}
            {basis.map(|basis| view! {
                <div><dt>{shown.t(texts::BASIS)}</dt><dd data-basis="">{basis}</dd></div>
            })}
        </dl>
    }
}
