//! What cameras of the estate that counts see.

use crate::copy::SiteCopy;
use castellan_domain::alarm::{Linked, linked};
use castellan_domain::estate::{Estate, Sights};
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

thread_local! {
    static SIGHTS: RefCell<Option<(Arc<Estate>, Rc<Sights>)>> = const { RefCell::new(None) };
}

/// Made once for each estate document.
pub fn sights_of(estate: &Arc<Estate>) -> Rc<Sights> {
    SIGHTS.with_borrow_mut(|kept| match kept {
        Some((of, sights)) if Arc::ptr_eq(of, estate) => sights.clone(),
        _ => {
            let sights = Rc::new(Sights::of(estate));
            *kept = Some((estate.clone(), sights.clone()));
            sights
        }
    })
}

/// The pictures that belong to an alarm.
pub fn linked_to(copy: &'static SiteCopy, alarm: AlarmId) -> Vec<Linked> {
    let known = copy.estate.get().zip(copy.alarm(alarm));
    known.map_or_else(Vec::new, |(estate, alarm)| {
        linked(&sights_of(&estate), &estate, &alarm)
    })
}
