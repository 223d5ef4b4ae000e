//! What nobody may share in an estate, and what all must say alike: checked with the rest of it.

use super::alarm_type::AlarmType;
use super::check::EstateError;
use super::document::Estate;
use crate::ids::{AlarmTypeId, PersonId};
use crate::text::CallSign;
use std::collections::BTreeMap;

impl Estate {
    pub(super) fn check_families(&self) -> Result<(), EstateError> {
        let mut first: BTreeMap<&AlarmTypeId, &AlarmType> = BTreeMap::new();
        for kind in &self.alarm_types {
            let one = *first.entry(kind.family()).or_insert(kind);
            if one.verify != kind.verify {
                return Err(EstateError::VerifiedByHalf {
                    one: one.id.to_string(),
                    other: kind.id.to_string(),
                });
            }
        }
        Ok(())
    }

    pub(super) fn check_call_signs(&self) -> Result<(), EstateError> {
        let signs = self.people.iter();
        let signs = signs.filter_map(|person| Some((&person.id, person.call_sign.as_ref()?)));
        let mut heard: BTreeMap<String, (&PersonId, &CallSign)> = BTreeMap::new();
        for (person, sign) in signs {
            for sound in sign.sounds() {
                match heard.insert(sound, (person, sign)) {
                    Some((one, call_sign)) if one != person => {
                        return Err(EstateError::SameCallSign {
                            one: one.clone(),
                            other: person.clone(),
                            call_sign: format!("{} / {}", call_sign.zh, call_sign.en),
                        });
                    }
                    Some(_) | None => {}
                }
            }
        }
        Ok(())
    }
}
