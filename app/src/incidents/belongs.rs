//! What belongs to an incident, and what somebody could put there by hand.

use castellan_domain::access::Actor;
use castellan_domain::alarm::Alarm;
use castellan_domain::decision::why_not;
use castellan_domain::geo::distance_m;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::{Incident, IncidentCommand};
use castellan_domain::view::Known;

/// Of each kind so many are named; the nearest, which are the likeliest.
pub const NAMED_MAX: usize = 6;

/// What could belong together with an incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Belongs {
    /// Its alarms, in the order in which they came.
    pub alarms: Vec<AlarmId>,
    /// Alarms that could join it, at most [`NAMED_MAX`].
    pub joinable: Vec<AlarmId>,
    /// Incidents of which it could become part, at most [`NAMED_MAX`].
    pub mergeable: Vec<IncidentId>,
    /// Its alarms can be taken out, and its priority set.
    pub is_mine: bool,
}

impl Belongs {
    /// What `actor` sees and can do, by the server's own rules.
    pub fn of(known: &Known<'_>, id: IncidentId, actor: &Actor) -> Option<Self> {
        let incident = known.view.incidents.get(&id)?;
        let can = |command: IncidentCommand| why_not(known, actor, command.into()).is_none();
        let alone = |alarm: &&Alarm| !alarm.is_closed() && known.open_incident_of(alarm).is_none();
        let mut joinable: Vec<&Alarm> = known.view.alarms.values().filter(alone).collect();
        joinable.sort_by_key(|alarm| distance_mm(incident, alarm.place.point()));
        let joinable = joinable.into_iter().map(|alarm| alarm.id);
        let joinable = joinable.filter(|alarm| {
            let (incident, alarm) = (id, *alarm);
            can(IncidentCommand::Join { incident, alarm })
        });
        let mut others: Vec<&Incident> = known
            .view
            .incidents
            .values()
            .filter(|other| other.is_open() && other.id != id)
            .collect();
        others.sort_by_key(|other| distance_mm(incident, other.place.point()));
        let mergeable = others.into_iter().map(|other| other.id);
        let mergeable = mergeable.filter(|into| {
            let (incident, into) = (id, *into);
            can(IncidentCommand::Merge { incident, into })
        });
        let is_owner = incident.owner() == Some(&actor.person);
        let may_lead = actor
            .rights
            .contains(castellan_domain::access::Right::LeadShift);
        Some(Self {
            alarms: incident.alarms.clone(),
            joinable: joinable.take(NAMED_MAX).collect(),
            mergeable: mergeable.take(NAMED_MAX).collect(),
            is_mine: incident.is_open() && (is_owner || may_lead),
        })
    }
}

/// How far something is from an incident; what is nowhere comes last.
fn distance_mm(incident: &Incident, at: Option<castellan_domain::geo::LonLat>) -> u64 {
    let m = incident.place.point().zip(at);
    let m = m.map(|(one, other)| distance_m(one, other));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "metres on earth, not negative"
    )]
    m.map_or(u64::MAX, |m| (m * 1_000.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, estate, incident_of, person, raised, view};
    use castellan_domain::access::Rights;
    use castellan_domain::estate::Role;
    use castellan_domain::view::View;

    fn with_incident(view: &mut View, number: u32) {
        let alarm = view.alarms[&AlarmId(number)].clone();
        let incident = incident_of(&alarm);
        view.incidents.insert(incident.id, incident);
        let alarm = view.alarms.get_mut(&AlarmId(number)).expect("it is there");
        alarm.incident = Some(IncidentId(number));
    }

    #[test]
    fn what_can_join_or_merge_is_named_for_the_owner_and_nothing_for_others() {
        let alarms = [claimed(raised(1, 2)), claimed(raised(2, 2)), raised(3, 2)];
        let mut view = view(alarms);
        with_incident(&mut view, 1);
        with_incident(&mut view, 2);
        let estate = estate();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let of = |id: &str, role| {
            let actor = Actor {
                person: person(id),
                rights: Rights::of_role(role),
            };
            Belongs::of(&known, IncidentId(1), &actor).expect("it is there")
        };
        let owner = of("li-na", Role::Operator);
        assert_eq!(
            owner,
            Belongs {
                alarms: vec![AlarmId(1)],
                joinable: vec![AlarmId(3)],
                mergeable: vec![IncidentId(2)],
                is_mine: true,
            }
        );
        let other = of("zhao-min", Role::Operator);
        assert!(!other.is_mine && other.joinable.is_empty() && other.mergeable.is_empty());
    }
}
