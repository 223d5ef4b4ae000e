//! What facts about zones change.

use super::fact::ZoneFact;
use super::state::ZoneState;
use crate::subject::Stamp;
use crate::view::{Touched, View, put};

pub(crate) fn fold(view: &mut View, fact: &ZoneFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    let (zone, armed, by) = match fact {
        ZoneFact::Armed(body) => (&body.zone, true, &body.by),
        ZoneFact::Disarmed(body) => (&body.zone, false, &body.by),
    };
    let state = ZoneState {
        armed,
        since: stamp.at,
        by: by.clone(),
    };
    put(&mut view.zones, zone, state, &mut touched.zones);
}
