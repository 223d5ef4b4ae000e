//! Settlements of orders and of calls in made-up histories, so that they fit.

use castellan_domain::actuation::ActuationFact;
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::ladder::LadderFact;
use castellan_domain::notify::NotificationFact;
use std::collections::BTreeMap;

/// A settlement is about the last intent of its device or the last call about its matter, where there
/// is one.
pub(crate) fn settle_what_was_intended(history: &mut [Fact]) {
    let mut intents = BTreeMap::new();
    let mut calls = BTreeMap::new();
    for fact in history {
        match &mut fact.body {
            FactBody::Actuation(ActuationFact::Intended(body)) if !fact.drill => {
                intents.insert(body.device.clone(), fact.seq);
            }
            FactBody::Actuation(ActuationFact::Settled(body)) => {
                body.about = intents.get(&body.device).copied().unwrap_or(body.about);
            }
            FactBody::Ladder(LadderFact::Called(body)) => {
                calls.insert(body.about, fact.seq);
            }
            FactBody::Notification(NotificationFact::Failing(body)) => {
                body.about = calls.get(&body.matter).copied().unwrap_or(body.about);
            }
            FactBody::Notification(NotificationFact::Settled(body)) => {
                body.about = calls.get(&body.matter).copied().unwrap_or(body.about);
            }
            _ => {}
        }
    }
}
