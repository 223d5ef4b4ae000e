//! What the estate calls people and devices.

use castellan_domain::estate::{Estate, Person, Priority};
use castellan_domain::ids::{DeviceId, PersonId};
use castellan_domain::staff::PersonState;
use castellan_domain::text::Language;
use castellan_domain::view::Known;

/// The sign of a priority: shape and word beside its colour.
pub const fn sign(priority: Priority) -> &'static str {
    match priority {
        Priority::P1 => "▲",
        Priority::P2 => "◆",
        Priority::P3 => "●",
        Priority::P4 => "■",
    }
}

/// The name of a person, or the id if the estate does not have them any more.
pub fn person_name(estate: Option<&Estate>, person: &PersonId, language: Language) -> String {
    estate.and_then(|estate| estate.person(person)).map_or_else(
        || person.to_string(),
        |person| person.name.get(language).to_owned(),
    )
}

/// What somebody is called on the radio: the call sign that they were given, else the estate's, else
/// the name.
pub fn call_sign(person: &Person, state: &PersonState, language: Language) -> String {
    let sign = state.call_sign.as_ref().or(person.call_sign.as_ref());
    let name = || person.name.get(language);
    sign.map_or_else(name, |sign| sign.get(language)).to_owned()
}

/// The same by their id, which it is if the estate does not have them any more.
pub fn radio_name(
    estate: Option<&Estate>,
    person: &PersonId,
    state: &PersonState,
    language: Language,
) -> String {
    match estate.and_then(|estate| estate.person(person)) {
        Some(person) => call_sign(person, state, language),
        None => state.call_sign.as_ref().map_or_else(
            || person.to_string(),
            |given| given.get(language).to_owned(),
        ),
    }
}

/// The call sign before the name, or the name alone where there is none.
pub fn sign_and_name(known: &Known<'_>, person: &PersonId, language: Language) -> String {
    let name = person_name(Some(known.estate), person, language);
    let of_estate = known.estate.person(person);
    match of_estate.and_then(|person| known.call_sign(person)) {
        Some(sign) => format!("{} {name}", sign.get(language)),
        None => name,
    }
}

/// The name of a device, or its id if the estate does not have it any more.
pub fn device_name(estate: Option<&Estate>, device: &DeviceId, language: Language) -> String {
    estate.and_then(|estate| estate.device(device)).map_or_else(
        || device.to_string(),
        |device| device.name.get(language).to_owned(),
    )
}
