//! Typed ids. A guard is never mistaken for a door by passing the wrong string.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

/// Characters that a [`Slug`] may have at most.
pub const SLUG_MAX: usize = 64;

/// Why an id was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 1 to 64 characters.
    #[error("an id has 1 to {SLUG_MAX} characters, this one has {0}")]
    Length(usize),
    /// A character other than `a-z A-Z 0-9 . _ : -`.
    #[error("an id may contain letters, digits and . _ : - but not {0:?}")]
    Character(char),
    /// Not of the form `A-1042`.
    #[error("such a number looks like {0}")]
    Number(&'static str),
}

fn check_slug(raw: &str) -> Result<(), IdError> {
    if let Some(other) = raw
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | ':' | '-'))
    {
        return Err(IdError::Character(other));
    }
    if raw.is_empty() || raw.len() > SLUG_MAX {
        return Err(IdError::Length(raw.len()));
    }
    Ok(())
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks an id that came from outside.
            pub fn new(raw: impl Into<String>) -> Result<Self, IdError> {
                let raw = raw.into();
                check_slug(&raw)?;
                Ok(Self(raw))
            }

            /// An id written in the source, known to be one.
            pub fn constant(raw: &'static str) -> Self {
                debug_assert!(check_slug(raw).is_ok(), "a constant that is no id");
                Self(raw.to_owned())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(raw: &str) -> Result<Self, IdError> {
                Self::new(raw)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

slug! {
    /// A site: one estate, one journal, one writer.
    SiteId
}
slug! {
    /// A device: detector, panel, door controller, camera, button.
    DeviceId
}
slug! {
    /// A person of the staff, never a member of the public.
    PersonId
}
slug! {
    /// A building of the estate.
    BuildingId
}
slug! {
    /// A type of alarm, such as `gas_low`.
    AlarmTypeId
}
slug! {
    /// The sender's own id of an event, by which a resend is recognised.
    EventId
}
slug! {
    /// The name by which a phone signs its positions (the user of OwnTracks).
    PhoneId
}

impl PhoneId {
    /// How the page of a person signs, which is theirs whatever phone it runs on. Nothing for an id that
    /// is too long for it: then their page calls by nobody's name.
    pub fn of_page(person: &PersonId) -> Option<Self> {
        Self::new(format!("{PAGE}{person}")).ok()
    }

    /// Whose page signs so, if a page does.
    pub fn person_of_page(&self) -> Option<&str> {
        self.as_str().strip_prefix(PAGE)
    }
}

/// What stands before the id of a person whose page signs.
const PAGE: &str = "page:";

slug! {
    /// A decoder of devices' messages, such as `events`.
    AdapterId
}
slug! {
    /// 防区: what is armed and disarmed together.
    ZoneId
}
slug! {
    /// 处置流程: a procedure, such as `gas`.
    ProcedureId
}
slug! {
    /// A step of a procedure.
    StepId
}
slug! {
    /// An answer to a step that asks.
    AnswerId
}
slug! {
    /// An area whose border is watched.
    AreaId
}
slug! {
    /// 岗位: a place that guards are assigned to.
    PostId
}
slug! {
    /// A ladder: who is called, one rung after the other, while nobody answers.
    LadderId
}
slug! {
    /// The hash that names an immutable estate document.
    EstateHash
}

impl AlarmTypeId {
    /// Whether an alarm of this type is a silent call for help: `duress`, or a type of that family
    /// such as `duress_gate`. A type that somebody adds later is hidden by its name alone.
    pub fn is_duress(&self) -> bool {
        let rest = self.as_str().strip_prefix("duress");
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-', '.', ':']))
    }
}

/// The number of a fact in its site's journal. The first fact has 1; 0 means "before all facts".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The `seq` of the fact that last touched a thing.
pub type Version = Seq;

/// Numbers within a site, printed with a letter before them.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The number after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(raw: &str) -> Result<Self, IdError> {
                let wrong = IdError::Number(concat!($prefix, "1042"));
                let digits = raw.strip_prefix($prefix).ok_or(wrong.clone())?;
                // `parse` alone would take "+1" and "007": two spellings of one id.
                if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(wrong);
                }
                digits.parse().map(Self).map_err(|_too_large| wrong)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }
    };
}

numbered! {
    /// An alarm's number within its site, printed as `A-1042`.
    AlarmId, "A-"
}
numbered! {
    /// An incident's number within its site, printed as `I-17`.
    IncidentId, "I-"
}
numbered! {
    /// The number of an assignment within its site, printed as `D-31`.
    AssignmentId, "D-"
}

/// 录像: a clip of an alarm, printed as `A-1042-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClipId {
    /// Whose pictures it has.
    pub alarm: AlarmId,
    /// Which of the alarm's clips, from 1.
    pub nth: u8,
}

impl fmt::Display for ClipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.alarm, self.nth)
    }
}

impl FromStr for ClipId {
    type Err = IdError;
    fn from_str(raw: &str) -> Result<Self, IdError> {
        let wrong = IdError::Number("A-1042-1");
        let (alarm, digit) = raw.rsplit_once('-').ok_or(wrong.clone())?;
        let alarm = alarm.parse().map_err(|_| wrong.clone())?;
        match digit.as_bytes() {
            [digit @ b'1'..=b'9'] => Ok(Self {
                alarm,
                nth: digit - b'0',
            }),
            _ => Err(wrong),
        }
    }
}

impl Serialize for ClipId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClipId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// The id that a client gives to a command, so that a repeat gets the first answer again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub uuid::Uuid);

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The identity of one journal. A journal that is begun anew has another one; a restored one keeps
/// it, and is told apart by the chain's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JournalId(pub uuid::Uuid);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarm_numbers_have_one_spelling() {
        assert_eq!("A-1042".parse(), Ok(AlarmId(1042)));
        assert_eq!(AlarmId(1042).to_string(), "A-1042");
        for other in ["1042", "a-1", "A-", "A-01", "A-+1", "A-99999999999", "A-1 "] {
            assert_eq!(
                other.parse::<AlarmId>(),
                Err(IdError::Number("A-1042")),
                "{other}"
            );
        }
    }

    #[test]
    fn clips_have_one_spelling() {
        let clip = ClipId {
            alarm: AlarmId(1042),
            nth: 2,
        };
        assert_eq!("A-1042-2".parse(), Ok(clip));
        assert_eq!(clip.to_string(), "A-1042-2");
        for other in [
            "A-1042",
            "A-1042-0",
            "A-1042-10",
            "A-1042-01",
            "A-1042-",
            "1042-1",
            "A-1042-1/..",
        ] {
            assert!(other.parse::<ClipId>().is_err(), "{other}");
        }
    }

    #[test]
    fn slugs_refuse_what_could_be_a_path_or_a_query() {
        assert!(SiteId::new("jinxiu-1").is_ok());
        for bad in ["", "a/b", "a b", "a?b", "三号", &"x".repeat(65)] {
            assert!(SiteId::new(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<DeviceId>(r#""a/b""#).is_err());
    }

    #[test]
    fn the_whole_family_of_duress_is_told_by_its_name_and_nothing_else() {
        let is = |kind: &'static str| AlarmTypeId::constant(kind).is_duress();
        assert!(is("duress") && is("duress_gate") && is("duress-2") && is("duress.silent"));
        assert!(!is("panic") && !is("duressed") && !is("no_duress"));
    }
}
