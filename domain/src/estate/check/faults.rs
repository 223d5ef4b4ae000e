//! What can be wrong with an estate document: each fault a sentence, all of them at once.

use super::super::calendar::CalendarError;
use super::super::limits::{ESTATE_BYTES_MAX, LIST_MAX, POINTS_MAX};
use crate::geo::SITE_RADIUS_M_MAX;
use crate::ids::{PersonId, PostId};
use std::collections::BTreeSet;
use std::fmt;

/// Faults that are named at once; the rest is counted.
pub const FAULTS_NAMED_MAX: usize = 20;

/// Why a document is not an estate: everything that is wrong with it.
#[derive(Debug)]
pub struct EstateError {
    named: Vec<EstateFault>,
    unnamed: usize,
}

impl EstateError {
    /// The faults, in the order of the checks; [`FAULTS_NAMED_MAX`] at most.
    pub fn faults(&self) -> &[EstateFault] {
        &self.named
    }
}

impl From<EstateFault> for EstateError {
    fn from(fault: EstateFault) -> Self {
        Self {
            named: vec![fault],
            unnamed: 0,
        }
    }
}

impl std::error::Error for EstateError {}

impl fmt::Display for EstateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [fault] = self.named.as_slice() {
            return write!(f, "{fault}");
        }
        write!(f, "there are {} faults:", self.named.len() + self.unnamed)?;
        for fault in &self.named {
            write!(f, "\n- {fault}")?;
        }
        if self.unnamed > 0 {
            write!(f, "\n- and {} more; mend these first", self.unnamed)?;
        }
        Ok(())
    }
}

/// Faults as they are found.
#[derive(Debug, Default)]
pub(super) struct Faults {
    named: Vec<EstateFault>,
    unnamed: usize,
}

impl Faults {
    pub(super) fn add(&mut self, fault: EstateFault) {
        if self.named.len() < FAULTS_NAMED_MAX {
            self.named.push(fault);
        } else {
            self.unnamed += 1;
        }
    }

    /// A reference to something that the estate does not have.
    pub(super) fn unknown(&mut self, from: &str, what: &'static str, id: &dyn fmt::Display) {
        self.add(EstateFault::Unknown {
            from: from.to_owned(),
            what,
            id: id.to_string(),
        });
    }

    /// Ids that are there twice.
    pub(super) fn unique<T: Ord + fmt::Display>(
        &mut self,
        what: &str,
        ids: impl Iterator<Item = T>,
    ) {
        let mut seen = BTreeSet::new();
        for id in ids {
            let text = id.to_string();
            if !seen.insert(id) {
                self.add(EstateFault::Twice {
                    what: what.to_owned(),
                    id: text,
                });
            }
        }
    }

    pub(super) fn into_result(self) -> Result<(), EstateError> {
        let Self { named, unnamed } = self;
        if named.is_empty() {
            return Ok(());
        }
        Err(EstateError { named, unnamed })
    }
}

/// One thing that is wrong with a document. Every message names the thing and what to do.
#[derive(Debug, thiserror::Error)]
pub enum EstateFault {
    /// More than [`ESTATE_BYTES_MAX`] bytes.
    #[error("the estate document has {0} bytes; at most {ESTATE_BYTES_MAX} are allowed")]
    TooLarge(usize),
    /// Not JSON of the right shape.
    #[error("the estate document cannot be read: {0}")]
    Shape(serde_json::Error),
    /// A list longer than its limit.
    #[error("{list} has {length} entries; at most {LIST_MAX} are allowed")]
    TooMany {
        /// Which list.
        list: &'static str,
        /// Its length.
        length: usize,
    },
    /// Two things with one id.
    #[error("{what} {id} is there twice; give each its own id")]
    Twice {
        /// What kind of thing.
        what: String,
        /// The id.
        id: String,
    },
    /// Two people who would answer to one call on the radio.
    #[error(
        "{one} and {other} have the call sign {call_sign}, or ones that sound alike; give each \
         their own"
    )]
    SameCallSign {
        /// Who has it.
        one: PersonId,
        /// Who has it, too.
        other: PersonId,
        /// The call sign of the first.
        call_sign: String,
    },
    /// A deputy who is never called after anybody.
    #[error(
        "{person} cannot stand in for {of}: both need a rung in common, and they are two people"
    )]
    NoDeputy {
        /// Who stands in.
        person: PersonId,
        /// For whom.
        of: PersonId,
    },
    /// Somebody who would be counted at two posts.
    #[error("{person} is at post {one} and at post {other}; nobody stands at two")]
    AtTwoPosts {
        /// Who.
        person: PersonId,
        /// One of them.
        one: PostId,
        /// The other one.
        other: PostId,
    },
    /// A reference to something that is not in the document.
    #[error("{from} names {what} {id}, which the estate does not have")]
    Unknown {
        /// Who refers.
        from: String,
        /// To what kind of thing.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// A reference to a device of another kind.
    #[error("{from} names device {id} as its {wanted}, which it is not")]
    OtherKind {
        /// Who refers.
        from: String,
        /// To which device.
        id: String,
        /// What it would have to be.
        wanted: &'static str,
    },
    /// An outline that encloses nothing, or with too many points.
    #[error("{what} has {points} points; {least} to {POINTS_MAX} are needed")]
    Points {
        /// Whose geometry.
        what: String,
        /// How many points it has.
        points: usize,
        /// How many it needs.
        least: usize,
    },
    /// A point too far from the anchor.
    #[error("{0} lies more than {SITE_RADIUS_M_MAX} m from the anchor")]
    TooFar(String),
    /// No calendar can be made.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// An alarm type that leads to one of another family, or down.
    #[error(
        "alarm type {from} names {to}, which is not a higher tier of the same family; give {to} \
         the family and a higher tier"
    )]
    NotHigher {
        /// The type that names another.
        from: String,
        /// The one that it names.
        to: String,
    },
    /// An alarm type that is one of another family at times.
    #[error(
        "alarm type {from} is {to} at times, which is of another family: what began as one would \
         not end as the other; give both the same family"
    )]
    OtherFamily {
        /// The type that names another.
        from: String,
        /// The one that it names.
        to: String,
    },
    /// Types of one row whose verdicts would need a basis or not, by what was reported last.
    #[error(
        "alarm types {one} and {other} are of one family, and only one of them has `verify`; give \
         it to both or to neither"
    )]
    VerifiedByHalf {
        /// A type of the family.
        one: String,
        /// One that is answered otherwise.
        other: String,
    },
    /// A skill that would never be found.
    #[error(
        "alarm type {kind} wants the skill {skill}, which nobody has who is sent; give it to whoever has it, or \
         leave it out"
    )]
    NobodyCan {
        /// The type that wants it.
        kind: String,
        /// Which skill, as it is written.
        skill: &'static str,
    },
    /// A device that is reached through itself.
    #[error("device {0} is reached through itself; an upstream leads to the network's root")]
    Circle(String),
    /// Something else than a door or a barrier that is to be opened.
    #[error(
        "device {0} is neither door nor barrier, so `remote_release` is not for it; leave it out"
    )]
    NothingToRelease(String),
    /// Something else than a camera that is to look.
    #[error("device {0} is no camera, so `camera` is not for it; leave it out")]
    NothingToSee(String),
    /// Rooms from a floor down to another.
    #[error("rooms of {0} lie from a higher floor to a lower one; write the lower one first")]
    NotUpwards(String),
    /// A lift that goes nowhere.
    #[error("{0} is a lift and stays on its floor; join its stops, one to the next")]
    LiftStays(String),
    /// A number outside its range.
    #[error("{what} is {value}; it must be {range}")]
    Range {
        /// Which number.
        what: String,
        /// What it is.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
}
