//! What the estate calls people and devices.

use castellan_domain::estate::Estate;
use castellan_domain::ids::{DeviceId, PersonId};
use castellan_domain::text::Language;

/// The name of a person, or the id if the estate does not have them any more.
pub fn person_name(estate: Option<&Estate>, person: &PersonId, language: Language) -> String {
    estate.and_then(|estate| estate.person(person)).map_or_else(
        || person.to_string(),
        |person| person.name.get(language).to_owned(),
    )
}

/// The name of a device, or its id if the estate does not have it any more.
pub fn device_name(estate: Option<&Estate>, device: &DeviceId, language: Language) -> String {
    estate.and_then(|estate| estate.device(device)).map_or_else(
        || device.to_string(),
        |device| device.name.get(language).to_owned(),
    )
}
