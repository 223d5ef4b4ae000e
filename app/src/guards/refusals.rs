//! What is said of a refused command about people and their phones.

use crate::names::person_name;
use crate::texts::texts;
use castellan_domain::estate::Estate;
use castellan_domain::staff::StaffRefusal;
use castellan_domain::text::Language;

/// The sentence.
pub fn sentence(refusal: &StaffRefusal, estate: Option<&Estate>, language: Language) -> String {
    match refusal {
        StaffRefusal::CallSignTaken { by } => {
            CALL_SIGN_TAKEN.fill(language, &[&person_name(estate, by, language)])
        }
        StaffRefusal::UnknownPerson { person } => UNKNOWN_PERSON.fill(language, &[person.as_str()]),
        StaffRefusal::NotOnDuty { person } => {
            NOT_ON_DUTY.fill(language, &[&person_name(estate, person, language)])
        }
        StaffRefusal::UnknownPhone { phone } => UNKNOWN_PHONE.fill(language, &[phone.as_str()]),
    }
}

texts! {
    NOT_ON_DUTY: "{0} 不在岗。请选在岗的人，或先让其上岗。", "{0} is not on duty. Name somebody who is, or put them on duty first.";
    CALL_SIGN_TAKEN: "{0} 已用这个呼号或同音呼号，请换一个。", "{0} has this call sign, or one that sounds like it. Choose another one.";
    UNKNOWN_PERSON: "园区资料里没有此人：{0}", "The estate has no such person: {0}";
    UNKNOWN_PHONE: "手机 {0} 没有登记给任何人。", "The phone {0} belongs to nobody.";
}
