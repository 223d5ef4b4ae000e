//! What facts about notifications change. What became of a call is the ladder's.

use super::fact::NotificationFact;
use super::state::Reach;
use crate::view::{Touched, View, put, remove};

pub(crate) fn fold(view: &mut View, fact: &NotificationFact, touched: &mut Touched) {
    let NotificationFact::Reach(body) = fact else {
        return;
    };
    let known = view.reach.keys();
    let gone = known.filter(|person| body.people.get(*person).is_none_or(Vec::is_empty));
    for person in gone.cloned().collect::<Vec<_>>() {
        remove(&mut view.reach, person, &mut touched.reach);
    }
    for (person, channels) in &body.people {
        let channels = channels.clone();
        let before = view.reach.get(person).map(|reach| &reach.channels);
        if !channels.is_empty() && before != Some(&channels) {
            put(
                &mut view.reach,
                person,
                Reach { channels },
                &mut touched.reach,
            );
        }
    }
}
