//! Who of those that were sent for an alarm is seen on their way, and by which camera.

use super::follow::{Follow, Seeing};
use super::sights::sights_of;
use crate::ages::FADING_AFTER;
use crate::copy::SiteCopy;
use crate::silent::silent;
use castellan_domain::dispatch::{Assignment, Stage};
use castellan_domain::estate::{Place, WATCHED_PX_PER_M};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::{AlarmId, DeviceId, PersonId};
use leptos::prelude::*;

/// A camera, and who is seen there.
pub(super) type Followed = Option<(DeviceId, PersonId)>;

/// The camera that shows the first of those who are on their way. It is asked again where they move, and lets go of
/// them once their position is old.
pub(super) fn followed(copy: &'static SiteCopy, alarm: AlarmId) -> Memo<Followed> {
    let guard = Memo::new(move |_| {
        copy.matters(|_| ());
        copy.all(&copy.changes.assignments, |view| {
            let incident = view.alarms.get(&alarm)?.incident?;
            let goes = |one: &&Assignment| {
                one.incident == incident && matches!(one.stage, Stage::Accepted | Stage::OnTheWay)
            };
            Some(view.assignments.values().find(goes)?.person.clone())
        })
    });
    let at = Memo::new(move |_| {
        let tracked = copy.tracked(&guard.get()?)?;
        let now = copy.shown_at();
        let is_fresh = !now.stands_still && now.at.since(tracked.received_at) < FADING_AFTER;
        is_fresh.then_some(tracked.offset)
    });
    let seeing = Memo::new(move |_| {
        let (at, estate) = (at.get()?, copy.estate.get()?);
        let at = Anchor::new(estate.anchor).position(at).ok()?;
        let silent = copy.alarms(silent);
        let sights = sights_of(&estate).cameras_for(&estate, &outdoors(at));
        let seeing = sights.into_iter().filter_map(|sight| {
            let pixels = sight
                .pixels_per_m
                .filter(|pixels| *pixels >= WATCHED_PX_PER_M)?;
            Some((sight.camera.id.clone(), pixels))
        });
        Some(
            seeing
                .filter(|(camera, _)| !silent.contains(camera))
                .collect::<Vec<Seeing>>(),
        )
    });
    let follow = Memo::new(move |before: Option<&(Option<PersonId>, Follow)>| {
        let guard = guard.get();
        // Another guard begins anew.
        let before = before
            .filter(|(of, _)| *of == guard)
            .map(|(_, follow)| follow.clone());
        let seeing = seeing.get().unwrap_or_default();
        (guard, before.unwrap_or_default().step(&seeing, copy.now()))
    });
    Memo::new(move |_| {
        follow.with(|(guard, follow)| Some((follow.camera()?.clone(), guard.clone()?)))
    })
}

/// A phone says no floor.
const fn outdoors(at: LonLat) -> Place {
    Place {
        building: None,
        floor: None,
        spot: None,
        at,
    }
}
