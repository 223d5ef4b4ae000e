//! Who sits at which display and looks at what, and how far each display has painted.
//!
//! Whoever listens for people who come and go is told by state and not by queue: a display that
//! changes hands ten times while nobody asks is told once, as it is by then.

use crate::audience::Audience;
use crate::ids::{PersonId, Seq};
use crate::time::Timestamp;
use crate::wire::api::DisplayBehind;
use crate::wire::live::{LookingAt, Presence, VIEWERS_MAX, Viewer, Viewers};
use std::collections::{BTreeMap, BTreeSet};

/// Displays listed at most as behind with painting; the furthest behind are.
pub const BEHIND_MAX: usize = 20;

/// The number of a connection. Never given twice while a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DisplayId(pub u64);

/// A person's session at a display began or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceEvent {
    pub person: PersonId,
    pub display: DisplayId,
    /// What happened.
    pub change: PresenceChange,
}

/// What happened to a person's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceChange {
    /// It began.
    Opened,
    /// It ended.
    Gone,
}

#[derive(Debug)]
struct Display {
    audience: Audience,
    person: Option<PersonId>,
    looking_at: Option<LookingAt>,
    painted: Option<(Seq, Timestamp)>,
    /// Whose session was told to have begun here.
    told: Option<PersonId>,
    is_connected: bool,
}

/// All connected displays.
#[derive(Debug, Default)]
pub struct Displays {
    last: u64,
    /// At most as many as may be connected: the hub counts before it lets one in.
    connected: BTreeMap<DisplayId, Display>,
    /// Displays whose person may differ from what was told.
    /// At most all of them, and those that left and are not told of yet.
    untold: BTreeSet<DisplayId>,
    viewers_changed: bool,
}

impl Displays {
    /// A display connected.
    pub fn open(&mut self, audience: Audience) -> DisplayId {
        self.last += 1;
        let id = DisplayId(self.last);
        let display = Display {
            audience,
            person: None,
            looking_at: None,
            painted: None,
            told: None,
            is_connected: true,
        };
        self.connected.insert(id, display);
        id
    }

    /// A display says who sits there.
    pub fn say(&mut self, id: DisplayId, presence: Presence) {
        let Some(display) = self.connected.get_mut(&id) else {
            return;
        };
        let Presence { person, looking_at } = presence;
        if display.person != person {
            self.untold.insert(id);
        }
        self.viewers_changed |= display.person != person || display.looking_at != looking_at;
        display.person = person;
        display.looking_at = looking_at;
    }

    /// A display says what it has painted. It can have painted no more than there is.
    pub fn painted(&mut self, id: DisplayId, upto: Seq, head: Seq, now: Timestamp) {
        if let Some(display) = self.connected.get_mut(&id) {
            display.painted = Some((upto.min(head), now));
        }
    }

    /// A display went.
    pub fn close(&mut self, id: DisplayId) {
        let Some(display) = self.connected.get_mut(&id) else {
            return;
        };
        self.viewers_changed |= display.person.is_some();
        display.person = None;
        display.is_connected = false;
        if display.told.is_some() {
            self.untold.insert(id);
        } else {
            // Nobody was told of it, so nobody has to be told that it ended.
            self.connected.remove(&id);
            self.untold.remove(&id);
        }
    }

    /// The next session that began or ended, longest connected display first.
    pub fn next_event(&mut self) -> Option<PresenceEvent> {
        while let Some(id) = self.untold.first().copied() {
            let Some(display) = self.connected.get_mut(&id) else {
                self.untold.remove(&id);
                continue;
            };
            let event = |person, change| PresenceEvent {
                person,
                display: id,
                change,
            };
            // Of somebody who is followed by somebody else the end comes first.
            if display.told != display.person
                && let Some(person) = display.told.take()
            {
                return Some(event(person, PresenceChange::Gone));
            }
            self.untold.remove(&id);
            if !display.is_connected {
                self.connected.remove(&id);
            } else if display.told != display.person
                && let Some(person) = display.person.clone()
            {
                display.told = Some(person.clone());
                return Some(event(person, PresenceChange::Opened));
            }
        }
        None
    }

    /// Who looks at what, if that changed since the last call.
    pub fn changed_viewers(&mut self) -> Option<Viewers> {
        if !std::mem::take(&mut self.viewers_changed) {
            return None;
        }
        let mut viewers: Vec<_> = self
            .connected
            .iter()
            .filter_map(|(id, display)| {
                Some(Viewer {
                    person: display.person.clone()?,
                    display: id.0,
                    looking_at: display.looking_at.clone(),
                })
            })
            .collect();
        viewers.sort();
        let left_out = viewers.len().saturating_sub(VIEWERS_MAX);
        viewers.truncate(VIEWERS_MAX);
        Some(Viewers {
            viewers,
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        })
    }

    /// The walls that are connected, and how far each has painted.
    pub fn walls(&self) -> BTreeMap<DisplayId, Seq> {
        let displays = self.connected.iter();
        let walls = displays.filter(|(_, display)| {
            display.is_connected
                && matches!(display.audience, Audience::Wall | Audience::WallVisitor)
        });
        let walls = walls.map(|(id, display)| {
            let painted = display.painted.map_or(Seq(0), |(upto, _)| upto);
            (*id, painted)
        });
        walls.collect()
    }

    /// How many displays of each audience are connected.
    pub fn audiences(&self) -> BTreeMap<Audience, usize> {
        let mut audiences: BTreeMap<_, _> = Audience::ALL.map(|audience| (audience, 0)).into();
        let displays = self.connected.values();
        for display in displays.filter(|display| display.is_connected) {
            *audiences.entry(display.audience.clone()).or_default() += 1;
        }
        audiences
    }

    /// Displays that have painted less than there is, furthest behind first. Those that never say
    /// what they paint are not among them.
    pub fn behind(&self, head: Seq) -> Vec<DisplayBehind> {
        let mut behind: Vec<_> = self
            .connected
            .iter()
            .filter_map(|(id, display)| {
                let (painted_upto, told_at) = display.painted?;
                Some(DisplayBehind {
                    display: id.0,
                    audience: display.audience.clone(),
                    person: display.person.clone(),
                    painted_upto,
                    behind: head.0.saturating_sub(painted_upto.0),
                    told_at,
                })
            })
            .filter(|display| display.behind > 0)
            .collect();
        behind.sort_by_key(|display| (std::cmp::Reverse(display.behind), display.display));
        behind.truncate(BEHIND_MAX);
        behind
    }
}
