//! Who has left the estate is not watched any more: what rules found about them ends, since nobody
//! would ever end it. What they reported themselves stays as they said it.

use super::seen::kinds;
use super::{area_breach, device_silent, door_forced, guard_silent};
use crate::alarm::{AlarmFact, Existing, Source};
use crate::door::DOOR_HELD;
use crate::fact::{AlarmCleared, FactBody, FactDraft};
use crate::site::Context;

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
    let open = context.site.control().alarms.open();
    let rows = open.filter_map(|id| context.view().alarms.get(&id));
    let ends = rows.flat_map(|row| {
        let joined = row.joined.iter();
        let joined = joined.map(|joined| (&joined.source, &joined.exists));
        std::iter::once((&row.source, &row.exists))
            .chain(joined)
            .filter(|(source, _)| is_lost(context, source))
            .map(|(source, exists)| (source, kinds(exists.iter().filter(|one| is_found(one)))))
            .filter(|(_, ended)| !ended.is_empty())
            .map(|(source, ended)| {
                let cleared = AlarmCleared {
                    alarm: row.id,
                    source: Some(source.clone()).filter(|source| *source != row.source),
                    ended,
                };
                context.by_rule(
                    RULE,
                    Some(row),
                    FactBody::Alarm(AlarmFact::Cleared(cleared)),
                )
            })
    });
    ends.collect()
}

fn is_found(one: &Existing) -> bool {
    FOUND.contains(&one.family.as_str()) || FOUND.contains(&one.kind.as_str())
}

fn is_lost(context: &Context<'_>, source: &Source) -> bool {
    match source {
        Source::Device(device) => context.estate.device(device).is_none(),
        Source::Person(person) => context.estate.estate.person(person).is_none(),
        Source::Registration(_) | Source::System => false,
    }
}
