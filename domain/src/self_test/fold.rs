//! What facts about self-tests change.

use super::fact::SelfTestFact;
use super::state::{Ended, SelfTest};
use crate::subject::Stamp;
use crate::view::{Touched, View};

pub(crate) fn fold(view: &mut View, fact: &SelfTestFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    let before = view.self_test;
    view.self_test = Some(match fact {
        SelfTestFact::Began(_) => SelfTest {
            began_at: stamp.at,
            ended: before.and_then(|before| before.ended),
        },
        SelfTestFact::Ended(body) => SelfTest {
            began_at: before.map_or(stamp.at, |before| before.began_at),
            ended: Some(Ended {
                at: stamp.at,
                walls: body.walls,
                took_ms: body.took_ms,
                fault: body.fault,
                next_at: body.next_at,
            }),
        },
    });
    touched.self_test = true;
}
