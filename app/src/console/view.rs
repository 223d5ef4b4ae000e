//! The three columns of the console.

use super::beside::BesideList;
use super::offered::Offered;
use super::rail::Rail;
use super::texts;
use crate::alarms::next::Next;
use crate::alarms::queue::top_unowned;
use crate::alarms::{AlarmQueue, SelectedAlarm, TopMatter, UnrecordedList};
use crate::cameras::{CoverageLayer, CoverageTool};
use crate::desk::Picked;
use crate::devices::SelectedDevice;
use crate::dispatch::ranked::errands;
use crate::evidence::ClipPlayer;
use crate::guards::SelectedGuard;
use crate::guards::model::given_call_signs;
use crate::map::MapView;
use crate::page::Parts;
use crate::places::{SelectedArea, SelectedBuilding};
use crate::self_test::SelfTestLines;
use crate::silent::silent;
use crate::stale::AsOf;
use crate::ui::Sentence;
use leptos::prelude::*;

/// The three columns.
pub fn view(parts: &Parts) -> AnyView {
    let Parts {
        copy,
        desk,
        queue,
        filter,
        open,
        sentence,
        drawn,
        ..
    } = *parts;
    let scene = parts.scene.clone();
    let call_signs = Memo::new(move |_| copy.people(given_call_signs));
    let errands = Memo::new(move |_| {
        // They walk.
        copy.now();
        copy.all(&copy.changes.assignments, |_| ());
        copy.all(&copy.changes.incidents, |_| ());
        errands(copy)
    });
    let selected_at = Memo::new(move |_| match desk.selected.get() {
        Some(Picked::Alarm(id)) => copy.alarm(id)?.place.point(),
        _ => None,
    });
    let cones = Memo::new(move |_| match desk.selected.get() {
        Some(Picked::Device(id)) => vec![id],
        _ => desk.pictured.get(),
    });
    let coverage = CoverageLayer::new(copy, Memo::new(move |_| copy.alarms(silent)));
    let top = Memo::new(move |_| copy.matters(top_unowned));
    view! {
        <aside class="left">
            <UnrecordedList copy desk />
            <AlarmQueue copy desk queue filter />
            <BesideList copy desk queue />
            <Rail copy desk />
        </aside>
        <section class="middle" aria-label=move || desk.t(texts::MAP_LABEL)>
            <MapView
                estate=copy.estate.into()
                theme=desk.theme.into()
                language=desk.language.into()
                scene
                call_signs=call_signs.into()
                errands=errands.into()
                past=open.replay.people.into()
                now=Signal::derive(move || copy.shown_at())
                selected=desk.selected.into()
                selected_at=selected_at.into()
                cones=cones.into()
                coverage=coverage.stripes().into()
                on_point=Callback::new(move |pointed| desk.point_at(pointed))
                ready=drawn
            />
            <CoverageTool desk layer=coverage />
            <Next copy desk />
            <ClipPlayer copy desk replay=open.replay />
        </section>
        <aside class="right" aria-label=move || desk.t(texts::SELECTED)>
            <Offered desk />
            {move || (desk.selected.with(Option::is_some) || top.get().is_some()).then(|| view! { <AsOf copy desk /> })}
            {move || match desk.selected.get() {
                Some(Picked::Alarm(id)) => view! { <SelectedAlarm copy desk id open sentence /> }.into_any(),
                Some(Picked::Person(id)) => view! { <SelectedGuard copy desk id sentence /> }.into_any(),
                Some(Picked::Device(id)) => view! { <SelectedDevice copy desk id sentence /> }.into_any(),
                Some(Picked::Building(id)) => view! { <SelectedBuilding copy desk id sentence /> }.into_any(),
                Some(Picked::Area(id)) => view! { <SelectedArea copy desk id sentence /> }.into_any(),
                // A zone or somebody's own duty can fail with nothing selected.
                None if sentence.with(Option::is_some) => {
                    view! { <Sentence words=sentence /> }.into_any()
                }
                None if top.get().is_some() => {
                    top.get().map(|id| view! { <TopMatter copy desk id /> }).into_any()
                }
                None => view! {
                    <SelfTestLines copy desk />
                    <p class="empty quiet hint">{move || desk.t(texts::SELECT_HINT)}</p>
                }.into_any(),
            }}
        </aside>
    }
    .into_any()
}
