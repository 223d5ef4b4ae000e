//! Words of the registration.

use crate::texts::texts;

texts! {
    TITLE: "登记报警", "Register what was told";
    PLACE: "地点", "Where";
    PLACE_HINT: "首字母、名称或地址，如 dm、东门、3-2-1502", "Initials, a name or an address, such as East gate or 3-2-1502";
    CLICK: "也可以直接在地图上点位置。", "Or click the place on the map.";
    BY_CLICK: "地图点选", "clicked on the map";
    BEYOND: "这里离园区太远，请点园区内的位置。", "That is too far from the estate; click a place within it.";
    KIND: "什么事", "What";
    KIND_HINT: "首字母或名称，如 kr 困人", "Letters of it, such as lift";
    POST: "岗位", "Post";
    NOTE: "说了什么（可不填）", "What was said (may be empty)";
    NOTE_TOO_LONG: "备注最多 {0} 字，多了 {1} 字：登记照常，文字留作草稿，删减后再记录。", "A note has {0} characters at most, this has {1} more: it is registered all the same, and the words stay a draft until some are taken out.";
    SEND: "登记并接警", "Register and claim";
    NOTHING: "没有找到。", "Nothing is called so.";
    STEPS: "Enter 确定并到下一项，Esc 关闭（已填内容会保留）。", "Enter takes it and goes on; Esc closes it and keeps what was typed.";
}
