//! One turn: what several inputs decided, numbered, to be committed as one transaction.

use crate::engine::{Accepted, Engine, Output};
use crate::fact::{Fact, FactError};
use crate::ids::SiteId;
use crate::observation::Fix;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A numbered fact and the bytes that are stored of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// The fact.
    pub fact: Fact,
    /// Its stored form.
    pub bytes: String,
}

/// Why an input could not become part of a turn.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// A fact that cannot be written down must not be applied either.
    #[error(transparent)]
    Fact(#[from] FactError),
}

/// What a turn has gathered so far.
#[derive(Debug)]
pub struct Turn {
    site: SiteId,
    /// Facts in the order of their numbers.
    pub facts: Vec<Stamped>,
    /// Positions for the history.
    pub tracks: Vec<Fix>,
    /// Positions for the displays.
    pub latest: Vec<Fix>,
}

impl Turn {
    /// An empty turn.
    pub fn new(site: SiteId) -> Self {
        Self {
            site,
            facts: Vec::new(),
            tracks: Vec::new(),
            latest: Vec::new(),
        }
    }

    /// Whether nothing needs to be written.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.tracks.is_empty()
    }

    /// Drains the engine after one input: numbers each fact, folds it, and gives back the answer
    /// for whoever sent the input.
    pub fn drain(
        &mut self,
        engine: &mut Engine,
        now: Timestamp,
    ) -> Result<Option<Result<Accepted, Refusal>>, TurnError> {
        let mut answer = None;
        while let Some(output) = engine.poll_output() {
            match output {
                Output::Record(draft) => {
                    let fact = Fact {
                        site: self.site.clone(),
                        seq: engine.site().view().seq.next(),
                        recorded_at: now,
                        occurred_at: draft.occurred_at.unwrap_or(now),
                        cause: draft.cause,
                        actor: draft.actor,
                        drill: draft.drill,
                        body: draft.body,
                    };
                    let bytes = fact.encode()?;
                    engine.apply(&fact);
                    self.facts.push(Stamped { fact, bytes });
                }
                Output::Track(fix) => self.tracks.push(fix),
                Output::Latest(fix) => self.latest.push(fix),
                Output::Answer(result) => answer = Some(result),
            }
        }
        Ok(answer)
    }
}
