//! The page: the map, and around it what its mode shows.

use super::attention::{Attention, Frame, Wanted};
use super::column::Column;
use super::foot::Foot;
use super::mending::mend;
use super::model::{Matters, Mode};
use super::pictures::{Pictures, for_visitors, of_matters};
use super::proof::Proof;
use super::strip::{Clock, Strip, site_name};
use super::texts;
use crate::alarms::located::place_alone;
use crate::alarms::model::{class, sign};
use crate::browser::parameter;
use crate::cameras::linked_to;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::devices::Which;
use crate::dispatch::ranked::errands;
use crate::guards::model::given_call_signs;
use crate::live::{LinkLight, StaleCover};
use crate::map::MapView;
use crate::page::Hung;
use castellan_domain::audience::Audience;
use castellan_domain::estate::Estate;
use leptos::prelude::*;

/// Who stands before the wall of this address.
pub fn audience() -> Audience {
    mode().audience()
}

fn mode() -> Mode {
    Mode::named(parameter("mode").as_deref())
}

/// The whole screen.
pub fn view(hung: &Hung) -> AnyView {
    let Hung {
        copy, desk, drawn, ..
    } = *hung;
    let mode = mode();
    let errands = Memo::new(move |_| {
        // They walk.
        copy.now();
        copy.all(&copy.changes.assignments, |_| ());
        copy.all(&copy.changes.incidents, |_| ());
        errands(copy)
    });
    let matters = Memo::new(move |_| copy.matters(Matters::of));
    let is_quiet = Memo::new(move |_| {
        copy.changes.unrecorded.track();
        matters.with(Matters::is_quiet) && copy.with(|replica| replica.unrecorded().is_empty())
    });
    let attention = Memo::new(move |before: Option<&Attention>| {
        copy.all(&copy.changes.assignments, |_| ());
        let wanted = match mode {
            Mode::Duty => matters.with(|matters| copy.matters(|view| Wanted::of(view, matters))),
            Mode::Visitors => Wanted::default(),
        };
        before.copied().unwrap_or_default().step(wanted, copy.now())
    });
    let framed = Memo::new(
        move |_| match attention.with(|attention| attention.framed) {
            Frame::Home => None,
            Frame::Alarm(id) => Some(id),
        },
    );
    let framed_at = Memo::new(move |_| copy.alarm(framed.get()?)?.place.point());
    let cameras = Memo::new(move |_| match mode {
        Mode::Duty => matters.with(|matters| of_matters(copy, framed.get(), matters)),
        Mode::Visitors => for_visitors(copy),
    });
    let cones = Memo::new(move |_| {
        let seen = framed.get().map(|id| linked_to(copy, id));
        let seen = seen.into_iter().flatten().map(|linked| linked.camera);
        seen.collect::<Vec<_>>()
    });
    let (is_lost, lost) = signal(false);
    mend(copy, is_quiet, is_lost);
    let shows_column = Memo::new(move |_| mode == Mode::Duty && !is_quiet.get());
    let advice = match mode {
        Mode::Duty => texts::STALE_ADVICE,
        Mode::Visitors => texts::STALE_ADVICE_VISITORS,
    };
    let call_signs = Memo::new(move |_| copy.people(given_call_signs));
    view! {
        <main class=format!("wall {}", mode.class()) class:with-column=shows_column>
            {match mode {
                Mode::Duty => view! { <Strip copy desk /> }.into_any(),
                Mode::Visitors => view! { <Welcome copy desk /> }.into_any(),
            }}
            {move || shows_column.get().then(|| view! { <Column copy desk matters errands /> }.into_any())}
            <section class="middle" aria-label=move || desk.t(texts::MAP)>
                <MapView
                    estate=copy.estate.into()
                    theme=desk.theme.into()
                    language=desk.language.into()
                    scene=hung.scene.clone()
                    call_signs=call_signs.into()
                    errands=errands.into()
                    past=Signal::stored(Vec::new())
                    now=Signal::derive(move || copy.shown_at())
                    selected=Signal::derive(move || framed.get().map(Picked::Alarm))
                    selected_at=framed_at.into()
                    cones=cones.into()
                    coverage=Signal::stored(None)
                    framed=framed_at.into()
                    lost
                    on_point=Callback::new(|_| ())
                    ready=drawn
                />
                <Turning copy desk attention />
                {move || (mode == Mode::Duty && is_quiet.get()).then(|| view! { <Proof copy desk /> })}
            </section>
            <Pictures copy desk cameras />
            <Foot copy desk mode is_quiet />
            <StaleCover copy desk advice />
        </main>
    }
    .into_any()
}

/// What will be framed in a moment, so that nobody is surprised by a map that moves.
#[component]
fn Turning(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    attention: Memo<Attention>,
) -> impl IntoView {
    let next = Memo::new(move |_| attention.with(|attention| Some(attention.next?.0)));
    move || {
        let language = desk.language.get();
        let (look, words) = match next.get()? {
            Frame::Home => ("p4", texts::TURNS_HOME.get(language).to_owned()),
            Frame::Alarm(id) => {
                let alarm = copy.alarm(id)?;
                let place = copy.estate.with(|estate| {
                    let now = copy.now_untracked();
                    place_alone(estate.as_deref(), &alarm.place, now, language)
                });
                let words = texts::TURNS_TO.fill(language, &[&place]);
                (
                    class(alarm.priority),
                    format!("{} {words}", sign(alarm.priority)),
                )
            }
        };
        Some(view! { <p class=format!("wall-turning {look}") role="status">{words}</p> })
    }
}

/// What visitors read first: where they are, what is here, and that it is live.
#[component]
fn Welcome(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let here = move || {
        let language = desk.language.get();
        let count = |estate: &Estate, which: Which| {
            let devices = estate.devices.iter();
            devices.filter(|device| which.has(device)).count()
        };
        copy.estate.with(|estate| {
            let estate = estate.as_ref()?;
            let counts = [
                (texts::BUILDINGS, estate.buildings.len()),
                (texts::CAMERAS, count(estate, Which::Cameras)),
                (texts::DEVICES, estate.devices.len()),
            ];
            let counts = counts.map(|(words, count)| words.fill(language, &[&count.to_string()]));
            Some(
                counts
                    .map(|words| view! { <span>{words}</span> })
                    .collect_view(),
            )
        })
    };
    view! {
        <div class="wall-say">
            <h1>{move || site_name(copy, desk)}</h1>
            <p>{here}</p>
        </div>
        <div class="wall-say end">
            <p class="big"><Clock copy /></p>
            <p><LinkLight copy desk says_age=true /></p>
        </div>
    }
}
