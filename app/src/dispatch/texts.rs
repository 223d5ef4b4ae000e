//! Words of assignments.

use crate::texts::texts;

texts! {
    OFFERED: "待接单", "Asked";
    UNANSWERED: "超时未接", "No answer";
    ACCEPTED: "已接单", "Accepted";
    ON_THE_WAY: "前往中", "On the way";
    ON_SCENE: "已到场", "On scene";
    DONE: "已完成", "Done";
    DECLINED: "拒单", "Declined";
    WITHDRAWN: "已撤回", "Withdrawn";
    BUSY: "正在处理其他事件", "on another errand";
    CANNOT_LEAVE_POST: "岗位离不开", "cannot leave the post";
    TOO_FAR: "太远", "too far";
    UNWELL: "身体不适", "unwell";
    UNEQUIPPED: "缺少装备", "lacks the equipment";
    SECONDS: "{0}秒", "{0} s";
    MINUTES: "{0}分{1}秒", "{0} min {1} s";
    ON_FOOT: "步行 {0}", "on foot {0}";
    BY_STAIRS: "走楼梯 {0}", "by stairs {0}";
    BY_LIFT: "乘电梯 {0}", "by lift {0}";
    WITHOUT_FLOOR: "（楼内未计）", " (not counted inside)";
    NO_WAY: "没有已知路线", "no known way";
    DISPATCH: "派单", "Send";
    PEOPLE: "名单", "List";
    NOBODY: "没有可派的安保员：在岗的都在任务中，或无人在岗。", "Nobody can be sent: all are on errands, or nobody is on duty.";
    SEND_PROMPT: "派谁去？", "Who is to go?";
    RADIO: "“{0}，{1}，{2}，收到请回答”", "“{0}, {1}, {2}, please answer”";
    RADIO_STAIRS: "“{0}，{1}，{2}，走楼梯，收到请回答”", "“{0}, {1}, {2}, take the stairs, please answer”";
    READ_OUT: "对讲读出", "Say on the radio";
    RADIO_ONLY: "仅对讲", "radio only";
    SILENT: "失联", "silent";
    ON_ERRAND: "任务中 {0}", "on {0}";
    ANSWER_FOR: "代记接单", "Accepted by radio";
    ARRIVE: "到场", "On scene";
    FINISH: "完成", "Done";
    RECALL: "撤回", "Recall";
    SENT: "派出人员", "People sent";
    LEFT: "还剩 {0}", "{0} left";
    LATE: "已超时", "late";
    QUIET_LEFT: "静默 还剩 {0}", "quiet for {0}";
}
