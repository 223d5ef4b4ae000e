//! Who has left the estate is not watched any more: what rules found about them ends, since nobody
//! would ever end it. What they reported themselves stays as they said it.

use super::context::Context;
use super::{area_breach, device_silent, door_forced, guard_silent};
use crate::alarm::{Condition, Source};
use crate::fact::{AlarmCleared, FactBody, FactDraft};
use crate::site::DOOR_HELD;

const RULE: &str = "left_estate@1";
/// What rules find, by family.
const FOUND: [&str; 5] = [
    area_breach::TYPE,
    device_silent::TYPE,
    door_forced::TYPE,
    DOOR_HELD,
    guard_silent::TYPE,
];

/// The facts that end what was found about those who are not in the estate that counts now.
pub(crate) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let open = context.site.control().open();
    let rows = open.filter_map(|id| context.view().alarms.get(&id));
    let ends = rows.flat_map(|row| {
        let own = (&row.source, &row.family, row.condition);
        let joined = row.joined.iter();
        let joined = joined.map(|joined| (&joined.source, &joined.family, joined.condition));
        std::iter::once(own)
            .chain(joined)
            .filter(|(_, family, _)| FOUND.contains(&family.as_str()))
            .filter(|(source, _, condition)| is_lost(context, source, *condition))
            .map(|(source, _, _)| {
                let cleared = AlarmCleared {
                    alarm: row.id,
                    source: Some(source.clone()).filter(|source| *source != row.source),
                };
                context.by_rule(RULE, Some(row), FactBody::AlarmCleared(cleared))
            })
    });
    ends.collect()
}

fn is_lost(context: &Context<'_>, source: &Source, condition: Condition) -> bool {
    let is_known = match source {
        Source::Device(device) => context.estate.device(device).is_some(),
        Source::Person(person) => context.estate.estate.person(person).is_some(),
        Source::System => true,
    };
    condition.is_active() && !is_known
}
