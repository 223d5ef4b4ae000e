//! The engine of one site: an input goes in, outputs come out, nothing else happens.
//!
//! It owns no clock and does no IO. The shell hands it one [`Input`] with the site time, drains
//! [`Engine::poll_output`] until it is empty (see [`crate::stream::Turn`], which also applies the
//! recorded facts), and comes back with [`Input::DeadlineReached`] when [`Engine::next_deadline`]
//! says so.

pub use crate::input::Input;

use crate::actuation::{ActuationFact, ActuationSettled};
use crate::answer::{Accepted, Answer};
use crate::command::Command;
use crate::decision;
use crate::estate::{EstateFact, EstateIndex};
use crate::fact::{Cause, EstatePublished, Fact, FactBody, FactDraft, PersonBack, PersonGone};
use crate::ids::{CommandId, DeviceId, EstateHash, PersonId, PhoneId, Version};
use crate::incident::Incident;
use crate::memory::{LastPlace, Memory};
use crate::notify::{Message, NotificationFact};
use crate::observation::{Call, Fix, Observation, PhoneFix};
use crate::refusal::{CommonRefusal, Refusal};
use crate::rules::seen::Decision;
use crate::rules::{
    self, area_breach, assignments, clips, device_silent, door_state, guard_silent, left_estate,
    reported_condition, sos, system, viewed,
};
use crate::site::{Context, Site};
use crate::staff::{ABSENT_MAX, Console, StaffFact, StaffRefusal};
use crate::system::SystemFact;
use crate::time::Timestamp;
use crate::view::Touched;
use std::collections::VecDeque;
use std::sync::Arc;

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Record a fact in this turn.
    Record(Box<FactDraft>),
    /// Keep a position in the history.
    Track(Fix),
    /// Show a position to all displays.
    Latest(Fix),
    /// Answer whoever sent the input. At most one for each input, after its turn is on disk.
    Answer(Answer),
    /// Tell people outside about the fact just recorded, once its turn is on disk.
    Notify(Box<Message>),
    /// Send what the fact just recorded intends to its device, once its turn is on disk.
    Actuate,
}

fn record(draft: FactDraft) -> Output {
    Output::Record(Box::new(draft))
}

/// The engine of one site.
#[derive(Debug)]
pub struct Engine {
    site: Site,
    estate: Option<Arc<EstateIndex>>,
    /// What it remembers beside the facts.
    memory: Memory,
    /// Drained after every input. An input records a few facts for each alarm that it touches, at most
    /// `SETTLED_PER_INPUT_MAX` of them.
    outputs: VecDeque<Output>,
}

impl Engine {
    /// An engine that goes on from a fold of all facts so far.
    pub fn new(site: Site) -> Self {
        let memory = Memory::after(&site);
        Self {
            site,
            estate: None,
            memory,
            outputs: VecDeque::new(),
        }
    }

    /// What is known about the site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Where somebody was last, if they were heard since the start or it was told.
    pub fn last_place(&self, person: &PersonId) -> Option<LastPlace> {
        self.memory.fixes.last_place(person)
    }

    /// Where everybody was last.
    pub fn last_fixes(&self) -> Vec<Fix> {
        self.memory.fixes.all()
    }

    /// Takes where people were before this engine began. To be told before the estate, which keeps
    /// its own people only. It makes no fact, moves nobody across a border and ends no silence: it is
    /// where help is sent whose caller does not say where they are.
    pub fn recall(&mut self, fixes: &[Fix]) {
        for fix in fixes {
            self.memory.fixes.recall(fix);
        }
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back with [`Input::DeadlineReached`]. Before an estate is loaded nothing is
    /// decided.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.next_due().map(|(at, _)| at)
    }

    /// The same with the name of the rule that waits for it.
    pub fn next_due(&self) -> Option<(Timestamp, &'static str)> {
        rules::next_due(&self.site, self.estate.as_deref()?, &self.memory)
    }

    /// Folds a fact of this turn, or of the journal at start. What follows from it at once (a ladder
    /// starts or stops) is drained with the rest of this turn; of the journal, which is read before any
    /// estate, nothing follows: there it stands already.
    pub fn apply(&mut self, fact: &Fact) -> Touched {
        self.memory.follow(fact, self.estate.as_deref());
        let touched = self.site.apply(fact);
        let follows = self.with_estate(fact.recorded_at, |context| {
            rules::follows(context, fact, &touched)
        });
        // At once, before any other fact is folded; but what is to be done about this one comes first.
        let mut outputs = self.outputs.iter();
        let next = outputs.position(|next| !matches!(next, Output::Notify(_) | Output::Actuate));
        let next = next.unwrap_or(self.outputs.len());
        for (nth, draft) in follows.unwrap_or_default().into_iter().enumerate() {
            self.outputs.insert(next + nth, record(draft));
        }
        touched
    }

    /// Takes one input. All outputs of the one before must have been drained.
    pub fn handle(&mut self, input: Input, now: Timestamp) {
        debug_assert!(self.outputs.is_empty(), "drain before the next input");
        match input {
            Input::EstateLoaded { hash, estate } => self.load(hash, estate, now),
            Input::DeadlineReached => self.settle(now),
            Input::Observed(observation) => {
                let answer = self.observe(observation, now);
                self.outputs.push_back(Output::Answer(answer));
            }
            Input::Commanded {
                command_id,
                by,
                expected,
                command,
            } => {
                let answer = self.command(command_id, by, expected, command, now);
                self.outputs.push_back(Output::Answer(answer));
            }
            Input::SessionOpened { person } => self.session(person, true, now),
            Input::SessionGone { person } => self.session(person, false, now),
            Input::ClockStepped(body) => {
                self.notice(Some(body.at), SystemFact::ClockStepped(body).into());
                self.found(now, |context| system::clock_step(context, &body));
            }
            Input::RecordingResumed(body) => {
                self.notice(None, FactBody::System(SystemFact::RecordingResumed(body)));
                self.found(now, |context| system::gap(context, &body));
            }
            Input::TracksSetAside(body) => {
                self.notice(Some(body.at), SystemFact::TracksSetAside(body).into());
                self.found(now, |context| system::tracks(context, body));
            }
            Input::DiskRoom(room) => self.found(now, |context| system::disk(context, room)),
            Input::SelfTest(fact) => {
                self.noticed(fact.clone().into());
                self.found(now, |context| system::self_test(context, &fact));
            }
            Input::Channel(state) => {
                self.found(now, |context| system::channel(context, state));
                // Its worker waits, and there may be nothing to record.
                let heard = Output::Answer(Ok(Accepted::Heard));
                self.outputs.push_back(heard);
            }
            Input::SetAside(body) => {
                self.notice(None, FactBody::System(SystemFact::InputSetAside(body)));
            }
            Input::ReachLoaded(body) => {
                let view = self.site.view();
                let known = view.reach.iter();
                let known = known.map(|(person, reach)| (person, &reach.channels));
                if !known.eq(body.people.iter()) {
                    self.notice(None, FactBody::Notification(NotificationFact::Reach(body)));
                }
            }
            Input::Failing(body) => self.noticed(NotificationFact::Failing(body).into()),
            Input::Notified(body) => self.noticed(NotificationFact::Settled(body).into()),
            Input::Actuated(body) => {
                let answer = self.actuated(body);
                self.outputs.push_back(Output::Answer(answer));
            }
            Input::Viewed(body) => self.tell(viewed::decide(self.site.view(), body)),
            Input::CameraViewed(body) => self.tell(viewed::without_alarm(self.site.view(), body)),
            Input::Clip(news) => {
                self.tell(clips::decide(self.site.view(), news, now));
            }
        }
    }

    fn command(
        &mut self,
        command_id: CommandId,
        by: PersonId,
        expected: Option<Version>,
        command: Command,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        let decided = self.with_estate(now, |context| {
            let way = |person: &PersonId, incident: &Incident| {
                assignments::ways(context, &self.memory, incident)(person)
            };
            let terms = assignments::terms(context, &way);
            decision::decide(context, &terms, command_id, by, expected, command)
        });
        let not_allowed = Refusal::Common(CommonRefusal::NotAllowed);
        let (drafts, accepted) = decided.unwrap_or(Err(not_allowed))?;
        for draft in drafts {
            let ends = self.ends_with(&draft, now);
            let intends = matches!(draft.body, FactBody::Actuation(ActuationFact::Intended(_)));
            self.outputs.push_back(record(draft));
            self.outputs.extend(intends.then_some(Output::Actuate));
            self.outputs.extend(ends.into_iter().map(record));
        }
        Ok(accepted)
    }

    /// Records how an order ended. Whoever could not know that it was recorded says it again: then
    /// it is so already.
    fn actuated(&mut self, body: ActuationSettled) -> Result<Accepted, Refusal> {
        let last = self.site.view().actuations.get(&body.device);
        last.filter(|last| last.intent == body.about && last.settled.is_none())
            .ok_or(Refusal::Common(CommonRefusal::NothingToDo))?;
        let seq = self.site.view().seq.next();
        self.notice(None, FactBody::Actuation(ActuationFact::Settled(body)));
        Ok(Accepted::Done { seq })
    }

    /// Records what the server said, if it is news, and answers it.
    fn tell(&mut self, (draft, answer): (Option<FactDraft>, Answer)) {
        self.outputs.extend(draft.map(record));
        self.outputs.push_back(Output::Answer(answer));
    }

    /// Records what the server says, and answers with its number.
    fn noticed(&mut self, body: FactBody) {
        let seq = self.site.view().seq.next();
        self.notice(None, body);
        let answer = Output::Answer(Ok(Accepted::Done { seq }));
        self.outputs.push_back(answer);
    }

    /// Records what the server noticed about itself.
    fn notice(&mut self, occurred_at: Option<Timestamp>, body: FactBody) {
        self.outputs.push_back(record(FactDraft {
            occurred_at,
            cause: Cause::Server,
            actor: None,
            drill: false,
            body,
        }));
    }

    /// Records what a rule finds.
    fn found(&mut self, now: Timestamp, rule: impl FnOnce(&Context<'_>) -> Vec<FactDraft>) {
        let found = self.with_estate(now, rule).unwrap_or_default();
        self.outputs.extend(found.into_iter().map(record));
    }

    fn settle(&mut self, now: Timestamp) {
        let drafts = self.with_memory(now, rules::settle);
        for draft in drafts.unwrap_or_default() {
            let message = Message::about(&draft, &self.site);
            self.outputs.push_back(record(draft));
            self.outputs
                .extend(message.map(Box::new).map(Output::Notify));
        }
    }

    /// Asks the rules; nothing before an estate is loaded.
    fn with_estate<T>(&self, now: Timestamp, decide: impl FnOnce(&Context<'_>) -> T) -> Option<T> {
        let estate = self.estate.as_deref()?;
        Some(decide(&Context {
            site: &self.site,
            estate,
            now,
        }))
    }

    /// The same for rules that remember something beside the facts.
    fn with_memory<T>(
        &mut self,
        now: Timestamp,
        decide: impl FnOnce(&Context<'_>, &mut Memory) -> T,
    ) -> Option<T> {
        let estate = self.estate.as_deref()?;
        let context = Context {
            site: &self.site,
            estate,
            now,
        };
        Some(decide(&context, &mut self.memory))
    }

    fn observe(&mut self, observation: Observation, now: Timestamp) -> Result<Accepted, Refusal> {
        let nowhere = || Err::<Decision, _>(Refusal::Common(CommonRefusal::NotInEstate));
        match observation {
            Observation::PhoneFix(fix) => self.fix(fix, now),
            Observation::Report(report) => {
                let decided =
                    self.with_estate(now, |context| reported_condition::decide(context, &report));
                let decision = decided.unwrap_or_else(nowhere)?;
                // A drill speaks in a device's name.
                if !report.drill {
                    self.heard(&report.device, now);
                }
                Ok(self.reported(decision))
            }
            Observation::Door(report) => {
                let decided = self.with_estate(now, |context| door_state::decide(context, &report));
                let decision = decided.unwrap_or_else(nowhere)?;
                if !report.drill {
                    self.heard(&report.device, now);
                }
                Ok(self.reported(decision))
            }
            Observation::Heard { device, .. } => {
                let known =
                    self.with_estate(now, |context| context.estate.device(&device).is_some());
                if known != Some(true) {
                    return Err(Refusal::Common(CommonRefusal::NotInEstate));
                }
                self.heard(&device, now);
                Ok(Accepted::Heard)
            }
            Observation::Call(call) => {
                let decided = self.with_memory(now, |context, memory| {
                    sos::decide(context, &memory.fixes, &call)
                });
                let decision = decided.unwrap_or_else(nowhere)?;
                let accepted = self.reported(decision);
                // A drill speaks in a phone's name.
                if !call.drill {
                    self.called(&call, now);
                }
                Ok(accepted)
            }
            Observation::PhoneHeard { phone, .. } => self.phone_heard(phone, now),
        }
    }

    /// A phone that called for help is there, and so is its person.
    fn called(&mut self, call: &Call, now: Timestamp) {
        let follows = self.with_memory(now, |context, memory| {
            let person = context.person_of_phone(&call.phone)?;
            sos::remember(context, &mut memory.fixes, person, call);
            Some(guard_silent::heard(context, &mut memory.fixes, person))
        });
        let follows = follows.flatten().unwrap_or_default().into_iter();
        self.outputs.extend(follows.map(record));
    }

    /// A phone is there and says nothing of where.
    fn phone_heard(&mut self, phone: PhoneId, now: Timestamp) -> Result<Accepted, Refusal> {
        let follows = self.with_memory(now, |context, memory| {
            let person = context.person_of_phone(&phone)?;
            let on_duty = context.is_on_duty(person);
            let heard = || guard_silent::heard(context, &mut memory.fixes, person);
            Some(on_duty.then(heard))
        });
        match follows.flatten() {
            None => Err(Refusal::Staff(StaffRefusal::UnknownPhone { phone })),
            Some(None) => Ok(Accepted::OffDuty),
            Some(Some(follows)) => {
                self.outputs.extend(follows.into_iter().map(record));
                Ok(Accepted::Heard)
            }
        }
    }

    /// Records what became of a report.
    fn reported(&mut self, decision: Decision) -> Accepted {
        self.outputs.extend(decision.drafts.into_iter().map(record));
        Accepted::Reported {
            outcome: decision.outcome,
            alarm: decision.alarm,
        }
    }

    /// A device is not silent.
    fn heard(&mut self, device: &DeviceId, now: Timestamp) {
        let ends = self.with_memory(now, |context, memory| {
            device_silent::heard(context, &mut memory.heard, device)
        });
        let ends = ends.unwrap_or_default().into_iter();
        self.outputs.extend(ends.map(record));
    }

    /// What ends together with what a person commanded.
    fn ends_with(&self, draft: &FactDraft, now: Timestamp) -> Vec<FactDraft> {
        let FactBody::Staff(StaffFact::OffDuty(body)) = &draft.body else {
            return Vec::new();
        };
        let ends = self.with_estate(now, |context| rules::off_duty(context, &body.person));
        ends.unwrap_or_default()
    }

    fn load(&mut self, hash: EstateHash, estate: Arc<EstateIndex>, now: Timestamp) {
        self.memory.load(&estate, now);
        self.estate = Some(estate);
        self.memory.arming_due_at = self
            .with_estate(now, rules::arming_schedule::next_due_at)
            .flatten();
        if self.site.view().estate.as_ref() != Some(&hash) {
            self.outputs.push_back(record(FactDraft {
                occurred_at: None,
                cause: Cause::Estate,
                actor: None,
                drill: false,
                body: FactBody::Estate(EstateFact::Published(EstatePublished { hash })),
            }));
        }
        let ends = self.with_estate(now, left_estate::decide);
        let ends = ends.unwrap_or_default().into_iter();
        self.outputs.extend(ends.map(record));
    }

    fn fix(&mut self, fix: PhoneFix, now: Timestamp) -> Result<Accepted, Refusal> {
        let whose = self.with_estate(now, |context| {
            let person = context.person_of_phone(&fix.phone)?;
            let on_site = context.estate.anchor.offset(fix.at).is_some();
            Some((person.clone(), context.is_on_duty(person), on_site))
        });
        let Some((person, on_duty, on_site)) = whose.flatten() else {
            return Err(Refusal::Staff(StaffRefusal::UnknownPhone {
                phone: fix.phone,
            }));
        };
        if !on_duty {
            return Ok(Accepted::OffDuty);
        }
        let fix = fix.of(person);
        let follows = self.with_memory(now, |context, memory| {
            // One that lies elsewhere says that the phone is there, and not where.
            let is_fresh = on_site && memory.fixes.keep(context.estate, &fix, now);
            let mut drafts = guard_silent::heard(context, &mut memory.fixes, &fix.person);
            if is_fresh {
                drafts = guard_silent::over(context, &fix.person)
                    .into_iter()
                    .collect();
            }
            if on_site {
                drafts.extend(area_breach::decide(context, &mut memory.borders, &fix));
                drafts.extend(assignments::arrived(context, &fix));
            }
            drafts
        });
        let follows = follows.unwrap_or_default().into_iter();
        self.outputs.extend(follows.map(record));
        if !on_site {
            return Ok(Accepted::OffSite);
        }
        self.outputs.push_back(Output::Track(fix.clone()));
        self.outputs.push_back(Output::Latest(fix));
        Ok(Accepted::Tracked)
    }

    fn session(&mut self, person: PersonId, opened: bool, now: Timestamp) {
        let is_here = matches!(
            self.site.view().person(&person).console,
            Console::Here { .. }
        );
        if is_here == opened {
            return;
        }
        let body = if opened {
            FactBody::Staff(StaffFact::Back(PersonBack { person }))
        } else {
            let lapse_at = now + ABSENT_MAX;
            FactBody::Staff(StaffFact::Gone(PersonGone { person, lapse_at }))
        };
        self.outputs.push_back(record(FactDraft {
            occurred_at: None,
            cause: Cause::Console,
            actor: None,
            drill: false,
            body,
        }));
    }
}
