//! What is said of what was not registered.

use crate::alarms::model::type_name;
use crate::texts::texts;
use castellan_domain::estate::Estate;
use castellan_domain::registration::RegistrationRefusal;
use castellan_domain::text::Language;

/// The sentence.
pub fn sentence(
    refusal: &RegistrationRefusal,
    estate: Option<&Estate>,
    language: Language,
) -> String {
    match refusal {
        RegistrationRefusal::UnknownPlace { place } => {
            UNKNOWN_PLACE.fill(language, &[place.as_str()])
        }
        RegistrationRefusal::NotRegistered { kind } => {
            NOT_REGISTERED.fill(language, &[&type_name(estate, kind, language)])
        }
    }
}

texts! {
    UNKNOWN_PLACE: "园区资料里没有“{0}”，请重新查找地点。", "The estate has no place “{0}”; look for it again.";
    NOT_REGISTERED: "“{0}”不能人工登记，请选其他种类。", "“{0}” is not registered by hand; choose another type.";
}
