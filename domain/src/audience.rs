//! Who may see what: classes of displays that are told the same.
//!
//! The staff replicates the facts themselves. The others get what they may see of each thing, whole,
//! whenever it changes, and never the facts: a fact tells more than its outcome. The law that
//! `domain/tests/fold_laws.rs` holds: folding what was projected equals projecting what was
//! folded. A new field, state or kind of thing does not compile here until somebody has said who
//! may see it.

use crate::alarm::{Alarm, Judgement, Ownership};
use crate::ids::{AlarmId, AlarmTypeId, EstateHash, PersonId};
use crate::site::{Touched, TouchedAlarm, View};
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
}

/// Which thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityId {
    /// The estate document.
    Estate,
    /// An alarm.
    Alarm(AlarmId),
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

    /// The folded state as this audience may see it.
    #[must_use]
    pub fn view(self, view: &View) -> View {
        let View {
            seq,
            estate,
            alarms,
            closed,
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
        }
    }

    /// What changed for this audience, from what the facts of a turn touched and the view after
    /// them. An audience that gets the facts needs none of it.
    pub fn project(self, touched: &Touched, view: &View) -> Vec<ViewFact> {
        if self.gets_facts() {
            return Vec::new();
        }
        let Touched { alarms, estate } = touched;
        let mut changes = Vec::new();
        if *estate {
            changes.push(match &view.estate {
                Some(hash) => ViewFact::Put(Entity::Estate(hash.clone())),
                None => ViewFact::Remove(EntityId::Estate),
            });
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
        if !self.sees_duress() && is_duress(&alarm.kind) {
            return None;
        }
        if self.sees_persons() {
            return Some(alarm.clone());
        }
        let Alarm {
            id,
            kind,
            priority,
            device,
            place,
            occurred_at,
            raised_at,
            doubted_clock,
            condition,
            ownership,
            judgement,
            repeats,
            // A note has an author, and words that may name anybody.
            notes: _,
            version,
        } = alarm;
        Some(Alarm {
            id: *id,
            kind: kind.clone(),
            priority: *priority,
            device: device.clone(),
            place: place.clone(),
            occurred_at: *occurred_at,
            raised_at: *raised_at,
            doubted_clock: *doubted_clock,
            condition: *condition,
            ownership: match ownership {
                Ownership::Unclaimed {
                    due_at,
                    times_overdue,
                } => Ownership::Unclaimed {
                    due_at: *due_at,
                    times_overdue: *times_overdue,
                },
                Ownership::Claimed { by: _, at } => Ownership::Claimed {
                    by: withheld(),
                    at: *at,
                },
            },
            judgement: match judgement {
                Judgement::Open => Judgement::Open,
                Judgement::Judged { verdict, by: _, at } => Judgement::Judged {
                    verdict: *verdict,
                    by: withheld(),
                    at: *at,
                },
            },
            repeats: *repeats,
            notes: Vec::new(),
            version: *version,
        })
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

/// Folds what an audience without facts was told. Gives back what it changed.
pub fn fold(view: &mut View, changes: Vec<ViewFact>) -> Touched {
    let mut touched = Touched::default();
    let mut change = |alarms: &mut BTreeMap<_, _>, id, after: Option<Alarm>| {
        let before = match after {
            Some(alarm) => alarms.insert(id, alarm),
            None => alarms.remove(&id),
        };
        touched.alarms.push(TouchedAlarm { id, before });
    };
    for told in changes {
        match told {
            ViewFact::Put(Entity::Alarm(alarm)) => {
                change(&mut view.alarms, alarm.id, Some(*alarm));
            }
            ViewFact::Remove(EntityId::Alarm(id)) => change(&mut view.alarms, id, None),
            ViewFact::Put(Entity::Estate(hash)) => {
                view.estate = Some(hash);
                touched.estate = true;
            }
            ViewFact::Remove(EntityId::Estate) => {
                view.estate = None;
                touched.estate = true;
            }
        }
    }
    touched
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
