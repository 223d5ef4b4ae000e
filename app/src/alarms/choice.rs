//! What an operator is choosing beside the selected alarm, by digit or by hand.

use super::texts;
use crate::texts::Words;
use castellan_domain::access::{Right, rights_of};
use castellan_domain::alarm::{AlarmCommand, SHELF_S_MAX, SHELF_S_MIN, ShelfReason, Verdict};
use castellan_domain::estate::Person;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;

/// What is being chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// 核实结论
    Verdict,
    /// 更正结论
    Correction,
    /// 限时挂起: why, and then how long.
    Shelf(Option<ShelfReason>),
    /// 转交
    Transfer,
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

/// What a picked verdict asks for.
pub const fn judge(choice: Choice, alarm: AlarmId, verdict: Verdict) -> AlarmCommand {
    match choice {
        Choice::Correction => AlarmCommand::CorrectVerdict { alarm, verdict },
        _ => AlarmCommand::Judge { alarm, verdict },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::START;
    use castellan_domain::time::Span;

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
