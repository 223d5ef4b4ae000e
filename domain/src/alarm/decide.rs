//! What a person wants of an alarm becomes the fact that tells it, or a refusal.

use super::basis::needs_basis;
use super::command::{AlarmCommand, NoteCommand};
use super::fact::{
    AlarmAcknowledged, AlarmClaimed, AlarmFact, AlarmJudged, AlarmMuted, AlarmNoted, AlarmReleased,
    AlarmShelved, AlarmSplit, AlarmTransferred, AlarmUnshelved, AlarmVerdictCorrected,
};
use super::located::Located;
use super::reasons::{FollowUp, NoteContent};
use super::refusal::{AlarmRefusal, SHELF_S_MAX, SHELF_S_MIN, SHELVED_MAX};
use super::sources::Source;
use super::state::Alarm;
use crate::access::{Actor, Right, rights_of};
use crate::estate::Priority;
use crate::ids::{AlarmId, PersonId};
use crate::personal::PersonalRef;
use crate::refusal::{CommonRefusal, Refusal};
use crate::staff::StaffRefusal;
use crate::subject::Stamp;
use crate::time::{Span, Timestamp};
use crate::view::Known;

/// How long M keeps an alarm quiet, in seconds.
pub const MUTE_S: i64 = 60;

/// What a step is decided by beside its row: when what it begins is due, and what only the server
/// counts.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// By when something has to be done about what somebody took or saw.
    pub follow_up_due_at: Timestamp,
    /// By when it has to be claimed if it waits again.
    pub claim_due_again_at: Timestamp,
    pub shift_end: Timestamp,
    /// Alarms on the shelf.
    pub shelved: usize,
    /// The number that a new row gets.
    pub next_alarm: AlarmId,
}

impl Terms {
    /// As a display can tell. Deadlines do not decide whether a step is possible, so `now` stands for
    /// all of them.
    pub const fn of_display(now: Timestamp) -> Self {
        Self {
            follow_up_due_at: now,
            claim_due_again_at: now,
            shift_end: now,
            shelved: 0,
            next_alarm: AlarmId(0),
        }
    }
}

/// Decides about a step: the fact, after it was tried on a copy of the row.
pub(crate) fn decide<'a>(
    known: &Known<'a>,
    actor: &Actor,
    command: AlarmCommand,
    terms: impl FnOnce(&Alarm) -> Terms,
) -> Result<(AlarmFact, &'a Alarm), Refusal> {
    let row = known.alarm(command.alarm())?;
    let fact = fact_of(known, row, actor.person.clone(), command, &terms(row))?;
    attempt(known, row, &fact)?;
    must_be_verified(known, row, &fact)?;
    let is_urgent = row.priority <= Priority::P2;
    if matches!(fact, AlarmFact::Acknowledged(_))
        && is_urgent
        && !actor.rights.contains(Right::AcknowledgeUrgent)
    {
        return Err(AlarmRefusal::ClaimInstead.into());
    }
    Ok((fact, row))
}

/// Decides about words.
pub(crate) fn decide_note<'a>(
    known: &Known<'a>,
    actor: &Actor,
    command: NoteCommand<PersonalRef>,
    terms: impl FnOnce(&Alarm) -> Terms,
) -> Result<(AlarmFact, &'a Alarm), Refusal> {
    let NoteCommand::Note { alarm, text } = command;
    let row = known.alarm(alarm)?;
    let fact = noted(
        row,
        actor.person.clone(),
        NoteContent::Words(text),
        &terms(row),
    );
    attempt(known, row, &fact)?;
    Ok((fact, row))
}

/// Somebody takes it: from now on the time runs in which somebody has to be sent, unless its incident's does.
pub(crate) fn claimed(
    known: &Known<'_>,
    row: &Alarm,
    by: PersonId,
    follow_up_due_at: Timestamp,
) -> AlarmClaimed {
    let is_alone = known.open_incident_of(row).is_none();
    AlarmClaimed {
        alarm: row.id,
        by,
        follow_up_due_at,
        dispatch_due_at: known.dispatch_due_at(&row.kind).filter(|_| is_alone),
    }
}

fn noted(row: &Alarm, by: PersonId, note: NoteContent, terms: &Terms) -> AlarmFact {
    AlarmFact::Noted(AlarmNoted {
        alarm: row.id,
        by,
        note,
        review_due_at: row.acknowledged.as_ref().map(|_| terms.shift_end),
    })
}

/// Refuses a false verdict of which nobody says how it was established, where that must be said.
fn must_be_verified(known: &Known<'_>, row: &Alarm, fact: &AlarmFact) -> Result<(), Refusal> {
    let (verdict, basis) = if let AlarmFact::Judged(body) = fact {
        (body.verdict, &body.basis)
    } else if let AlarmFact::VerdictCorrected(body) = fact {
        (body.verdict, &body.basis)
    } else {
        return Ok(());
    };
    let Some(basis) = basis else {
        let is_missing = verdict.is_false() && needs_basis(known.estate, row);
        return if is_missing {
            Err(AlarmRefusal::NotVerified.into())
        } else {
            Ok(())
        };
    };
    let Some(person) = basis.person().cloned() else {
        return Ok(());
    };
    if known.estate.person(&person).is_none() {
        return Err(StaffRefusal::UnknownPerson { person }.into());
    }
    if !known.is_on_duty(&person) {
        return Err(StaffRefusal::NotOnDuty { person }.into());
    }
    Ok(())
}

fn attempt(known: &Known<'_>, row: &Alarm, fact: &AlarmFact) -> Result<(), AlarmRefusal> {
    let stamp = Stamp {
        seq: row.version,
        at: known.now,
        occurred_at: known.now,
        actor: None,
        drill: row.drill,
    };
    row.clone().apply(fact, &stamp).map(drop)
}

fn fact_of(
    known: &Known<'_>,
    row: &Alarm,
    by: PersonId,
    command: AlarmCommand,
    terms: &Terms,
) -> Result<AlarmFact, Refusal> {
    let follow_up_due_at = terms.follow_up_due_at;
    Ok(match command {
        AlarmCommand::Claim { .. } => AlarmFact::Claimed(claimed(known, row, by, follow_up_due_at)),
        AlarmCommand::Judge {
            alarm,
            verdict,
            basis,
        } => AlarmFact::Judged(AlarmJudged {
            alarm,
            by,
            verdict,
            basis,
            review_due_at: terms.shift_end,
        }),
        AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis,
        } => AlarmFact::VerdictCorrected(AlarmVerdictCorrected {
            alarm,
            by,
            verdict,
            basis,
        }),
        // A page says that by itself: it ends no wait of anybody else's, and says nothing twice.
        AlarmCommand::FollowUp {
            what: FollowUp::PictureLooked,
            ..
        } if !row.awaits_follow_up_of(&by) => return Err(CommonRefusal::NothingToDo.into()),
        AlarmCommand::FollowUp { what, .. } => noted(row, by, NoteContent::Done(what), terms),
        AlarmCommand::Acknowledge { alarm } => AlarmFact::Acknowledged(AlarmAcknowledged {
            alarm,
            by,
            due_at: follow_up_due_at,
        }),
        AlarmCommand::Mute { alarm } => AlarmFact::Muted(AlarmMuted {
            alarm,
            by,
            until: known.now + Span::from_secs(MUTE_S),
        }),
        AlarmCommand::Shelve {
            alarm,
            for_s,
            reason,
        } => {
            if !(SHELF_S_MIN..=SHELF_S_MAX).contains(&for_s) {
                return Err(AlarmRefusal::ShelfTime.into());
            }
            if terms.shelved >= SHELVED_MAX {
                return Err(AlarmRefusal::TooManyShelved.into());
            }
            AlarmFact::Shelved(AlarmShelved {
                alarm,
                by,
                until: known.now + Span::from_secs(i64::from(for_s)),
                reason,
            })
        }
        AlarmCommand::Unshelve { alarm } => AlarmFact::Unshelved(AlarmUnshelved {
            alarm,
            by: Some(by),
            due_at: follow_up_due_at,
            late_s: 0,
        }),
        AlarmCommand::Release { alarm } => AlarmFact::Released(AlarmReleased {
            alarm,
            by,
            claim_due_at: terms.claim_due_again_at,
        }),
        AlarmCommand::Transfer { alarm, to } => {
            if known.estate.person(&to).is_none() {
                return Err(StaffRefusal::UnknownPerson { person: to }.into());
            }
            if !rights_of(known, &to).contains(Right::OwnAlarms) {
                return Err(AlarmRefusal::CannotOwn { person: to }.into());
            }
            AlarmFact::Transferred(AlarmTransferred {
                alarm,
                by,
                to,
                follow_up_due_at,
            })
        }
        AlarmCommand::Split { source, .. } => {
            AlarmFact::Split(split(known, row, source, by, terms)?)
        }
    })
}

/// It gets a row of the worst that it says by now.
fn split(
    known: &Known<'_>,
    row: &Alarm,
    source: Source,
    by: PersonId,
    terms: &Terms,
) -> Result<AlarmSplit, AlarmRefusal> {
    row.must_be_open()?;
    let joined = row.joined.iter().find(|joined| joined.source == source);
    let joined = joined.ok_or(AlarmRefusal::NotJoined { alarm: row.id })?;
    let exists = joined
        .exists
        .iter()
        .filter(|one| one.family == joined.family);
    let exists = exists.filter_map(|one| known.estate.alarm_type(&one.kind));
    let kind = known.estate.alarm_type(&joined.kind);
    let kind = kind.into_iter().chain(exists).max_by_key(|kind| kind.tier);
    let device = source.device().and_then(|id| known.estate.device(id));
    Ok(AlarmSplit {
        alarm: row.id,
        into: terms.next_alarm,
        kind: kind.map_or_else(|| joined.kind.clone(), |kind| kind.id.clone()),
        family: joined.family.clone(),
        tier: kind.map_or(0, |kind| kind.tier),
        // Of a type that has left the estate only its row's priority is known.
        priority: kind.map_or(row.priority, |kind| kind.priority),
        // A device may stand elsewhere by now.
        place: device.map_or_else(
            || joined.place.clone(),
            |device| Located::Fixed(device.place.clone()),
        ),
        claim_due_at: match kind {
            Some(kind) => known.claim_due_at(kind, terms.shift_end),
            None => terms.claim_due_again_at,
        },
        source,
        by,
    })
}
