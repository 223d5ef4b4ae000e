//! What people can want: the sum of what they can want of each subject.

use crate::alarm::NoteCommand;
use crate::ids::AlarmId;
use crate::personal::PersonalRef;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

macro_rules! commands_of {
    ($($(#[$doc:meta])* $name:ident($type:ty);)+) => {
        /// What a person can want. On the wire an object with one name, `{"claim": {"alarm": 7}}`.
        /// `Words` are a note's words on the way to the server, and a [`PersonalRef`] once sealed.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Command<Words = PersonalRef> {
            $($(#[$doc])* $name($type),)+
        }

        impl<Words> Command<Words> {
            /// What is wanted, in one word.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(command) => command.name(),)+
                }
            }

            /// The same with its words sealed, if it has any. `seal` hears what they are about.
            pub fn seal<E>(
                self,
                seal: impl FnOnce(AlarmId, Words) -> Result<PersonalRef, E>,
            ) -> Result<Command, E> {
                Ok(match self {
                    $(Self::$name(command) => Command::$name(command.seal(seal)?),)+
                })
            }

            /// Every name on the wire.
            pub fn names() -> impl Iterator<Item = &'static str> {
                [$(<$type>::NAMES),+].into_iter().flatten().copied()
            }
        }

        $(impl<Words> From<$type> for Command<Words> {
            fn from(command: $type) -> Self {
                Self::$name(command)
            }
        })+

        impl<'de, Words: DeserializeOwned> Deserialize<'de> for Command<Words> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = Box::<RawValue>::deserialize(deserializer)?;
                let name = single_name(&raw).map_err(Error::custom)?;
                $(if <$type>::NAMES.contains(&name.as_str()) {
                    let command = serde_json::from_str(raw.get()).map_err(Error::custom)?;
                    return Ok(Self::$name(command));
                })+
                let known: Vec<_> = Self::names().collect();
                let known = known.join("`, `");
                Err(Error::custom(format!("unknown command `{name}`, expected one of `{known}`")))
            }
        }
    };
}

commands_of! {
    /// Of an alarm.
    Alarm(crate::alarm::AlarmCommand);
    /// To write something about an alarm.
    Note(NoteCommand<Words>);
    /// What is no alarm yet.
    Registration(crate::registration::RegistrationCommand);
    /// Of an incident.
    Incident(crate::incident::IncidentCommand);
    /// Of an assignment.
    Dispatch(crate::dispatch::DispatchCommand);
    /// Of a person or a phone.
    Staff(crate::staff::StaffCommand);
    /// Of a zone.
    Zone(crate::zone::ZoneCommand);
    /// Of a device.
    Actuation(crate::actuation::ActuationCommand);
}

impl<Words> Command<Words> {
    /// The alarm that it is about, if it is about one.
    pub const fn alarm(&self) -> Option<AlarmId> {
        if let Self::Alarm(command) = self {
            Some(command.alarm())
        } else if let Self::Note(command) = self {
            Some(command.alarm())
        } else {
            None
        }
    }
}

fn single_name(raw: &RawValue) -> Result<String, String> {
    let names: BTreeMap<String, &RawValue> =
        serde_json::from_str(raw.get()).map_err(|_| "a command is an object".to_owned())?;
    let mut names = names.into_keys();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        _ => Err("a command names the one thing that is wanted".to_owned()),
    }
}
