//! What is put together or apart by hand, and the command that takes it back.

use super::texts;
use crate::desk::Offer;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::IncidentCommand;
use castellan_domain::view::Known;

/// What follows from a command, and the way back, asked before it is sent. Nothing where there is no way back, or where
/// it is known only afterwards.
pub fn offer(known: &Known<'_>, command: &IncidentCommand) -> Option<Offer> {
    let (words, parts, back) = match command {
        IncidentCommand::Join { incident, alarm } => (
            texts::JOINED,
            [alarm.to_string(), incident.to_string()],
            IncidentCommand::Leave {
                incident: *incident,
                alarm: *alarm,
            },
        ),
        IncidentCommand::Leave { incident, alarm } => (
            texts::TAKEN_OUT,
            [alarm.to_string(), incident.to_string()],
            IncidentCommand::Join {
                incident: *incident,
                alarm: *alarm,
            },
        ),
        IncidentCommand::Merge { incident, into } => (
            texts::MERGED_NOW,
            [incident.to_string(), into.to_string()],
            IncidentCommand::Split {
                incident: *into,
                alarms: known.view.incidents.get(incident)?.alarms.clone(),
            },
        ),
        IncidentCommand::SetPriority { incident, priority } => (
            texts::PRIORITY_SET,
            [incident.to_string(), u8::from(*priority).to_string()],
            IncidentCommand::SetPriority {
                incident: *incident,
                priority: known.view.incidents.get(incident)?.priority,
            },
        ),
        IncidentCommand::Claim { .. }
        | IncidentCommand::Transfer { .. }
        | IncidentCommand::Release { .. }
        | IncidentCommand::Move { .. }
        | IncidentCommand::Split { .. }
        | IncidentCommand::TakeStep { .. }
        | IncidentCommand::SkipStep { .. }
        | IncidentCommand::UndoStep { .. } => return None,
    };
    let [first, second] = parts;
    Some(Offer::new(texts::BACK, Some(back.into()), |language| {
        words.fill(language, &[&first, &second])
    }))
}

/// The way back of a split, once the incident is there that it made.
pub fn offer_of_split(known: &Known<'_>, from: IncidentId, alarms: &[AlarmId]) -> Option<Offer> {
    let row = known.view.alarms.get(alarms.first()?)?;
    let incident = known.open_incident_of(row)?.id;
    if incident == from {
        return None;
    }
    let back = IncidentCommand::Merge {
        incident,
        into: from,
    };
    Some(Offer::new(texts::BACK, Some(back.into()), |language| {
        texts::SPLIT_OFF.fill(language, &[&incident.to_string(), &from.to_string()])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{claimed, incident_of, known, raised, view};
    use castellan_domain::estate::Priority;
    use castellan_domain::text::Language;
    use castellan_domain::view::View;
    use castellan_domain::wire::api::WireCommand;

    const FIRST: IncidentId = IncidentId(1);
    const SECOND: IncidentId = IncidentId(2);

    /// The first incident has the alarms 1 and 3, the second one the alarm 2.
    fn two() -> View {
        let mut view = view([1, 2, 3].map(|number| claimed(raised(number, 2))));
        for (number, of) in [(1, FIRST), (2, SECOND), (3, FIRST)] {
            let alarm = view.alarms.get_mut(&AlarmId(number)).expect("it is there");
            alarm.incident = Some(of);
            let made = incident_of(alarm);
            let incident = view.incidents.entry(of).or_insert(made);
            if !incident.alarms.contains(&AlarmId(number)) {
                incident.alarms.push(AlarmId(number));
            }
        }
        view
    }

    #[test]
    fn what_was_put_together_or_apart_has_its_way_back() {
        let (incident, into, alarm) = (FIRST, SECOND, AlarmId(3));
        let join = IncidentCommand::Join { incident, alarm };
        let leave = IncidentCommand::Leave { incident, alarm };
        let merge = IncidentCommand::Merge { incident, into };
        let apart = IncidentCommand::Split {
            incident: SECOND,
            alarms: vec![AlarmId(1), AlarmId(3)],
        };
        let set = |priority| IncidentCommand::SetPriority { incident, priority };
        let view = two();
        for (command, back) in [
            (join.clone(), leave.clone()),
            (leave, join),
            (merge, apart),
            (set(Priority::P1), set(Priority::P2)),
        ] {
            let offer = known(&view, |known| offer(known, &command));
            let inverse = offer.expect("there is a way back").inverse;
            assert_eq!(inverse, Some(WireCommand::from(back)), "{command:?}");
        }
        let release = IncidentCommand::Release { incident };
        assert_eq!(known(&view, |known| offer(known, &release)), None);
    }

    #[test]
    fn a_split_has_its_way_back_once_the_new_incident_has_its_number() {
        let mut view = two();
        let alarms = [AlarmId(3)];
        let before = known(&view, |known| offer_of_split(known, FIRST, &alarms));
        assert_eq!(before, None);
        let row = view.alarms.get_mut(&AlarmId(3)).expect("it is there");
        row.incident = Some(IncidentId(9));
        let mut new = incident_of(row);
        new.id = IncidentId(9);
        view.incidents.insert(new.id, new);
        let after = known(&view, |known| offer_of_split(known, FIRST, &alarms));
        let after = after.expect("it is there");
        assert_eq!(after.follows(Language::Zh), "已从 I-1 拆出 I-9。");
        let (incident, into) = (IncidentId(9), FIRST);
        let back = IncidentCommand::Merge { incident, into };
        assert_eq!(after.inverse, Some(WireCommand::from(back)));
    }
}
