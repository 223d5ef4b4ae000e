//! Which devices nobody hears.

use castellan_domain::ids::DeviceId;
use castellan_domain::rules::upstream::SILENCES;
use castellan_domain::view::View;
use std::collections::BTreeSet;

/// The devices of which an open alarm says that nothing is heard of them.
pub fn silent(view: &View) -> BTreeSet<DeviceId> {
    let open = view.alarms.values().filter(|alarm| !alarm.is_closed());
    let sources = open.flat_map(|alarm| {
        let joined = alarm.joined.iter();
        let joined = joined.map(|one| (&one.source, &one.family, one.condition));
        joined.chain([(&alarm.source, &alarm.family, alarm.condition)])
    });
    sources
        .filter(|(_, family, condition)| {
            condition.is_active() && SILENCES.contains(&family.as_str())
        })
        .filter_map(|(source, ..)| source.device().cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, device, joined, kind, raised, view};
    use castellan_domain::alarm::Condition;

    #[test]
    fn a_device_is_silent_while_an_alarm_says_so_and_what_joined_it_too() {
        let mut down = joined(raised(1, 4), device("d2"));
        assert!(
            silent(&view([down.clone()])).is_empty(),
            "it only smells of gas"
        );
        down.family = kind("device_silent");
        for one in &mut down.joined {
            one.family = kind("camera_down");
        }
        let ids = |view: &View| {
            silent(view)
                .into_iter()
                .map(|id| id.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&view([down.clone()])), ["d1", "d2"]);
        down.condition = Condition::Cleared { at: START };
        assert_eq!(ids(&view([down])), ["d2"]);
    }
}
