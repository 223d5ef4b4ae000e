//! What is to be seen of a site at a milestone.

use castellan_domain::alarm::{Alarm, Condition, Ownership, ReturnedBy, Source};
use castellan_domain::dispatch::rank::{Hole, rank};
use castellan_domain::dispatch::{Assignment, DispatchFact, Stage, Withdrawal};
use castellan_domain::estate::{Estate, Rung};
use castellan_domain::ids::{AlarmTypeId, AnswerId, PersonId, PostId, StepId};
use castellan_domain::incident::{self, Incident};
use castellan_domain::ladder::LadderRun;
use castellan_domain::matter::Matter;
use castellan_domain::procedure::Outcome;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::{Known, View};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Something that is to be seen.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sight {
    /// The row is like this, and there is no other about the same.
    Row {
        #[serde(rename = "type", default)]
        kind: Option<AlarmTypeId>,
        #[serde(default)]
        priority: Option<u8>,
        /// It rose from this, and says so.
        #[serde(default)]
        risen_from: Option<AlarmTypeId>,
        #[serde(default)]
        owner: Option<PersonId>,
        #[serde(default)]
        active: Option<bool>,
        #[serde(default)]
        judged: Option<bool>,
        /// So many others are part of it.
        #[serde(default)]
        joined: Option<usize>,
        /// So many notes are written on it.
        #[serde(default)]
        notes: Option<usize>,
        /// Who has seen it without taking it.
        #[serde(default)]
        acknowledged: Option<PersonId>,
        /// Nobody has it any more, for this reason.
        #[serde(default)]
        returned: Option<ReturnedBy>,
    },
    /// Its incident is like this.
    Incident {
        #[serde(default)]
        stage: Option<StageName>,
        #[serde(default)]
        owner: Option<PersonId>,
        #[serde(default)]
        open: Option<bool>,
        /// The row of this one is part of it.
        #[serde(default)]
        with: Option<Source>,
        /// And that of this one is not.
        #[serde(default)]
        without: Option<Source>,
    },
    /// Somebody was sent to it, and is this far.
    Sent {
        person: PersonId,
        #[serde(default)]
        stage: Option<Part>,
        /// Whether their way was by stairs and by no lift.
        #[serde(default)]
        by_stairs: Option<bool>,
        /// How many seconds it was to take, from and to.
        #[serde(default)]
        way_s: Option<[u32; 2]>,
        /// They were asked because this person did not answer.
        #[serde(default)]
        instead_of: Option<PersonId>,
        /// They were withdrawn in the turn in which this person accepted.
        #[serde(default)]
        withdrawn_with: Option<PersonId>,
        /// Their silence ends between these seconds of the scene.
        #[serde(default)]
        quiet_ends_s: Option<[i64; 2]>,
    },
    /// Whoever is sent next leaves a post with so few, and every console says so beside their name.
    Hole {
        person: PersonId,
        post: PostId,
        left: u8,
    },
    /// A step of the procedure is done, by this person, or has this answer from them.
    Step {
        id: StepId,
        by: PersonId,
        #[serde(default)]
        answer: Option<AnswerId>,
    },
    /// No row of this type is there about anybody who walks in the scene.
    NoRow {
        #[serde(rename = "type")]
        kind: AlarmTypeId,
    },
    /// Somebody of this rung was called about the row, its incident, or those who were sent.
    Called {
        rung: Rung,
        /// Somebody has answered since, and nobody else is called.
        #[serde(default)]
        stopped: Option<bool>,
    },
    /// Nobody was called twice by one step, nor asked twice for one slot.
    NothingTwice,
}

/// How far an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    Open,
    Dispatched,
    Handling,
    Contained,
    Resolved,
    Closed,
}

/// How far an assignment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Offered,
    Unanswered,
    Accepted,
    OnTheWay,
    OnScene,
    Done,
    Withdrawn,
}

/// A site as it is looked at: whose row is meant, and when the scene began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) view: &'a View,
    pub(super) estate: &'a Estate,
    pub(super) about: &'a Source,
    /// Who walks in it.
    pub(super) people: &'a [PersonId],
    pub(super) began: Timestamp,
    pub(super) now: Timestamp,
}

impl<'a> Look<'a> {
    /// The rows of this scene about the same.
    fn rows<'s>(&self, about: &'s Source) -> impl Iterator<Item = &'a Alarm> + use<'a, 's> {
        let began = self.began;
        let rows = self.view.alarms.values();
        rows.filter(move |row| row.source == *about && row.raised_at >= began)
    }

    /// The row that is meant: the newest.
    pub(super) fn row(&self) -> Option<&'a Alarm> {
        self.row_of(self.about)
    }

    /// The newest row about this one.
    pub(super) fn row_of(&self, source: &Source) -> Option<&'a Alarm> {
        self.rows(source).last()
    }

    pub(super) fn incident(&self) -> Option<&'a Incident> {
        self.view.incidents.get(&self.row()?.incident?)
    }

    /// The ladders about the row, its incident, and those who were sent to it.
    fn ladders(&self) -> impl Iterator<Item = &'a LadderRun> {
        let (row, view) = (self.row(), self.view);
        let incident = row.and_then(|row| row.incident);
        let is_about = move |about: &Matter| match about {
            Matter::Alarm(alarm) => row.is_some_and(|row| row.id == *alarm),
            Matter::Incident(id) => incident == Some(*id),
            Matter::Assignment(id) => {
                let sent = view.assignments.get(id);
                incident.is_some() && sent.map(|one| one.incident) == incident
            }
        };
        let all = view.ladders.values();
        all.filter(move |run| is_about(&run.about))
    }

    /// The last time that somebody was asked.
    pub(super) fn sent(&self, person: &PersonId) -> Option<&'a Assignment> {
        let incident = self.row()?.incident?;
        let all = self.view.assignments.values();
        let mut theirs = all.filter(|one| one.incident == incident && one.person == *person);
        theirs.next_back()
    }
}

impl Sight {
    /// Whether it is to be seen.
    pub(super) fn is_there(&self, look: &Look<'_>) -> bool {
        self.found(look).unwrap_or(false)
    }

    fn found(&self, look: &Look<'_>) -> Option<bool> {
        Some(match self {
            Self::Row { .. } => look.rows(look.about).count() == 1 && self.is_row(look.row()?),
            Self::Incident {
                stage,
                owner,
                open,
                with,
                without,
            } => {
                let incident = look.incident()?;
                let at = stage_name(&incident.stage);
                let has = |source: &Source| {
                    let row = look.row_of(source);
                    row.is_some_and(|row| incident.alarms.contains(&row.id))
                };
                stage.is_none_or(|stage| at == Some(stage))
                    && owner
                        .as_ref()
                        .is_none_or(|owner| incident.owner() == Some(owner))
                    && is(open.as_ref(), &incident.is_open())
                    && with.as_ref().is_none_or(has)
                    && !without.as_ref().is_some_and(has)
            }
            Self::Sent { person, .. } => self.is_sent(look, look.sent(person)?)?,
            Self::Hole { person, post, left } => {
                let known = Known {
                    view: look.view,
                    estate: look.estate,
                    now: look.now,
                };
                let incident = look.incident()?;
                let (post, left) = (post.clone(), *left);
                let next = rank(&known, &incident.kind, Some(incident.id), |_| None).into_iter();
                let mut next = next.filter(|one| one.person == *person);
                next.next()?.hole == Some(Hole { post, left })
            }
            Self::Step { id, by, answer } => {
                let outcome = answer.clone().map_or(Outcome::Done, Outcome::Answered);
                let mut steps = look.incident()?.steps.iter();
                steps.any(|step| {
                    let taken = step.taken.as_ref();
                    step.step == *id
                        && taken.is_some_and(|taken| taken.by == *by && taken.outcome == outcome)
                })
            }
            Self::NoRow { kind } => {
                let mut rows = look.view.alarms.values();
                let is_theirs = |row: &Alarm| {
                    let person = row.source.person();
                    person.is_some_and(|person| look.people.contains(person))
                };
                !rows.any(|row| row.kind == *kind && row.raised_at >= look.began && is_theirs(row))
            }
            Self::Called { rung, stopped } => look.ladders().any(|run| {
                let mut calls = run.calls.iter();
                calls.any(|call| call.rung == Some(*rung))
                    && is(stopped.as_ref(), &run.stopped.is_some())
            }),
            Self::NothingTwice => nothing_twice(look),
        })
    }

    fn is_row(&self, row: &Alarm) -> bool {
        let Self::Row {
            kind,
            priority,
            risen_from,
            owner,
            active,
            judged,
            joined,
            notes,
            acknowledged,
            returned,
        } = self
        else {
            return false;
        };
        let rose = |from: &AlarmTypeId| row.rises.iter().any(|rise| rise.from == *from);
        let is_owner = |owner: &PersonId| row.owner() == Some(owner);
        let is_active = matches!(row.condition, Condition::Active { .. });
        let saw = |by: &PersonId| row.acknowledged.as_ref().is_some_and(|seen| seen.by == *by);
        let came_back = |why: &ReturnedBy| match &row.ownership {
            Ownership::Unclaimed { returned, .. } => {
                returned.as_ref().is_some_and(|back| back.why == *why)
            }
            Ownership::Claimed { .. } => false,
        };
        is(kind.as_ref(), &row.kind)
            && is(priority.as_ref(), &u8::from(row.priority))
            && risen_from.as_ref().is_none_or(rose)
            && owner.as_ref().is_none_or(is_owner)
            && is(active.as_ref(), &is_active)
            && is(judged.as_ref(), &row.is_judged())
            && is(joined.as_ref(), &row.joined.len())
            && is(notes.as_ref(), &row.notes.len())
            && acknowledged.as_ref().is_none_or(saw)
            && returned.as_ref().is_none_or(came_back)
    }

    fn is_sent(&self, look: &Look<'_>, one: &Assignment) -> Option<bool> {
        let Self::Sent {
            stage,
            by_stairs,
            way_s,
            instead_of,
            withdrawn_with,
            quiet_ends_s,
            ..
        } = self
        else {
            return None;
        };
        let by = |stairs: &bool| {
            let way = one.way.as_ref();
            way.is_some_and(|way| (way.stairs && !way.lift) == *stairs)
        };
        let lasts = |range: &[u32; 2]| {
            let way = one.way.as_ref();
            way.is_some_and(|way| (range[0]..=range[1]).contains(&way.seconds))
        };
        let replaces = |other: &PersonId| {
            look.sent(other).is_some_and(|first| {
                one.offered_by.is_none() && first.slot == one.slot && first.id < one.id
            })
        };
        // What is recorded in one turn has one time.
        let falls_with = |other: &PersonId| {
            look.sent(other).is_some_and(|first| {
                let by = first.id;
                let mut steps = first.history.steps().iter();
                let accepts = |fact: &DispatchFact| matches!(fact, DispatchFact::Accepted(_));
                one.stage
                    == Stage::Withdrawn {
                        why: Withdrawal::Taken { by },
                    }
                    && steps.any(|step| accepts(&step.fact) && step.at == one.since)
            })
        };
        let ends = |range: &[i64; 2]| {
            one.quiet_until.is_some_and(|until| {
                let from = look.began + Span::from_secs(range[0]);
                let to = look.began + Span::from_secs(range[1]);
                (from..=to).contains(&until)
            })
        };
        Some(
            stage.is_none_or(|stage| part(&one.stage) == Some(stage))
                && by_stairs.as_ref().is_none_or(by)
                && way_s.as_ref().is_none_or(lasts)
                && instead_of.as_ref().is_none_or(replaces)
                && withdrawn_with.as_ref().is_none_or(falls_with)
                && quiet_ends_s.as_ref().is_none_or(ends),
        )
    }
}

fn is<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn nothing_twice(look: &Look<'_>) -> bool {
    let Some(row) = look.row() else {
        return true;
    };
    let once = look.ladders().all(|run| {
        let mut calls = BTreeSet::new();
        let mut all = run.calls.iter();
        all.all(|call| calls.insert((call.step, call.round, &call.person, call.channel)))
    });
    let all = look.view.assignments.values();
    let all = all.filter(|one| Some(one.incident) == row.incident);
    let mut asked = BTreeSet::new();
    let mut taken = BTreeSet::new();
    once && all.clone().all(|one| asked.insert((one.slot, &one.person)))
        && all
            .filter(|one| one.is_accepted())
            .all(|one| taken.insert(one.slot))
}

const fn stage_name(stage: &incident::Stage) -> Option<StageName> {
    Some(match stage {
        incident::Stage::Open => StageName::Open,
        incident::Stage::Dispatched => StageName::Dispatched,
        incident::Stage::Handling => StageName::Handling,
        incident::Stage::Contained => StageName::Contained,
        incident::Stage::Resolved => StageName::Resolved,
        incident::Stage::Closed { .. } => StageName::Closed,
        incident::Stage::Merged { .. } => return None,
    })
}

const fn part(stage: &Stage) -> Option<Part> {
    Some(match stage {
        Stage::Offered => Part::Offered,
        Stage::Unanswered => Part::Unanswered,
        Stage::Accepted => Part::Accepted,
        Stage::OnTheWay => Part::OnTheWay,
        Stage::OnScene { .. } => Part::OnScene,
        Stage::Done => Part::Done,
        Stage::Withdrawn { .. } => Part::Withdrawn,
        Stage::Declined { .. } => return None,
    })
}
