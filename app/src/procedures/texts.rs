//! Words of procedures.

use crate::texts::texts;

texts! {
    PROCEDURE: "处置流程", "Procedure";
    PROHIBITIONS: "禁令", "Nobody may";
    DEADLINE: "开始后 {0} 秒内", "within {0} s from the start";
    OPTIONAL: "视情况", "if it applies";
    NOTE_WANTED: "要记录", "note it";
    RELEASE_DOORS: "开门", "release the doors";
    SEND_COUNT: "派 {0} 人", "send {0}";
    DONE: "完成", "Done";
    SKIP: "跳过", "Skip";
    SKIP_PROMPT: "为何跳过？", "Why is it left out?";
    ANSWER_PROMPT: "结果是？", "What is the answer?";
    SKIPPED: "跳过", "left out";
    SKIPPED_FOR: "跳过：{0}", "left out: {0}";
    NOT_NEEDED: "情况不需要", "not needed here";
    DONE_BY_OTHERS: "他人已做", "others did it";
    NOT_POSSIBLE: "现场做不到", "not possible there";
    NOT_SAFE: "做了有危险", "not safe";
    UNDO: "撤销", "Undo";
    RECORDED: "已记录：{0}", "Recorded: {0}";
    TAKEN_COUNT: "已做 {0}", "{0} done";
    LEFT: "还剩 {0}", "{0} left";
    LATE: "已超时", "overdue";
    ALL_TAKEN: "流程已走完。", "All steps are taken.";
    SEND_PEOPLE: "派单", "Send";
    RECORD_LATER: "派单（{0}）或判为真警立案后，逐步记录。", "Steps are recorded once it is an incident: send somebody ({0}), or judge it genuine.";
    STEP: "第 {0} 步", "step {0}";
    END: "结束", "end";
    READ_ALOUD: "报警要点卡", "Read aloud";
    DRILL_NO_CALL: "演练：不要拨打。", "Drill: do not call.";
    PLACE: "地点", "Place";
    WHAT: "什么事", "What";
    ASKED_FOR: "处置", "Step";
    CALLBACK: "回拨", "Callback";
    NO_CALLBACK: "园区资料没有回拨号码，请报正在使用的号码。", "The estate names no number: give the one you are calling from.";
}
