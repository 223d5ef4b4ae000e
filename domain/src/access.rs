//! Who may do what. Decided inside the turn, against the state that the command meets.

use crate::alarm::{Alarm, AlarmCommand, AlarmRefusal, NoteCommand};
use crate::command::Command;
use crate::dispatch::{DispatchCommand, DispatchRefusal, Matter};
use crate::estate::Role;
use crate::ids::{AlarmId, IncidentId, PersonId};
use crate::incident::{Incident, IncidentCommand, IncidentRefusal, NextStage, Owner};
use crate::refusal::{CommonRefusal, Refusal};
use crate::staff::StaffCommand;
use crate::view::{Known, View};

/// Something that a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To take alarms, to see to them, and to write about them.
    HandleAlarms,
    /// To have alarms of one's own.
    OwnAlarms,
    /// To decide about what somebody else owns or judged.
    LeadShift,
    /// To acknowledge an urgent alarm without owning it: a manager reads what climbed.
    AcknowledgeUrgent,
    /// To say who is on duty, whose a phone is, and what somebody is called.
    KeepStaff,
    /// To arm and disarm zones.
    ArmZones,
    /// To release doors.
    OpenDoors,
    /// To see where people were.
    SeeTracks,
    /// To send people, and to answer for them on the radio.
    Dispatch,
    /// To know of silent calls for help, and to do something about them. Whoever works at a console has it: at night
    /// one of them is alone, and a call that nobody sees is answered by nobody.
    SeeDuress,
    /// To see what cameras see.
    SeeCameras,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights(u32);

const OPERATOR: &[Right] = &[
    Right::HandleAlarms,
    Right::OwnAlarms,
    Right::KeepStaff,
    Right::ArmZones,
    Right::OpenDoors,
    Right::SeeTracks,
    Right::Dispatch,
    Right::SeeDuress,
    Right::SeeCameras,
];
const LEADER: &[Right] = &[Right::LeadShift, Right::AcknowledgeUrgent];

impl Rights {
    /// Rights that are named one by one.
    pub const fn of(rights: &[Right]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < rights.len() {
            bits |= 1 << rights[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// What somebody may do who has this role.
    pub const fn of_role(role: Role) -> Self {
        let operator = Self::of(OPERATOR);
        let leader = operator.and(Self::of(LEADER));
        match role {
            // On and off duty they go themselves.
            Role::Guard | Role::Engineer | Role::Steward => Self(0),
            Role::Operator => operator,
            Role::ShiftLeader | Role::DutyManager | Role::ProjectManager => leader,
        }
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Whether this is one of them.
    pub const fn contains(self, right: Right) -> bool {
        self.0 & (1 << right as u32) != 0
    }
}

/// What a person may do, by what is known now; nothing, if nobody knows them. A rung of a ladder is
/// another thing: who is called is not by that somebody who may.
pub fn rights_of(known: &Known<'_>, person: &PersonId) -> Rights {
    let person = known.estate.person(person);
    person.map_or_else(Rights::default, |person| Rights::of_role(person.role))
}

/// Who commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person: PersonId,
    /// What they may do at this moment.
    pub rights: Rights,
}

impl Actor {
    /// A person with what they may do now.
    pub fn of(known: &Known<'_>, person: PersonId) -> Self {
        let rights = rights_of(known, &person);
        Self { person, rights }
    }

    fn must(&self, right: Right) -> Result<(), Refusal> {
        if self.rights.contains(right) {
            Ok(())
        } else {
            Err(CommonRefusal::NotAllowed.into())
        }
    }
}

/// Whether `actor` may give `command` now.
pub fn decide(actor: &Actor, command: &Command, view: &View) -> Result<(), Refusal> {
    let is_secret = is_silent_call(command, view) && !is_sent_for(actor, command, view);
    if is_secret {
        actor.must(Right::SeeDuress)?;
    }
    match command {
        Command::Alarm(command) => {
            actor.must(Right::HandleAlarms)?;
            about_alarm(actor, command, view)
        }
        Command::Note(_) => actor.must(Right::HandleAlarms),
        // What one registers is one's own.
        Command::Registration(_) => actor.must(Right::OwnAlarms),
        Command::Incident(command) if is_step(command) && is_at_it(actor, command, view) => Ok(()),
        Command::Incident(command) => {
            actor.must(Right::HandleAlarms)?;
            about_incident(actor, command, view)
        }
        Command::Dispatch(command) => about_assignment(actor, command, view),
        // Everybody goes on and off duty themselves, and takes their breaks.
        Command::Staff(
            StaffCommand::GoOnDuty { person }
            | StaffCommand::GoOffDuty { person }
            | StaffCommand::TakeBreak { person }
            | StaffCommand::EndBreak { person },
        ) if *person == actor.person => Ok(()),
        Command::Staff(_) => actor.must(Right::KeepStaff),
        Command::Zone(_) => actor.must(Right::ArmZones),
        Command::Actuation(_) => actor.must(Right::OpenDoors),
    }
}

/// Whether `actor` may see what was filmed of an alarm: whoever has it, or has the incident that it is part of,
/// and whoever leads a shift or stands above. Of an alarm that is not live any more nobody knows who had it.
pub fn shows_clips(actor: &Actor, alarm: AlarmId, view: &View) -> Result<(), Refusal> {
    actor.must(Right::SeeCameras)?;
    let row = view.alarms.get(&alarm);
    if row.is_none_or(Alarm::began_as_duress) {
        actor.must(Right::SeeDuress)?;
    }
    let incident = row.and_then(|row| row.incident);
    let incident = incident.and_then(|id| view.incidents.get(&id));
    let owners = [
        row.and_then(Alarm::owner),
        incident.and_then(Incident::owner),
    ];
    let has_it = owners.contains(&Some(&actor.person));
    if has_it || actor.rights.contains(Right::LeadShift) {
        Ok(())
    } else {
        Err(AlarmRefusal::ClipNotShown.into())
    }
}

/// Whether a command is about a silent call for help.
fn is_silent_call(command: &Command, view: &View) -> bool {
    let alarm = |id: &AlarmId| view.alarms.get(id).is_some_and(Alarm::began_as_duress);
    let incident = |id: &IncidentId| view.incidents.get(id).is_some_and(|one| one.discreet);
    match command {
        Command::Alarm(command) => alarm(&command.alarm()),
        Command::Note(NoteCommand::Note { alarm: id, .. }) => alarm(id),
        Command::Incident(command) => {
            incident(&command.incident())
                || matches!(command, IncidentCommand::Join { alarm: id, .. } if alarm(id))
                || matches!(command, IncidentCommand::Merge { into, .. } if incident(into))
        }
        Command::Dispatch(DispatchCommand::Dispatch { matter, .. }) => match matter {
            Matter::Alarm(id) => alarm(id),
            Matter::Incident(id) => incident(id),
        },
        Command::Dispatch(command) => {
            let row = command.assignment();
            let row = row.and_then(|id| view.assignments.get(&id));
            row.is_some_and(|row| row.discreet)
        }
        Command::Registration(_) | Command::Staff(_) | Command::Zone(_) | Command::Actuation(_) => {
            false
        }
    }
}

/// Whether somebody was sent for what a command is about: they know where to go, and answer for themselves.
fn is_sent_for(actor: &Actor, command: &Command, view: &View) -> bool {
    match command {
        Command::Incident(command) => is_at_it(actor, command, view),
        Command::Dispatch(command) => {
            let row = command.assignment();
            let row = row.and_then(|id| view.assignments.get(&id));
            row.is_some_and(|row| row.person == actor.person)
        }
        Command::Alarm(_)
        | Command::Note(_)
        | Command::Registration(_)
        | Command::Staff(_)
        | Command::Zone(_)
        | Command::Actuation(_) => false,
    }
}

fn about_incident(actor: &Actor, command: &IncidentCommand, view: &View) -> Result<(), Refusal> {
    let is_reopened = matches!(
        command,
        IncidentCommand::Move {
            to: NextStage::Reopened,
            ..
        }
    );
    if is_reopened {
        return actor.must(Right::LeadShift);
    }
    // What was done is recorded by whoever knows of it.
    if matches!(command, IncidentCommand::Claim { .. }) || is_step(command) {
        return Ok(());
    }
    let incident = view.incidents.get(&command.incident());
    if incident.is_some_and(|incident| takes_back_incident(actor, command, incident, view)) {
        return Ok(());
    }
    match incident.map(|incident| (incident, &incident.owner)) {
        Some((incident, Owner::Person { by, .. }))
            if *by != actor.person && !actor.rights.contains(Right::LeadShift) =>
        {
            let (incident, by) = (incident.id, by.clone());
            Err(IncidentRefusal::NotIncidentOwner { incident, by }.into())
        }
        Some((incident, Owner::Nobody { .. })) if !actor.rights.contains(Right::LeadShift) => {
            let incident = incident.id;
            Err(IncidentRefusal::IncidentNotClaimed { incident }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// 收回: whether whoever handed an incident on takes it back from somebody who has done nothing with it
/// yet, nor with its alarms, nor with whoever was sent.
fn takes_back_incident(
    actor: &Actor,
    command: &IncidentCommand,
    incident: &Incident,
    view: &View,
) -> bool {
    let Some((owner, since)) = incident.owner().and_then(|owner| {
        let since = incident.history.handed_on(&actor.person, owner)?;
        Some((owner, since))
    }) else {
        return false;
    };
    let mut alarms = incident.alarms.iter().filter_map(|id| view.alarms.get(id));
    let mut sent = view.assignments.values();
    matches!(command, IncidentCommand::Transfer { to, .. } if *to == actor.person)
        && !alarms.any(|row| row.history.has_deed_of(owner, since))
        && !sent.any(|one| one.incident == incident.id && one.history.has_deed_of(owner, since))
}

/// The same of an alarm.
fn takes_back_alarm(actor: &Actor, command: &AlarmCommand, row: &Alarm) -> bool {
    let is_untouched = |owner| row.history.handed_on(&actor.person, owner).is_some();
    matches!(command, AlarmCommand::Transfer { to, .. } if *to == actor.person)
        && row.owner().is_some_and(is_untouched)
}

const fn is_step(command: &IncidentCommand) -> bool {
    matches!(
        command,
        IncidentCommand::TakeStep { .. }
            | IncidentCommand::SkipStep { .. }
            | IncidentCommand::UndoStep { .. }
    )
}

/// Whether somebody was sent to this incident, and goes, or is there.
fn is_at_it(actor: &Actor, command: &IncidentCommand, view: &View) -> bool {
    let mut all = view.assignments.values();
    all.any(|one| one.incident == command.incident() && one.person == actor.person && one.is_task())
}

/// Whoever is sent answers for themselves; whoever sends, for everybody.
fn about_assignment(actor: &Actor, command: &DispatchCommand, view: &View) -> Result<(), Refusal> {
    let assignment = command.assignment();
    let row = assignment.and_then(|assignment| view.assignments.get(&assignment));
    let is_own = row.is_some_and(|row| row.person == actor.person);
    let is_answer = match command {
        DispatchCommand::Dispatch { .. } | DispatchCommand::Recall { .. } => false,
        DispatchCommand::Accept { .. }
        | DispatchCommand::Decline { .. }
        | DispatchCommand::SetOut { .. }
        | DispatchCommand::Arrive { .. }
        | DispatchCommand::Finish { .. }
        | DispatchCommand::AskSupport { .. }
        | DispatchCommand::GoQuiet { .. }
        | DispatchCommand::EndQuiet { .. } => true,
    };
    if is_own && is_answer {
        return Ok(());
    }
    match row {
        Some(row) if is_answer && !actor.rights.contains(Right::Dispatch) => {
            Err(DispatchRefusal::NotTheirs {
                assignment: row.id,
                person: row.person.clone(),
            }
            .into())
        }
        Some(_) | None => actor.must(Right::Dispatch),
    }
}

fn about_alarm(actor: &Actor, command: &AlarmCommand, view: &View) -> Result<(), Refusal> {
    let row = view.alarms.get(&command.alarm());
    if row.is_some_and(|row| takes_back_alarm(actor, command, row)) {
        return Ok(());
    }
    let whose = match command {
        AlarmCommand::Judge { .. }
        | AlarmCommand::Transfer { .. }
        | AlarmCommand::Shelve { .. } => row.and_then(|row| row.owner()),
        AlarmCommand::CorrectVerdict { .. } => {
            row.and_then(|row| row.judged()).map(|judged| &judged.by)
        }
        AlarmCommand::Claim { .. }
        | AlarmCommand::FollowUp { .. }
        | AlarmCommand::Acknowledge { .. }
        | AlarmCommand::Mute { .. }
        | AlarmCommand::Unshelve { .. }
        | AlarmCommand::Release { .. }
        | AlarmCommand::Split { .. } => None,
    };
    match whose {
        Some(by) if *by != actor.person && !actor.rights.contains(Right::LeadShift) => {
            Err(AlarmRefusal::NotOwner { by: by.clone() }.into())
        }
        Some(_) | None => Ok(()),
    }
}
