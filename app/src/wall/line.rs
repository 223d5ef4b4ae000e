//! What a matter says on a wall: on the plate of what nobody has, or in a line below it.

use super::model::{errand_words, plate_class};
use crate::ages;
use crate::alarms::located::place;
use crate::alarms::model::what;
use crate::alarms::standing::{Run, is_unowned, open_incident, standing};
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::dispatch::errands::Errand;
use crate::ladders::climb_of;
use crate::names::person_name;
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmId, IncidentId};
use leptos::prelude::*;

/// People sent who are named beside the owner.
const SENT_MAX: usize = 2;

/// What is said of a matter, with this second.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) class: String,
    pub(super) priority: Priority,
    pub(super) is_drill: bool,
    pub(super) place: String,
    pub(super) what: String,
    pub(super) age: String,
    /// What is wrong with who has it.
    pub(super) chip: Option<String>,
    /// Who has it, and who was sent.
    pub(super) who: String,
    /// How far those are who were sent, or which deadline runs.
    pub(super) due: String,
    /// Hundredths that are left of that.
    pub(super) left_percent: Option<i64>,
    pub(super) incident: Option<IncidentId>,
}

/// The line of an alarm, as it is at this second.
pub(super) fn line(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    errands: Memo<Vec<Errand>>,
    id: AlarmId,
) -> Option<Line> {
    let alarm = copy.alarm(id)?;
    let incident = copy.matters(|view| open_incident(view, &alarm).cloned());
    let (now, language) = (copy.shown_at(), desk.language.get());
    let is_open = is_unowned(&alarm, incident.as_ref());
    let climb = is_open
        .then(|| climb_of(copy, desk, id, alarm.incident))
        .flatten();
    let about = alarm.source.person().map(|person| copy.person(person));
    let estate = copy.estate.get();
    let estate = estate.as_deref();
    let said = standing(
        estate,
        &alarm,
        incident.as_ref(),
        climb.as_ref(),
        now,
        language,
    );
    let of_incident = incident.as_ref().map(|incident| incident.id);
    let (mut who, mut due) = (said.who, said.due.unwrap_or_default());
    if let Some(incident) = of_incident.filter(|_| !is_open) {
        errands.with(|errands| {
            let sent = copy.all(&copy.changes.assignments, |view| {
                let is_of = |errand: &&Errand| {
                    let one = view.assignments.get(&errand.assignment);
                    one.is_some_and(|one| one.incident == incident)
                };
                errands.iter().filter(is_of).cloned().collect::<Vec<_>>()
            });
            for errand in sent.iter().take(SENT_MAX) {
                who = format!("{who} · {}", person_name(estate, &errand.person, language));
            }
            if let Some(first) = sent.first() {
                due = errand_words(&first.part, now, language);
            }
        });
    }
    let run = Run::of(&alarm, incident.as_ref(), climb.as_ref());
    Some(Line {
        class: plate_class(&alarm, is_open),
        priority: alarm.priority,
        is_drill: alarm.drill,
        place: place(estate, &alarm, &about.unwrap_or_default(), now.at, language),
        what: what(estate, &alarm, language),
        age: ages::age(alarm.raised_at, now.at),
        chip: said.chip.map(|chip| chip.words),
        who,
        due,
        left_percent: run.map(|run| run.left_percent(now.at)),
        incident: of_incident,
    })
}
