//! What is typed at the desk and not sent yet. It is kept in this tab only.

use super::drafts::{self, Drafts, Paper};
use super::state::Desk;
use crate::browser::remember_in_tab;
use castellan_domain::alarm::{NoteCommand, NoteWords};
use castellan_domain::command::Command;
use castellan_domain::ids::{AlarmId, CommandId};
use leptos::prelude::*;

impl Desk {
    /// What whoever works here writes about an alarm.
    fn paper(&self, alarm: AlarmId) -> Option<Paper> {
        let person = self.person.get()?;
        Some(Paper { person, alarm })
    }

    fn change_drafts<T>(&self, change: impl FnOnce(&mut Drafts) -> T) -> Option<T> {
        let changed = self.drafts.try_update(change);
        let stored = self.drafts.with_untracked(Drafts::to_store);
        remember_in_tab(drafts::NAME, stored.as_deref());
        changed
    }

    /// What was typed about an alarm and not sent; empty if nothing.
    pub fn draft(&self, alarm: AlarmId) -> String {
        let paper = self.paper(alarm);
        self.drafts.with(|drafts| {
            let words = paper.map(|paper| drafts.words(&paper).to_owned());
            words.unwrap_or_default()
        })
    }

    /// The same, without a promise to be called again.
    pub fn draft_untracked(&self, alarm: AlarmId) -> String {
        untrack(|| self.draft(alarm))
    }

    /// Keeps what was typed about an alarm.
    pub fn keep_draft(&self, alarm: AlarmId, words: &str) {
        if let Some(paper) = untrack(|| self.paper(alarm)) {
            self.change_drafts(|drafts| drafts.write(&paper, words));
        }
    }

    /// Says where somebody writes now. Whoever loads the page again goes on there.
    pub fn write_about(&self, alarm: Option<AlarmId>) {
        let paper = alarm.and_then(|alarm| untrack(|| self.paper(alarm)));
        self.change_drafts(|drafts| drafts.open(paper));
    }

    /// Whether whoever works here was writing about the selected alarm when the page was loaded again.
    pub fn was_writing(&self) -> bool {
        let paper = self
            .selected_alarm()
            .and_then(|alarm| untrack(|| self.paper(alarm)));
        let is_open = |paper: Paper| self.drafts.with_untracked(|drafts| drafts.is_open(&paper));
        paper.is_some_and(is_open)
    }

    /// Sends the draft about an alarm as a note; `then` runs once it is recorded and nothing was
    /// typed since.
    pub fn send_draft(
        &'static self,
        alarm: AlarmId,
        text: NoteWords,
        then: impl FnOnce() + 'static,
    ) {
        let Some(paper) = untrack(|| self.paper(alarm)) else {
            return;
        };
        let new = CommandId(uuid::Uuid::new_v4());
        let id = self
            .change_drafts(|drafts| drafts.send(&paper, new))
            .unwrap_or(new);
        let note = Command::Note(NoteCommand::Note { alarm, text });
        self.send_as(id, note, move || {
            if self.change_drafts(|drafts| drafts.sent(&paper, id)) == Some(true) {
                then();
            }
        });
    }
}
