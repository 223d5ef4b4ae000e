//! What facts about the estate document change.

use super::fact::EstateFact;
use crate::view::{Touched, View};

pub(crate) fn fold(view: &mut View, fact: &EstateFact, touched: &mut Touched) {
    let EstateFact::Published(body) = fact;
    view.estate = Some(body.hash.clone());
    touched.estate = true;
}
