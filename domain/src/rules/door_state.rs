//! What a door's controller says becomes the state of the door; and from that come
//! [`super::door_forced`] and [`super::door_held`].
//!
//! - A grant (card, code, button inside) holds for [`GRANTED_FOR`].
//! - A door that opens starts the time that it may stand open, by our clock. Said again while it is
//!   open, it changes nothing: the time runs on.
//!   So it is after a lost "closed" as well, and who then forces the door is told of as a held one only.
//!   It is left at that: controllers say "opened" again after a broken line or at every poll, with an
//!   id of its own each time, and nothing tells that from an opening. To call it forced would cry wolf
//!   at each of those, at every door that stands open; to start the time anew would let a chatty
//!   controller put off "held" for ever. As it is, somebody is sent to that door in time, and its row
//!   stays active until it is closed.
//! - A retained "open" may be old, so that it is never forced; its time starts as well.
//! - A door that closes ends what it raised.
//! - A drill's report says nothing about the door itself: it raises and ends what it would, marked as
//!   a drill, and the door stays as it is.
//!
//! Nothing here commands a door. Who opens one from inside in an emergency is reported, never
//! stopped.

use super::annunciate;
use super::door_forced;
use super::seen::{Decision, Seen, nothing};
use crate::alarm::{Located, Source};
use crate::answer::Outcome;
use crate::door::{DOOR_HELD, DoorFact, DoorRefusal, DoorState, GRANTED_FOR};
use crate::estate::{Device, DoorSettings};
use crate::fact::{Cause, DoorClosed, DoorGranted, DoorOpened, FactBody};
use crate::ids::AlarmTypeId;
use crate::observation::{CLOCK_AHEAD_MAX, Dated, DoorChange, DoorReport, ReportedState};
use crate::refusal::{CommonRefusal, Refusal};
use crate::site::Context;
use crate::time::{Span, Timestamp};

/// A door's report with what the estate says of the door.
struct About<'a> {
    report: &'a DoorReport,
    device: &'a Device,
    settings: DoorSettings,
    dated: Dated,
}

/// Decides about one report.
pub(crate) fn decide(context: &Context<'_>, report: &DoorReport) -> Result<Decision, Refusal> {
    let device = context.estate.device(&report.device);
    let device = device.ok_or(Refusal::Common(CommonRefusal::NotInEstate))?;
    let about = About {
        report,
        device,
        settings: device.door.ok_or(Refusal::Door(DoorRefusal::NotADoor))?,
        dated: Dated::new(report.claimed_at, report.received_at),
    };
    match report.what {
        DoorChange::Granted => Ok(granted(context, &about)),
        DoorChange::Opened => opened(context, &about, true),
        DoorChange::Retained { open: true } => opened(context, &about, false),
        DoorChange::Closed | DoorChange::Retained { open: false } => closed(context, &about),
    }
}

fn granted(context: &Context<'_>, about: &About<'_>) -> Decision {
    if about.report.drill {
        return nothing(Outcome::Unchanged, None);
    }
    kept(
        about,
        FactBody::Door(DoorFact::Granted(DoorGranted {
            door: about.device.id.clone(),
            until: context.now + GRANTED_FOR,
        })),
    )
}

fn opened(context: &Context<'_>, about: &About<'_>, just_now: bool) -> Result<Decision, Refusal> {
    let mut decision = nothing(Outcome::Unchanged, None);
    if !about.report.drill {
        let state = context.view().doors.get(&about.device.id);
        if matches!(state, Some(DoorState::Open { .. })) || about.is_old_news(state) {
            return Ok(decision);
        }
        // By our clock: one that is wrong by minutes would have every door held open at once.
        let may_be_open = Span::from_secs(i64::from(about.settings.held_open_s_max));
        let opened = DoorOpened {
            door: about.device.id.clone(),
            held_due_at: context.now + may_be_open,
        };
        decision = kept(about, FactBody::Door(DoorFact::Opened(opened)));
    }
    if just_now && door_forced::would_be(context, &about.device.id, about.settings) {
        let forced = raise_or_end(context, about, door_forced::TYPE, ReportedState::Active);
        if let Some(forced) = forced.transpose()? {
            decision.outcome = forced.outcome;
            decision.alarm = forced.alarm;
            decision.drafts.extend(forced.drafts);
        }
    }
    Ok(decision)
}

fn closed(context: &Context<'_>, about: &About<'_>) -> Result<Decision, Refusal> {
    let state = context.view().doors.get(&about.device.id);
    let mut decision = nothing(Outcome::Unchanged, None);
    if !about.report.drill {
        if about.is_old_news(state) {
            return Ok(decision);
        }
        if !matches!(state, Some(DoorState::Closed { .. })) {
            let door = about.device.id.clone();
            decision = kept(about, FactBody::Door(DoorFact::Closed(DoorClosed { door })));
        }
    }
    for kind in [DOOR_HELD, door_forced::TYPE] {
        let ended = raise_or_end(context, about, kind, ReportedState::Cleared);
        if let Some(ended) = ended.transpose()?
            && ended.outcome == Outcome::Cleared
        {
            decision.outcome = Outcome::Cleared;
            decision.alarm = ended.alarm;
            decision.drafts.extend(ended.drafts);
        }
    }
    Ok(decision)
}

/// The state as a fact, and nothing else.
fn kept(about: &About<'_>, body: FactBody) -> Decision {
    let draft = crate::fact::FactDraft {
        occurred_at: Some(about.dated.at),
        cause: about.cause(),
        actor: None,
        drill: false,
        body,
    };
    Decision {
        outcome: Outcome::StateKept,
        alarm: None,
        drafts: vec![draft],
    }
}

/// What becomes of a condition of the door. Nothing, if the estate has no such type.
fn raise_or_end(
    context: &Context<'_>,
    about: &About<'_>,
    kind: &str,
    state: ReportedState,
) -> Option<Result<Decision, Refusal>> {
    let kind = context.estate.alarm_type(&AlarmTypeId::new(kind).ok()?)?;
    let seen = Seen {
        source: Source::Device(about.device.id.clone()),
        kind,
        state,
        place: Located::Fixed(about.device.place.clone()),
        accuracy_dm: None,
        silence: None,
        occurred_at: about.dated.at,
        // Which word about a door is the last one was decided by then: what that ends has ended.
        own_clock: about.dated.own_clock && state != ReportedState::Cleared,
        doubts: about.dated.doubts(about.report.doubts),
        drill: about.report.drill,
        cause: about.cause(),
    };
    Some(annunciate::decide(context, seen))
}

impl About<'_> {
    fn cause(&self) -> Cause {
        Cause::Event {
            device: self.report.device.clone(),
            event: self.report.event.clone(),
        }
    }

    /// It happened before what is known, and was long on its way. Clocks within
    /// [`CLOCK_AHEAD_MAX`] of each other cannot tell, and the last word counts.
    fn is_old_news(&self, state: Option<&DoorState>) -> bool {
        let since = |state: &DoorState| -> Timestamp {
            match state {
                DoorState::Closed { since } | DoorState::Open { since, .. } => *since,
            }
        };
        state.is_some_and(|state| {
            self.dated.own_clock && self.dated.at + CLOCK_AHEAD_MAX < since(state)
        })
    }
}
