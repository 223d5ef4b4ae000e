//! What people can want, and what comes of it: one decision for each command.
//!
//! The machine decides on a copy whether it is possible; the fact tells the decision with its
//! deadlines, and folding it makes the same step again.

use crate::access::{self, Actor};
use crate::actuation::open_door;
use crate::alarm::{Alarm, Note, Shelf, ShelfReason, Source, Verdict};
use crate::engine::Accepted;
use crate::estate::{Person, Role};
use crate::fact::{
    AlarmAcknowledged, AlarmClaimed, AlarmJudged, AlarmMuted, AlarmNoted, AlarmReleased,
    AlarmShelved, AlarmSplit, AlarmTransferred, AlarmUnshelved, AlarmVerdictCorrected,
    CallSignGiven, Cause, FactBody, FactDraft, PersonOffDuty, PersonOnDuty, PersonalRef,
    PhoneBound, PhoneUnbound, ZoneArmed, ZoneDisarmed,
};
use crate::ids::{AlarmId, CommandId, DeviceId, PersonId, PhoneId, Version, ZoneId};
use crate::refusal::Refusal;
use crate::rules::Context;
use crate::site::Duty;
use crate::text::Localized;
use crate::time::Span;

/// How long M keeps an alarm quiet, in seconds.
pub const MUTE_S: i64 = 60;
/// The longest time on the shelf, in seconds: one shift.
pub const SHELF_S_MAX: u32 = 43_200;
/// The shortest time on the shelf, in seconds.
pub const SHELF_S_MIN: u32 = 60;
/// Alarms on the shelf at most; one more is refused.
pub const SHELVED_MAX: usize = 200;

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
    /// A wrong verdict gives way to this one.
    CorrectVerdict {
        /// Which alarm.
        alarm: AlarmId,
        /// What it was.
        verdict: Verdict,
    },
    /// 签收
    Acknowledge {
        /// Which alarm.
        alarm: AlarmId,
    },
    /// No sound for [`MUTE_S`] seconds, on all consoles.
    Mute {
        /// Which alarm.
        alarm: AlarmId,
    },
    /// 限时挂起
    Shelve {
        /// Which alarm.
        alarm: AlarmId,
        /// For how many seconds, [`SHELF_S_MIN`] to [`SHELF_S_MAX`].
        for_s: u32,
        /// Why.
        reason: ShelfReason,
    },
    /// Back into the queue before its time.
    Unshelve {
        /// Which alarm.
        alarm: AlarmId,
    },
    /// Its owner gives it back.
    Release {
        /// Which alarm.
        alarm: AlarmId,
    },
    /// It goes to another owner.
    Transfer {
        /// Which alarm.
        alarm: AlarmId,
        /// To whom.
        to: PersonId,
    },
    /// A source that joined a row gets a row of its own: the folding was wrong.
    Split {
        /// The row.
        alarm: AlarmId,
        /// Which source.
        source: Source,
    },
    /// Somebody goes on duty.
    GoOnDuty {
        /// Who.
        person: PersonId,
    },
    /// Somebody goes off duty.
    GoOffDuty {
        /// Who.
        person: PersonId,
    },
    /// A phone's positions are this person's from now on.
    BindPhone {
        /// Which phone.
        phone: PhoneId,
        /// Whose.
        person: PersonId,
    },
    /// A phone's positions are nobody's from now on.
    UnbindPhone {
        /// Which phone.
        phone: PhoneId,
    },
    /// Somebody gets another call sign.
    GiveCallSign {
        /// Who.
        person: PersonId,
        /// Their call sign.
        call_sign: Localized,
    },
    /// 布防
    Arm {
        /// Which zone.
        zone: ZoneId,
    },
    /// 撤防
    Disarm {
        /// Which zone.
        zone: ZoneId,
    },
    /// 远程开门, for a moment. There is no command to lock or close: see [`crate::actuation`].
    OpenDoor {
        /// Which door.
        door: DeviceId,
    },
}

impl Command {
    /// What is wanted, in one word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Claim { .. } => "claim",
            Self::Note { .. } => "note",
            Self::Judge { .. } => "judge",
            Self::CorrectVerdict { .. } => "correct_verdict",
            Self::Acknowledge { .. } => "acknowledge",
            Self::Mute { .. } => "mute",
            Self::Shelve { .. } => "shelve",
            Self::Unshelve { .. } => "unshelve",
            Self::Release { .. } => "release",
            Self::Transfer { .. } => "transfer",
            Self::Split { .. } => "split",
            Self::GoOnDuty { .. } => "go_on_duty",
            Self::GoOffDuty { .. } => "go_off_duty",
            Self::BindPhone { .. } => "bind_phone",
            Self::UnbindPhone { .. } => "unbind_phone",
            Self::GiveCallSign { .. } => "give_call_sign",
            Self::Arm { .. } => "arm",
            Self::Disarm { .. } => "disarm",
            Self::OpenDoor { .. } => "open_door",
        }
    }

    /// The alarm that it is about, if it is about one.
    pub const fn alarm(&self) -> Option<AlarmId> {
        match self {
            Self::Claim { alarm }
            | Self::Note { alarm, .. }
            | Self::Judge { alarm, .. }
            | Self::CorrectVerdict { alarm, .. }
            | Self::Acknowledge { alarm }
            | Self::Mute { alarm }
            | Self::Shelve { alarm, .. }
            | Self::Unshelve { alarm }
            | Self::Release { alarm }
            | Self::Transfer { alarm, .. }
            | Self::Split { alarm, .. } => Some(*alarm),
            Self::GoOnDuty { .. }
            | Self::GoOffDuty { .. }
            | Self::BindPhone { .. }
            | Self::UnbindPhone { .. }
            | Self::GiveCallSign { .. }
            | Self::Arm { .. }
            | Self::Disarm { .. }
            | Self::OpenDoor { .. } => None,
        }
    }
}

/// Decides about one command: its fact and its answer, or why not.
pub fn decide(
    context: &Context<'_>,
    command_id: CommandId,
    actor: &Actor,
    expected: Option<Version>,
    command: Command,
) -> Result<(FactDraft, Accepted), Refusal> {
    // First whether one may, then whether it is there: who may not, learns nothing.
    access::decide(actor, &command, context.view())?;
    let alarm = match command.alarm() {
        None => None,
        Some(id) => {
            let alarm = context.view().alarms.get(&id);
            Some(alarm.ok_or(Refusal::UnknownAlarm { alarm: id })?)
        }
    };
    let body = match alarm {
        Some(alarm) => about_alarm(context, actor, alarm, command)?,
        None => about_site(context, actor, command)?,
    };
    if let (Some(expected), Some(alarm)) = (expected, alarm)
        && expected != alarm.version
    {
        let version = alarm.version;
        return Err(Refusal::Changed { version });
    }
    let draft = FactDraft {
        occurred_at: None,
        cause: Cause::Command(command_id),
        actor: Some(actor.person.clone()),
        drill: alarm.is_some_and(|alarm| alarm.drill),
        body,
    };
    let seq = context.view().seq.next();
    Ok((draft, Accepted::Done { seq }))
}

fn about_alarm(
    context: &Context<'_>,
    actor: &Actor,
    row: &Alarm,
    command: Command,
) -> Result<FactBody, Refusal> {
    let (now, by) = (context.now, actor.person.clone());
    let due_at = context.follow_up_due_at(row.priority);
    let follow_up = Some(due_at);
    let again = context.claim_due_again_at(row);
    let (alarm, row) = (row.id, row.clone());
    match command {
        Command::Claim { .. } => {
            row.claim(by.clone(), now, follow_up)?;
            Ok(FactBody::AlarmClaimed(AlarmClaimed {
                alarm,
                by,
                follow_up_due_at: follow_up,
            }))
        }
        Command::Note { note, .. } => {
            let review_due_at = row.acknowledged.as_ref().map(|_| context.shift_end());
            let written = Note {
                by: by.clone(),
                at: now,
                content: note.clone(),
            };
            row.note(written, review_due_at)?;
            Ok(FactBody::AlarmNoted(AlarmNoted {
                alarm,
                by,
                note,
                review_due_at,
            }))
        }
        Command::Judge { verdict, .. } => {
            let review_due_at = Some(context.shift_end());
            row.judge(verdict, by.clone(), now, review_due_at)?;
            Ok(FactBody::AlarmJudged(AlarmJudged {
                alarm,
                by,
                verdict,
                review_due_at,
            }))
        }
        Command::CorrectVerdict { verdict, .. } => {
            row.correct_verdict(verdict, by.clone(), now)?;
            Ok(FactBody::AlarmVerdictCorrected(AlarmVerdictCorrected {
                alarm,
                by,
                verdict,
            }))
        }
        Command::Acknowledge { .. } => {
            row.acknowledge(by.clone(), now, due_at, actor.role >= Role::ShiftLeader)?;
            Ok(FactBody::AlarmAcknowledged(AlarmAcknowledged {
                alarm,
                by,
                due_at,
            }))
        }
        Command::Mute { .. } => {
            let until = now + Span::from_secs(MUTE_S);
            row.mute(by.clone(), now, until)?;
            Ok(FactBody::AlarmMuted(AlarmMuted { alarm, by, until }))
        }
        Command::Shelve { for_s, reason, .. } => shelve(context, row, by, for_s, reason),
        Command::Unshelve { .. } => {
            row.take_off_shelf(Some(&by), now, due_at, 0)?;
            Ok(FactBody::AlarmUnshelved(AlarmUnshelved {
                alarm,
                by: Some(by),
                due_at,
                late_s: 0,
            }))
        }
        Command::Release { .. } => {
            row.release(&by, now, again)?;
            Ok(FactBody::AlarmReleased(AlarmReleased {
                alarm,
                by,
                claim_due_at: again,
            }))
        }
        Command::Transfer { to, .. } => {
            if person(context, &to)?.role < Role::Operator {
                return Err(Refusal::CannotOwn { person: to });
            }
            row.transfer(to.clone(), now, follow_up)?;
            Ok(FactBody::AlarmTransferred(AlarmTransferred {
                alarm,
                by,
                to,
                follow_up_due_at: follow_up,
            }))
        }
        Command::Split { source, .. } => split(context, &row, source, by),
        // These are not about an alarm; see `Command::alarm`.
        Command::GoOnDuty { .. }
        | Command::GoOffDuty { .. }
        | Command::BindPhone { .. }
        | Command::UnbindPhone { .. }
        | Command::GiveCallSign { .. }
        | Command::Arm { .. }
        | Command::Disarm { .. }
        | Command::OpenDoor { .. } => Err(Refusal::UnknownAlarm { alarm }),
    }
}

fn shelve(
    context: &Context<'_>,
    row: Alarm,
    by: PersonId,
    for_s: u32,
    reason: ShelfReason,
) -> Result<FactBody, Refusal> {
    if !(SHELF_S_MIN..=SHELF_S_MAX).contains(&for_s) {
        return Err(Refusal::ShelfTime);
    }
    if context.site.control().shelved() >= SHELVED_MAX {
        return Err(Refusal::TooManyShelved);
    }
    let alarm = row.id;
    let until = context.now + Span::from_secs(i64::from(for_s));
    row.put_on_shelf(Shelf {
        by: by.clone(),
        at: context.now,
        until,
        reason,
    })?;
    Ok(FactBody::AlarmShelved(AlarmShelved {
        alarm,
        by,
        until,
        reason,
    }))
}

fn split(
    context: &Context<'_>,
    row: &Alarm,
    source: Source,
    by: PersonId,
) -> Result<FactBody, Refusal> {
    let alarm = row.id;
    // What has its verdict is history: its sources may have rows of their own again by now.
    row.must_be_open()?;
    let joined = row.joined.iter().find(|joined| joined.source == source);
    let joined = joined.ok_or(Refusal::NotJoined { alarm })?;
    // It gets a row of the worst that it says by now.
    let exists = joined
        .exists
        .iter()
        .filter(|one| one.family == joined.family);
    let exists = exists.filter_map(|one| context.estate.alarm_type(&one.kind));
    let kind = context.estate.alarm_type(&joined.kind);
    let kind = kind.into_iter().chain(exists).max_by_key(|kind| kind.tier);
    let device = source.device().and_then(|id| context.estate.device(id));
    Ok(FactBody::AlarmSplit(AlarmSplit {
        alarm,
        into: context.site.control().next_alarm(),
        kind: kind
            .map(|kind| kind.id.clone())
            .filter(|kind| *kind != joined.kind),
        family: joined.family.clone(),
        tier: kind.map_or(0, |kind| kind.tier),
        // Of a type that has left the estate only its row's priority is known.
        priority: kind.map_or(row.priority, |kind| kind.priority),
        place: device.map_or_else(|| row.place.clone(), |device| device.place.clone()),
        claim_due_at: match kind {
            Some(kind) => context.claim_due_at(kind),
            None => context.claim_due_again_at(row),
        },
        source,
        by,
    }))
}

fn about_site(context: &Context<'_>, actor: &Actor, command: Command) -> Result<FactBody, Refusal> {
    let by = actor.person.clone();
    let is_on = |person: &PersonId| matches!(context.view().person(person).duty, Duty::On { .. });
    match command {
        Command::GoOnDuty { person: id } => {
            person(context, &id)?;
            must_change(!is_on(&id))?;
            Ok(FactBody::PersonOnDuty(PersonOnDuty { person: id, by }))
        }
        Command::GoOffDuty { person: id } => {
            must_change(is_on(&id))?;
            Ok(FactBody::PersonOffDuty(PersonOffDuty { person: id, by }))
        }
        Command::BindPhone { phone, person: id } => {
            person(context, &id)?;
            must_change(context.person_of_phone(&phone) != Some(&id))?;
            Ok(FactBody::PhoneBound(PhoneBound {
                phone,
                person: id,
                by,
            }))
        }
        Command::UnbindPhone { phone } => {
            must_change(context.person_of_phone(&phone).is_some())?;
            Ok(FactBody::PhoneUnbound(PhoneUnbound { phone, by }))
        }
        Command::GiveCallSign {
            person: id,
            call_sign,
        } => {
            person(context, &id)?;
            Ok(FactBody::CallSignGiven(CallSignGiven {
                person: id,
                call_sign,
                by,
            }))
        }
        Command::Arm { zone } => {
            known_zone(context, &zone)?;
            must_change(!context.view().is_armed(&zone))?;
            let by = Some(by);
            Ok(FactBody::ZoneArmed(ZoneArmed { zone, by }))
        }
        Command::Disarm { zone } => {
            must_change(context.view().is_armed(&zone))?;
            let by = Some(by);
            Ok(FactBody::ZoneDisarmed(ZoneDisarmed { zone, by }))
        }
        Command::OpenDoor { door } => open_door(context, door),
        // These are about an alarm; see `Command::alarm`.
        _ => Err(Refusal::NothingToDo),
    }
}

fn person<'a>(context: &Context<'a>, id: &PersonId) -> Result<&'a Person, Refusal> {
    let person = context.estate.estate.person(id);
    person.ok_or_else(|| Refusal::UnknownPerson { person: id.clone() })
}

fn known_zone(context: &Context<'_>, id: &ZoneId) -> Result<(), Refusal> {
    let mut zones = context.estate.estate.zones.iter();
    if zones.any(|zone| zone.id == *id) {
        Ok(())
    } else {
        Err(Refusal::UnknownZone { zone: id.clone() })
    }
}

const fn must_change(changes: bool) -> Result<(), Refusal> {
    if changes {
        Ok(())
    } else {
        Err(Refusal::NothingToDo)
    }
}
