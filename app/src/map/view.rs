//! The component that owns the map's one `<div>`. Leptos never renders inside it.

#![expect(
    unreachable_pub,
    reason = "the component macro writes its inner function as `pub`"
)]

use super::controls::{Controls, Move};
use super::live_layer::SceneHandle;
use super::running::{Events, Fault, Places, Pose, Running};
use super::texts;
use crate::ages::Now;
use crate::desk::{Picked, Pointed, Theme};
use crate::dispatch::errands::Errand;
use crate::evidence::Past;
use castellan_domain::estate::{Estate, Stripes};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{DeviceId, PersonId};
use castellan_domain::text::{CallSign, Language};
use leptos::html::Div;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// How far the map is.
#[derive(Clone)]
enum Stage {
    /// No estate yet.
    Waiting,
    /// The library or the font is loading.
    Starting,
    /// On the screen.
    Shown(Rc<Running>),
    /// It could not be drawn.
    Failed,
    /// The component is gone.
    Over,
}

/// The live map.
///
/// `scene` is filled by the live code, past the view tree. `on_point` hears of clicks: on a marker,
/// or on the ground. `ready` becomes true once the map has drawn for the first time.
#[component]
pub fn MapView(
    /// What to draw; the map appears with the first one.
    estate: Signal<Option<Arc<Estate>>>,
    /// Light or dark.
    theme: Signal<Theme>,
    /// Of labels and buttons.
    language: Signal<Language>,
    /// What moves or flashes.
    scene: SceneHandle,
    /// Call signs that were given since the estate was written.
    call_signs: Signal<BTreeMap<PersonId, CallSign>>,
    /// What everybody is about who was sent.
    errands: Signal<Vec<Errand>>,
    /// Where people were at the moment of a clip.
    past: Signal<Vec<Past>>,
    /// The time by which errands are said.
    now: Signal<Now>,
    /// Gets a ring, and is brought into view when it changes.
    selected: Signal<Option<Picked>>,
    /// Where the selected alarm is: when it moves it is brought into view again.
    selected_at: Signal<Option<LonLat>>,
    /// The cameras whose cones are drawn; several are numbered in this order.
    cones: Signal<Vec<DeviceId>>,
    /// What is watched of the public area, if that is wanted.
    coverage: Signal<Option<Arc<Stripes>>>,
    /// What is framed where nobody moves the map: a place, or with none the whole estate.
    #[prop(optional)]
    framed: Option<Signal<Option<LonLat>>>,
    /// Told whether the graphics card is gone.
    #[prop(optional)]
    lost: Option<WriteSignal<bool>>,
    /// Hears what was clicked.
    on_point: Callback<Pointed>,
    /// Set once the map has drawn.
    ready: WriteSignal<bool>,
) -> impl IntoView {
    let map_ref = NodeRef::<Div>::new();
    let names_ref = NodeRef::<Div>::new();
    let (pose, set_pose) = signal(Pose::default());
    let (fault, set_fault) = signal(None::<Fault>);
    let (drawn, set_drawn) = signal(false);
    let (started, set_started) = signal(0_u32);
    let stage = StoredValue::new_local(Stage::Waiting);
    let scene = StoredValue::new_local(scene);

    let events = move || Events {
        pointed: Box::new(move |pointed| on_point.run(pointed)),
        moved: Box::new(move |pose| set_pose.set(pose)),
        ready: Box::new(move || {
            if !drawn.get_untracked() {
                set_drawn.set(true);
                ready.set(true);
            }
        }),
        fault: Box::new(move |fault| {
            set_fault.set(fault);
            if let Some(lost) = lost {
                lost.set(fault == Some(Fault::Lost));
            }
        }),
    };

    Effect::new(move |_| {
        let (Some(map), Some(names)) = (map_ref.get(), names_ref.get()) else {
            return;
        };
        let Some(document) = estate.get() else { return };
        let look = (theme.get(), language.get());
        match stage.get_value() {
            Stage::Shown(running) => {
                let shown = running.show(&document, look.0, look.1);
                debug_assert!(shown.is_ok(), "the map refused its own style");
                return;
            }
            Stage::Waiting => stage.set_value(Stage::Starting),
            Stage::Starting | Stage::Failed | Stage::Over => return,
        }
        let places = Places {
            map: map.into(),
            names: names.into(),
        };
        let scene = scene.get_value();
        spawn_local(async move {
            let outcome = Running::start(places, document, look, scene, events()).await;
            let over = stage
                .try_get_value()
                .is_none_or(|stage| matches!(stage, Stage::Over));
            match outcome {
                Ok(running) if over => running.stop(),
                Ok(running) => {
                    stage.set_value(Stage::Shown(running));
                    // Whatever changed while it was starting is shown now.
                    set_started.set(1);
                }
                Err(_) if over => {}
                Err(fault) => {
                    stage.set_value(Stage::Failed);
                    set_fault.set(Some(fault));
                }
            }
        });
    });

    let shown = move || {
        let started = started.get() > 0;
        match stage.get_value() {
            Stage::Shown(running) if started => Some(running),
            _ => None,
        }
    };
    tell_of_people(shown, call_signs, (errands, now, past), (estate, language));
    tell_of_sights(shown, cones, coverage, estate);
    keep_in_view(shown, (selected, selected_at), framed);

    on_cleanup(move || {
        if let Some(Stage::Shown(running)) = stage.try_get_value() {
            running.stop();
        }
        let _already_gone = stage.try_set_value(Stage::Over);
    });

    let on_move = Callback::new(move |what| {
        if let Stage::Shown(running) = stage.get_value() {
            let moved = go(&running, what);
            debug_assert!(moved.is_ok(), "the map refused to move");
        }
    });
    let sentence = move || sentence_of(fault.get(), drawn.get(), language.get());
    view! {
        <div class="map" class:map-unseen=move || sentence().is_some()>
            <div id="map" node_ref=map_ref></div>
            <div class="map-names" aria-hidden="true" node_ref=names_ref></div>
            <Show when=move || sentence().is_none()>
                <Controls language=language pose=pose.into() on_move=on_move />
            </Show>
            <p class="map-sentence" role="status">
                {sentence}
            </p>
        </div>
    }
}

/// Keeps what is selected in view, and frames what is to be framed.
fn keep_in_view(
    shown: impl Fn() -> Option<Rc<Running>> + Copy + 'static,
    (selected, selected_at): (Signal<Option<Picked>>, Signal<Option<LonLat>>),
    framed: Option<Signal<Option<LonLat>>>,
) {
    Effect::new(move |_| {
        selected_at.track();
        let selected = selected.get();
        if let Some(running) = shown() {
            let moved = running.select(selected);
            debug_assert!(moved.is_ok(), "the map refused to move");
        }
    });

    Effect::new(move |_| {
        let Some(at) = framed.map(|framed| framed.get()) else {
            return;
        };
        if let Some(running) = shown() {
            let moved = running.frame(at);
            debug_assert!(moved.is_ok(), "the map refused to move");
        }
    });
}

/// Keeps the map told what people are called, what those are about who were sent, and where people were.
fn tell_of_people(
    shown: impl Fn() -> Option<Rc<Running>> + Copy + 'static,
    call_signs: Signal<BTreeMap<PersonId, CallSign>>,
    (errands, now, past): (Signal<Vec<Errand>>, Signal<Now>, Signal<Vec<Past>>),
    (estate, language): (Signal<Option<Arc<Estate>>>, Signal<Language>),
) {
    Effect::new(move |_| {
        let call_signs = call_signs.get();
        if let Some(running) = shown() {
            running.name_people(call_signs);
        }
    });
    Effect::new(move |_| {
        past.with(|past| {
            if let Some(running) = shown() {
                running.tell_past(past);
            }
        });
    });
    Effect::new(move |_| {
        let now = now.get();
        estate.track();
        language.track();
        errands.with(|errands| {
            if let Some(running) = shown() {
                running.tell_errands(errands, now);
            }
        });
    });
}

/// Keeps the map told what cameras see.
fn tell_of_sights(
    shown: impl Fn() -> Option<Rc<Running>> + Copy + 'static,
    cones: Signal<Vec<DeviceId>>,
    coverage: Signal<Option<Arc<Stripes>>>,
    estate: Signal<Option<Arc<Estate>>>,
) {
    Effect::new(move |_| {
        estate.track();
        let cones = cones.get();
        if let Some(running) = shown() {
            let laid = running.lay_cones(&cones);
            debug_assert!(laid.is_ok(), "the map refused cones");
        }
    });
    Effect::new(move |_| {
        estate.track();
        let coverage = coverage.get();
        if let Some(running) = shown() {
            let laid = running.lay_coverage(coverage.as_deref());
            debug_assert!(laid.is_ok(), "the map refused coverage");
        }
    });
}

fn go(running: &Running, what: Move) -> Result<(), JsValue> {
    match what {
        Move::Closer => running.go_closer(1.0),
        Move::Further => running.go_closer(-1.0),
        Move::Home => running.go_home(),
        Move::Level => running.go_level(),
    }
}

/// What is said in the place of a map that is not there.
fn sentence_of(fault: Option<Fault>, drawn: bool, language: Language) -> Option<&'static str> {
    let words = match fault {
        None if drawn => return None,
        None => texts::LOADING,
        Some(Fault::Library) => texts::NO_LIBRARY,
        Some(Fault::Graphics) => texts::NO_GRAPHICS,
        Some(Fault::Lost) => texts::GRAPHICS_LOST,
    };
    Some(words.get(language))
}
