//! What a device should say again and does not.

use super::people::noticed_late;
use super::{KINDS, Model, Owner, Row, Wait};
use castellan_domain::alarm::{ReturnedBy, Verdict};

impl Row {
    /// By when its device has to say something again.
    fn heard_by(&self) -> Option<i64> {
        if self.unheard.is_some() {
            return None;
        }
        let mut longest = None;
        for name in &self.exists {
            let kind = KINDS.iter().find(|kind| kind.name == *name);
            longest = longest.max(Some(kind.expect("a type").active_s?));
        }
        longest.map(|seconds| self.heard + i64::from(seconds))
    }

    pub(super) fn or_unheard(&self, waits: Option<(i64, Wait)>) -> Option<(i64, Wait)> {
        match (waits, self.heard_by()) {
            (Some((at, _)), Some(by)) if by < at => Some((by, Wait::Unheard)),
            (None, Some(by)) => Some((by, Wait::Unheard)),
            (waits, _) => waits,
        }
    }

    /// People see it again, and with it that nothing was heard of it.
    pub(super) fn leave_shelf(&mut self, now: i64) {
        if self.shelf.take().is_some()
            && let Some(by) = self.heard_by().filter(|by| *by <= now)
        {
            self.unheard = Some((now, by - self.heard));
        }
    }
}

impl Model {
    /// It comes before people once, but for what they called false already.
    pub(super) fn tell_unheard(&mut self, at: usize, due: i64) {
        let late = noticed_late(due, self.now);
        let row = &mut self.rows[at];
        row.unheard = Some((self.now, due - row.heard));
        let judged = row.judged.as_ref();
        let is_false = judged.is_some_and(|judged| judged.verdict != Verdict::Genuine);
        if is_false {
            row.exists.clear();
        }
        let waits = judged.is_none() && row.seen.is_none();
        let is_nobodys = matches!(row.owner, Owner::Nobody { .. });
        self.record(at);
        match (is_false, waits && is_nobodys) {
            (true, _) => {}
            (false, true) => self.ring(at, late),
            (false, false) => self.give_back(at, ReturnedBy::Unheard, late),
        }
    }
}
