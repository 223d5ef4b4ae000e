//! Which one button of the selected alarm is filled: what is most useful to do next.

use super::can::Can;
use crate::procedures::model::next_step;
use castellan_domain::access::{Actor, Right};
use castellan_domain::ids::AlarmId;
use castellan_domain::view::Known;

/// The one that is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainButton {
    /// 取消挂起
    Unshelve,
    /// 接警
    Claim,
    /// 派单
    Dispatch,
    /// The next step of the procedure, or its answers.
    Step,
    /// 核实结论
    Judge,
}

impl MainButton {
    /// What somebody has to do first who can do so much: the verdict is left for the end.
    pub fn of(known: &Known<'_>, id: AlarmId, can: &Can, actor: &Actor) -> Option<Self> {
        let sends = actor.rights.contains(Right::Dispatch) && wants_people(known, id);
        let steps = can.step && next_step(known, id).is_some();
        let all = [
            (can.unshelve, Self::Unshelve),
            (can.claim, Self::Claim),
            (sends, Self::Dispatch),
            (steps, Self::Step),
            (can.judge, Self::Judge),
        ];
        let first = all.into_iter().find(|(is_possible, _)| *is_possible);
        first.map(|(_, button)| button)
    }
}

/// Whether somebody is still to be sent: its incident wants more people, or it has a time by which somebody goes.
fn wants_people(known: &Known<'_>, id: AlarmId) -> bool {
    let Some(alarm) = known.view.alarms.get(&id) else {
        return false;
    };
    match known.open_incident_of(alarm) {
        Some(incident) => {
            let is_short = known.live_slots(incident.id) < usize::from(incident.guards);
            incident.needs_people() && is_short
        }
        None => !alarm.is_judged() && alarm.dispatch_due_at().is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, after, claimed, estate, incident_of, li_na, part, raised, shelved, view,
    };
    use castellan_domain::access::Rights;
    use castellan_domain::alarm::{Alarm, AlarmFact};
    use castellan_domain::dispatch::Stage;
    use castellan_domain::estate::{Estate, Role};
    use castellan_domain::fact::AlarmClaimed;
    use castellan_domain::ids::IncidentId;
    use castellan_domain::time::Span;
    use castellan_domain::view::View;

    fn with_procedure() -> Estate {
        let mut estate = estate();
        let procedure = r#"{"id": "gas", "name": {"zh": "燃气", "en": "Gas"},
            "steps": [{"id": "cordon", "words": {"zh": "设警戒", "en": "Cordon"}}]}"#;
        let kind = r#"{"id": "gas_low", "name": {"zh": "燃气", "en": "Gas"}, "priority": 2, "procedure": "gas"}"#;
        estate.procedures = vec![serde_json::from_str(procedure).expect("a procedure")];
        estate.alarm_types = vec![serde_json::from_str(kind).expect("a type")];
        estate
    }

    fn main_of(view: &View) -> Option<MainButton> {
        let estate = with_procedure();
        let known = Known {
            view,
            estate: &estate,
            now: START,
        };
        let actor = Actor {
            person: li_na(),
            rights: Rights::of_role(Role::Operator),
        };
        let can = Can::of(&known, AlarmId(1), &actor).expect("it is there");
        MainButton::of(&known, AlarmId(1), &can, &actor)
    }

    fn alone(alarm: Alarm) -> Option<MainButton> {
        main_of(&view([alarm]))
    }

    #[test]
    fn of_an_alarm_alone_it_is_the_claim_then_a_dispatch_with_a_time_then_the_verdict() {
        assert_eq!(alone(raised(1, 2)), Some(MainButton::Claim));
        let aside = shelved(raised(1, 3), START + Span::from_secs(600));
        assert_eq!(alone(aside), Some(MainButton::Unshelve));
        assert_eq!(alone(claimed(raised(1, 2))), Some(MainButton::Judge));
        let fact = AlarmClaimed {
            alarm: AlarmId(1),
            by: li_na(),
            follow_up_due_at: START,
            dispatch_due_at: Some(START + Span::from_secs(90)),
        };
        let timed = after(raised(1, 2), START, AlarmFact::Claimed(fact));
        assert_eq!(alone(timed), Some(MainButton::Dispatch));
    }

    #[test]
    fn of_an_incident_it_is_the_dispatch_while_people_lack_then_a_step_then_the_verdict() {
        let mut alarm = claimed(raised(1, 2));
        let mut incident = incident_of(&alarm);
        alarm.incident = Some(incident.id);
        let mut view = view([alarm]);
        view.incidents.insert(incident.id, incident.clone());
        assert_eq!(main_of(&view), Some(MainButton::Dispatch));
        let goes = part(1, "wang", Stage::OnTheWay);
        view.assignments.insert(goes.id, goes);
        assert_eq!(main_of(&view), Some(MainButton::Step));
        incident.kind = crate::fixture::kind("without_procedure");
        view.incidents.insert(IncidentId(1), incident);
        assert_eq!(main_of(&view), Some(MainButton::Judge));
    }
}
