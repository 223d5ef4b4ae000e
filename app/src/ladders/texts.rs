//! Words of ladders.

use crate::texts::{Words, texts};

/// Stands between several.
pub const AND: Words = Words {
    zh: "、", en: ", "
};

texts! {
    LADDER: "逐级上报", "Escalation";
    SHIFT_LEADER: "班长", "shift leader";
    DUTY_MANAGER: "值班主管", "duty manager";
    PROJECT_MANAGER: "项目经理", "project manager";
    ENGINEER: "工程值班", "engineer";
    STEWARD: "管家", "steward";
    WHY_UNCLAIMED: "无人接警", "unclaimed";
    WHY_RETURNED: "退回后无人接手", "came back";
    WHY_UNDISPATCHED: "派人不足", "too few sent";
    WHY_UNACCEPTED: "无人接单", "nobody accepts";
    WHY_STEP_LATE: "必做步骤超时", "a required step is late";
    WHY_STEP_SKIPPED: "跳过必做步骤", "a required step was left out";
    WHY_NOT_ON_SCENE: "未到场", "not on scene";
    OWNER: "负责人", "its owner";
    NEXT: "{0}后呼{1}", "in {0}: {1}";
    NEXT_UNLESS_THERE: "{0}后未到场则呼{1}", "in {0} unless there: {1}";
    NEXT_NOW: "正在呼{0}", "calling {0} now";
    NEXT_NOBODY: "{0}后无人可呼（{1}）", "in {0}: no {1} to call";
    CALLED: "已呼{0} {1}前", "{0} called {1} ago";
    NOBODY: "无人可呼：{0}", "no {0} to call";
    NOBODY_LEFT: "各级均未接通，无人可呼", "No rung was reached, and nobody is left";
    AT_ONCE: "立即", "at once";
    SECONDS: "{0}秒", "{0} s";
    AFTER: "{0}秒时", "after {0} s";
    VOICE: "电话", "telephone";
    SMS: "短信", "text message";
    CHAT: "群机器人", "group chat";
    MAIL: "邮件", "mail";
    WEBHOOK: "接口", "webhook";
    CALLING: "呼叫中", "calling";
    FAILING: "通道故障，已改呼", "channel down, next one called";
    DELIVERED: "已送达", "delivered";
    REFUSED: "被拒收", "refused";
    GIVEN_UP: "未送达", "not delivered";
    ANSWERED: "应答后未发", "answered before it was sent";
    STOPPED: "{0} 已应答", "{0} answered";
    LATE: "晚 {0} 秒", "{0} s late";
}
