//! What is said of a refused command about devices and doors.

use crate::names::person_name;
use crate::texts::texts;
use castellan_domain::actuation::ActuationRefusal;
use castellan_domain::door::DoorRefusal;
use castellan_domain::estate::Estate;
use castellan_domain::text::Language;

/// The sentence about a door.
pub fn door_sentence(refusal: &DoorRefusal, language: Language) -> String {
    match refusal {
        DoorRefusal::NotADoor => NOT_A_DOOR.get(language).to_owned(),
    }
}

/// The sentence about an order to a device.
pub fn actuation_sentence(
    refusal: &ActuationRefusal,
    estate: Option<&Estate>,
    language: Language,
) -> String {
    match refusal {
        ActuationRefusal::NoRemoteRelease { door } => {
            NO_REMOTE_RELEASE.fill(language, &[door.as_str()])
        }
        ActuationRefusal::AlreadyUnderWay { by: Some(by), .. } => {
            UNDER_WAY_BY.fill(language, &[&person_name(estate, by, language)])
        }
        ActuationRefusal::AlreadyUnderWay { by: None, .. } => UNDER_WAY.get(language).to_owned(),
        ActuationRefusal::NoDriver => NO_DRIVER.get(language).to_owned(),
    }
}

texts! {
    NOT_A_DOOR: "园区资料里，这台设备不是受控的门。", "In the estate this device is no watched door.";
    NO_REMOTE_RELEASE: "园区资料不允许远程开这扇门：{0}", "The estate does not let this door be opened from here: {0}";
    UNDER_WAY_BY: "{0} 正在开这扇门，请等结果。", "{0} is opening this door already; wait for the outcome.";
    UNDER_WAY: "这扇门正在开，请等结果。", "This door is being opened already; wait for the outcome.";
    NO_DRIVER: "服务器没有接门禁驱动，没有发出。请派人到现场开门。", "This server has no driver for doors, so nothing was sent. Open it on the spot.";
}
