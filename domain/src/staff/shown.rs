//! Who may see the staff.

use super::state::PersonState;
use crate::audience::Audience;
use crate::ids::{PersonId, PhoneId};
use crate::view::Shown;

impl Shown<PersonId> for PersonState {
    fn seen_by(&self, _id: &PersonId, audience: &Audience) -> Option<Self> {
        audience.sees_persons().then(|| self.clone())
    }
}

/// Whose a phone is.
impl Shown<PhoneId> for Option<PersonId> {
    fn seen_by(&self, _id: &PhoneId, audience: &Audience) -> Option<Self> {
        audience.sees_persons().then(|| self.clone())
    }
}
