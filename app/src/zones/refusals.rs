//! What is said of a refused command about armed zones.

use crate::texts::texts;
use castellan_domain::text::Language;
use castellan_domain::zone::ZoneRefusal;

/// The sentence.
pub fn sentence(refusal: &ZoneRefusal, language: Language) -> String {
    match refusal {
        ZoneRefusal::UnknownZone { zone } => UNKNOWN_ZONE.fill(language, &[zone.as_str()]),
    }
}

texts! {
    UNKNOWN_ZONE: "园区资料里没有这个防区：{0}", "The estate has no such zone: {0}";
}
