//! What a person wants of the staff becomes the fact that tells it, or a refusal.

use super::command::StaffCommand;
use super::fact::{
    BreakBegan, BreakEnded, CallSignGiven, PersonOffDuty, PersonOnDuty, PhoneBound, PhoneUnbound,
    StaffFact,
};
use super::refusal::StaffRefusal;
use super::state::Duty;
use crate::estate::Person;
use crate::ids::PersonId;
use crate::refusal::{Refusal, must_change};
use crate::text::CallSign;
use crate::view::Known;

pub(crate) fn decide(
    known: &Known<'_>,
    by: PersonId,
    command: StaffCommand,
) -> Result<StaffFact, Refusal> {
    let is_on = |person: &PersonId| matches!(known.view.person(person).duty, Duty::On { .. });
    match command {
        StaffCommand::GoOnDuty { person } => {
            must_be_known(known, &person)?;
            must_change(!is_on(&person))?;
            Ok(StaffFact::OnDuty(PersonOnDuty { person, by }))
        }
        StaffCommand::GoOffDuty { person } => {
            must_change(is_on(&person))?;
            Ok(StaffFact::OffDuty(PersonOffDuty { person, by }))
        }
        StaffCommand::TakeBreak { person } => {
            must_be_known(known, &person)?;
            if !known.is_on_duty(&person) {
                return Err(StaffRefusal::NotOnDuty { person }.into());
            }
            must_change(!known.is_on_break(&person))?;
            Ok(StaffFact::BreakBegan(BreakBegan { person, by }))
        }
        StaffCommand::EndBreak { person } => {
            must_change(known.is_on_break(&person))?;
            Ok(StaffFact::BreakEnded(BreakEnded { person, by }))
        }
        StaffCommand::BindPhone { phone, person } => {
            must_be_known(known, &person)?;
            // A page is its person's, whatever is bound.
            must_change(phone.person_of_page().is_none())?;
            must_change(known.person_of_phone(&phone) != Some(&person))?;
            Ok(StaffFact::PhoneBound(PhoneBound { phone, person, by }))
        }
        StaffCommand::UnbindPhone { phone } => {
            must_change(phone.person_of_page().is_none())?;
            must_change(known.person_of_phone(&phone).is_some())?;
            Ok(StaffFact::PhoneUnbound(PhoneUnbound { phone, by }))
        }
        StaffCommand::GiveCallSign { person, call_sign } => {
            must_be_known(known, &person)?;
            must_be_free(known, &person, &call_sign)?;
            Ok(StaffFact::CallSignGiven(CallSignGiven {
                person,
                call_sign,
                by,
            }))
        }
    }
}

/// Two people of one call sign would both answer, or neither.
fn must_be_free(
    known: &Known<'_>,
    person: &PersonId,
    call_sign: &CallSign,
) -> Result<(), StaffRefusal> {
    let mut others = known.estate.people.iter().filter(|one| one.id != *person);
    let has_it = |one: &&Person| {
        let theirs = known.call_sign(one);
        theirs.is_some_and(|theirs| theirs.sounds_like(call_sign))
    };
    match others.find(has_it) {
        None => Ok(()),
        Some(other) => Err(StaffRefusal::CallSignTaken {
            by: other.id.clone(),
        }),
    }
}

fn must_be_known(known: &Known<'_>, person: &PersonId) -> Result<(), StaffRefusal> {
    match known.estate.person(person) {
        Some(_) => Ok(()),
        None => Err(StaffRefusal::UnknownPerson {
            person: person.clone(),
        }),
    }
}
