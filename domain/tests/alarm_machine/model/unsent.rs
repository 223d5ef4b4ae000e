//! What somebody took, and has to send somebody for.

use super::{Kind, Model, Owner, Row};

impl Row {
    /// Nobody has to be sent for it.
    pub(super) fn need_nobody(&mut self) {
        if let Owner::Somebody { send, unsent, .. } = &mut self.owner {
            (*send, *unsent) = (None, None);
        }
    }
}

impl Model {
    /// By when somebody has to be sent for what somebody takes now.
    pub(super) fn send_by(&self, kind: &Kind) -> Option<i64> {
        Some(self.now + i64::from(kind.send_s?))
    }

    /// Whoever took it sent nobody in time.
    pub(super) fn tell_unsent(&mut self, row: usize) {
        let now = self.now;
        if let Owner::Somebody { send, unsent, .. } = &mut self.rows[row].owner {
            (*send, *unsent) = (None, Some(now));
        }
        self.facts += 1;
    }
}
