//! What is wrong with a procedure, and where in its document.

use super::limits::ANSWERS_MAX;
use super::types::END;
use crate::ids::{IdError, StepId};
use crate::text::{Language, TextError};
use std::fmt;

/// Characters of a foreign word that a sentence repeats.
const REPEATED_CHARS_MAX: usize = 40;

/// A place in a document: `steps[3].words.en`. Whoever read the file makes a line of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spot(Vec<Part>);

/// One step on the way to a [`Spot`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Into a table.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

impl Spot {
    /// The way from the top of the document.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    pub(super) fn key(&self, key: &str) -> Self {
        self.and(Part::Key(key.to_owned()))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.and(Part::Index(index))
    }

    fn and(&self, part: Part) -> Self {
        let mut parts = self.0.clone();
        parts.push(part);
        Self(parts)
    }
}

/// People count from one.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the procedure");
        }
        for (n, part) in self.0.iter().enumerate() {
            match part {
                Part::Key(key) if n == 0 => f.write_str(&repeated(key))?,
                Part::Key(key) => write!(f, ".{}", repeated(key))?,
                Part::Index(index) => write!(f, "[{}]", index.saturating_add(1))?,
            }
        }
        Ok(())
    }
}

/// Something wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {flaw}")]
pub struct Fault {
    /// Where.
    pub at: Spot,
    /// What.
    pub flaw: Flaw,
}

/// What can be wrong with a procedure. Every sentence says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A value of another kind.
    #[error("this is {found}; write {wanted}")]
    Shape {
        /// What is there.
        found: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// Something that every procedure, step or answer has.
    #[error("`{0}` is missing; add it")]
    Missing(&'static str),
    /// Words in one language only.
    #[error("it has no words in {}; people read it in both languages", language(*.0))]
    OneLanguage(Language),
    /// A word that means nothing here.
    #[error("`{}` means nothing here; it can be {}", repeated(.found), listed(.known))]
    Unknown {
        /// What was written.
        found: String,
        /// What is known.
        known: Vec<&'static str>,
    },
    /// Words that do not fit.
    #[error("{0}")]
    Text(TextError),
    /// An id that is none.
    #[error("{0}")]
    Id(IdError),
    /// A number outside its range.
    #[error("the number is {found}; it must be 1 to {most}")]
    Range {
        /// What it is.
        found: String,
        /// What it may be at most.
        most: u64,
    },
    /// More than fit on a card.
    #[error("there are {count}; at most {most} are allowed")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A procedure without steps.
    #[error("there is no step; a procedure has one at least")]
    NoSteps,
    /// One answer is no question.
    #[error("there is one answer; a step asks with 2 to {ANSWERS_MAX}, or not at all")]
    OneAnswer,
    /// Two with one id.
    #[error("`{0}` is there twice; give each its own")]
    Twice(String),
    /// A step with the word that ends a procedure.
    #[error("`{END}` is how a procedure ends; call the step otherwise")]
    Reserved,
    /// The answers say already what comes next.
    #[error("the step has answers, which lead on; leave `then` out")]
    AnswersAndThen,
    /// A lead to a step that is not there.
    #[error("no step is called `{0}`; name one, or `{END}`")]
    LeadsNowhere(StepId),
    /// Steps that lead to each other for ever.
    #[error("this leads back: {}; a procedure goes forward", circle(.0))]
    Circle(Vec<StepId>),
    /// A step that nobody comes to.
    #[error("nothing leads to the step `{0}`; lead an answer or a `then` to it, or take it out")]
    Unreachable(StepId),
    /// Not named any more.
    #[error("there are more faults; mend these first")]
    More,
}

/// All that is wrong with one procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            let between = if n == 0 { "" } else { "; " };
            write!(f, "{between}{fault}")?;
        }
        Ok(())
    }
}

const fn language(language: Language) -> &'static str {
    match language {
        Language::Zh => "Chinese (`zh`)",
        Language::En => "English (`en`)",
    }
}

/// Somebody else's word, as it may stand in a sentence and in a terminal.
pub(super) fn repeated(word: &str) -> String {
    let short = word.chars().take(REPEATED_CHARS_MAX);
    let seen: String = short.flat_map(char::escape_debug).collect();
    match word.chars().nth(REPEATED_CHARS_MAX) {
        Some(_) => format!("{seen}…"),
        None => seen,
    }
}

fn listed(known: &[&str]) -> String {
    known.join(", ")
}

fn circle(steps: &[StepId]) -> String {
    let steps: Vec<_> = steps.iter().map(StepId::as_str).collect();
    steps.join(" → ")
}
