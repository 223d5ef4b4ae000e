//! What the operator's keys do. Which key means what stands in [`crate::keys`].

use crate::alarms::Open;
use crate::alarms::choice::Choice;
use crate::alarms::queue::Queue;
use crate::desk::Picked;
use crate::keys::{KeyAction, action};
use crate::live::Console;
use castellan_domain::ids::AlarmId;
use castellan_domain::wire::api::CommandBody;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;

/// A key went down, anywhere on the page.
pub fn on_key(console: Console, event: &KeyboardEvent, open: Open, help: RwSignal<bool>) {
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
    let choosing = open.choice.get_untracked().is_some();
    if let Some(action) = action(&event.code(), event.shift_key(), choosing) {
        if focused.is_some_and(|element| belongs_to(&element, &event.code(), action, console)) {
            return;
        }
        event.prevent_default();
        perform(console, action, open, help);
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
    let document = document();
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

fn perform(console: Console, action: KeyAction, open: Open, help: RwSignal<bool>) {
    match action {
        KeyAction::Newest => {
            if let Some(newest) = console.queue.with_untracked(Queue::newest) {
                console.select(Some(Picked::Alarm(newest)));
                focus_row(newest);
            }
        }
        KeyAction::Move(step) => {
            let from = match console.selected.get_untracked() {
                Some(Picked::Alarm(id)) => Some(id),
                _ => None,
            };
            let next = |queue: &Queue| queue.neighbour(from, step);
            if let Some(next) = console.queue.with_untracked(next) {
                console.select(Some(Picked::Alarm(next)));
                focus_row(next);
            }
        }
        KeyAction::Help => help.set(true),
        KeyAction::Back if open.is_any() => open.close(),
        KeyAction::Back => console.select(None),
        _ => {
            if let Some(selected) = console.settled_selection() {
                act(console, action, selected.0, open);
            }
        }
    }
}

/// What a key does with the selected alarm. A command that cannot be done is sent all the same: the
/// server's answer says why not, and to whom the alarm belongs by now.
fn act(console: Console, action: KeyAction, alarm: AlarmId, open: Open) {
    let judged = console.with(|replica| {
        let alarm = replica.view().alarms.get(&alarm);
        alarm.map(castellan_domain::alarm::Alarm::is_judged)
    });
    let Some(judged) = judged else { return };
    let send = |command| console.command(command, || {});
    match action {
        KeyAction::Claim => send(CommandBody::Claim { alarm }),
        KeyAction::Acknowledge => send(CommandBody::Acknowledge { alarm }),
        KeyAction::Mute => send(CommandBody::Mute { alarm }),
        KeyAction::OpenVerdicts if judged => open.choose(console, alarm, Choice::Correction),
        KeyAction::OpenVerdicts => open.choose(console, alarm, Choice::Verdict),
        KeyAction::OpenShelf => open.choose(console, alarm, Choice::Shelf(None)),
        KeyAction::Pick(index) => open.pick(console, alarm, index),
        KeyAction::Note => open.noting.set(true),
        // These are about no alarm; see `perform`.
        KeyAction::Newest | KeyAction::Move(_) | KeyAction::Help | KeyAction::Back => {}
    }
}
