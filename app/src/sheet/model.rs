//! What a case sheet says, from its facts. Pure, so that every line can be tested.

use super::texts;
use crate::ages;
use crate::alarms::known::Known as Steps;
use crate::alarms::located::place_alone;
use crate::alarms::model::{source_name, type_name, verdict_name};
use crate::alarms::response::Response;
use crate::alarms::story::{Entry, Line, Teller};
use crate::dispatch::model::stage_name as part_name;
use crate::incidents::model::stage_name;
use crate::names::{device_name, person_name};
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, AlarmFact, Judgement, Located};
use castellan_domain::dispatch::{Assignment, DispatchFact};
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::fact::{AlarmClipKept, Fact, FactBody};
use castellan_domain::ids::{AlarmId, IncidentId, PersonId};
use castellan_domain::incident::{Incident, IncidentFact};
use castellan_domain::sheet::{Deadline, Ended, What, deadlines};
use castellan_domain::site::Site;
use castellan_domain::subject::Step;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::Known;
use std::collections::{BTreeMap, BTreeSet};

/// A case sheet, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub priority: Priority,
    /// What and where.
    pub kind: String,
    pub place: String,
    /// The day of times without a date.
    pub opened_at: Timestamp,
    /// What is said of the whole: what it is called, and what it is.
    pub about: Vec<(Words, String)>,
    /// Number, what, where, raised, claimed, verdict.
    pub alarms: Vec<[String; 6]>,
    /// Who, asked, accepted, on scene, outcome.
    pub people: Vec<[String; 5]>,
    pub deadlines: Vec<DeadlineLine>,
    /// How many were kept and missed.
    pub kept: String,
    /// What happened, oldest first; with several alarms each line names its own.
    pub story: Vec<(Option<AlarmId>, Line)>,
    pub clips: Vec<(AlarmClipKept, String)>,
    /// Whose notes have words that are read beside the record.
    pub noted: Vec<AlarmId>,
}

/// One deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineLine {
    pub what: String,
    pub allowed: String,
    pub result: String,
    pub is_missed: bool,
}

/// Who writes a sheet, for whom.
pub struct Writer<'a> {
    pub estate: &'a Estate,
    pub language: Language,
    /// How a time is written, given the day that goes without saying.
    pub clock: &'a dyn Fn(Timestamp, Option<Timestamp>) -> String,
}

/// A writer who knows the day on which the incident began: times of that day need no date.
struct OfDay<'a> {
    estate: &'a Estate,
    language: Language,
    clock: &'a dyn Fn(Timestamp) -> String,
}

impl Writer<'_> {
    /// What the facts of a sheet say of an incident; nothing if they do not tell of it.
    pub fn tell(&self, incident: IncidentId, facts: &[Fact]) -> Option<Told> {
        // The rows that these facts alone come to.
        let mut site = Site::default();
        for fact in facts {
            site.apply(fact);
        }
        let view = site.view();
        let now = facts.last()?.recorded_at;
        let known = Known {
            view,
            estate: self.estate,
            now,
        };
        let row = view.incidents.get(&incident)?;
        let deadlines = deadlines(facts);
        let clock = |at| (self.clock)(at, Some(row.opened_at));
        let of_day = OfDay {
            estate: self.estate,
            language: self.language,
            clock: &clock,
        };
        let alarms = view.alarms.values();
        Some(Told {
            priority: row.priority,
            kind: type_name(Some(self.estate), &row.kind, self.language),
            place: of_day.place(&row.place, now),
            opened_at: row.opened_at,
            about: self.about(row),
            kept: of_day.kept(&deadlines),
            deadlines: deadlines.iter().map(|one| of_day.deadline(one)).collect(),
            story: of_day.story(&known, facts),
            people: of_day.people(view.assignments.values(), facts),
            alarms: alarms.map(|one| of_day.alarm(one, now)).collect(),
            clips: of_day.clips(facts),
            noted: noted(facts),
        })
    }

    fn about(&self, row: &Incident) -> Vec<(Words, String)> {
        let clock = |at| (self.clock)(at, None);
        let owner = row.owner().map_or_else(
            || texts::NOBODY.get(self.language).to_owned(),
            |owner| person_name(Some(self.estate), owner, self.language),
        );
        let ended = row.ended_at().map(|at| (texts::ENDED_AT, clock(at)));
        let drill = row
            .drill
            .then(|| (texts::DRILL, texts::YES.get(self.language).to_owned()));
        let all = [
            Some((texts::OPENED_AT, clock(row.opened_at))),
            ended,
            Some((texts::STAGE, stage_name(&row.stage, self.language))),
            Some((texts::OWNER, owner)),
            drill,
        ];
        all.into_iter().flatten().collect()
    }
}

impl OfDay<'_> {
    fn place(&self, located: &Located, now: Timestamp) -> String {
        place_alone(Some(self.estate), located, now, self.language)
    }

    fn alarm(&self, alarm: &Alarm, now: Timestamp) -> [String; 6] {
        let estate = Some(self.estate);
        let claimed = alarm
            .history
            .steps()
            .iter()
            .find_map(|step| match &step.fact {
                AlarmFact::Claimed(body) => Some((&body.by, step.at)),
                AlarmFact::Acknowledged(body) => Some((&body.by, step.at)),
                _ => None,
            });
        let claimed = claimed.map(|(by, at)| {
            let after = span(at.since(alarm.raised_at));
            texts::AFTER.fill(self.language, &[&self.person(by), &after])
        });
        let verdict = match &alarm.judgement {
            Judgement::Open => None,
            Judgement::Judged(judged) => Some(verdict_name(judged.verdict).get(self.language)),
        };
        let place = match &alarm.place {
            Located::Unknown => source_name(estate, &alarm.source, self.language),
            located => self.place(located, now),
        };
        [
            alarm.id.to_string(),
            type_name(estate, &alarm.kind, self.language),
            place,
            (self.clock)(alarm.raised_at),
            claimed.unwrap_or_else(|| NONE.to_owned()),
            verdict.unwrap_or(NONE).to_owned(),
        ]
    }

    /// Each offer with how it went, in the order in which people were asked.
    fn people<'a>(
        &self,
        sent: impl Iterator<Item = &'a Assignment>,
        facts: &[Fact],
    ) -> Vec<[String; 5]> {
        let at = |one: &Assignment, is: fn(&DispatchFact) -> bool| {
            let found = facts.iter().find(|fact| match &fact.body {
                FactBody::Dispatch(body) => body.assignment() == one.id && is(body),
                _ => false,
            });
            found.map_or_else(|| NONE.to_owned(), |fact| (self.clock)(fact.recorded_at))
        };
        sent.map(|one| {
            [
                self.person(&one.person),
                (self.clock)(one.offered_at),
                at(one, |body| matches!(body, DispatchFact::Accepted(_))),
                at(one, |body| matches!(body, DispatchFact::Arrived(_))),
                part_name(&one.stage).get(self.language).to_owned(),
            ]
        })
        .collect()
    }

    fn kept(&self, all: &[Deadline]) -> String {
        let counted = all
            .iter()
            .filter(|one| matches!(one.ended, Ended::Kept { .. } | Ended::Missed { .. }));
        let (missed, kept): (Vec<_>, Vec<_>) =
            counted.partition(|one| matches!(one.ended, Ended::Missed { .. }));
        let (of, missed) = ((kept.len() + missed.len()).to_string(), missed.len());
        if missed == 0 {
            texts::ALL_KEPT.fill(self.language, &[&of])
        } else {
            texts::SOME_MISSED.fill(self.language, &[&of, &missed.to_string()])
        }
    }

    fn deadline(&self, one: &Deadline) -> DeadlineLine {
        let took = |at: Timestamp| span(at.since(one.since));
        let result = match one.ended {
            Ended::Kept { at } => texts::KEPT.fill(self.language, &[&took(at)]),
            Ended::Missed { at: Some(at) } => texts::MISSED.fill(self.language, &[&took(at)]),
            Ended::Missed { at: None } => texts::NOT_DONE.get(self.language).to_owned(),
            Ended::Dropped { .. } => texts::DROPPED.get(self.language).to_owned(),
            Ended::Running => texts::RUNNING.get(self.language).to_owned(),
        };
        let what = match &one.what {
            What::Claim(matter) => texts::CLAIM_OF.fill(self.language, &[&matter.to_string()]),
            What::Dispatch { guards } => {
                texts::SEND_ONE_OF.fill(self.language, &[&guards.to_string()])
            }
            What::Answer(person) => texts::ANSWER_OF.fill(self.language, &[&self.person(person)]),
            What::Arrival(person) => texts::ARRIVAL_OF.fill(self.language, &[&self.person(person)]),
            What::Step { procedure, step } => {
                let mut all = self.estate.procedures.iter();
                let found = all.find(|one| one.id() == procedure);
                let found = found.and_then(|one| one.step(step));
                let words = found.map_or_else(
                    || step.to_string(),
                    |step| step.words.get(self.language).to_owned(),
                );
                texts::STEP_OF.fill(self.language, &[&words])
            }
        };
        DeadlineLine {
            what,
            allowed: span(one.due_at.since(one.since)),
            result,
            is_missed: matches!(one.ended, Ended::Missed { .. }),
        }
    }

    /// What the timelines of the console say, in one: of the alarms, of the incidents, and of those who were sent.
    fn story(&self, known: &Known<'_>, facts: &[Fact]) -> Vec<(Option<AlarmId>, Line)> {
        let mut of_alarms: BTreeMap<AlarmId, Steps<AlarmFact>> = BTreeMap::new();
        let mut of_incidents: BTreeMap<IncidentId, Steps<IncidentFact>> = BTreeMap::new();
        for fact in facts {
            match &fact.body {
                FactBody::Alarm(body) => {
                    let steps = of_alarms.entry(body.alarm()).or_default();
                    steps.take(vec![Step::of(body.clone(), &fact.stamp())]);
                }
                FactBody::Incident(body) => {
                    let steps = of_incidents.entry(body.incident()).or_default();
                    steps.take(vec![Step::of(body.clone(), &fact.stamp())]);
                }
                _ => {}
            }
        }
        let response = Response {
            known,
            language: self.language,
            clock: self.clock,
        };
        let told = of_incidents.iter();
        let mut told: Vec<_> = told
            .flat_map(|(id, steps)| response.tell(*id, steps))
            .collect();
        told.sort_by_key(|told| told.seq);
        let names_alarms = of_alarms.len() > 1;
        let mut story = Vec::new();
        for (alarm, steps) in of_alarms {
            let teller = Teller {
                alarm,
                estate: Some(self.estate),
                language: self.language,
                clock: self.clock,
            };
            let entries = teller.tell(&steps, std::mem::take(&mut told));
            let lines = entries.into_iter().rev().filter_map(|entry| match entry {
                Entry::Line(line) => Some((names_alarms.then_some(alarm), line)),
                Entry::Earlier(..) => None,
            });
            story.extend(lines);
        }
        story.sort_by_key(|(_, line)| line.at);
        story
    }

    fn clips(&self, facts: &[Fact]) -> Vec<(AlarmClipKept, String)> {
        let kept = facts.iter().filter_map(|fact| match &fact.body {
            FactBody::Alarm(AlarmFact::ClipKept(body)) => Some(body),
            _ => None,
        });
        kept.map(|body| {
            let camera = device_name(Some(self.estate), &body.camera, self.language);
            let (from, to) = ((self.clock)(body.from), (self.clock)(body.to));
            let words = texts::FILMED.fill(self.language, &[&camera, &from, &to]);
            (body.clone(), words)
        })
        .collect()
    }

    fn person(&self, person: &PersonId) -> String {
        person_name(Some(self.estate), person, self.language)
    }
}

/// Where there is nothing to say.
const NONE: &str = "—";

fn noted(facts: &[Fact]) -> Vec<AlarmId> {
    let noted = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Alarm(AlarmFact::Noted(body)) => body.note.words().map(|_| body.alarm),
        _ => None,
    });
    let noted: BTreeSet<_> = noted.collect();
    noted.into_iter().collect()
}

/// `3 s`, `01:10`, `2:05:00`.
fn span(span: Span) -> String {
    match span.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        _ => ages::text(span),
    }
}

#[cfg(test)]
mod tests;
