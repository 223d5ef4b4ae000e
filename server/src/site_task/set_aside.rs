//! Inputs that broke the engine: kept for people, and known again when they come once more.

use castellan_domain::engine::Input;
use castellan_domain::observation::Observation;
use castellan_domain::stream::RepeatKey;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::SetAside;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Inputs kept; the oldest give way.
const SET_ASIDE_MAX: usize = 100;
/// Characters kept of an input.
const DETAIL_CHARS_MAX: usize = 1_000;

/// The inputs that were set aside since the server started.
#[derive(Debug, Default)]
pub(crate) struct SetAsides {
    /// At most [`SET_ASIDE_MAX`].
    list: Mutex<VecDeque<(Option<RepeatKey>, SetAside)>>,
}

impl SetAsides {
    fn list(&self) -> MutexGuard<'_, VecDeque<(Option<RepeatKey>, SetAside)>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an input.
    pub(crate) fn keep(&self, input: &Input, why: String, at: Timestamp) {
        let entry = SetAside {
            at,
            input: input.name(),
            detail: detail(input),
            why,
        };
        let mut list = self.list();
        if list.len() >= SET_ASIDE_MAX {
            list.pop_back();
        }
        list.push_front((RepeatKey::of(input), entry));
    }

    /// Whether this very input was set aside before: it must not cost another rebuild.
    pub(crate) fn knows(&self, key: &RepeatKey) -> bool {
        self.list()
            .iter()
            .any(|(kept, _)| kept.as_ref() == Some(key))
    }

    /// What is shown under health, newest first.
    pub(crate) fn report(&self) -> Vec<SetAside> {
        self.list().iter().map(|(_, entry)| entry.clone()).collect()
    }
}

/// The input as a developer reads it. Inputs hold no words of people; where a guard was is left
/// out.
fn detail(input: &Input) -> String {
    let text = match input {
        Input::Observed(Observation::PhoneFix(fix)) => format!(
            "PhoneFix {{ occurred_at: {:?}, received_at: {:?}, accuracy_dm: {:?}, battery_percent: {:?}, .. }}",
            fix.occurred_at, fix.received_at, fix.accuracy_dm, fix.battery_percent
        ),
        Input::Observed(Observation::Call(call)) => format!(
            "Call {{ kind: {:?}, claimed_at: {:?}, received_at: {:?}, drill: {:?}, .. }}",
            call.kind, call.claimed_at, call.received_at, call.drill
        ),
        Input::EstateLoaded { hash, .. } => format!("EstateLoaded {{ hash: {hash}, .. }}"),
        other => format!("{other:?}"),
    };
    text.chars().take(DETAIL_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::geo::LonLat;
    use castellan_domain::ids::PhoneId;
    use castellan_domain::observation::PhoneFix;

    #[test]
    fn where_a_guard_was_is_not_shown_and_the_list_is_bounded() {
        let asides = SetAsides::default();
        let fix = |second| {
            Input::Observed(Observation::PhoneFix(PhoneFix {
                phone: PhoneId::new("phone-7").unwrap(),
                occurred_at: Timestamp::from_secs(second),
                received_at: Timestamp::from_secs(second),
                at: LonLat::new(120.5, 30.25).unwrap(),
                accuracy_dm: None,
                battery_percent: None,
            }))
        };
        for second in 0..300 {
            asides.keep(&fix(second), "why".to_owned(), Timestamp::from_secs(second));
        }
        let report = asides.report();
        assert_eq!(report.len(), SET_ASIDE_MAX);
        assert_eq!(report[0].at, Timestamp::from_secs(299));
        assert!(!report[0].detail.contains("30.25"), "{}", report[0].detail);
        assert!(
            !asides.knows(&RepeatKey::Command(castellan_domain::ids::CommandId(
                uuid::Uuid::nil()
            )))
        );
    }
}
