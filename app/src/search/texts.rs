//! Words of the search.

use crate::texts::texts;

texts! {
    TITLE: "查找", "Search";
    HINT: "首字母、名称、地址、报警号或事件号，如 东门、3-2-1502、A-17、I-3", "Initials, a name, an address, an alarm or an incident, such as East gate, 3-2-1502, A-17 or I-3";
    NOTHING: "没有找到。", "Nothing is called so.";
    ALARM: "报警", "Alarm";
    INCIDENT: "事件", "Incident";
    ERRAND: "任务", "Errand";
    BUILDING: "楼栋", "Building";
    DEVICE: "设备", "Device";
    PERSON: "人员", "Person";
    ZONE: "防区", "Armed zone";
    AREA: "区域", "Area";
    ADDRESS: "地址", "Address";
}
