//! Who may see which ladders.

use super::state::LadderRun;
use crate::audience::Audience;
use crate::matter::Matter;
use crate::view::Shown;

impl Shown<Matter> for LadderRun {
    fn seen_by(&self, _id: &Matter, audience: &Audience) -> Option<Self> {
        let sees = audience.sees_persons() && (audience.sees_duress() || !self.discreet);
        sees.then(|| self.clone())
    }
}
