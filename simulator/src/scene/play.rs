//! A scene as it is played: what leaves whom by when, and which milestones are reached.
//!
//! Pure: whoever plays it brings the time, carries what leaves, and shows what the site is.

use super::script::{Act, Break, LEAD_S, Milestone, Reading, Report, Scene, SceneError};
use super::sight::Look;
use crate::devices::Said;
use crate::world::{Outgoing, World, WorldError};
use castellan_client::owntracks::Location;
use castellan_domain::access::{Right, Rights};
use castellan_domain::alarm::Source;
use castellan_domain::estate::{Device, Estate};
use castellan_domain::ids::{AlarmTypeId, DeviceId, EventId, PersonId, PhoneId};
use castellan_domain::observation::ReportedState;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use castellan_domain::wire::api::{EventRequest, WireCommand};
use castellan_domain::wire::ingest::HeardRequest;
use std::collections::VecDeque;
use std::sync::Arc;

/// Milliseconds for which an act waits for what it is about.
const ACT_WAITS_MS: i64 = 30_000;
/// Devices behind devices that are followed.
const UPSTREAM_STEPS_MAX: usize = 16;

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
    Command(PersonId, WireCommand),
}

/// What became of a milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is reached, at this millisecond of the scene.
    Reached(i64),
    /// It was not to be seen in its time.
    Missed,
    /// It was missed, and is to be seen so many milliseconds too late.
    Late(i64),
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
    /// Whom lines are about that name nobody.
    about: Source,
    /// The same by the site's clock.
    began: Option<Timestamp>,
    /// Acts that wait, by time. At most [`super::script::LINES_MAX`].
    acts: VecDeque<Act>,
    /// Readings to come. At most as many.
    readings: VecDeque<Reading>,
    /// Reports of other devices to come. At most as many.
    reports: VecDeque<Report>,
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
        let nobody = || SceneError::Unfit("it is about nobody".to_owned());
        let about = scene.about().ok_or_else(nobody)?;
        let parts = scene.guards.iter();
        let parts = parts.map(|part| (&part.person, part.at_m, part.character(scene.lasts_s)));
        let world = World::of_scene(&estate, parts, now_ms);
        let world = world.map_err(|error: WorldError| SceneError::Unfit(error.to_string()))?;
        let phones = world.guards().iter();
        let phones = phones.map(|guard| guard.phone().clone()).collect();
        Ok(Self {
            acts: by_time(&scene.acts, |act| act.at_s),
            readings: by_time(&scene.readings, |reading| reading.at_s),
            reports: by_time(&scene.reports, |report| report.at_s),
            breaks: by_time(&scene.breaks, |one| one.at_s),
            about,
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
        let is_missed = |news: &Option<News>| matches!(news, Some(News::Missed | News::Late(_)));
        missed.filter(|news| is_missed(news)).count()
    }

    /// What became of each milestone, by its words; nothing of one whose time had not come.
    pub fn milestones(&self) -> impl Iterator<Item = (&str, Option<News>)> {
        let words = self.scene.milestones.iter().map(|one| one.words.as_str());
        words.zip(self.news.iter().copied())
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
        self.walk(now_ms, scene_ms, send);
        if scene_ms < 0 {
            return hints;
        }
        let began = *self.began.get_or_insert(at - Span::from_millis(scene_ms));
        self.report(scene_ms, send);
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

    fn walk(&mut self, now_ms: i64, scene_ms: i64, send: &mut impl FnMut(Out)) {
        for item in self.world.step(now_ms) {
            match item {
                Outgoing::Fix { guard, .. } | Outgoing::Answer { guard, .. }
                    if self.is_silent_person(guard, scene_ms) => {}
                Outgoing::Fix { guard, body } => send(Out::Fix(self.phones[guard].clone(), body)),
                Outgoing::Answer { guard, command } => {
                    let person = self.world.people()[guard].clone();
                    send(Out::Command(person, command.into()));
                }
                Outgoing::Said(Said::Heard(heard)) => {
                    if !self.is_silent_device(&heard.device, scene_ms) {
                        send(Out::Heard(heard));
                    }
                }
                // Nothing else happens in a scene.
                Outgoing::Said(_) => {}
            }
        }
    }

    /// Of whom nothing is heard now.
    fn silent(&self, scene_ms: i64) -> impl Iterator<Item = &Source> {
        let now = self.scene.silences.iter().filter(move |silence| {
            let (from_s, to_s) = (i64::from(silence.from_s), i64::from(silence.to_s));
            (from_s * 1_000..to_s * 1_000).contains(&scene_ms)
        });
        now.map(|silence| &silence.of)
    }

    fn is_silent_person(&self, guard: usize, scene_ms: i64) -> bool {
        let person = Some(&self.world.people()[guard]);
        self.silent(scene_ms).any(|of| of.person() == person)
    }

    /// It is silent itself, or one that it is reached through.
    fn is_silent_device(&self, device: &DeviceId, scene_ms: i64) -> bool {
        let next = |at: &&Device| self.estate.device(at.upstream.as_ref()?);
        let through = std::iter::successors(self.estate.device(device), next);
        let mut through = through.take(UPSTREAM_STEPS_MAX);
        through.any(|at| self.silent(scene_ms).any(|of| of.device() == Some(&at.id)))
    }

    /// The detector says which limits are reached, and which are not any more. Other devices say what they say.
    fn report(&mut self, scene_ms: i64, send: &mut impl FnMut(Out)) {
        let is_due = |at_s: u32| i64::from(at_s) * 1_000 <= scene_ms;
        while let Some(reading) = self.readings.pop_front_if(|one| is_due(one.at_s)) {
            self.measure(reading, send);
        }
        while let Some(report) = self.reports.pop_front_if(|one| is_due(one.at_s)) {
            self.say(report.device, report.kind, report.state, send);
        }
    }

    fn measure(&mut self, reading: Reading, send: &mut impl FnMut(Out)) {
        let before = std::mem::replace(&mut self.percent, reading.percent);
        let Some(detector) = self.scene.detector.clone() else {
            return;
        };
        for limit in detector.limits {
            let (was, is) = (before >= limit.percent, reading.percent >= limit.percent);
            if was != is {
                let state = if is {
                    ReportedState::Active
                } else {
                    ReportedState::Cleared
                };
                self.say(detector.device.clone(), limit.kind, state, send);
            }
        }
    }

    fn say(
        &mut self,
        device: DeviceId,
        kind: AlarmTypeId,
        state: ReportedState,
        send: &mut impl FnMut(Out),
    ) {
        self.events += 1;
        let event_id = format!("scene-{}-{}", self.name, self.events);
        if let Ok(event_id) = EventId::new(event_id) {
            send(Out::Event(EventRequest {
                device,
                event_id,
                kind,
                state,
                occurred_at: None,
                drill: false,
            }));
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
                let look = self.look(act.about.as_ref(), began);
                match look.and_then(|look| act.what.want(&look)) {
                    Some(want) => send(Out::Command(act.by.clone(), want)),
                    None if scene_ms < due_ms + ACT_WAITS_MS => return,
                    None => hints.push(Hint::Idle(format!("{:?} by {}", act.what, act.by))),
                }
            }
            self.acts.pop_front();
        }
    }

    /// The site as it is looked at, about this one or about the one that the scene is about.
    fn look<'a>(&'a self, about: Option<&'a Source>, began: Timestamp) -> Option<Look<'a>> {
        Some(Look {
            view: self.seen.as_deref()?,
            estate: &self.estate,
            about: about.unwrap_or(&self.about),
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
            let news = match self.news[index] {
                _ if scene_ms < from_ms => None,
                None => self.news_of(milestone, scene_ms, began),
                Some(News::Missed) if !milestone.throughout => {
                    self.late(milestone, scene_ms, began)
                }
                Some(_) => None,
            };
            if let Some(news) = news {
                let words = milestone.words.clone();
                self.news[index] = Some(news);
                hints.push(Hint::Milestone(words, news));
            }
        }
    }

    fn news_of(&self, milestone: &Milestone, scene_ms: i64, began: Timestamp) -> Option<News> {
        let is_late = scene_ms > i64::from(milestone.to_s) * 1_000;
        let Some(look) = self.look(milestone.about.as_ref(), began) else {
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

    /// What was missed is there after all.
    fn late(&self, milestone: &Milestone, scene_ms: i64, began: Timestamp) -> Option<News> {
        let look = self.look(milestone.about.as_ref(), began)?;
        let is_there = milestone.see.iter().all(|sight| sight.is_there(&look));
        is_there.then(|| News::Late(scene_ms - i64::from(milestone.to_s) * 1_000))
    }
}

fn by_time<T: Clone>(lines: &[T], at_s: impl Fn(&T) -> u32) -> VecDeque<T> {
    let mut lines = lines.to_vec();
    lines.sort_by_key(at_s);
    lines.into()
}

fn is_operator(estate: &Estate, person: &PersonId) -> bool {
    let person = estate.person(person);
    person.is_some_and(|person| Rights::of_role(person.role).contains(Right::HandleAlarms))
}
