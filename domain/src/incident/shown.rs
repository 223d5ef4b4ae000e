//! Who may see what of an incident.

use super::state::{Incident, Owner, Stage};
use crate::audience::{Audience, WITHHELD};
use crate::ids::{IncidentId, PersonId};
use crate::subject::History;
use crate::view::Shown;

impl Shown<IncidentId> for Incident {
    fn seen_by(&self, _id: &IncidentId, audience: &Audience) -> Option<Self> {
        if !audience.sees_duress() && self.discreet {
            return None;
        }
        let mut shown = self.clone();
        if !audience.gets_facts() {
            shown.history = History::default();
        }
        if !audience.sees_persons() {
            withhold_persons(&mut shown);
        }
        Some(shown)
    }
}

/// Takes every person out of an incident. Whoever adds a field to it meets this list.
fn withhold_persons(incident: &mut Incident) {
    let Incident {
        id: _,
        kind: _,
        priority: _,
        discreet: _,
        priority_by,
        place: _,
        drill: _,
        opened_at: _,
        why: _,
        owner,
        stage,
        alarms: _,
        joined_at: _,
        guards: _,
        dispatch_due_at: _,
        undispatched_at: _,
        steps,
        step_wait: _,
        version: _,
        // Facts name whom they are about. Who gets none has none here either.
        history: _,
    } = incident;
    *priority_by = priority_by.as_ref().map(|_| withheld());
    steps.withhold_persons(withheld);
    match owner {
        Owner::Nobody { returned, .. } => {
            if let Some(returned) = returned {
                returned.from = returned.from.as_ref().map(|_| withheld());
            }
        }
        Owner::Person { by, .. } => *by = withheld(),
    }
    match stage {
        Stage::Closed { by, .. } | Stage::Merged { by, .. } => *by = withheld(),
        Stage::Open | Stage::Dispatched | Stage::Handling | Stage::Contained | Stage::Resolved => {}
    }
}

fn withheld() -> PersonId {
    PersonId::constant(WITHHELD)
}
