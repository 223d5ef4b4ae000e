//! What people can want of the staff.

use crate::ids::{PersonId, PhoneId};
use crate::text::CallSign;

commands! {
    /// What people can want of the staff.
    pub enum StaffCommand {
        /// Somebody goes on duty.
        GoOnDuty = "go_on_duty" { person: PersonId },
        /// Somebody goes off duty.
        GoOffDuty = "go_off_duty" { person: PersonId },
        /// 休息: on duty, and not sent by a rule.
        TakeBreak = "take_break" { person: PersonId },
        /// The break is over.
        EndBreak = "end_break" { person: PersonId },
        /// A phone's positions are this person's from now on.
        BindPhone = "bind_phone" { phone: PhoneId, person: PersonId },
        /// A phone's positions are nobody's from now on.
        UnbindPhone = "unbind_phone" { phone: PhoneId },
        /// Somebody gets another call sign.
        GiveCallSign = "give_call_sign" { person: PersonId, call_sign: CallSign },
    }
}
