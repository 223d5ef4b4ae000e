//! What facts say about people and their phones.

use crate::ids::{PersonId, PhoneId};
use crate::text::CallSign;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about the staff.
    pub enum StaffFact {
        /// A person's last console is gone.
        Gone(PersonGone) = "person_gone", 1;
        /// A person has a console again.
        Back(PersonBack) = "person_back", 1;
        /// A person went on duty.
        OnDuty(PersonOnDuty) = "person_on_duty", 1;
        /// A person went off duty.
        OffDuty(PersonOffDuty) = "person_off_duty", 1;
        /// A person takes a break.
        BreakBegan(BreakBegan) = "break_began", 1;
        /// A person's break is over.
        BreakEnded(BreakEnded) = "break_ended", 1;
        /// A phone's positions are a person's from here on.
        PhoneBound(PhoneBound) = "phone_bound", 1;
        /// A phone's positions are nobody's.
        PhoneUnbound(PhoneUnbound) = "phone_unbound", 1;
        /// A person has another call sign.
        CallSignGiven(CallSignGiven) = "call_sign_given", 1;
    }
}

/// A person's last console is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonGone {
    pub person: PersonId,
    /// Back by then, or the urgent alarms that they own return.
    pub lapse_at: Timestamp,
}

/// A person has a console again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonBack {
    pub person: PersonId,
}

/// A person went on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonOnDuty {
    pub person: PersonId,
    /// Who put them there; themselves, as a rule.
    pub by: PersonId,
}

/// A person went off duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonOffDuty {
    pub person: PersonId,
    /// Who took them off; themselves, as a rule.
    pub by: PersonId,
}

/// A person takes a break: they stay on duty, and no rule sends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakBegan {
    pub person: PersonId,
    /// Who said so; themselves, as a rule.
    pub by: PersonId,
}

/// A person's break is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakEnded {
    pub person: PersonId,
    /// Who said so; themselves, as a rule.
    pub by: PersonId,
}

/// A phone's positions are a person's from here on, and nobody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneBound {
    pub phone: PhoneId,
    pub person: PersonId,
    /// Who bound it.
    pub by: PersonId,
}

/// A phone's positions are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneUnbound {
    pub phone: PhoneId,
    /// Who unbound it.
    pub by: PersonId,
}

/// A person has another call sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSignGiven {
    pub person: PersonId,
    /// Their call sign.
    pub call_sign: CallSign,
    /// Who gave it.
    pub by: PersonId,
}
