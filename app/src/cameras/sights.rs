//! What cameras of the estate that counts see.

use castellan_domain::estate::{Estate, Sights};
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
