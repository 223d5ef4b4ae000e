//! What an incident makes of its alarms. While it is open, its owner owns them, and its deadlines replace
//! their follow-ups.

use super::state::{Alarm, Ownership, Returned};
use crate::ids::{IncidentId, PersonId};
use crate::subject::Stamp;
use crate::time::Timestamp;

impl Alarm {
    /// It is part of an incident.
    pub(crate) fn enter_incident(mut self, incident: IncidentId, stamp: &Stamp<'_>) -> Self {
        self.incident = Some(incident);
        self.taken_out = false;
        self.version = stamp.seq;
        self
    }

    /// It is on its own again.
    pub(crate) fn leave_incident(mut self, stamp: &Stamp<'_>) -> Self {
        self.incident = None;
        self.taken_out = false;
        self.version = stamp.seq;
        self
    }

    /// Somebody took it out: whoever has it does something about it by then, and sends somebody by
    /// `send_due_at`.
    pub(crate) fn taken_out(
        self,
        due_at: Timestamp,
        send_due_at: Option<Timestamp>,
        stamp: &Stamp<'_>,
    ) -> Self {
        let mut alone = self.leave_incident(stamp);
        alone.taken_out = true;
        if let Ownership::Claimed {
            follow_up_due_at,
            dispatch_due_at,
            ..
        } = &mut alone.ownership
        {
            (*follow_up_due_at, *dispatch_due_at) = (Some(due_at), send_due_at);
        }
        alone
    }

    /// Its incident's owner has it. What has its verdict keeps whoever had it.
    pub(crate) fn owned_through_incident(mut self, by: &PersonId, stamp: &Stamp<'_>) -> Self {
        if self.is_judged() {
            return self;
        }
        let is_theirs = self.owner() == Some(by);
        let at = match &self.ownership {
            Ownership::Claimed { at, .. } if is_theirs => *at,
            Ownership::Claimed { .. } | Ownership::Unclaimed { .. } => stamp.at,
        };
        self.ownership = Ownership::Claimed {
            by: by.clone(),
            at,
            follow_up_due_at: None,
            absent_due_at: None,
            dispatch_due_at: None,
            undispatched_at: None,
        };
        self.acknowledged = None;
        self.shelf = None;
        self.version = stamp.seq;
        self
    }

    /// Nobody has its incident. What nobody has had keeps its own deadline.
    pub(crate) fn given_back(
        mut self,
        due_at: Timestamp,
        returned: Option<Returned>,
        stamp: &Stamp<'_>,
    ) -> Self {
        if self.is_judged() || self.owner().is_none() {
            return self;
        }
        self.ownership = Ownership::Unclaimed {
            since: stamp.at,
            due_at,
            times_overdue: 0,
            late_s: 0,
            returned,
        };
        self.acknowledged = None;
        self.unmute(stamp.at);
        self.version = stamp.seq;
        self
    }
}
