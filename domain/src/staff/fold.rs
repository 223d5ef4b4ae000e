//! What facts about the staff change.

use super::fact::StaffFact;
use super::state::{Console, Duty, PersonState};
use crate::alarm;
use crate::ids::PersonId;
use crate::incident;
use crate::subject::Stamp;
use crate::view::{Touched, View, put};

pub(crate) fn fold(view: &mut View, fact: &StaffFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    let since = stamp.at;
    match fact {
        StaffFact::Gone(body) => {
            change(view, &body.person, touched, |person| {
                person.console = Console::Gone { since };
            });
            let lapse_at = Some(body.lapse_at);
            alarm::fold::owner_absent(view, stamp, &body.person, lapse_at, touched);
            incident::fold::owner_absent(view, &body.person, lapse_at, touched);
        }
        StaffFact::Back(body) => {
            change(view, &body.person, touched, |person| {
                person.console = Console::Here { since };
            });
            alarm::fold::owner_absent(view, stamp, &body.person, None, touched);
            incident::fold::owner_absent(view, &body.person, None, touched);
        }
        StaffFact::OnDuty(body) => change(view, &body.person, touched, |person| {
            person.duty = Duty::On { since };
            person.break_since = None;
        }),
        StaffFact::OffDuty(body) => change(view, &body.person, touched, |person| {
            person.duty = Duty::Off { since: Some(since) };
            person.break_since = None;
        }),
        StaffFact::BreakBegan(body) => change(view, &body.person, touched, |person| {
            person.break_since = Some(since);
        }),
        StaffFact::BreakEnded(body) => change(view, &body.person, touched, |person| {
            person.break_since = None;
        }),
        StaffFact::CallSignGiven(body) => change(view, &body.person, touched, |person| {
            person.call_sign = Some(body.call_sign.clone());
        }),
        StaffFact::PhoneBound(body) => {
            let whose = Some(body.person.clone());
            put(&mut view.phones, &body.phone, whose, &mut touched.phones);
        }
        StaffFact::PhoneUnbound(body) => {
            put(&mut view.phones, &body.phone, None, &mut touched.phones);
        }
    }
}

fn change(
    view: &mut View,
    id: &PersonId,
    touched: &mut Touched,
    step: impl FnOnce(&mut PersonState),
) {
    let mut person = view.person(id);
    step(&mut person);
    put(&mut view.people, id, person, &mut touched.people);
}
