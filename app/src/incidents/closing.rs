//! What is closed has its verdicts: the alarms of an incident that have none are asked for one by one, as by X, and
//! nothing is sent before the last one has its answer.

use castellan_domain::alarm::basis::needs_basis;
use castellan_domain::alarm::{Alarm, AlarmCommand, Verdict, VerdictBasis};
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::{IncidentCommand, NextStage};
use castellan_domain::view::Known;
use castellan_domain::wire::api::WireCommand;

/// The digit, as an index, that gives all that is left the verdict of the one before: it comes after the verdicts.
pub const SAME_AGAIN: usize = Verdict::ALL.len();

/// What is asked of the alarm whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// 核实结论
    Verdict,
    /// 核实方式
    Basis(Verdict),
    /// 到场: who looked.
    OnScene(Verdict),
}

impl Asked {
    /// The question before this one about the same alarm.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self {
            Self::Verdict => None,
            Self::Basis(_) => Some(Self::Verdict),
            Self::OnScene(verdict) => Some(Self::Basis(verdict)),
        }
    }
}

/// A verdict that was picked and is not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// About which alarm.
    pub alarm: AlarmId,
    /// What it was.
    pub verdict: Verdict,
    /// How that was established, where its family asks for it.
    pub basis: Option<VerdictBasis>,
}

/// An incident that is being closed, and what was picked so far: one for each of its alarms at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Which one.
    pub incident: IncidentId,
    given: Vec<Given>,
}

/// What comes after an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// This is asked of the alarm whose turn it is.
    Ask(Asked),
    /// Nothing is left to ask: these are sent, one after the other.
    Send(Vec<WireCommand>),
}

impl Closing {
    /// Nothing was picked yet.
    pub const fn of(incident: IncidentId) -> Self {
        Self {
            incident,
            given: Vec::new(),
        }
    }

    /// What was picked about an alarm.
    pub fn given(&self, alarm: AlarmId) -> Option<&Given> {
        self.given.iter().find(|given| given.alarm == alarm)
    }

    /// Whether anything was picked.
    pub const fn has_begun(&self) -> bool {
        !self.given.is_empty()
    }

    /// The alarm whose turn it is.
    pub fn turn(&self, known: &Known<'_>) -> Option<AlarmId> {
        let mut all = unjudged(known, self.incident).into_iter();
        all.find(|alarm| self.given(*alarm).is_none())
    }

    /// A verdict for the alarm whose turn it is.
    pub fn verdict(&mut self, known: &Known<'_>, verdict: Verdict) -> Then {
        match self.turn(known) {
            Some(alarm) if asks_basis(known, alarm, verdict) => Then::Ask(Asked::Basis(verdict)),
            Some(_) => self.give(known, verdict, None),
            None => self.then(known),
        }
    }

    /// The same as the one before for all that is left, as far as it answers what they ask.
    pub fn same_again(&mut self, known: &Known<'_>) -> Then {
        let Some(last) = self.given.last().cloned() else {
            return Then::Ask(Asked::Verdict);
        };
        while let Some(alarm) = self.turn(known) {
            let asks = asks_basis(known, alarm, last.verdict);
            if asks && last.basis.is_none() {
                return Then::Ask(Asked::Basis(last.verdict));
            }
            self.given.push(Given {
                alarm,
                basis: last.basis.clone().filter(|_| asks),
                ..last
            });
        }
        self.then(known)
    }

    /// The verdict of the alarm whose turn it is, with all that is asked about it.
    pub fn give(
        &mut self,
        known: &Known<'_>,
        verdict: Verdict,
        basis: Option<VerdictBasis>,
    ) -> Then {
        if let Some(alarm) = self.turn(known) {
            self.given.push(Given {
                alarm,
                verdict,
                basis,
            });
        }
        self.then(known)
    }

    /// Takes the last one back. Gives whether there was one.
    pub fn take_back(&mut self) -> bool {
        self.given.pop().is_some()
    }

    fn then(&self, known: &Known<'_>) -> Then {
        if self.turn(known).is_some() {
            return Then::Ask(Asked::Verdict);
        }
        // Whatever somebody else judged meanwhile has its verdict.
        let open = unjudged(known, self.incident);
        let given = self.given.iter().filter(|one| open.contains(&one.alarm));
        let judge = |one: &Given| {
            WireCommand::from(AlarmCommand::Judge {
                alarm: one.alarm,
                verdict: one.verdict,
                basis: one.basis.clone(),
            })
        };
        let close = IncidentCommand::Move {
            incident: self.incident,
            to: NextStage::Closed,
        };
        Then::Send(given.map(judge).chain([close.into()]).collect())
    }
}

/// The alarms of an incident that have no verdict, in the order in which they came.
pub fn unjudged(known: &Known<'_>, incident: IncidentId) -> Vec<AlarmId> {
    let incident = known.view.incidents.get(&incident);
    let alarms = incident.into_iter().flat_map(|incident| &incident.alarms);
    let open = alarms.filter(|id| {
        let row = known.view.alarms.get(id);
        row.is_some_and(|row| !row.is_judged())
    });
    open.copied().collect()
}

fn asks_basis(known: &Known<'_>, alarm: AlarmId, verdict: Verdict) -> bool {
    let row: Option<&Alarm> = known.view.alarms.get(&alarm);
    verdict.is_false() && row.is_some_and(|row| needs_basis(known.estate, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, estate, incident_of, judged, kind, raised};
    use castellan_domain::estate::Estate;
    use castellan_domain::view::View;

    const PHONE: Option<VerdictBasis> = Some(VerdictBasis::Phone);

    /// One incident of these alarms.
    fn view(alarms: impl IntoIterator<Item = Alarm>) -> View {
        let mut view = crate::fixture::view(alarms);
        let ids: Vec<_> = view.alarms.keys().copied().collect();
        let mut incident = incident_of(&view.alarms[&ids[0]]);
        incident.alarms = ids;
        view.incidents.insert(incident.id, incident);
        view
    }

    fn plain(number: u32) -> Alarm {
        claimed(raised(number, 2))
    }

    /// Nobody dismisses it from the chair.
    fn fire(number: u32) -> Alarm {
        let mut alarm = plain(number);
        alarm.family = kind("fire");
        alarm
    }

    fn verifying() -> Estate {
        let mut estate = estate();
        let fire = r#"{"id": "fire_alarm", "family": "fire", "priority": 1, "verify": true,
            "name": {"zh": "火警", "en": "Fire"}}"#;
        estate.alarm_types = vec![serde_json::from_str(fire).expect("a type")];
        estate
    }

    fn judge(number: u32, verdict: Verdict, basis: Option<VerdictBasis>) -> WireCommand {
        let alarm = AlarmId(number);
        WireCommand::from(AlarmCommand::Judge {
            alarm,
            verdict,
            basis,
        })
    }

    fn close() -> WireCommand {
        let (incident, to) = (IncidentId(1), NextStage::Closed);
        IncidentCommand::Move { incident, to }.into()
    }

    #[test]
    fn each_alarm_without_a_verdict_is_asked_for_and_then_all_is_sent_and_the_incident_closed() {
        let view = view([plain(1), judged(raised(2, 2)), fire(3)]);
        let estate = verifying();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let mut closing = Closing::of(IncidentId(1));
        assert_eq!(closing.turn(&known), Some(AlarmId(1)));
        let then = closing.verdict(&known, Verdict::Environment);
        assert_eq!(then, Then::Ask(Asked::Verdict));
        assert_eq!(closing.turn(&known), Some(AlarmId(3)), "one has its own");
        let then = closing.verdict(&known, Verdict::DeviceFault);
        assert_eq!(then, Then::Ask(Asked::Basis(Verdict::DeviceFault)));
        let then = closing.give(&known, Verdict::DeviceFault, PHONE);
        let all = vec![
            judge(1, Verdict::Environment, None),
            judge(3, Verdict::DeviceFault, PHONE),
            close(),
        ];
        assert_eq!(then, Then::Send(all));
    }

    #[test]
    fn all_that_is_left_takes_the_verdict_of_the_one_before_as_far_as_it_answers() {
        let view = view([plain(1), plain(2), fire(3), fire(4)]);
        let estate = verifying();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let mut closing = Closing::of(IncidentId(1));
        let nothing_before = closing.same_again(&known);
        assert_eq!(nothing_before, Then::Ask(Asked::Verdict));
        closing.verdict(&known, Verdict::Test);
        let then = closing.same_again(&known);
        assert_eq!(then, Then::Ask(Asked::Basis(Verdict::Test)));
        assert_eq!(closing.turn(&known), Some(AlarmId(3)));
        closing.give(&known, Verdict::Test, PHONE);
        let all = vec![
            judge(1, Verdict::Test, None),
            judge(2, Verdict::Test, None),
            judge(3, Verdict::Test, PHONE),
            judge(4, Verdict::Test, PHONE),
            close(),
        ];
        assert_eq!(closing.same_again(&known), Then::Send(all));
        assert!(closing.take_back() && closing.has_begun());
        assert_eq!(closing.turn(&known), Some(AlarmId(4)));
    }

    #[test]
    fn what_somebody_else_judged_meanwhile_is_not_judged_again() {
        let before = view([plain(1), plain(2)]);
        let after = view([judged(raised(1, 2)), plain(2)]);
        let estate = verifying();
        let known = |view| Known {
            view,
            estate: &estate,
            now: START,
        };
        let mut closing = Closing::of(IncidentId(1));
        closing.verdict(&known(&before), Verdict::Genuine);
        let then = closing.verdict(&known(&after), Verdict::Genuine);
        let all = vec![judge(2, Verdict::Genuine, None), close()];
        assert_eq!(then, Then::Send(all));
    }
}
