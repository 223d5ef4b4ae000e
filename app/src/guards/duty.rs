//! Who is on duty, where the estate keeps it.

use super::model::{on_duty_since, went_off_duty};
use super::texts;
use crate::ages;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::access::Right;
use castellan_domain::ids::PersonId;
use castellan_domain::staff::StaffCommand;
use castellan_domain::time::Timestamp;
use leptos::prelude::*;

/// Since when somebody is on duty, as in [`on_duty_since`].
pub fn duty_of(copy: &'static SiteCopy, person: &PersonId) -> Option<Option<Timestamp>> {
    let state = copy.person(person);
    copy.estate
        .with(|estate| on_duty_since(estate.as_ref()?, &state))
}

/// Whether somebody is on duty, in words.
pub fn duty_words(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    since: Option<Timestamp>,
) -> String {
    match since {
        Some(since) => {
            let age = ages::age(since, copy.now());
            format!("{} {age}", desk.t(texts::ON_DUTY))
        }
        None => desk.t(texts::OFF_DUTY).to_owned(),
    }
}

/// Puts somebody on duty, or takes them off it. Operators do it for everybody, everybody for
/// themselves.
#[component]
pub fn DutyButton(copy: &'static SiteCopy, desk: &'static Desk, person: PersonId) -> impl IntoView {
    let is_on = {
        let person = person.clone();
        Memo::new(move |_| duty_of(copy, &person).map(|since| since.is_some()))
    };
    let may = {
        let person = person.clone();
        Memo::new(move |_| {
            desk.may(Right::KeepStaff) || desk.person.with(|own| own.as_ref() == Some(&person))
        })
    };
    let send = move |on: bool| {
        let offer = copy.known(|known| went_off_duty(known, &person));
        let person = person.clone();
        match offer {
            _ if !on => desk.send(StaffCommand::GoOnDuty { person }),
            None => desk.send(StaffCommand::GoOffDuty { person }),
            Some(offer) => desk.send_and_offer(StaffCommand::GoOffDuty { person }, offer),
        }
    };
    move || {
        let on = is_on.get().filter(|_| may.get())?;
        let send = send.clone();
        let (words, name) = if on {
            (texts::GO_OFF_DUTY, "go-off-duty")
        } else {
            (texts::GO_ON_DUTY, "go-on-duty")
        };
        Some(view! {
            <button class="duty" data-action=name disabled=move || desk.sending.get()
                on:click=move |_| send(on)>{move || desk.t(words)}</button>
        })
    }
}
