//! 去向: what everybody who was sent is about, which way they go, and how long that still takes. The map
//! draws it and the rows say it, from this one list.

use super::model::{stage_name, way_words_for};
use super::texts;
use crate::ages::{self, FADING_AFTER, LOST_AFTER, Now};
use castellan_domain::dispatch::goal::Goal;
use castellan_domain::dispatch::{Assignment, PlannedWay, Stage};
use castellan_domain::estate::{Estate, Place, WayPoint, Ways};
use castellan_domain::geo::{LonLat, distance_m};
use castellan_domain::ids::{AlarmTypeId, AssignmentId, PersonId};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Assignments that are followed at most, the most urgent first. Those beyond have their row, with the way
/// as it was when they were asked.
pub const ERRANDS_MAX: usize = 64;
/// Points of a way that are kept at most; the rest of a longer one is not drawn.
pub const COURSE_MAX: usize = 1_024;
/// A way is looked for again once somebody is so far from where it began: less is the trembling of a phone.
const STEP_M: f64 = 4.0;

/// A way to an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// How long, and by what.
    pub way: PlannedWay,
    /// From where they were to the place, at most [`COURSE_MAX`].
    pub points: Vec<WayPoint>,
    /// Where it leads to.
    pub to: Place,
}

/// What somebody who was sent is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Errand {
    /// Which assignment.
    pub assignment: AssignmentId,
    /// Whose.
    pub person: PersonId,
    /// How far it is.
    pub part: Part,
}

/// How far an errand is, as far as a map shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// They are asked, and have not answered.
    Asked {
        /// By then they are to answer.
        until: Option<Timestamp>,
        /// Until then, or not any more.
        stage: Stage,
    },
    /// They said that they go, and are not there.
    Going {
        /// Nothing where no way is known.
        course: Option<Arc<Course>>,
        /// When their position was last heard.
        heard: Option<Timestamp>,
    },
    /// They are there.
    There,
}

/// What somebody is about who was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// They are asked to go.
    Asked,
    /// They said that they go, or are there.
    OnTask,
}

/// The ways that were found, so that each is looked for once and not with every second.
#[derive(Debug, Default)]
pub struct Errands {
    /// At most [`ERRANDS_MAX`].
    found: BTreeMap<AssignmentId, Found>,
}

#[derive(Debug)]
struct Found {
    from: LonLat,
    to: Option<Place>,
    kind: AlarmTypeId,
    course: Option<Arc<Course>>,
}

impl Errands {
    /// What everybody is about who was sent and is not done, the most urgent first, then the oldest.
    /// `at` says where somebody was last, and when that was heard.
    pub fn look(
        &mut self,
        known: &Known<'_>,
        ways: &Ways,
        at: impl Fn(&PersonId) -> Option<(LonLat, Timestamp)>,
    ) -> Vec<Errand> {
        let mut live: Vec<&Assignment> = known.view.assignments.values().collect();
        live.retain(|one| one.is_live());
        live.sort_by_key(|one| (one.priority, one.id));
        live.truncate(ERRANDS_MAX);
        self.found.retain(|id, _| {
            let is_going = |one: &&&Assignment| one.id == *id && goes(one);
            live.iter().any(|one| is_going(&one))
        });
        let errand = |one: &Assignment| Errand {
            assignment: one.id,
            person: one.person.clone(),
            part: match one.stage {
                Stage::Accepted | Stage::OnTheWay => {
                    let at = at(&one.person);
                    Part::Going {
                        course: at.and_then(|(at, _)| self.course(known, ways, one, at)),
                        heard: at.map(|(_, heard)| heard),
                    }
                }
                Stage::OnScene { .. } => Part::There,
                _ => Part::Asked {
                    until: one.due_at,
                    stage: one.stage.clone(),
                },
            },
        };
        live.into_iter().map(errand).collect()
    }

    /// Forgets all ways: they are others now.
    pub fn forget(&mut self) {
        self.found.clear();
    }

    /// The way from somewhere; the one that was found before, if they have hardly moved since.
    fn course(
        &mut self,
        known: &Known<'_>,
        ways: &Ways,
        one: &Assignment,
        from: LonLat,
    ) -> Option<Arc<Course>> {
        let incident = known.incident(one.incident).ok()?;
        let to = incident.place.place();
        if let Some(found) = self.found.get(&one.id)
            && distance_m(found.from, from) < STEP_M
            && found.to.as_ref() == to
            && found.kind == incident.kind
        {
            return found.course.clone();
        }
        let course = to.and_then(|to| {
            let ways = Goal::of_incident(known, incident).ways(ways)?;
            let way = ways.from(from, None)?;
            let mut points = ways.course(&way);
            points.truncate(COURSE_MAX);
            let (way, to) = (PlannedWay::from(&way), to.clone());
            Some(Arc::new(Course { way, points, to }))
        });
        let found = Found {
            from,
            to: to.cloned(),
            kind: incident.kind.clone(),
            course: course.clone(),
        };
        self.found.insert(one.id, found);
        course
    }
}

const fn goes(one: &Assignment) -> bool {
    matches!(one.stage, Stage::Accepted | Stage::OnTheWay)
}

impl Part {
    /// The figure beside their name: `0:42`, how old the place is that it would follow from, or how they
    /// stand.
    pub fn figure(&self, now: Now, language: Language) -> String {
        match self {
            Self::Asked { until, stage } => {
                let words = stage_name(stage).get(language);
                match until {
                    Some(until) => format!("{words} {}", ages::left(*until, now)),
                    None => words.to_owned(),
                }
            }
            Self::Going { course, heard } => match (course, heard) {
                (Some(course), Some(heard)) => left(course.way, *heard, now, language),
                _ => texts::NO_WAY.get(language).to_owned(),
            },
            Self::There => texts::ON_SCENE.get(language).to_owned(),
        }
    }

    /// How they go and how long it still takes, in a row; nothing for whoever does not go.
    pub fn way_words(&self, now: Now, language: Language) -> Option<String> {
        let Self::Going { course, .. } = self else {
            return None;
        };
        let figure = self.figure(now, language);
        let way = course.as_ref().map(|course| &course.way);
        Some(way_words_for(way, &figure, language))
    }
}

/// What is left of a way. From a place that was not heard of lately nobody knows.
fn left(way: PlannedWay, heard: Timestamp, now: Now, language: Language) -> String {
    if now.stands_still {
        return "-:--".to_owned();
    }
    let age = now.at.since(heard);
    if age < FADING_AFTER {
        return format!("{}:{:02}", way.seconds / 60, way.seconds % 60);
    }
    let seen = texts::SEEN.fill(language, &[&ages::text(age)]);
    if age < LOST_AFTER {
        seen
    } else {
        format!("? {seen}")
    }
}

/// What everybody is about; of several errands the one that binds them.
pub fn doing(errands: &[Errand]) -> BTreeMap<PersonId, Doing> {
    let mut doing = BTreeMap::new();
    for errand in errands {
        let one = doing.entry(errand.person.clone()).or_insert(Doing::Asked);
        if !matches!(errand.part, Part::Asked { .. }) {
            *one = Doing::OnTask;
        }
    }
    doing
}

/// `走楼梯到 B1层`: what stands where a way leaves the ground; nothing for one that stays there.
pub fn way_end(course: &Course, estate: &Estate, language: Language) -> Option<(LonLat, String)> {
    let (of, label) = course.to.building.as_ref().zip(course.to.floor.as_ref())?;
    let floor = estate.building(of)?.floor(label)?;
    if floor.ordinal == 0 {
        return None;
    }
    let name = estate.place_name(
        &Place {
            building: None,
            spot: None,
            ..course.to.clone()
        },
        language,
    );
    let turn = course.points.iter().find(|point| point.ordinal != 0);
    let turn = turn.or(course.points.last())?;
    let words = match (course.way.lift, course.way.stairs) {
        (true, _) => texts::LIFT_TO,
        (false, true) => texts::STAIRS_TO,
        (false, false) => texts::WAY_TO,
    };
    Some((turn.at, words.fill(language, &[&name])))
}

#[cfg(test)]
mod tests;
