//! Words of the console.

use crate::texts::texts;

texts! {
    SELECTED: "已选中", "Selected";
    SELECT_HINT: "从列表或地图上选一条报警。", "Pick an alarm in the list or on the map.";
    OFFERED_FOR: "10 秒内可以收回（退格键）", "Can be taken back for 10 seconds (Backspace)";
    CELL_ZONES: "防区布防", "Zones armed";
    CELL_CAMERAS: "摄像机", "Cameras";
    CELL_DEVICES: "设备在线", "Devices";
    CELL_PLACES: "楼栋区域", "Places";
    LIST_SHELVED: "限时挂起", "Shelved";
    LIST_CLOSED: "24 小时内已结束", "Closed within 24 hours";
    LIST_PEOPLE: "安保员", "Guards";
    LIST_ZONES: "防区", "Zones";
    LIST_CAMERAS: "摄像机", "Cameras";
    LIST_DEVICES: "设备", "Devices";
    LIST_PLACES: "楼栋与区域", "Buildings and areas";
    TITLE: "控制台", "Console";
    MAP_LABEL: "实时地图", "Live map";
}
