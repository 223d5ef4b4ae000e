//! What the estate of the nights says of its types.

use super::Model;
use castellan_domain::estate::Estate;

/// A type.
#[derive(Debug, PartialEq)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) family: &'static str,
    pub(crate) tier: u8,
    pub(crate) priority: u8,
    /// Seconds until an unclaimed one is overdue; the end of the shift where there are none.
    pub(super) claim_s: Option<i64>,
    /// Seconds for which it is believed without being said again.
    pub(super) active_s: Option<u32>,
    /// A false verdict says how it was established.
    pub(super) verify: bool,
    /// Seconds from the claim until somebody has to be sent, if it says so.
    pub(super) send_s: Option<u32>,
}

const fn kind(
    name: &'static str,
    family: &'static str,
    (tier, priority): (u8, u8),
    (claim_s, send_s): (Option<i64>, Option<u32>),
    active_s: Option<u32>,
) -> Kind {
    Kind {
        name,
        family,
        tier,
        priority,
        claim_s,
        active_s,
        verify: priority == 1 && tier == 0,
        send_s,
    }
}

/// The types, by their place in this list.
pub(crate) const KINDS: [Kind; 5] = [
    kind("gas_low", "gas", (1, 2), (Some(60), Some(90)), Some(2_000)),
    kind("gas_high", "gas", (2, 1), (Some(30), Some(60)), None),
    kind(
        "door_held",
        "door_held",
        (0, 3),
        (Some(90), None),
        Some(300),
    ),
    kind("panic", "panic", (0, 1), (Some(30), Some(40)), None),
    kind("battery_low", "battery_low", (0, 4), (None, None), None),
];

/// The estate of the tests with what these types say beside it.
pub(crate) fn estate() -> Estate {
    let mut estate = crate::common::estate();
    for kind in &KINDS {
        let mut types = estate.alarm_types.iter_mut();
        let of_estate = types.find(|one| one.id.as_str() == kind.name);
        let of_estate = of_estate.expect("a type of the estate");
        of_estate.active_s_max = kind.active_s;
        of_estate.verify = kind.verify;
        of_estate.dispatch_s_max = kind.send_s;
    }
    estate
}

impl Model {
    pub(super) fn claim_by(&self, kind: &Kind) -> i64 {
        kind.claim_s
            .map_or(self.shift_end(), |wait| self.now + wait)
    }

    /// By when something has to be done about what was taken or seen now.
    pub(super) fn act_by(&self, kind: &Kind) -> i64 {
        match kind.priority {
            1 => self.now + 60,
            2 => self.now + 180,
            3 => self.now + 900,
            _ => self.shift_end(),
        }
    }
}
