//! Puts the console together: top bar, queue, map, the selected alarm, and the keys.

use crate::alarms::model::{class, person_name, sign};
use crate::alarms::queue::counts;
use crate::alarms::{AlarmQueue, SelectedAlarm};
use crate::browser::{
    beat, clock_text, parameter, remember, remembered, sleep, watch_panics, window,
};
use crate::devices::DeviceList;
use crate::guards::GuardList;
use crate::keys::{KeyAction, action};
use crate::live::{Console, LinkLight, StaleCover, connect};
use crate::map::{MapView, Picked, SceneHandle, Theme};
use crate::operator::OperatorTiles;
use crate::texts::Key;
use crate::ui::Modal;
use castellan_domain::alarm::Verdict;
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::text::Language;
use castellan_domain::wire::api::CommandBody;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Called once by the page.
#[wasm_bindgen(start)]
pub fn start() {
    watch_panics();
    let language = match parameter("lang")
        .or_else(|| remembered("castellan.language"))
        .as_deref()
    {
        Some("en") => Language::En,
        _ => Language::Zh,
    };
    let theme = match parameter("theme")
        .or_else(|| remembered("castellan.theme"))
        .as_deref()
    {
        Some("light") => Theme::Light,
        _ => Theme::Dark,
    };
    let console = Console::new(SceneHandle::new(), language, theme);
    if let Some(person) = parameter("as").and_then(|id| PersonId::new(id).ok()) {
        console.person.set(Some(person));
    }
    if let Some(id) = parameter("selected") {
        let person = || PersonId::new(id.as_str()).ok().map(Picked::Person);
        console.select(id.parse().ok().map(Picked::Alarm).or_else(person));
    }
    connect(console);
    spawn_local(async move {
        loop {
            beat();
            console.tick();
            sleep(1_000).await;
        }
    });
    if let Some(boot) = document().and_then(|d| d.get_element_by_id("boot")) {
        boot.remove();
    }
    mount_to_body(move || view! { <Screen console /> });
}

fn document() -> Option<web_sys::Document> {
    window().document()
}

/// The whole screen.
#[component]
fn Screen(console: Console) -> impl IntoView {
    let (judging, noting, help) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    let (map_ready, set_map_ready) = signal(false);
    let who =
        Memo::new(move |_| console.estate.with(Option::is_some) && console.operator().is_none());
    // A choice that was opened for one alarm does not stay open for the next.
    Effect::new(move |_| {
        console.selected.track();
        judging.set(false);
        noting.set(false);
    });
    Effect::new(move |_| dress(console));
    Effect::new(move |_| title(console));
    Effect::new(move |_| {
        if let Some(body) = document().and_then(|d| d.body()) {
            let ready = console.ready.get() && map_ready.get();
            let _ = body.set_attribute("data-ready", if ready { "true" } else { "false" });
        }
    });
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if who.get_untracked() || help.get_untracked() {
            return;
        }
        let focused = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let typing = focused.as_ref().is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        });
        let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
        if typing || modified || event.repeat() || event.is_composing() {
            return;
        }
        if let Some(action) = action(&event.code(), judging.get_untracked()) {
            if focused.is_some_and(|element| belongs_to(&element, &event.code(), action, console)) {
                return;
            }
            event.prevent_default();
            perform(console, action, judging, noting, help);
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <TopBar console help who />
        <main inert=move || who.get()>
            <aside class="left">
                <AlarmQueue console />
                <GuardList console />
                <DeviceList console />
            </aside>
            <section class="middle" aria-label=move || console.t(Key::MapLabel)>
                <MapView
                    estate=console.estate.into()
                    theme=console.theme.into()
                    language=console.language.into()
                    scene=console.scene()
                    selected=console.selected.into()
                    on_pick=Callback::new(move |picked| console.select(picked))
                    ready=set_map_ready
                />
                <StaleCover console />
            </section>
            <aside class="right" aria-label=move || console.t(Key::Selected)>
                {move || match console.selected.get() {
                    Some(Picked::Alarm(id)) => view! { <SelectedAlarm console id judging noting /> }.into_any(),
                    Some(Picked::Person(id)) => view! { <crate::guards::SelectedGuard console id /> }.into_any(),
                    None => view! { <p class="empty quiet hint">{move || console.t(Key::SelectHint)}</p> }.into_any(),
                }}
            </aside>
        </main>
        {move || who.get().then(|| view! { <OperatorTiles console /> })}
        <Help console open=help />
    }
}

/// Theme and language of the page itself.
fn dress(console: Console) {
    let Some(root) = document().and_then(|d| d.document_element()) else {
        return;
    };
    let theme = match console.theme.get() {
        Theme::Dark => "dark",
        Theme::Light => "light",
    };
    let language = match console.language.get() {
        Language::Zh => "zh-CN",
        Language::En => "en",
    };
    let _ = root.set_attribute("data-theme", theme);
    let _ = root.set_attribute("lang", language);
}

/// What the browser's tab says: the counts first.
fn title(console: Console) {
    console.any_alarm.track();
    let counts = console.with(|replica| counts(replica.view()));
    let name = console.estate.with(|estate| {
        estate.as_ref().map_or("Castellan".to_owned(), |e| {
            e.name.get(console.language.get()).to_owned()
        })
    });
    let mut words: Vec<String> = Priority::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(priority, count)| format!("{}{count}", sign(priority)))
        .collect();
    words.push(name);
    if let Some(document) = document() {
        document.set_title(&words.join(" "));
    }
}

/// Whether a key is meant for what has the focus: Enter for a button, an arrow for what it scrolls.
/// On the selected row Enter claims.
fn belongs_to(focused: &web_sys::Element, code: &str, action: KeyAction, console: Console) -> bool {
    let within = |selector| focused.closest(selector).ok().flatten();
    match action {
        KeyAction::Claim if code.ends_with("Enter") => {
            within("button, summary, a").is_some_and(|control| {
                let row = control.get_attribute("data-alarm");
                let selected = match console.selected.get_untracked() {
                    Some(Picked::Alarm(id)) => Some(id.to_string()),
                    _ => None,
                };
                row.is_none() || row != selected
            })
        }
        KeyAction::Move(_) => within("[tabindex]").is_some(),
        _ => false,
    }
}

/// Takes the focus along to the row that a key selected, so that Enter means that row and no
/// button that was used before. A row that is not in the queue yet cannot have it.
fn focus_row(id: AlarmId) {
    let Some(document) = document() else { return };
    let element = |found: Option<web_sys::Element>| found?.dyn_into::<web_sys::HtmlElement>().ok();
    let row = document
        .query_selector(&format!(".open-alarms [data-alarm='{id}']"))
        .ok()
        .flatten();
    // An element that is gone has no focus to take or give.
    let _ = match (element(row), element(document.active_element())) {
        (Some(row), _) => row.focus(),
        (None, Some(before)) => before.blur(),
        (None, None) => Ok(()),
    };
}

fn perform(
    console: Console,
    action: KeyAction,
    judging: RwSignal<bool>,
    noting: RwSignal<bool>,
    help: RwSignal<bool>,
) {
    let settled = console.settled_selection();
    let alarm = settled
        .and_then(|guard| console.with(|replica| replica.view().alarms.get(&guard.0).cloned()));
    let claimed = alarm.as_ref().is_some_and(|alarm| alarm.owner().is_some());
    match (action, alarm) {
        (KeyAction::Claim, Some(alarm)) => {
            console.command(CommandBody::Claim { alarm: alarm.id }, || {});
        }
        (KeyAction::OpenVerdicts, Some(alarm)) if untrack(|| console.may_judge(&alarm)) => {
            judging.set(true);
        }
        (KeyAction::OpenVerdicts, Some(alarm)) if claimed && !alarm.is_judged() => {
            let language = console.language.get_untracked();
            let owner = alarm.owner().map(|owner| {
                let estate = console.estate.get_untracked();
                person_name(estate.as_deref(), owner, language)
            });
            let words = [
                Key::NotOwnerError.get(language),
                owner.as_deref().unwrap_or_default(),
            ];
            console.sentence.set(Some(words.join(" ")));
        }
        (KeyAction::OpenVerdicts, Some(_)) if !claimed => {
            console.sentence.set(Some(
                Key::NotClaimedError
                    .get(console.language.get_untracked())
                    .to_owned(),
            ));
        }
        (KeyAction::Verdict(index), Some(alarm)) => {
            if let Some(verdict) = Verdict::ALL.get(index).copied() {
                judging.set(false);
                console.command(
                    CommandBody::Judge {
                        alarm: alarm.id,
                        verdict,
                    },
                    || {},
                );
            }
        }
        (KeyAction::Note, Some(_)) => noting.set(true),
        (KeyAction::Newest, _) => {
            let newest = console
                .queue
                .with_untracked(crate::alarms::queue::Queue::newest);
            if let Some(newest) = newest {
                console.select(Some(Picked::Alarm(newest)));
                focus_row(newest);
            }
        }
        (KeyAction::Move(step), _) => {
            let from = match console.selected.get_untracked() {
                Some(Picked::Alarm(id)) => Some(id),
                _ => None,
            };
            if let Some(next) = console
                .queue
                .with_untracked(|queue| queue.neighbour(from, step))
            {
                console.select(Some(Picked::Alarm(next)));
                focus_row(next);
            }
        }
        (KeyAction::Help, _) => help.set(true),
        (KeyAction::Back, _) => {
            if judging.get_untracked() || noting.get_untracked() {
                judging.set(false);
                noting.set(false);
            } else {
                console.select(None);
            }
        }
        _ => {}
    }
}

#[component]
fn TopBar(console: Console, help: RwSignal<bool>, who: Memo<bool>) -> impl IntoView {
    let name = move || {
        console.estate.with(|e| {
            e.as_ref()
                .map(|e| e.name.get(console.language.get()).to_owned())
        })
    };
    let zone = move || {
        console.estate.with(|e| {
            e.as_ref()
                .map_or("UTC".to_owned(), |e| e.time_zone.to_string())
        })
    };
    let clock = move || clock_text(console.now.get(), &zone());
    let totals =
        move || {
            console.any_alarm.track();
            let counts = console.with(|replica| counts(replica.view()));
            Priority::ALL
            .into_iter()
            .zip(counts)
            .map(|(priority, count)| view! {
                <span class=format!("total {}", class(priority)) class:zero=move || count == 0>
                    <span class="sign">{sign(priority)}</span>{count}
                </span>
            })
            .collect_view()
        };
    let person = move || {
        let person = console.operator()?;
        Some(
            console
                .estate
                .with(|e| person_name(e.as_deref(), &person, console.language.get())),
        )
    };
    let toggle_theme = move |_| {
        let next = match console.theme.get_untracked() {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Dark,
        };
        remember(
            "castellan.theme",
            Some(if next == Theme::Light {
                "light"
            } else {
                "dark"
            }),
        );
        console.theme.set(next);
    };
    view! {
        <header class="top" inert=move || who.get()>
            <h1 class="site">{name}</h1>
            <div class="totals" aria-label=move || console.t(Key::Alarms)>{totals}</div>
            <div class="gap"></div>
            <LinkLight console />
            <time class="clock num">{clock}</time>
            <button class="plain" on:click=toggle_theme>
                {move || match console.theme.get() {
                    Theme::Dark => console.t(Key::ThemeLight),
                    Theme::Light => console.t(Key::ThemeDark),
                }}
            </button>
            <button class="plain" on:click=move |_| console.switch_language()>{move || console.t(Key::OtherLanguage)}</button>
            <button class="plain" on:click=move |_| help.set(true)>{move || console.t(Key::Help)}<kbd>"?"</kbd></button>
            {move || person().map(|name| view! {
                <button
                    class="plain person"
                    title=console.t(Key::SwitchPerson)
                    on:click=move |_| console.set_person(None)
                >{name}</button>
            })}
        </header>
    }
}

#[component]
fn Help(console: Console, open: RwSignal<bool>) -> impl IntoView {
    let keys = [
        ("Enter · F2", Key::KeyClaim),
        ("X · F4", Key::KeyVerdict),
        ("T · F9", Key::KeyNote),
        ("G · F8", Key::KeyNewest),
        ("↑ ↓", Key::KeyMove),
        ("Esc", Key::KeyBack),
    ];
    view! {
        <Modal
            open
            title=Signal::derive(move || console.t(Key::HelpKeys))
            close=Signal::derive(move || console.t(Key::Close))
        >
            <dl class="keys">
                {keys.into_iter().map(|(key, text)| view! {
                    <div><dt><kbd>{key}</kbd></dt><dd>{move || console.t(text)}</dd></div>
                }).collect_view()}
            </dl>
        </Modal>
    }
}
