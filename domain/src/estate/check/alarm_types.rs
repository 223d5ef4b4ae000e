//! What alarm types say of each other.

use super::super::alarm_type::AlarmType;
use super::super::document::Estate;
use super::faults::{EstateFault, Faults};
use crate::ids::AlarmTypeId;
use std::collections::BTreeMap;

impl Estate {
    pub(super) fn check_families(&self, faults: &mut Faults) {
        let mut first: BTreeMap<&AlarmTypeId, &AlarmType> = BTreeMap::new();
        for kind in &self.alarm_types {
            let one = *first.entry(kind.family()).or_insert(kind);
            if one.verify != kind.verify {
                faults.add(EstateFault::VerifiedByHalf {
                    one: one.id.to_string(),
                    other: kind.id.to_string(),
                });
            }
        }
    }

    pub(super) fn check_skills(&self, faults: &mut Faults) {
        for kind in &self.alarm_types {
            let Some(skill) = kind.skill else { continue };
            let mut sent = self.people.iter().filter(|person| person.role.is_sent());
            if !sent.any(|person| person.skills.contains(&skill)) {
                faults.add(EstateFault::NobodyCan {
                    kind: kind.id.to_string(),
                    skill: skill.name(),
                });
            }
        }
    }

    pub(super) fn check_leads(&self, faults: &mut Faults) {
        for kind in &self.alarm_types {
            let procedure = kind.procedure.as_ref();
            if let Some(id) = procedure.filter(|id| self.procedure(id).is_none()) {
                faults.unknown(&format!("alarm type {}", kind.id), "procedure", id);
            }
            let leads_to = [&kind.at_night, &kind.if_critical];
            let others = leads_to
                .iter()
                .filter_map(|to| self.alarm_type(to.as_ref()?));
            for to in others.filter(|to| to.family() != kind.family()) {
                faults.add(EstateFault::OtherFamily {
                    from: kind.id.to_string(),
                    to: to.id.to_string(),
                });
            }
            let second = kind.second_source.as_ref();
            let also = second.iter().flat_map(|s| s.also.iter());
            let named = leads_to.into_iter().flatten().chain(also);
            let named = named.map(|to| (to, false));
            for (id, rises) in named.chain(second.map(|second| (&second.to, true))) {
                let Some(to) = self.alarm_type(id) else {
                    faults.unknown(&format!("alarm type {}", kind.id), "alarm type", id);
                    continue;
                };
                if rises && (to.family() != kind.family() || to.tier <= kind.tier) {
                    faults.add(EstateFault::NotHigher {
                        from: kind.id.to_string(),
                        to: id.to_string(),
                    });
                }
            }
        }
    }
}
