//! S: what goes on next, people before their incident.

use crate::incidents::model::steps;
use castellan_domain::dispatch::{Assignment, DispatchCommand, Stage};
use castellan_domain::ids::{AssignmentId, IncidentId};
use castellan_domain::incident::NextStage;
use castellan_domain::view::Known;

/// The next stage of somebody who was sent, or of the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward {
    /// 到场
    Arrive(AssignmentId),
    /// 完成
    Finish(AssignmentId),
    /// 已控制, 已处置, 结案
    Move(NextStage),
}

impl Onward {
    /// The command, if it is about somebody who was sent.
    pub const fn of_part(self) -> Option<DispatchCommand> {
        match self {
            Self::Arrive(assignment) => Some(DispatchCommand::Arrive { assignment }),
            Self::Finish(assignment) => Some(DispatchCommand::Finish { assignment }),
            Self::Move(_) => None,
        }
    }
}

/// Whoever goes arrives, whoever is there is done, the first of them first; then the incident goes on.
pub fn onward(known: &Known<'_>, incident: IncidentId) -> Option<Onward> {
    let first = |is: fn(&Assignment) -> bool| {
        let mut all = known.assignments_of(incident);
        all.find(|one| is(one)).map(|one| one.id)
    };
    let goes = first(|one| matches!(one.stage, Stage::Accepted | Stage::OnTheWay));
    let is_there = || first(|one| matches!(one.stage, Stage::OnScene { .. }));
    let part = goes.map(Onward::Arrive);
    let part = part.or_else(|| is_there().map(Onward::Finish));
    part.or_else(|| next_stage(known, incident).map(Onward::Move))
}

/// Where the incident goes next. None is opened again by a key.
pub fn next_stage(known: &Known<'_>, incident: IncidentId) -> Option<NextStage> {
    let incident = known.view.incidents.get(&incident)?;
    let next = steps(&incident.stage).first().copied();
    next.filter(|next| *next != NextStage::Reopened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, estate, incident_of, li_na, part, raised, view};
    use castellan_domain::dispatch::Arrival;
    use castellan_domain::incident::Stage as IncidentStage;

    #[test]
    fn people_arrive_and_are_done_before_their_incident_goes_on_and_a_closed_one_stays_closed() {
        let alarm = claimed(raised(1, 1));
        let (mut view, estate) = (view([alarm.clone()]), estate());
        let id = IncidentId(1);
        let mut next = |incident: IncidentStage, parts: [(u32, Stage); 2]| {
            let mut row = incident_of(&alarm);
            row.stage = incident;
            view.incidents.insert(id, row);
            for (number, stage) in parts {
                let mut one = part(number, "wang", stage);
                one.incident = id;
                view.assignments.insert(one.id, one);
            }
            let known = Known {
                view: &view,
                estate: &estate,
                now: START,
            };
            (onward(&known, id), next_stage(&known, id))
        };
        let there = || Stage::OnScene { how: Arrival::Said };
        let (contain, close) = (NextStage::Contained, NextStage::Closed);
        let open = || IncidentStage::Handling;
        let told = next(open(), [(1, there()), (2, Stage::OnTheWay)]);
        let arrives = Onward::Arrive(AssignmentId(2));
        assert_eq!(told, (Some(arrives), Some(contain)));
        let told = next(open(), [(1, there()), (2, there())]);
        let done = Onward::Finish(AssignmentId(1));
        assert_eq!(told, (Some(done), Some(contain)));
        let over = || [(1, Stage::Done), (2, Stage::Offered)];
        let told = next(open(), over());
        assert_eq!(told, (Some(Onward::Move(contain)), Some(contain)));
        let told = next(IncidentStage::Resolved, over());
        assert_eq!(told, (Some(Onward::Move(close)), Some(close)));
        let closed = IncidentStage::Closed {
            by: li_na(),
            at: START,
        };
        assert_eq!(next(closed, over()), (None, None));
    }
}
