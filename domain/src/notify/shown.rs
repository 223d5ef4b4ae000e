//! Who may see who is reached how.

use super::state::Reach;
use crate::audience::Audience;
use crate::ids::PersonId;
use crate::view::Shown;

impl Shown<PersonId> for Reach {
    fn seen_by(&self, _id: &PersonId, audience: &Audience) -> Option<Self> {
        audience.sees_persons().then(|| self.clone())
    }
}
