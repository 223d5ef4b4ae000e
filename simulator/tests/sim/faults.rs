//! What goes wrong: links, store, process, machine; and what is done to the installation meanwhile.

use super::display::{DELAY_MAX, Display};
use super::store::Mood;
use super::world::World;
use castellan_domain::site::FOLD_VERSION;
use castellan_domain::stream::Machine as _;
use castellan_domain::system::ClockStepped;
use castellan_domain::time::Span;

/// Facts that a new process has at hand for displays, at most.
const AT_HAND_MAX: u64 = 50;

impl World {
    pub(super) fn link(&mut self) {
        let who = self.rng.usize(..self.displays.len());
        let display = &mut self.displays[who];
        match self.rng.u8(..10) {
            0..6 if self.down_until.is_none() && !display.is_connected() => {
                let site = &self.documents[self.document].estate.estate.site;
                display.connect(&mut self.server, site, self.now);
            }
            6..8 => display.stall(self.now + Span::from_secs(self.rng.i64(1..20))),
            8 => display.cut(&mut self.server),
            _ => display.will_lose_facts(),
        }
    }

    /// A wall is taken down, and another one put up that knows nothing.
    pub(super) fn wall(&mut self) {
        let who = self.rng.usize(3..5);
        self.displays[who].cut(&mut self.server);
        let audience = self.displays[who].audience.clone();
        self.displays[who] = Display::new(audience, None, self.now);
        self.books.totals.walls += 1;
    }

    pub(super) fn mood(&mut self) -> Mood {
        match self.rng.u8(..10) {
            0..5 => Mood::Well,
            5..7 => Mood::Fails(1),
            7 => Mood::Fails(10),
            8 => [Mood::Fails(60), Mood::Doubts, Mood::Doubts][self.rng.usize(..3)],
            _ => Mood::TracksFail,
        }
    }

    /// The process dies and comes back after a while.
    pub(super) fn crash(&mut self) {
        for display in &mut self.displays {
            display.lose();
        }
        let stepped = (self.rng.u8(..6) == 0).then(|| ClockStepped {
            by: Span::from_secs(if self.rng.bool() { 3_600 } else { -3_600 }),
            at: self.now,
        });
        self.server.crash(stepped, self.rng.u64(..=AT_HAND_MAX));
        let away = if self.rng.u8(..8) == 0 { 3_600 } else { 8 };
        self.down_until = Some(self.now + Span::from_millis(self.rng.i64(1..away * 1_000)));
    }

    /// The machine sleeps for hours, and everything is due at once.
    pub(super) fn sleep(&mut self) {
        let hours = self.rng.i64(600..21_600);
        self.pass(Span::from_secs(hours));
    }

    /// The disk is lost, and the record goes on from a backup.
    pub(super) fn restore(&mut self) {
        let backups = self.books.backups();
        // Often it is almost up to date, so that the record is soon as long again, and another one.
        let newest = if self.rng.bool() { 4 } else { usize::MAX };
        let back = self.rng.usize(..backups.len().clamp(1, newest));
        let Some(upto) = backups.iter().rev().nth(back) else {
            return;
        };
        let ahead = self.displays.iter().filter(|d| d.shows() > Some(*upto));
        self.books.totals.ahead += ahead.count() as u64;
        self.books.totals.restores += 1;
        self.server.restore(*upto, self.rng.u64(..=AT_HAND_MAX));
        self.outside.lose();
        for display in &mut self.displays {
            display.lose();
            display.lose_answers();
        }
        self.books.restore(&self.server);
        self.down_until = Some(self.now + DELAY_MAX + Span::from_secs(self.rng.i64(1..60)));
    }

    /// Another document of the estate counts: devices are gone, others came.
    pub(super) fn republish(&mut self) {
        self.document = 1 - self.document;
        self.server.publish(self.documents[self.document].clone());
    }

    /// A snapshot is written, at times by another version of the program.
    pub(super) fn snapshot(&mut self) {
        let other = u32::from(self.rng.u8(..3) == 0);
        let site = self.server.machine.site();
        self.server.store.keep_snapshot(site, FOLD_VERSION + other);
    }
}
