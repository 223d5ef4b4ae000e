//! The left column: what nobody has on its plate, the other matters in lines, and a count of the rest.

use super::line::{Line, line};
use super::model::{Matters, place_class};
use super::texts;
use crate::alarms::UnrecordedList;
use crate::alarms::model::{class, priority_name, sign};
use crate::alarms::texts::DRILL;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::dispatch::errands::Errand;
use crate::ladders::model::Dot;
use crate::ladders::strip_of;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// What is open.
#[component]
pub fn Column(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    matters: Memo<Matters>,
    errands: Memo<Vec<Errand>>,
) -> impl IntoView {
    let top = Memo::new(move |_| matters.with(|matters| matters.top));
    let lines = Memo::new(move |_| matters.with(|matters| matters.lines.clone()));
    let folded = Memo::new(move |_| matters.with(|matters| (matters.folded, matters.folded_worst)));
    let unrecorded = Memo::new(move |_| {
        copy.changes.unrecorded.track();
        copy.with(|replica| replica.unrecorded().notices.len())
    });
    let fold = move || {
        let (count, worst) = folded.get();
        let (worst, language) = (worst?, desk.language.get());
        let count = count.to_string();
        let words = match unrecorded.get() {
            0 => texts::FOLDED.fill(language, &[&count]),
            lost => texts::FOLDED_UNRECORDED.fill(language, &[&count, &lost.to_string()]),
        };
        let look = format!("wall-fold {}", class(worst));
        Some(
            view! { <p class=look data-folded=count><span class="sign">{sign(worst)}</span>{words}</p> },
        )
    };
    view! {
        <aside class="left">
            {move || top.get().map(|id| view! { <Plate copy desk errands id /> })}
            <div class="wall-lines">
                <UnrecordedList copy desk />
                <For each=move || lines.get() key=|id| *id let:id>
                    <Row copy desk errands id />
                </For>
                {fold}
            </div>
        </aside>
    }
}

/// What nobody has: how urgent and how long, where, what, and who is called next.
#[component]
fn Plate(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    errands: Memo<Vec<Errand>>,
    id: AlarmId,
) -> impl IntoView {
    let said = Memo::new(move |_| line(copy, desk, errands, id));
    let strip = Memo::new(move |_| {
        let incident = copy.alarm(id).and_then(|alarm| alarm.incident);
        strip_of(copy, desk, id, incident)
    });
    let dot = |Dot { look, who, what }: Dot| {
        view! { <li class=look.class()><b>{who}</b><small>{what}</small></li> }
    };
    view! {
        {move || said.get().map(|said| {
            let urgency = if said.is_drill { DRILL } else { priority_name(said.priority) };
            view! {
                <div class=format!("wall-plate {}", said.class) data-alarm=id.to_string()>
                    <p class="first"><span class="sign">{sign(said.priority)}</span>{desk.t(urgency)}<time>{said.age.clone()}</time></p>
                    <p class=place_class(&said.place)>{said.place.clone()}</p>
                    <p class="what">{said.what.clone()}</p>
                    {whose(&said)}
                    {bar(&said)}
                </div>
            }
        })}
        <ol class="wall-ladder num">{move || strip.get().into_iter().map(dot).collect_view()}</ol>
    }
}

/// A matter in two lines: where, what and how long · who has it, and how far they are.
#[component]
fn Row(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    errands: Memo<Vec<Errand>>,
    id: AlarmId,
) -> impl IntoView {
    let said = Memo::new(move |_| line(copy, desk, errands, id));
    move || {
        let said = said.get()?;
        let drill = said
            .is_drill
            .then(|| view! { <span class="drill-tag">{desk.t(DRILL)}</span> });
        Some(view! {
            <div class=format!("wall-row {}", said.class) data-alarm=id.to_string()>
                <span class="sign">{sign(said.priority)}</span>
                <p class="about">{drill}<b class=place_class(&said.place)>{said.place.clone()}</b>{said.what.clone()}</p>
                <time>{said.age.clone()}</time>
                {whose(&said)}
                {bar(&said)}
            </div>
        })
    }
}

fn whose(said: &Line) -> AnyView {
    let chip = said.chip.clone();
    let chip = chip.map(|chip| view! { <span class="late">{chip}</span> });
    let (who, due) = (said.who.clone(), said.due.clone());
    view! { <p class="whose">{chip}<span class="owner">{who}</span><span class="due num">{due}</span></p> }.into_any()
}

/// How much is left of the time that runs.
fn bar(said: &Line) -> AnyView {
    let part = said.left_percent.map(|left| format!("{left}%"));
    part.map(
        |part| view! { <span class="bar" aria-hidden="true"><i style=("--part", part)></i></span> },
    )
    .into_any()
}
