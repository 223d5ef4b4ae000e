//! Who has a console: what displays say of it becomes what the site knows of it.
//!
//! Looked at once a second and as a state, not as a queue: whoever reloads a page is not gone, and a
//! display that changes hands all the time makes a fact or two a second at most. What the site knows
//! is compared anew at a start and whenever a turn was lost, so that nothing has to be kept for it.

use castellan_domain::engine::Input;
use castellan_domain::ids::PersonId;
use castellan_domain::staff::Console;
use castellan_domain::stream::{PresenceChange, PresenceEvent};
use castellan_domain::view::View;
use std::collections::BTreeMap;

/// The consoles of everybody.
#[derive(Debug, Default)]
pub(crate) struct Consoles {
    /// How many a person has; who has none is not here.
    /// At most one for each display.
    open: BTreeMap<PersonId, u32>,
    /// The site knows all of it.
    is_known: bool,
}

impl Consoles {
    /// A session of a person began or ended.
    pub(crate) fn hear(&mut self, event: PresenceEvent) {
        self.is_known = false;
        let before = self.open.remove(&event.person).unwrap_or_default();
        let count = match event.change {
            PresenceChange::Opened => before.saturating_add(1),
            PresenceChange::Gone => before.saturating_sub(1),
        };
        if count > 0 {
            self.open.insert(event.person, count);
        }
    }

    /// Whether there may be something that the site does not know.
    pub(crate) const fn has_news(&self) -> bool {
        !self.is_known
    }

    /// What the site has to be told, at most so much of it.
    pub(crate) fn news(&self, view: &View, max: usize) -> Vec<Input> {
        if self.is_known {
            return Vec::new();
        }
        let is_here = |person: &PersonId| {
            let state = view.people.get(person);
            state.is_some_and(|state| matches!(state.console, Console::Here { .. }))
        };
        let gone = view
            .people
            .keys()
            .filter(|person| is_here(person) && !self.open.contains_key(*person))
            .map(|person| Input::SessionGone {
                person: person.clone(),
            });
        let opened = self
            .open
            .keys()
            .filter(|person| !is_here(person))
            .map(|person| Input::SessionOpened {
                person: person.clone(),
            });
        gone.chain(opened).take(max).collect()
    }

    /// The site was told so much of it, at most `max` at once.
    pub(crate) const fn told(&mut self, told: usize, max: usize) {
        self.is_known = told < max;
    }

    /// What the site was told may be lost.
    pub(crate) const fn forget_told(&mut self) {
        self.is_known = false;
    }
}
