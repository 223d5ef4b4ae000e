//! Puts the console together: top bar, queue, map and what is selected.

use crate::alarms::model::sign;
use crate::alarms::queue::counts;
use crate::alarms::{AlarmQueue, Open, SelectedAlarm, UnrecordedList};
use crate::browser::{beat, parameter, remembered, sleep, watch_panics, window};
use crate::desk::{Picked, Theme};
use crate::devices::{DeviceList, SelectedDevice};
use crate::guards::model::given_call_signs;
use crate::guards::{GuardList, SelectedGuard};
use crate::keyboard::on_key;
use crate::live::{Console, StaleCover, connect};
use crate::map::{MapView, SceneHandle};
use crate::operator::OperatorTiles;
use crate::places::{PlaceList, SelectedArea, SelectedBuilding};
use crate::texts::Key;
use crate::top_bar::{Help, TopBar};
use crate::ui::Sentence;
use crate::zones::ZoneList;
use castellan_domain::estate::Priority;
use castellan_domain::ids::PersonId;
use castellan_domain::text::Language;
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
        console.select(Picked::from_address(&id));
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
    let (open, help) = (Open::default(), RwSignal::new(false));
    let (map_ready, set_map_ready) = signal(false);
    let who =
        Memo::new(move |_| console.estate.with(Option::is_some) && console.operator().is_none());
    // A choice that was opened for one alarm does not stay open for the next.
    Effect::new(move |_| {
        console.selected.track();
        open.close();
    });
    Effect::new(move |_| dress(console));
    Effect::new(move |_| title(console));
    Effect::new(move |_| {
        if let Some(body) = document().and_then(|d| d.body()) {
            let ready = console.ready.get() && map_ready.get();
            let _ = body.set_attribute("data-ready", if ready { "true" } else { "false" });
        }
    });
    let unrecorded = Memo::new(move |_| {
        console.now.track();
        console.with(|replica| replica.unrecorded().clone())
    });
    let call_signs = Memo::new(move |_| {
        console.now.track();
        console.with(|replica| given_call_signs(replica.view()))
    });
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if !who.get_untracked() && !help.get_untracked() {
            on_key(console, &event, open, help);
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <TopBar console help who />
        <main inert=move || who.get()>
            <aside class="left">
                <UnrecordedList console unrecorded />
                <AlarmQueue console />
                <ZoneList console />
                <GuardList console />
                <DeviceList console />
                <PlaceList console />
            </aside>
            <section class="middle" aria-label=move || console.t(Key::MapLabel)>
                <MapView
                    estate=console.estate.into()
                    theme=console.theme.into()
                    language=console.language.into()
                    scene=console.scene()
                    call_signs=call_signs.into()
                    selected=console.selected.into()
                    on_pick=Callback::new(move |picked| console.select(picked))
                    ready=set_map_ready
                />
                <StaleCover console />
            </section>
            <aside class="right" aria-label=move || console.t(Key::Selected)>
                {move || match console.selected.get() {
                    Some(Picked::Alarm(id)) => view! { <SelectedAlarm console id open /> }.into_any(),
                    Some(Picked::Person(id)) => view! { <SelectedGuard console id /> }.into_any(),
                    Some(Picked::Device(id)) => view! { <SelectedDevice console id /> }.into_any(),
                    Some(Picked::Building(id)) => view! { <SelectedBuilding console id /> }.into_any(),
                    Some(Picked::Area(id)) => view! { <SelectedArea console id /> }.into_any(),
                    // A zone or somebody's own duty can fail with nothing selected.
                    None if console.sentence.with(Option::is_some) => {
                        view! { <Sentence words=console.sentence /> }.into_any()
                    }
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
