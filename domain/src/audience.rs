//! Who may see what: classes of displays that are told the same.
//!
//! The staff replicates the facts themselves. The others get what they may see of each thing, whole,
//! whenever it changes, and never the facts: a fact tells more than its outcome. The law that
//! `domain/tests/fold_laws.rs` holds: folding what was projected equals projecting what was
//! folded. A new field, state or kind of thing does not compile here until somebody has said who
//! may see it.

use crate::actuation::ActuationState;
use crate::alarm::{
    Acknowledged, Alarm, Judgement, Mute, Ownership, Returned, RisenBy, Shelf, Source,
};
use crate::ids::{AlarmId, AlarmTypeId, DeviceId, EstateHash, PersonId, PhoneId, ZoneId};
use crate::site::{Change, DoorState, Flood, PersonState, Touched, TouchedAlarm, View, ZoneState};
use crate::unrecorded::Unrecorded;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Stands where a person is not shown.
pub const WITHHELD: &str = "-";

/// A class of displays that may see the same.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Consoles: everything.
    #[default]
    Staff,
    /// 大屏 where the staff works: everything but duress.
    Wall,
    /// 大屏 before visitors: true, without persons and without duress.
    WallVisitor,
}

/// Something that displays show, as one audience may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// The estate document that counts.
    Estate(EstateHash),
    /// One row of the queue.
    Alarm(Box<Alarm>),
    /// What is known of a member of the staff.
    Person(PersonId, PersonState),
    /// Whose a phone is.
    Phone(PhoneId, Option<PersonId>),
    /// Whether a zone is armed.
    Zone(ZoneId, ZoneState),
    /// Whether a door is open.
    Door(DeviceId, DoorState),
    /// What was last wanted of a device.
    Actuation(DeviceId, ActuationState),
    /// 报警激增
    Flood(Flood),
}

/// Which thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityId {
    /// The estate document.
    Estate,
    /// An alarm.
    Alarm(AlarmId),
    /// A member of the staff.
    Person(PersonId),
    /// A phone.
    Phone(PhoneId),
    /// A zone.
    Zone(ZoneId),
    /// A door.
    Door(DeviceId),
    /// What was last wanted of a device.
    Actuation(DeviceId),
    /// 报警激增
    Flood,
}

/// What an audience that gets no facts is told of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewFact {
    /// It is this now, whole, whether it was known before or not.
    Put(Entity),
    /// It is not to be seen any more.
    Remove(EntityId),
}

impl Audience {
    /// Every audience.
    pub const ALL: [Self; 3] = [Self::Staff, Self::Wall, Self::WallVisitor];

    /// The audience of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Wall => "wall",
            Self::WallVisitor => "wall_visitor",
        }
    }

    /// Whether it replicates the stored facts. Whoever does sees all that they tell.
    pub const fn gets_facts(self) -> bool {
        match self {
            Self::Staff => true,
            Self::Wall | Self::WallVisitor => false,
        }
    }

    /// Whether it may see who works here: owners, authors, positions, names.
    pub const fn sees_persons(self) -> bool {
        match self {
            Self::Staff | Self::Wall => true,
            Self::WallVisitor => false,
        }
    }

    /// Whether it may see a silent call for help. Never where the one who threatens can read it.
    pub const fn sees_duress(self) -> bool {
        match self {
            Self::Staff => true,
            Self::Wall | Self::WallVisitor => false,
        }
    }

    /// Whether it may see what is armed, which doors stand open, and which are released.
    pub const fn sees_security(self) -> bool {
        match self {
            Self::Staff | Self::Wall => true,
            Self::WallVisitor => false,
        }
    }

    /// The folded state as this audience may see it.
    #[must_use]
    pub fn view(self, view: &View) -> View {
        let View {
            seq,
            estate,
            alarms,
            closed,
            people,
            phones,
            zones,
            doors,
            actuations,
            flood,
        } = view;
        View {
            seq: *seq,
            estate: estate.clone(),
            alarms: alarms
                .iter()
                .filter_map(|(id, alarm)| Some((*id, self.alarm(alarm)?)))
                .collect(),
            // Whoever does not fold facts lets go of nothing by itself: it is told.
            closed: if self.gets_facts() {
                closed.clone()
            } else {
                VecDeque::new()
            },
            people: only(self.sees_persons(), people),
            phones: only(self.sees_persons(), phones),
            zones: only(self.sees_security(), zones),
            doors: only(self.sees_security(), doors),
            actuations: only(self.sees_security(), actuations),
            flood: flood.clone(),
        }
    }

    /// What changed for this audience, from what the facts of a turn touched and the view after
    /// them. An audience that gets the facts needs none of it.
    pub fn project(self, touched: &Touched, view: &View) -> Vec<ViewFact> {
        if self.gets_facts() {
            return Vec::new();
        }
        let Touched {
            alarms,
            people,
            zones,
            doors,
            actuations,
            phones,
            flood,
            estate,
        } = touched;
        let mut changes = Vec::new();
        if *estate {
            changes.push(match &view.estate {
                Some(hash) => ViewFact::Put(Entity::Estate(hash.clone())),
                None => ViewFact::Remove(EntityId::Estate),
            });
        }
        if *flood {
            changes.push(match &view.flood {
                Some(flood) => ViewFact::Put(Entity::Flood(flood.clone())),
                None => ViewFact::Remove(EntityId::Flood),
            });
        }
        // None of these is ever let go of: a thing that was touched is there.
        if self.sees_persons() {
            let people = distinct(people).filter_map(|id| Some((id, view.people.get(id)?)));
            changes.extend(
                people.map(|(id, state)| ViewFact::Put(Entity::Person(id.clone(), state.clone()))),
            );
            let phones: BTreeSet<_> = phones.iter().collect();
            let phones = phones
                .into_iter()
                .filter_map(|id| Some((id, view.phones.get(id)?)));
            changes.extend(
                phones.map(|(id, whose)| ViewFact::Put(Entity::Phone(id.clone(), whose.clone()))),
            );
        }
        if self.sees_security() {
            let zones = distinct(zones).filter_map(|id| Some((id, view.zones.get(id)?)));
            changes.extend(
                zones.map(|(id, state)| ViewFact::Put(Entity::Zone(id.clone(), state.clone()))),
            );
            let doors = distinct(doors).filter_map(|id| Some((id, view.doors.get(id)?)));
            changes
                .extend(doors.map(|(id, state)| ViewFact::Put(Entity::Door(id.clone(), *state))));
            let wanted = distinct(actuations).filter_map(|id| Some((id, view.actuations.get(id)?)));
            changes
                .extend(wanted.map(|(id, state)| {
                    ViewFact::Put(Entity::Actuation(id.clone(), state.clone()))
                }));
        }
        let mut seen = BTreeSet::new();
        for TouchedAlarm { id, before } in alarms {
            // Of several changes in one turn the first knows what was shown before it.
            if !seen.insert(*id) {
                continue;
            }
            let shown = before.as_ref().and_then(|alarm| self.alarm(alarm));
            match view.alarms.get(id).and_then(|alarm| self.alarm(alarm)) {
                Some(alarm) if Some(&alarm) == shown.as_ref() => {}
                Some(alarm) => changes.push(ViewFact::Put(Entity::Alarm(Box::new(alarm)))),
                None if shown.is_some() => changes.push(ViewFact::Remove(EntityId::Alarm(*id))),
                None => {}
            }
        }
        changes
    }

    /// An alarm as this audience may see it, if it may see it at all.
    fn alarm(self, alarm: &Alarm) -> Option<Alarm> {
        if !self.sees_duress() && began_as_duress(alarm) {
            return None;
        }
        if !self.sees_persons() && alarm.source.person().is_some() {
            return None;
        }
        let mut shown = alarm.clone();
        if !self.sees_duress() {
            shown
                .joined
                .retain(|joined| !is_duress(&joined.kind) && !is_duress(&joined.family));
            let joined = shown.joined.iter_mut().map(|joined| &mut joined.exists);
            for exists in joined.chain([&mut shown.exists]) {
                exists.retain(|one| !is_duress(&one.kind) && !is_duress(&one.family));
            }
        }
        if !self.sees_persons() {
            withhold_persons(&mut shown);
        }
        Some(shown)
    }

    /// What reached the server unrecorded, as this audience may see it: nothing before visitors.
    #[must_use]
    pub fn unrecorded(self, list: &Unrecorded) -> Unrecorded {
        let Unrecorded { notices, left_out } = list;
        if !self.sees_persons() {
            return Unrecorded::default();
        }
        let notices = notices
            .iter()
            .filter(|notice| self.sees_duress() || !is_duress(&notice.kind));
        Unrecorded {
            notices: notices.cloned().collect(),
            left_out: *left_out,
        }
    }
}

/// Whether an alarm is a silent call for help, or was one before it became something else.
fn began_as_duress(alarm: &Alarm) -> bool {
    let kinds = [&alarm.kind, &alarm.family].into_iter();
    let mut kinds = kinds.chain(alarm.rises.iter().map(|rise| &rise.from));
    kinds.any(is_duress)
}

/// Takes every person out of an alarm. Whoever adds a field to it meets this list.
fn withhold_persons(alarm: &mut Alarm) {
    let Alarm {
        id: _,
        kind: _,
        family: _,
        tier: _,
        priority: _,
        source: _,
        place: _,
        drill: _,
        occurred_at: _,
        raised_at: _,
        doubted_clock: _,
        condition: _,
        exists: _,
        ownership,
        acknowledged,
        mute,
        shelf,
        judgement,
        former,
        repeats: _,
        joined,
        rises,
        notes,
        version: _,
    } = alarm;
    match ownership {
        Ownership::Unclaimed { returned, .. } => {
            if let Some(Returned { from, .. }) = returned {
                *from = from.as_ref().map(|_| withheld());
            }
        }
        Ownership::Claimed { by, .. } => *by = withheld(),
    }
    if let Some(Acknowledged { by, .. }) = acknowledged {
        *by = withheld();
    }
    if let Some(Mute { by, .. }) = mute {
        *by = withheld();
    }
    if let Some(Shelf { by, .. }) = shelf {
        *by = withheld();
    }
    if let Judgement::Judged(judged) = judgement {
        judged.by = withheld();
    }
    for judged in former {
        judged.by = withheld();
    }
    joined.retain(|joined| joined.source.person().is_none());
    for rise in rises {
        if let RisenBy::SecondSource(source @ Source::Person(_)) = &mut rise.why {
            *source = Source::Person(withheld());
        }
    }
    // A note has an author, and words that may name anybody.
    notes.clear();
}

fn only<K: Clone + Ord, V: Clone>(may: bool, map: &BTreeMap<K, V>) -> BTreeMap<K, V> {
    if may { map.clone() } else { BTreeMap::new() }
}

fn distinct<K: Ord, V>(changes: &[Change<K, V>]) -> impl Iterator<Item = &K> {
    let ids: BTreeSet<_> = changes.iter().map(|change| &change.id).collect();
    ids.into_iter()
}

/// Folds what an audience without facts was told. Gives back what it changed.
pub fn fold(view: &mut View, changes: Vec<ViewFact>) -> Touched {
    let mut touched = Touched::default();
    for told in changes {
        match told {
            ViewFact::Put(entity) => put(view, entity, &mut touched),
            ViewFact::Remove(id) => remove(view, id, &mut touched),
        }
    }
    touched
}

fn put(view: &mut View, entity: Entity, touched: &mut Touched) {
    fn insert<K: Ord + Clone, V>(
        map: &mut BTreeMap<K, V>,
        id: K,
        value: V,
        touched: &mut Vec<Change<K, V>>,
    ) {
        let before = map.insert(id.clone(), value);
        touched.push(Change { id, before });
    }
    match entity {
        Entity::Estate(hash) => {
            view.estate = Some(hash);
            touched.estate = true;
        }
        Entity::Flood(flood) => {
            view.flood = Some(flood);
            touched.flood = true;
        }
        Entity::Alarm(alarm) => insert(&mut view.alarms, alarm.id, *alarm, &mut touched.alarms),
        Entity::Person(id, state) => insert(&mut view.people, id, state, &mut touched.people),
        Entity::Zone(id, state) => insert(&mut view.zones, id, state, &mut touched.zones),
        Entity::Door(id, state) => insert(&mut view.doors, id, state, &mut touched.doors),
        Entity::Actuation(id, state) => {
            insert(&mut view.actuations, id, state, &mut touched.actuations);
        }
        Entity::Phone(id, whose) => {
            view.phones.insert(id.clone(), whose);
            touched.phones.push(id);
        }
    }
}

fn remove(view: &mut View, id: EntityId, touched: &mut Touched) {
    fn take<K: Ord + Clone, V>(map: &mut BTreeMap<K, V>, id: K, touched: &mut Vec<Change<K, V>>) {
        let before = map.remove(&id);
        touched.push(Change { id, before });
    }
    match id {
        EntityId::Estate => {
            view.estate = None;
            touched.estate = true;
        }
        EntityId::Flood => {
            view.flood = None;
            touched.flood = true;
        }
        EntityId::Alarm(id) => take(&mut view.alarms, id, &mut touched.alarms),
        EntityId::Person(id) => take(&mut view.people, id, &mut touched.people),
        EntityId::Zone(id) => take(&mut view.zones, id, &mut touched.zones),
        EntityId::Door(id) => take(&mut view.doors, id, &mut touched.doors),
        EntityId::Actuation(id) => take(&mut view.actuations, id, &mut touched.actuations),
        EntityId::Phone(id) => {
            view.phones.remove(&id);
            touched.phones.push(id);
        }
    }
}

/// Whether an alarm of this type is a silent call for help: `duress`, or a type of that family
/// such as `duress_gate`. A type that somebody adds later is hidden by its name alone.
pub fn is_duress(kind: &AlarmTypeId) -> bool {
    let rest = kind.as_str().strip_prefix("duress");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-', '.', ':']))
}

fn withheld() -> PersonId {
    PersonId::constant(WITHHELD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_audience_is_found_by_its_name_and_written_as_it() {
        for audience in Audience::ALL {
            assert_eq!(Audience::named(audience.name()), Some(audience));
            let written = serde_json::to_value(audience).unwrap();
            assert_eq!(written, audience.name());
        }
        assert_eq!(Audience::named("Staff"), None);
        assert_eq!(Audience::named(""), None);
    }

    #[test]
    fn the_whole_family_of_duress_is_hidden_and_nothing_else() {
        let is = |kind: &'static str| is_duress(&AlarmTypeId::constant(kind));
        assert!(is("duress") && is("duress_gate") && is("duress-2") && is("duress.silent"));
        assert!(!is("panic") && !is("duressed") && !is("no_duress"));
    }
}
