//! What happened to one thing, step by step: the facts about it, as they came.

use super::stamp::Stamp;
use crate::ids::{PersonId, Seq};
use crate::serial::{is_default, shared};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Steps that a thing remembers; what came between its first and the others is left to the record.
pub const HISTORY_STEPS_MAX: usize = 64;

/// A fact that can be a step of something's history.
pub trait Told: Clone {
    /// Whether its like comes by itself, again and again: a device that says once more what it
    /// said, a deadline that passes. In a stretch of nothing else, what was told is counted.
    fn is_chatter(&self) -> bool;

    /// Whether it tells nothing that this one has not told.
    fn repeats(&self, told: &Self) -> bool;

    /// Who handed it on, and to whom.
    fn handed_on(&self) -> Option<(&PersonId, &PersonId)> {
        None
    }
}

/// One step: a fact, with when and who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step<F> {
    /// The fact's number.
    pub seq: Seq,
    /// When it came onto the record.
    pub at: Timestamp,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// Who did it, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<PersonId>,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "is_default")]
    pub drill: bool,
    /// What was decided.
    pub fact: F,
    /// The same again, with nothing new in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// Further facts that said what a step says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// How many.
    pub times: u32,
    /// The number of the last one.
    pub seq: Seq,
    /// When that came onto the record.
    pub at: Timestamp,
}

impl<F> Step<F> {
    /// A fact as a step.
    pub fn of(fact: F, stamp: &Stamp<'_>) -> Self {
        Self {
            seq: stamp.seq,
            at: stamp.at,
            occurred_at: stamp.occurred_at,
            actor: stamp.actor.cloned(),
            drill: stamp.drill,
            fact,
            again: None,
        }
    }

    /// The last fact that is counted here.
    pub fn last_seq(&self) -> Seq {
        self.again.map_or(self.seq, |again| again.seq)
    }

    /// How many facts are told here.
    pub fn times(&self) -> u32 {
        self.again.map_or(1, |again| again.times.saturating_add(1))
    }
}

/// The steps of one thing, oldest first. The first one, how it began, never leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History<F> {
    /// At most [`HISTORY_STEPS_MAX`]. Shared, because a row is copied at each of its facts.
    #[serde(
        with = "shared",
        bound(serialize = "F: Serialize", deserialize = "F: Deserialize<'de>")
    )]
    steps: Vec<Arc<Step<F>>>,
    /// Steps after the first one that have left.
    #[serde(default, skip_serializing_if = "is_default")]
    left_out: u32,
}

impl<F> Default for History<F> {
    /// Of whoever may not see it.
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            left_out: 0,
        }
    }
}

impl<F> History<F> {
    /// Whether nothing is told.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Its steps, oldest first. Between the first and the second [`Self::left_out`] are missing.
    pub fn steps(&self) -> &[Arc<Step<F>>] {
        &self.steps
    }

    /// How many steps after the first one have left.
    pub const fn left_out(&self) -> u32 {
        self.left_out
    }

    /// The step in which a fact is the last one told.
    pub fn step_upto(&self, seq: Seq) -> Option<&Arc<Step<F>>> {
        let mut latest_first = self.steps.iter().rev();
        latest_first.find(|step| step.last_seq() == seq)
    }

    /// Whether somebody has done anything since a fact.
    pub(crate) fn has_deed_of(&self, person: &PersonId, since: Seq) -> bool {
        let latest_first = self.steps.iter().rev();
        let mut later = latest_first.take_while(|step| step.seq > since);
        later.any(|step| step.actor.as_ref() == Some(person))
    }
}

impl<F: Told> History<F> {
    /// How something begins.
    pub(crate) fn begun(fact: F, stamp: &Stamp<'_>) -> Self {
        Self {
            steps: vec![Arc::new(Step::of(fact, stamp))],
            left_out: 0,
        }
    }

    /// One more fact. What was told already in this stretch of chatter is counted where it stands.
    pub(crate) fn add(&mut self, fact: F, stamp: &Stamp<'_>) {
        let step = Step::of(fact, stamp);
        if let Some(told) = self.told(&step) {
            let told = Arc::make_mut(told);
            told.again = Some(Again {
                times: told.times(),
                seq: step.seq,
                at: step.at,
            });
            return;
        }
        if self.steps.len() >= HISTORY_STEPS_MAX {
            self.steps.remove(1);
            self.left_out = self.left_out.saturating_add(1);
        }
        self.steps.push(Arc::new(step));
    }

    /// The fact by which `by` handed it on to `to`, if nobody did so later and `to` has done nothing
    /// with it since.
    pub(crate) fn handed_on(&self, by: &PersonId, to: &PersonId) -> Option<Seq> {
        let mut latest_first = self.steps.iter().rev();
        let last = latest_first.find(|step| step.fact.handed_on().is_some())?;
        let is_this = last.fact.handed_on() == Some((by, to));
        (is_this && !self.has_deed_of(to, last.seq)).then_some(last.seq)
    }

    fn told(&mut self, new: &Step<F>) -> Option<&mut Arc<Step<F>>> {
        if !new.fact.is_chatter() {
            return None;
        }
        let stretch = self.steps.iter_mut().rev();
        let mut stretch = stretch.take_while(|step| step.fact.is_chatter());
        stretch.find(|told| {
            (told.drill, &told.actor) == (new.drill, &new.actor) && new.fact.repeats(&told.fact)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Lamp {
        Lit,
        Flickers(u8),
    }

    impl Told for Lamp {
        fn is_chatter(&self) -> bool {
            matches!(self, Self::Flickers(_))
        }

        fn repeats(&self, told: &Self) -> bool {
            self == told
        }
    }

    fn stamp(seq: u64) -> Stamp<'static> {
        let at = Timestamp::from_secs(i64::try_from(seq).expect("small"));
        Stamp {
            seq: Seq(seq),
            at,
            occurred_at: at,
            actor: None,
            drill: false,
        }
    }

    fn history(facts: &[Lamp]) -> History<Lamp> {
        let mut stamps = (1..).map(stamp);
        let mut history = History::begun(facts[0], &stamps.next().expect("endless"));
        for (fact, stamp) in facts[1..].iter().zip(stamps) {
            history.add(*fact, &stamp);
        }
        history
    }

    fn told(history: &History<Lamp>) -> Vec<(u64, Lamp, u32, u64)> {
        let steps = history.steps().iter();
        steps
            .map(|step| (step.seq.0, step.fact, step.times(), step.last_seq().0))
            .collect()
    }

    #[test]
    fn chatter_is_counted_where_it_was_first_told_until_something_else_happens() {
        use Lamp::{Flickers, Lit};
        let facts = [
            Lit,
            Flickers(1),
            Flickers(2),
            Flickers(1),
            Flickers(2),
            Flickers(1),
            Lit,
            Flickers(1),
            Lit,
            Lit,
        ];
        let expected = [
            (1, Lit, 1, 1),
            (2, Flickers(1), 3, 6),
            (3, Flickers(2), 2, 5),
            (7, Lit, 1, 7),
            (8, Flickers(1), 1, 8),
            (9, Lit, 1, 9),
            (10, Lit, 1, 10),
        ];
        assert_eq!(told(&history(&facts)), expected);
    }

    #[test]
    fn what_a_person_or_a_drill_repeats_is_a_step_of_its_own() {
        let mut history = history(&[Lamp::Lit, Lamp::Flickers(1)]);
        let drill = Stamp {
            drill: true,
            ..stamp(3)
        };
        history.add(Lamp::Flickers(1), &drill);
        let person = PersonId::constant("li-na");
        let person = Stamp {
            actor: Some(&person),
            ..stamp(4)
        };
        history.add(Lamp::Flickers(1), &person);
        assert_eq!(history.steps().len(), 4);
    }

    #[test]
    fn the_oldest_leave_but_for_the_first_and_are_counted() {
        let facts: Vec<_> = std::iter::repeat_n(Lamp::Lit, HISTORY_STEPS_MAX + 5).collect();
        let history = history(&facts);
        let seqs: Vec<u64> = history.steps().iter().map(|step| step.seq.0).collect();
        assert_eq!(seqs.len(), HISTORY_STEPS_MAX);
        assert_eq!((seqs[0], seqs[1], history.left_out()), (1, 7, 5));
        assert_eq!(history.step_upto(Seq(69)).map(|step| step.seq.0), Some(69));
        assert_eq!(history.step_upto(Seq(3)), None, "it has left");
    }
}
