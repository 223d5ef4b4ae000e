//! What is open beside the selected alarm, and what is picked there.

use super::can::why_not_choose;
use super::choice::{Choice, SHELF_REASONS, ShelfTime, heirs, judge, lookers, picked};
use super::hand_over::handed_on;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::dispatch::model::Named;
use crate::dispatch::radio::{Spoken, picked as picked_answer};
use crate::dispatch::ranked::send;
use crate::evidence::Replay;
use crate::incidents::closing::Closing;
use crate::procedures::record::pick as pick_step;
use castellan_domain::alarm::{AlarmCommand, FollowUp, ShelfReason, Verdict, VerdictBasis};
use castellan_domain::estate::Calendar;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::time::Timestamp;
use leptos::prelude::*;

/// What is open beside the selected alarm.
#[derive(Clone, Copy, Default)]
pub struct Open {
    /// Something is being chosen.
    pub choice: RwSignal<Option<Choice>>,
    /// A note is being written. It stays as it is while the alarm around it changes.
    pub noting: RwSignal<bool>,
    /// Who could be sent, as it is shown.
    pub people: RwSignal<Named>,
    /// The verdicts that were picked for an incident that is being closed.
    pub closing: RwSignal<Option<Closing>>,
    /// A clip of it is shown.
    pub replay: Replay,
}

impl Open {
    /// Whether anything is open. It does not track.
    pub fn is_any(&self) -> bool {
        self.choice.get_untracked().is_some()
            || self.noting.get_untracked()
            || self.replay.is_open()
    }

    /// One step back: out of the last choice, out of the note, or out of the clip.
    pub fn step_back(&self) {
        match self.choice.get_untracked() {
            Some(Choice::Closing(asked)) if self.unpick(asked) => {}
            Some(choice) => self.choice.set(choice.before()),
            None if self.noting.get_untracked() => self.noting.set(false),
            None => self.replay.show(None),
        }
    }

    /// Closes all of it.
    pub fn close(&self) {
        self.choice.set(None);
        self.noting.set(false);
        self.replay.show(None);
    }

    /// Opens a choice, or says why there is nothing to choose.
    pub fn choose(
        &self,
        copy: &'static SiteCopy,
        desk: &'static Desk,
        id: AlarmId,
        choice: Choice,
    ) {
        if may_choose(copy, desk, id, choice) {
            self.choice.set(Some(choice));
        }
    }

    /// D: whoever is named on the button is asked to go, and nobody who has become the first since.
    pub fn send_first(&self, copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) {
        if may_choose(copy, desk, id, Choice::People) {
            self.send(copy, desk, id, 0);
        }
    }

    fn hand_on(&self, copy: &'static SiteCopy, desk: &'static Desk, alarm: AlarmId, to: &PersonId) {
        self.choice.set(None);
        let handed_on = copy.known(|known| {
            let row = known.view.alarms.get(&alarm)?;
            Some(handed_on(known, row, to))
        });
        if let Some((command, offer)) = handed_on.flatten() {
            desk.send_and_offer(command, offer);
        }
    }

    fn done(&self, desk: &'static Desk, command: AlarmCommand) {
        self.choice.set(None);
        desk.send(command);
    }

    /// Asks somebody to go: whoever is named there, by their index.
    fn send(&self, copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId, index: usize) {
        let named = |people: &Named| people.of(id).get(index).cloned();
        if let Some(person) = self.people.with_untracked(named) {
            self.choice.set(None);
            send(copy, desk, id, person);
        }
    }

    /// Records what somebody said on the radio, or asks what more there is to say of it.
    fn pick_answer(
        &self,
        copy: &'static SiteCopy,
        desk: &'static Desk,
        spoken: Spoken,
        index: usize,
    ) {
        let picked = copy.known(|known| picked_answer(known, spoken, index));
        match picked.flatten() {
            None => {}
            Some(Err(next)) => self.choice.set(Some(Choice::Radio(next))),
            Some(Ok(command)) => {
                self.choice.set(None);
                desk.send(command);
            }
        }
    }

    /// Picks from what is being chosen, by its index.
    pub fn pick(&self, copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId, index: usize) {
        match self.choice.get_untracked() {
            None => {}
            Some(Choice::Verdict(judging)) => {
                let Some(verdict) = Verdict::ALL.get(index) else {
                    return;
                };
                match copy.known(|known| picked(known, id, judging, *verdict)) {
                    None => {}
                    Some(Ok(command)) => self.done(desk, command),
                    Some(Err(next)) => self.choice.set(Some(next)),
                }
            }
            Some(Choice::Basis(judging, verdict)) => {
                let send = |basis| self.done(desk, judge(judging, id, verdict, Some(basis)));
                match index {
                    0 => self.choice.set(Some(Choice::OnScene(judging, verdict))),
                    1 => send(VerdictBasis::Picture),
                    2 => send(VerdictBasis::Phone),
                    _ => {}
                }
            }
            Some(Choice::OnScene(judging, verdict)) => {
                if let Some(by) = lookers_of(copy, desk).into_iter().nth(index) {
                    let basis = VerdictBasis::OnScene { by };
                    self.done(desk, judge(judging, id, verdict, Some(basis)));
                }
            }
            Some(Choice::FollowUp) => {
                if let Some(what) = FollowUp::ALL.get(index).copied() {
                    self.done(desk, AlarmCommand::FollowUp { alarm: id, what });
                }
            }
            Some(Choice::Shelf(None)) => {
                if let Some(reason) = SHELF_REASONS.get(index) {
                    self.choice.set(Some(Choice::Shelf(Some(*reason))));
                }
            }
            Some(Choice::Shelf(Some(reason))) => {
                if let Some(time) = ShelfTime::ALL.get(index) {
                    self.done(desk, shelve(copy, id, *time, reason));
                }
            }
            Some(Choice::People) => self.send(copy, desk, id, index),
            Some(Choice::Radio(spoken)) => self.pick_answer(copy, desk, spoken, index),
            Some(Choice::Closing(asked)) => self.pick_verdict(copy, desk, asked, index),
            Some(Choice::Step(choice)) => {
                self.choice.set(None);
                pick_step(copy, desk, id, choice, index);
            }
            Some(Choice::Transfer) => {
                if let Some(to) = heirs_of(copy, id).into_iter().nth(index) {
                    self.hand_on(copy, desk, id, &to);
                }
            }
        }
    }
}

/// Whether there is something to choose; says why, if there is not.
fn may_choose(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId, choice: Choice) -> bool {
    if desk.refuse_stale() {
        return false;
    }
    let Some(actor) = untrack(|| desk.actor()) else {
        return false;
    };
    match copy.known(|known| why_not_choose(known, id, &actor, choice)) {
        None => false,
        Some(None) => true,
        Some(Some(refusal)) => {
            desk.say_refused(refusal);
            false
        }
    }
}

/// Whom whoever works here can name as having looked.
pub(super) fn lookers_of(copy: &'static SiteCopy, desk: &'static Desk) -> Vec<PersonId> {
    let Some(judge) = desk.person.get_untracked() else {
        return Vec::new();
    };
    let lookers = copy.known(|known| {
        let lookers = lookers(known, &judge).into_iter();
        lookers.map(|person| person.id.clone()).collect()
    });
    lookers.unwrap_or_default()
}

/// When the shift ends; without a calendar, now.
pub(super) fn shift_end(copy: &'static SiteCopy, now: Timestamp) -> Timestamp {
    let calendar = copy
        .estate
        .with_untracked(|estate| Calendar::new(estate.as_ref()?).ok());
    calendar.map_or(now, |calendar| calendar.shift_end(now))
}

fn shelve(
    copy: &'static SiteCopy,
    alarm: AlarmId,
    time: ShelfTime,
    reason: ShelfReason,
) -> AlarmCommand {
    let now = copy.now_untracked();
    AlarmCommand::Shelve {
        alarm,
        for_s: time.seconds(now, shift_end(copy, now)),
        reason,
    }
}

/// Whom it can be handed on to.
pub(super) fn heirs_of(copy: &'static SiteCopy, id: AlarmId) -> Vec<PersonId> {
    let heirs = copy.known(|known| {
        let row = known.view.alarms.get(&id);
        // What is part of an open incident is handed on with it.
        let owner = row.and_then(|row| match known.open_incident_of(row) {
            Some(incident) => incident.owner(),
            None => row.owner(),
        });
        let heirs = heirs(known, owner).into_iter();
        heirs.map(|person| person.id.clone()).collect()
    });
    heirs.unwrap_or_default()
}
