//! What people want, and what comes of it: one decision for each command.
//!
//! To decide is to build the fact and to try it on a copy; folding it makes the same step again.
//! Displays ask [`why_not`] by the same code.

use crate::access::{self, Actor};
use crate::alarm::decide::Terms;
use crate::alarm::{Alarm, AlarmRefusal};
use crate::answer::Accepted;
use crate::command::Command;
use crate::fact::{Cause, FactBody, FactDraft};
use crate::ids::{CommandId, PersonId, Version};
use crate::refusal::Refusal;
use crate::site::Context;
use crate::view::Known;

/// A command's fact, and the row that it is about.
type Decided<'a> = (FactBody, Option<&'a Alarm>);

/// Decides about one command: its fact and its answer, or why not.
pub fn decide(
    context: &Context<'_>,
    command_id: CommandId,
    by: PersonId,
    expected: Option<Version>,
    command: Command,
) -> Result<(FactDraft, Accepted), Refusal> {
    let known = context.known();
    let actor = Actor::of(&known, by);
    let (body, row) = attempt(&known, &actor, command, |row| context.terms(row))?;
    if let (Some(expected), Some(row)) = (expected, row)
        && expected != row.version
    {
        let version = row.version;
        return Err(AlarmRefusal::Changed { version }.into());
    }
    let draft = FactDraft {
        occurred_at: None,
        cause: Cause::Command(command_id),
        actor: Some(actor.person),
        drill: row.is_some_and(|row| row.drill),
        body,
    };
    let seq = context.view().seq.next();
    Ok((draft, Accepted::Done { seq }))
}

/// Why `actor` cannot do this now, as far as a display can tell.
pub fn why_not(known: &Known<'_>, actor: &Actor, command: Command) -> Option<Refusal> {
    let terms = Terms::of_display(known.now);
    attempt(known, actor, command, |_| terms).err()
}

fn attempt<'a>(
    known: &Known<'a>,
    actor: &Actor,
    command: Command,
    terms: impl FnOnce(&Alarm) -> Terms,
) -> Result<Decided<'a>, Refusal> {
    // First whether one may, then whether it is there: who may not, learns nothing.
    access::decide(actor, &command, known.view)?;
    let by = || actor.person.clone();
    Ok(match command {
        Command::Alarm(command) => {
            let (fact, row) = crate::alarm::decide::decide(known, actor, command, terms)?;
            (fact.into(), Some(row))
        }
        Command::Note(command) => {
            let (fact, row) = crate::alarm::decide::decide_note(known, actor, command, terms)?;
            (fact.into(), Some(row))
        }
        Command::Staff(command) => of_site(crate::staff::decide::decide(known, by(), command)?),
        Command::Zone(command) => of_site(crate::zone::decide::decide(known, by(), command)?),
        Command::Actuation(command) => of_site(crate::actuation::decide::decide(known, command)?),
    })
}

/// A fact that is about no row.
fn of_site<'a>(fact: impl Into<FactBody>) -> Decided<'a> {
    (fact.into(), None)
}
