//! Words of devices.

use crate::texts::texts;

texts! {
    PLACE: "位置", "Place";
    DOOR: "门状态", "Door";
    DOOR_CLOSED: "关闭 {0}", "Closed {0}";
    DOOR_OPEN: "打开 {0} · 剩余 {1}", "Open {0}, {1} left";
    DOOR_HELD: "打开 {0} · 超时", "Open {0}, for too long";
    DOOR_UNKNOWN: "状态未知", "state unknown";
    LAST_REPORT: "最后上报", "Last report";
    HEARD_AGO: "{0} 前上报", "heard {0} ago";
    REPORTS_WITHIN: "上报周期", "Reports within";
    REACHED_THROUGH: "上级设备", "Reached through";
    DEVICES_BEHIND: "下级设备", "Devices behind it";
    IN_ZONE: "防区", "Armed zone";
    KIND_DOOR: "门禁点", "Door";
    KIND_CAMERA: "摄像机", "Camera";
    KIND_DETECTOR: "探测器", "Detector";
    KIND_PANEL: "报警主机", "Alarm panel";
    KIND_FIRE_PANEL: "消防主机", "Fire panel";
    KIND_BARRIER: "道闸", "Barrier";
    KIND_CALL_POINT: "手动报警按钮", "Manual call point";
    KIND_PANIC_BUTTON: "紧急按钮", "Panic button";
    KIND_HELP_POINT: "求助柱", "Help point";
    KIND_LIFT: "电梯", "Lift";
    KIND_NETWORK: "交换机", "Network switch";
}
