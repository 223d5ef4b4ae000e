//! Words of guards and of who is on duty.

use crate::texts::texts;

texts! {
    GUARDS: "安保员", "Guards";
    GUARDS_EMPTY: "还没有收到任何手机定位。", "No phone has sent a position yet.";
    LAST_HEARD: "最后定位", "Last heard";
    NEVER_HEARD: "未上线", "not heard";
    ACCURACY: "精度", "Accuracy";
    ON_DUTY: "在岗", "On duty";
    OFF_DUTY: "不在岗", "Off duty";
    DUTY: "值勤", "Duty";
    GO_ON_DUTY: "上岗", "Go on duty";
    GO_OFF_DUTY: "下岗", "Go off duty";
    NOBODY_ON_DUTY: "无人在岗", "Nobody on duty";
    MORE_PEOPLE: "另 {0} 人", "{0} more";
}
