//! What the operator's keys do. Which key means what stands in [`crate::keys`].

use crate::alarms::Open;
use crate::alarms::actions::claim_it;
use crate::alarms::choice::{Choice, Judging};
use crate::alarms::queue::{Queue, top_unowned};
use crate::cameras::model::{next_enlarged, turned};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::dispatch::onward::{Onward, next_stage, onward};
use crate::dispatch::radio::{Spoken, next_speaker};
use crate::keys::{Ear, Heard, KeyAction, Press};
use crate::procedures::model::StepChoice;
use crate::procedures::record::take_next;
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::ids::{AlarmId, DeviceId, IncidentId};
use castellan_domain::view::Known;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;

/// What keys act on.
#[derive(Clone, Copy)]
pub struct Keyboard {
    /// Whether an alarm has its verdict decides what a key opens.
    pub copy: &'static SiteCopy,
    /// Whose keys they are, and what they have selected.
    pub desk: &'static Desk,
    /// The rows that keys walk.
    pub queue: Memo<Queue>,
    /// What keys open beside the selected alarm.
    pub open: Open,
    /// Whether the search is open.
    pub search: RwSignal<bool>,
    /// Whether something is being registered.
    pub registering: RwSignal<bool>,
    /// Whether the keys themselves are shown.
    pub help: RwSignal<bool>,
    /// Remembers what is still held down.
    pub ear: StoredValue<Ear>,
}

impl Keyboard {
    /// A key went down, anywhere on the page; it is heard before whatever has the focus hears it.
    /// `at_desk`: nothing stands before the desk.
    pub fn on_key(&self, event: &KeyboardEvent, at_desk: bool) {
        let focused = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let within = |selector| {
            let focused = focused.as_ref()?;
            focused.closest(selector).ok().flatten()
        };
        let (code, key) = (event.code(), event.key());
        let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
        let press = Press {
            code: &code,
            key: &key,
            shift: event.shift_key(),
            // A keyboard may have the question mark on its third level.
            modified: modified && key != "?",
            repeats: event.repeat(),
            composes: Press::composes(event),
            types: within("input, textarea, select").is_some(),
            on_control: within("button, summary, a").is_some_and(|control| !self.claims(&control)),
            on_scroller: within("[tabindex]").is_some(),
            choosing: self.open.choice.get_untracked().is_some(),
            enlarged: self.desk.enlarged.with_untracked(Option::is_some),
            at_desk,
        };
        let heard = self.ear.try_update_value(|ear| {
            self.desk
                .layout
                .with_untracked(|layout| ear.hear(&press, layout))
        });
        match heard {
            Some(Heard::Wanted(action)) => {
                event.prevent_default();
                self.perform(action);
            }
            Some(Heard::Swallowed) => event.prevent_default(),
            Some(Heard::Left) | None => {}
        }
    }

    /// Whether Enter on a control claims: on the row that is selected already.
    fn claims(&self, control: &web_sys::Element) -> bool {
        let row = control.get_attribute("data-alarm");
        let selected = self.desk.selected_alarm().map(|id| id.to_string());
        row.is_some() && row == selected
    }

    fn perform(&self, action: KeyAction) {
        match action {
            KeyAction::Newest => self.go_to(self.queue.with_untracked(Queue::newest)),
            KeyAction::Move(1) if self.desk.selected.with_untracked(Option::is_none) => {
                let top = self.copy.with(|replica| top_unowned(replica.view()));
                self.go_to(self.queue.with_untracked(|queue| queue.begin(top)));
            }
            KeyAction::Move(step) => {
                let from = self.desk.selected_alarm();
                let next = |queue: &Queue| queue.neighbour(from, step);
                self.go_to(self.queue.with_untracked(next));
            }
            KeyAction::Page(direction) => {
                let step = direction.saturating_mul(rows_in_view());
                let from = self.desk.selected_alarm();
                let next = |queue: &Queue| queue.neighbour(from, step);
                self.go_to(self.queue.with_untracked(next));
            }
            KeyAction::End(end) => self.go_to(self.queue.with_untracked(|queue| queue.end(end))),
            KeyAction::Search => self.search.set(true),
            KeyAction::Register => self.registering.set(true),
            KeyAction::Help => self.help.set(true),
            KeyAction::Back if self.open.is_any() => self.open.step_back(),
            KeyAction::Back if self.desk.enlarged.with_untracked(Option::is_some) => {
                self.desk.enlarged.set(None);
            }
            KeyAction::Back if self.desk.selected.with_untracked(Option::is_some) => {
                self.desk.select(None);
            }
            KeyAction::Back => self.desk.show_beside(None),
            KeyAction::TakeBack => self.desk.take_back(),
            KeyAction::See(see) => press_button(&format!(".map-button[data-see={}]", see.name())),
            KeyAction::Enlarge => self.enlarge(next_enlarged),
            KeyAction::Turn(step) => {
                self.enlarge(|shown, now| turned(shown, now, step));
            }
            _ => {
                if let Some(selected) = self.desk.settled_alarm() {
                    self.act(action, selected);
                }
            }
        }
    }

    /// Makes another one of the pictures beside the map large, or none.
    fn enlarge(&self, which: impl FnOnce(&[DeviceId], Option<&DeviceId>) -> Option<DeviceId>) {
        let (shown, enlarged) = (shown_pictures(), self.desk.enlarged);
        enlarged.set(which(&shown, enlarged.get_untracked().as_ref()));
    }

    fn go_to(&self, alarm: Option<AlarmId>) {
        if let Some(alarm) = alarm {
            self.desk.select(Some(Picked::Alarm(alarm)));
            focus_row(alarm);
        }
    }

    /// What is next of the incident of an alarm.
    fn of_incident<T>(
        &self,
        alarm: AlarmId,
        ask: impl FnOnce(&Known<'_>, IncidentId) -> Option<T>,
    ) -> Option<(IncidentId, T)> {
        let found = self.copy.known(|known| {
            let incident = known.view.alarms.get(&alarm)?.incident?;
            Some((incident, ask(known, incident)?))
        });
        found.flatten()
    }

    /// What a key does with the selected alarm. A command that cannot be done is sent all the same:
    /// the server's answer says why not, and to whom the alarm belongs by now.
    fn act(&self, action: KeyAction, alarm: AlarmId) {
        let Self {
            copy, desk, open, ..
        } = *self;
        let judged = copy.with(|replica| {
            let alarm = replica.view().alarms.get(&alarm);
            alarm.map(castellan_domain::alarm::Alarm::is_judged)
        });
        let Some(judged) = judged else { return };
        let send = |command| desk.send(command);
        let choose = |choice| open.choose(copy, desk, alarm, choice);
        match action {
            KeyAction::Claim => claim_it(copy, desk, alarm),
            KeyAction::Acknowledge => send(AlarmCommand::Acknowledge { alarm }),
            KeyAction::Mute => send(AlarmCommand::Mute { alarm }),
            KeyAction::OpenVerdicts if judged => choose(Choice::Verdict(Judging::Correction)),
            KeyAction::OpenVerdicts => choose(Choice::Verdict(Judging::First)),
            KeyAction::OpenFollowUps => choose(Choice::FollowUp),
            KeyAction::Dispatch => open.send_first(copy, desk, alarm),
            KeyAction::ListPeople if open.choice.get_untracked() == Some(Choice::People) => {
                open.choice.set(None);
            }
            KeyAction::ListPeople => choose(Choice::People),
            KeyAction::AnswerFor => {
                let now = match open.choice.get_untracked() {
                    Some(Choice::Radio(spoken)) => Some(spoken.assignment),
                    _ => None,
                };
                let next = self.of_incident(alarm, |known, id| next_speaker(known, id, now));
                if let Some((_, next)) = next {
                    choose(Choice::Radio(Spoken::of(next)));
                }
            }
            // It was meant for the stage before.
            KeyAction::GoOn | KeyAction::MoveIncident if !desk.stage_has_settled() => {}
            KeyAction::GoOn => match self.of_incident(alarm, onward) {
                Some((incident, Onward::Move(to))) => {
                    open.move_incident(copy, desk, alarm, incident, to);
                }
                Some((_, part)) => part.of_part().into_iter().for_each(|part| desk.send(part)),
                None => {}
            },
            KeyAction::MoveIncident => {
                if let Some((incident, to)) = self.of_incident(alarm, next_stage) {
                    open.move_incident(copy, desk, alarm, incident, to);
                }
            }
            // It was meant for the step before.
            KeyAction::TakeStep if !desk.step_has_settled() => {}
            KeyAction::TakeStep => {
                if let Some(asked) = take_next(copy, desk, alarm) {
                    choose(Choice::Step(asked));
                }
            }
            KeyAction::SkipStep => choose(Choice::Step(StepChoice::Skip)),
            KeyAction::OpenShelf => choose(Choice::Shelf(None)),
            KeyAction::Pick(index) => open.pick(copy, desk, alarm, index),
            KeyAction::Note => open.noting.set(true),
            // These are about no alarm; see `perform`.
            KeyAction::Newest
            | KeyAction::Move(_)
            | KeyAction::Page(_)
            | KeyAction::End(_)
            | KeyAction::Search
            | KeyAction::Register
            | KeyAction::Help
            | KeyAction::Back
            | KeyAction::See(_)
            | KeyAction::Enlarge
            | KeyAction::Turn(_)
            | KeyAction::TakeBack => {}
        }
    }
}

/// Does what a button of the page does; where it is not there, nothing.
fn press_button(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    let button = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(button) = button {
        button.click();
    }
}

/// About how many rows of the queue are in sight: as many as the selected one, or the first one, fits
/// into it; one at least, so that a page is never nothing.
fn rows_in_view() -> isize {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let selected = find(".open-alarms .row.selected").or_else(|| find(".open-alarms .row"));
    let heights = find(".open-alarms > .rows").zip(selected);
    let count = heights.map_or(1, |(list, row)| {
        list.client_height() / row.client_height().max(1)
    });
    isize::try_from(count - 1).unwrap_or(1).max(1)
}

/// Whose pictures are beside the map, in the order in which they stand there.
fn shown_pictures() -> Vec<DeviceId> {
    let found = document().query_selector_all(".right .picture:not(.unset)");
    let Ok(found) = found else {
        return Vec::new();
    };
    let pictures = (0..found.length()).filter_map(|index| {
        let picture = found.get(index)?.dyn_into::<web_sys::Element>().ok()?;
        DeviceId::new(picture.get_attribute("data-camera")?).ok()
    });
    pictures.collect()
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
