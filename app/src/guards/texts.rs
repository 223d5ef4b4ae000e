//! Words of guards and of who is on duty.

use crate::texts::texts;

texts! {
    GUARDS: "安保员", "Guards";
    PEOPLE: "人员", "People";
    SILENT: "失联", "silent";
    RADIO_ONLY: "仅对讲", "radio only";
    COUNT_ON_DUTY: "在岗", "on duty";
    COUNT_ON_TASK: "任务", "sent";
    COUNT_ON_BREAK: "休息", "break";
    MORE_EXCEPTIONS: "另 {0} 人需要留意", "{0} more to look after";
    GUARDS_EMPTY: "还没有收到任何手机定位。", "No phone has sent a position yet.";
    LAST_HEARD: "最后定位", "Last heard";
    NEVER_HEARD: "未上线", "not heard";
    ACCURACY: "精度", "Accuracy";
    ON_DUTY: "在岗", "On duty";
    OFF_DUTY: "不在岗", "Off duty";
    DUTY: "值勤", "Duty";
    GO_ON_DUTY: "上岗", "Go on duty";
    GO_OFF_DUTY: "下岗", "Go off duty";
    OFF_DUTY_FOLLOWS: "{0} 已下岗，不再定位。", "{0} is off duty, and is not followed any more.";
    OFF_DUTY_OWNS: "{0} 已下岗，名下还有 {1}，不会自动转给别人。", "{0} is off duty and keeps {1}; nobody else gets them by that.";
    OWNED_ALARMS: "{0} 起报警", "open alarms ({0})";
    OWNED_INCIDENTS: "{0} 起事件", "incidents ({0})";
    OFF_DUTY_SENT: "{0} 的派单已撤回，改派下一人；回到在岗不会恢复。", "What they were sent to ({0}) goes to the next one, and does not come back with them.";
    BACK_ON_DUTY: "回到在岗", "Back on duty";
}
