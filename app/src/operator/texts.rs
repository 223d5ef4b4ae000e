//! Words of the choice of who works here.

use crate::texts::texts;

texts! {
    WHO_ARE_YOU: "请选择值班人员", "Who is on duty here?";
    NO_SIGN_IN: "尚无登录功能：本机上的任何人都可以选择任何身份。", "There is no sign-in yet: anybody at this machine can be anybody.";
    ROLE_GUARD: "安保员", "Guard";
    ROLE_ENGINEER: "工程值班", "Duty engineer";
    ROLE_STEWARD: "管家", "Steward";
    ROLE_OPERATOR: "值班员", "Operator";
    ROLE_SHIFT_LEADER: "班长", "Shift leader";
    ROLE_DUTY_MANAGER: "值班主管", "Duty manager";
    ROLE_PROJECT_MANAGER: "项目经理", "Project manager";
}
