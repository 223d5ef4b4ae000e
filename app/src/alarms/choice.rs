//! What an operator is choosing beside the selected alarm, by digit or by hand.

use super::texts;
use crate::dispatch::radio::Spoken;
use crate::incidents::closing::Asked;
use crate::procedures::model::StepChoice;
use crate::texts::Words;
use castellan_domain::access::{Right, rights_of};
use castellan_domain::alarm::basis::needs_basis;
use castellan_domain::alarm::{
    AlarmCommand, SHELF_S_MAX, SHELF_S_MIN, ShelfReason, Verdict, VerdictBasis,
};
use castellan_domain::estate::Person;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;

/// What is being chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// 核实结论 or 更正结论
    Verdict(Judging),
    /// 核实方式: how it was established.
    Basis(Judging, Verdict),
    /// 到场: who looked.
    OnScene(Judging, Verdict),
    /// What was done.
    FollowUp,
    /// 限时挂起: why, and then how long.
    Shelf(Option<ShelfReason>),
    /// 转交
    Transfer,
    /// 派单: who is to go.
    People,
    /// The answer of the next step, or why it is left out.
    Step(StepChoice),
    /// What somebody who was sent says on the radio.
    Radio(Spoken),
    /// The verdicts without which the incident is not closed.
    Closing(Asked),
}

/// Whether it is the first verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judging {
    /// 核实结论
    First,
    /// 更正结论
    Correction,
}

/// How a verdict was established, in the order of the digits that pick it.
pub const BASES: [Words; 3] = [
    texts::BASIS_ON_SCENE,
    texts::BASIS_PICTURE,
    texts::BASIS_PHONE,
];

impl Choice {
    /// The step before this one, if it is not the first.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self {
            Self::OnScene(judging, verdict) => Some(Self::Basis(judging, verdict)),
            Self::Basis(judging, _) => Some(Self::Verdict(judging)),
            Self::Shelf(Some(_)) => Some(Self::Shelf(None)),
            Self::Radio(spoken) => match spoken.before() {
                Some(before) => Some(Self::Radio(before)),
                None => None,
            },
            Self::Closing(asked) => match asked.before() {
                Some(before) => Some(Self::Closing(before)),
                None => None,
            },
            Self::Verdict(_)
            | Self::FollowUp
            | Self::Shelf(None)
            | Self::Transfer
            | Self::People
            | Self::Step(_) => None,
        }
    }

    /// The step that it began with: all steps are one choice.
    #[must_use]
    pub const fn first(self) -> Self {
        let mut step = self;
        while let Some(before) = step.before() {
            step = before;
        }
        step
    }
}

/// Reasons for the shelf in the order of the digits that pick them.
pub const SHELF_REASONS: [ShelfReason; 5] = [
    ShelfReason::Maintenance,
    ShelfReason::KnownFault,
    ShelfReason::Works,
    ShelfReason::Weather,
    ShelfReason::Event,
];

/// How long an alarm is shelved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShelfTime {
    /// A quarter of an hour.
    Minutes15,
    /// An hour.
    Hour1,
    /// Four hours.
    Hours4,
    /// Until the shift ends.
    ShiftEnd,
}

impl ShelfTime {
    /// In the order of the digits that pick them.
    pub const ALL: [Self; 4] = [Self::Minutes15, Self::Hour1, Self::Hours4, Self::ShiftEnd];

    /// In words.
    pub const fn name(self) -> Words {
        match self {
            Self::Minutes15 => texts::SHELF_15_MIN,
            Self::Hour1 => texts::SHELF_1_H,
            Self::Hours4 => texts::SHELF_4_H,
            Self::ShiftEnd => texts::SHELF_SHIFT_END,
        }
    }

    /// In seconds; a shift that is nearly over or longer than the shelf allows gives the nearest
    /// time that it does.
    pub fn seconds(self, now: Timestamp, shift_end: Timestamp) -> u32 {
        match self {
            Self::Minutes15 => 900,
            Self::Hour1 => 3_600,
            Self::Hours4 => 14_400,
            Self::ShiftEnd => u32::try_from(shift_end.since(now).as_secs())
                .unwrap_or(0)
                .clamp(SHELF_S_MIN, SHELF_S_MAX),
        }
    }
}

/// Who can be given an alarm: everybody who may own one but `owner`.
pub fn heirs<'a>(known: &Known<'a>, owner: Option<&PersonId>) -> Vec<&'a Person> {
    let people = known.estate.people.iter();
    let mut heirs: Vec<_> = people
        .filter(|person| rights_of(known, &person.id).contains(Right::OwnAlarms))
        .filter(|person| Some(&person.id) != owner)
        .collect();
    heirs.sort_by_key(|person| person.role.place());
    heirs
}

/// What a picked verdict leads to: the command, or the choice of how it was established.
pub fn picked(
    known: &Known<'_>,
    alarm: AlarmId,
    judging: Judging,
    verdict: Verdict,
) -> Result<AlarmCommand, Choice> {
    let row = known.view.alarms.get(&alarm);
    let asks = row.is_some_and(|row| needs_basis(known.estate, row));
    if verdict.is_false() && asks {
        return Err(Choice::Basis(judging, verdict));
    }
    Ok(judge(judging, alarm, verdict, None))
}

/// The command of a verdict.
pub const fn judge(
    judging: Judging,
    alarm: AlarmId,
    verdict: Verdict,
    basis: Option<VerdictBasis>,
) -> AlarmCommand {
    match judging {
        Judging::First => AlarmCommand::Judge {
            alarm,
            verdict,
            basis,
        },
        Judging::Correction => AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis,
        },
    }
}

/// Who may have looked on the spot: everybody on duty, guards first, and whoever judges last.
pub fn lookers<'a>(known: &Known<'a>, judge: &PersonId) -> Vec<&'a Person> {
    let people = known.estate.people.iter();
    let mut lookers: Vec<_> = people.filter(|one| known.is_on_duty(&one.id)).collect();
    lookers.sort_by_key(|one| (one.id == *judge, one.role.place()));
    lookers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, estate, li_na, raised, view};
    use castellan_domain::estate::Estate;
    use castellan_domain::time::Span;

    #[test]
    fn a_step_back_is_one_step_and_all_steps_are_one_choice() {
        let (judging, verdict) = (Judging::First, Verdict::DeviceFault);
        let who = Choice::OnScene(judging, verdict);
        let basis = Choice::Basis(judging, verdict);
        assert_eq!(who.before(), Some(basis));
        assert_eq!(basis.before(), Some(Choice::Verdict(judging)));
        assert_eq!(Choice::Verdict(judging).before(), None);
        assert_eq!(who.first(), Choice::Verdict(judging));
        assert_eq!(Choice::People.before(), None);
        let shelf = Choice::Shelf(Some(ShelfReason::Works));
        assert_eq!(shelf.before(), Some(Choice::Shelf(None)));
    }

    #[test]
    fn a_false_verdict_on_gas_asks_how_it_was_established_and_others_are_sent() {
        let view = view([raised(1, 1)]);
        let mut estate = estate();
        let pick = |estate: &Estate, verdict| {
            let known = Known {
                view: &view,
                estate,
                now: START,
            };
            picked(&known, AlarmId(1), Judging::First, verdict)
        };
        let sent = |verdict| Ok(judge(Judging::First, AlarmId(1), verdict, None));
        assert_eq!(pick(&estate, Verdict::Test), sent(Verdict::Test));
        let gas = r#"{"id": "gas_low", "family": "gas", "priority": 1, "verify": true,
            "name": {"zh": "燃气", "en": "Gas"}}"#;
        estate.alarm_types = vec![serde_json::from_str(gas).expect("a type")];
        let asked = Err(Choice::Basis(Judging::First, Verdict::Test));
        assert_eq!(pick(&estate, Verdict::Test), asked);
        assert_eq!(pick(&estate, Verdict::Genuine), sent(Verdict::Genuine));
    }

    #[test]
    fn guards_are_named_first_as_having_looked_and_whoever_judges_last() {
        let mut estate = estate();
        let person = |id: &str, role: &str| {
            let one =
                format!(r#"{{"id": "{id}", "role": "{role}", "name": {{"zh": "甲", "en": "A"}}}}"#);
            serde_json::from_str(&one).expect("a person")
        };
        estate.people = vec![
            person("li-na", "operator"),
            person("boss", "shift_leader"),
            person("wang", "guard"),
        ];
        let view = view([]);
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let lookers = lookers(&known, &li_na()).into_iter();
        let ids: Vec<_> = lookers.map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["wang", "boss", "li-na"]);
    }

    #[test]
    fn the_end_of_the_shift_is_a_time_that_the_shelf_allows() {
        let until = |secs| ShelfTime::ShiftEnd.seconds(START, START + Span::from_secs(secs));
        assert_eq!(until(7_200), 7_200);
        assert_eq!(until(5), SHELF_S_MIN);
        assert_eq!(until(-5), SHELF_S_MIN);
        assert_eq!(until(86_400), SHELF_S_MAX);
        assert_eq!(ShelfTime::Minutes15.seconds(START, START), 900);
    }
}
