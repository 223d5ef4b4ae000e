//! A scene as it is played: what leaves whom by when, and which milestones are reached.
//!
//! Pure: whoever plays it brings the time, carries what leaves, and shows what the site is.

use super::script::{Act, Break, Deed, LEAD_S, Milestone, Scene, SceneError};
use super::sight::Look;
use crate::devices::Said;
use crate::world::{Outgoing, World, WorldError};
use castellan_client::owntracks::Location;
use castellan_domain::access::{Right, Rights};
use castellan_domain::alarm::{AlarmCommand, VerdictBasis};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{EventId, PersonId, PhoneId};
use castellan_domain::incident::{IncidentCommand, NextStage};
use castellan_domain::observation::ReportedState;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use castellan_domain::wire::api::EventRequest;
use castellan_domain::wire::ingest::HeardRequest;
use std::collections::VecDeque;
use std::sync::Arc;

/// Milliseconds for which an act waits for what it is about.
const ACT_WAITS_MS: i64 = 30_000;

/// What leaves somebody or something.
#[derive(Debug, Clone)]
pub enum Out {
    /// A phone says where it is.
    Fix(PhoneId, Location),
    /// The detector reports.
    Event(EventRequest),
    /// A device is there.
    Heard(HeardRequest),
    /// A person comes on duty.
    Duty(PersonId),
    /// A person wants something.
    Command(PersonId, Want),
}

/// What people want in a scene.
#[derive(Debug, Clone)]
pub enum Want {
    Alarm(AlarmCommand),
    Incident(IncidentCommand),
    Dispatch(DispatchCommand),
}

impl Want {
    /// As a command, whatever it has of words.
    pub fn command<Words>(self) -> Command<Words> {
        match self {
            Self::Alarm(command) => command.into(),
            Self::Incident(command) => command.into(),
            Self::Dispatch(command) => command.into(),
        }
    }
}

/// What became of a milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is reached, at this millisecond of the scene.
    Reached(i64),
    /// It was not to be seen in its time.
    Missed,
    /// There is no channel by which anybody could be called.
    LeftOut,
}

/// What is said to whoever watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A milestone, by its words.
    Milestone(String, News),
    /// An act that found nothing that it is about, by its words.
    Idle(String),
    /// The server is to die now, for so many seconds.
    Break(u32),
}

/// A scene under way.
#[derive(Debug)]
pub struct Play {
    scene: Scene,
    estate: Arc<Estate>,
    world: World,
    /// Who walks with which phone, in the order of the world.
    phones: Vec<PhoneId>,
    /// Milliseconds at which its first second begins.
    begins_ms: i64,
    /// The same by the site's clock.
    began: Option<Timestamp>,
    /// Acts that wait, by time. At most [`super::script::LINES_MAX`].
    acts: VecDeque<Act>,
    /// Readings to come. At most as many.
    readings: VecDeque<super::script::Reading>,
    /// Breaks to come. At most as many.
    breaks: VecDeque<Break>,
    percent: u8,
    events: u32,
    seen: Option<Arc<View>>,
    /// When that was, by the site's clock.
    seen_at: Timestamp,
    /// What became of each milestone.
    news: Vec<Option<News>>,
    is_by_hand: bool,
    /// Names this performance: what it sends is not what another one sent.
    name: String,
    has_begun_duty: bool,
}

impl Play {
    /// A scene whose people come on duty now and whose first second comes [`LEAD_S`] later. `is_by_hand`: what
    /// operators do is left to those who sit at the consoles.
    pub fn new(
        scene: Scene,
        estate: Arc<Estate>,
        name: String,
        is_by_hand: bool,
        now_ms: i64,
    ) -> Result<Self, SceneError> {
        scene.must_fit(&estate)?;
        let parts = scene.guards.iter();
        let parts = parts.map(|part| (&part.person, part.at_m, part.character(scene.lasts_s)));
        let world = World::of_scene(&estate, parts, now_ms);
        let world = world.map_err(|error: WorldError| SceneError::Unfit(error.to_string()))?;
        let phones = world.guards().iter();
        let phones = phones.map(|guard| guard.phone().clone()).collect();
        let by_time = |lines: Vec<Act>| {
            let mut lines = lines;
            lines.sort_by_key(|act| act.at_s);
            VecDeque::from(lines)
        };
        let mut readings = scene.readings.clone();
        readings.sort_by_key(|reading| reading.at_s);
        let mut breaks = scene.breaks.clone();
        breaks.sort_by_key(|one| one.at_s);
        Ok(Self {
            acts: by_time(scene.acts.clone()),
            readings: readings.into(),
            breaks: breaks.into(),
            news: vec![None; scene.milestones.len()],
            scene,
            estate,
            world,
            phones,
            begins_ms: now_ms + LEAD_S * 1_000,
            began: None,
            percent: 0,
            events: 0,
            seen: None,
            seen_at: Timestamp::default(),
            is_by_hand,
            name,
            has_begun_duty: false,
        })
    }

    /// The phones of those who walk, in the order in which they were named.
    pub fn phones(&self) -> &[PhoneId] {
        &self.phones
    }

    /// Who walks, and where.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Milliseconds of the scene; negative before it begins.
    pub const fn scene_ms(&self, now_ms: i64) -> i64 {
        now_ms - self.begins_ms
    }

    /// Whether its last second is over.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.scene_ms(now_ms) > i64::from(self.scene.lasts_s) * 1_000
    }

    /// How many milestones were missed.
    pub fn missed(&self) -> usize {
        let missed = self.news.iter();
        missed.filter(|news| **news == Some(News::Missed)).count()
    }

    /// How many were reached.
    pub fn reached(&self) -> usize {
        let reached = self.news.iter();
        reached
            .filter(|news| matches!(news, Some(News::Reached(_))))
            .count()
    }

    /// What the site is, by its own clock.
    pub fn see(&mut self, view: Arc<View>, at: Timestamp) {
        self.world.see(&self.estate, &view, at);
        self.seen = Some(view);
        self.seen_at = at;
    }

    /// Lets time pass up to `now_ms`, which is `at` by the site's clock, and hands over what leaves meanwhile.
    pub fn step(&mut self, now_ms: i64, at: Timestamp, send: &mut impl FnMut(Out)) -> Vec<Hint> {
        let scene_ms = self.scene_ms(now_ms);
        let mut hints = Vec::new();
        self.begin_duty(send);
        self.walk(now_ms, send);
        if scene_ms < 0 {
            return hints;
        }
        let began = *self.began.get_or_insert(at - Span::from_millis(scene_ms));
        self.measure(scene_ms, send);
        self.act(scene_ms, began, send, &mut hints);
        let is_due = |one: &mut Break| i64::from(one.at_s) * 1_000 <= scene_ms;
        while let Some(one) = self.breaks.pop_front_if(is_due) {
            hints.push(Hint::Break(one.for_s));
        }
        self.judge(scene_ms, began, &mut hints);
        hints
    }

    fn begin_duty(&mut self, send: &mut impl FnMut(Out)) {
        if std::mem::replace(&mut self.has_begun_duty, true) {
            return;
        }
        let others = self.scene.on_duty.iter();
        for person in self.world.people().iter().chain(others) {
            send(Out::Duty(person.clone()));
        }
    }

    fn walk(&mut self, now_ms: i64, send: &mut impl FnMut(Out)) {
        for item in self.world.step(now_ms) {
            match item {
                Outgoing::Fix { guard, body } => send(Out::Fix(self.phones[guard].clone(), body)),
                Outgoing::Answer { guard, command } => {
                    let person = self.world.people()[guard].clone();
                    send(Out::Command(person, Want::Dispatch(command)));
                }
                Outgoing::Said(Said::Heard(heard)) => send(Out::Heard(heard)),
                // Nothing else happens in a scene.
                Outgoing::Said(_) => {}
            }
        }
    }

    /// The detector says which limits are reached, and which are not any more.
    fn measure(&mut self, scene_ms: i64, send: &mut impl FnMut(Out)) {
        while let Some(reading) = self
            .readings
            .pop_front_if(|reading| i64::from(reading.at_s) * 1_000 <= scene_ms)
        {
            let detector = &self.scene.detector;
            let kinds = |percent| detector.reached(percent).map(|limit| &limit.kind);
            let (before, now): (Vec<_>, Vec<_>) = (
                kinds(self.percent).collect(),
                kinds(reading.percent).collect(),
            );
            let begun = now.iter().filter(|kind| !before.contains(kind));
            let begun = begun.map(|kind| (*kind, ReportedState::Active));
            let ended = before.iter().filter(|kind| !now.contains(kind));
            let ended = ended.map(|kind| (*kind, ReportedState::Cleared));
            for (kind, state) in begun.chain(ended) {
                self.events += 1;
                let event_id = format!("scene-{}-{}", self.name, self.events);
                let Ok(event_id) = EventId::new(event_id) else {
                    continue;
                };
                send(Out::Event(EventRequest {
                    device: detector.device.clone(),
                    event_id,
                    kind: kind.clone(),
                    state,
                    occurred_at: None,
                    drill: false,
                }));
            }
            self.percent = reading.percent;
        }
    }

    /// Whoever has something to do does it, one after the other: an act that waits for what it is about holds
    /// up those after it.
    fn act(
        &mut self,
        scene_ms: i64,
        began: Timestamp,
        send: &mut impl FnMut(Out),
        hints: &mut Vec<Hint>,
    ) {
        while let Some(act) = self.acts.front() {
            let due_ms = i64::from(act.at_s) * 1_000;
            if due_ms > scene_ms {
                return;
            }
            if !self.is_by_hand || !is_operator(&self.estate, &act.by) {
                match self.want(act, began) {
                    Some(want) => send(Out::Command(act.by.clone(), want)),
                    None if scene_ms < due_ms + ACT_WAITS_MS => return,
                    None => hints.push(Hint::Idle(format!("{:?} by {}", act.what, act.by))),
                }
            }
            self.acts.pop_front();
        }
    }

    /// What somebody wants, once that is there which it is about.
    fn want(&self, act: &Act, began: Timestamp) -> Option<Want> {
        let look = self.look(began)?;
        let alarm = look.row()?.id;
        let incident = || Some(look.incident()?.id);
        let assignment = |person| Some(look.sent(person)?.id);
        let to = |to| {
            let incident = incident()?;
            Some(Want::Incident(IncidentCommand::Move { incident, to }))
        };
        Some(match &act.what {
            Deed::Claim => Want::Alarm(AlarmCommand::Claim { alarm }),
            Deed::Send(person) => Want::Dispatch(DispatchCommand::Dispatch {
                matter: Matter::Alarm(alarm),
                person: person.clone(),
            }),
            Deed::Accept(person) => Want::Dispatch(DispatchCommand::Accept {
                assignment: assignment(person)?,
            }),
            Deed::EndQuiet(person) => Want::Dispatch(DispatchCommand::EndQuiet {
                assignment: assignment(person)?,
            }),
            Deed::Finish(person) => Want::Dispatch(DispatchCommand::Finish {
                assignment: assignment(person)?,
            }),
            Deed::Step(step) => Want::Incident(IncidentCommand::TakeStep {
                incident: incident()?,
                step: step.clone(),
                answer: None,
            }),
            Deed::Judge { verdict, on_scene } => Want::Alarm(AlarmCommand::Judge {
                alarm,
                verdict: *verdict,
                basis: Some(VerdictBasis::OnScene {
                    by: on_scene.clone(),
                }),
            }),
            Deed::Contain => to(NextStage::Contained)?,
            Deed::Resolve => to(NextStage::Resolved)?,
            Deed::Close => to(NextStage::Closed)?,
        })
    }

    fn look(&self, began: Timestamp) -> Option<Look<'_>> {
        Some(Look {
            view: self.seen.as_deref()?,
            estate: &self.estate,
            device: &self.scene.detector.device,
            people: self.world.people(),
            began,
            now: self.seen_at,
        })
    }

    /// Which milestones are reached or missed by now.
    fn judge(&mut self, scene_ms: i64, began: Timestamp, hints: &mut Vec<Hint>) {
        for index in 0..self.news.len() {
            let milestone = &self.scene.milestones[index];
            let from_ms = i64::from(milestone.from_s) * 1_000;
            if self.news[index].is_some() || scene_ms < from_ms {
                continue;
            }
            let news = self.news_of(milestone, scene_ms, began);
            if let Some(news) = news {
                let words = milestone.words.clone();
                self.news[index] = Some(news);
                hints.push(Hint::Milestone(words, news));
            }
        }
    }

    fn news_of(&self, milestone: &Milestone, scene_ms: i64, began: Timestamp) -> Option<News> {
        let is_late = scene_ms > i64::from(milestone.to_s) * 1_000;
        let Some(look) = self.look(began) else {
            return is_late.then_some(News::Missed);
        };
        if milestone.needs_channels && look.view.reach.is_empty() {
            return Some(News::LeftOut);
        }
        let is_there = milestone.see.iter().all(|sight| sight.is_there(&look));
        match (milestone.throughout, is_there, is_late) {
            (true, true, true) | (false, true, false) => Some(News::Reached(scene_ms)),
            // What is to be seen once and comes too late is missed.
            (true, false, _) | (false, _, true) => Some(News::Missed),
            (true, true, false) | (false, false, false) => None,
        }
    }
}

fn is_operator(estate: &Estate, person: &PersonId) -> bool {
    let person = estate.person(person);
    person.is_some_and(|person| Rights::of_role(person.role).contains(Right::HandleAlarms))
}
