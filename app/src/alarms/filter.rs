//! Which rows of the queue somebody wants to see. What it leaves out is still counted, and said to
//! be there.

use super::standing::{is_listed, is_unowned, open_incident, was_returned};
use castellan_domain::alarm::Alarm;
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmTypeId, BuildingId, PersonId};
use castellan_domain::incident::{Incident, Owner, Stage};
use castellan_domain::view::View;

/// How the page's address names what is filtered by.
const PRIORITY: &str = "priority";
const WHOSE: &str = "whose";
const KIND: &str = "type";
const PLACE: &str = "place";
const STATE: &str = "state";
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
    pub fn of(alarm: &Alarm, incident: Option<&Incident>, me: Option<&PersonId>) -> Self {
        if is_unowned(alarm, incident) {
            return Self::Nobodys;
        }
        let seen = alarm.acknowledged.as_ref().map(|seen| &seen.by);
        match alarm.owner().or(seen) {
            None => Self::Nobodys,
            Some(by) if Some(by) == me => Self::Mine,
            Some(_) => Self::Others,
        }
    }
}

/// 状态: how far the incident of an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is part of none.
    Alone,
    /// 待处置
    Open,
    /// 已派单
    Dispatched,
    /// 处置中
    Handling,
    /// 已控制
    Contained,
    /// 已处置
    Resolved,
}

impl State {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 6] = [
        Self::Alone,
        Self::Open,
        Self::Dispatched,
        Self::Handling,
        Self::Contained,
        Self::Resolved,
    ];

    /// How an address names it.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Open => "open",
            Self::Dispatched => "dispatched",
            Self::Handling => "handling",
            Self::Contained => "contained",
            Self::Resolved => "resolved",
        }
    }

    /// What an address names.
    pub fn from_address(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.address() == text)
    }

    /// The stage of an incident; nothing of what is alone.
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Self::Alone => None,
            Self::Open => Some(Stage::Open),
            Self::Dispatched => Some(Stage::Dispatched),
            Self::Handling => Some(Stage::Handling),
            Self::Contained => Some(Stage::Contained),
            Self::Resolved => Some(Stage::Resolved),
        }
    }

    /// That of an alarm with this open incident, or none.
    pub fn of(incident: Option<&Incident>) -> Self {
        let stage = incident.map(|incident| &incident.stage);
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.stage().as_ref() == stage)
            .unwrap_or(Self::Alone)
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
    /// 状态
    pub state: Option<State>,
    /// 退回: only what somebody had before.
    pub returned: bool,
}

impl Filter {
    /// Whether anything is left out by it.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// Whether it lets an alarm through, for somebody. `incident`: the open one that it is part of.
    pub fn lets_through(
        &self,
        alarm: &Alarm,
        incident: Option<&Incident>,
        me: Option<&PersonId>,
    ) -> bool {
        self.priority.is_none_or(|only| alarm.priority == only)
            && self
                .whose
                .is_none_or(|only| Whose::of(alarm, incident, me) == only)
            && self.state.is_none_or(|only| State::of(incident) == only)
            && self.kind.as_ref().is_none_or(|only| alarm.kind == *only)
            && self
                .place
                .as_ref()
                .is_none_or(|only| Somewhere::of(alarm) == *only)
            && (!self.returned || is_back(alarm, incident))
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
            state: read(STATE).and_then(|text| State::from_address(&text)),
            returned: read(RETURNED).is_some(),
        }
    }

    /// How an address says it: its parameters, those that are not needed without a value.
    pub fn parameters(&self) -> [(&'static str, Option<String>); 6] {
        [
            (PRIORITY, self.priority.map(|one| u8::from(one).to_string())),
            (WHOSE, self.whose.map(|one| one.name().to_owned())),
            (KIND, self.kind.as_ref().map(ToString::to_string)),
            (PLACE, self.place.as_ref().map(Somewhere::address)),
            (STATE, self.state.map(|one| one.address().to_owned())),
            (RETURNED, self.returned.then(|| "1".to_owned())),
        ]
    }
}

/// What is picked by a second click on the same thing: nothing in particular any more.
pub fn toggled<T: PartialEq>(now: Option<&T>, picked: T) -> Option<T> {
    (now != Some(&picked)).then_some(picked)
}

/// 退回: an alarm, or the incident for which it stands.
fn is_back(alarm: &Alarm, incident: Option<&Incident>) -> bool {
    let returned = incident.is_some_and(
        |incident| matches!(&incident.owner, Owner::Nobody { returned, .. } if returned.is_some()),
    );
    was_returned(alarm) || (returned && is_unowned(alarm, incident))
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
    /// 状态, as in [`State::ALL`], those that there are.
    pub states: Vec<(State, usize)>,
    /// 退回
    pub returned: usize,
}

impl Counts {
    /// What is in the queue, as it is.
    pub fn of(view: &View, me: Option<&PersonId>) -> Self {
        let listed = view.alarms.values().filter(|alarm| is_listed(view, alarm));
        let mut open: Vec<&Alarm> = listed.collect();
        open.sort_by_key(|alarm| (alarm.priority, alarm.id));
        let count = |is: &dyn Fn(&Alarm, Option<&Incident>) -> bool| {
            let is = |alarm: &&&Alarm| is(alarm, open_incident(view, alarm));
            open.iter().filter(is).count()
        };
        let mut places = counted(open.iter().map(|alarm| Somewhere::of(alarm)));
        places.sort();
        Self {
            priorities: Priority::ALL.map(|one| count(&|alarm, _| alarm.priority == one)),
            whose: Whose::ALL
                .map(|one| count(&|alarm, incident| Whose::of(alarm, incident, me) == one)),
            kinds: counted(open.iter().map(|alarm| alarm.kind.clone())),
            places,
            states: State::ALL
                .into_iter()
                .map(|one| (one, count(&|_, incident| State::of(incident) == one)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            returned: count(&is_back),
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
    use crate::alarms::queue::{Queue, Sieve};
    use crate::fixture::{
        START, claimed, incident_of, judged, kind, li_na, person, raised, returned_by, shelved,
        view,
    };
    use castellan_domain::alarm::{Returned, ReturnedBy};
    use castellan_domain::ids::{AlarmId, IncidentId};
    use castellan_domain::time::Span;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn returned() -> Alarm {
        let at = START + Span::from_secs(90);
        returned_by(claimed(raised(3, 1)), ReturnedBy::NoFollowUp, at, 0)
    }

    /// A queue with what needs somebody, what is aside, and an incident of each sort: one whose alarm has its verdict,
    /// and one that nobody has.
    fn all() -> View {
        let mut other = raised(4, 2);
        other.kind = kind("door_held");
        let until = START + Span::from_secs(600);
        let mut view = view([
            raised(1, 3),
            claimed(raised(2, 1)),
            returned(),
            other,
            shelved(raised(5, 4), until),
            judged(raised(6, 2)),
            judged(raised(7, 1)),
        ]);
        for number in [6, 7] {
            let alarm = view.alarms.get_mut(&AlarmId(number)).expect("it is there");
            alarm.incident = Some(IncidentId(number));
            let mut incident = incident_of(alarm);
            incident.stage = Stage::Handling;
            view.incidents.insert(incident.id, incident);
        }
        let nobodys = view.incidents.get_mut(&IncidentId(7));
        nobodys.expect("it is there").owner = Owner::Nobody {
            since: START,
            due_at: START,
            times_overdue: 0,
            returned: Some(Returned {
                why: ReturnedBy::OwnerAbsent,
                from: Some(li_na()),
                at: START,
                late_s: 0,
            }),
        };
        view
    }

    #[test]
    fn each_count_is_the_length_of_the_list_that_its_filter_gives() {
        let view = all();
        let me = Some(li_na());
        let counts = Counts::of(&view, me.as_ref());
        assert_eq!(counts.priorities, [3, 2, 1, 0]);
        assert_eq!(counts.whose, [4, 2, 0]);
        assert_eq!(counts.kinds, [(kind("gas_low"), 5), (kind("door_held"), 1)]);
        assert_eq!(counts.places, [(Somewhere::Outside, 6)]);
        assert_eq!(counts.states, [(State::Alone, 4), (State::Handling, 2)]);
        assert_eq!(counts.returned, 2);
        let list = |filter: Filter| {
            let me = me.clone();
            let sieve = Sieve { filter, me };
            Queue::default().updated(&view, sieve, false).rows.len()
        };
        let any = Filter::default;
        assert_eq!(list(any()), 6);
        for (only, count) in Whose::ALL.into_iter().zip(counts.whose) {
            let whose = Some(only);
            assert_eq!(list(Filter { whose, ..any() }), count, "{only:?}");
        }
        for (only, count) in Priority::ALL.into_iter().zip(counts.priorities) {
            let priority = Some(only);
            assert_eq!(list(Filter { priority, ..any() }), count, "{only:?}");
        }
        for (only, count) in counts.kinds {
            let kind = Some(only);
            assert_eq!(list(Filter { kind, ..any() }), count);
        }
        for (only, count) in counts.states {
            let state = Some(only);
            assert_eq!(list(Filter { state, ..any() }), count, "{only:?}");
        }
        let returned = true;
        assert_eq!(list(Filter { returned, ..any() }), counts.returned);
    }

    #[test]
    fn what_is_mine_is_another_persons_to_somebody_else() {
        let owned = claimed(raised(1, 1));
        assert_eq!(Whose::of(&owned, None, Some(&li_na())), Whose::Mine);
        assert_eq!(
            Whose::of(&owned, None, Some(&person("zhang-wei"))),
            Whose::Others
        );
        assert_eq!(Whose::of(&owned, None, None), Whose::Others);
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
        let state = prop::option::of(prop::sample::select(&State::ALL[..]));
        (priority, whose, kind, place, state, any::<bool>()).prop_map(
            |(priority, whose, kind, place, state, returned)| Filter {
                priority,
                whose,
                kind,
                place,
                state,
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
