//! The dialog: where, what, and what was said.

use super::model::{
    AllBegun, Begun, Choice, NAME, kinds, last_registered, places, pointed, registered,
};
use super::texts;
use crate::alarms::typed::NOTE_CHARS_MAX;
use crate::browser::{remember_in_tab, remembered_in_tab, sleep};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::keys::InField;
use crate::search::model::moved;
use crate::texts::Words;
use crate::ui::{Modal, Sentence};
use castellan_domain::ids::{CommandId, PersonId};
use castellan_domain::registration::RegistrationCommand;
use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Looks for the alarm that was registered.
const LOOKS_MAX: u32 = 50;
/// Wait between two of them.
const LOOK_EVERY_MS: u32 = 100;

/// What whoever works here has begun.
#[derive(Clone, Copy)]
struct Paper {
    desk: &'static Desk,
    all: RwSignal<AllBegun>,
}

impl Paper {
    /// Reads it.
    fn with<T>(self, read: impl FnOnce(&Begun) -> T) -> T {
        let person = self.desk.person.get();
        self.all.with(|all| {
            let begun = person.and_then(|person| all.of(&person));
            read(begun.unwrap_or(&Begun::default()))
        })
    }

    /// Fills something in.
    fn fill(self, change: impl FnOnce(&mut Begun)) {
        self.change(|begun| begun.change(change));
    }

    /// Changes it, and keeps it in this tab.
    fn change<T>(self, change: impl FnOnce(&mut Begun) -> T) -> Option<T> {
        let person = self.desk.person.get_untracked()?;
        let changed = self.all.try_update(|all| all.change(&person, change));
        let stored = self.all.with_untracked(AllBegun::to_store);
        remember_in_tab(NAME, stored.as_deref());
        changed
    }
}

/// The registration, which a key opens. One that was begun before the page was loaded again is open.
#[component]
pub fn Registering(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    open: RwSignal<bool>,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let stored = remembered_in_tab(NAME);
    let all = stored.map_or_else(AllBegun::default, |stored| AllBegun::read(&stored));
    let person = desk.person.get_untracked();
    open.set(person.is_some_and(|person| all.of(&person).is_some()));
    let all = RwSignal::new(all);
    let begun = Paper { desk, all };
    desk.for_one_person(move || open.set(false));
    // A click on the map is the place, for as long as it is asked for.
    Effect::new(move |_| desk.asks_place.set(open.get()));
    view! {
        <Modal
            open
            title=Signal::derive(move || desk.t(texts::TITLE))
            close=Signal::derive(move || desk.t(crate::texts::CLOSE))
            beside=true
        >
            <Form copy desk open begun sentence />
        </Modal>
    }
}

#[component]
fn Form(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    open: RwSignal<bool>,
    begun: Paper,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let fields = [
        NodeRef::<Input>::new(),
        NodeRef::<Input>::new(),
        NodeRef::<Input>::new(),
    ];
    let focus = move |nth: usize| {
        if let Some(field) = fields.get(nth).and_then(NodeRef::get_untracked) {
            // A field that is gone has no focus to take.
            let _ = field.focus();
        }
    };
    // Where it was left: at the first field that is not filled.
    Effect::new(move |_| {
        if fields.iter().all(|field| field.get().is_some()) {
            let (place, kind) = untrack(|| begun.with(|b| (b.place.is_some(), b.kind.is_some())));
            focus(match (place, kind) {
                (false, _) => 0,
                (true, false) => 1,
                (true, true) => 2,
            });
        }
    });
    let found_places = Memo::new(move |_| {
        let typed = begun.with(|begun| begun.place.is_none().then(|| begun.place_typed.clone()));
        let (typed, language) = (typed?, desk.language.get());
        copy.estate
            .with(|estate| Some(places(estate.as_deref()?, &typed, language)))
    });
    let found_kinds = Memo::new(move |_| {
        let typed = begun.with(|begun| {
            let asked = begun.place.is_some() && begun.kind.is_none();
            asked.then(|| begun.kind_typed.clone())
        });
        let (typed, language) = (typed?, desk.language.get());
        copy.estate
            .with(|estate| Some(kinds(estate.as_deref()?, &typed, language)))
    });
    let beyond = RwSignal::new(false);
    let take_place = move |choice: Choice<_>| {
        beyond.set(false);
        begun.fill(|begun| {
            begun.place_typed = choice.name;
            begun.place = Some(choice.id);
        });
        focus(1);
    };
    Effect::new(move |_| {
        let Some(place) = desk.pointed.get() else {
            return;
        };
        desk.pointed.set(None);
        let language = desk.language.get_untracked();
        let found = copy
            .estate
            .with_untracked(|estate| pointed(estate.as_deref()?, &place, language));
        match found {
            Some(choice) => take_place(choice),
            None => beyond.set(true),
        }
    });
    let send = move || register(copy, desk, open, begun);
    let too_long = Memo::new(move |_| begun.with(Begun::too_long));
    let too_long_words = move || {
        let (over, max) = (too_long.get()?.to_string(), NOTE_CHARS_MAX.to_string());
        Some(texts::NOTE_TOO_LONG.fill(desk.language.get(), &[&max, &over]))
    };
    let ready = move || begun.with(|begun| begun.place.is_some() && begun.kind.is_some());
    let note_key = move |event: KeyboardEvent| {
        if InField::of_event(&event) == InField::Done {
            send();
        }
    };
    view! {
        <div class="search registration">
            <Asked desk field=fields[0] label=texts::PLACE hint=texts::PLACE_HINT
                typed=Signal::derive(move || begun.with(|begun| begun.place_typed.clone()))
                found=found_places
                on_type=Callback::new(move |typed| begun.fill(|begun| {
                    begun.place_typed = typed;
                    begun.place = None;
                }))
                on_pick=Callback::new(take_place) />
            {move || (begun.with(|begun| begun.place.is_none())).then(|| view! {
                <p class="quiet">{desk.t(if beyond.get() { texts::BEYOND } else { texts::CLICK })}</p>
            })}
            <Asked desk field=fields[1] label=texts::KIND hint=texts::KIND_HINT
                typed=Signal::derive(move || begun.with(|begun| begun.kind_typed.clone()))
                found=found_kinds
                on_type=Callback::new(move |typed| begun.fill(|begun| {
                    begun.kind_typed = typed;
                    begun.kind = None;
                }))
                on_pick=Callback::new(move |choice: Choice<_>| {
                    begun.fill(|begun| {
                        begun.kind_typed = choice.name;
                        begun.kind = Some(choice.id);
                    });
                    focus(2);
                }) />
            <label>
                <span>{move || desk.t(texts::NOTE)}</span>
                <input node_ref=fields[2] type="text" autocomplete="off"
                    aria-invalid=move || too_long.get().is_some().to_string()
                    prop:value=move || begun.with(|begun| begun.note.clone())
                    on:input=move |event| begun.fill(|begun| begun.note = event_target_value(&event))
                    on:keydown=note_key />
            </label>
            {move || too_long_words().map(|words| view! { <p class="sentence" role="status">{words}</p> })}
            <Sentence words=sentence />
            <button class="main" data-action="register" disabled=move || !ready() || desk.sending.get()
                on:click=move |_| send()>
                {move || desk.t(texts::SEND)}<kbd>"Enter"</kbd>
            </button>
            <p class="quiet">{move || desk.t(texts::STEPS)}</p>
        </div>
    }
}

/// A field in which letters are typed, and what they may mean.
#[component]
fn Asked<Id: Clone + PartialEq + Send + Sync + 'static>(
    desk: &'static Desk,
    field: NodeRef<Input>,
    label: Words,
    hint: Words,
    typed: Signal<String>,
    found: Memo<Option<Vec<Choice<Id>>>>,
    on_type: Callback<String>,
    on_pick: Callback<Choice<Id>>,
) -> impl IntoView {
    let at = RwSignal::new(0_usize);
    let press = move |event: KeyboardEvent| match InField::of_event(&event) {
        // Held, it would take what the next field finds, and send it.
        InField::Left | InField::Held => {}
        InField::Move(step) => {
            let count = found.with_untracked(|found| found.as_ref().map_or(0, Vec::len));
            at.update(|at| *at = moved(*at, step, count));
        }
        InField::Done => {
            let marked =
                found.with_untracked(|found| found.as_ref()?.get(at.get_untracked()).cloned());
            if let Some(marked) = marked {
                on_pick.run(marked);
            }
        }
    };
    let row = move |(index, choice): (usize, Choice<Id>)| {
        let marked = move || at.get() == index;
        let shown = choice.clone();
        view! {
            <li>
                <button type="button" class="found" class:marked=marked tabindex="-1" role="option"
                    aria-selected=move || marked().to_string() on:click=move |_| on_pick.run(choice.clone())>
                    <span class="name">{shown.name}</span>
                    <span class="detail">{shown.detail}</span>
                </button>
            </li>
        }
    };
    let nothing = move || {
        let typed = typed.with(|typed| !typed.trim().is_empty());
        typed && found.with(|found| found.as_ref().is_some_and(Vec::is_empty))
    };
    view! {
        <label>
            <span>{move || desk.t(label)}</span>
            <input node_ref=field type="text" autocomplete="off" spellcheck="false"
                placeholder=move || desk.t(hint) prop:value=typed on:keydown=press
                on:input=move |event| {
                    at.set(0);
                    on_type.run(event_target_value(&event));
                } />
        </label>
        {move || found.get().filter(|found| !found.is_empty()).map(|found| view! {
            <ul role="listbox" aria-label=move || desk.t(label)>
                {found.into_iter().enumerate().map(row).collect_view()}
            </ul>
        })}
        {move || nothing().then(|| view! { <p class="none" role="status">{desk.t(texts::NOTHING)}</p> })}
    }
}

/// Sends it. It stays open until its alarm is here, which is then selected, and what was said becomes its note.
fn register(copy: &'static SiteCopy, desk: &'static Desk, open: RwSignal<bool>, begun: Paper) {
    let sent = untrack(|| begun.with(Begun::clone));
    let (Some(place), Some(kind)) = (sent.place, sent.kind) else {
        return;
    };
    let Some(me) = desk.person.get_untracked() else {
        return;
    };
    let new = CommandId(uuid::Uuid::new_v4());
    let last = copy.with(|replica| last_registered(replica.view()));
    let id = begun.change(|begun| begun.send(new, last));
    let id = id.unwrap_or(new);
    let command = RegistrationCommand::Register { kind, place };
    desk.send_as(id, command, move || {
        spawn_local(go_to(copy, desk, open, begun, (id, me)));
    });
}

/// Goes to the alarm that a command of somebody registered. Should it not come, or they do something else meanwhile,
/// what was typed stays where it is, and the same command can be sent again.
async fn go_to(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    open: RwSignal<bool>,
    begun: Paper,
    (id, me): (CommandId, PersonId),
) {
    for _ in 0..LOOKS_MAX {
        let said = untrack(|| begun.with(Begun::clone));
        if said.sent_as != Some(id) || desk.person.get_untracked().as_ref() != Some(&me) {
            return;
        }
        let alarm = copy.with(|replica| registered(replica.view(), said.sent_after, &me));
        if let Some(alarm) = alarm {
            open.set(false);
            begun.change(|begun| *begun = Begun::default());
            desk.select(Some(Picked::Alarm(alarm)));
            // A draft first: should the note not get through, its words are there.
            desk.keep_draft(alarm, said.note.trim());
            if let Some(text) = said.words() {
                desk.send_draft(alarm, text, || {});
            }
            return;
        }
        sleep(LOOK_EVERY_MS).await;
    }
}
