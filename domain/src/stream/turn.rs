//! One turn: what several inputs decided, numbered, to be committed as one transaction.
//!
//! [`run`] is the whole of it for server and simulation alike. An input that breaks the engine is
//! named, so that whoever drives can set it aside, rebuild the engine and run the rest again.

use crate::actuation::order::{Actuation, ActuationRehearsal, Order};
use crate::answer::{Accepted, Answer};
use crate::engine::{Engine, Input, Output};
use crate::fact::{Fact, FactError};
use crate::ids::{CommandId, DeviceId, EventId, PersonId, Seq, SiteId};
use crate::memory::LastPlace;
use crate::notify::{Announcement, Message, Notification, Rehearsal};
use crate::observation::{Fix, Observation};
use crate::site::Site;
use crate::time::Timestamp;
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Characters that are kept of what a panic said.
const PANIC_CHARS_MAX: usize = 500;

/// What a turn runs on: a site's [`Engine`], or a double of it that fails on purpose.
pub trait Machine {
    /// One that goes on from a fold.
    fn of(site: Site) -> Self;
    /// Takes one input.
    fn handle(&mut self, input: Input, now: Timestamp);
    /// The next thing to do, until there is none.
    fn poll_output(&mut self) -> Option<Output>;
    /// Folds a fact.
    fn apply(&mut self, fact: &Fact);
    /// What is known about the site.
    fn site(&self) -> &Site;
    /// When to come back by itself.
    fn next_deadline(&self) -> Option<Timestamp>;
    /// Where somebody was last, as far as it remembers. It decides nothing by it.
    fn last_place(&self, _person: &PersonId) -> Option<LastPlace> {
        None
    }
    /// Where everybody was last, as far as it remembers.
    fn last_fixes(&self) -> Vec<Fix> {
        Vec::new()
    }
    /// Takes what another one remembered, before the estate ([`Engine::recall`]).
    fn recall(&mut self, _fixes: &[Fix]) {}
}

impl Machine for Engine {
    fn of(site: Site) -> Self {
        Self::new(site)
    }

    fn handle(&mut self, input: Input, now: Timestamp) {
        self.handle(input, now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.poll_output()
    }

    fn apply(&mut self, fact: &Fact) {
        self.apply(fact);
    }

    fn site(&self) -> &Site {
        self.site()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.next_deadline()
    }

    fn last_place(&self, person: &PersonId) -> Option<LastPlace> {
        self.last_place(person)
    }

    fn last_fixes(&self) -> Vec<Fix> {
        self.last_fixes()
    }

    fn recall(&mut self, fixes: &[Fix]) {
        self.recall(fixes);
    }
}

/// A numbered fact and the bytes that are stored of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// The fact.
    pub fact: Fact,
    /// Its stored form.
    pub bytes: String,
}

/// Why an input could not become part of a turn.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// A fact that cannot be written down must not be applied either.
    #[error(transparent)]
    Fact(#[from] FactError),
}

/// An input that broke its turn: nothing of the turn may be used, and the engine is no longer what
/// the record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its place among the turn's inputs.
    pub index: usize,
    /// What the panic or the error said, shortened.
    pub why: String,
}

/// By what an input is recognised that comes again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepeatKey {
    /// The client's id of a command.
    Command(CommandId),
    /// A device's id of its event.
    Event(DeviceId, EventId),
}

impl RepeatKey {
    /// The key of an input, if its sender gave it an id.
    pub fn of(input: &Input) -> Option<Self> {
        match input {
            Input::Commanded { command_id, .. } => Some(Self::Command(*command_id)),
            Input::Observed(Observation::Report(report)) => {
                Some(Self::Event(report.device.clone(), report.event.clone()))
            }
            Input::Observed(Observation::Door(report)) => {
                Some(Self::Event(report.device.clone(), report.event.clone()))
            }
            // Phones are known by another list than devices. Where a name is too long to be told
            // apart, a repeat counts again: a call for help is rather heard twice than never.
            Input::Observed(Observation::Call(call)) => {
                let sender = DeviceId::new(format!("phone:{}", call.phone)).ok()?;
                Some(Self::Event(sender, call.event.clone()))
            }
            Input::Observed(
                Observation::PhoneFix(_)
                | Observation::Heard { .. }
                | Observation::PhoneHeard { .. },
            )
            | Input::DeadlineReached
            | Input::SessionOpened { .. }
            | Input::SessionGone { .. }
            | Input::EstateLoaded { .. }
            | Input::ClockStepped(_)
            | Input::RecordingResumed(_)
            | Input::TracksSetAside(_)
            | Input::DiskRoom(_)
            | Input::SelfTest(_)
            | Input::Channel(_)
            | Input::SetAside(_)
            | Input::ReachLoaded(_)
            | Input::Failing(_)
            | Input::Notified(_)
            | Input::Actuated(_)
            | Input::Viewed(_)
            | Input::CameraViewed(_)
            | Input::Clip(_) => None,
        }
    }

    /// Whether this first answer is given again to whoever repeats. A refused report may be
    /// accepted later: the device is asked to send it again.
    pub const fn keeps(&self, answer: &Answer) -> bool {
        matches!(self, Self::Command(_)) || answer.is_ok()
    }
}

/// What became of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// For whoever sent it.
    pub answer: Option<Answer>,
    /// It repeats an input of the same turn and was not handled.
    pub is_repeat: bool,
    /// The first fact that it made.
    pub made: Option<Seq>,
}

impl Done {
    /// The key and the answer that are kept with the turn, so that a repeat of `input` hears the same.
    pub fn to_keep(&self, input: &Input) -> Option<(RepeatKey, Answer)> {
        let answer = self.answer.as_ref().filter(|_| !self.is_repeat)?;
        let key = RepeatKey::of(input).filter(|key| key.keeps(answer))?;
        Some((key, answer.clone()))
    }

    /// What its sender hears once the facts are recorded. Nothing, if that is not to be counted on: no
    /// answer came, or it is a position whose history could not be kept.
    pub fn heard(self, kept_positions: bool) -> Option<Answer> {
        self.answer
            .filter(|answer| kept_positions || !matches!(answer, Ok(Accepted::Tracked)))
    }
}

/// A turn that ran to its end.
#[derive(Debug)]
pub struct Ran {
    /// What is to be recorded and then let out.
    pub turn: Turn,
    /// What became of each input, in their order.
    pub done: Vec<Done>,
    /// The time of the last input.
    pub at: Timestamp,
}

/// Runs inputs as one turn. `clock` is asked before each of them.
///
/// On [`Broken`] the machine must be thrown away: it may have stopped anywhere.
pub fn run<M: Machine>(
    machine: &mut M,
    site: &SiteId,
    inputs: &[Input],
    mut clock: impl FnMut() -> Timestamp,
) -> Result<Ran, Broken> {
    let mut turn = Turn::new(site.clone());
    let mut done: Vec<Done> = Vec::with_capacity(inputs.len());
    let mut first: BTreeMap<RepeatKey, usize> = BTreeMap::new();
    let mut at = Timestamp::default();
    for (index, input) in inputs.iter().enumerate() {
        let key = RepeatKey::of(input);
        if let Some(known) = key.as_ref().and_then(|key| first.get(key)) {
            done.push(Done {
                answer: done[*known].answer.clone(),
                is_repeat: true,
                made: None,
            });
            continue;
        }
        at = clock();
        let before = turn.facts.len();
        let step = caught(|| {
            machine.handle(input.clone(), at);
            turn.drain(machine, at)
        });
        let broken = |why| Broken { index, why };
        let answer = step
            .map_err(&broken)?
            .map_err(|error| broken(shortened(&error.to_string())))?;
        if let (Some(key), Some(answer)) = (key, &answer)
            && key.keeps(answer)
        {
            first.insert(key, index);
        }
        done.push(Done {
            answer,
            is_repeat: false,
            made: turn.facts.get(before).map(|stamped| stamped.fact.seq),
        });
    }
    Ok(Ran { turn, done, at })
}

/// Folds a fact of the record, or says what broke.
pub fn fold<M: Machine>(machine: &mut M, fact: &Fact) -> Result<(), String> {
    caught(|| machine.apply(fact))
}

/// Does something that must not take others down, or says what broke. What it worked on is to be
/// thrown away then: it may have stopped anywhere.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(panic.as_ref()))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    shortened(text.unwrap_or("a panic without words"))
}

fn shortened(text: &str) -> String {
    text.chars().take(PANIC_CHARS_MAX).collect()
}

/// What a turn has gathered so far.
#[derive(Debug)]
pub struct Turn {
    site: SiteId,
    /// Facts in the order of their numbers.
    pub facts: Vec<Stamped>,
    /// Positions for the history.
    pub tracks: Vec<Fix>,
    /// Positions for the displays.
    pub latest: Vec<Fix>,
    /// What people outside are to be told.
    pub notifications: Vec<Notification>,
    /// What a drill would have told them.
    pub rehearsals: Vec<Rehearsal>,
    /// Orders to devices. They may leave once the turn is on disk, and never otherwise.
    pub actuations: Vec<Actuation>,
    /// What a drill would have ordered.
    pub actuation_rehearsals: Vec<ActuationRehearsal>,
}

impl Turn {
    /// An empty turn.
    pub fn new(site: SiteId) -> Self {
        Self {
            site,
            facts: Vec::new(),
            tracks: Vec::new(),
            latest: Vec::new(),
            notifications: Vec::new(),
            rehearsals: Vec::new(),
            actuations: Vec::new(),
            actuation_rehearsals: Vec::new(),
        }
    }

    /// Whether nothing needs to be written.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.tracks.is_empty()
    }

    /// Drains the engine after one input: numbers each fact, folds it, and gives back the answer
    /// for whoever sent the input.
    pub fn drain<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Timestamp,
    ) -> Result<Option<Answer>, TurnError> {
        let mut answer = None;
        while let Some(output) = machine.poll_output() {
            match output {
                Output::Record(draft) => {
                    let fact = Fact {
                        site: self.site.clone(),
                        seq: machine.site().view().seq.next(),
                        recorded_at: now,
                        occurred_at: draft.occurred_at.unwrap_or(now),
                        cause: draft.cause,
                        actor: draft.actor,
                        drill: draft.drill,
                        body: draft.body,
                    };
                    let bytes = fact.encode()?;
                    machine.apply(&fact);
                    self.facts.push(Stamped { fact, bytes });
                }
                Output::Track(fix) => self.tracks.push(fix),
                Output::Latest(fix) => self.latest.push(fix),
                Output::Answer(result) => answer = Some(result),
                Output::Notify(message) => self.announce(*message),
                Output::Actuate => self.order(),
            }
        }
        Ok(answer)
    }

    /// An order is what the fact before it intends, and each fact orders once.
    fn order(&mut self) {
        let order = self.facts.last().and_then(|about| Order::of(&about.fact));
        match order {
            Some(Order::Real(order)) => {
                let last = self.actuations.last().map(Actuation::about);
                if last != Some(order.about()) {
                    self.actuations.push(order);
                }
            }
            Some(Order::Drill(order)) => self.actuation_rehearsals.push(order),
            None => {}
        }
    }

    /// A message belongs to the fact before it; without one there is nothing to tell of.
    fn announce(&mut self, message: Message) {
        let Some(about) = self.facts.last() else {
            return;
        };
        match Announcement::of(&about.fact, message) {
            Announcement::Real(notification) => self.notifications.push(notification),
            Announcement::Drill(rehearsal) => self.rehearsals.push(rehearsal),
        }
    }
}
