//! Words of procedures.

use crate::texts::texts;

texts! {
    PROCEDURE: "处置流程", "Procedure";
    PROHIBITIONS: "禁令", "Nobody may";
    DEADLINE: "开始后 {0} 秒内", "within {0} s from the start";
    OPTIONAL: "视情况", "if it applies";
    NOTE_WANTED: "要记录", "note it";
    RELEASE_DOORS: "开门", "release the doors";
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
