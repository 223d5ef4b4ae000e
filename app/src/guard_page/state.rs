//! What the page knows of its own calls for help, and of its own place.

use super::fix::Fix;
use crate::browser::mono;
use castellan_domain::geo::LonLat;
use castellan_domain::time::Span;
use leptos::prelude::*;

/// How far a call of this page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It is being said.
    Waits,
    /// The server has it.
    Answered,
    /// The server said no: only the radio helps.
    Failed,
}

/// The calls of this page.
pub struct Calls {
    pub loud: RwSignal<Option<Call>>,
    pub silent: RwSignal<Option<Call>>,
    /// How often somebody else took the page.
    turn: StoredValue<u32>,
}

impl Calls {
    pub(super) fn new() -> Self {
        Self {
            loud: RwSignal::new(None),
            silent: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// Whether one is not through yet.
    pub fn is_calling(&self) -> bool {
        let waits = |call: RwSignal<Option<Call>>| call.get_untracked() == Some(Call::Waits);
        waits(self.loud) || waits(self.silent)
    }

    /// Somebody else works with this page now.
    pub fn forget(&self) {
        self.turn.update_value(|turn| *turn += 1);
        self.loud.set(None);
        self.silent.set(None);
    }

    /// Whose turn it is with this page: a call that somebody began before says nothing to whoever has it now.
    pub fn turn(&self) -> u32 {
        self.turn.get_value()
    }

    /// The call of this kind.
    pub fn of(&self, silent: bool) -> RwSignal<Option<Call>> {
        if silent { self.silent } else { self.loud }
    }
}

/// What becomes of the own position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Located {
    /// Nobody follows whoever is off duty.
    Off,
    /// The browser was asked.
    Waits,
    /// It is sent while the screen is lit.
    Sent,
    /// It is known and did not get through.
    Lost,
    /// The address is none that a browser locates for.
    NotSecure,
    /// Whoever holds the phone said no.
    NoPermission,
    /// The phone does not know where it is.
    NoFix,
}

/// What is known of the own position.
pub struct Place {
    pub fix: RwSignal<Option<Fix>>,
    pub located: RwSignal<Located>,
    pub(super) watch: StoredValue<Option<i32>>,
    pub(super) sent_at: StoredValue<Option<Span>>,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            fix: RwSignal::new(None),
            located: RwSignal::new(Located::Off),
            watch: StoredValue::new(None),
            sent_at: StoredValue::new(None),
        }
    }

    /// Where the phone is, if it knows.
    pub fn present(&self) -> Option<LonLat> {
        self.fix.with_untracked(|fix| fix.as_ref()?.present(mono()))
    }
}
