//! What is said of a refused command about people and their phones.

use crate::texts::texts;
use castellan_domain::staff::StaffRefusal;
use castellan_domain::text::Language;

/// The sentence.
pub fn sentence(refusal: &StaffRefusal, language: Language) -> String {
    match refusal {
        StaffRefusal::UnknownPerson { person } => UNKNOWN_PERSON.fill(language, &[person.as_str()]),
        StaffRefusal::UnknownPhone { phone } => UNKNOWN_PHONE.fill(language, &[phone.as_str()]),
    }
}

texts! {
    UNKNOWN_PERSON: "园区资料里没有此人：{0}", "The estate has no such person: {0}";
    UNKNOWN_PHONE: "手机 {0} 没有登记给任何人。", "The phone {0} belongs to nobody.";
}
