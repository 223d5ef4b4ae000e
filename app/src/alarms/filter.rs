//! Which rows of the queue somebody wants to see. What it leaves out is still counted, and said to
//! be there.

use castellan_domain::alarm::{Alarm, Ownership};
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmTypeId, BuildingId, PersonId};
use castellan_domain::view::View;

/// How the page's address names what is filtered by.
const PRIORITY: &str = "priority";
const WHOSE: &str = "whose";
const KIND: &str = "type";
const PLACE: &str = "place";
const RETURNED: &str = "returned";
/// Outside of every building, in the address. No building is called so: an id has no asterisk.
const OUTSIDE: &str = "*";

/// Whose alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// 待接
    Nobodys,
    /// 我的
    Mine,
    /// 他人
    Others,
}

impl Whose {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 3] = [Self::Nobodys, Self::Mine, Self::Others];

    const fn name(self) -> &'static str {
        match self {
            Self::Nobodys => "nobodys",
            Self::Mine => "mine",
            Self::Others => "others",
        }
    }

    /// Whose an alarm is to somebody. Whoever has seen it counts as having it.
    pub fn of(alarm: &Alarm, me: Option<&PersonId>) -> Self {
        let seen = alarm.acknowledged.as_ref().map(|seen| &seen.by);
        match alarm.owner().or(seen) {
            None => Self::Nobodys,
            Some(by) if Some(by) == me => Self::Mine,
            Some(_) => Self::Others,
        }
    }
}

/// Where alarms are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Somewhere {
    /// In a building.
    Building(BuildingId),
    /// In none.
    Outside,
}

impl Somewhere {
    /// Where an alarm is.
    pub fn of(alarm: &Alarm) -> Self {
        let building = alarm.place.building();
        building.map_or(Self::Outside, |id| Self::Building(id.clone()))
    }

    /// How an address names it.
    pub fn address(&self) -> String {
        match self {
            Self::Building(id) => id.to_string(),
            Self::Outside => OUTSIDE.to_owned(),
        }
    }

    /// What an address names.
    pub fn from_address(text: &str) -> Option<Self> {
        match text {
            OUTSIDE => Some(Self::Outside),
            id => BuildingId::new(id).ok().map(Self::Building),
        }
    }
}

/// What is wanted. Nothing wanted in particular: everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of one priority.
    pub priority: Option<Priority>,
    /// Somebody's.
    pub whose: Option<Whose>,
    /// 种类: of one type.
    pub kind: Option<AlarmTypeId>,
    /// 位置
    pub place: Option<Somewhere>,
    /// 退回: only what somebody had before.
    pub returned: bool,
}

impl Filter {
    /// Whether anything is left out by it.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// Whether it lets an alarm through, for somebody.
    pub fn lets_through(&self, alarm: &Alarm, me: Option<&PersonId>) -> bool {
        self.priority.is_none_or(|only| alarm.priority == only)
            && self.whose.is_none_or(|only| Whose::of(alarm, me) == only)
            && self.kind.as_ref().is_none_or(|only| alarm.kind == *only)
            && self
                .place
                .as_ref()
                .is_none_or(|only| Somewhere::of(alarm) == *only)
            && (!self.returned || was_returned(alarm))
    }

    /// What an address says, asked for each of its parameters.
    pub fn from_parameters(read: impl Fn(&str) -> Option<String>) -> Self {
        let priority = read(PRIORITY).and_then(|text| text.parse::<u8>().ok());
        let whose = read(WHOSE);
        let whose = Whose::ALL
            .into_iter()
            .find(|one| Some(one.name()) == whose.as_deref());
        Self {
            priority: priority.and_then(|number| Priority::try_from(number).ok()),
            whose,
            kind: read(KIND).and_then(|id| AlarmTypeId::new(id).ok()),
            place: read(PLACE).and_then(|text| Somewhere::from_address(&text)),
            returned: read(RETURNED).is_some(),
        }
    }

    /// How an address says it: its parameters, those that are not needed without a value.
    pub fn parameters(&self) -> [(&'static str, Option<String>); 5] {
        [
            (PRIORITY, self.priority.map(|one| u8::from(one).to_string())),
            (WHOSE, self.whose.map(|one| one.name().to_owned())),
            (KIND, self.kind.as_ref().map(ToString::to_string)),
            (PLACE, self.place.as_ref().map(Somewhere::address)),
            (RETURNED, self.returned.then(|| "1".to_owned())),
        ]
    }
}

/// What is picked by a second click on the same thing: nothing in particular any more.
pub fn toggled<T: PartialEq>(now: Option<&T>, picked: T) -> Option<T> {
    (now != Some(&picked)).then_some(picked)
}

/// 退回: whether somebody had it, and nobody has taken it again.
pub fn was_returned(alarm: &Alarm) -> bool {
    let returned = matches!(
        &alarm.ownership,
        Ownership::Unclaimed {
            returned: Some(_),
            ..
        }
    );
    returned && alarm.acknowledged.is_none()
}

/// How many rows there are of each kind, whatever is filtered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// By priority.
    pub priorities: [usize; 4],
    /// By whose they are, as in [`Whose::ALL`].
    pub whose: [usize; 3],
    /// 种类, the most urgent first.
    pub kinds: Vec<(AlarmTypeId, usize)>,
    /// 位置, buildings by their id.
    pub places: Vec<(Somewhere, usize)>,
    /// 退回
    pub returned: usize,
}

impl Counts {
    /// What needs somebody, as it is.
    pub fn of(view: &View, me: Option<&PersonId>) -> Self {
        let mut open: Vec<&Alarm> = view
            .alarms
            .values()
            .filter(|a| a.is_annunciated())
            .collect();
        open.sort_by_key(|alarm| (alarm.priority, alarm.id));
        let count = |is: &dyn Fn(&Alarm) -> bool| open.iter().filter(|alarm| is(alarm)).count();
        let mut places = counted(open.iter().map(|alarm| Somewhere::of(alarm)));
        places.sort();
        Self {
            priorities: Priority::ALL.map(|one| count(&|alarm| alarm.priority == one)),
            whose: Whose::ALL.map(|one| count(&|alarm| Whose::of(alarm, me) == one)),
            kinds: counted(open.iter().map(|alarm| alarm.kind.clone())),
            places,
            returned: count(&was_returned),
        }
    }
}

/// How often each thing occurs, in the order in which they come.
fn counted<T: PartialEq>(things: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counted: Vec<(T, usize)> = Vec::new();
    for thing in things {
        match counted.iter_mut().find(|(known, _)| *known == thing) {
            Some((_, count)) => *count += 1,
            None => counted.push((thing, 1)),
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, kind, li_na, person, raised, returned_by, shelved, view};
    use castellan_domain::alarm::ReturnedBy;
    use castellan_domain::time::Span;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn returned() -> Alarm {
        let at = START + Span::from_secs(90);
        returned_by(claimed(raised(3, 1)), ReturnedBy::NoFollowUp, at, 0)
    }

    #[test]
    fn each_count_is_of_what_its_filter_lets_through() {
        let me = li_na();
        let mut other = raised(4, 2);
        other.kind = kind("door_held");
        let until = START + Span::from_secs(600);
        let view = view([
            raised(1, 3),
            claimed(raised(2, 1)),
            returned(),
            other,
            shelved(raised(5, 4), until),
        ]);
        let counts = Counts::of(&view, Some(&me));
        assert_eq!(counts.priorities, [2, 1, 1, 0]);
        assert_eq!(counts.whose, [3, 1, 0]);
        assert_eq!(counts.kinds, [(kind("gas_low"), 3), (kind("door_held"), 1)]);
        assert_eq!(counts.places, [(Somewhere::Outside, 4)]);
        assert_eq!(counts.returned, 1);
        let through = |filter: &Filter| {
            let open = view.alarms.values().filter(|alarm| alarm.is_annunciated());
            open.filter(|alarm| filter.lets_through(alarm, Some(&me)))
                .count()
        };
        let all = Filter::default();
        assert_eq!(through(&all), 4);
        for (only, count) in Whose::ALL.into_iter().zip(counts.whose) {
            let whose = Some(only);
            assert_eq!(
                through(&Filter {
                    whose,
                    ..all.clone()
                }),
                count
            );
        }
        for (only, count) in Priority::ALL.into_iter().zip(counts.priorities) {
            let priority = Some(only);
            assert_eq!(
                through(&Filter {
                    priority,
                    ..all.clone()
                }),
                count
            );
        }
        for (only, count) in counts.kinds {
            let kind = Some(only);
            assert_eq!(
                through(&Filter {
                    kind,
                    ..all.clone()
                }),
                count
            );
        }
        let returned = true;
        assert_eq!(through(&Filter { returned, ..all }), counts.returned);
    }

    #[test]
    fn what_is_mine_is_another_persons_to_somebody_else() {
        let owned = claimed(raised(1, 1));
        assert_eq!(Whose::of(&owned, Some(&li_na())), Whose::Mine);
        assert_eq!(Whose::of(&owned, Some(&person("zhang-wei"))), Whose::Others);
        assert_eq!(Whose::of(&owned, None), Whose::Others);
    }

    #[test]
    fn a_second_click_takes_a_filter_back() {
        assert_eq!(toggled(None, Whose::Mine), Some(Whose::Mine));
        assert_eq!(
            toggled(Some(&Whose::Mine), Whose::Others),
            Some(Whose::Others)
        );
        assert_eq!(toggled(Some(&Whose::Others), Whose::Others), None);
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let priority = prop::option::of((1..=4_u8).prop_map(|n| Priority::try_from(n).unwrap()));
        let whose = prop::option::of(prop::sample::select(&Whose::ALL[..]));
        let kind = prop::option::of("[a-z_]{1,12}".prop_map(|id| AlarmTypeId::new(id).unwrap()));
        let building =
            "[a-z0-9]{1,4}".prop_map(|id| Somewhere::Building(BuildingId::new(id).unwrap()));
        let place = prop::option::of(prop_oneof![building, Just(Somewhere::Outside)]);
        (priority, whose, kind, place, any::<bool>()).prop_map(
            |(priority, whose, kind, place, returned)| Filter {
                priority,
                whose,
                kind,
                place,
                returned,
            },
        )
    }

    proptest! {
        #[test]
        fn a_filter_comes_back_from_its_address(filter in filters()) {
            let address: BTreeMap<_, _> = filter.parameters().into_iter().collect();
            let read = |name: &str| address.get(name).cloned().flatten();
            prop_assert_eq!(Filter::from_parameters(read), filter);
        }

        #[test]
        fn an_address_that_somebody_made_up_is_no_worse_than_no_filter(text in "\\PC{0,30}") {
            let filter = Filter::from_parameters(|_| Some(text.clone()));
            let again: BTreeMap<_, _> = filter.parameters().into_iter().collect();
            let read = |name: &str| again.get(name).cloned().flatten();
            prop_assert_eq!(Filter::from_parameters(read), filter);
        }
    }
}
