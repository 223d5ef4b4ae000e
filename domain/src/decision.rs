//! What people want, and what comes of it: one decision for each command, and one fact or more.
//!
//! To decide is to build the facts and to try the first one on a copy; folding them makes the same steps again.
//! Displays ask [`why_not`] by the same code.

use crate::access::{self, Actor};
use crate::alarm::decide::Terms as AlarmTerms;
use crate::alarm::{Alarm, AlarmRefusal};
use crate::answer::Accepted;
use crate::command::Command;
use crate::dispatch::decide::{Terms, with_closed};
use crate::fact::{Cause, FactBody, FactDraft};
use crate::ids::{CommandId, PersonId, Version};
use crate::incident::{IncidentCommand, NextStage};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::view::Known;

/// A command's facts, in their order, and what they are about.
struct Decided<'a> {
    facts: Vec<FactBody>,
    row: Option<&'a Alarm>,
    drill: bool,
}

/// Decides about one command: its facts, at least one, and its answer; or why not.
pub fn decide(
    context: &Context<'_>,
    terms: &Terms<'_>,
    command_id: CommandId,
    by: PersonId,
    expected: Option<Version>,
    command: Command,
) -> Result<(Vec<FactDraft>, Accepted), Refusal> {
    let known = context.known();
    let actor = Actor::of(&known, by);
    let decided = attempt(&known, &actor, command, |row| context.terms(row), terms)?;
    if let (Some(expected), Some(row)) = (expected, decided.row)
        && expected != row.version
    {
        let version = row.version;
        return Err(AlarmRefusal::Changed { version }.into());
    }
    let draft = |body| FactDraft {
        occurred_at: None,
        cause: Cause::Command(command_id),
        actor: Some(actor.person.clone()),
        drill: decided.drill,
        body,
    };
    let drafts = decided.facts.into_iter().map(draft).collect();
    let seq = context.view().seq.next();
    Ok((drafts, Accepted::Done { seq }))
}

/// Why `actor` cannot do this now, as far as a display can tell.
pub fn why_not(known: &Known<'_>, actor: &Actor, command: Command) -> Option<Refusal> {
    let of_alarm = AlarmTerms::of_display(known.now);
    let terms = Terms::of_display(known.now);
    attempt(known, actor, command, |_| of_alarm, &terms).err()
}

fn attempt<'a>(
    known: &Known<'a>,
    actor: &Actor,
    command: Command,
    of_alarm: impl FnOnce(&Alarm) -> AlarmTerms,
    terms: &Terms<'_>,
) -> Result<Decided<'a>, Refusal> {
    // First whether one may, then whether it is there: who may not, learns nothing.
    access::decide(actor, &command, known.view)?;
    let by = || actor.person.clone();
    Ok(match command {
        Command::Alarm(command) => {
            let (fact, row) = crate::alarm::decide::decide(known, actor, command, of_alarm)?;
            crate::incident::decide::must_stand_alone(known, row, &fact)?;
            let more = crate::incident::decide::with_alarm(known, row, &fact, &terms.incidents);
            let mut facts = vec![FactBody::from(fact)];
            facts.extend(more.map(FactBody::from));
            of_row(facts, row)
        }
        Command::Note(command) => {
            let (fact, row) = crate::alarm::decide::decide_note(known, actor, command, of_alarm)?;
            of_row(vec![fact.into()], row)
        }
        Command::Registration(command) => Decided {
            facts: crate::registration::decide::decide(
                known,
                actor,
                command,
                &terms.registration,
                &terms.incidents,
                of_alarm,
            )?,
            row: None,
            drill: false,
        },
        Command::Incident(command) => {
            let drill = known.incident(command.incident())?.drill;
            let closes = closes(&command);
            let incident = command.incident();
            let facts = crate::incident::decide::decide(known, actor, command, &terms.incidents)?;
            let mut facts: Vec<_> = facts.into_iter().map(FactBody::from).collect();
            if closes {
                let ends = with_closed(known, incident, &actor.person);
                facts.extend(ends.into_iter().map(FactBody::from));
            }
            let row = None;
            Decided { facts, row, drill }
        }
        Command::Dispatch(command) => {
            let (facts, drill) =
                crate::dispatch::decide::decide(known, actor, command, terms, of_alarm)?;
            let row = None;
            Decided { facts, row, drill }
        }
        Command::Staff(command) => of_site(crate::staff::decide::decide(known, by(), command)?),
        Command::Zone(command) => of_site(crate::zone::decide::decide(known, by(), command)?),
        Command::Actuation(command) => of_site(crate::actuation::decide::decide(known, command)?),
    })
}

fn closes(command: &IncidentCommand) -> bool {
    matches!(
        command,
        IncidentCommand::Move {
            to: NextStage::Closed,
            ..
        }
    )
}

fn of_row(facts: Vec<FactBody>, row: &Alarm) -> Decided<'_> {
    Decided {
        facts,
        row: Some(row),
        drill: row.drill,
    }
}

/// A fact that is about no row.
fn of_site<'a>(fact: impl Into<FactBody>) -> Decided<'a> {
    Decided {
        facts: vec![fact.into()],
        row: None,
        drill: false,
    }
}
