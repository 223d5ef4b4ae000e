//! Who may see zones.

use super::state::ZoneState;
use crate::audience::Audience;
use crate::ids::ZoneId;
use crate::view::Shown;

impl Shown<ZoneId> for ZoneState {
    fn seen_by(&self, _id: &ZoneId, audience: &Audience) -> Option<Self> {
        audience.sees_security().then(|| self.clone())
    }
}
