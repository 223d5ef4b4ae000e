//! Words of the search.

use crate::texts::texts;

texts! {
    TITLE: "查找", "Search";
    HINT: "首字母、名称、编号或报警号，如 东门、3-2-1502、A-17", "Initials, a name, an id or an alarm, such as East gate, 3-2-1502 or A-17";
    NOTHING: "没有找到。", "Nothing is called so.";
    ALARM: "报警", "Alarm";
    BUILDING: "楼栋", "Building";
    DEVICE: "设备", "Device";
    PERSON: "人员", "Person";
    ZONE: "防区", "Armed zone";
    AREA: "区域", "Area";
    ADDRESS: "地址", "Address";
}
