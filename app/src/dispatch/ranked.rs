//! Who could be sent, by what this page knows now.

use super::model::candidates;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::dispatch::rank::Candidate;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::estate::{Estate, Ways};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::{AlarmId, AssignmentId, PersonId};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

thread_local! {
    /// The ways of the estate that counts: made once, asked with each second.
    static WAYS: RefCell<Option<(Arc<Estate>, Arc<Ways>)>> = const { RefCell::new(None) };
}

fn ways_of(estate: &Arc<Estate>) -> Arc<Ways> {
    WAYS.with_borrow_mut(|kept| match kept {
        Some((of, ways)) if Arc::ptr_eq(of, estate) => ways.clone(),
        _ => {
            let ways = Arc::new(Ways::new(estate));
            *kept = Some((estate.clone(), ways.clone()));
            ways
        }
    })
}

/// Who could be sent for an alarm, the first to ask first. It does not track.
pub fn ranked(copy: &'static SiteCopy, alarm: AlarmId) -> Vec<Candidate> {
    let Some(estate) = copy.estate.get_untracked() else {
        return Vec::new();
    };
    let anchor = Anchor::new(estate.anchor);
    let places: BTreeMap<PersonId, LonLat> = copy.with(|replica| {
        let tracked = replica.tracked().iter();
        tracked
            .filter_map(|(person, at)| Some((person.clone(), anchor.position(at.offset).ok()?)))
            .collect()
    });
    let ways = ways_of(&estate);
    let ranked = copy.known(|known| {
        let alarm = known.view.alarms.get(&alarm)?;
        Some(candidates(known, &ways, alarm, |person| {
            places.get(person).copied()
        }))
    });
    ranked.flatten().unwrap_or_default()
}

/// Somebody is asked to go.
pub fn send(desk: &'static Desk, alarm: AlarmId, person: PersonId) {
    let matter = Matter::Alarm(alarm);
    desk.send(DispatchCommand::Dispatch { matter, person });
}

/// The offer of an alarm's incident that waits for its answer, the oldest first.
pub fn waiting(copy: &'static SiteCopy, alarm: AlarmId) -> Option<AssignmentId> {
    let waiting = copy.known(|known| {
        let incident = known.open_incident_of(known.view.alarms.get(&alarm)?)?;
        let mut all = known.assignments_of(incident.id);
        let offered = all.find(|one| one.is_live() && !one.is_accepted())?;
        Some(offered.id)
    });
    waiting.flatten()
}
