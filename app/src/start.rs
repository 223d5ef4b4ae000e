//! Starts the app, and puts what is the same on every page around the one at this address.

use crate::alarms::model::sign;
use crate::alarms::queue::counts;
use crate::alarms::{Open, arranged, filtered};
use crate::browser::{parameter, printed_keys, remembered, watch_panics, window};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked, Theme};
use crate::keyboard::Keyboard;
use crate::keys::Ear;
use crate::layout::Layout;
use crate::live::{Line, StaleCover};
use crate::map::SceneHandle;
use crate::mini_queue::MiniQueue;
use crate::operator::OperatorTiles;
use crate::page::{Hung, Page, Parts, Shows};
use crate::pages::page_at;
use crate::refusals::failure_sentence;
use crate::registration::Registering;
use crate::search::Search;
use crate::sound::{SoundSettings, Speaker, heard, sound_out};
use crate::top_bar::{Audible, Help, TopBar, menu_is_open};
use castellan_domain::audience::Audience;
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::text::Language;
use leptos::prelude::*;
use leptos::reactive::diagnostics::SpecialNonReactiveZone;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::KeyboardEvent;

/// Called once by the page.
#[wasm_bindgen(start)]
pub fn start() {
    watch_panics();
    let language = page_language();
    let theme = match parameter("theme")
        .or_else(|| remembered("castellan.theme"))
        .as_deref()
    {
        Some("light") => Theme::Light,
        _ => Theme::Dark,
    };
    let page = page_at(&window().location().pathname().unwrap_or_default());
    let copy = SiteCopy::open(match page.shows {
        Shows::Hung { audience, .. } => audience(),
        Shows::WithinAll(_) | Shows::Alone(_) => Audience::Staff,
    });
    let desk = Desk::open(copy, language, theme);
    // Nobody sits at a wall, whoever works in another tab of its browser.
    if !matches!(page.shows, Shows::Hung { .. }) {
        desk.seat_again();
    }
    if let Some(id) = parameter("selected") {
        desk.select(Picked::from_address(&id));
    }
    if let Some(boot) = document().and_then(|d| d.get_element_by_id("boot")) {
        boot.remove();
    }
    // What loads map and font afterwards looks at it.
    if let Some(root) = document().and_then(|d| d.document_element()) {
        let _ = root.set_attribute("data-page", page.name);
    }
    match page.shows {
        Shows::WithinAll(view) => {
            let scene = connect(copy, desk, page.is_worked_at);
            mount_to_body(move || view! { <Screen copy desk scene page view /> });
        }
        Shows::Hung { view, .. } => {
            let scene = connect(copy, desk, false);
            mount_to_body(move || {
                let (is_drawn, drawn) = signal(false);
                mark_body(copy, desk, is_drawn);
                view(&Hung {
                    copy,
                    desk,
                    scene,
                    drawn,
                })
            });
        }
        Shows::Alone(view) => mount_to_body(move || {
            Effect::new(move |_| desk.dress(&window()));
            Effect::new(move |_| {
                if let Some(document) = document() {
                    document.set_title(desk.t(page.title));
                }
            });
            view(desk)
        }),
    }
}

/// Keeps the page connected and its clock running. Gives what a map of it draws.
fn connect(copy: &'static SiteCopy, desk: &'static Desk, is_console: bool) -> SceneHandle {
    let line = Line {
        copy,
        desk,
        scene: SceneHandle::new(),
        is_console,
    };
    line.clone().connect();
    let scene = line.scene.clone();
    spawn_local(line.keep_time());
    scene
}

/// Keeps what style sheets, the browser's tab and whoever waits for the page read of it.
fn mark_body(copy: &'static SiteCopy, desk: &'static Desk, is_drawn: ReadSignal<bool>) {
    Effect::new(move |_| desk.dress(&window()));
    Effect::new(move |_| title(copy, desk));
    Effect::new(move |_| {
        if let Some(body) = document().and_then(|d| d.body()) {
            let ready = copy.ready.get() && is_drawn.get();
            let _ = body.set_attribute("data-ready", if ready { "true" } else { "false" });
        }
    });
    // Style sheets take the life out of whatever lies on the page.
    Effect::new(move |_| {
        if let Some(body) = document().and_then(|d| d.body()) {
            let stale = copy.link.stale_since().is_some();
            let _ = body.toggle_attribute_with_force("data-stale", stale);
        }
    });
}

/// The language that the watchdog, which runs first, has found for this page: the address's, the one
/// chosen before, or the browser's.
fn page_language() -> Language {
    let root = document().and_then(|d| d.document_element());
    match root.and_then(|root| root.get_attribute("lang")).as_deref() {
        Some("zh-CN") => Language::Zh,
        _ => Language::En,
    }
}

fn document() -> Option<web_sys::Document> {
    window().document()
}

/// The whole screen: what is the same on every page, around the one at this address.
#[component]
fn Screen(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    scene: SceneHandle,
    page: Page,
    view: fn(&Parts) -> AnyView,
) -> impl IntoView {
    let (open, help, search) = (Open::default(), RwSignal::new(false), RwSignal::new(false));
    let registering = RwSignal::new(false);
    let (is_drawn, drawn) = signal(false);
    let filter = filtered();
    let queue = arranged(copy, desk, filter);
    let is_worked_at = page.is_worked_at;
    let asks_who = page.asks_who;
    let who = Memo::new(move |_| {
        asks_who && copy.estate.with(Option::is_some) && desk.operator().is_none()
    });
    open.noting.set(desk.was_writing());
    // What was opened for one alarm, or by one person, does not stay open for the next.
    Effect::new(move |before: Option<_>| {
        let now = (desk.selected.get(), desk.person.get());
        if before.is_some_and(|before| before != now) {
            open.close();
        }
        now
    });
    Effect::new(move |_| {
        let noting = open.noting.get();
        desk.write_about(desk.selected_alarm().filter(|_| noting));
    });
    mark_body(copy, desk, is_drawn);
    let audible = is_worked_at.then(|| audible(copy, desk));
    let sentence = Memo::new(move |_| {
        desk.failure.with(|failure| {
            let (failure, language) = (failure.as_ref()?, desk.language.get());
            let words = |estate: Option<&Estate>| failure_sentence(failure, estate, language);
            Some(copy.estate.with(|estate| words(estate.as_deref())))
        })
    });
    let sentence = Signal::from(sentence);
    let mini = is_worked_at.then(|| MiniQueue::new(copy, desk, sentence));
    let keyboard = Keyboard {
        copy,
        desk,
        queue,
        open,
        search,
        registering,
        help,
        ear: StoredValue::new(Ear::default()),
    };
    hear_keys(move |event| {
        let listens = audible.is_some_and(|audible| audible.open.get_untracked());
        let covered = who.get_untracked() || listens || menu_is_open() || is_dialog_open();
        let at_desk = is_worked_at && !covered;
        keyboard.on_key(event, at_desk);
    });
    learn_layout(desk);
    // Whoever comes back may have another keyboard now.
    let focus = window_event_listener(leptos::ev::focus, move |_| learn_layout(desk));
    on_cleanup(move || focus.remove());
    let parts = Parts {
        copy,
        desk,
        scene,
        queue,
        filter,
        open,
        sentence,
        drawn,
    };
    view! {
        <TopBar copy desk help audible mini who />
        <main class=page.name inert=move || who.get()>
            {view(&parts)}
            <StaleCover copy desk />
        </main>
        {move || who.get().then(|| view! { <OperatorTiles copy desk /> })}
        <Help desk open=help />
        <Search copy desk open=search />
        {is_worked_at.then(|| view! { <Registering copy desk open=registering sentence /> })}
        {audible.map(|Audible { speaker, heard, open }| view! {
            <SoundSettings copy desk speaker heard open />
        })}
    }
}

/// What a page at which somebody works can be heard by. A wall sees to that itself.
fn audible(copy: &'static SiteCopy, desk: &'static Desk) -> Audible {
    let speaker = Speaker::open();
    sound_out(copy, speaker);
    Audible {
        speaker,
        heard: heard(copy, desk),
        open: RwSignal::new(false),
    }
}

/// Whether something stands before the desk: its keys are its own.
fn is_dialog_open() -> bool {
    let dialog = document().and_then(|d| d.query_selector("dialog[open]").ok());
    dialog.flatten().is_some()
}

/// Hears every key before what has the focus does, for as long as the page lives.
fn hear_keys(hear: impl Fn(&KeyboardEvent) + 'static) {
    let hear = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        // A key reads what is known, and wants to hear of it no further.
        let _zone = SpecialNonReactiveZone::enter();
        hear(&event);
    });
    let function = hear.as_ref().unchecked_ref();
    let heard = window().add_event_listener_with_callback_and_bool("keydown", function, true);
    debug_assert!(heard.is_ok(), "the page refuses to listen");
    hear.forget();
}

fn learn_layout(desk: &'static Desk) {
    spawn_local(async move {
        let layout = Layout::new(printed_keys().await);
        if desk.layout.with_untracked(|known| *known != layout) {
            desk.layout.set(layout);
        }
    });
}

/// What the browser's tab says: the counts first.
fn title(copy: &'static SiteCopy, desk: &'static Desk) {
    let counts = copy.alarms(counts);
    let name = copy.estate.with(|estate| {
        estate.as_ref().map_or("Castellan".to_owned(), |e| {
            e.name.get(desk.language.get()).to_owned()
        })
    });
    let mut words: Vec<String> = Priority::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(priority, count)| format!("{}{count}", sign(priority)))
        .collect();
    // Counts that may be wrong by now are not called out.
    if copy.link.stale_since().is_some() {
        words = vec![desk.t(crate::live::texts::STALE).to_owned()];
    }
    words.push(name);
    if let Some(document) = document() {
        document.set_title(&words.join(" "));
    }
}
