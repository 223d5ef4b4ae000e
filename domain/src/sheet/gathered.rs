//! Which facts belong on a case sheet.

use crate::ids::{AlarmId, AssignmentId, IncidentId, Seq};
use crate::matter::Matter;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;

/// Facts on one case sheet at most; an incident with more gets none.
pub const SHEET_FACTS_MAX: usize = 5_000;

/// What belongs to one incident, and the facts about it. A fact is taken by what its body names, so that one of a
/// kind that is not known here is not lost.
#[derive(Debug)]
pub struct Gathered {
    /// It, and those that became part of it.
    incidents: BTreeSet<IncidentId>,
    /// Those whose people it took over.
    sent_by: BTreeSet<IncidentId>,
    assignments: BTreeSet<AssignmentId>,
    /// Its alarms, and those that left it.
    alarms: BTreeSet<AlarmId>,
    /// Alarms of which it is told how they began.
    begun: BTreeSet<AlarmId>,
    facts: BTreeSet<Seq>,
}

/// What a stored fact says of what it is about. Everything else in it is for others to read.
#[derive(Debug, Deserialize)]
struct About {
    seq: Seq,
    kind: String,
    body: Named,
}

/// The fields by which bodies name alarms, incidents and assignments.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    alarm: Option<Name>,
    alarms: Vec<Name>,
    incident: Option<Name>,
    /// An incident of which it takes the people over.
    people_of: Option<Name>,
    assignment: Option<Name>,
    into: Option<Name>,
    about: Option<Name>,
    matter: Option<Name>,
}

/// A name, or something else that stands in a field of that name.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Name {
    Of(Matter),
    Other(IgnoredAny),
}

impl Name {
    const fn matter(self) -> Option<Matter> {
        match self {
            Self::Of(matter) => Some(matter),
            Self::Other(_) => None,
        }
    }
}

impl Named {
    fn all(&self) -> impl Iterator<Item = Matter> {
        let named = [
            self.alarm,
            self.incident,
            self.assignment,
            self.into,
            self.about,
            self.matter,
        ];
        let named = named
            .into_iter()
            .flatten()
            .chain(self.alarms.iter().copied());
        named.filter_map(Name::matter)
    }
}

impl Gathered {
    /// The facts about an incident among these, in the order of the journal. Bytes that are no fact belong to nothing.
    pub fn from<'a>(incident: IncidentId, facts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self {
            incidents: BTreeSet::from([incident]),
            sent_by: BTreeSet::new(),
            assignments: BTreeSet::new(),
            alarms: BTreeSet::new(),
            begun: BTreeSet::new(),
            facts: BTreeSet::new(),
        };
        let about = facts.into_iter();
        let about = about.filter_map(|bytes| serde_json::from_str::<About>(bytes).ok());
        let about: Vec<_> = about.collect();
        // What became part of it was told of before that, so a round may find more; the last one finds nothing.
        let mut news = true;
        while news {
            news = false;
            for fact in &about {
                news |= all.learn(fact);
            }
        }
        let mut gone = BTreeSet::new();
        for fact in &about {
            all.take(fact, &mut gone);
        }
        all
    }

    /// Learns what belongs to it. Whether that was news.
    fn learn(&mut self, fact: &About) -> bool {
        let About { kind, body, .. } = fact;
        let Some(Matter::Incident(incident)) = of(body.incident) else {
            return false;
        };
        if let ("incident_merged", Some(Matter::Incident(into))) = (kind.as_str(), of(body.into)) {
            return self.incidents.contains(&into) && self.incidents.insert(incident);
        }
        let of_us = self.incidents.contains(&incident);
        let mut news = false;
        if let Some(Matter::Assignment(assignment)) = of(body.assignment)
            && (of_us || self.sent_by.contains(&incident))
        {
            news |= self.assignments.insert(assignment);
        }
        if !of_us {
            return news;
        }
        for alarm in body.alarms.iter().copied().chain(body.alarm) {
            if let Some(Matter::Alarm(alarm)) = alarm.matter() {
                news |= self.alarms.insert(alarm);
            }
        }
        if let Some(Matter::Incident(before)) = of(body.people_of) {
            news |= self.sent_by.insert(before);
        }
        news
    }

    /// Takes a fact that belongs to it. `gone` are the alarms that have left it by then.
    fn take(&mut self, fact: &About, gone: &mut BTreeSet<AlarmId>) {
        let About { seq, kind, body } = fact;
        let incident_is_ours = match of(body.incident) {
            Some(Matter::Incident(incident)) => self.incidents.contains(&incident),
            Some(Matter::Alarm(_) | Matter::Assignment(_)) | None => false,
        };
        if let (true, Some(Matter::Alarm(alarm))) = (incident_is_ours, of(body.alarm)) {
            if kind == "incident_left" {
                gone.insert(alarm);
            } else {
                gone.remove(&alarm);
            }
        }
        let belongs = body.all().any(|matter| match matter {
            Matter::Alarm(alarm) => self.alarms.contains(&alarm) && !gone.contains(&alarm),
            Matter::Incident(incident) => self.incidents.contains(&incident),
            Matter::Assignment(assignment) => self.assignments.contains(&assignment),
        });
        if !belongs {
            return;
        }
        self.facts.insert(*seq);
        let begins = match kind.as_str() {
            "alarm_raised" => body.alarm,
            "alarm_split" => body.into,
            _ => None,
        };
        if let Some(Matter::Alarm(alarm)) = of(begins) {
            self.begun.insert(alarm);
        }
    }

    /// The numbers of the facts that belong on its sheet.
    pub const fn facts(&self) -> &BTreeSet<Seq> {
        &self.facts
    }

    /// Whether the facts tell of the incident, and of each of its alarms how it began.
    pub fn is_whole(&self) -> bool {
        !self.alarms.is_empty() && self.alarms.is_subset(&self.begun)
    }
}

fn of(name: Option<Name>) -> Option<Matter> {
    name.and_then(Name::matter)
}
