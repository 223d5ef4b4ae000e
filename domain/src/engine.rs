//! The engine of one site: an input goes in, outputs come out, nothing else happens.
//!
//! It owns no clock and does no IO. The shell hands it one [`Input`] with the site time, drains
//! [`Engine::poll_output`] until it is empty (see [`crate::stream::Turn`], which also applies the
//! recorded facts), and comes back with [`Input::DeadlineReached`] when [`Engine::next_deadline`]
//! says so.

use crate::access::{self, Actor};
use crate::alarm::{Note, Verdict};
use crate::estate::Estate;
use crate::fact::{
    AlarmClaimed, AlarmJudged, AlarmNoted, Cause, EstatePublished, Fact, FactBody, FactDraft,
    PersonalRef,
};
use crate::housekeeping::{ClockStepped, InputSetAside, RecordingResumed};
use crate::ids::{AlarmId, CommandId, EstateHash, Seq, Version};
use crate::notify::{Message, NotificationSettled};
use crate::observation::{Fix, Observation, Report};
use crate::refusal::Refusal;
use crate::rules::{claim_overdue, reported_condition};
use crate::site::{Site, Touched};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// Everything that can happen to a site.
#[derive(Debug, Clone)]
pub enum Input {
    /// A device said something.
    Observed(Observation),
    /// A person wants something.
    Commanded {
        /// The client's id of this command.
        command_id: CommandId,
        /// Who.
        actor: Actor,
        /// What the sender believes the alarm's version to be. A claim sends none.
        expected: Option<Version>,
        /// What.
        command: Command,
    },
    /// The time that [`Engine::next_deadline`] named has come.
    DeadlineReached,
    /// The estate document was read, at start or after a change.
    EstateLoaded {
        /// Its name.
        hash: EstateHash,
        /// The document.
        estate: Arc<Estate>,
    },
    /// The machine's wall clock jumped.
    ClockStepped(ClockStepped),
    /// Facts are recorded again after a time in which none could be.
    RecordingResumed(RecordingResumed),
    /// An input broke the engine and was set aside.
    SetAside(InputSetAside),
    /// A notification was sent, or given up.
    Notified(NotificationSettled),
}

/// What a person can want.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// 接警
    Claim {
        /// Which alarm.
        alarm: AlarmId,
    },
    /// A note. Its words are sealed before they come here.
    Note {
        /// About which alarm.
        alarm: AlarmId,
        /// Where the words are.
        note: PersonalRef,
    },
    /// 核实结论
    Judge {
        /// Which alarm.
        alarm: AlarmId,
        /// What it was.
        verdict: Verdict,
    },
}

impl Command {
    /// The alarm that it is about.
    pub const fn alarm(&self) -> AlarmId {
        match self {
            Self::Claim { alarm } | Self::Note { alarm, .. } | Self::Judge { alarm, .. } => *alarm,
        }
    }
}

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
    Answer(Result<Accepted, Refusal>),
    /// Tell people outside about the fact just recorded, once its turn is on disk.
    Notify(Message),
}

/// What became of an input that was not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    /// The command is done; this fact records it.
    Done {
        /// Number of the fact, and so the alarm's new version.
        seq: Seq,
    },
    /// The report was taken.
    Reported {
        /// What became of it.
        outcome: reported_condition::Outcome,
        /// The row that it went to.
        alarm: Option<AlarmId>,
    },
    /// The position was taken.
    Tracked,
    /// The position lies outside the site and was not kept.
    OffSite,
}

fn record(draft: FactDraft) -> Output {
    Output::Record(Box::new(draft))
}

/// The engine of one site.
#[derive(Debug)]
pub struct Engine {
    site: Site,
    estate: Option<Arc<Estate>>,
    anchor: Option<crate::geo::Anchor>,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// An engine that goes on from a fold of all facts so far.
    pub fn new(site: Site) -> Self {
        Self {
            site,
            estate: None,
            anchor: None,
            outputs: VecDeque::new(),
        }
    }

    /// What is known about the site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back with [`Input::DeadlineReached`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.site.control().next_claim_due_at()
    }

    /// Folds a fact of this turn, or of the journal at start.
    pub fn apply(&mut self, fact: &Fact) -> Touched {
        self.site.apply(fact)
    }

    /// Takes one input. All outputs of the one before must have been drained.
    pub fn handle(&mut self, input: Input, now: Timestamp) {
        debug_assert!(self.outputs.is_empty(), "drain before the next input");
        match input {
            Input::Observed(Observation::Fix(fix)) => self.fix(fix),
            Input::Observed(Observation::Report(report)) => {
                let answer = self.report(&report, now);
                self.outputs.push_back(Output::Answer(answer));
            }
            Input::Commanded {
                command_id,
                actor,
                expected,
                command,
            } => {
                let answer = self.command(command_id, &actor, expected, command, now);
                self.outputs.push_back(Output::Answer(answer));
            }
            Input::DeadlineReached => {
                for draft in claim_overdue::decide(&self.site, now) {
                    let message = Message::about(&draft, &self.site);
                    self.outputs.push_back(record(draft));
                    self.outputs.extend(message.map(Output::Notify));
                }
            }
            Input::EstateLoaded { hash, estate } => self.load(hash, estate),
            Input::ClockStepped(body) => {
                self.notice(Some(body.at), FactBody::ClockStepped(body));
            }
            Input::RecordingResumed(body) => self.notice(None, FactBody::RecordingResumed(body)),
            Input::SetAside(body) => self.notice(None, FactBody::InputSetAside(body)),
            Input::Notified(body) => {
                let seq = self.site.view().seq.next();
                self.notice(None, FactBody::NotificationSettled(body));
                let answer = Output::Answer(Ok(Accepted::Done { seq }));
                self.outputs.push_back(answer);
            }
        }
    }

    /// Records what the server noticed about itself.
    fn notice(&mut self, occurred_at: Option<Timestamp>, body: FactBody) {
        self.outputs.push_back(record(FactDraft {
            occurred_at,
            cause: Cause::Server,
            actor: None,
            body,
        }));
    }

    fn load(&mut self, hash: EstateHash, estate: Arc<Estate>) {
        self.anchor = Some(crate::geo::Anchor::new(estate.anchor));
        self.estate = Some(estate);
        if self.site.view().estate.as_ref() != Some(&hash) {
            self.outputs.push_back(record(FactDraft {
                occurred_at: None,
                cause: Cause::Estate,
                actor: None,
                body: FactBody::EstatePublished(EstatePublished { hash }),
            }));
        }
    }

    fn fix(&mut self, fix: Fix) {
        let on_site = self.anchor.is_some_and(|a| a.offset(fix.at).is_some());
        let answer = if on_site {
            self.outputs.push_back(Output::Track(fix.clone()));
            self.outputs.push_back(Output::Latest(fix));
            Accepted::Tracked
        } else {
            Accepted::OffSite
        };
        self.outputs.push_back(Output::Answer(Ok(answer)));
    }

    fn report(&mut self, report: &Report, now: Timestamp) -> Result<Accepted, Refusal> {
        let estate = self.estate.as_ref();
        let device = estate.and_then(|estate| estate.device(&report.device));
        let kind = estate.and_then(|estate| estate.alarm_type(&report.kind));
        let (Some(device), Some(kind)) = (device, kind) else {
            return Err(Refusal::NotInEstate);
        };
        let decision = reported_condition::decide(&self.site, device, kind, report, now)?;
        self.outputs.extend(decision.draft.map(record));
        Ok(Accepted::Reported {
            outcome: decision.outcome,
            alarm: decision.alarm,
        })
    }

    fn command(
        &mut self,
        command_id: CommandId,
        actor: &Actor,
        expected: Option<Version>,
        command: Command,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        // First whether one may, then whether it is there: who may not, learns nothing.
        access::decide(actor, &command, self.site.view())?;
        let id = command.alarm();
        let alarm = self.site.view().alarms.get(&id);
        let alarm = alarm.ok_or(Refusal::UnknownAlarm { alarm: id })?.clone();
        let by = actor.person.clone();
        // The machine decides; the fact tells its decision.
        let version = alarm.version;
        let body = match command {
            Command::Claim { alarm: id } => {
                alarm.claim(by.clone(), now)?;
                FactBody::AlarmClaimed(AlarmClaimed { alarm: id, by })
            }
            Command::Note { alarm: id, note } => {
                let (at, content) = (now, note.clone());
                alarm.note(Note {
                    by: by.clone(),
                    at,
                    content,
                })?;
                FactBody::AlarmNoted(AlarmNoted {
                    alarm: id,
                    by,
                    note,
                })
            }
            Command::Judge { alarm: id, verdict } => {
                alarm.judge(verdict, by.clone(), now)?;
                FactBody::AlarmJudged(AlarmJudged {
                    alarm: id,
                    by,
                    verdict,
                })
            }
        };
        if expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::Changed { version });
        }
        self.outputs.push_back(record(FactDraft {
            occurred_at: None,
            cause: Cause::Command(command_id),
            actor: Some(actor.person.clone()),
            body,
        }));
        Ok(Accepted::Done {
            seq: self.site.view().seq.next(),
        })
    }
}
