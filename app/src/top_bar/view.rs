//! The bar, and the help that it opens.

use super::menu::PersonMenu;
use super::texts;
use crate::ages;
use crate::alarms::members::Line;
use crate::alarms::model::{class, sign};
use crate::alarms::queue::{came_within, counts, top_unowned};
use crate::copy::SiteCopy;
use crate::desk::{Beside, Desk};
use crate::guards::model::leader_on_duty;
use crate::live::LinkLight;
use crate::mini_queue::MiniQueue;
use crate::sound::heard::Heard;
use crate::sound::{SoundLight, Speaker};
use crate::stale::AsOf;
use crate::ui::Modal;
use castellan_domain::estate::{Calendar, Priority};
use castellan_domain::time::Span;
use leptos::prelude::*;

/// Seconds over which alarms are counted for their rate.
const RATE_S: i64 = 600;

/// What the page can be heard by, if somebody works at it.
#[derive(Clone, Copy)]
pub struct Audible {
    /// The loudspeaker.
    pub speaker: &'static Speaker,
    /// Whether somebody has heard it in this shift.
    pub heard: RwSignal<Option<Heard>>,
    /// Whether its settings are open.
    pub open: RwSignal<bool>,
}

/// What stands above everything.
#[component]
pub fn TopBar(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    help: RwSignal<bool>,
    audible: Option<Audible>,
    mini: Option<MiniQueue>,
    who: Memo<bool>,
) -> impl IntoView {
    let name = move || {
        copy.estate.with(|e| {
            e.as_ref()
                .map(|e| e.name.get(desk.language.get()).to_owned())
        })
    };
    let is_desk = audible.is_some();
    let clock = move || copy.time_of_day(copy.now());
    let totals =
        move || {
            let counts = copy.alarms(counts);
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
    view! {
        <header class="top" inert=move || who.get()>
            <h1 class="site">{name}</h1>
            <div class="totals" aria-label=move || desk.t(texts::ALARMS)>{totals}</div>
            <FloodLight copy desk />
            <Rate copy desk />
            <Leader copy desk />
            <Shelved copy desk is_desk />
            <Handover copy desk />
            {(!is_desk).then(|| view! { <Matter copy desk /> })}
            <div class="gap"></div>
            {audible.map(|Audible { speaker, heard, open }| view! {
                <SoundLight copy desk speaker heard open />
            })}
            <LinkLight copy desk />
            // A clock that stands still is none.
            {move || copy.link.stale_since().is_none().then(|| view! {
                <time class="clock num">{clock}</time>
            })}
            <AsOf copy desk />
            <PersonMenu copy desk help mini is_desk />
        </header>
    }
}

/// 报警率: how many alarms came lately.
#[component]
fn Rate(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let count = Memo::new(move |_| {
        let now = copy.now();
        copy.alarms(|view| came_within(view, Span::from_secs(RATE_S), now))
    });
    view! {
        <span class="kv num" class:zero=move || count.get() == 0>
            {move || desk.t(texts::RATE)}
            <b>{move || texts::RATE_COUNT.fill(desk.language.get(), &[&count.get().to_string()])}</b>
        </span>
    }
}

/// Whether there is a shift leader, where the estate keeps who is on duty.
#[component]
fn Leader(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let on = Memo::new(move |_| {
        copy.estate.with(|estate| {
            let estate = estate.as_ref()?;
            copy.people(|view| leader_on_duty(estate, view))
        })
    });
    move || {
        let on = on.get()?;
        let words = if on {
            texts::LEADER_ON
        } else {
            texts::LEADER_OFF
        };
        Some(view! { <span class="kv leader">{desk.t(texts::LEADER)}<b>{desk.t(words)}</b></span> })
    }
}

/// The most urgent alarm that nobody has, where no queue says it.
#[component]
fn Matter(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let top = Memo::new(move |_| copy.matters(top_unowned));
    move || {
        let alarm = top.get()?;
        let age = move || Some(ages::age(copy.alarm(alarm)?.raised_at, copy.now()));
        Some(view! {
            <p class="matter" role="status" data-alarm=alarm.to_string()>
                <Line copy desk alarm />" "<span class="num">{age}</span>
            </p>
        })
    }
}

/// 挂起: how many alarms are put aside. At a desk it opens their list.
#[component]
fn Shelved(copy: &'static SiteCopy, desk: &'static Desk, is_desk: bool) -> impl IntoView {
    let count = Memo::new(move |_| {
        copy.alarms(|view| {
            let aside = view.alarms.values();
            aside
                .filter(|alarm| !alarm.is_judged() && alarm.shelf.is_some())
                .count()
        })
    });
    view! {
        <button class="kv" class:zero=move || count.get() == 0 disabled=!is_desk
            on:click=move |_| desk.show_beside(Some(Beside::Shelved))>
            {move || desk.t(texts::SHELVED)}<b class="num">{count}</b>
        </button>
    }
}

/// How long this shift lasts.
#[component]
fn Handover(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let left = Memo::new(move |_| {
        let now = copy.now();
        copy.estate.with(|estate| {
            let calendar = Calendar::new(estate.as_ref()?).ok()?;
            let secs = calendar.shift_end(now).since(now).as_secs();
            // By the minute: nobody waits for the second of it.
            Some(ages::hours_and_minutes(Span::from_secs(secs)))
        })
    });
    move || {
        let left = left.get()?;
        let words = texts::HANDOVER_IN.fill(desk.language.get(), &[&left]);
        Some(view! { <span class="kv num">{desk.t(texts::HANDOVER)}<b>{words}</b></span> })
    }
}

/// The keys, shown on demand.
#[component]
pub fn Help(desk: &'static Desk, open: RwSignal<bool>) -> impl IntoView {
    let keys = [
        (None, "Enter · F2", texts::KEY_CLAIM),
        (Some('X'), "F4", texts::KEY_VERDICT),
        (Some('Q'), "Shift+F2", texts::KEY_ACKNOWLEDGE),
        (Some('M'), "Shift+F8", texts::KEY_MUTE),
        (Some('H'), "Shift+F4", texts::KEY_SHELVE),
        (Some('T'), "F9", texts::KEY_NOTE),
        (Some('D'), "F6", texts::KEY_DISPATCH),
        (None, "Shift+F6", texts::KEY_PEOPLE),
        (Some('R'), "F7", texts::KEY_ANSWER_FOR),
        (Some('S'), "", texts::KEY_GO_ON),
        (Some('S'), "Shift", texts::KEY_MOVE_INCIDENT),
        (None, "Space", texts::KEY_STEP),
        (None, "Shift+Space", texts::KEY_SKIP),
        (Some('O'), "Shift+F9", texts::KEY_FOLLOW_UP),
        (Some('N'), "Shift+F7", texts::KEY_REGISTER),
        (Some('V'), "", texts::KEY_ENLARGE),
        (None, "0 2 3", texts::KEY_SEE),
        (Some('G'), "F8", texts::KEY_NEWEST),
        (None, "↑ ↓", texts::KEY_MOVE),
        (None, "Home End PgUp PgDn", texts::KEY_ENDS),
        (None, "Esc", texts::KEY_BACK),
        (None, "⌫", texts::KEY_TAKE_BACK),
        (None, "/", texts::KEY_SEARCH),
        (None, "?", texts::KEY_HELP),
    ];
    let label = move |letter: Option<char>, more: &str| match letter.and_then(|l| desk.key(l)) {
        Some(key) if more.is_empty() => key.to_string(),
        Some(key) if more == "Shift" => format!("Shift+{key}"),
        Some(key) => format!("{key} · {more}"),
        None => more.replace("Space", desk.t(crate::texts::SPACE)),
    };
    view! {
        <Modal
            open
            title=Signal::derive(move || desk.t(texts::HELP_KEYS))
            close=Signal::derive(move || desk.t(crate::texts::CLOSE))
        >
            <dl class="keys">
                {keys.into_iter().map(|(letter, more, text)| view! {
                    <div><dt><kbd>{move || label(letter, more)}</kbd></dt><dd>{move || desk.t(text)}</dd></div>
                }).collect_view()}
            </dl>
        </Modal>
    }
}

/// 报警激增, while it lasts. What came is what is shown and what was folded: the domain counts every
/// one of them, so none is lost.
#[component]
fn FloodLight(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let folded = Memo::new(move |_| {
        copy.changes.flood.track();
        copy.with(|replica| replica.view().flood.as_ref().map(|flood| flood.folded))
    });
    view! {
        {move || folded.get().map(|folded| view! {
            <strong class="flood" role="status">
                {texts::FLOOD.fill(desk.language.get(), &[&folded.to_string()])}
            </strong>
        })}
    }
}
