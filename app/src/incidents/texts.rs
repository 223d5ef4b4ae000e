//! Words of incidents.

use crate::texts::texts;

texts! {
    INCIDENT: "事件", "Incident";
    OPEN: "待处置", "Open";
    DISPATCHED: "已派单", "Dispatched";
    HANDLING: "处置中", "Being handled";
    CONTAINED: "已控制", "Contained";
    RESOLVED: "已处置", "Resolved";
    CLOSED: "已结案", "Closed";
    CONTAIN: "已控制", "Contained";
    RESOLVE: "已处置", "Resolved";
    CLOSE: "结案", "Close";
    REOPEN: "重新打开", "Open again";
    MERGED: "已并入 {0}", "Part of {0}";
    BACK: "收回", "Take back";
    JOINED: "{0} 已并入 {1}。", "{0} is part of {1} now.";
    TAKEN_OUT: "{0} 已移出 {1}。", "{0} is no part of {1} any more.";
    MERGED_NOW: "{0} 已合并到 {1}。收回会另立一个新事件。", "{0} is part of {1} now. Taken back, it is a new incident.";
    SPLIT_OFF: "已从 {1} 拆出 {0}。", "{0} was split off {1}.";
    PRIORITY_SET: "{0} 现为 {1} 级。", "{0} is priority {1} now.";
    STORY_OPENED: "立案", "Incident opened";
    STORY_JOINED: "并入报警", "Alarm joined";
    STORY_LEFT: "移出报警", "Alarm taken out";
    STORY_CLAIMED: "接警", "Claimed";
    STORY_TRANSFERRED: "转交", "Handed on";
    STORY_RETURNED: "事件退回", "Incident returned";
    STORY_OVERDUE: "事件超时未接", "Incident not claimed in time";
    STORY_UNDISPATCHED: "未按时派单", "Too few sent in time";
    STORY_PRIORITY: "改级别", "Priority";
    STORY_REGRADED: "重新定级", "Graded anew";
    GUARDS_WANTED: "需 {0} 人", "{0} wanted";
    STORY_MERGED: "合并事件", "Incidents merged";
    STEP_DONE: "完成步骤", "Step done";
    STEP_SKIPPED: "跳过步骤", "Step left out";
    STEP_UNDONE: "撤销步骤", "Step taken back";
    STEP_LATE: "步骤超时", "Step not taken in time";
    JOINED_BUILDING: "同一栋楼", "same building";
    JOINED_NEAR: "相距 {0} m", "{0} m away";
    JOINED_HAND: "人工并入", "by hand";
    OPENED_AT_ONCE: "按类型自动立案", "opened at once by its type";
    OPENED_BY_REGISTRATION: "登记立案", "opened as registered";
    OPENED_BY_DISPATCH: "因派单立案", "opened when somebody was sent";
    OPENED_BY_VERDICT: "真警立案", "opened as genuine";
    OPENED_AFTER: "紧接已结案的 {0}（同一地点、同一处置流程）", "after {0}, which is closed (same place, same procedure)";
    OPENED_BY_SPLIT: "拆分立案", "split off";
}
