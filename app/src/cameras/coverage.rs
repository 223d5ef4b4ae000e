//! 覆盖率 as a layer of the map, with its number. It is counted when somebody first asks for it.

use super::figures::Share;
use super::sights::sights_of;
use super::texts;
use crate::browser::{mono, sleep};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use castellan_domain::estate::{Coverage, Estate, Stripes};
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Span;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// Counting gives way to frames after this time.
const GIVE_WAY_AFTER: Span = Span::from_millis(8);

/// Of which estate, and what was counted; nothing where the estate names no land.
type Counted = Option<(Arc<Estate>, Option<Arc<Coverage>>)>;

/// The layer: whether it is wanted, and what is known of it.
#[derive(Clone, Copy)]
pub struct CoverageLayer {
    copy: &'static SiteCopy,
    is_on: RwSignal<bool>,
    counted: RwSignal<Counted>,
    /// The cameras of which an open alarm says that they give no picture.
    down: Memo<BTreeSet<DeviceId>>,
}

impl CoverageLayer {
    /// A layer that is off.
    pub fn new(copy: &'static SiteCopy, down: Memo<BTreeSet<DeviceId>>) -> Self {
        let layer = Self {
            copy,
            is_on: RwSignal::new(false),
            counted: RwSignal::new(None),
            down,
        };
        Effect::new(move |_| {
            let Some(estate) = copy.estate.get().filter(|_| layer.is_on.get()) else {
                return;
            };
            if !layer
                .counted
                .with_untracked(|counted| is_of(counted, &estate))
            {
                spawn_local(layer.count(estate));
            }
        });
        layer
    }

    async fn count(self, estate: Arc<Estate>) {
        let sights = sights_of(&estate);
        let Some(mut coverage) = Coverage::begin(&sights, &estate) else {
            self.counted.set(Some((estate, None)));
            return;
        };
        let mut began = mono();
        while coverage.step(&sights, &estate) {
            if mono().as_micros() - began.as_micros() < GIVE_WAY_AFTER.as_micros() {
                continue;
            }
            sleep(0).await;
            let counts =
                |of: &Option<Arc<Estate>>| of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &estate));
            if !self.is_on.get_untracked() || !self.copy.estate.with_untracked(counts) {
                return;
            }
            began = mono();
        }
        self.counted.set(Some((estate, Some(Arc::new(coverage)))));
    }

    /// What is drawn: what is watched now, and what is not because a camera is down.
    pub fn stripes(self) -> Memo<Option<Arc<Stripes>>> {
        Memo::new(move |_| {
            let Known::Counted(coverage) = self.known() else {
                return None;
            };
            let now = |camera: &DeviceId| self.down.with(|down| !down.contains(camera));
            Some(Arc::new(coverage.stripes(now)))
        })
    }

    fn known(self) -> Known {
        let Some(estate) = self.copy.estate.get().filter(|_| self.is_on.get()) else {
            return Known::Nothing;
        };
        self.counted.with(|counted| match counted {
            Some((of, Some(coverage))) if Arc::ptr_eq(of, &estate) => {
                Known::Counted(coverage.clone())
            }
            Some((of, None)) if Arc::ptr_eq(of, &estate) => Known::NoLand,
            _ => Known::Nothing,
        })
    }

    fn share(self, selected: Option<&DeviceId>) -> Option<Share> {
        let coverage = match self.known() {
            Known::Nothing => return None,
            Known::NoLand => return Some(Share::NoLand),
            Known::Counted(coverage) => coverage,
        };
        let down = self.down.get();
        let watches = |camera: &DeviceId| coverage.watches(camera);
        let is_lost = down.iter().any(watches);
        let now = is_lost.then(|| coverage.percent(|camera| !down.contains(camera)));
        let selected = selected.filter(|camera| watches(camera));
        Some(Share::Of {
            planned: coverage.percent(|_| true)?,
            now: now.flatten(),
            without: selected.and_then(|without| coverage.percent(|camera| camera != without)),
        })
    }
}

/// What is known of it.
enum Known {
    /// It is off, or not counted yet.
    Nothing,
    /// There is nothing to count.
    NoLand,
    Counted(Arc<Coverage>),
}

fn is_of(counted: &Counted, estate: &Arc<Estate>) -> bool {
    counted
        .as_ref()
        .is_some_and(|(of, _)| Arc::ptr_eq(of, estate))
}

/// The button above the map, and the number while the layer is on.
#[component]
pub fn CoverageTool(desk: &'static Desk, layer: CoverageLayer) -> impl IntoView {
    let is_on = layer.is_on;
    let share = Memo::new(move |_| {
        let selected = desk.selected.get();
        layer.share(match &selected {
            Some(Picked::Device(id)) => Some(id),
            _ => None,
        })
    });
    let lines = move || {
        let language = desk.language.get();
        match share.get() {
            Some(share) => share.lines(language),
            None => vec![(texts::COUNTING.get(language).to_owned(), "")],
        }
    };
    view! {
        <div class="coverage">
            <button data-action="coverage" aria-pressed=move || is_on.get().to_string()
                on:click=move |_| is_on.update(|on| *on = !*on)>
                {move || desk.t(texts::COVERAGE)}
            </button>
            <p role="status">
                {move || is_on.get().then(|| {
                    let line = |(words, class): (String, &'static str)| view! { <span class=class>{words}</span> };
                    lines().into_iter().map(line).collect_view()
                })}
            </p>
        </div>
    }
}
