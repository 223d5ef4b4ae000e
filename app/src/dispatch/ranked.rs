//! Who could be sent, by what this page knows now.

use super::errands::{Errand, Errands};
use super::model::candidates;
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Offer};
use crate::names::sign_and_name;
use castellan_domain::dispatch::rank::Candidate;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::estate::{Estate, Ways};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::{AlarmId, AssignmentId, PersonId};
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// The ways of the estate that counts: made once, asked with each second.
    static WAYS: RefCell<Option<(Arc<Estate>, Arc<Ways>)>> = const { RefCell::new(None) };
    /// The ways of those who were sent, in the estate that counts.
    static ERRANDS: RefCell<(Option<Arc<Estate>>, Errands)> = RefCell::default();
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
    let ways = ways_of(&estate);
    let ranked = copy.known(|known| {
        let alarm = known.view.alarms.get(&alarm)?;
        let at = last_place(copy, &estate);
        let at = |person: &PersonId| Some(at(person)?.0);
        Some(candidates(known, &ways, alarm, at))
    });
    ranked.flatten().unwrap_or_default()
}

/// What everybody is about who was sent. It does not track.
pub fn errands(copy: &'static SiteCopy) -> Vec<Errand> {
    let Some(estate) = copy.estate.get_untracked() else {
        return Vec::new();
    };
    let ways = ways_of(&estate);
    let at = last_place(copy, &estate);
    ERRANDS.with_borrow_mut(|(of, errands)| {
        if !of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &estate)) {
            errands.forget();
            *of = Some(estate.clone());
        }
        let look = |known: &Known<'_>| errands.look(known, &ways, at);
        copy.known(look).unwrap_or_default()
    })
}

/// What somebody is about by one assignment. It does not track.
pub fn errand(copy: &'static SiteCopy, assignment: AssignmentId) -> Option<Errand> {
    let mut all = errands(copy).into_iter();
    all.find(|errand| errand.assignment == assignment)
}

/// Where somebody was last, and when that was heard.
fn last_place(
    copy: &'static SiteCopy,
    estate: &Estate,
) -> impl Fn(&PersonId) -> Option<(LonLat, Timestamp)> + use<> {
    let anchor = Anchor::new(estate.anchor);
    move |person| {
        let tracked = copy.with(|replica| replica.tracked().get(person).copied())?;
        Some((anchor.position(tracked.offset).ok()?, tracked.received_at))
    }
}

/// Somebody is asked to go. As long as it is fresh, one key calls them back.
pub fn send(copy: &'static SiteCopy, desk: &'static Desk, alarm: AlarmId, person: PersonId) {
    let matter = Matter::Alarm(alarm);
    let of = person.clone();
    let command = DispatchCommand::Dispatch { matter, person };
    desk.send_and_offer_what(command, move || {
        copy.known(|known| recalled(known, alarm, &of)).flatten()
    });
}

/// What calls somebody back who was just asked to go.
fn recalled(known: &Known<'_>, alarm: AlarmId, person: &PersonId) -> Option<Offer> {
    let incident = known.open_incident_of(known.view.alarms.get(&alarm)?)?;
    let mut sent = known.assignments_of(incident.id);
    let sent = sent.find(|one| one.person == *person && one.is_live())?;
    let assignment = sent.id;
    let back = DispatchCommand::Recall { assignment };
    Some(Offer::new(texts::RECALL, Some(back.into()), |language| {
        let name = sign_and_name(known, person, language);
        texts::SENT_FOLLOWS.fill(language, &[&name])
    }))
}
