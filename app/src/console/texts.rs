//! Words of the console.

use crate::texts::texts;

texts! {
    SELECTED: "已选中", "Selected";
    SELECT_HINT: "从列表或地图上选一条报警。", "Pick an alarm in the list or on the map.";
    OFFERED_FOR: "10 秒内可以收回（退格键）", "Can be taken back for 10 seconds (Backspace)";
    TITLE: "控制台", "Console";
    MAP_LABEL: "实时地图", "Live map";
}
