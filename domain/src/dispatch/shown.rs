//! Who may see assignments. Each is about a person.

use super::state::Assignment;
use crate::audience::Audience;
use crate::ids::AssignmentId;
use crate::subject::History;
use crate::view::Shown;

impl Shown<AssignmentId> for Assignment {
    fn seen_by(&self, _id: &AssignmentId, audience: &Audience) -> Option<Self> {
        // Who is on the way to a silent call for help would tell that there is one.
        if !audience.sees_persons() || !audience.sees_duress() && self.discreet {
            return None;
        }
        let mut shown = self.clone();
        if !audience.gets_facts() {
            shown.history = History::default();
        }
        Some(shown)
    }
}
