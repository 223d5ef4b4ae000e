//! What happened to the incident of an alarm, and to those who were sent, as parts of its timeline.

use super::known::Known as Steps;
use super::marks::{noticed_late, returned_name};
use super::model::{priority_name, type_name};
use super::story::{Part, Told};
use crate::dispatch::model::{reason_name, way_words};
use crate::dispatch::texts as sent;
use crate::incidents::model::{stage_words, why_words};
use crate::incidents::texts;
use crate::names::{person_name, sign_and_name};
use crate::procedures::model::skip_name;
use crate::texts::Words;
use castellan_domain::dispatch::{Arrival, Assignment, DispatchFact, Withdrawal};
use castellan_domain::fact::StepTaken;
use castellan_domain::ids::{IncidentId, PersonId, ProcedureId, StepId};
use castellan_domain::incident::{IncidentFact, JoinedIncidentBy, NextStage};
use castellan_domain::procedure::Outcome;
use castellan_domain::subject::Step;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;

/// Who tells of an incident, to whom.
pub struct Response<'a> {
    /// What the page knows.
    pub known: &'a Known<'a>,
    /// In which language it is told.
    pub language: Language,
    /// How a time of day is written.
    pub clock: &'a dyn Fn(Timestamp) -> String,
}

impl Response<'_> {
    /// All that is known of an incident and of its assignments, oldest first. After the first step of
    /// the incident some may be missing.
    pub fn tell(&self, incident: IncidentId, steps: &Steps<IncidentFact>) -> Vec<Told> {
        let missing = steps.missing();
        let of_incident = steps.steps().enumerate().filter_map(|(index, step)| {
            Some(Told {
                missing: if index == 1 { missing } else { 0 },
                ..told(step, self.of_incident(&step.fact)?)
            })
        });
        let assignments = self.known.assignments_of(incident);
        let of_sent = assignments.flat_map(|one| {
            let steps = one.history.steps().iter();
            steps.map(move |step| told(step, self.of_sent(one, &step.fact)))
        });
        let mut all: Vec<_> = of_incident.chain(of_sent).collect();
        all.sort_by_key(|told| told.seq);
        all
    }

    /// What only says what another fact of the same turn says is left to that one.
    fn of_incident(&self, fact: &IncidentFact) -> Option<(Words, Vec<String>)> {
        let language = self.language;
        Some(match fact {
            IncidentFact::Opened(body) => {
                let why = why_words(body.why).get(language).to_owned();
                let after = body
                    .after
                    .map(|closed| texts::OPENED_AFTER.fill(language, &[&closed.to_string()]));
                let told = [body.incident.to_string(), why].into_iter();
                (texts::STORY_OPENED, told.chain(after).collect())
            }
            IncidentFact::Joined(body) => {
                let why = match body.why {
                    JoinedIncidentBy::Building => texts::JOINED_BUILDING.get(language).to_owned(),
                    JoinedIncidentBy::Hand => texts::JOINED_HAND.get(language).to_owned(),
                    JoinedIncidentBy::Near { m } => {
                        texts::JOINED_NEAR.fill(language, &[&m.to_string()])
                    }
                };
                (texts::STORY_JOINED, vec![body.alarm.to_string(), why])
            }
            IncidentFact::Left(body) => (texts::STORY_LEFT, vec![body.alarm.to_string()]),
            IncidentFact::Claimed(_) => (texts::STORY_CLAIMED, Vec::new()),
            IncidentFact::Transferred(body) => (
                texts::STORY_TRANSFERRED,
                vec![format!("→ {}", self.person(&body.to))],
            ),
            IncidentFact::Returned(body) => {
                let why = returned_name(body.why).get(language).to_owned();
                let late = self.late(body.late_s);
                (
                    texts::STORY_RETURNED,
                    [why].into_iter().chain(late).collect(),
                )
            }
            IncidentFact::Overdue(body) => (texts::STORY_OVERDUE, self.late(body.late_s)),
            IncidentFact::Undispatched(body) => (texts::STORY_UNDISPATCHED, self.late(body.late_s)),
            IncidentFact::Moved(body) if body.to == NextStage::Reopened => {
                (texts::REOPEN, Vec::new())
            }
            IncidentFact::Moved(body) => (stage_words(body.to), Vec::new()),
            IncidentFact::PrioritySet(body) => {
                let now = priority_name(body.priority).get(language);
                (texts::STORY_PRIORITY, vec![format!("→ {now}")])
            }
            IncidentFact::Regraded(body) => {
                let kind = type_name(Some(self.known.estate), &body.kind, language);
                let now = priority_name(body.priority).get(language);
                let guards = texts::GUARDS_WANTED.fill(language, &[&body.guards.to_string()]);
                let now = [kind, now.to_owned(), guards];
                (
                    texts::STORY_REGRADED,
                    vec![format!("→ {}", now.join(" · "))],
                )
            }
            IncidentFact::Merged(body) => {
                let both = format!("{} → {}", body.incident, body.into);
                (texts::STORY_MERGED, vec![both])
            }
            IncidentFact::StepAwaited(_) => return None,
            IncidentFact::StepTaken(body) => self.taken(body),
            IncidentFact::StepUndone(body) => (
                texts::STEP_UNDONE,
                vec![self.step(&body.procedure, &body.step)],
            ),
            IncidentFact::StepLate(body) => {
                let step = self.step(&body.procedure, &body.step);
                let late = self.late(body.late_s);
                (texts::STEP_LATE, [step].into_iter().chain(late).collect())
            }
        })
    }

    fn taken(&self, body: &StepTaken) -> (Words, Vec<String>) {
        let step = self.step(&body.procedure, &body.step);
        match &body.outcome {
            Outcome::Done => (texts::STEP_DONE, vec![step]),
            Outcome::Answered(answer) => {
                let procedures = self.known.estate.procedures.iter();
                let mut known = procedures.filter(|one| *one.id() == body.procedure);
                let found = known.next().and_then(|one| one.step(&body.step));
                let found =
                    found.and_then(|step| step.answers.iter().find(|one| one.id == *answer));
                let label = found.map_or_else(
                    || answer.to_string(),
                    |found| found.label.get(self.language).to_owned(),
                );
                (texts::STEP_DONE, vec![format!("{step} → {label}")])
            }
            Outcome::Skipped => {
                let reason = body
                    .reason
                    .map(|reason| skip_name(reason).get(self.language));
                let reason = reason.map(str::to_owned);
                (
                    texts::STEP_SKIPPED,
                    [step].into_iter().chain(reason).collect(),
                )
            }
        }
    }

    fn of_sent(&self, one: &Assignment, fact: &DispatchFact) -> (Words, Vec<String>) {
        let (language, who) = (self.language, self.called(&one.person));
        match fact {
            DispatchFact::Offered(body) => {
                let what = match body.after {
                    Some(_) => sent::STORY_OFFERED_NEXT,
                    None => sent::STORY_OFFERED,
                };
                (what, vec![who, way_words(body.way.as_ref(), language)])
            }
            DispatchFact::Accepted(body) => {
                let by_radio = (body.by != one.person).then_some(sent::STORY_FOR_THEM);
                let by_radio = by_radio.map(|words| words.get(language).to_owned());
                (
                    sent::STORY_ACCEPTED,
                    [who].into_iter().chain(by_radio).collect(),
                )
            }
            DispatchFact::Declined(body) => {
                let reason = reason_name(body.reason).get(language).to_owned();
                (sent::DECLINED, vec![who, reason])
            }
            DispatchFact::Unanswered(body) => (sent::UNANSWERED, self.who_late(who, body.late_s)),
            DispatchFact::NobodyLeft(_) => (sent::STORY_NOBODY_LEFT, Vec::new()),
            DispatchFact::SetOut(_) => (sent::ON_THE_WAY, vec![who]),
            DispatchFact::Late(body) => (sent::STORY_LATE, self.who_late(who, body.late_s)),
            DispatchFact::Arrived(body) => {
                let how = match body.how {
                    Arrival::Position => Some(sent::STORY_BY_POSITION.get(language).to_owned()),
                    Arrival::Said => None,
                };
                (sent::ON_SCENE, [who].into_iter().chain(how).collect())
            }
            DispatchFact::Done(_) => (sent::DONE, vec![who]),
            DispatchFact::Withdrawn(body) => {
                let why =
                    match &body.why {
                        Withdrawal::Taken { by } => {
                            let other =
                                self.called(&self.known.view.assignments.get(by).map_or_else(
                                    || one.person.clone(),
                                    |other| other.person.clone(),
                                ));
                            sent::WITHDRAWN_TAKEN.fill(language, &[&other])
                        }
                        Withdrawal::Recalled { .. } => {
                            sent::WITHDRAWN_RECALLED.get(language).to_owned()
                        }
                        Withdrawal::OffDuty => sent::WITHDRAWN_OFF_DUTY.get(language).to_owned(),
                        Withdrawal::Closed => sent::WITHDRAWN_CLOSED.get(language).to_owned(),
                    };
                (sent::WITHDRAWN, vec![who, why])
            }
            DispatchFact::QuietBegan(body) => {
                let until = sent::STORY_UNTIL.fill(language, &[&(self.clock)(body.until)]);
                (sent::STORY_QUIET, vec![who, until])
            }
            DispatchFact::QuietEnded(_) => (sent::STORY_QUIET_OVER, vec![who]),
            DispatchFact::SupportAsked(_) => (sent::SUPPORT_ASKED, vec![who]),
        }
    }

    fn step(&self, procedure: &ProcedureId, step: &StepId) -> String {
        let mut all = self.known.estate.procedures.iter();
        let found = all.find(|one| one.id() == procedure);
        let found = found.and_then(|one| one.step(step));
        found.map_or_else(
            || step.to_string(),
            |step| step.words.get(self.language).to_owned(),
        )
    }

    fn person(&self, person: &PersonId) -> String {
        person_name(Some(self.known.estate), person, self.language)
    }

    fn called(&self, person: &PersonId) -> String {
        sign_and_name(self.known, person, self.language)
    }

    fn late(&self, late_s: u32) -> Vec<String> {
        let late = (late_s > 0).then(|| noticed_late(late_s, self.language));
        late.into_iter().collect()
    }

    fn who_late(&self, who: String, late_s: u32) -> Vec<String> {
        [who].into_iter().chain(self.late(late_s)).collect()
    }
}

fn told<F>(step: &Step<F>, (what, details): (Words, Vec<String>)) -> Told {
    Told {
        seq: step.seq,
        at: step.at,
        by: step.actor.clone(),
        drill: step.drill,
        part: Part {
            what,
            detail: details.join(" · "),
            note: None,
            clip: None,
        },
        missing: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarms::story::{Entry, Teller, Whose};
    use crate::fixture::{START, claimed, estate, kind, li_na, person, raised, stamp, view};
    use castellan_domain::dispatch::PlannedWay;
    use castellan_domain::estate::Priority;
    use castellan_domain::fact::{
        AssignmentAccepted, AssignmentOffered, IncidentOpened, IncidentPrioritySet,
    };
    use castellan_domain::ids::{AlarmId, AssignmentId};
    use castellan_domain::incident::{Incident, OpenedBy};
    use castellan_domain::subject::Stamp;
    use castellan_domain::time::Span;

    fn by_li_na(by: &PersonId, seq: u64, s: i64) -> Stamp<'_> {
        Stamp {
            actor: Some(by),
            ..stamp(START + Span::from_secs(s), seq)
        }
    }

    #[test]
    fn what_one_key_did_is_one_line_and_an_answer_by_radio_says_so() {
        let li_na = li_na();
        let alarm = claimed(raised(1, 1));
        let opened = IncidentOpened {
            incident: IncidentId(1),
            why: OpenedBy::Dispatch,
            kind: kind("gas_low"),
            priority: Priority::P1,
            place: alarm.place.clone(),
            alarms: vec![AlarmId(1)],
            owner: Some(li_na.clone()),
            claim_due_at: START,
            guards: 1,
            dispatch_due_at: None,
            people_of: None,
            after: None,
        };
        let incident = Incident::opened(&opened, &by_li_na(&li_na, 50, 30));
        let offered = AssignmentOffered {
            assignment: AssignmentId(1),
            incident: IncidentId(1),
            person: person("wang"),
            slot: 1,
            priority: Priority::P1,
            discreet: false,
            by: Some(li_na.clone()),
            way: Some(PlannedWay {
                seconds: 70,
                stairs: true,
                lift: false,
                without_floor: false,
            }),
            answer_due_at: None,
            after: None,
        };
        let accepted = DispatchFact::Accepted(AssignmentAccepted {
            assignment: AssignmentId(1),
            by: li_na.clone(),
            arrive_due_at: START,
        });
        let assignment = Assignment::offered(&offered, &by_li_na(&li_na, 51, 30))
            .apply(&accepted, &by_li_na(&li_na, 52, 40))
            .expect("it fits");
        let mut steps = Steps::default();
        steps.meet(&incident.history);
        let mut view = view([alarm.clone()]);
        view.incidents.insert(IncidentId(1), incident);
        view.assignments.insert(AssignmentId(1), assignment);
        let estate = estate();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let clock = |at: Timestamp| at.as_micros().to_string();
        let told = Response {
            known: &known,
            language: Language::Zh,
            clock: &clock,
        }
        .tell(IncidentId(1), &steps);
        let mut history = Steps::default();
        history.meet(&alarm.history);
        let teller = Teller {
            alarm: AlarmId(1),
            estate: Some(&estate),
            language: Language::Zh,
            clock: &clock,
        };
        let read = |entry: &Entry| match entry {
            Entry::Line(line) => {
                let parts = line.parts.iter();
                let parts =
                    parts.map(|part| format!("{} {}", part.what.get(Language::Zh), part.detail));
                parts.collect::<Vec<_>>().join("；")
            }
            Entry::Earlier(..) => String::new(),
        };
        let lines = teller.tell(&history, told);
        let lines: Vec<_> = lines.iter().map(read).collect();
        assert_eq!(
            lines[..2],
            [
                "接单 wang · 对讲代记",
                "立案 I-1 · 因派单立案；派单 wang · 走楼梯 1分10秒"
            ]
        );
    }

    #[test]
    fn older_steps_of_the_incident_come_in_where_they_are_missing() {
        let (li_na, alarm) = (li_na(), claimed(raised(1, 1)));
        let opened = IncidentOpened {
            incident: IncidentId(1),
            why: OpenedBy::Dispatch,
            kind: kind("gas_low"),
            priority: Priority::P1,
            place: alarm.place.clone(),
            alarms: vec![AlarmId(1)],
            owner: Some(li_na.clone()),
            claim_due_at: START,
            guards: 1,
            dispatch_due_at: None,
            people_of: None,
            after: None,
        };
        let mut incident = Incident::opened(&opened, &by_li_na(&li_na, 50, 0));
        let mut left = Vec::new();
        for n in 1..=70 {
            let priority = if n % 2 == 0 {
                Priority::P1
            } else {
                Priority::P2
            };
            let set = IncidentFact::PrioritySet(IncidentPrioritySet {
                incident: IncidentId(1),
                priority,
                by: li_na.clone(),
            });
            let seq = 50 + u64::try_from(n).expect("a number");
            let stamp = by_li_na(&li_na, seq, n * 10);
            left.push(Step::of(set.clone(), &stamp));
            incident = incident.apply(&set, &stamp).expect("it fits");
        }
        let mut steps = Steps::default();
        steps.meet(&incident.history);
        let (view, estate) = (view([alarm.clone()]), estate());
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let clock = |at: Timestamp| at.as_micros().to_string();
        let mut history = Steps::default();
        history.meet(&alarm.history);
        let missing = |steps: &Steps<IncidentFact>| {
            let response = Response {
                known: &known,
                language: Language::Zh,
                clock: &clock,
            };
            let teller = Teller {
                alarm: AlarmId(1),
                estate: Some(&estate),
                language: Language::Zh,
                clock: &clock,
            };
            let told = response.tell(IncidentId(1), steps);
            let entries = teller.tell(&history, told);
            let place = entries
                .iter()
                .position(|entry| matches!(entry, Entry::Earlier(..)));
            // Newest first: behind it is how the incident began.
            place.map(|place| (place, entries[place].clone(), entries.len() - place))
        };
        let (place, entry, rest) = missing(&steps).expect("some are missing");
        assert_eq!((place, entry), (63, Entry::Earlier(Whose::Incident, 7)));
        assert!(rest > 1);
        assert_eq!(steps.before(), Some(left[7].seq));
        steps.take(left[..7].to_vec());
        assert_eq!(missing(&steps), None);
    }
}
